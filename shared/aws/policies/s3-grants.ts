/**
 * What of S3 the auditor may read: the scripts of clusters that run, whose buckets HyperPod expects to be called
 * `sagemaker-…`, and those of the plan, with any bucket name, with the Slurm topology next to them.
 */
import { specOf } from '../../core/evaluation/cluster.ts';
import { s3Address, scriptsOf, slurmParameterUris } from '../../core/iam/lifecycle-scripts.ts';
import type { Plan } from '../../core/plan/plan.ts';
import type { PolicyPlace } from '../collect/collector.ts';
import { distinct } from '../collect/referenced.ts';
import { literal } from './literal.ts';
import { charactersOf, iamQuotas } from './policy-size.ts';

const scripts = (plan: Plan) =>
  plan.clusters.flatMap((c) => [...scriptsOf(specOf(c.request)), ...slurmParameterUris(c.request).flatMap((uri) => s3Address(uri) ?? [])]);

/** HyperPod takes lifecycle scripts from buckets of this prefix unless roles say otherwise. */
const usual = 'sagemaker-';

/** Keys of the plan's scripts in other buckets, by the bucket or by the prefix that stands for it. */
function unusual(plan: Plan): ReadonlyMap<string, readonly string[]> {
  const prefixes = plan.deployment?.lifecycleBuckets ?? [];
  const named = (bucket: string) => prefixes.find((prefix) => bucket.startsWith(prefix.slice(0, -1))) ?? bucket;
  const groups = Map.groupBy(
    scripts(plan).filter((s) => !s.bucket.startsWith(usual)),
    (s) => named(s.bucket),
  );
  return new Map([...groups].map(([bucket, of]) => [bucket, distinct(of.map((s) => s.key))]));
}

const arns = ({ partition }: PolicyPlace, names: readonly string[]) => distinct(names).map((name) => `arn:${partition}:s3:::${name}`);

/** ARNs of the buckets; with the prefixes, which running clusters may have their scripts under too. */
export const bucketArns = (plan: Plan, at: PolicyPlace): readonly string[] =>
  arns(at, [`${usual}*`, ...(plan.deployment?.lifecycleBuckets ?? []), ...unusual(plan).keys()]);

/** What two keys have in common at their beginning. */
function commonPrefix(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return a.slice(0, length);
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
  const buckets = [...unusual(plan)];
  const named = narrowings.map((narrow) =>
    arns(at, [`${usual}*/*`, ...buckets.flatMap(([bucket, keys]) => narrow(keys).map((key) => `${bucket}/${key}`))]),
  );
  return named.find((of) => charactersOf(of) <= objectRoom) ?? named.at(-1) ?? [];
}
