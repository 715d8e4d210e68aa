import check from '../../../shared/core/checks/provisioning-mode.ts';
import { denied, ok, request, running, withRunning } from '../healthy.ts';
import { planOf, planOfGroups } from '../plans.ts';
import { table } from '../table.ts';

const database = { Endpoint: 'db.example.com', SecretArn: 'arn:aws:secretsmanager:us-west-2:111122223333:secret:slurm-AbCdEf' };
const missing = [{ status: 'fail', level: 'recommended', resource: 'NodeProvisioningMode' }] as const;

const min = planOfGroups({ MinInstanceCount: 0 });
const runs = (NodeProvisioningMode: string | undefined) => withRunning(running({ request: request({ NodeProvisioningMode }) }));

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
  {
    name: 'passes without it where the cluster runs in Continuous mode',
    plan: min,
    facts: runs('Continuous'),
    findings: [{ status: 'pass', resource: 'NodeProvisioningMode' }],
    says: ['llm-train runs with NodeProvisioningMode Continuous'],
  },
  ...[min, planOf({ NodeProvisioningMode: 'Continuous', AutoScaling: { Mode: 'Enable' } })].map((of, n) => ({
    name: `fails where the cluster runs without it, ${n === 0 ? 'and' : 'whatever'} the request says`,
    plan: of,
    facts: runs(undefined),
    findings: [{ ...missing[0], level: 'required' as const }],
    says: ['llm-train runs without NodeProvisioningMode', 'According to AWS documentation'],
  })),
  {
    name: 'is softer where AWS documentation names another mode for the member, but no refusal',
    plan: planOfGroups({ ImageId: 'ami-0123456789abcdef0' }),
    facts: runs(undefined),
    findings: missing,
    says: ['AWS may refuse the update'],
  },
  {
    name: 'a cluster that is being deleted does not decide',
    plan: min,
    facts: withRunning(running({ status: 'Deleting' })),
    findings: missing,
    says: ['NodeProvisioningMode is missing'],
  },
  {
    name: 'older snapshots do not say how the cluster runs: unevaluated',
    plan: min,
    facts: withRunning(running()),
    unevaluated: [{ cluster: 'llm-train', level: 'recommended', resource: 'NodeProvisioningMode' }],
  },
  {
    name: 'the running cluster unread: unevaluated',
    plan: min,
    facts: { clusterNames: ok(['llm-train']), runningClusters: { 'llm-train': denied('sagemaker:DescribeCluster') } },
    unevaluated: [{ cluster: 'llm-train', level: 'recommended', action: 'sagemaker:DescribeCluster' }],
  },
]);
