/**
 * Which provisioning mode a request asks for. `NodeProvisioningMode` has one value, Continuous. AWS's pages on scaling call it the
 * default for new clusters and, on the same pages, an optional configuration, so a request without it may have either mode:
 * https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-scaling-eks.html (read 2026-11-30).
 */
import type { AccountingDatabase, ClusterRequest, GroupRequest } from './plan.ts';

/** The groups of a request, restricted ones after the others. */
export const groupsOfRequest = (request: ClusterRequest): readonly GroupRequest[] => [
  ...(request.InstanceGroups ?? []),
  ...(request.RestrictedInstanceGroups ?? []),
];

/** KMS keys of the volumes of a group; an empty one is none. */
export const volumeKeys = (group: GroupRequest): readonly string[] =>
  (group.InstanceStorageConfigs ?? []).flatMap(({ EbsVolumeConfig }) => EbsVolumeConfig?.VolumeKmsKeyId || []);

/** The image that a group brings itself, if it does. */
export const customImage = ({ ImageId }: GroupRequest): string | undefined => (ImageId === 'default' ? undefined : ImageId);

/** The database outside of the cluster that is to store Slurm's accounting, if there is one. */
export const accountingDatabase = (request: ClusterRequest): AccountingDatabase | undefined =>
  request.Orchestrator?.Slurm?.AccountingDatabase;

/** The groups whose nodes run the Slurm controller. */
export const controllerGroups = (request: ClusterRequest): readonly GroupRequest[] =>
  groupsOfRequest(request).filter((group) => group.SlurmConfig?.NodeType === 'Controller');

/** What AWS accepts in Continuous mode alone, each as words for a sentence: "MinInstanceCount of workers". */
export function continuousMembers(request: ClusterRequest): readonly string[] {
  const inGroups = groupsOfRequest(request).flatMap((group) => {
    const members = [
      ...(group.MinInstanceCount === undefined ? [] : ['MinInstanceCount']),
      ...(group.InstanceRequirements === undefined ? [] : ['InstanceRequirements']),
      ...(customImage(group) === undefined ? [] : ['ImageId']),
      ...(volumeKeys(group).length === 0 ? [] : ['VolumeKmsKeyId']),
    ];
    return members.map((member) => `${member} of ${group.InstanceGroupName}`);
  });
  return [
    ...(request.AutoScaling?.Mode === 'Enable' ? ['AutoScaling'] : []),
    ...(accountingDatabase(request) === undefined ? [] : ['AccountingDatabase']),
    ...inGroups,
  ];
}

/**
 * Those that AWS accepts only in Continuous mode according to its API reference and its page on autoscaling, each as words:
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ClusterInstanceGroupSpecification.html
 * https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-eks-autoscaling.html
 */
export const refusedMembers = (request: ClusterRequest): readonly string[] =>
  continuousMembers(request).filter((member) => /^(MinInstanceCount|AutoScaling)\b/.test(member));

/**
 * `continuous`: the request says so, or the cluster runs so. `implied`: the request of a new cluster has members that AWS refuses in
 * another mode. `other`: the cluster runs in another mode. `open`: AWS's default decides.
 */
export type ProvisioningMode = 'continuous' | 'implied' | 'other' | 'open';

/** `runs` reads the request behind the running cluster; it is called only where the mode depends on it. */
export function provisioningMode(
  request: ClusterRequest,
  runs: () => Pick<ClusterRequest, 'NodeProvisioningMode'> | undefined,
): ProvisioningMode {
  if (request.NodeProvisioningMode === 'Continuous') return 'continuous';
  const running = runs();
  if (running) return running.NodeProvisioningMode === 'Continuous' ? 'continuous' : 'other';
  return continuousMembers(request).length > 0 ? 'implied' : 'open';
}

/** The CloudWatch alarms that end an update or a patch of a group, each once. */
export const rollbackAlarms = (request: ClusterRequest): readonly { readonly group: string; readonly alarm: string }[] =>
  groupsOfRequest(request).flatMap((group) => {
    const configs = [group.ScheduledUpdateConfig, group.AutoPatchConfig];
    const names = configs.flatMap((config) => config?.DeploymentConfig?.AutoRollbackConfiguration ?? []).map((a) => a.AlarmName);
    return [...new Set(names)].map((alarm) => ({ group: group.InstanceGroupName, alarm }));
  });
