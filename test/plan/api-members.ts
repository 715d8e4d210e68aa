/**
 * What becomes of each member of CreateCluster and DescribeCluster: the checks that evaluate it, or why none has to. `X.*` stands
 * for all members below X. The emulator suite holds both tables against the newest model of the API.
 */
export type MemberTable = Readonly<Record<string, readonly string[] | string>>;

const network = ['network-resources', 'cluster-placement', 'subnet-free-ips', 'subnet-private', 's3-reachable', 'network-acl'];
const networkMembers = (path: string): MemberTable => ({
  [`${path}.SecurityGroupIds[]`]: ['network-resources', 'security-group-internal-traffic', 'efa-self-traffic', 'egress-reaches-services'],
  [`${path}.Subnets[]`]: network,
});

/** Members that groups of both kinds have. */
const commonMembers = (path: string): MemberTable => ({
  [`${path}.InstanceCount`]: ['instance-type-quota', 'cluster-size-quota', 'total-instance-quota', 'subnet-free-ips'],
  [`${path}.InstanceGroupName`]: 'accepted: a name, checked for its shape and for repetitions',
  [`${path}.InstanceType`]: ['instance-type-quota', 'zone-offers-instance'],
  [`${path}.ExecutionRole`]: ['execution-role', 'eks-node-roles', 's3-access-allowed'],
  [`${path}.InstanceStorageConfigs[].EbsVolumeConfig.VolumeSizeInGB`]: ['volume-size-quota', 'volumes'],
  [`${path}.InstanceStorageConfigs[].EbsVolumeConfig.VolumeKmsKeyId`]: ['volumes', 'provisioning-mode', 'kms-keys', 'autoscaling'],
  [`${path}.InstanceStorageConfigs[].EbsVolumeConfig.RootVolume`]: ['volumes'],
  [`${path}.InstanceStorageConfigs[].FsxLustreConfig.DnsName`]: ['fsx-available', 'fsx-same-vpc', 'fsx-ports', 'execution-role'],
  [`${path}.InstanceStorageConfigs[].FsxLustreConfig.MountName`]: ['fsx-available'],
  [`${path}.InstanceStorageConfigs[].FsxLustreConfig.MountPath`]: ['fsx-mounts'],
  [`${path}.InstanceStorageConfigs[].FsxOpenZfsConfig.DnsName`]: ['vpc-given', 'fsx-mounts', 'openzfs', 'fsx-same-zone'],
  [`${path}.InstanceStorageConfigs[].FsxOpenZfsConfig.MountPath`]: ['fsx-mounts'],
  [`${path}.OnStartDeepHealthChecks[]`]: ['health-checks', 'eks-configuration'],
  [`${path}.TrainingPlanArn`]: ['request-region', 'training-plan', 'training-plan-end'],
  ...networkMembers(`${path}.OverrideVpcConfig`),
  [`${path}.ScheduledUpdateConfig.*`]: ['software-updates', 'update-alarms'],
});

export const requestMembers: MemberTable = {
  ClusterName: ['network-unchanged'],
  ...commonMembers('InstanceGroups[]'),
  'InstanceGroups[].ThreadsPerCore': ['threads', 'group-settings-unchanged'],
  'InstanceGroups[].MinInstanceCount': ['instance-type-quota', 'provisioning-mode'],
  'InstanceGroups[].InstanceRequirements.InstanceTypes[]': ['instance-type-quota', 'zone-offers-instance', 'provisioning-mode'],
  'InstanceGroups[].LifeCycleConfig.SourceS3Uri': [
    'lifecycle-scripts',
    'lifecycle-script-keys',
    'slurm-parameters',
    's3-access-allowed',
    'lifecycle-settings',
  ],
  'InstanceGroups[].LifeCycleConfig.OnCreate': ['lifecycle-scripts', 'lifecycle-settings'],
  'InstanceGroups[].LifeCycleConfig.OnInitComplete': ['lifecycle-scripts', 'lifecycle-settings'],
  'InstanceGroups[].ImageId': ['provisioning-mode', 'custom-image'],
  'InstanceGroups[].ImageReleaseVersion': 'accepted: AWS alone knows its releases',
  'InstanceGroups[].AutoPatchConfig.*': ['software-updates', 'update-alarms', 'eks-configuration'],
  'InstanceGroups[].KubernetesConfig.*': ['eks-configuration'],
  'InstanceGroups[].SlurmConfig.*': ['slurm-configuration', 'slurm-parameters'],
  'InstanceGroups[].CapacityRequirements.*': ['capacity-requirements', 'instance-type-quota'],
  'InstanceGroups[].NetworkInterface.InterfaceType': ['network-interface-type', 'efa-self-traffic'],
  ...commonMembers('RestrictedInstanceGroups[]'),
  'RestrictedInstanceGroups[].ThreadsPerCore': ['threads', 'group-settings-unchanged'],
  'RestrictedInstanceGroups[].EnvironmentConfig.*': ['restricted-group-storage', 'restricted-storage-quota'],
  'RestrictedInstanceGroupsConfig.SharedEnvironmentConfig.FSxLustreDeletionPolicy': 'accepted: decides what happens after the cluster',
  'RestrictedInstanceGroupsConfig.SharedEnvironmentConfig.FSxLustreConfig.*': ['restricted-group-storage', 'restricted-storage-quota'],
  ...networkMembers('VpcConfig'),
  'Tags[].*': ['tags'],
  'Orchestrator.Eks.ClusterArn': [
    'request-region',
    'eks-cluster',
    'eks-api-endpoint',
    'vpc-cni-version',
    'instance-store-driver',
    'ipv6-pods',
  ],
  'Orchestrator.Slurm.SlurmConfigStrategy': ['slurm-configuration'],
  'Orchestrator.Slurm.AccountingDatabase.*': ['provisioning-mode', 'accounting-database'],
  NodeRecovery: ['node-recovery', 'autoscaling-settings'],
  'TieredStorageConfig.*': ['eks-configuration'],
  NodeProvisioningMode: ['provisioning-mode', 'slurm-configuration'],
  ClusterRole: ['autoscaling', 'autoscaling-settings'],
  'AutoScaling.Mode': ['eks-configuration', 'provisioning-mode', 'autoscaling', 'autoscaling-settings', 'instance-type-quota'],
  'AutoScaling.AutoScalerType': 'accepted: Karpenter is the only one',
};

/** DescribeCluster repeats the request: what is evaluated of it is listed there. */
const asRequested = 'accepted: as in the request, where the plan has the cluster';
const untimed = 'accepted: says that an operation is in progress, and not since when';
const desired = 'accepted: what is on its way, reported by the current value';

const answeredGroups = (path: string): MemberTable => ({
  [`${path}.CurrentCount`]: ['instance-type-quota', 'total-instance-quota', 'subnet-free-ips'],
  [`${path}.TargetCount`]: ['instance-type-quota', 'total-instance-quota', 'subnet-free-ips'],
  [`${path}.InstanceGroupName`]: ['network-unchanged'],
  [`${path}.InstanceType`]: ['instance-type-quota', 'zone-offers-instance'],
  [`${path}.ExecutionRole`]: ['execution-role'],
  [`${path}.ThreadsPerCore`]: ['group-settings-unchanged'],
  [`${path}.InstanceStorageConfigs[].EbsVolumeConfig.*`]: ['volume-size-quota'],
  [`${path}.InstanceStorageConfigs[].FsxLustreConfig.*`]: ['fsx-available', 'fsx-same-vpc', 'fsx-ports'],
  [`${path}.InstanceStorageConfigs[].FsxOpenZfsConfig.*`]: asRequested,
  [`${path}.OnStartDeepHealthChecks[]`]: asRequested,
  [`${path}.Status`]: ['cluster-health'],
  [`${path}.TrainingPlanArn`]: ['request-region', 'training-plan', 'training-plan-end'],
  [`${path}.TrainingPlanStatus`]: 'accepted: training-plan reads the plan itself',
  ...networkMembers(`${path}.OverrideVpcConfig`),
  [`${path}.ScheduledUpdateConfig.*`]: asRequested,
});

export const answerMembers: MemberTable = {
  ClusterArn: 'accepted: names the cluster in commands and links',
  ClusterName: ['network-unchanged'],
  ClusterStatus: ['cluster-health', 'instance-type-quota'],
  CreationTime: ['cluster-health'],
  FailureMessage: ['cluster-health'],
  ...answeredGroups('InstanceGroups[]'),
  'InstanceGroups[].MinCount': ['cluster-health'],
  'InstanceGroups[].InstanceRequirements.*': ['instance-type-quota'],
  'InstanceGroups[].InstanceTypeDetails[].*': ['instance-type-quota'],
  'InstanceGroups[].LifeCycleConfig.*': ['lifecycle-scripts', 's3-access-allowed'],
  'InstanceGroups[].AutoPatchConfig.*': asRequested,
  'InstanceGroups[].CurrentImageId':
    'accepted: image-current evaluates its ImageVersionStatus; an image of the account is the ImageId of the request',
  'InstanceGroups[].DesiredImageId': desired,
  'InstanceGroups[].CurrentImageReleaseVersion': 'accepted: AWS reports its status as ImageVersionStatus',
  'InstanceGroups[].DesiredImageReleaseVersion': desired,
  'InstanceGroups[].ImageVersionStatus': ['image-current'],
  'InstanceGroups[].ActiveOperations{}': untimed,
  'InstanceGroups[].KubernetesConfig.*': asRequested,
  'InstanceGroups[].CapacityRequirements.*': ['instance-type-quota', 'group-settings-unchanged'],
  'InstanceGroups[].TargetStateCount': 'accepted: a step on the way to TargetCount',
  'InstanceGroups[].SoftwareUpdateStatus': untimed,
  'InstanceGroups[].ActiveSoftwareUpdateConfig.*': asRequested,
  'InstanceGroups[].SlurmConfig.*': ['group-settings-unchanged'],
  'InstanceGroups[].NetworkInterface.InterfaceType': ['efa-self-traffic'],
  ...answeredGroups('RestrictedInstanceGroups[]'),
  'RestrictedInstanceGroups[].EnvironmentConfig.FSxLustreConfig.*': ['restricted-storage-quota'],
  'RestrictedInstanceGroups[].EnvironmentConfig.S3OutputPath':
    'accepted: only the answer has it, so no request depends on it; shared/core/checks/README.md, "What is not evaluated"',
  'RestrictedInstanceGroupsConfig.*': ['restricted-storage-quota'],
  ...networkMembers('VpcConfig'),
  'Orchestrator.Eks.ClusterArn': ['eks-cluster', 'eks-api-endpoint', 'network-unchanged'],
  'Orchestrator.Slurm.*': asRequested,
  'TieredStorageConfig.*': asRequested,
  NodeRecovery: ['replacement'],
  NodeProvisioningMode: ['provisioning-mode'],
  ClusterRole: asRequested,
  'AutoScaling.Mode': ['instance-type-quota'],
  'AutoScaling.AutoScalerType': asRequested,
  'AutoScaling.Status': ['cluster-health'],
  'AutoScaling.FailureMessage': ['cluster-health'],
};
