/** What a cluster is, planned or running: the shape that facts contain and requests are converted to. */
import { runningRequest } from './running-request.ts';
import { amount, count, flag, id, list, mapOf, moment, object, oneOf, optional, text, type Value } from './shape.ts';

const network = object({ subnets: list(id), securityGroups: list(id) });
export type Network = Value<typeof network>;

const group = {
  name: id,
  restricted: flag,
  /** `ml.` types; more than one: a flexible group, in order of priority. */
  types: list(id),
  spot: flag,
  role: text,
  /** OverrideVpcConfig. */
  network: optional(network),
  interfaceType: optional(oneOf('efa', 'efa-only')),
  volumesGb: list(amount),
  fsxLustre: list(object({ dnsName: text, mountName: text })),
  /** DNS names of FSx for OpenZFS file systems that HyperPod mounts. */
  openZfs: optional(list(text)),
  lifecycle: optional(object({ uri: text, onCreate: optional(text), onInitComplete: optional(text) })),
  trainingPlan: optional(text),
  /** Lustre capacity a restricted group brings with it, GiB. */
  lustreGib: optional(amount),
};
const groupSpec = object(group);
export type GroupSpec = Value<typeof groupSpec>;

const cluster = {
  name: id,
  orchestrator: oneOf('eks', 'slurm'),
  eksCluster: optional(text),
  network: optional(network),
  autoScaling: flag,
  /** Role with which HyperPod scales a cluster that has autoscaling. */
  clusterRole: optional(text),
  /** Lustre capacity the restricted groups share, GiB. */
  sharedLustreGib: optional(amount),
};
const clusterSpec = object(cluster);
export type ClusterSpec<G extends GroupSpec = GroupSpec> = Value<typeof clusterSpec> & { readonly groups: readonly G[] };

const runningGroup = object({
  ...group,
  current: count,
  target: count,
  /** Nodes that exist, by type, where AWS breaks them down (flexible groups). */
  currentByType: optional(mapOf(count)),
  /** MinCount: below it the group is not in service. */
  min: optional(count),
  /** InService, Creating, Updating, Failed, Degraded, SystemUpdating or Deleting, or a newer word. */
  status: optional(text),
  /** The image of its nodes, be it the group's own or one of HyperPod's. */
  image: optional(text),
  /** ImageVersionStatus: UpToDate, UpdateAvailable, SecurityUpdateRequired or EndOfLife, or a newer word. */
  imageStatus: optional(text),
  trainingPlanStatus: optional(text),
});
export type RunningGroup = Value<typeof runningGroup>;

const clusterStatus = oneOf('Creating', 'Deleting', 'Failed', 'InService', 'RollingBack', 'SystemUpdating', 'Updating');
export type ClusterStatus = Value<typeof clusterStatus>;

/** What snapshots of older versions do not contain is optional. */
export const runningCluster = object({
  ...cluster,
  groups: list(runningGroup),
  arn: id,
  status: clusterStatus,
  /** CreationTime. */
  created: optional(moment),
  /** Why it failed, as AWS says it: text from outside. */
  failureMessage: optional(text),
  autoScalingStatus: optional(object({ status: text, failureMessage: optional(text) })),
  request: optional(runningRequest),
});
export type RunningCluster = Value<typeof runningCluster>;

/** The nodes of a running cluster, counted: a cluster may have thousands. */
export const clusterNodes = object({
  /** Group name → InstanceStatus.Status → how many nodes have it. */
  groups: mapOf(mapOf(count)),
  /** The first that failed or do not exist; `message` is text from outside. */
  unhealthy: list(object({ group: id, id, status: text, message: optional(text) })),
});
export type ClusterNodes = Value<typeof clusterNodes>;

/** What a cluster reports of itself, for people to read: no check depends on it. */
export const clusterEvents = object({
  /** The last Error events of seven days, newest first; `text` and `cause`, the FailureMessage of its details, are from outside. */
  errors: list(object({ time: moment, group: optional(id), node: optional(id), text, cause: optional(text) })),
  /** Why the details of some were not read. */
  causesUnread: optional(object({ reason: text, action: optional(text) })),
  /** There are older events in these days that were not read. */
  partial: flag,
});
export type ClusterErrors = Value<typeof clusterEvents>;

/** Statuses of nodes that do not work and do not come up by themselves. */
export const unhealthyStatuses: readonly string[] = ['Failure', 'NotFound'];
