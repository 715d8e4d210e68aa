import { type CheckContext, type CheckResult, clusterCheck, fail, pass } from '../evaluation/check.ts';
import { refusedVolumeKey } from '../iam/key-access.ts';
import type { GroupRequest, StorageConfig } from '../plan/plan.ts';
import { groupsOfRequest, volumeKeys } from '../plan/provisioning.ts';

type Volume = NonNullable<StorageConfig['EbsVolumeConfig']>;

/** What AWS's model of ClusterEbsVolumeConfig documents as refused. */
function faultsOf(volumes: readonly Volume[]): readonly { readonly fault: string; readonly fix: string }[] {
  const roots = volumes.filter((volume) => volume.RootVolume === true);
  const secondary = volumes.filter((volume) => volume.RootVolume !== true);
  const one = (fault: string, fix: string, applies: boolean) => (applies ? [{ fault, fix }] : []);
  return [
    ...one(`${roots.length} root volumes, 1 allowed`, 'Leave one EbsVolumeConfig with RootVolume true in the group.', roots.length > 1),
    ...one(
      `${secondary.length} secondary volumes, 1 allowed`,
      'Leave one EbsVolumeConfig without RootVolume in the group.',
      secondary.length > 1,
    ),
    ...one(
      'the root volume has VolumeSizeInGB, and AWS sets its size',
      'Remove VolumeSizeInGB from the root volume.',
      roots.some((volume) => volume.VolumeSizeInGB !== undefined),
    ),
    ...one(
      'the root volume has no VolumeKmsKeyId, which RootVolume requires',
      'Add VolumeKmsKeyId to the root volume, or remove its EbsVolumeConfig.',
      roots.some((volume) => !volume.VolumeKmsKeyId),
    ),
    ...one(
      'the secondary volume has no VolumeSizeInGB',
      'Add VolumeSizeInGB to the secondary volume.',
      secondary.some((volume) => volume.VolumeSizeInGB === undefined),
    ),
  ];
}

/** What AWS refuses of the keys, whatever their state is. */
function keyFaults(context: CheckContext<never>, group: GroupRequest, isRestricted: boolean): ReturnType<typeof faultsOf> {
  const keys = [...new Set(volumeKeys(group))];
  if (isRestricted && keys.length > 0)
    return [{ fault: 'restricted instance groups do not support VolumeKmsKeyId', fix: 'Remove VolumeKmsKeyId from the restricted group.' }];
  return keys.flatMap((key) => {
    const fault = refusedVolumeKey(context, key);
    return fault === undefined ? [] : [{ fault, fix: `Set VolumeKmsKeyId to the id or ARN of a key in ${context.region}.` }];
  });
}

function evaluateVolumes(
  context: CheckContext<never>,
  group: GroupRequest,
  volumes: readonly Volume[],
  isRestricted: boolean,
): CheckResult {
  const faults = [...faultsOf(volumes), ...keyFaults(context, group, isRestricted)];
  const name = group.InstanceGroupName;
  if (faults.length === 0)
    return pass(`The ${volumes.length} volume ${volumes.length === 1 ? 'setting' : 'settings'} of group ${name} are consistent.`);
  return fail(`Volumes of group ${name}: ${faults.map(({ fault }) => fault).join('; ')}. AWS refuses the request.`, {
    text: faults.map(({ fix }) => fix).join(' '),
  });
}

export default clusterCheck({
  id: 'volumes',
  level: 'required',
  title: 'Each group configures at most one root and one secondary volume, each with what it requires',
  rationale:
    'A root volume requires a KMS key and no size, a secondary volume requires a size. AWS refuses other combinations, aliases, keys of another region, and keys for restricted groups.',
  applies: 'groups of planned clusters with EbsVolumeConfig',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ClusterEbsVolumeConfig.html',
  needs: [],
  *cases(context, { plan }) {
    if (!plan) return;
    for (const group of groupsOfRequest(plan.request)) {
      const volumes = (group.InstanceStorageConfigs ?? []).flatMap((storage) => storage.EbsVolumeConfig ?? []);
      if (volumes.length === 0) continue;
      const isRestricted = plan.request.RestrictedInstanceGroups?.includes(group) ?? false;
      yield {
        group: group.InstanceGroupName,
        resource: 'EbsVolumeConfig',
        evaluate: () => evaluateVolumes(context, group, volumes, isRestricted),
      };
    }
  },
});
