import { type CheckResult, clusterCheck, fail, pass } from '../evaluation/check.ts';
import type { GroupRequest, StorageConfig } from '../plan/plan.ts';
import { groupsOfRequest } from '../plan/provisioning.ts';

type Volume = NonNullable<StorageConfig['EbsVolumeConfig']>;

/** What AWS's model of ClusterEbsVolumeConfig documents as refused. */
function faultsOf(volumes: readonly Volume[]): readonly { readonly fault: string; readonly fix: string }[] {
  const roots = volumes.filter((volume) => volume.RootVolume === true);
  const secondary = volumes.filter((volume) => volume.RootVolume !== true);
  const one = (fault: string, fix: string, applies: boolean) => (applies ? [{ fault, fix }] : []);
  return [
    ...one(`${roots.length} root volumes, 1 allowed`, 'Keep one EbsVolumeConfig with RootVolume true.', roots.length > 1),
    ...one(`${secondary.length} secondary volumes, 1 allowed`, 'Keep one EbsVolumeConfig without RootVolume.', secondary.length > 1),
    ...one(
      'the root volume has VolumeSizeInGB, but AWS sets its size',
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

function evaluateVolumes(group: GroupRequest, volumes: readonly Volume[]): CheckResult {
  const faults = faultsOf(volumes);
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
  rationale: 'A root volume takes a KMS key and no size, a secondary volume takes a size. AWS refuses other combinations.',
  applies: 'groups of planned clusters with EbsVolumeConfig',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ClusterEbsVolumeConfig.html',
  needs: [],
  *cases(_, { plan }) {
    if (!plan) return;
    for (const group of groupsOfRequest(plan.request)) {
      const volumes = (group.InstanceStorageConfigs ?? []).flatMap((storage) => storage.EbsVolumeConfig ?? []);
      if (volumes.length === 0) continue;
      yield { group: group.InstanceGroupName, resource: 'EbsVolumeConfig', evaluate: () => evaluateVolumes(group, volumes) };
    }
  },
});
