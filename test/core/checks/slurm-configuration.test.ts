import check from '../../../shared/core/checks/slurm-configuration.ts';
import { groupRequest, onEks, plan, running, withRunning } from '../healthy.ts';
import { planOf } from '../plans.ts';
import { table } from '../table.ts';

const controller = groupRequest({ InstanceGroupName: 'head', InstanceCount: 1, SlurmConfig: { NodeType: 'Controller' } });
const workers = groupRequest({ SlurmConfig: { NodeType: 'Compute', PartitionNames: ['gpu'] } });
const continuous = { NodeProvisioningMode: 'Continuous' };
const strategy = { Orchestrator: { Slurm: { SlurmConfigStrategy: 'Managed' } } };

table(check, [
  { name: 'does not apply to scripts that set up Slurm', findings: [] },
  { name: 'does not apply to a cluster that only runs', plan: { ...plan(), clusters: [] }, facts: withRunning(running()), findings: [] },
  { name: 'does not apply to EKS', plan: planOf(onEks), findings: [] },
  {
    name: 'refuses SlurmConfig on EKS',
    plan: planOf({ ...onEks, InstanceGroups: [workers] }),
    findings: [{ status: 'fail', level: 'required', group: 'workers', resource: 'SlurmConfig' }],
  },
  {
    name: 'passes with one controller',
    plan: planOf({ ...continuous, InstanceGroups: [controller, workers] }),
    findings: [{ status: 'pass', resource: 'Controller', have: 1, need: 1 }],
  },
  {
    name: 'requires a controller',
    plan: planOf({ ...continuous, InstanceGroups: [workers] }),
    findings: [{ status: 'fail', level: 'required', have: 0 }],
    says: ['no group has NodeType Controller'],
  },
  {
    name: 'requires a node in the controller group',
    plan: planOf({ InstanceGroups: [{ ...controller, InstanceCount: 0 }, workers] }),
    findings: [{ status: 'fail', level: 'required', have: 0 }],
    says: ['InstanceCount of head is 0'],
  },
  {
    name: 'refuses two controller nodes with Continuous',
    plan: planOf({ ...continuous, InstanceGroups: [{ ...controller, InstanceCount: 2 }, workers] }),
    findings: [{ status: 'fail', level: 'required', have: 2 }],
  },
  {
    name: 'refuses two controller groups with a member that requires Continuous',
    plan: planOf({ InstanceGroups: [controller, { ...controller, InstanceGroupName: 'spare', MinInstanceCount: 1 }, workers] }),
    findings: [{ status: 'fail', level: 'required', have: 2 }],
    says: ['head and spare'],
  },
  {
    name: 'is softer about two controllers where the mode is open',
    plan: planOf({ InstanceGroups: [{ ...controller, InstanceCount: 2 }, workers] }),
    findings: [{ status: 'fail', level: 'recommended', have: 2 }],
  },
  {
    name: 'recommends a controller on demand',
    plan: planOf({
      ...continuous,
      InstanceGroups: [{ ...controller, TrainingPlanArn: 'arn:aws:sagemaker:us-west-2:111122223333:training-plan/june' }, workers],
    }),
    findings: [{ status: 'pass' }, { status: 'fail', level: 'recommended', group: 'head', resource: 'TrainingPlanArn' }],
  },
  {
    name: 'requires SlurmConfig of every group with Continuous',
    plan: planOf({ ...continuous, InstanceGroups: [controller, groupRequest()] }),
    findings: [{ status: 'pass' }, { status: 'fail', level: 'required', group: 'workers', resource: 'SlurmConfig' }],
  },
  {
    name: 'does not require it of groups that scripts set up where only the mode could be Continuous',
    plan: planOf({ InstanceGroups: [groupRequest({ MinInstanceCount: 1 })] }),
    findings: [],
  },
  {
    name: 'recommends something that sets up Slurm',
    plan: planOf({ InstanceGroups: [groupRequest({ LifeCycleConfig: undefined })] }),
    findings: [{ status: 'fail', level: 'recommended', group: 'workers', resource: 'SlurmConfig' }],
    says: ['neither SlurmConfig nor a lifecycle script'],
  },
  {
    name: 'refuses a strategy with Continuous',
    plan: planOf({ ...continuous, ...strategy, InstanceGroups: [controller, workers] }),
    findings: [{ status: 'fail', level: 'required', resource: 'SlurmConfigStrategy' }, { status: 'pass' }],
  },
  {
    name: 'is softer about a strategy where the mode is open',
    plan: planOf(strategy),
    findings: [{ status: 'fail', level: 'recommended', resource: 'SlurmConfigStrategy' }],
    says: ['default for new clusters'],
  },
]);
