import { type CheckContext, type CheckRemediation, type CheckResult, clusterCheck, fail, pass } from '../evaluation/check.ts';
import { type Read, readAt, requireValue, type VpcEndpoint } from '../evaluation/facts.ts';
import { memoizedTexts } from '../evaluation/memoized.ts';
import { type S3Caller, scriptRequests } from '../iam/access.ts';
import { policyOf } from '../iam/policy-document.ts';
import { evaluatePolicies, type PolicyDecision, type PolicyRequest } from '../iam/policy-evaluation.ts';
import { bucketPolicy, scriptDecision } from '../iam/script-access.ts';
import { downloadRoles, endpointOf, type ScriptDownload, scriptDownloads, unclearPath } from '../iam/script-downloads.ts';
import { s3PathNeeds } from '../network/s3-path.ts';
import { aws } from '../text/command-line.ts';
import { vpcConsole } from '../text/console-links.ts';
import { some } from '../text/words.ts';

const needs = ['buckets', 'roles', ...s3PathNeeds] as const;
type S3RestrictionContext = CheckContext<(typeof needs)[number]>;

/** Whether something binds reading to the VPC. Unread: it might. */
type Bond = Read<string | undefined>;

export default clusterCheck({
  id: 's3-restricted-to-vpc',
  level: 'advice',
  title: 'Access to the lifecycle bucket is restricted to the VPC',
  rationale:
    'A narrower endpoint policy restricts nodes to the buckets they need. A bucket or role policy that requires the VPC makes leaked credentials useless outside it.',
  applies: 'clusters in a VPC with lifecycle scripts: each bucket',
  reference: 'https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-s3.html',
  needs,
  *cases(context, cluster) {
    const downloads = scriptDownloads(context, cluster)
      .filter((f) => f.subnet !== undefined && unclearPath(f)?.kind !== 'none')
      .map(withUnclearUnread);
    for (const bucket of new Set(downloads.map((f) => f.script.bucket))) {
      const mine = downloads.filter((f) => f.script.bucket === bucket);
      yield { resource: `s3://${bucket}`, evaluate: () => evaluateBucket(context, bucket, mine) };
    }
  },
});

/** A path that leaves the VPC may lead through an endpoint that is not seen. */
function withUnclearUnread(download: ScriptDownload): ScriptDownload {
  const unclear = unclearPath(download);
  return unclear ? { ...download, path: { ok: false, reason: unclear.reason } } : download;
}

function evaluateBucket(context: S3RestrictionContext, bucket: string, downloads: readonly ScriptDownload[]): CheckResult | undefined {
  const known = context.facts.buckets[bucket];
  if (known?.ok && known.value === null) return undefined;
  const bonds = [byEndpoints(context.partition, downloads), byBucket(context, bucket, downloads), byRoles(context, downloads)];
  const bond = bonds.find((b) => b.ok && b.value !== undefined);
  if (bond) return pass(`Access to bucket ${bucket} is restricted: ${requireValue(bond)}.`);
  for (const b of bonds) requireValue(b);
  const endpoints = [...new Map(downloads.flatMap((f) => endpointOf(f) ?? []).map((e) => [e.id, e])).values()];
  return fail(
    `0 policies restrict reading bucket ${bucket} to the VPC, 1 expected. Evaluated: endpoint policy (${endpoints.length > 0 ? some(endpoints.map((e) => e.id)) : 'no endpoint in the VPC'}), bucket policy, and policies of ${some(downloadRoles(downloads))}.`,
    narrow(context, bucket, endpoints),
  );
}

const bound = (by: string): Bond => ({ ok: true, value: by });
const free: Bond = { ok: true, value: undefined };

/** Every path leads through an endpoint whose policy gives less than full access. */
function byEndpoints(partition: string, downloads: readonly ScriptDownload[]): Bond {
  const endpoints = [...new Map(downloads.flatMap((f) => endpointOf(f) ?? []).map((e) => [e.id, e])).values()];
  if (downloads.some((f) => f.path.ok && !f.path.value.endpoint) || endpoints.some((e) => fullAccess(partition, e))) return free;
  const unread = downloads.find((f) => !f.path.ok)?.path;
  if (unread && !unread.ok) return unread;
  return bound(`the policy of ${some(endpoints.map((e) => e.id).toSorted())} allows less than full access`);
}

/** Full access: anyone may do anything, writing into a foreign bucket included. A policy that asks for more is less. */
const fullAccess = (partition: string, endpoint: VpcEndpoint): boolean =>
  isFull(endpoint, partition, () => letsAnyoneWrite(partition, endpoint));

const isFull = memoizedTexts<VpcEndpoint, boolean>();

function letsAnyoneWrite(partition: string, endpoint: VpcEndpoint): boolean {
  const { id, policy, type } = endpoint;
  if (policy === undefined) return true;
  const request: PolicyRequest = {
    action: 's3:PutObject',
    resource: `arn:${partition}:s3:::bucket-of-another-account/object`,
    principal: { arn: `arn:${partition}:iam::000000000000:role/any`, account: '000000000000' },
    context: { 'aws:resourceaccount': ['999999999999'], 'aws:principalaccount': ['000000000000'] },
  };
  return evaluatePolicies([policyOf(endpoint, `of endpoint ${id}`, policy)], request, { gateway: type === 'Gateway' }).answer === 'allowed';
}

/** Callers that are not the VPC's nodes: past every endpoint, and through another VPC's. */
const outside: readonly S3Caller[] = [
  { vpc: 'vpc-00000000000000000' },
  { vpc: 'vpc-00000000000000000', endpoint: { id: 'vpce-00000000000000000' } },
];

const objects = (requests: readonly PolicyRequest[]): readonly PolicyRequest[] => requests.filter((r) => r.action === 's3:GetObject');

/** Whether `rule` lets the nodes read, but not the same role from elsewhere: then it binds, as `by` says. */
function bondBy(
  context: S3RestrictionContext,
  downloads: readonly ScriptDownload[],
  rule: (request: PolicyRequest) => PolicyDecision,
  by: string,
): Bond {
  const inside = downloads.flatMap((f) => objects(f.requests).map((request) => ({ path: f.path, ...rule(request) })));
  const from = downloads.flatMap((f) => outside.flatMap((o) => objects(scriptRequests(context, f.role, f.script, o)))).map(rule);
  if (inside.some((d) => d.answer === 'denied') || from.some((d) => d.answer === 'allowed')) return free;
  const unclear = inside.find((d) => d.answer === 'undecidable');
  if (unclear && !unclear.path.ok) return unclear.path;
  const doubt = unclear ?? from.find((d) => d.answer === 'undecidable');
  return doubt ? { ok: false, reason: doubt.reason } : bound(by);
}

function byBucket(context: S3RestrictionContext, bucket: string, downloads: readonly ScriptDownload[]): Bond {
  const policy = bucketPolicy(context.facts, bucket);
  if (!policy) return free;
  if (!policy.ok) return policy;
  if (policy.value === null) return free;
  const parsed = [policyOf(policy, `of bucket ${bucket}`, policy.value)];
  return bondBy(
    context,
    downloads,
    (request) => evaluatePolicies(parsed, request, { silence: 'allowed' }),
    'its bucket policy denies reading from outside the VPC',
  );
}

/** Every role that reads the bucket is bound. */
function byRoles(context: S3RestrictionContext, downloads: readonly ScriptDownload[]): Bond {
  let unread: Bond | undefined;
  for (const arn of downloadRoles(downloads)) {
    const read = readAt(context.facts.roles, arn);
    if (!read?.ok) {
      unread ??= read ?? { ok: false, reason: `role ${arn} was not read` };
      continue;
    }
    const role = read.value;
    if (role === null) return free;
    const own = downloads.filter((f) => f.role === arn);
    const bond = bondBy(context, own, (request) => scriptDecision(request, role), arn);
    if (bond.ok && bond.value === undefined) return free;
    if (!bond.ok) unread ??= bond;
  }
  return unread ?? bound(`${some(downloadRoles(downloads))} may not read it from outside the VPC`);
}

/** The endpoint's policy is the one that is narrowed without shutting anyone else out of the bucket. */
function narrow(context: S3RestrictionContext, bucket: string, endpoints: readonly VpcEndpoint[]): CheckRemediation {
  const { account, partition, region } = context;
  const [endpoint] = endpoints;
  if (!endpoint)
    return {
      text: `Route S3 traffic through a gateway endpoint whose policy names ${bucket}, or deny requests from outside the VPC in the bucket policy.`,
    };
  const document = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: '*', Action: '*', Resource: '*', Condition: { StringEquals: { 'aws:ResourceAccount': account } } },
      { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `arn:${partition}:s3:::prod-${region}-starport-layer-bucket/*` },
    ],
  });
  return {
    text: `Allow only what nodes need in the policy of ${endpoint.id}. The command allows buckets of account ${account} and the image layers of ECR. Add other buckets that nodes read, such as package mirrors.`,
    command: aws(['ec2', 'modify-vpc-endpoint'], { 'vpc-endpoint-id': endpoint.id, 'policy-document': document, region }),
    console: vpcConsole(context)`EndpointDetails:vpcEndpointId=${endpoint.id}`,
  };
}
