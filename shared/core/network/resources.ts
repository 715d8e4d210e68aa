/** Finding network resources among the facts. */

import { type Cluster, type Group, networkOf } from '../evaluation/cluster.ts';
import type { GroupSpec } from '../evaluation/cluster-spec.ts';
import { type Facts, NotEvaluatedError, requireKey, requireValue, type Subnet, type VpcEndpoint } from '../evaluation/facts.ts';
import { memoized } from '../evaluation/memoized.ts';
import { sortedUnique } from '../evaluation/order.ts';

/** The subnet of that id; `NotEvaluatedError` where subnets could not be read or this one does not exist (network-resources says so). */
export function subnetOf(facts: Pick<Facts, 'subnets'>, id: string): Subnet {
  const subnet = requireValue(facts.subnets).find((s) => s.id === id);
  if (!subnet) throw new NotEvaluatedError(`subnet ${id} does not exist in this region`);
  return subnet;
}

/** Groups with an override place their nodes in its subnets; the others inherit one subnet of the cluster's list, together. */
export const inherits = (group: Group): boolean => group.network === undefined;

/** A group with several types to choose from (InstanceRequirements); its subnets are a pool. */
export const flexible = (group: GroupSpec): boolean => new Set(group.types).size > 1;

/** What a plan lists stays in its order; what AWS listed has none to rely on, so it is sorted. */
export const inOrder = (cluster: Cluster, names: readonly string[]): readonly string[] =>
  cluster.plan ? [...new Set(names)] : sortedUnique(names);

/** Every subnet id a cluster names, each once: its own list first, then the overrides'. */
export const subnetsNamed = memoized((cluster: Cluster): readonly string[] =>
  inOrder(cluster, [...(cluster.network?.subnets ?? []), ...cluster.groups.flatMap((g) => g.network?.subnets ?? [])]),
);

/** Every security group id a cluster names, each once. */
export const securityGroupsNamed = (cluster: Cluster): readonly string[] =>
  inOrder(cluster, [...(cluster.network?.securityGroups ?? []), ...cluster.groups.flatMap((g) => g.network?.securityGroups ?? [])]);

/** Every subnet id of a cluster with the groups that may be placed there, each once. */
export const subnetsWithGroups = memoized((cluster: Cluster): ReadonlyMap<string, readonly Group[]> => {
  const map = new Map<string, Group[]>();
  for (const id of subnetsNamed(cluster)) {
    const groups = cluster.groups.filter((g) => networkOf(cluster, g)?.subnets.includes(id));
    if (groups.length > 0) map.set(id, groups);
  }
  return map;
});

/** The subnets of `subnetsWithGroups` that exist: network-resources reports the others. */
export const existingSubnets = (facts: Pick<Facts, 'subnets'>, cluster: Cluster): readonly Subnet[] =>
  [...subnetsWithGroups(cluster).keys()].flatMap((id) => requireValue(facts.subnets).find((s) => s.id === id) ?? []);

/**
 * The VPC a cluster is in: its EKS cluster's, else (Slurm, or an EKS cluster that does not exist) that of the first
 * subnet it names that exists. `NotEvaluatedError` where neither is known.
 */
export function vpcOf(facts: Pick<Facts, 'subnets' | 'eksClusters'>, cluster: Cluster): string {
  const eks = cluster.eksCluster === undefined ? null : requireKey(facts.eksClusters, cluster.eksCluster, 'EKS cluster');
  if (eks) return eks.vpc;
  const subnets = requireValue(facts.subnets);
  for (const id of subnetsNamed(cluster)) {
    const subnet = subnets.find((s) => s.id === id);
    if (subnet) return subnet.vpc;
  }
  throw new NotEvaluatedError(`0 of the subnets of ${cluster.name} exist in this region, so its VPC is unknown`);
}

/**
 * The account that owns a VPC shared with this one, `undefined` for a VPC of our own. A participant sees the routes,
 * network ACLs and attributes of a shared VPC, but neither its endpoints nor its NAT gateways.
 */
export function sharedBy(context: { readonly account: string; readonly facts: Pick<Facts, 'vpcs'> }, vpc: string): string | undefined {
  const found = requireValue(context.facts.vpcs).find((v) => v.id === vpc);
  if (!found) throw new NotEvaluatedError(`VPC ${vpc} and its owner are not visible in this account`);
  return found.owner === context.account ? undefined : found.owner;
}

/** Names of an AWS service's VPC endpoint; China has two forms. */
export const endpointServices = (region: string, service: string): readonly string[] => [
  `com.amazonaws.${region}.${service}`,
  `cn.com.amazonaws.${region}.${service}`,
];

/** Every subnet that nodes of these groups may be placed in, in order. */
export const groupSubnets = (cluster: Cluster, groups: readonly Group[]): readonly string[] =>
  sortedUnique(groups.flatMap((g) => networkOf(cluster, g)?.subnets ?? []));

/** `available`, in the capitals of either API. */
export const isAvailable = (endpoint: VpcEndpoint): boolean => endpoint.state.toLowerCase() === 'available';

/** Whether an endpoint answers to its service's usual name within its VPC, not for inbound resolvers only. */
export const answersPrivateDns = (endpoint: VpcEndpoint): boolean =>
  endpoint.type === 'Interface' && isAvailable(endpoint) && endpoint.privateDns && !endpoint.privateDnsOnlyForInbound;
