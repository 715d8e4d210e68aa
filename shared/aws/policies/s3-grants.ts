/**
 * What of S3 the auditor may read: the scripts of the plan's clusters, with the Slurm topology next to them; of clusters that
 * run besides, whether their scripts exist. Their buckets are those that HyperPod expects to be called `sagemaker-…`.
 */
import { specOf } from '../../core/evaluation/cluster.ts';
import { s3Address, scriptsOf, slurmParameterUris } from '../../core/iam/lifecycle-scripts.ts';
import type { Plan } from '../../core/plan/plan.ts';
import type { Grant, PolicyConditions, PolicyPlace } from '../collect/collector.ts';
import { distinct } from '../collect/referenced.ts';
import { literal } from './literal.ts';
import { charactersOf, iamQuotas } from './policy-size.ts';

/** HyperPod takes lifecycle scripts from buckets of this prefix unless roles say otherwise. */
const usual = 'sagemaker-*';

/** Buckets that running clusters are expected to have their scripts in. */
const runningBuckets = ({ deployment }: Plan): readonly string[] => [usual, ...(deployment?.lifecycleBuckets ?? [])];

/** Objects of the plan. */
const objectsOf = (plan: Plan) =>
  plan.clusters.flatMap((c) => [...scriptsOf(specOf(c.request)), ...slurmParameterUris(c.request).flatMap((uri) => s3Address(uri) ?? [])]);

/** Keys of the plan's objects, by the bucket or by the prefix that the plan names in its place. */
function keysByBucket(plan: Plan): ReadonlyMap<string, readonly string[]> {
  const prefixes = plan.deployment?.lifecycleBuckets ?? [];
  const named = (bucket: string) => prefixes.find((prefix) => bucket.startsWith(prefix.slice(0, -1))) ?? bucket;
  const groups = Map.groupBy(objectsOf(plan), (s) => named(s.bucket));
  return new Map([...groups].map(([bucket, of]) => [bucket, distinct(of.map((s) => s.key))]));
}

const arns = ({ partition }: PolicyPlace, names: readonly string[]) => distinct(names).map((name) => `arn:${partition}:s3:::${name}`);

/** Names of the buckets; those of the plan that begin otherwise, one by one. */
const bucketNames = (plan: Plan): readonly string[] => [
  ...runningBuckets(plan),
  ...[...keysByBucket(plan).keys()].filter((bucket) => !bucket.startsWith(usual.slice(0, -1))),
];

/** ARNs of the buckets. */
export const bucketArns = (plan: Plan, at: PolicyPlace): readonly string[] => arns(at, bucketNames(plan));

/** What two texts have in common at their beginning. */
function commonPrefix(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return a.slice(0, length);
}

/** Room for the buckets that are listed. A list is limited by its key already. */
const listRoom = 4000;

/** ARNs of the buckets that are listed: where they are too many, by what names that begin alike have in common. */
function listedArns(plan: Plan, at: PolicyPlace): readonly string[] {
  const each = bucketArns(plan, at);
  if (charactersOf(each) <= listRoom) return each;
  const alike = Map.groupBy(bucketNames(plan), (name) => name.slice(0, 3));
  return arns(
    at,
    [...alike.values()].map((names) => (names.length === 1 ? (names[0] ?? '') : `${names.reduce(commonPrefix).replace(/\*$/, '')}*`)),
  );
}

/** From the objects themselves, over their folders, to what the keys of a bucket have in common. */
const narrowings: readonly ((keys: readonly string[]) => readonly string[])[] = [
  (keys) => keys.map(literal),
  (keys) => keys.map((key) => `${literal(key.slice(0, key.lastIndexOf('/') + 1))}*`),
  (keys) => [`${literal(keys.reduce(commonPrefix))}*`],
];

/** Half of what a role's managed policies hold: the buckets themselves take their part too. */
const objectRoom = (iamQuotas.managedPolicies / 2) * iamQuotas.managedPolicy;

/** ARNs of the objects: each of them, as long as policies have room for that. */
export function objectArns(plan: Plan, at: PolicyPlace): readonly string[] {
  const running = plan.readRunningScripts ? runningBuckets(plan).map((bucket) => `${bucket}/*`) : [];
  const buckets = [...keysByBucket(plan)];
  const named = narrowings.map((narrow) =>
    arns(at, [...running, ...buckets.flatMap(([bucket, keys]) => narrow(keys).map((key) => `${bucket}/${key}`))]),
  );
  return named.find((of) => charactersOf(of) <= objectRoom) ?? named.at(-1) ?? [];
}

/** Whether the plan has objects to read. */
const readsObjects = (plan: Plan): boolean => plan.readRunningScripts === true || keysByBucket(plan).size > 0;

/** Buckets of the audited account and of those that the plan names: of no other that has a bucket of such a name. */
export const ofKnownAccounts = ({ deployment }: Plan, { account }: PolicyPlace): PolicyConditions => ({
  StringEquals: { 'aws:ResourceAccount': [account === '*' ? '${aws:PrincipalAccount}' : account, ...(deployment?.bucketAccounts ?? [])] },
});

/** Reads objects of the plan's lifecycle scripts. */
export const objectReading = (why: string): Grant<'s3:GetObject'> => ({
  action: 's3:GetObject',
  resources: objectArns,
  conditions: ofKnownAccounts,
  needed: readsObjects,
  why,
});

/** What names of scripts end with. */
const scriptEndings = ['.sh', '.py'];
/** Characters of further names in a condition; where there are more, any name may be asked for. */
const nameRoom = 1500;

/**
 * Lists are limited to the objects whose whole key is asked for: scripts, by what their names end with, and the plan's other
 * names. A caller that does not know the key of an object learns of none.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html
 */
function prefixes(plan: Plan): readonly string[] {
  const others = objectsOf(plan).filter(({ key }) => !scriptEndings.some((ending) => key.endsWith(ending)));
  const names = distinct(others.map(({ key }) => `*${literal(key.slice(key.lastIndexOf('/') + 1))}`));
  return [...scriptEndings.map((ending) => `*${ending}`), ...(charactersOf(names) <= nameRoom ? names : ['?*'])];
}

/** Whether a script exists, where its content is not read or its reading is refused. */
export const listing: Grant<'s3:ListBucket'> = {
  action: 's3:ListBucket',
  resources: listedArns,
  conditions: (plan, at) => ({ ...ofKnownAccounts(plan, at), StringLike: { 's3:prefix': prefixes(plan) } }),
  why: 'whether lifecycle scripts exist; distinguishes a missing script from a hidden one',
};
