import { expect } from 'vitest';
import check from '../../../shared/core/checks/training-plan-end.ts';
import type { TrainingPlan } from '../../../shared/core/evaluation/facts.ts';
import type { PlannedCluster } from '../../../shared/core/plan/plan.ts';
import { account, at, denied, groupRequest, ok, plan, planned, request, running, runningGroup, withRunning } from '../healthy.ts';
import { table } from '../table.ts';

const arn = `arn:aws:sagemaker:us-west-2:${account}:training-plan/spring`;
const hour = 3_600_000;
/** So many hours after the facts were collected, 2026-11-20 08:00 UTC. */
const after = (hours: number): string => new Date(Date.parse(at) + hours * hour).toISOString();
const reserved = (more: Partial<TrainingPlan> = {}) => ({
  trainingPlans: {
    [arn]: ok({
      arn,
      name: 'spring',
      status: 'Active',
      start: after(-2000),
      targets: ['hyperpod-cluster'],
      total: 8,
      available: 8,
      inUse: 0,
      capacities: [],
      ...more,
    }),
  },
});
/** HyperPod begins to terminate nodes in so many hours, one before the end. */
const left = (hours: number, more: Partial<TrainingPlan> = {}) => reserved({ end: after(hours + 1), ...more });
const groups = (more: Partial<PlannedCluster> = {}, TrainingPlanArn = arn) =>
  plan(planned({ request: request({ InstanceGroups: [groupRequest({ TrainingPlanArn })] }), ...more }));
const runs = withRunning(running({ groups: [runningGroup({ trainingPlan: arn })] }));
const capacity = (end: string | undefined, type = 'ml.p5.48xlarge') => ({
  type,
  zone: 'usw2-az1',
  count: 8,
  status: 'Active',
  ...(end !== undefined && { end }),
});
const named = { plan: groups() };
const place = { group: 'workers', resource: arn };

table(check, [
  { name: 'does not apply to groups without a training plan', findings: [] },
  {
    name: 'ends in weeks',
    ...named,
    facts: left(500),
    findings: [{ status: 'pass', level: 'required', ...place }],
    says: ['spring of group workers ends at 2026-12-11 05:00 UTC', 'begins to terminate its nodes at 2026-12-11 04:00 UTC, in 20 days'],
  },
  { name: 'ends in more than seven days', ...named, facts: left(168.1), findings: [{ status: 'pass' }] },
  {
    name: 'ends in seven days',
    ...named,
    facts: left(168),
    findings: [
      { status: 'fail', level: 'advice', ...place, remediation: { command: expect.stringContaining('--training-plan-name spring') } },
    ],
  },
  { name: 'before its last 24 hours', ...named, facts: left(24.1), findings: [{ status: 'fail', level: 'advice' }] },
  { name: 'in its last 24 hours', ...named, facts: left(24), findings: [{ status: 'fail', level: 'recommended' }] },
  {
    name: 'the last tenth of a short one',
    ...named,
    facts: left(8, { start: after(-91) }),
    findings: [{ status: 'fail', level: 'recommended' }],
  },
  {
    name: 'before the last tenth of a short one',
    ...named,
    facts: left(11, { start: after(-91) }),
    findings: [{ status: 'fail', level: 'advice' }],
  },
  {
    name: 'without a start: 24 hours',
    ...named,
    facts: left(24, { start: undefined }),
    findings: [{ status: 'fail', level: 'recommended' }],
  },
  { name: 'in more than two hours', ...named, facts: left(2.1), findings: [{ status: 'fail', level: 'recommended' }] },
  {
    name: 'in two hours',
    ...named,
    facts: left(2),
    findings: [{ status: 'fail', level: 'required' }],
    says: ['ends at 2026-11-20 11:00 UTC', 'begins to terminate its nodes at 2026-11-20 10:00 UTC, in 2 hours'],
  },
  {
    name: 'in less than two hours',
    ...named,
    facts: left(1.51),
    findings: [{ status: 'fail', level: 'required' }],
    says: ['in 90 minutes.'],
  },
  {
    name: 'nodes are being terminated',
    ...named,
    facts: left(-0.5),
    findings: [{ status: 'fail', level: 'required' }],
    says: ['HyperPod began to terminate its nodes at 2026-11-20 07:30 UTC.'],
  },
  {
    name: 'of a running cluster never required',
    ...named,
    facts: { ...left(1), ...runs },
    findings: [{ status: 'fail', level: 'recommended' }],
  },
  {
    name: 'of a cluster that only runs',
    plan: { ...plan(), clusters: [] },
    facts: { ...left(-0.5), ...runs },
    findings: [{ status: 'fail', level: 'recommended', ...place }],
  },

  {
    name: 'of a planned cluster whose predecessor is being deleted',
    ...named,
    facts: { ...left(1), ...withRunning(running({ status: 'Deleting' })) },
    findings: [{ status: 'fail', level: 'required' }],
  },

  // Settings of the plan
  {
    name: 'required for longer',
    plan: groups({ trainingPlanEnd: { requiredHours: 48 } }),
    facts: left(40),
    findings: [{ status: 'fail', level: 'required' }],
  },
  {
    name: 'recommended for longer, as far as a tenth allows',
    plan: groups({ trainingPlanEnd: { recommendedHours: 100 } }),
    facts: left(90),
    findings: [{ status: 'fail', level: 'recommended' }],
  },
  {
    name: 'neither until the end',
    plan: groups({ trainingPlanEnd: { requiredHours: 0, recommendedHours: 0 } }),
    facts: left(1),
    findings: [{ status: 'fail', level: 'advice' }],
  },

  // Blocks
  {
    name: 'the last block of the type decides',
    ...named,
    facts: left(500, { capacities: [capacity(after(2)), capacity(after(21)), capacity(after(501), 'ml.p4d.24xlarge')] }),
    findings: [{ status: 'fail', level: 'recommended' }],
    says: ['terminate its nodes at 2026-11-21 04:00 UTC'],
  },
  {
    name: 'a block that failed gives no time',
    ...named,
    facts: left(500, { capacities: [capacity(after(21)), { ...capacity(after(501)), status: 'Failed' }] }),
    findings: [{ status: 'fail', level: 'recommended' }],
  },
  {
    name: 'a block in a zone without a subnet of the group gives no time',
    ...named,
    facts: left(500, { capacities: [capacity(after(2.5)), { ...capacity(after(501)), zone: 'usw2-az3' }] }),
    findings: [{ status: 'fail', level: 'required' }],
    says: ['in 90 minutes'],
  },
  {
    name: 'blocks in other zones alone are what training-plan reports',
    ...named,
    facts: left(1, { capacities: [{ ...capacity(after(2)), zone: 'usw2-az3' }] }),
    findings: [],
  },
  {
    name: 'without a VPC any zone gives time',
    plan: plan(planned({ request: request({ VpcConfig: undefined, InstanceGroups: [groupRequest({ TrainingPlanArn: arn })] }) })),
    facts: left(500, { capacities: [capacity(after(2.5)), { ...capacity(after(501)), zone: 'usw2-az3' }] }),
    findings: [{ status: 'pass' }],
  },
  {
    name: 'a later block in an unknown zone: not evaluated',
    ...named,
    facts: left(500, { capacities: [capacity(after(2.5)), { ...capacity(after(501)), zone: '' }] }),
    unevaluated: [{ level: 'required', ...place }],
  },
  {
    name: 'subnets unread: not evaluated',
    ...named,
    facts: { ...left(500, { capacities: [capacity(after(501))] }), subnets: denied('ec2:DescribeSubnets') },
    unevaluated: [{ level: 'required', ...place, action: 'ec2:DescribeSubnets' }],
  },
  {
    name: 'a block without an end: that of the plan',
    ...named,
    facts: left(24, { capacities: [capacity(undefined)] }),
    findings: [{ status: 'fail' }],
  },

  // What training-plan reports
  { name: 'ended', ...named, facts: left(-1), findings: [] },
  { name: 'without an end', ...named, facts: reserved(), findings: [] },
  ...(['Expired', 'Failed', 'Pending'] as const).map((status) => ({
    name: `is ${status}`,
    ...named,
    facts: left(1, { status }),
    findings: [],
  })),
  { name: 'does not exist', ...named, facts: { trainingPlans: { [arn]: ok(null) } }, findings: [] },
  { name: 'of another region', plan: groups({}, arn.replace('us-west-2', 'us-east-1')), findings: [] },
  {
    name: 'denied: not evaluated',
    ...named,
    facts: { trainingPlans: { [arn]: denied('sagemaker:DescribeTrainingPlan') } },
    unevaluated: [{ level: 'required', ...place, action: 'sagemaker:DescribeTrainingPlan' }],
  },
  {
    name: 'the running cluster unread: not evaluated',
    ...named,
    facts: { ...left(1), clusterNames: denied('sagemaker:ListClusters') },
    unevaluated: [{ ...place, action: 'sagemaker:ListClusters' }, {}],
  },
]);
