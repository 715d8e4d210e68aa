import check from '../../../shared/core/checks/volumes.ts';
import { account, groupRequest, region } from '../healthy.ts';
import { planOf, planOfGroups } from '../plans.ts';
import { table } from '../table.ts';

const volumes = (...of: readonly { VolumeSizeInGB?: number; VolumeKmsKeyId?: string; RootVolume?: boolean }[]) =>
  planOfGroups({ InstanceStorageConfigs: of.map((EbsVolumeConfig) => ({ EbsVolumeConfig })) });
const key = `arn:aws:kms:${region}:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
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
  ...['alias/volumes', `arn:aws:kms:${region}:${account}:alias/volumes`].map((alias) => ({
    name: `refuses ${alias}`,
    plan: volumes({ ...secondary, VolumeKmsKeyId: alias }),
    findings: failed,
    says: [alias, 'is an alias'],
  })),
  ...[key.replace(region, 'us-east-1'), key.replace('arn:aws:', 'arn:aws-cn:'), `arn:aws:s3:${region}:${account}:key/a`].map((other) => ({
    name: `refuses ${other}`,
    plan: volumes({ ...secondary, VolumeKmsKeyId: other }),
    findings: failed,
    says: ['is not a KMS key of us-west-2'],
  })),
  { name: 'passes the ARN of a key', plan: volumes({ ...secondary, VolumeKmsKeyId: key }), findings: [{ status: 'pass' }] },
  {
    name: 'refuses a key in a restricted group',
    plan: planOf({
      InstanceGroups: [groupRequest()],
      RestrictedInstanceGroups: [
        groupRequest({
          InstanceGroupName: 'nova',
          InstanceStorageConfigs: [{ EbsVolumeConfig: { VolumeSizeInGB: 500, VolumeKmsKeyId: key } }],
        }),
      ],
    }),
    findings: [{ status: 'pass' }, { status: 'fail', level: 'required', group: 'nova' }],
  },
]);
