import { describe, expect, test } from 'vitest';
import { volumeKeyUses } from '../../../shared/core/iam/key-access.ts';
import type { ClusterRequest } from '../../../shared/core/plan/plan.ts';
import { account, groupRequest, ids, region, request } from '../healthy.ts';

const key = `arn:aws:kms:${region}:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
const scaling = `arn:aws:iam::${account}:role/scaling`;
const uses = (more: Partial<ClusterRequest>) =>
  volumeKeyUses(
    { account, partition: 'aws', region },
    request({
      InstanceGroups: [groupRequest({ InstanceStorageConfigs: [{ EbsVolumeConfig: { VolumeSizeInGB: 500, VolumeKmsKeyId: key } }] })],
      ...more,
    }),
  );

describe('roles that use the key of a volume', () => {
  test('the execution role', () => expect(uses({ ClusterRole: scaling })).toEqual([{ key, role: ids.role }]));

  test('with autoscaling the cluster role, too', () => {
    expect(uses({ ClusterRole: scaling, AutoScaling: { Mode: 'Enable' } })).toEqual([
      { key, role: ids.role },
      { key, role: scaling },
    ]);
    expect(uses({ ClusterRole: scaling, AutoScaling: { Mode: 'Disable' } })).toEqual([{ key, role: ids.role }]);
    expect(uses({ AutoScaling: { Mode: 'Enable' } })).toEqual([{ key, role: ids.role }]);
  });
});
