import check from '../../../shared/core/checks/slurm-configuration.ts';
import type { GroupRequest } from '../../../shared/core/plan/plan.ts';
import { denied, groupRequest, ok, onEks, plan, request, running, withRunning } from '../healthy.ts';
import { planOf } from '../plans.ts';
import { table } from '../table.ts';

const controller = groupRequest({ InstanceGroupName: 'head', InstanceCount: 1, SlurmConfig: { NodeType: 'Controller' } });
const workers = groupRequest({ SlurmConfig: { NodeType: 'Compute', PartitionNames: ['gpu'] } });
const continuous = { NodeProvisioningMode: 'Continuous' };
const strategy = { Orchestrator: { Slurm: { SlurmConfigStrategy: 'Managed' } } };

const named = (name: string, NodeType: string, PartitionNames?: readonly string[]) =>
  groupRequest({ InstanceGroupName: name, InstanceCount: 1, SlurmConfig: { NodeType, PartitionNames } });
const of = (...InstanceGroups: readonly GroupRequest[]) => planOf({ ...continuous, InstanceGroups });
const runs = (NodeProvisioningMode: string | undefined) => withRunning(running({ request: request({ NodeProvisioningMode }) }));
const partition = { resource: 'PartitionNames' };

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
    name: 'passes with one controller and one partition',
    plan: of(controller, workers),
    findings: [
      { status: 'pass', resource: 'Controller', have: 1, need: 1 },
      { status: 'pass', group: 'head', ...partition, need: 0 },
      { status: 'pass', group: 'workers', ...partition, have: 1, need: 1 },
    ],
  },
  {
    name: 'requires a controller',
    plan: of(workers),
    findings: [{ status: 'fail', level: 'required', resource: 'Controller', have: 0 }, partition],
    says: ['no group has NodeType Controller'],
  },
  {
    name: 'requires a node in the controller group',
    plan: planOf({ InstanceGroups: [{ ...controller, InstanceCount: 0 }, workers] }),
    findings: [{ status: 'fail', level: 'required', have: 0 }, partition, partition],
    says: ['InstanceCount of head is 0'],
  },
  {
    name: 'refuses two controller nodes with Continuous',
    plan: of({ ...controller, InstanceCount: 2 }, workers),
    findings: [{ status: 'fail', level: 'required', have: 2 }, partition, partition],
  },
  {
    name: 'refuses two controller groups in any mode',
    plan: planOf({ InstanceGroups: [controller, { ...controller, InstanceGroupName: 'spare' }, workers] }),
    findings: [{ status: 'fail', level: 'required', have: 2 }, partition, partition, partition],
    says: ['2 groups of NodeType Controller, 1 allowed: head and spare'],
  },
  {
    name: 'is softer about two controller nodes where the mode is open',
    plan: planOf({ InstanceGroups: [{ ...controller, InstanceCount: 2 }, workers] }),
    findings: [{ status: 'fail', level: 'recommended', have: 2 }, partition, partition],
  },
  {
    name: 'refuses two controller nodes where a member requires Continuous',
    plan: planOf({
      InstanceGroups: [
        { ...controller, InstanceCount: 2 },
        { ...workers, MinInstanceCount: 1 },
      ],
    }),
    findings: [{ status: 'fail', level: 'required', have: 2 }, partition, partition],
  },
  { name: 'passes one login group', plan: of(controller, named('login', 'Login')), findings: [{ status: 'pass' }, partition, partition] },
  {
    name: 'refuses two login groups',
    plan: of(controller, named('login', 'Login'), named('login2', 'Login')),
    findings: [{ status: 'pass' }, { status: 'fail', level: 'required', resource: 'Login' }, partition, partition, partition],
  },
  {
    name: 'requires a partition of compute groups',
    plan: of(controller, named('gpu', 'Compute')),
    findings: [{ status: 'pass' }, { status: 'pass' }, { status: 'fail', level: 'required', group: 'gpu', ...partition, have: 0, need: 1 }],
  },
  {
    name: 'refuses partitions of other groups',
    plan: of(named('head', 'Controller', ['a']), named('login', 'Login', ['b'])),
    findings: [
      { status: 'pass' },
      { status: 'fail', level: 'required', group: 'head', ...partition, have: 1, need: 0 },
      { status: 'fail', level: 'required', group: 'login', ...partition },
    ],
  },
  {
    name: 'does not evaluate the partitions of an unknown node type',
    plan: of(controller, named('x', 'Gateway')),
    findings: [{ status: 'pass' }, { group: 'head' }],
  },
  {
    name: 'recommends a controller on demand',
    plan: of({ ...controller, TrainingPlanArn: 'arn:aws:sagemaker:us-west-2:111122223333:training-plan/june' }, workers),
    findings: [
      { status: 'pass' },
      { status: 'fail', level: 'recommended', group: 'head', resource: 'TrainingPlanArn' },
      partition,
      partition,
    ],
  },
  {
    name: 'requires SlurmConfig of every group with Continuous',
    plan: of(controller, groupRequest()),
    findings: [{ status: 'pass' }, partition, { status: 'fail', level: 'required', group: 'workers', resource: 'SlurmConfig' }],
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
    says: ['no SlurmConfig and no lifecycle script,'],
  },
  {
    name: 'refuses a strategy with Continuous',
    plan: planOf({ ...continuous, ...strategy, InstanceGroups: [controller, workers] }),
    findings: [{ status: 'fail', level: 'required', resource: 'SlurmConfigStrategy' }, { status: 'pass' }, partition, partition],
  },
  {
    name: 'passes a strategy where the mode is open, as an example of AWS has it',
    plan: planOf(strategy),
    findings: [{ status: 'pass', resource: 'SlurmConfigStrategy' }],
  },
  {
    name: 'refuses a strategy and a second controller node where the cluster runs in Continuous mode',
    plan: planOf({ ...strategy, InstanceGroups: [{ ...controller, InstanceCount: 2 }, workers, groupRequest({ InstanceGroupName: 'x' })] }),
    facts: runs('Continuous'),
    findings: [
      { status: 'fail', level: 'required', resource: 'SlurmConfigStrategy' },
      { status: 'fail', level: 'required', resource: 'Controller', have: 2 },
      partition,
      partition,
      { status: 'fail', level: 'required', group: 'x', resource: 'SlurmConfig' },
    ],
  },
  {
    name: 'requires SlurmConfig of every group of a cluster that runs in Continuous mode',
    plan: planOf({}),
    facts: runs('Continuous'),
    findings: [{ status: 'fail', level: 'required', group: 'workers', resource: 'SlurmConfig' }],
  },
  {
    name: 'the mode that runs decides, not a member that requires another',
    plan: planOf({
      ...strategy,
      InstanceGroups: [controller, { ...workers, MinInstanceCount: 1 }, groupRequest({ InstanceGroupName: 'x' })],
    }),
    facts: runs(undefined),
    findings: [{ status: 'pass', resource: 'SlurmConfigStrategy' }, { status: 'pass' }, partition, partition],
    says: ['the cluster runs without Continuous'],
  },
  {
    name: 'the running cluster unread: what depends on its mode is not evaluated',
    plan: planOf({ ...strategy, InstanceGroups: [controller, workers, groupRequest({ InstanceGroupName: 'x' })] }),
    facts: { clusterNames: ok(['llm-train']), runningClusters: { 'llm-train': denied('sagemaker:DescribeCluster') } },
    findings: [{ status: 'pass', resource: 'Controller' }, partition, partition],
    unevaluated: [
      { resource: 'SlurmConfigStrategy', level: 'required', action: 'sagemaker:DescribeCluster' },
      { group: 'x', resource: 'SlurmConfig' },
    ],
  },
  {
    name: 'the running cluster unread: a request for Continuous is evaluated all the same',
    plan: of(controller, workers, groupRequest({ InstanceGroupName: 'x' })),
    facts: { clusterNames: ok(['llm-train']), runningClusters: { 'llm-train': denied('sagemaker:DescribeCluster') } },
    findings: [{ status: 'pass' }, partition, partition, { status: 'fail', group: 'x', resource: 'SlurmConfig' }],
  },
]);
