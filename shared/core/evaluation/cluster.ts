/**
 * Planned and running clusters in one shape. A planned cluster matches a running one by name, their groups by name.
 */

import type { ClusterRequest, GroupRequest, PlannedCluster, VpcConfig } from '../plan/plan.ts';
import type { ClusterSpec, GroupSpec, Network, RunningCluster, RunningGroup } from './cluster-spec.ts';
import { type Facts, NotEvaluatedError, outdatedFacts, type Read, readAt, requireValue } from './facts.ts';
import { byName } from './order.ts';
import type { RunningRequest } from './running-request.ts';

/** A group to evaluate. `planned`: the requested counts; absent where the group only runs. */
export interface Group extends GroupSpec {
  readonly planned?: { readonly count: number; readonly min?: number };
  readonly growTo?: number;
}

/** A cluster to evaluate: the planned one where the plan has it, else the running one. */
export interface Cluster extends ClusterSpec<Group> {
  /** Absent for a cluster that only runs. */
  readonly plan?: PlannedCluster;
  /**
   * The running cluster of that name, `null` if none runs. Unread where ListClusters or this DescribeCluster failed:
   * read it through `requireValue`.
   */
  readonly running: Read<RunningCluster | null>;
  /** The EKS cluster gives pods IPv6 addresses instead of IPv4, or it could not be read. */
  readonly podsMayUseIpv6?: true;
}

const network = (v: VpcConfig | undefined): Network | undefined =>
  v ? { subnets: v.Subnets, securityGroups: v.SecurityGroupIds } : undefined;

const interfaceTypes = ['efa', 'efa-only'] as const;

function groupSpec(g: GroupRequest, restricted: boolean): GroupSpec {
  const override = network(g.OverrideVpcConfig);
  const storage = g.InstanceStorageConfigs ?? [];
  const script = g.LifeCycleConfig;
  const openZfs = storage.flatMap((s) => s.FsxOpenZfsConfig?.DnsName ?? []);
  const lustre = g.EnvironmentConfig?.FSxLustreConfig?.SizeInGiB;
  // A type that this version does not know is reported by `request-members`.
  const interfaceType = interfaceTypes.find((type) => type === g.NetworkInterface?.InterfaceType);
  return {
    name: g.InstanceGroupName,
    restricted,
    types: g.InstanceRequirements?.InstanceTypes ?? (g.InstanceType ? [g.InstanceType] : []),
    spot: g.CapacityRequirements?.Spot !== undefined,
    role: g.ExecutionRole,
    ...(override && { network: override }),
    ...(interfaceType && { interfaceType }),
    volumesGb: storage.flatMap((s) => s.EbsVolumeConfig?.VolumeSizeInGB ?? []),
    fsxLustre: storage.flatMap((s) =>
      s.FsxLustreConfig ? [{ dnsName: s.FsxLustreConfig.DnsName, mountName: s.FsxLustreConfig.MountName }] : [],
    ),
    ...(openZfs.length > 0 && { openZfs }),
    ...(script?.SourceS3Uri && {
      lifecycle: {
        uri: script.SourceS3Uri,
        ...(script.OnCreate && { onCreate: script.OnCreate }),
        ...(script.OnInitComplete && { onInitComplete: script.OnInitComplete }),
      },
    }),
    ...(g.TrainingPlanArn && { trainingPlan: g.TrainingPlanArn }),
    ...(lustre !== undefined && { lustreGib: lustre }),
  };
}

/** A CreateCluster request (or the parts DescribeCluster shares with it) in the shape checks read. */
export function specOf(r: ClusterRequest): ClusterSpec & { readonly requests: readonly GroupRequest[] } {
  const vpc = network(r.VpcConfig);
  const plain = r.InstanceGroups ?? [];
  const restricted = r.RestrictedInstanceGroups ?? [];
  const autoScaling = r.AutoScaling?.Mode === 'Enable';
  const shared = r.RestrictedInstanceGroupsConfig?.SharedEnvironmentConfig?.FSxLustreConfig?.SizeInGiB;
  return {
    name: r.ClusterName,
    orchestrator: r.Orchestrator?.Eks ? 'eks' : 'slurm',
    ...(r.Orchestrator?.Eks && { eksCluster: r.Orchestrator.Eks.ClusterArn }),
    ...(vpc && { network: vpc }),
    autoScaling,
    ...(autoScaling && r.ClusterRole && { clusterRole: r.ClusterRole }),
    ...(shared !== undefined && { sharedLustreGib: shared }),
    groups: [...plain.map((g) => groupSpec(g, false)), ...restricted.map((g) => groupSpec(g, true))],
    requests: [...plain, ...restricted],
  };
}

/**
 * How many nodes a request takes as enough. A Slurm cluster is in service only with one controller node and, where it has a login
 * group, one login node: https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-scaling-slurm.html
 */
function minimumOf({ InstanceCount, MinInstanceCount, SlurmConfig }: GroupRequest, orchestrator: ClusterSpec['orchestrator']) {
  if (MinInstanceCount === undefined) return {};
  const isPriority = orchestrator === 'slurm' && (SlurmConfig?.NodeType === 'Controller' || SlurmConfig?.NodeType === 'Login');
  return { min: isPriority ? Math.max(MinInstanceCount, Math.min(1, InstanceCount)) : MinInstanceCount };
}

function plannedCluster(plan: PlannedCluster, running: Read<RunningCluster | null>): Cluster {
  const { requests, ...spec } = specOf(plan.request);
  const groups = spec.groups.map((g, i): Group => {
    const request = requests[i] as GroupRequest;
    const growTo = plan.growTo?.[g.name];
    return {
      ...g,
      planned: { count: request.InstanceCount, ...minimumOf(request, spec.orchestrator) },
      ...(growTo !== undefined && { growTo }),
    };
  });
  return { ...spec, groups, plan, running };
}

/**
 * The clusters of one region to evaluate: planned ones first, in plan order (they compete in it), then those that only run.
 * A running cluster that could not be described is left out here; `unreadableClusters` names it.
 */
export function clustersOf(planned: readonly PlannedCluster[], facts: Pick<Facts, 'clusterNames' | 'runningClusters'>): readonly Cluster[] {
  const running = (name: string): Read<RunningCluster | null> => {
    if (!facts.clusterNames.ok) return facts.clusterNames;
    if (!facts.clusterNames.value.includes(name)) return { ok: true, value: null };
    return facts.runningClusters[name] ?? { ok: false, reason: `cluster ${name} was not read` };
  };
  const names = new Set(planned.map((p) => p.request.ClusterName));
  const others = facts.clusterNames.ok ? facts.clusterNames.value.filter((n) => !names.has(n)) : [];
  return [
    ...planned.map((p) => plannedCluster(p, running(p.request.ClusterName))),
    ...others.flatMap((n) => {
      const read = running(n);
      return read.ok && read.value && read.value.status !== 'Deleting' ? [{ ...read.value, running: read }] : [];
    }),
  ];
}

/** The cluster with the IP family of its pods; one that does not exist yet is expected to have IPv4, the default of EKS. */
export function withPodFamily(cluster: Cluster, { eksClusters }: Pick<Facts, 'eksClusters'>): Cluster {
  const arn = cluster.eksCluster;
  if (arn === undefined) return cluster;
  const read = readAt(eksClusters, arn);
  return read?.ok && read.value?.ipFamily !== 'ipv6' ? cluster : { ...cluster, podsMayUseIpv6: true };
}

/** Names of clusters that run here, are not in the plan, and could not be described, with the reason. */
export function unreadableClusters(planned: readonly PlannedCluster[], facts: Pick<Facts, 'clusterNames' | 'runningClusters'>) {
  if (!facts.clusterNames.ok) return [];
  const names = new Set(planned.map((p) => p.request.ClusterName));
  return facts.clusterNames.value.flatMap((name) => {
    const read = facts.runningClusters[name] ?? { ok: false as const, reason: `cluster ${name} was not read` };
    return names.has(name) || read.ok ? [] : [{ name, read }];
  });
}

/** Every running cluster of the region, or `NotEvaluatedError` if one of them could not be read. */
export function allRunning(facts: Pick<Facts, 'clusterNames' | 'runningClusters'>): readonly RunningCluster[] {
  return requireValue(facts.clusterNames).map((name) => {
    const read = facts.runningClusters[name];
    if (!read) throw new NotEvaluatedError(`cluster ${name} was not read`);
    return requireValue(read);
  });
}

/** The running group of that name, or `undefined`; `NotEvaluatedError` where the running cluster could not be read. */
export function runningGroup(cluster: Cluster, group: string): RunningGroup | undefined {
  return requireValue(cluster.running)?.groups.find((g) => g.name === group);
}

/**
 * The request behind the running cluster that a plan would change; `undefined` where none runs. `NotEvaluatedError` where it could
 * not be read. A cluster that is being deleted decides nothing about the next one of its name.
 */
export function runningRequestOf(cluster: Cluster): RunningRequest | undefined {
  const running = requireValue(cluster.running);
  if (!running || running.status === 'Deleting') return undefined;
  if (!running.request) throw new NotEvaluatedError(outdatedFacts);
  return running.request;
}

/** Subnets and security groups a group's nodes would get; `undefined` where the request names no VPC. */
export function networkOf(cluster: ClusterSpec, group: GroupSpec): Network | undefined {
  return group.network ?? cluster.network;
}

/** A cluster's groups in an order that does not hang on how AWS listed them: the plan's, else by name. */
export const groupsInOrder = (cluster: Cluster): readonly Group[] => (cluster.plan ? cluster.groups : cluster.groups.toSorted(byName));

/** `ml.p5.48xlarge` → `p5.48xlarge`, the name EC2 knows. */
export const ec2Type = (mlType: string): string => mlType.replace(/^ml\./, '');

/** Throws `NotEvaluatedError` for the first `ml.` type that EC2 does not list in the region. */
export function requireKnownTypes(known: { readonly [type: string]: unknown }, types: readonly string[]): void {
  const unknown = types.find((type) => !Object.hasOwn(known, ec2Type(type)));
  if (unknown !== undefined) throw new NotEvaluatedError(`instance type ${unknown} is unknown in this region`);
}
