import { type CheckContext, type CheckRemediation, type CheckResult, clusterCheck, fail, pass } from '../evaluation/check.ts';
import { NotEvaluatedError, requireKey, requireValue, type VpcEndpoint } from '../evaluation/facts.ts';
import { memoizedPair } from '../evaluation/memoized.ts';
import { sortedUnique } from '../evaluation/order.ts';
import { organizationDoubt } from '../iam/organization.ts';
import { policyOf } from '../iam/policy-document.ts';
import { evaluatePolicies, type PolicyDecision, type PolicyRequest } from '../iam/policy-evaluation.ts';
import {
  type BlockedDownload,
  blockedDownloads,
  blockedText,
  downloadRoles,
  endpointOf,
  reportUndecided,
  type ScriptDownload,
  scriptDownloads,
  severity,
  unclearPath,
} from '../iam/script-downloads.ts';
import { s3PathNeeds } from '../network/s3-path.ts';
import { aws } from '../text/command-line.ts';
import { vpcConsole } from '../text/console-links.ts';
import { some } from '../text/words.ts';

const needs = ['buckets', ...s3PathNeeds] as const;
type S3AccessContext = CheckContext<(typeof needs)[number]>;

export default clusterCheck({
  id: 's3-access-allowed',
  level: 'required',
  title: 'The endpoint policy and the bucket policy allow the execution role to read the lifecycle scripts',
  rationale: 'A policy of the VPC endpoint or of the bucket can deny nodes their scripts although a policy of the role allows them.',
  applies: 'clusters with lifecycle scripts: each bucket, and each VPC endpoint through which groups reach S3',
  reference: 'https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-s3.html',
  needs,
  *cases(context, cluster) {
    const downloads = scriptDownloads(context, cluster);
    for (const bucket of new Set(downloads.map((f) => f.script.bucket)))
      yield {
        resource: `s3://${bucket}`,
        evaluate: () =>
          evaluateBucketPolicy(
            context,
            bucket,
            downloads.filter((f) => f.script.bucket === bucket),
          ),
      };
    const endpoints = new Map<string, VpcEndpoint>();
    const unread = new Map<string, ScriptDownload>();
    for (const fetch of downloads) {
      if (fetch.path.ok && fetch.path.value.endpoint) endpoints.set(fetch.path.value.endpoint.id, fetch.path.value.endpoint);
      if (!fetch.path.ok && fetch.subnet !== undefined) unread.set(fetch.subnet, fetch);
    }
    for (const [subnet, { path }] of [...unread].toSorted(byKey))
      yield {
        resource: subnet,
        evaluate: () => {
          requireValue(path);
          return undefined;
        },
      };
    for (const [id, endpoint] of [...endpoints].toSorted(byKey))
      yield { resource: id, evaluate: () => evaluateEndpointPolicy(context, endpoint, downloads) };
  },
});

const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);

/** The bucket's policy. In the account's own bucket silence is consent; only an explicit denial can stand against the role. */
function evaluateBucketPolicy(context: S3AccessContext, bucket: string, downloads: readonly ScriptDownload[]): CheckResult | undefined {
  const { facts, account } = context;
  const found = requireKey(facts.buckets, bucket, 'bucket');
  if (found === null) return undefined;
  if (!found.policy) throw new NotEvaluatedError(`the policy of bucket ${bucket} was not read`);
  const text = requireValue(found.policy);
  if (text === null) return pass(`Bucket ${bucket} has no bucket policy that could deny reading.`);
  const policy = [policyOf(found.policy, `of bucket ${bucket}`, text)];
  const blocked = blockedDownloads(downloads, (request) => evaluatePolicies(policy, request, { silence: 'allowed' }));
  const { denied } = blocked;
  const level = severity(denied, downloads);
  const doubtful = blocked.doubtful.filter((d) => unclearPath(d.download)?.kind !== 'none');
  // A path that leaves the VPC stays in doubt, however often it is audited.
  const doubt = doubtful.find((d) => !unclearPath(d.download)) ?? doubtful[0];
  const show = aws(['s3api', 'get-bucket-policy'], {
    bucket,
    'expected-bucket-owner': account,
    query: 'Policy',
    output: 'text',
    region: found.region,
  });
  if (denied.length > 0 && (level === 'required' || !doubt || unclearPath(doubt.download)))
    return fail(
      `The policy of bucket ${bucket} denies ${deniedText(denied)}.`,
      {
        text: 'Exclude the execution role or its VPC endpoint from this statement of the bucket policy. The command shows the policy.',
        command: show,
      },
      { level },
    );
  if (doubt && unclearPath(doubt.download))
    return fail(
      `Cannot determine whether the policy of bucket ${bucket} allows ${some(downloadRoles([doubt.download]))} to read the scripts. Traffic leaves the VPC, and ${doubt.decision.reason}.`,
      {
        text: 'Route S3 traffic through an endpoint of the VPC, or make sure that the bucket policy allows this path. The command shows the policy.',
        command: show,
      },
      { level: 'recommended' },
    );
  if (doubt)
    return (
      organizationDoubt(context, `the policy of bucket ${bucket} allows nodes to read the scripts`, doubt.decision) ??
      reportUndecided(doubt)
    );
  return pass(`The policy of bucket ${bucket} does not deny ${some(downloadRoles(downloads))} reading the scripts.`);
}

/** What an endpoint's policy says: without one it gives full access. */
const ruling = (endpoint: VpcEndpoint | undefined, request: PolicyRequest): PolicyDecision =>
  endpoint ? endpointDecision(request, endpoint) : unrestricted;

const unrestricted: PolicyDecision = { answer: 'allowed', reason: 'no endpoint policy applies' };

const endpointDecision = memoizedPair((request: PolicyRequest, endpoint: VpcEndpoint): PolicyDecision => {
  const { id, policy, type } = endpoint;
  if (policy === undefined) return unrestricted;
  return evaluatePolicies([policyOf(endpoint, `of endpoint ${id}`, policy)], request, { gateway: type === 'Gateway' });
});

function evaluateEndpointPolicy(context: S3AccessContext, endpoint: VpcEndpoint, downloads: readonly ScriptDownload[]): CheckResult {
  const { id, policy } = endpoint;
  const mine = downloads.filter((f) => endpointOf(f)?.id === id);
  const { denied, doubtful } = blockedDownloads(mine, (request) => ruling(endpoint, request));
  // A group that comes through several endpoints is stopped only where each of them stops it.
  const served = downloads.filter((f) => mine.some((m) => m.group === f.group && m.script.uri === f.script.uri));
  const level = severity(blockedDownloads(served, (request, f) => ruling(endpointOf(f), request)).denied, served);
  const [doubt] = doubtful;
  if (denied.length > 0 && (level === 'required' || !doubt))
    return fail(
      `The policy of VPC endpoint ${id} denies ${deniedText(denied)}.`,
      { ...allowReading(context, endpoint, denied), console: vpcConsole(context)`EndpointDetails:vpcEndpointId=${id}` },
      { level },
    );
  if (doubt)
    return (
      organizationDoubt(
        context,
        `the policy of VPC endpoint ${id} allows nodes to read the scripts`,
        doubt.decision,
        vpcConsole(context)`EndpointDetails:vpcEndpointId=${id}`,
      ) ?? reportUndecided(doubt)
    );
  const means = policy === undefined ? 'has no policy and' : 'has a policy that';
  return pass(`VPC endpoint ${id} ${means} allows ${some(downloadRoles(mine))} to read the scripts.`);
}

/** How to allow reading: the current policy with one more statement. */
function allowReading(
  { partition, region }: S3AccessContext,
  { id, policy }: VpcEndpoint,
  denied: readonly BlockedDownload[],
): Pick<CheckRemediation, 'text' | 'command'> {
  const buckets = sortedUnique(denied.map((d) => d.download.script.bucket));
  if (denied.some((d) => d.decision.explicit))
    return {
      text: `Remove the statement that denies reading ${some(buckets)} from the endpoint policy. The command shows the policy.`,
      command: aws(['ec2', 'describe-vpc-endpoints'], {
        'vpc-endpoint-ids': [id],
        query: 'VpcEndpoints[0].PolicyDocument',
        output: 'text',
        region,
      }),
    };
  const document: { readonly Statement?: unknown } = JSON.parse(policy ?? '{}');
  const statement = {
    Effect: 'Allow',
    Principal: '*',
    Action: ['s3:GetObject', 's3:ListBucket'],
    Resource: buckets.flatMap((b) => [`arn:${partition}:s3:::${b}`, `arn:${partition}:s3:::${b}/*`]),
  };
  const wider = JSON.stringify({ ...document, Statement: [document.Statement, statement].flat() });
  return {
    text: `Allow reading ${some(buckets)} in the endpoint policy. The command preserves its other statements.`,
    command: aws(['ec2', 'modify-vpc-endpoint'], { 'vpc-endpoint-id': id, 'policy-document': wider, region }),
  };
}

const deniedText = (denied: readonly BlockedDownload[]): string =>
  `${some(downloadRoles(denied.map((d) => d.download)))} ${blockedText(denied)}`;
