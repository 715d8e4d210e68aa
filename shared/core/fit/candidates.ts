/**
 * Where a cluster that someone has in mind could be put in a region: every placement as a planned cluster of its own, all
 * of them alternatives, so that one judgement over the plan judges each as if it were the only one.
 */

import type { EksCluster, Keyed, Read, SecurityGroup, Subnet } from '../evaluation/facts.ts';
import { opens } from '../network/efa.ts';
import type { ClusterRequest, PlannedCluster } from '../plan/plan.ts';

/** The cluster someone has in mind. */
export interface RequestedCluster {
  /** Name of the cluster in sentences and in the request. */
  readonly name: string;
  /** An `ml.` type. */
  readonly type: string;
  readonly count: number;
  readonly orchestrator: 'eks' | 'slurm';
  readonly spot: boolean;
  /** Ask for EFA interfaces by name: then the rules for EFA are required for every type. */
  readonly efa: boolean;
  /** Name of the EKS cluster to put it on; absent: any. */
  readonly eksCluster?: string;
  /** ARN of the execution role; absent: it is not evaluated. */
  readonly role?: string;
  /** Lifecycle scripts; absent: they are not evaluated. */
  readonly lifecycle?: { readonly uri: string; readonly onCreate: string };
}

/** The networks of a region, each list as it was read. */
export interface CandidateNetworks {
  readonly subnets: Read<readonly Subnet[]>;
  readonly securityGroups: Read<readonly SecurityGroup[]>;
  /** Names of the EKS clusters; none where they were not requested. */
  readonly eksNames: Read<readonly string[]>;
  /** By name; `null`: it was deleted while the region was read. */
  readonly eksClusters: Keyed<EksCluster | null>;
}

/** Something the placement needs that does not exist, and so cannot be evaluated. */
export type MissingResource = 'vpc' | 'security-group' | 'eks-cluster';

/** One way to place the cluster. */
export interface PlacementCandidate {
  /** Absent: in a VPC that is yet to be made. */
  readonly subnet?: Subnet;
  /** Empty where none is known. */
  readonly securityGroups: readonly string[];
  /** The EKS cluster, or the ARN of one that is yet to be made. Absent on Slurm. */
  readonly eks?: string;
  readonly missing: readonly MissingResource[];
  /** What could not be read and leaves it open whether it would come up here. */
  readonly unread: readonly { readonly of: MissingResource; readonly reason: string; readonly action?: string }[];
}

export interface PlacementCandidates {
  readonly candidates: readonly PlacementCandidate[];
  /** Subnets that were left out, being the ones with the fewest free addresses of very many. */
  readonly leftOut: number;
  /** EKS clusters that could not be read, and so were not tried. */
  readonly untried: readonly { readonly name: string; readonly reason: string; readonly action?: string }[];
}

/** At most so many subnets are evaluated one by one: those with the most free addresses. */
export const mostSubnets = 250;
/** Security groups of a VPC that are tried on each subnet. */
const mostGroups = 3;

const letsOut = (group: SecurityGroup): boolean =>
  group.rules.some((r) => r.egress && (r.ipv4.includes('0.0.0.0/0') || r.prefixLists.length > 0));

/**
 * How likely a group is to be meant for nodes: that its members may talk to one another both ways, that it lets them out.
 * The default group and one that is named after something else come last among equals.
 */
function aptness(group: SecurityGroup): readonly number[] {
  const self = [false, true].filter((egress) => opens([group], egress, [group])).length;
  return [
    self + Number(letsOut(group)),
    Number(/hyperpod|sagemaker|(^|[^a-z])efa([^a-z]|$)/i.test(group.name)),
    Number(group.name !== 'default'),
  ];
}

const descending = (a: readonly number[], b: readonly number[]): number =>
  a.map((x, i) => (b[i] ?? 0) - x).find((difference) => difference !== 0) ?? 0;

/** The groups worth trying in a VPC, the aptest first; the order does not hang on how AWS listed them. */
function aptest(groups: readonly SecurityGroup[], vpc: string): readonly string[] {
  return groups
    .filter((g) => g.vpc === vpc)
    .toSorted((a, b) => descending(aptness(a), aptness(b)) || (a.id < b.id ? -1 : 1))
    .slice(0, mostGroups)
    .map((g) => g.id);
}

/** Sets of groups to try. Nodes on EKS must reach its cluster security group, so that one is tried alone and together with others. */
function groupSets(groups: readonly SecurityGroup[], vpc: string, eks: EksCluster | undefined): readonly (readonly string[])[] {
  const own = aptest(groups, vpc);
  const control = eks?.clusterSecurityGroup;
  if (control === undefined) return own.map((id) => [id]);
  const others = own.filter((id) => id !== control);
  return [[control], ...others.slice(0, 2).flatMap((id) => [[id], [control, id]])];
}

const withAction = ({ reason, action }: { reason: string; action?: string | undefined }) => ({
  reason,
  ...(action !== undefined && { action }),
});

interface AccountLocation {
  readonly account: string;
  readonly partition: string;
  readonly region: string;
}

/** Name of an EKS cluster that does not exist yet. */
const plannedEksName = 'to-be-made';

/** The EKS clusters of the region to try; a placeholder where none exists or none could be read. */
function eksTargets(requested: RequestedCluster, ground: CandidateNetworks, at: AccountLocation) {
  const arnOf = (name: string) => `arn:${at.partition}:eks:${at.region}:${at.account}:cluster/${name}`;
  const none = { arn: arnOf(requested.eksCluster ?? plannedEksName) };
  if (!ground.eksNames.ok) return { targets: [{ ...none, unread: ground.eksNames }], untried: [] };
  const names = ground.eksNames.value;
  const read = names.flatMap((name) => {
    const cluster = ground.eksClusters[name];
    return cluster?.ok && cluster.value ? [{ arn: cluster.value.arn, cluster: cluster.value }] : [];
  });
  const untried = names.flatMap((name) => {
    const cluster = ground.eksClusters[name];
    return cluster && !cluster.ok ? [{ name, ...withAction(cluster) }] : [];
  });
  if (read.length > 0) return { targets: read, untried };
  const [first] = untried;
  return { targets: [{ ...none, ...(first && { unread: first }) }], untried };
}

/**
 * Every placement of a region: subnet × EKS cluster × the security groups that fit best. A region without a subnet has one,
 * in a VPC yet to be created, so that its quotas and offers are evaluated as well.
 */
export function candidatesOf(requested: RequestedCluster, ground: CandidateNetworks, at: AccountLocation): PlacementCandidates {
  const groups = ground.securityGroups.ok ? ground.securityGroups.value : [];
  const all = ground.subnets.ok ? ground.subnets.value.filter((s) => s.state === 'available') : [];
  const roomiest = all.toSorted((a, b) => b.freeIpv4 - a.freeIpv4 || (a.id < b.id ? -1 : 1));
  const eks = requested.orchestrator === 'eks';
  const { targets, untried } = eks ? eksTargets(requested, ground, at) : { targets: [undefined], untried: [] };
  let leftOut = 0;
  const candidates = targets.flatMap((target): readonly PlacementCandidate[] => {
    const cluster = target && 'cluster' in target ? target.cluster : undefined;
    const unreadEks = target && 'unread' in target ? target.unread : undefined;
    const fitting = roomiest.filter((s) => cluster === undefined || s.vpc === cluster.vpc);
    leftOut += Math.max(0, fitting.length - mostSubnets);
    const base = {
      ...(target && { eks: target.arn }),
      missing: eks && !cluster && !unreadEks ? (['eks-cluster'] as const) : [],
      unread: unreadEks ? [{ of: 'eks-cluster' as const, ...withAction(unreadEks) }] : [],
    };
    if (fitting.length === 0)
      return [
        {
          ...base,
          securityGroups: [],
          missing: [...base.missing, ...(ground.subnets.ok ? (['vpc'] as const) : [])],
          unread: [...base.unread, ...(ground.subnets.ok ? [] : [{ of: 'vpc' as const, ...withAction(ground.subnets) }])],
        },
      ];
    return fitting.slice(0, mostSubnets).flatMap((subnet): readonly PlacementCandidate[] => {
      const sets = groupSets(groups, subnet.vpc, cluster);
      if (sets.length > 0) return sets.map((securityGroups) => ({ ...base, subnet, securityGroups }));
      const unread = ground.securityGroups.ok ? [] : [{ of: 'security-group' as const, ...withAction(ground.securityGroups) }];
      return [
        {
          ...base,
          subnet,
          securityGroups: [],
          missing: [...base.missing, ...(ground.securityGroups.ok ? (['security-group'] as const) : [])],
          unread: [...base.unread, ...unread],
        },
      ];
    });
  });
  return { candidates, leftOut, untried };
}

/** The group that all nodes are in. */
export const groupName = 'workers';

/** The CreateCluster request of a placement. `role`: what stands for an execution role that was not named. */
export function requestOf(requested: RequestedCluster, candidate: PlacementCandidate, name: string, role: string): ClusterRequest {
  const { subnet, securityGroups, eks } = candidate;
  return {
    ClusterName: name,
    ...(eks !== undefined && { Orchestrator: { Eks: { ClusterArn: eks } } }),
    InstanceGroups: [
      {
        InstanceGroupName: groupName,
        InstanceType: requested.type,
        InstanceCount: requested.count,
        ExecutionRole: requested.role ?? role,
        ...(requested.lifecycle && { LifeCycleConfig: { SourceS3Uri: requested.lifecycle.uri, OnCreate: requested.lifecycle.onCreate } }),
        ...(requested.spot && { CapacityRequirements: { Spot: {} } }),
        ...(requested.efa && { NetworkInterface: { InterfaceType: 'efa' as const } }),
      },
    ],
    ...(subnet && { VpcConfig: { SecurityGroupIds: securityGroups, Subnets: [subnet.id] } }),
  };
}

/** Names for so many placements, none of which is the name of a cluster that runs. */
export function freeNames(taken: readonly string[], count: number): readonly string[] {
  let stem = 'fit';
  while (taken.some((name) => name.startsWith(`${stem}-`))) stem += 'x';
  return Array.from({ length: count }, (_, i) => `${stem}-${i + 1}`);
}

/** The placements as planned clusters, alternatives of the first, in their order. */
export function plannedOf(
  requested: RequestedCluster,
  candidates: readonly PlacementCandidate[],
  region: string,
  names: readonly string[],
): readonly PlannedCluster[] {
  const [first = ''] = names;
  return candidates.map((candidate, i) => ({
    region,
    request: requestOf(requested, candidate, names[i] ?? '', ''),
    ...(i > 0 && { alternativeTo: first }),
    ...(candidate.subnet === undefined && { newVpc: true }),
  }));
}
