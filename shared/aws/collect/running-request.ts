/** DescribeCluster's answer in the words of the request that would make the cluster again, so that one reading serves both. */
import type {
  ClusterInstanceGroupDetails,
  ClusterRestrictedInstanceGroupDetails,
  DeploymentConfiguration,
  DescribeClusterResponse,
  VpcConfig,
} from '@aws-sdk/client-sagemaker';
import type { RunningGroupRequest, RunningRequest } from '../../core/evaluation/running-request.ts';
import type { StorageConfig } from '../../core/plan/plan.ts';
import { amount, count, list, oneOf, present, text, texts, unreadable } from './response.ts';

export type GroupDetails = ClusterInstanceGroupDetails & ClusterRestrictedInstanceGroupDetails;

/** A member that AWS may leave out or empty; where it is there, it has to be readable. */
export function given<V, R>(read: (value: V, member: string) => R, value: V | undefined, member: string): R | undefined {
  return value === undefined || value === '' ? undefined : read(value, member);
}

/** A member that AWS may leave out; where it is there, it has to be an object. */
function nested<V extends object, R>(read: (value: V) => R, value: V | undefined, member: string): R | undefined {
  if (value === undefined) return undefined;
  return typeof value === 'object' && value !== null ? read(value) : unreadable(member);
}

/** A request leaves out what is empty. */
const filled = <T>(all: readonly T[]): readonly T[] | undefined => (all.length > 0 ? all : undefined);

const vpc = (config: VpcConfig) => ({
  SecurityGroupIds: texts(config.SecurityGroupIds, 'SecurityGroupIds'),
  Subnets: texts(config.Subnets, 'Subnets'),
});

function storage(config: NonNullable<GroupDetails['InstanceStorageConfigs']>[number]): StorageConfig | undefined {
  const { EbsVolumeConfig: ebs, FsxLustreConfig: lustre, FsxOpenZfsConfig: zfs } = config;
  if (lustre)
    return {
      FsxLustreConfig: {
        DnsName: text(lustre.DnsName, 'DnsName'),
        MountName: text(lustre.MountName, 'MountName'),
        MountPath: given(text, lustre.MountPath, 'MountPath'),
      },
    };
  if (zfs) return { FsxOpenZfsConfig: { DnsName: text(zfs.DnsName, 'DnsName'), MountPath: given(text, zfs.MountPath, 'MountPath') } };
  const key = given(text, ebs?.VolumeKmsKeyId, 'VolumeKmsKeyId');
  // A request names the root volume for its key alone.
  if (ebs?.RootVolume) return key === undefined ? undefined : { EbsVolumeConfig: { VolumeKmsKeyId: key, RootVolume: true } };
  const size = given(amount, ebs?.VolumeSizeInGB, 'VolumeSizeInGB');
  return size === undefined ? undefined : { EbsVolumeConfig: { VolumeSizeInGB: size, VolumeKmsKeyId: key } };
}

function deployment(config: DeploymentConfiguration) {
  const { RollingUpdatePolicy: policy, AutoRollbackConfiguration: alarms } = config;
  const batch = (size: NonNullable<typeof policy>['MaximumBatchSize']) => {
    const { Type, Value } = present(size, 'MaximumBatchSize');
    return { Type: text(Type, 'Type'), Value: count(Value, 'Value') };
  };
  return {
    RollingUpdatePolicy: nested(
      ({ MaximumBatchSize, RollbackMaximumBatchSize }) => ({
        MaximumBatchSize: batch(MaximumBatchSize),
        RollbackMaximumBatchSize: nested(batch, RollbackMaximumBatchSize, 'RollbackMaximumBatchSize'),
      }),
      policy,
      'RollingUpdatePolicy',
    ),
    WaitIntervalInSeconds: given(count, config.WaitIntervalInSeconds, 'WaitIntervalInSeconds'),
    AutoRollbackConfiguration: nested(
      (all) => list(all, 'AutoRollbackConfiguration').map(({ AlarmName }) => ({ AlarmName: text(AlarmName, 'AlarmName') })),
      alarms,
      'AutoRollbackConfiguration',
    ),
  };
}

/** Labels may be empty texts. */
const labels = (of: { readonly [key: string]: string }) =>
  Object.fromEntries(Object.entries(of).map(([key, value]) => [key, typeof value === 'string' ? value : unreadable('Labels')]));

function kubernetes(config: NonNullable<GroupDetails['KubernetesConfig']>) {
  const taints = config.DesiredTaints ?? config.CurrentTaints;
  return {
    Labels: given(labels, config.DesiredLabels ?? config.CurrentLabels, 'Labels'),
    Taints: nested(
      (all) =>
        list(all, 'Taints').map(({ Key, Value, Effect }) => ({
          Key: text(Key, 'Key'),
          Value: given(text, Value, 'Value'),
          Effect: text(Effect, 'Effect'),
        })),
      taints,
      'Taints',
    ),
  };
}

/** How a group is set up and updated. */
function settings(group: GroupDetails, isContinuous: boolean) {
  const { ScheduledUpdateConfig: updates, AutoPatchConfig: patches, SlurmConfig: slurm } = group;
  return {
    ThreadsPerCore: given(count, group.ThreadsPerCore, 'ThreadsPerCore'),
    OnStartDeepHealthChecks: filled(texts(group.OnStartDeepHealthChecks, 'OnStartDeepHealthChecks')),
    ScheduledUpdateConfig: nested(
      ({ ScheduleExpression, DeploymentConfig }) => ({
        ScheduleExpression: text(ScheduleExpression, 'ScheduleExpression'),
        DeploymentConfig: nested(deployment, DeploymentConfig, 'DeploymentConfig'),
      }),
      updates,
      'ScheduledUpdateConfig',
    ),
    AutoPatchConfig: patches?.PatchingStrategy
      ? {
          PatchingStrategy: text(patches.PatchingStrategy, 'PatchingStrategy'),
          DeploymentConfig: nested(deployment, patches.DeploymentConfig, 'DeploymentConfig'),
        }
      : undefined,
    // Only HyperPod's own images have a release version, and a group brings its own image only in Continuous mode.
    ImageId: isContinuous && !group.CurrentImageReleaseVersion ? imageOf(group) : undefined,
    KubernetesConfig: nested(kubernetes, group.KubernetesConfig, 'KubernetesConfig'),
    SlurmConfig: nested(
      ({ NodeType, PartitionNames }) => ({
        NodeType: text(NodeType, 'NodeType'),
        PartitionNames: filled(texts(PartitionNames, 'PartitionNames')),
      }),
      slurm,
      'SlurmConfig',
    ),
  };
}

/** The image of a group's nodes. */
export const imageOf = (group: GroupDetails): string | undefined => given(text, group.DesiredImageId ?? group.CurrentImageId, 'ImageId');

function groupRequest(group: GroupDetails, isContinuous: boolean): RunningGroupRequest {
  const types = group.InstanceRequirements?.DesiredInstanceTypes ?? group.InstanceRequirements?.CurrentInstanceTypes;
  const { LifeCycleConfig: script, CapacityRequirements: capacity } = group;
  const lustre = group.EnvironmentConfig?.FSxLustreConfig;
  return {
    InstanceGroupName: text(group.InstanceGroupName, 'InstanceGroupName'),
    InstanceCount: count(group.TargetCount, 'TargetCount'),
    MinInstanceCount: isContinuous ? given(count, group.MinCount, 'MinCount') : undefined,
    ...(types
      ? { InstanceRequirements: { InstanceTypes: texts(types, 'InstanceTypes') } }
      : { InstanceType: text(group.InstanceType, 'InstanceType') }),
    ExecutionRole: text(group.ExecutionRole, 'ExecutionRole'),
    LifeCycleConfig:
      script?.SourceS3Uri === undefined
        ? undefined
        : {
            SourceS3Uri: text(script.SourceS3Uri, 'SourceS3Uri'),
            OnCreate: given(text, script.OnCreate, 'OnCreate'),
            OnInitComplete: given(text, script.OnInitComplete, 'OnInitComplete'),
          },
    InstanceStorageConfigs: filled(list(group.InstanceStorageConfigs ?? [], 'InstanceStorageConfigs').flatMap((one) => storage(one) ?? [])),
    TrainingPlanArn: given(text, group.TrainingPlanArn, 'TrainingPlanArn'),
    OverrideVpcConfig: nested(vpc, group.OverrideVpcConfig, 'OverrideVpcConfig'),
    CapacityRequirements: capacity?.Spot ? { Spot: {} } : capacity?.OnDemand ? { OnDemand: {} } : undefined,
    NetworkInterface: group.NetworkInterface?.InterfaceType
      ? { InterfaceType: oneOf(['efa', 'efa-only'], group.NetworkInterface.InterfaceType, 'InterfaceType') }
      : undefined,
    EnvironmentConfig: nested(
      ({ SizeInGiB, PerUnitStorageThroughput }) => ({
        FSxLustreConfig: {
          SizeInGiB: amount(SizeInGiB, 'SizeInGiB'),
          PerUnitStorageThroughput: amount(PerUnitStorageThroughput, 'PerUnitStorageThroughput'),
        },
      }),
      lustre,
      'FSxLustreConfig',
    ),
    ...settings(group, isContinuous),
  };
}

/** AWS refuses every SlurmConfigStrategy with Continuous. */
function orchestrator({ Orchestrator: runs }: DescribeClusterResponse, isContinuous: boolean): RunningRequest['Orchestrator'] {
  if (runs?.Eks) return { Eks: { ClusterArn: text(runs.Eks.ClusterArn, 'ClusterArn') } };
  const strategy = isContinuous ? undefined : given(text, runs?.Slurm?.SlurmConfigStrategy, 'SlurmConfigStrategy');
  return strategy === undefined ? undefined : { Slurm: { SlurmConfigStrategy: strategy } };
}

/** The Lustre file system that restricted groups share. */
function sharedStorage({
  RestrictedInstanceGroupsConfig: config,
}: DescribeClusterResponse): RunningRequest['RestrictedInstanceGroupsConfig'] {
  const shared = config?.SharedEnvironmentConfig;
  const lustre = shared?.DesiredFSxLustreConfig ?? shared?.CurrentFSxLustreConfig;
  if (!shared || !lustre) return undefined;
  const policy = shared.DesiredFSxLustreDeletionPolicy ?? shared.CurrentFSxLustreDeletionPolicy;
  return {
    SharedEnvironmentConfig: {
      FSxLustreDeletionPolicy: given(text, policy, 'FSxLustreDeletionPolicy'),
      FSxLustreConfig: {
        SizeInGiB: amount(lustre.SizeInGiB, 'SizeInGiB'),
        PerUnitStorageThroughput: given(amount, lustre.PerUnitStorageThroughput, 'PerUnitStorageThroughput'),
      },
    },
  };
}

/** `details` has the groups in the order of the request's, restricted ones after the others. */
export function asRequest(cluster: DescribeClusterResponse): {
  readonly request: RunningRequest;
  readonly details: readonly GroupDetails[];
} {
  const plain: readonly GroupDetails[] = list(cluster.InstanceGroups, 'InstanceGroups');
  const restricted: readonly GroupDetails[] = list(cluster.RestrictedInstanceGroups ?? [], 'RestrictedInstanceGroups');
  const mode = given(text, cluster.NodeProvisioningMode, 'NodeProvisioningMode');
  const isContinuous = mode === 'Continuous';
  const tiered = cluster.TieredStorageConfig;
  const groups = (all: readonly GroupDetails[]) => filled(all.map((group) => groupRequest(group, isContinuous)));
  const request: RunningRequest = {
    ClusterName: text(cluster.ClusterName, 'ClusterName'),
    Orchestrator: orchestrator(cluster, isContinuous),
    InstanceGroups: groups(plain),
    RestrictedInstanceGroups: groups(restricted),
    RestrictedInstanceGroupsConfig: sharedStorage(cluster),
    VpcConfig: nested(vpc, cluster.VpcConfig, 'VpcConfig'),
    NodeRecovery: given(text, cluster.NodeRecovery, 'NodeRecovery'),
    TieredStorageConfig: nested(
      ({ Mode, InstanceMemoryAllocationPercentage }) => ({
        Mode: text(Mode, 'Mode'),
        InstanceMemoryAllocationPercentage: given(count, InstanceMemoryAllocationPercentage, 'InstanceMemoryAllocationPercentage'),
      }),
      tiered,
      'TieredStorageConfig',
    ),
    NodeProvisioningMode: mode,
    ClusterRole: given(text, cluster.ClusterRole, 'ClusterRole'),
    AutoScaling:
      cluster.AutoScaling?.Mode === 'Enable'
        ? { Mode: 'Enable', AutoScalerType: given(text, cluster.AutoScaling.AutoScalerType, 'AutoScalerType') }
        : undefined,
  };
  return { request, details: [...plain, ...restricted] };
}
