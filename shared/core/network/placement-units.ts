/**
 * Where nodes land and what they take there. Groups that inherit the cluster's subnets land in ONE of them together; a
 * group with an override lands in one of its own; the subnets of a flexible group are a pool.
 */
import type { CheckContext } from '../evaluation/check.ts';
import { type Cluster, type Group, groupsInOrder, networkOf } from '../evaluation/cluster.ts';
import { type Facts, NotEvaluatedError, requireValue } from '../evaluation/facts.ts';
import { memoized, memoizedPair, memoizedWithin } from '../evaluation/memoized.ts';
import { type Competition, competition } from '../quotas/competition.ts';
import {
  type AmountLevel,
  addressesPerNode,
  interfacesPerNode,
  plus,
  type Requirement,
  times,
  total,
  typesOf,
  unplacedNodes,
  zero,
} from './requirements.ts';
import { flexible, inherits, inOrder } from './resources.ts';

/** Groups that are placed as one, and the subnets they may be placed in. */
export interface PlacementUnit {
  readonly groups: readonly Group[];
  readonly subnets: readonly string[];
  /** A flexible group: its nodes may be spread over the subnets. */
  readonly pool: boolean;
  readonly inherited: boolean;
}

/** A cluster's groups as they are placed: those that inherit together, every override and every flexible group alone. */
export const placementUnits = memoized((cluster: Cluster): readonly PlacementUnit[] => {
  const groups = groupsInOrder(cluster);
  const together = groups.filter((g) => inherits(g) && !flexible(g));
  const alone = groups.filter((g) => !together.includes(g)).map((g) => [g]);
  return [together, ...alone].flatMap((members): PlacementUnit[] => {
    const first = members[0];
    const subnets = first && networkOf(cluster, first)?.subnets;
    if (!subnets || subnets.length === 0) return [];
    return [{ groups: members, subnets: inOrder(cluster, subnets), pool: flexible(first), inherited: inherits(first) }];
  });
});

/** Whether nodes may land in a subnet and only in such that fail; else HyperPod may choose another, and cluster-placement decides. */
export const isOnlyChoice = (cluster: Cluster, subnet: string, fails: (subnet: string) => boolean): boolean =>
  placementUnits(cluster).some((unit) => unit.subnets.includes(subnet) && unit.subnets.every(fails));

/** What one group still has to place, and what each of its nodes takes. */
export interface GroupLoad {
  readonly group: Group;
  readonly nodes: Requirement;
  /** IPv4 addresses of each node: required to start it, and recommended by what AWS publishes. */
  readonly addresses: Requirement;
  readonly interfaces: number;
  /** The amounts per node are estimated, not documented (efa-only, IPv6 pods), or by the largest type (flexible). */
  readonly estimate: boolean;
}

/** By the types as they were read, because a cluster may be evaluated with other facts. */
const loads = memoized((instanceTypes: Facts['instanceTypes']) =>
  memoizedPair((cluster: Cluster, group: Group) => computeLoad({ instanceTypes }, cluster, group)),
);

/** The load of one group. `NotEvaluatedError` where an autoscaler decides, the running cluster is unread or EC2 does not know the type. */
export const loadOf = (facts: Pick<Facts, 'instanceTypes'>, cluster: Cluster, group: Group): GroupLoad =>
  loads(facts.instanceTypes)(cluster, group);

function computeLoad(facts: Pick<Facts, 'instanceTypes'>, cluster: Cluster, group: Group): GroupLoad {
  const nodes = unplacedNodes(cluster, group);
  if (nodes.recommended === 0) return { group, nodes, addresses: zero, interfaces: 0, estimate: false };
  return { group, nodes, ...takenByNode(facts, cluster, group) };
}

/**
 * What one node of a group takes. AWS publishes the addresses of an EKS node for pods with IPv4. Where pods have IPv6, the CNI takes
 * IPv6 prefixes for them, and each card still has an address of its own
 * (https://docs.aws.amazon.com/eks/latest/userguide/cni-ipv6.html), so only those are required: an estimate.
 */
export function takenByNode(
  facts: Pick<Facts, 'instanceTypes'>,
  cluster: Cluster,
  group: Group,
): Pick<GroupLoad, 'addresses' | 'interfaces' | 'estimate'> {
  const types = typesOf(group, requireValue(facts.instanceTypes));
  if (types.length === 0) throw new NotEvaluatedError(`group ${group.name} names no instance type`);
  const ipv6 = cluster.podsMayUseIpv6 === true;
  const addresses = (orchestrator: Cluster['orchestrator']) =>
    Math.max(...types.map((t) => addressesPerNode(t, orchestrator, group.interfaceType)));
  return {
    addresses: { required: addresses(ipv6 ? 'slurm' : cluster.orchestrator), recommended: addresses(cluster.orchestrator) },
    interfaces: Math.max(...types.map((t) => interfacesPerNode(t, group.interfaceType))),
    estimate: group.interfaceType === 'efa-only' || flexible(group) || ipv6,
  };
}

/** How many addresses of a subnet there are to be had; none in a subnet that does not exist or has no IPv4. */
export type FreeAddresses = (subnet: string) => number;

/** Room by what is free now. */
export const currentFreeAddresses =
  (facts: Pick<Facts, 'subnets'>): FreeAddresses =>
  (id) => {
    const subnet = requireValue(facts.subnets).find((s) => s.id === id);
    return subnet && !subnet.ipv6Native ? subnet.freeIpv4 : 0;
  };

export const fitting = (room: number, each: number): number => Math.max(0, Math.floor(room / each));

/** The nodes of a load that land on one subnet of a unit: all of them, of a pool those for which the others have no room. */
export function nodesOn(load: GroupLoad, unit: PlacementUnit, subnet: string, room: FreeAddresses): Requirement {
  if (!unit.pool || load.addresses.required === 0) return load.nodes;
  const others = unit.subnets.filter((id) => id !== subnet);
  const rest = (part: AmountLevel) =>
    Math.max(0, load.nodes[part] - others.reduce((sum, id) => sum + fitting(room(id), load.addresses[part]), 0));
  return { required: rest('required'), recommended: rest('recommended') };
}

type DemandContext = Pick<CheckContext<'subnets' | 'instanceTypes'>, 'clusters' | 'facts'>;

/** Addresses that a unit takes from one of its subnets. */
export const addressesOn = ({ facts }: DemandContext, cluster: Cluster, unit: PlacementUnit, subnet: string): Requirement =>
  total(
    unit.groups.map((g) => loadOf(facts, cluster, g)).map((l) => times(nodesOn(l, unit, subnet, currentFreeAddresses(facts)), l.addresses)),
  );

/** Addresses that a cluster takes from a subnet. */
const demandsOf = memoized((context: DemandContext) =>
  memoizedWithin((subnet: string) => {
    const users = new Set(context.clusters.filter((c) => placementUnits(c).some((u) => u.subnets.includes(subnet))));
    const demandOf = memoizedWithin((cluster: Cluster) =>
      total(
        placementUnits(cluster)
          .filter((u) => u.subnets.includes(subnet))
          .map((u) => addressesOn(context, cluster, u, subnet)),
      ),
    );
    return (cluster: Cluster) => (users.has(cluster) ? demandOf(cluster) : zero);
  }),
);

/** Addresses that planned clusters before this one could take from a subnet. */
export const earlierDemand = (context: DemandContext, cluster: Cluster, subnet: string): Competition =>
  competition(context.clusters, cluster, demandsOf(context)(subnet));

/** Own requirement with what others take before it; a cluster that adds nothing requires nothing. */
export function combinedNeed(own: Requirement, ...others: readonly Requirement[]): Requirement {
  const sum = plus(own, total(others));
  return { required: own.required > 0 ? sum.required : 0, recommended: own.recommended > 0 ? sum.recommended : 0 };
}

/** Units are built again for each evaluation; no group is in two. */
export const sameUnit = (a: PlacementUnit, b: PlacementUnit): boolean => a.groups[0]?.name === b.groups[0]?.name;
