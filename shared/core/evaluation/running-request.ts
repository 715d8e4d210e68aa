/**
 * The request that would make a running cluster again, in the API's own names: what DescribeCluster answers of CreateCluster's
 * members. Words that AWS may add to are texts. What it does not answer (tags, dates of patches, output paths) is absent.
 */
import { amount, count, flag, id, list, mapOf, object, optional, text, type Value } from './shape.ts';

const texts = list(text);
const vpcConfig = object({ SecurityGroupIds: texts, Subnets: texts });
const lustre = object({ SizeInGiB: amount, PerUnitStorageThroughput: optional(amount) });
const batchSize = object({ Type: text, Value: count });

const deploymentConfig = object({
  RollingUpdatePolicy: optional(object({ MaximumBatchSize: batchSize, RollbackMaximumBatchSize: optional(batchSize) })),
  WaitIntervalInSeconds: optional(count),
  AutoRollbackConfiguration: optional(list(object({ AlarmName: text }))),
});

const storageConfig = object({
  EbsVolumeConfig: optional(object({ VolumeSizeInGB: optional(amount), VolumeKmsKeyId: optional(text), RootVolume: optional(flag) })),
  FsxLustreConfig: optional(object({ DnsName: text, MountName: text, MountPath: optional(text) })),
  FsxOpenZfsConfig: optional(object({ DnsName: text, MountPath: optional(text) })),
});

const groupRequest = object({
  InstanceGroupName: id,
  InstanceCount: count,
  MinInstanceCount: optional(count),
  InstanceType: optional(text),
  InstanceRequirements: optional(object({ InstanceTypes: texts })),
  ExecutionRole: text,
  LifeCycleConfig: optional(object({ SourceS3Uri: optional(text), OnCreate: optional(text), OnInitComplete: optional(text) })),
  InstanceStorageConfigs: optional(list(storageConfig)),
  ThreadsPerCore: optional(count),
  OnStartDeepHealthChecks: optional(texts),
  ScheduledUpdateConfig: optional(object({ ScheduleExpression: text, DeploymentConfig: optional(deploymentConfig) })),
  AutoPatchConfig: optional(object({ PatchingStrategy: text, DeploymentConfig: optional(deploymentConfig) })),
  ImageId: optional(text),
  KubernetesConfig: optional(
    object({
      Labels: optional(mapOf(text)),
      Taints: optional(list(object({ Key: text, Value: optional(text), Effect: text }))),
    }),
  ),
  SlurmConfig: optional(object({ NodeType: text, PartitionNames: optional(texts) })),
  TrainingPlanArn: optional(text),
  OverrideVpcConfig: optional(vpcConfig),
  CapacityRequirements: optional(object({ Spot: optional(object({})), OnDemand: optional(object({})) })),
  NetworkInterface: optional(object({ InterfaceType: optional(text) })),
  EnvironmentConfig: optional(object({ FSxLustreConfig: optional(object({ SizeInGiB: amount, PerUnitStorageThroughput: amount })) })),
});
export type RunningGroupRequest = Value<typeof groupRequest>;

export const runningRequest = object({
  ClusterName: id,
  Orchestrator: optional(
    object({ Eks: optional(object({ ClusterArn: text })), Slurm: optional(object({ SlurmConfigStrategy: optional(text) })) }),
  ),
  InstanceGroups: optional(list(groupRequest)),
  RestrictedInstanceGroups: optional(list(groupRequest)),
  RestrictedInstanceGroupsConfig: optional(
    object({
      SharedEnvironmentConfig: optional(object({ FSxLustreDeletionPolicy: optional(text), FSxLustreConfig: optional(lustre) })),
    }),
  ),
  VpcConfig: optional(vpcConfig),
  NodeRecovery: optional(text),
  TieredStorageConfig: optional(object({ Mode: text, InstanceMemoryAllocationPercentage: optional(count) })),
  NodeProvisioningMode: optional(text),
  ClusterRole: optional(text),
  AutoScaling: optional(object({ Mode: text, AutoScalerType: optional(text) })),
});

export type RunningRequest = Value<typeof runningRequest>;
