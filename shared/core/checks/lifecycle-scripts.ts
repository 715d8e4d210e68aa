import { type CheckContext, type CheckResult, clusterCheck } from '../evaluation/check.ts';
import type { Cluster } from '../evaluation/cluster.ts';
import { NotEvaluatedError, type Role, requireKey, requireValue } from '../evaluation/facts.ts';
import { evaluateRole, freePolicyName, roleArn } from '../iam/access.ts';
import { rolesOf, type Script, s3Address, scriptsOf, scriptUris } from '../iam/lifecycle-scripts.ts';
import { policyOf } from '../iam/policy-document.ts';
import { evaluatePolicies, type PolicyDecision } from '../iam/policy-evaluation.ts';
import {
  type BlockedDownload,
  blockedDownloads,
  reportUndecided,
  type ScriptDownload,
  scriptDownloads,
  severity,
} from '../iam/script-downloads.ts';
import { s3PathNeeds } from '../network/s3-path.ts';
import { aws, type CommandLine, shell } from '../text/command-line.ts';
import { some } from '../text/words.ts';

const needs = ['lifecycleObjects', 'buckets', 'roles', ...s3PathNeeds] as const;
type ScriptContext = CheckContext<(typeof needs)[number]>;

export default clusterCheck({
  id: 'lifecycle-scripts',
  level: 'required',
  levelNote: 'required; CRLF line ends or no shebang: recommended',
  title: 'The lifecycle scripts are in a bucket of this region and the execution role may read them',
  rationale: 'Each node fetches and runs its scripts before it joins the cluster; where one cannot be fetched or run the node fails.',
  applies: 'groups whose LifeCycleConfig names OnCreate or OnInitComplete: each script, each bucket, and each role that reads them',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ClusterLifeCycleConfig.html',
  needs,
  *cases(context, cluster) {
    const scripts = scriptsOf(cluster);
    for (const uri of unclear(cluster))
      yield {
        resource: uri,
        evaluate: () => {
          throw new NotEvaluatedError(`${uri} is not an s3:// address, so which object it means is not known`);
        },
      };
    for (const script of scripts) yield { resource: script.uri, evaluate: () => evaluateScript(context, script) };
    for (const bucket of new Set(scripts.map((s) => s.bucket)))
      yield { resource: `s3://${bucket}`, evaluate: () => evaluateBucket(context, bucket) };
    const fetches = scriptDownloads(context, cluster);
    for (const { arn } of rolesOf(cluster)) {
      const own = fetches.filter((f) => f.role === arn);
      if (own.length > 0) yield { resource: arn, evaluate: () => evaluateReader(context, arn, own) };
    }
  },
});

/** Addresses that name no bucket. */
const unclear = (cluster: Cluster): readonly string[] =>
  [...new Set(cluster.groups.flatMap(scriptUris))].filter((uri) => s3Address(uri) === undefined).toSorted();

/** The object itself. Where its bucket is known not to exist, the bucket's case says so and this one is silent. */
function evaluateScript({ facts, region }: ScriptContext, { uri, bucket, groups }: Script): CheckResult | undefined {
  const home = Object.hasOwn(facts.buckets, bucket) ? facts.buckets[bucket] : undefined;
  if (home?.ok && home.value === null) return undefined;
  const object = requireKey(facts.lifecycleObjects, uri, 'script');
  const copy = (from: string, to: string) => aws(['s3', 'cp', from, to], { region });
  const rewrite = (change: CommandLine) => shell`${change} | ${copy('-', uri)}`;
  if (object === null)
    return {
      status: 'fail',
      message: `Lifecycle script ${uri} of ${some(groups)} does not exist.`,
      remediation: {
        text: 'Upload it, or correct SourceS3Uri or the name of the script in LifeCycleConfig.',
        command: copy(uri.slice(uri.lastIndexOf('/') + 1), uri),
      },
    };
  if (object.crlf)
    return {
      status: 'fail',
      level: 'recommended',
      message: `Lifecycle script ${uri} has Windows line ends (CRLF), over which its interpreter stumbles on the node.`,
      remediation: {
        text: 'Replace the line ends by LF.',
        command: rewrite(shell`${copy(uri, '-')} | tr -d '\\r'`),
      },
    };
  if (!object.shebang)
    return {
      status: 'fail',
      level: 'recommended',
      message: `Lifecycle script ${uri} (${object.bytes} bytes) does not begin with a shebang line, so what runs it is left to chance.`,
      remediation: {
        text: 'Begin it with the interpreter it is written for; the line does so for bash.',
        command: rewrite(shell`{ printf '#!/bin/bash\\n'; ${copy(uri, '-')}; }`),
      },
    };
  return { status: 'pass', message: `Lifecycle script ${uri} of ${some(groups)} exists (${object.bytes} bytes).` };
}

function evaluateBucket({ facts, region, account }: ScriptContext, bucket: string): CheckResult {
  const found = requireKey(facts.buckets, bucket, 'bucket');
  const text = `Keep the scripts in a bucket in ${region} whose name begins with "sagemaker-", and name it in SourceS3Uri.`;
  const make = (name: string) => ({ text, command: aws(['s3', 'mb', `s3://${name}`], { region }) });
  if (found === null)
    return {
      status: 'fail',
      message: `Bucket ${bucket} of the lifecycle scripts does not exist.`,
      remediation: make(bucket),
    };
  if (found.region !== region)
    return {
      status: 'fail',
      message: `Bucket ${bucket} of the lifecycle scripts is in ${found.region}, the cluster in ${region}.`,
      remediation: make(`sagemaker-lifecycle-${account}-${region}`),
    };
  return { status: 'pass', message: `Bucket ${bucket} of the lifecycle scripts is in ${region}.` };
}

/** Whether one role may read all its scripts. That it exists is execution-role's matter. */
function evaluateReader(context: ScriptContext, arn: string, fetches: readonly ScriptDownload[]): CheckResult | undefined {
  const { account, facts } = context;
  const role = requireKey(facts.roles, arn, 'role');
  if (role === null) return undefined;
  const buckets = [...new Set(fetches.map((f) => f.script.bucket))].toSorted();
  // Only identities of the bucket's own account ever get to read its policy.
  const foreign = buckets.filter((b) => !(Object.hasOwn(facts.buckets, b) && policyRead(facts, b)?.ok));
  const assuming = foreign.length > 0 ? `, assuming that ${some(foreign)} belongs to account ${account}` : '';
  const own = blockedDownloads(fetches, (request) => evaluateRole(role, request));
  const fail = (denied: readonly BlockedDownload[]): CheckResult => ({
    status: 'fail',
    level: severity(denied, fetches),
    message: `Execution role ${arn} may not ${deniedText(denied)}${assuming}.${byName(buckets)}`,
    remediation: grantReading(context, role, denied),
  });
  const barred = own.denied.filter((d) => d.decision.explicit);
  if (barred.length > 0 && severity(barred, fetches) === 'required') return fail(own.denied);
  // In the bucket's own account its policy may grant what the role's own policies do not.
  const { denied, doubtful } = blockedDownloads(fetches, (request, { script }) => {
    const decision = evaluateRole(role, request);
    if (decision.answer !== 'denied' || decision.explicit) return decision;
    const read = policyRead(facts, script.bucket);
    const text = read === undefined ? null : requireValue(read);
    if (read === undefined || text === null) return decision;
    const grant = evaluatePolicies([policyOf(read, `of bucket ${script.bucket}`, text)], request);
    return grant.answer === 'allowed' ? evaluateRole(role, request, true) : grant.answer === 'undecidable' ? grant : decision;
  });
  const [doubt] = doubtful;
  if (denied.length > 0 && (!doubt || severity(denied, fetches) === 'required')) return fail(denied);
  if (doubt) return reportUndecided(doubt);
  return {
    status: 'pass',
    message: `Execution role ${arn} may read ${some([...new Set(fetches.map((f) => f.script.uri))])}${assuming}; service control policies are not seen.`,
  };
}

/** The read of a bucket's policy; `undefined` where there is no such bucket. */
function policyRead(facts: ScriptContext['facts'], bucket: string) {
  const read = facts.buckets[bucket];
  if (!read?.ok) return read ?? ({ ok: false, reason: `bucket ${bucket} was not read` } as const);
  return read.value === null
    ? undefined
    : (read.value.policy ?? ({ ok: false, reason: `the policy of bucket ${bucket} was not read` } as const));
}

function deniedText(denied: readonly BlockedDownload[]): string {
  const calls = [...new Set(denied.map((d) => `${d.request.action} on ${d.request.resource}`))].toSorted();
  const reasons = [...new Set(denied.map((d: { readonly decision: PolicyDecision }) => d.decision.reason))].toSorted();
  return `${some(calls, 4)} (${some(reasons, 2)})`;
}

function byName(buckets: readonly string[]): string {
  const others = buckets.filter((b) => !b.startsWith('sagemaker-'));
  return others.length > 0
    ? ` The managed policy covers only buckets whose name begins with "sagemaker-"; ${some(others)} needs a grant of its own.`
    : '';
}

function grantReading({ partition, region }: ScriptContext, role: Role, denied: readonly BlockedDownload[]): CheckResult['remediation'] {
  const barred = denied.filter((d) => d.decision.explicit);
  if (barred.length > 0) return { text: `No grant helps here; change what denies it: ${deniedText(barred)}.` };
  const buckets = [...new Set(denied.map((d) => d.fetch.script.bucket))].toSorted();
  const document = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: 's3:ListBucket', Resource: buckets.map((b) => `arn:${partition}:s3:::${b}`) },
      { Effect: 'Allow', Action: 's3:GetObject', Resource: buckets.map((b) => `arn:${partition}:s3:::${b}/*`) },
    ],
  });
  const name = roleArn(role.arn)?.name ?? role.arn;
  return {
    text: 'Grant the role to read the scripts.',
    command: aws(['iam', 'put-role-policy'], {
      'role-name': name,
      'policy-name': freePolicyName(role, 'hyperpod-lifecycle'),
      'policy-document': document,
      region,
    }),
  };
}
