import { expect } from 'vitest';
import check from '../../../shared/core/checks/replacement.ts';
import type { RunningCluster, RunningGroup } from '../../../shared/core/evaluation/cluster-spec.ts';
import type { Facts } from '../../../shared/core/evaluation/facts.ts';
import {
  account,
  denied,
  facts,
  groupRequest,
  ids,
  ok,
  plan,
  planned,
  quota,
  request,
  running,
  runningGroup,
  subnet,
  withRunning,
} from '../healthy.ts';
import { table } from '../table.ts';

const onlyRuns = { ...plan(), clusters: [] };
const interfaces = 'Network interfaces per Region';
const p5 = 'ml.p5.48xlarge for cluster usage';
const arn = `arn:aws:sagemaker:us-west-2:${account}:training-plan/spring`;
const one = (more: Partial<RunningCluster> = {}): RunningCluster =>
  running({ request: { ClusterName: 'llm-train', NodeRecovery: 'Automatic' }, ...more });
const runs = (more: Partial<RunningCluster> = {}) => withRunning(one(more));
const groups = (...of: readonly Partial<RunningGroup>[]) => runs({ groups: of.map(runningGroup) });
const free = (freeIpv4: number): Partial<Facts> => ({ subnets: ok([subnet({ freeIpv4 })]) });
const limit = (service: string, code: string, name: string, value: number): Partial<Facts> => ({
  quotas: { ...facts().quotas, [service]: ok([quota(service, code, name, value)]) },
});
const p5Quota = (value: number) => limit('sagemaker', 'L-8762A75F', p5, value);
const interfaceQuota = (value: number) => limit('vpc', 'L-DF5E4CA3', interfaces, value);
const trainingPlan = (available: number, status = 'Active', spare?: number): Partial<Facts> => ({
  trainingPlans: {
    [arn]: ok({
      arn,
      name: 'spring',
      status,
      targets: ['hyperpod-cluster'],
      total: 4,
      available,
      inUse: 4 - available,
      ...(spare !== undefined && { spare }),
      capacities: [],
    }),
  },
});
/** The findings of a healthy cluster, with one of them as it is here. */
const but = (resource: string, is: object) =>
  [ids.subnet, interfaces, 'NodeRecovery', p5].map((r) =>
    r === resource ? { resource: r, ...is } : { resource: r, status: 'pass' as const },
  );

table(check, [
  { name: 'does not apply to a cluster that does not run', findings: [] },
  ...(['Failed', 'RollingBack', 'Deleting'] as const).map((status) => ({
    name: `does not apply to a cluster that is ${status}`,
    facts: runs({ status }),
    findings: [],
  })),
  {
    name: 'a cluster that only runs',
    plan: onlyRuns,
    facts: runs(),
    findings: [
      { status: 'pass', level: 'recommended', resource: ids.subnet, have: 4091, need: 32, unit: 'addresses' },
      { status: 'pass', level: 'recommended', resource: interfaces, have: 5000 - 12, need: 32, unit: 'interfaces' },
      { status: 'pass', level: 'recommended', resource: 'NodeRecovery' },
      { status: 'pass', level: 'advice', resource: p5, have: 12, need: 1, unit: 'nodes' },
    ],
  },
  { name: 'a planned cluster that runs', facts: runs(), findings: but('', {}) },
  {
    name: 'a group without nodes has none to replace',
    plan: onlyRuns,
    facts: groups({ current: 0, target: 0 }),
    findings: [{ status: 'pass', resource: 'NodeRecovery' }],
  },

  // Addresses
  {
    name: 'addresses for all but one',
    facts: { ...runs(), ...free(31) },
    findings: but(ids.subnet, {
      status: 'fail',
      level: 'recommended',
      have: 31,
      need: 32,
      remediation: { command: expect.stringContaining(`Values=${ids.subnet}`) },
    }),
    says: ['32 required to replace one node of each group (workers)', 'may be unable to replace'],
  },
  { name: 'addresses exactly', facts: { ...runs(), ...free(32) }, findings: but(ids.subnet, { status: 'pass', have: 32 }) },
  {
    name: 'one node of each group at once',
    plan: onlyRuns,
    facts: { ...groups({}, { name: 'more' }), ...free(63) },
    findings: but(ids.subnet, { status: 'fail', have: 63, need: 64 }),
    says: ['(more and workers)'],
  },
  {
    name: 'in addition to nodes still to come',
    plan: onlyRuns,
    facts: { ...groups({ target: 6 }), ...free(95) },
    findings: but(ids.subnet, { status: 'fail', have: 31, need: 32 }),
    says: ['available beyond those for starting nodes'],
  },
  {
    name: 'too few for nodes still to come: subnet-free-ips reports it, once',
    plan: onlyRuns,
    facts: { ...groups({ target: 6 }), ...free(63) },
    findings: but('', {}).slice(1),
  },
  {
    name: 'too few for nodes beyond MinCount: subnet-free-ips reports it, once',
    plan: onlyRuns,
    facts: { ...groups({ min: 2, target: 6 }), ...free(63) },
    findings: but('', {}).slice(1),
  },
  {
    name: 'nodes beyond MinCount take nothing from a successor',
    plan: onlyRuns,
    facts: { ...groups({ min: 2, target: 6 }), ...free(64) },
    findings: but(ids.subnet, { status: 'pass', have: 64, need: 32 }),
  },
  {
    name: 'an IPv6-native subnet has no IPv4 amounts',
    facts: { ...runs(), subnets: ok([subnet({ ipv4: '', freeIpv4: 0, ipv6Native: true })]) },
    findings: but('', {}).slice(1),
  },
  {
    name: 'subnets unread',
    facts: { ...runs(), subnets: denied('ec2:DescribeSubnets') },
    findings: but('', {}).slice(2),
    unevaluated: [
      { resource: ids.subnet, level: 'recommended', action: 'ec2:DescribeSubnets' },
      { resource: interfaces, level: 'recommended' },
    ],
  },

  // Interfaces
  {
    name: 'interfaces for all but one',
    facts: { ...runs(), ...interfaceQuota(43) },
    findings: but(interfaces, {
      status: 'fail',
      level: 'recommended',
      have: 31,
      need: 32,
      remediation: { command: expect.stringContaining('--desired-value 44') },
    }),
  },
  {
    name: 'interfaces exceeded already: network-interface-quota reports it, once',
    plan: onlyRuns,
    facts: { ...groups({ target: 6 }), ...interfaceQuota(75) },
    findings: but('', {}).filter((f) => f.resource !== interfaces),
  },
  {
    name: 'interfaces unread',
    facts: { ...runs(), interfaces: denied('ec2:DescribeNetworkInterfaces') },
    findings: but('', {}).filter((f) => f.resource !== interfaces),
    unevaluated: [{ resource: interfaces, level: 'recommended', action: 'ec2:DescribeNetworkInterfaces' }],
  },

  // Quota: using all of it is normal
  {
    name: 'a quota that is in use whole: advice',
    facts: { ...runs(), ...p5Quota(4) },
    findings: but(p5, {
      status: 'fail',
      level: 'advice',
      have: 0,
      need: 1,
      remediation: { command: expect.stringContaining('--desired-value 5') },
    }),
  },
  {
    name: 'nodes of other clusters count, one successor for each group',
    plan: onlyRuns,
    facts: {
      ...withRunning(one({ groups: [runningGroup(), runningGroup({ name: 'more' })] }), one({ name: 'other', groups: [] })),
      ...p5Quota(9),
    },
    findings: [...but(p5, { status: 'fail', have: 1, need: 2 }), { cluster: 'other', resource: 'NodeRecovery' }],
  },
  {
    name: 'a quota below what runs: instance-type-quota reports it, once',
    facts: { ...runs(), ...p5Quota(3) },
    findings: but('', {}).slice(0, 3),
  },
  {
    name: 'a flexible group: any of its types will do',
    plan: onlyRuns,
    facts: groups({ types: ['ml.p4d.24xlarge', 'ml.p5.48xlarge'], currentByType: { 'ml.p5.48xlarge': 4 } }),
    findings: [...but('', {}).slice(0, 3), { status: 'pass', resource: 'ml.p4d.24xlarge or ml.p5.48xlarge for cluster usage', have: 28 }],
  },
  {
    name: 'quotas unread: advice',
    facts: { ...runs(), quotas: { ...facts().quotas, sagemaker: denied('servicequotas:ListServiceQuotas') } },
    findings: but('', {}).slice(0, 3),
    unevaluated: [{ resource: p5, level: 'advice' }],
  },

  // Training plans
  {
    name: 'a training plan with a free instance, which the quota does not limit',
    plan: onlyRuns,
    facts: { ...groups({ trainingPlan: arn }), ...trainingPlan(1) },
    findings: [...but('', {}).slice(0, 3), { status: 'pass', level: 'advice', resource: arn, have: 1, need: 1 }],
  },
  {
    name: 'a training plan in use whole: advice',
    plan: onlyRuns,
    facts: { ...groups({ trainingPlan: arn }), ...trainingPlan(0) },
    findings: [...but('', {}).slice(0, 3), { status: 'fail', level: 'advice', resource: arn, have: 0, need: 1 }],
  },
  {
    name: 'UltraServers in use whole with a spare instance',
    plan: onlyRuns,
    facts: { ...groups({ trainingPlan: arn }), ...trainingPlan(0, 'Active', 1) },
    findings: [
      ...but('', {}).slice(0, 3),
      {
        status: 'pass',
        level: 'advice',
        resource: arn,
        have: 1,
        need: 1,
        message: expect.stringContaining('0 of 4 instances of training plan spring available (and 1 spare'),
      },
    ],
  },
  {
    name: 'UltraServers in use whole without a spare instance: advice',
    plan: onlyRuns,
    facts: { ...groups({ trainingPlan: arn }), ...trainingPlan(0, 'Active', 0) },
    findings: [...but('', {}).slice(0, 3), { status: 'fail', level: 'advice', resource: arn, have: 0, need: 1 }],
  },
  {
    name: 'a training plan that gives nothing now: training-plan reports it, once',
    plan: onlyRuns,
    facts: { ...groups({ trainingPlan: arn }), ...trainingPlan(0, 'Expired') },
    findings: but('', {}).slice(0, 3),
  },
  {
    name: 'a training plan unread: advice',
    plan: onlyRuns,
    facts: { ...groups({ trainingPlan: arn }), trainingPlans: { [arn]: denied('sagemaker:DescribeTrainingPlan') } },
    findings: but('', {}).slice(0, 3),
    unevaluated: [{ resource: arn, level: 'advice', action: 'sagemaker:DescribeTrainingPlan' }],
  },

  // NodeRecovery
  {
    name: 'NodeRecovery None',
    plan: onlyRuns,
    facts: runs({ request: { ClusterName: 'llm-train', NodeRecovery: 'None' } }),
    findings: but('NodeRecovery', {
      status: 'fail',
      level: 'recommended',
      remediation: { command: 'aws sagemaker update-cluster --region us-west-2 --cluster-name llm-train --node-recovery Automatic' },
    }),
  },
  {
    name: 'NodeRecovery None in the plan: node-recovery reports it, once',
    plan: plan(planned({ request: request({ NodeRecovery: 'None', InstanceGroups: [groupRequest()] }) })),
    facts: runs({ request: { ClusterName: 'llm-train', NodeRecovery: 'None' } }),
    findings: but('', {}).filter((f) => f.resource !== 'NodeRecovery'),
  },
  {
    name: 'no NodeRecovery in the answer: nothing to say',
    facts: runs({ request: { ClusterName: 'llm-train' } }),
    findings: but('', {}).filter((f) => f.resource !== 'NodeRecovery'),
  },
  {
    name: 'facts of an older version, without the request: not evaluated',
    facts: runs({ request: undefined }),
    findings: but('', {}).filter((f) => f.resource !== 'NodeRecovery'),
    unevaluated: [{ resource: 'NodeRecovery', reason: expect.stringContaining('older version') }],
  },
  {
    name: 'the running cluster unread: not evaluated',
    facts: { clusterNames: ok(['llm-train']), runningClusters: { 'llm-train': denied('sagemaker:DescribeCluster') } },
    unevaluated: [{ cluster: 'llm-train', level: 'recommended', action: 'sagemaker:DescribeCluster' }],
  },
]);
