/** What the clusters of a region reference, planned or running: only that is read. */
import { ec2Type, specOf } from '../../core/evaluation/cluster.ts';
import type { ClusterSpec, RunningCluster } from '../../core/evaluation/cluster-spec.ts';
import type { Keyed, Read } from '../../core/evaluation/facts.ts';
import { AwsError, tryRead, type Unread } from '../client/errors.ts';
import type { CollectorScope, PolicyPlace } from './collector.ts';
import { byFilter, type FilterRequest } from './response.ts';

/** Ids or names that are known to be used, sorted. `incomplete`: why there may be others. */
export interface ReferencedIds {
  readonly ids: readonly string[];
  readonly incomplete?: Unread;
}

type ReferenceScope = Pick<CollectorScope, 'planned' | 'fact'>;

/** Each once, in an order of its own, so that the same clusters always ask the same. */
export const distinct = (ids: Iterable<string>): readonly string[] => [...new Set(ids)].filter((id) => id !== '').toSorted();

/** The values of keyed reads that were made, `null` (no such thing) left out. */
export const readValues = <T>(keyed: Keyed<T | null>): readonly T[] =>
  Object.values(keyed).flatMap((read) => (read.ok && read.value !== null ? [read.value] : []));

/** The first of some reads that failed. */
export const firstUnread = (...facts: readonly (Read<unknown> | Keyed<unknown>)[]): Unread | undefined =>
  facts
    .flatMap((fact): Read<unknown>[] => (typeof fact.ok === 'boolean' ? [fact as Read<unknown>] : Object.values(fact as Keyed<unknown>)))
    .find((read) => !read.ok);

export interface RegionClusters {
  /** What the plan requests, and what runs and is not being deleted. A cluster that is both is listed twice. */
  readonly specs: readonly ClusterSpec[];
  readonly incomplete?: Unread;
}

/** The clusters that run, as far as they could be read, without those that are being deleted. */
export const runningHere = async (scope: Pick<CollectorScope, 'fact'>): Promise<readonly RunningCluster[]> =>
  readValues(await scope.fact('runningClusters')).filter((c) => c.status !== 'Deleting');

/** ARNs of the HyperPod clusters of the account. */
export const clusterArns = (_: unknown, { partition, account }: PolicyPlace): readonly string[] => [
  `arn:${partition}:sagemaker:*:${account}:cluster/*`,
];

/** The clusters of the region, as far as they could be read. */
export async function clustersIn(scope: ReferenceScope): Promise<RegionClusters> {
  const [names, running, specs] = await Promise.all([scope.fact('clusterNames'), scope.fact('runningClusters'), runningHere(scope)]);
  return {
    specs: [...scope.planned.map((p) => specOf(p.request)), ...specs],
    incomplete: firstUnread(names, running),
  };
}

const referencedIds = (ids: Iterable<string>, ...facts: readonly (Read<unknown> | Keyed<unknown> | undefined)[]): ReferencedIds => ({
  ids: distinct(ids),
  incomplete: firstUnread(...facts.filter((f) => f !== undefined)),
});

/** What `pick` finds in each cluster. */
export async function namedBy(scope: ReferenceScope, pick: (cluster: ClusterSpec) => readonly string[]): Promise<ReferencedIds> {
  const { specs, incomplete } = await clustersIn(scope);
  return referencedIds(specs.flatMap(pick), incomplete);
}

/** Subnets and security groups of a cluster and of its overrides. */
export const networksOf = (cluster: ClusterSpec) =>
  [cluster.network, ...cluster.groups.map((g) => g.network)].filter((n) => n !== undefined);

/** EC2 names of all instance types. */
export const typesOf = (cluster: ClusterSpec): readonly string[] => cluster.groups.flatMap((g) => g.types.map(ec2Type));

/** Ids of the VPCs that the subnets at hand and the EKS clusters are in. */
export async function vpcsIn(scope: ReferenceScope): Promise<ReferencedIds> {
  const [subnets, eks] = await Promise.all([scope.fact('subnets'), scope.fact('eksClusters')]);
  const ids = [...(subnets.ok ? subnets.value.map((s) => s.vpc) : []), ...readValues(eks).map((c) => c.vpc)];
  return referencedIds(ids, subnets, eks);
}

/** Ids of the security groups of clusters, of their EKS clusters and file systems, and of interface endpoints in the same VPCs. */
export async function securityGroupsIn(scope: ReferenceScope): Promise<ReferencedIds> {
  const [clusters, eks, fileSystems, endpoints] = await Promise.all([
    clustersIn(scope),
    scope.fact('eksClusters'),
    scope.fact('fileSystemGroups'),
    scope.fact('endpoints'),
  ]);
  const ids = [
    ...clusters.specs.flatMap(networksOf).flatMap((n) => n.securityGroups),
    ...readValues(eks).flatMap((c) => [...(c.clusterSecurityGroup === undefined ? [] : [c.clusterSecurityGroup]), ...c.securityGroups]),
    ...readValues(fileSystems).flat(),
    ...(endpoints.ok ? endpoints.value.flatMap((e) => e.groups) : []),
  ];
  return referencedIds(ids, clusters.incomplete, eks, fileSystems, endpoints);
}

/** Reads what is used. If nothing is known to be used: `none`, or why that could not be determined. */
export async function readReferenced<T>(
  { ids, incomplete }: ReferencedIds,
  work: (ids: readonly string[]) => Promise<T>,
  none: T,
): Promise<Read<T>> {
  if (ids.length === 0) return incomplete ?? { ok: true, value: none };
  return tryRead(() => work(ids));
}

/** All rows of one of EC2's lists for the VPCs that are referenced. */
export const readInVpcs = async <P extends { readonly NextToken?: string | undefined }, T>(
  scope: ReferenceScope,
  ask: (request: FilterRequest) => Promise<P>,
  reduce: (page: P) => readonly T[],
): Promise<Read<readonly T[]>> => readReferenced(await vpcsIn(scope), (ids) => byFilter('vpc-id', ids, ask, reduce), []);

/** One read for each key, side by side. */
export async function readByKey<T>(keys: readonly string[], read: (key: string) => Promise<Read<T>>): Promise<Keyed<T>> {
  return Object.fromEntries(await Promise.all(keys.map(async (key) => [key, await read(key)] as const)));
}

/** A read of a running cluster, which may be deleted meanwhile. */
export const readOfCluster = <T>(name: string, work: () => Promise<T>): Promise<Read<T>> =>
  tryRead(async () => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof AwsError && ['ResourceNotFound', 'ResourceNotFoundException'].includes(error.code))
        throw new AwsError({ ok: false, reason: `cluster ${name} was deleted while it was being read` }, error);
      throw error;
    }
  });

/** The parts of an ARN that say where the thing is and what it is called. */
export function arnParts(arn: string): {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
  readonly resource: string;
} {
  const [, partition = '', , region = '', account = '', ...rest] = arn.split(':');
  return { partition, region, account, resource: rest.join(':') };
}

/** Whether an ARN names something of the account and region at hand. */
export const isHere = (scope: Pick<CollectorScope, 'partition' | 'region' | 'account'>, arn: string): boolean => {
  const at = arnParts(arn);
  return at.partition === scope.partition && at.region === scope.region && at.account === scope.account;
};
