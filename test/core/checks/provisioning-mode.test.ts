import check from '../../../shared/core/checks/provisioning-mode.ts';
import { planOf, planOfGroups } from '../plans.ts';
import { table } from '../table.ts';

const database = { Endpoint: 'db.example.com', SecretArn: 'arn:aws:secretsmanager:us-west-2:111122223333:secret:slurm-AbCdEf' };
const missing = [{ status: 'fail', level: 'recommended', resource: 'NodeProvisioningMode' }] as const;

table(check, [
  { name: 'does not apply where no member requires Continuous', findings: [] },
  { name: 'does not apply to the default image', plan: planOfGroups({ ImageId: 'default' }), findings: [] },
  {
    name: 'does not apply to a volume with an empty key',
    plan: planOfGroups({ InstanceStorageConfigs: [{ EbsVolumeConfig: { VolumeSizeInGB: 1, VolumeKmsKeyId: '' } }] }),
    findings: [],
  },
  { name: 'does not apply to autoscaling that is off', plan: planOf({ AutoScaling: { Mode: 'Disable' } }), findings: [] },
  {
    name: 'fails for MinInstanceCount',
    plan: planOfGroups({ MinInstanceCount: 0 }),
    findings: missing,
    says: ['1 member requires Continuous: MinInstanceCount of workers'],
  },
  {
    name: 'fails for a flexible group',
    plan: planOfGroups({ InstanceType: undefined, InstanceRequirements: { InstanceTypes: ['ml.p5.48xlarge'] } }),
    findings: missing,
    says: ['InstanceRequirements of workers'],
  },
  { name: 'fails for an image', plan: planOfGroups({ ImageId: 'ami-0123456789abcdef0' }), findings: missing, says: ['ImageId of workers'] },
  {
    name: 'fails for a key',
    plan: planOfGroups({ InstanceStorageConfigs: [{ EbsVolumeConfig: { VolumeSizeInGB: 1, VolumeKmsKeyId: 'a-key' } }] }),
    findings: missing,
    says: ['VolumeKmsKeyId of workers'],
  },
  {
    name: 'fails for autoscaling',
    plan: planOf({ AutoScaling: { Mode: 'Enable' } }),
    findings: missing,
    says: ['Continuous: AutoScaling'],
  },
  {
    name: 'fails for an accounting database',
    plan: planOf({ Orchestrator: { Slurm: { AccountingDatabase: database } } }),
    findings: missing,
    says: ['AccountingDatabase'],
  },
  {
    name: 'names all of them',
    plan: planOfGroups({ MinInstanceCount: 1, ImageId: 'ami-0123456789abcdef0' }),
    findings: missing,
    says: ['2 members require Continuous: MinInstanceCount of workers, ImageId of workers'],
  },
  {
    name: 'passes with Continuous',
    plan: planOf({ NodeProvisioningMode: 'Continuous', AutoScaling: { Mode: 'Enable' } }),
    findings: [{ status: 'pass' }],
  },
]);
