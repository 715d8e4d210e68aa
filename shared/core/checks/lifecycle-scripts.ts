import { type CheckContext, type CheckRemediation, type CheckResult, clusterCheck, fail, pass } from '../evaluation/check.ts';
import type { Cluster } from '../evaluation/cluster.ts';
import { NotEvaluatedError, type Role, readAt, requireKey } from '../evaluation/facts.ts';
import { sortedUnique } from '../evaluation/order.ts';
import { freePolicyName, roleArn } from '../iam/access.ts';
import { rolesOf, type Script, s3Address, scriptsOf, scriptUris } from '../iam/lifecycle-scripts.ts';
import { organizationDoubt } from '../iam/organization.ts';
import { bucketPolicy, roleDownloads } from '../iam/script-access.ts';
import {
  type BlockedDownload,
  blockedText,
  reportUndecided,
  type ScriptDownload,
  scriptDownloads,
  severity,
} from '../iam/script-downloads.ts';
import { s3PathNeeds } from '../network/s3-path.ts';
import { aws, type CommandLine, shell } from '../text/command-line.ts';
import { lastSegment, some } from '../text/words.ts';

const needs = ['lifecycleObjects', 'buckets', 'roles', ...s3PathNeeds] as const;
type ScriptContext = CheckContext<(typeof needs)[number]>;

export default clusterCheck({
  id: 'lifecycle-scripts',
  level: 'required',
  levelNote: 'required; CRLF line endings or a missing shebang line: recommended',
  title: 'The lifecycle scripts are in a bucket of this region and the execution role may read them',
  rationale:
    'Each node downloads and runs its scripts before it joins the cluster. If a script cannot be downloaded or run, the node fails.',
  applies: 'groups whose LifeCycleConfig names OnCreate or OnInitComplete: each script, each bucket, and each role that reads them',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ClusterLifeCycleConfig.html',
  needs,
  *cases(context, cluster) {
    const scripts = scriptsOf(cluster);
    for (const uri of unclear(cluster))
      yield {
        resource: uri,
        evaluate: () => {
          throw new NotEvaluatedError(`${uri} is not an s3:// address`);
        },
      };
    for (const script of scripts) {
      // Whether it exists is required, what is in it recommended.
      const read = Object.hasOwn(context.facts.lifecycleObjects, script.uri) ? context.facts.lifecycleObjects[script.uri] : undefined;
      const isUndecrypted = read?.ok && read.value !== null && read.value.crlf === undefined && !read.value.isOnlyListed;
      yield {
        resource: script.uri,
        ...(isUndecrypted && { level: 'recommended' as const }),
        evaluate: () => evaluateScript(context, script),
      };
    }
    for (const bucket of new Set(scripts.map((s) => s.bucket)))
      yield { resource: `s3://${bucket}`, evaluate: () => evaluateBucket(context, bucket) };
    const downloads = scriptDownloads(context, cluster);
    for (const { arn } of rolesOf(cluster)) {
      const own = downloads.filter((f) => f.role === arn);
      if (own.length > 0) yield { resource: arn, evaluate: () => evaluateReader(context, arn, own) };
    }
  },
});

/** Addresses that name no bucket. */
const unclear = (cluster: Cluster): readonly string[] =>
  [...new Set(cluster.groups.flatMap(scriptUris))].filter((uri) => s3Address(uri) === undefined).toSorted();

/** The object itself. Where its bucket is known not to exist, the bucket's case says so and this one is silent. */
function evaluateScript({ facts, region }: ScriptContext, { uri, bucket, groups }: Script): CheckResult | undefined {
  const home = readAt(facts.buckets, bucket);
  if (home?.ok && home.value === null) return undefined;
  const object = requireKey(facts.lifecycleObjects, uri, 'script');
  const copy = (from: string, to: string) => aws(['s3', 'cp', from, to], { region });
  const rewrite = (change: CommandLine) => shell`${change} | ${copy('-', uri)}`;
  if (object === null)
    return fail(`Lifecycle script ${uri} of ${some(groups)} does not exist.`, {
      text: 'Upload the script, or correct SourceS3Uri or its name in LifeCycleConfig.',
      command: copy(lastSegment(uri), uri),
    });
  if (object.isOnlyListed)
    return pass(
      `Lifecycle script ${uri} of ${some(groups)} exists (${object.bytes} bytes). Its content is not read: the plan does not name it, and readRunningScripts is not set.`,
    );
  if (object.crlf === undefined) throw new NotEvaluatedError(`script ${uri} exists, but its content could not be decrypted`, 'kms:Decrypt');
  if (object.crlf)
    return fail(
      `Lifecycle script ${uri} has Windows line endings (CRLF). Its interpreter fails on the node.`,
      {
        text: 'Replace the line endings with LF.',
        command: rewrite(shell`${copy(uri, '-')} | tr -d '\\r'`),
      },
      { level: 'recommended' },
    );
  if (!object.shebang)
    return fail(
      `Lifecycle script ${uri} (${object.bytes} bytes) has no shebang line. Its interpreter is not defined.`,
      {
        text: 'Add a shebang line with its interpreter. The command adds one for bash.',
        command: rewrite(shell`{ printf '#!/bin/bash\\n'; ${copy(uri, '-')}; }`),
      },
      { level: 'recommended' },
    );
  return pass(`Lifecycle script ${uri} of ${some(groups)} exists (${object.bytes} bytes).`);
}

function evaluateBucket({ facts, region, account }: ScriptContext, bucket: string): CheckResult {
  const found = requireKey(facts.buckets, bucket, 'bucket');
  const text = `Store the scripts in a bucket in ${region} whose name begins with "sagemaker-", and name it in SourceS3Uri.`;
  const make = (name: string) => ({ text, command: aws(['s3', 'mb', `s3://${name}`], { region }) });
  if (found === null) return fail(`Bucket ${bucket} of the lifecycle scripts does not exist.`, make(bucket));
  if (found.region !== region)
    return fail(
      `Bucket ${bucket} of the lifecycle scripts is in ${found.region}, ${region} required.`,
      make(`sagemaker-lifecycle-${account}-${region}`),
    );
  return pass(`Bucket ${bucket} of the lifecycle scripts is in ${region}.`);
}

/** Whether one role may read all its scripts. That it exists is execution-role's matter. */
function evaluateReader(context: ScriptContext, arn: string, downloads: readonly ScriptDownload[]): CheckResult | undefined {
  const { account, facts } = context;
  const role = requireKey(facts.roles, arn, 'role');
  if (role === null) return undefined;
  const buckets = sortedUnique(downloads.map((f) => f.script.bucket));
  const foreign = buckets.filter((b) => !bucketPolicy(facts, b)?.ok);
  const assuming = foreign.length > 0 ? `, if ${some(foreign)} belongs to account ${account}` : '';
  const { denied, doubtful } = roleDownloads(facts, role, downloads);
  const level = severity(denied, downloads);
  const [doubt] = doubtful;
  if (denied.length > 0 && (!doubt || level === 'required'))
    return fail(
      `Execution role ${arn} may not call ${blockedText(denied)}${assuming}.${otherBucketsNote(buckets)}`,
      grantReading(context, role, denied),
      { level },
    );
  if (doubt) return organizationDoubt(context, `execution role ${arn} may read its scripts`, doubt.decision) ?? reportUndecided(doubt);
  return pass(
    `Execution role ${arn} may read ${some([...new Set(downloads.map((f) => f.script.uri))])}${assuming}. Service control policies are not evaluated.`,
  );
}

/** Why the managed policy does not help with buckets of another name. */
function otherBucketsNote(buckets: readonly string[]): string {
  const others = buckets.filter((b) => !b.startsWith('sagemaker-'));
  return others.length > 0
    ? ` The managed policy covers only buckets whose name begins with "sagemaker-", so ${some(others)} needs another statement.`
    : '';
}

function grantReading({ partition, region }: ScriptContext, role: Role, denied: readonly BlockedDownload[]): CheckRemediation {
  const barred = denied.filter((d) => d.decision.explicit);
  if (barred.length > 0)
    return { text: `Change the policy that denies it: ${blockedText(barred)}. An Allow statement does not override it.` };
  const buckets = sortedUnique(denied.map((d) => d.download.script.bucket));
  const document = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: 's3:ListBucket', Resource: buckets.map((b) => `arn:${partition}:s3:::${b}`) },
      { Effect: 'Allow', Action: 's3:GetObject', Resource: buckets.map((b) => `arn:${partition}:s3:::${b}/*`) },
    ],
  });
  const name = roleArn(role.arn)?.name ?? role.arn;
  return {
    text: 'Allow the role to read the scripts.',
    command: aws(['iam', 'put-role-policy'], {
      'role-name': name,
      'policy-name': freePolicyName(role, 'hyperpod-lifecycle'),
      'policy-document': document,
      region,
    }),
  };
}
