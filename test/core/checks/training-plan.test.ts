import { expect } from 'vitest';
import check from '../../../shared/core/checks/training-plan.ts';
import type { TrainingPlan } from '../../../shared/core/evaluation/facts.ts';
import type { GroupRequest, PlannedCluster } from '../../../shared/core/plan/plan.ts';
import {
  account,
  broken,
  denied,
  groupRequest,
  ids,
  ok,
  plan,
  planned,
  request,
  running,
  runningGroup,
  subnet,
  withRunning,
} from '../healthy.ts';
import { planOf, vpcConfig } from '../plans.ts';
import { table } from '../table.ts';

const arn = `arn:aws:sagemaker:us-west-2:${account}:training-plan/spring`;
const capacity = (count: number, zone = 'usw2-az1', type = 'ml.p5.48xlarge', status = 'Active') => ({ type, zone, count, status });
const reserved = (more: Partial<TrainingPlan> = {}) => ({
  trainingPlans: {
    [arn]: ok({
      arn,
      name: 'spring',
      status: 'Active',
      start: '2026-11-01T11:30:00Z',
      end: '2026-12-31T11:30:00Z',
      targets: ['hyperpod-cluster'],
      total: 8,
      available: 8,
      inUse: 0,
      capacities: [capacity(8)],
      ...more,
    }),
  },
});
const two = { subnets: ok([subnet(), subnet({ id: ids.subnet2, zone: 'usw2-az2' })]) };
const group = (InstanceCount: number, more: Partial<GroupRequest> = {}) => groupRequest({ InstanceCount, TrainingPlanArn: arn, ...more });
const cluster = (
  ClusterName: string,
  InstanceGroups: GroupRequest[],
  VpcConfig: ReturnType<typeof vpcConfig> | undefined = vpcConfig(ids.subnet),
  more: Partial<PlannedCluster> = {},
) => planned({ request: request({ ClusterName, InstanceGroups, VpcConfig }), ...more });
const four = plan(cluster('a', [group(4)]));

table(check, [
  { name: 'does not apply where no group names one', findings: [] },
  {
    name: 'passes: active, for HyperPod, right type and zone, enough instances',
    plan: four,
    facts: reserved(),
    findings: [{ status: 'pass', level: 'required', group: 'workers', resource: arn, have: 8, need: 4, unit: 'nodes' }],
  },
  {
    name: 'passes when all is needed',
    plan: plan(cluster('a', [group(8)])),
    facts: reserved(),
    findings: [{ status: 'pass', have: 8, need: 8 }],
  },
  {
    name: 'fails one above',
    plan: plan(cluster('a', [group(9)])),
    facts: reserved(),
    findings: [
      {
        status: 'fail',
        level: 'required',
        have: 8,
        need: 9,
        remediation: { command: expect.stringContaining('--region us-west-2 --training-plan-name spring') },
      },
    ],
  },
  {
    name: 'fails where instances are in use elsewhere',
    plan: four,
    facts: reserved({ available: 3, inUse: 5 }),
    findings: [{ status: 'fail', have: 3, need: 4 }],
  },
  {
    name: 'nodes that this cluster already has from it count as there',
    plan: plan(cluster('a', [group(8)])),
    facts: {
      ...reserved({ available: 4, inUse: 4 }),
      ...withRunning(running({ name: 'a', groups: [runningGroup({ trainingPlan: arn })] })),
    },
    findings: [{ status: 'pass', have: 8, need: 8 }],
  },
  {
    name: 'nodes that it has otherwise do not',
    plan: plan(cluster('a', [group(8)])),
    facts: { ...reserved({ available: 4, inUse: 4 }), ...withRunning(running({ name: 'a' })) },
    findings: [{ status: 'fail', have: 4, need: 8 }],
  },
  {
    name: 'a cluster that only runs needs its target',
    plan: { ...plan(), clusters: [] },
    facts: {
      ...reserved({ available: 0, inUse: 8 }),
      ...withRunning(running({ groups: [runningGroup({ trainingPlan: arn, target: 5 })] })),
    },
    findings: [{ status: 'fail', level: 'required', have: 4, need: 5 }],
  },
  {
    name: 'a cluster that only runs and has all passes though nothing is left',
    plan: { ...plan(), clusters: [] },
    facts: { ...reserved({ available: 0, inUse: 8 }), ...withRunning(running({ groups: [runningGroup({ trainingPlan: arn })] })) },
    findings: [{ status: 'pass', have: 4, need: 4 }],
  },
  {
    name: 'groups without it take nothing of it, neither its own nor those before it in the plan',
    plan: plan(
      cluster('z', [groupRequest({ InstanceCount: 8 }), group(1, { TrainingPlanArn: `${arn}-other` })]),
      cluster('a', [groupRequest({ InstanceGroupName: 'login', InstanceCount: 8 }), group(4)]),
    ),
    facts: { trainingPlans: { ...reserved().trainingPlans, [`${arn}-other`]: ok(null) } },
    findings: [
      { status: 'fail', cluster: 'z' },
      { status: 'pass', cluster: 'a', have: 8, need: 4, message: expect.not.stringContaining('after') },
    ],
  },
  {
    name: 'one before it in the plan takes what is in its own zone',
    plan: plan(cluster('z', [group(4)]), cluster('a', [group(4)])),
    facts: reserved({ capacities: [capacity(4), capacity(4, 'usw2-az2')] }),
    findings: [
      { status: 'pass', cluster: 'z', have: 4 },
      { status: 'fail', level: 'required', cluster: 'a', have: 0, need: 4 },
    ],
  },
  {
    name: 'one before it in the plan, elsewhere, leaves its zone alone',
    plan: plan(cluster('z', [group(4)], vpcConfig(ids.subnet2)), cluster('a', [group(4)])),
    facts: { ...reserved({ capacities: [capacity(4), capacity(4, 'usw2-az2')] }), ...two },
    findings: [
      { status: 'pass', cluster: 'z', have: 4 },
      { status: 'pass', cluster: 'a', have: 4, need: 4, message: expect.stringContaining('after z') },
    ],
  },
  {
    name: 'a group before it that has its nodes already takes no more',
    plan: plan(cluster('a', [group(4), group(4, { InstanceGroupName: 'more' })])),
    facts: {
      ...reserved({ available: 4, inUse: 4 }),
      ...withRunning(running({ name: 'a', groups: [runningGroup({ trainingPlan: arn })] })),
    },
    findings: [
      { status: 'pass', group: 'workers', have: 8, need: 4 },
      { status: 'pass', group: 'more', have: 4, need: 4, message: expect.stringContaining('after group workers') },
    ],
  },
  {
    name: 'scheduled: what is not in use will be there, whatever is shown as available',
    plan: four,
    facts: reserved({ status: 'Scheduled', available: 0, inUse: 3 }),
    findings: [{ status: 'fail', level: 'recommended', have: 5, need: 4 }],
  },
  {
    name: 'beyond the minimum it would start with fewer, those it has counted',
    plan: plan(cluster('a', [group(10, { MinInstanceCount: 2 })])),
    facts: {
      ...reserved({ available: 6, inUse: 2 }),
      ...withRunning(running({ name: 'a', groups: [runningGroup({ trainingPlan: arn, current: 2, target: 2 })] })),
    },
    findings: [{ status: 'fail', level: 'recommended', have: 8, need: 10 }],
    says: ['a would start with 8 of 10 nodes'],
  },
  {
    name: 'fails where there is no such plan',
    plan: four,
    facts: { trainingPlans: { [arn]: ok(null) } },
    findings: [{ status: 'fail', level: 'required' }],
    says: [arn, 'does not exist'],
  },
  {
    name: 'leaves one of another region to request-region',
    plan: plan(cluster('a', [group(4, { TrainingPlanArn: arn.replace('us-west-2', 'us-east-1') })])),
    findings: [],
  },
  ...[arn.replace(account, '999999999999')].map((foreign) => ({
    name: `fails with ${foreign}`,
    plan: plan(cluster('a', [group(4, { TrainingPlanArn: foreign })])),
    findings: [{ status: 'fail' as const, level: 'required' as const, resource: foreign }],
    says: [`is not in account ${account} and region us-west-2`],
  })),
  {
    name: 'names the start of the next block in a gap',
    plan: four,
    facts: reserved({
      status: 'Scheduled',
      start: '2026-11-01T11:30:00Z',
      available: 0,
      capacities: [
        { ...capacity(8), status: 'Scheduled', start: '2027-01-10T11:30:00Z', end: '2027-01-20T11:30:00Z' },
        { ...capacity(8), status: 'Scheduled', start: '2026-12-10T11:30:00Z', end: '2026-12-20T11:30:00Z' },
        { ...capacity(8, 'usw2-az1', 'ml.p4d.24xlarge'), status: 'Scheduled', start: '2026-12-01T11:30:00Z' },
        { ...capacity(8), status: 'Expired', start: '2026-11-01T11:30:00Z', end: '2026-11-10T11:30:00Z' },
      ],
    }),
    findings: [{ status: 'fail', level: 'recommended' }],
    says: ['Available from 2026-12-10T11:30:00Z'],
  },
  {
    name: 'names no past date in a gap without a known next block',
    plan: four,
    facts: reserved({ status: 'Scheduled', start: '2026-11-01T11:30:00Z' }),
    findings: [{ status: 'fail', level: 'recommended' }],
    says: ['Available from its activation on.'],
  },
  ...(['Expired', 'Failed', 'Pending'] as const).map((status) => ({
    name: `fails while ${status}`,
    plan: four,
    facts: reserved({ status }),
    findings: [{ status: 'fail' as const, level: 'required' as const }],
    says: [status],
  })),
  {
    name: 'fails once its end has come, whatever its status',
    plan: four,
    facts: reserved({ end: '2026-11-20T08:00:00Z' }),
    findings: [{ status: 'fail', level: 'required' }],
    says: ['ended'],
  },
  {
    name: 'fails once the block of the type has ended, though its status is still Active and a block of another type continues',
    plan: four,
    facts: reserved({
      capacities: [
        { ...capacity(8), end: '2026-11-20T07:30:00Z' },
        { ...capacity(4, 'usw2-az1', 'ml.p4d.24xlarge'), end: '2026-12-31T11:30:00Z' },
      ],
    }),
    findings: [{ status: 'fail', level: 'required' }],
    says: ['has no more ml.p5.48xlarge capacity for group workers. The last capacity ended on 2026-11-20T07:30:00Z.'],
  },
  {
    name: 'between two blocks, the zone of the next decides',
    plan: four,
    facts: reserved({
      status: 'Scheduled',
      available: 0,
      capacities: [
        { ...capacity(8), end: '2026-11-15T11:30:00Z' },
        { ...capacity(8, 'usw2-az3'), status: 'Scheduled', start: '2026-12-01T11:30:00Z' },
      ],
    }),
    findings: [{ status: 'fail', level: 'required' }],
    says: ['has its capacity in usw2-az3, and the subnets of group workers are in usw2-az1.'],
  },
  {
    name: 'is softer before it starts, and counts all of it',
    plan: four,
    facts: reserved({ status: 'Scheduled', start: '2026-12-01T11:30:00Z', available: 0 }),
    findings: [{ status: 'fail', level: 'recommended', have: 8, need: 4 }],
    says: ['Available from 2026-12-01T11:30:00Z'],
  },
  {
    name: 'is softer while scheduled without a date',
    plan: four,
    facts: reserved({ status: 'Scheduled', start: undefined }),
    findings: [{ status: 'fail', level: 'recommended' }],
    says: ['Available from its activation on.'],
  },
  {
    name: 'is softer where only the date says so',
    plan: four,
    facts: reserved({ start: '2026-11-20T08:00:01Z' }),
    findings: [{ status: 'fail', level: 'recommended' }],
  },
  {
    name: 'scheduled and too small fails',
    plan: plan(cluster('a', [group(9)])),
    facts: reserved({ status: 'Scheduled' }),
    findings: [{ status: 'fail', level: 'required' }],
  },
  {
    name: 'fails where it is for training jobs',
    plan: four,
    facts: reserved({ targets: ['training-job'] }),
    findings: [{ status: 'fail', level: 'required' }],
    says: ['training-job'],
  },
  {
    name: 'fails on another type',
    plan: four,
    facts: reserved({ capacities: [capacity(8, 'usw2-az1', 'ml.p4d.24xlarge')] }),
    findings: [{ status: 'fail', level: 'required' }],
    says: ['reserves ml.p4d.24xlarge', 'workers requires ml.p5.48xlarge.'],
  },
  {
    name: 'counts no capacity that expired',
    plan: four,
    facts: reserved({ capacities: [capacity(8, 'usw2-az1', 'ml.p5.48xlarge', 'Expired')] }),
    findings: [{ status: 'fail', level: 'required' }],
    says: ['0 instances,'],
  },
  {
    name: 'fails in another zone',
    plan: four,
    facts: reserved({ capacities: [capacity(8, 'usw2-az3')] }),
    findings: [{ status: 'fail', level: 'required' }],
    says: ['capacity in usw2-az3', 'are in usw2-az1.'],
  },
  {
    name: 'capacity and subnet in the same Local Zone',
    plan: four,
    facts: { ...reserved({ capacities: [capacity(8, 'use1-dfw2-az1')] }), subnets: ok([subnet({ zone: 'use1-dfw2-az1' })]) },
    findings: [{ status: 'pass', have: 8 }],
  },
  {
    name: 'a Local Zone without an id is not opted in: the line opts in',
    plan: four,
    facts: reserved({ capacities: [capacity(8, 'us-east-1-dfw-2a')] }),
    findings: [
      {
        status: 'fail',
        level: 'required',
        remediation: {
          text: expect.stringContaining('Opt in to Local Zone us-east-1-dfw-2a'),
          command: 'aws ec2 modify-availability-zone-group --region us-west-2 --group-name us-east-1-dfw-2 --opt-in-status opted-in',
        },
      },
    ],
    says: ['capacity in us-east-1-dfw-2a'],
  },
  {
    name: 'any of the candidate zones will do',
    plan: plan(cluster('a', [group(4)], vpcConfig(ids.subnet, ids.subnet2))),
    facts: { ...two, ...reserved() },
    findings: [{ status: 'pass' }],
  },
  {
    name: 'the override decides the zone',
    plan: plan(cluster('a', [group(4, { OverrideVpcConfig: vpcConfig(ids.subnet2) })])),
    facts: { ...two, ...reserved() },
    findings: [{ status: 'fail', level: 'required' }],
  },
  {
    name: 'any zone will do without a VPC',
    plan: planOf({ InstanceGroups: [group(4)], VpcConfig: undefined }),
    facts: reserved({ capacities: [capacity(8, 'usw2-az3')] }),
    findings: [{ status: 'pass' }],
  },
  {
    name: 'a zone that is not reported is no verdict',
    plan: four,
    facts: reserved({ capacities: [capacity(8, '')] }),
    unevaluated: [{ level: 'required', reason: expect.stringContaining('zone') }],
  },
  {
    name: 'groups that inherit come up in one zone, so capacity in two does not add up for them',
    plan: plan(cluster('a', [group(8)], vpcConfig(ids.subnet, ids.subnet2))),
    facts: { ...two, ...reserved({ capacities: [capacity(4), capacity(4, 'usw2-az2')] }) },
    findings: [{ status: 'fail', have: 4, need: 8 }],
  },
  {
    name: 'for a group with subnets of its own it does',
    plan: plan(cluster('a', [group(8, { OverrideVpcConfig: vpcConfig(ids.subnet, ids.subnet2) })])),
    facts: { ...two, ...reserved({ capacities: [capacity(4), capacity(4, 'usw2-az2')] }) },
    findings: [{ status: 'pass', have: 8, need: 8 }],
  },
  {
    name: 'capacity of another type is none of its own',
    plan: plan(cluster('a', [group(5)])),
    facts: reserved({ capacities: [capacity(4), capacity(4, 'usw2-az1', 'ml.p4d.24xlarge')] }),
    findings: [{ status: 'fail', have: 4, need: 5 }],
  },

  // Competition.
  {
    name: 'two groups of a cluster that name one plan compete',
    plan: plan(cluster('a', [group(5), group(4, { InstanceGroupName: 'more' })])),
    facts: reserved(),
    findings: [
      { group: 'workers', status: 'pass', have: 8, need: 5 },
      { group: 'more', status: 'fail', have: 3, need: 4, message: expect.stringContaining('after group workers') },
    ],
  },
  {
    name: 'two groups of different types take each their own',
    plan: plan(cluster('a', [group(4), group(4, { InstanceGroupName: 'more', InstanceType: 'ml.p4d.24xlarge' })])),
    facts: reserved({ capacities: [capacity(4), capacity(4, 'usw2-az1', 'ml.p4d.24xlarge')] }),
    findings: [{ status: 'pass' }, { status: 'pass' }],
  },
  {
    name: 'clusters before it in the plan compete, alternatives do not',
    plan: plan(cluster('a', [group(5)]), cluster('b', [group(8)], vpcConfig(ids.subnet), { alternativeTo: 'a' }), cluster('c', [group(1)])),
    facts: reserved(),
    findings: [
      { cluster: 'a', status: 'pass' },
      { cluster: 'b', status: 'pass', have: 8 },
      { cluster: 'c', status: 'fail', have: 0, need: 1, message: expect.stringContaining('after a and b') },
    ],
  },
  {
    name: 'is softer where only MinInstanceCount is there',
    plan: plan(cluster('a', [group(12, { MinInstanceCount: 4 })])),
    facts: reserved(),
    findings: [{ status: 'fail', level: 'recommended', have: 8, need: 12 }],
    says: ['start with 8 of 12'],
  },
  {
    name: 'is softer where only headroom is not',
    plan: plan(cluster('a', [group(8)], vpcConfig(ids.subnet), { headroom: 10 })),
    facts: reserved(),
    findings: [{ status: 'fail', level: 'recommended', need: 9 }],
  },
  {
    name: 'a subnet of another cluster that does not exist hides nothing here',
    plan: plan(cluster('a', [group(1)], vpcConfig('subnet-0bad')), cluster('b', [group(1)])),
    facts: reserved(),
    findings: [{ cluster: 'b', status: 'pass' }],
    unevaluated: [{ cluster: 'a', reason: expect.stringContaining('subnet-0bad') }],
  },

  // Blindness.
  {
    name: 'denied: unevaluated',
    plan: four,
    facts: { trainingPlans: { [arn]: denied('sagemaker:DescribeTrainingPlan') } },
    unevaluated: [{ level: 'required', group: 'workers', resource: arn, action: 'sagemaker:DescribeTrainingPlan' }],
  },
  { name: 'not read: unevaluated', plan: four, unevaluated: [{ resource: arn, reason: expect.stringContaining('was not read') }] },
  { name: 'subnets unreadable: unevaluated', plan: four, facts: { ...reserved(), subnets: broken() }, unevaluated: [{ resource: arn }] },
  {
    name: 'subnets unreadable do not hide that it expired',
    plan: four,
    facts: { ...reserved({ status: 'Expired' }), subnets: broken() },
    findings: [{ status: 'fail' }],
  },
  {
    name: 'the running cluster unread: unevaluated',
    plan: four,
    facts: { ...reserved(), clusterNames: denied('sagemaker:ListClusters') },
    unevaluated: [{ cluster: 'a', resource: arn, action: 'sagemaker:ListClusters' }, {}],
  },
]);
