import check from '../../../shared/core/checks/volumes.ts';
import { planOfGroups } from '../plans.ts';
import { table } from '../table.ts';

const volumes = (...of: readonly { VolumeSizeInGB?: number; VolumeKmsKeyId?: string; RootVolume?: boolean }[]) =>
  planOfGroups({ InstanceStorageConfigs: of.map((EbsVolumeConfig) => ({ EbsVolumeConfig })) });
const secondary = { VolumeSizeInGB: 500 };
const root = { RootVolume: true, VolumeKmsKeyId: 'a-key' };
const failed = [{ status: 'fail', level: 'required', group: 'workers', resource: 'EbsVolumeConfig' }] as const;

table(check, [
  { name: 'does not apply without volumes', plan: planOfGroups({ InstanceStorageConfigs: [] }), findings: [] },
  { name: 'passes a secondary volume', findings: [{ status: 'pass', group: 'workers' }] },
  {
    name: 'passes a root and a secondary volume',
    plan: volumes(root, { ...secondary, RootVolume: false }),
    findings: [{ status: 'pass' }],
  },
  { name: 'refuses two root volumes', plan: volumes(root, root), findings: failed, says: ['2 root volumes, 1 allowed'] },
  {
    name: 'refuses two secondary volumes',
    plan: volumes(secondary, secondary),
    findings: failed,
    says: ['2 secondary volumes, 1 allowed'],
  },
  {
    name: 'refuses a root volume with a size',
    plan: volumes({ ...root, VolumeSizeInGB: 100 }),
    findings: failed,
    says: ['has VolumeSizeInGB'],
  },
  { name: 'refuses a root volume without a key', plan: volumes({ RootVolume: true }), findings: failed, says: ['no VolumeKmsKeyId'] },
  {
    name: 'takes an empty key for none',
    plan: volumes({ RootVolume: true, VolumeKmsKeyId: '' }),
    findings: failed,
    says: ['no VolumeKmsKeyId'],
  },
  {
    name: 'refuses a secondary volume without a size',
    plan: volumes({ VolumeKmsKeyId: 'a-key' }),
    findings: failed,
    says: ['no VolumeSizeInGB'],
  },
]);
