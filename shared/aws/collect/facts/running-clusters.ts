import {
  type ClusterInstanceGroupDetails,
  type ClusterRestrictedInstanceGroupDetails,
  DescribeClusterCommand,
  type DescribeClusterResponse,
  type VpcConfig,
} from '@aws-sdk/client-sagemaker';
import { specOf } from '../../../core/evaluation/cluster.ts';
import type { RunningCluster, RunningGroup } from '../../../core/evaluation/cluster-spec.ts';
import type { ClusterRequest, GroupRequest, StorageConfig, VpcConfig as VpcRequest } from '../../../core/plan/plan.ts';
import { AwsError, tryRead } from '../../client/errors.ts';
import { collector } from '../collector.ts';
import { readByKey } from '../referenced.ts';
import { amount, count, list, oneOf, present, text, texts } from '../response.ts';

const statuses = ['Creating', 'Deleting', 'Failed', 'InService', 'RollingBack', 'SystemUpdating', 'Updating'] as const;

type GroupDetails = ClusterInstanceGroupDetails & ClusterRestrictedInstanceGroupDetails;

const vpc = (config: VpcConfig): VpcRequest => ({
  SecurityGroupIds: texts(config.SecurityGroupIds, 'SecurityGroupIds'),
  Subnets: texts(config.Subnets, 'Subnets'),
});

function storage(config: NonNullable<GroupDetails['InstanceStorageConfigs']>[number]): StorageConfig {
  const { EbsVolumeConfig: ebs, FsxLustreConfig: lustre } = config;
  if (lustre) return { FsxLustreConfig: { DnsName: text(lustre.DnsName, 'DnsName'), MountName: text(lustre.MountName, 'MountName') } };
  return ebs?.VolumeSizeInGB === undefined ? {} : { EbsVolumeConfig: { VolumeSizeInGB: amount(ebs.VolumeSizeInGB, 'VolumeSizeInGB') } };
}

/** A running group in the words of a request, so that one reading serves both. */
function asRequest(group: GroupDetails): GroupRequest {
  const types = group.InstanceRequirements?.DesiredInstanceTypes ?? group.InstanceRequirements?.CurrentInstanceTypes;
  const script = group.LifeCycleConfig;
  const lustre = group.EnvironmentConfig?.FSxLustreConfig;
  return {
    InstanceGroupName: text(group.InstanceGroupName, 'InstanceGroupName'),
    InstanceCount: count(group.TargetCount, 'TargetCount'),
    ExecutionRole: text(group.ExecutionRole, 'ExecutionRole'),
    InstanceStorageConfigs: list(group.InstanceStorageConfigs ?? [], 'InstanceStorageConfigs').map(storage),
    ...(types
      ? { InstanceRequirements: { InstanceTypes: texts(types, 'InstanceTypes') } }
      : { InstanceType: text(group.InstanceType, 'InstanceType') }),
    ...(script?.SourceS3Uri !== undefined && {
      LifeCycleConfig: {
        SourceS3Uri: text(script.SourceS3Uri, 'SourceS3Uri'),
        ...(script.OnCreate !== undefined && { OnCreate: text(script.OnCreate, 'OnCreate') }),
        ...(script.OnInitComplete !== undefined && { OnInitComplete: text(script.OnInitComplete, 'OnInitComplete') }),
      },
    }),
    ...(group.TrainingPlanArn !== undefined && { TrainingPlanArn: text(group.TrainingPlanArn, 'TrainingPlanArn') }),
    ...(group.OverrideVpcConfig && { OverrideVpcConfig: vpc(group.OverrideVpcConfig) }),
    ...(group.CapacityRequirements?.Spot && { CapacityRequirements: { Spot: {} } }),
    ...(group.NetworkInterface?.InterfaceType && {
      NetworkInterface: { InterfaceType: oneOf(['efa', 'efa-only'], group.NetworkInterface.InterfaceType, 'InterfaceType') },
    }),
    ...(lustre && {
      EnvironmentConfig: {
        FSxLustreConfig: {
          SizeInGiB: amount(lustre.SizeInGiB, 'SizeInGiB'),
          PerUnitStorageThroughput: amount(lustre.PerUnitStorageThroughput ?? 0, 'PerUnitStorageThroughput'),
        },
      },
    }),
  };
}

function counts(group: GroupDetails): Pick<RunningGroup, 'current' | 'target' | 'currentByType'> {
  const details = list(group.InstanceTypeDetails ?? [], 'InstanceTypeDetails');
  return {
    current: count(group.CurrentCount, 'CurrentCount'),
    target: count(group.TargetCount, 'TargetCount'),
    ...(details.length > 0 && {
      currentByType: Object.fromEntries(details.map((d) => [text(d.InstanceType, 'InstanceType'), count(d.CurrentCount, 'CurrentCount')])),
    }),
  };
}

function reduced(cluster: DescribeClusterResponse): RunningCluster {
  const plain: readonly GroupDetails[] = list(cluster.InstanceGroups, 'InstanceGroups');
  const restricted: readonly GroupDetails[] = list(cluster.RestrictedInstanceGroups ?? [], 'RestrictedInstanceGroups');
  const shared = cluster.RestrictedInstanceGroupsConfig?.SharedEnvironmentConfig;
  const lustre = shared?.DesiredFSxLustreConfig ?? shared?.CurrentFSxLustreConfig;
  const eks = cluster.Orchestrator?.Eks;
  const request: ClusterRequest = {
    ClusterName: text(cluster.ClusterName, 'ClusterName'),
    InstanceGroups: plain.map(asRequest),
    RestrictedInstanceGroups: restricted.map(asRequest),
    ...(lustre && {
      RestrictedInstanceGroupsConfig: {
        SharedEnvironmentConfig: { FSxLustreConfig: { SizeInGiB: amount(lustre.SizeInGiB, 'SizeInGiB') } },
      },
    }),
    ...(cluster.VpcConfig && { VpcConfig: vpc(cluster.VpcConfig) }),
    ...(eks && { Orchestrator: { Eks: { ClusterArn: text(eks.ClusterArn, 'ClusterArn') } } }),
    ...(cluster.AutoScaling?.Mode === 'Enable' && { AutoScaling: { Mode: 'Enable' } }),
  };
  const { requests: _, groups, ...spec } = specOf(request);
  const details = [...plain, ...restricted];
  return {
    ...spec,
    arn: text(cluster.ClusterArn, 'ClusterArn'),
    status: oneOf(statuses, cluster.ClusterStatus, 'ClusterStatus'),
    groups: groups.map((group, i) => ({ ...group, ...counts(present(details[i], 'InstanceGroups')) })),
  };
}

export default collector({
  fact: 'runningClusters',
  grants: [
    {
      action: 'sagemaker:DescribeCluster',
      resources: (_, { partition, account }) => [`arn:${partition}:sagemaker:*:${account}:cluster/*`],
      why: 'groups, counts and network of the clusters that run',
    },
  ],
  collect: async ({ call, ...scope }) => {
    const names = await scope.fact('clusterNames');
    return readByKey(names.ok ? names.value : [], (name) =>
      tryRead(async () => {
        try {
          return reduced(
            await call('sagemaker:DescribeCluster', (sagemaker, options) =>
              sagemaker.send(new DescribeClusterCommand({ ClusterName: name }), options),
            ),
          );
        } catch (error) {
          if (error instanceof AwsError && ['ResourceNotFound', 'ResourceNotFoundException'].includes(error.code))
            throw new AwsError({ ok: false, reason: `cluster ${name} was deleted while it was being read` }, error);
          throw error;
        }
      }),
    );
  },
});
