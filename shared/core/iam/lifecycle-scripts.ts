/** Lifecycle scripts of a cluster: which S3 objects its nodes fetch, and on behalf of which groups. */

import type { ClusterSpec } from '../evaluation/cluster-spec.ts';
import { memoized } from '../evaluation/memoized.ts';
import type { ClusterRequest } from '../plan/plan.ts';

export interface S3Address {
  readonly bucket: string;
  readonly key: string;
}

export interface Script extends S3Address {
  /** `s3://bucket/key`: the key under which facts keep the object. */
  readonly uri: string;
  /** Names of the groups that fetch it, sorted. */
  readonly groups: readonly string[];
}

/**
 * Bucket and key of an `s3://` address; the key is empty for an address that names the bucket alone. `undefined` for
 * anything else: the API accepts `https://` and access point ARNs too, but which object they mean is not documented.
 */
export function s3Address(uri: string): S3Address | undefined {
  const parts = /^s3:\/\/([A-Za-z0-9._-]+)(?:\/(.*))?$/s.exec(uri);
  return parts?.[1] === undefined ? undefined : { bucket: parts[1], key: parts[2] ?? '' };
}

/** Address of each script of a group: SourceS3Uri, a slash, and the script's name. Empty where the group runs none. */
export function scriptUris(group: ClusterSpec['groups'][number]): readonly string[] {
  const { uri, onCreate, onInitComplete } = group.lifecycle ?? {};
  if (uri === undefined) return [];
  return [...new Set([onCreate, onInitComplete].filter((name) => name !== undefined))].map((name) => `${uri.replace(/\/$/, '')}/${name}`);
}

/**
 * Where HyperPod looks for the Slurm topology of a request that has it in a file.
 * https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-ref.html
 */
export function slurmParameterUris({ Orchestrator, InstanceGroups = [] }: ClusterRequest): readonly string[] {
  if (Orchestrator?.Eks) return [];
  const folders = InstanceGroups.flatMap((group) => group.LifeCycleConfig?.SourceS3Uri ?? []).filter((uri) => s3Address(uri));
  return [...new Set(folders.map((uri) => `${uri.replace(/\/$/, '')}/provisioning_parameters.json`))].toSorted();
}

/** Every distinct script whose address names a bucket, sorted by address, independent of the order of the groups. */
export const scriptsOf = memoized((cluster: ClusterSpec): readonly Script[] => {
  const groups = Map.groupBy(
    cluster.groups.flatMap((g) => scriptUris(g).map((uri) => ({ uri, name: g.name }))),
    (use) => use.uri,
  );
  return [...groups.keys()].toSorted().flatMap((uri) => {
    const address = s3Address(uri);
    return address ? [{ uri, ...address, groups: (groups.get(uri) ?? []).map((u) => u.name).toSorted() }] : [];
  });
});

/** Distinct execution roles of a cluster with the groups that name them; both sorted. */
export function rolesOf(cluster: ClusterSpec): readonly { readonly arn: string; readonly groups: readonly string[] }[] {
  const groups = Map.groupBy(cluster.groups, (g) => g.role);
  return [...groups.keys()].toSorted().map((arn) => ({ arn, groups: (groups.get(arn) ?? []).map((g) => g.name).toSorted() }));
}
