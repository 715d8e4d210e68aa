import { expect } from 'vitest';
import check from '../../../shared/core/checks/subnet-free-ips.ts';
import type { Facts } from '../../../shared/core/evaluation/facts.ts';
import type { GroupRequest, PlannedCluster } from '../../../shared/core/plan/plan.ts';
import {
  broken,
  denied,
  groupRequest,
  ids,
  ok,
  onEks,
  plan,
  planned,
  request,
  running,
  runningGroup,
  subnet,
  withRunning,
} from '../healthy.ts';
import { eksFacts, eksPlan, noVpcPlan, planOf } from '../plans.ts';
import { table } from '../table.ts';

const free = (freeIpv4: number, more = {}): Partial<Facts> => ({ subnets: ok([subnet({ freeIpv4, ...more })]) });
const both = (a: number, b: number): Partial<Facts> => ({
  subnets: ok([subnet({ freeIpv4: a }), subnet({ id: ids.subnet2, freeIpv4: b })]),
});
const groups = (more: Partial<PlannedCluster>, ...of: readonly Partial<GroupRequest>[]) =>
  plan(planned({ request: request({ InstanceGroups: of.map(groupRequest) }), ...more }));
const second = (more: Partial<PlannedCluster> = {}) => planned({ request: request({ ClusterName: 'second' }), ...more });
const pool = (nodes: number) =>
  groups(
    {},
    {
      InstanceCount: nodes,
      InstanceType: undefined as never,
      InstanceRequirements: { InstanceTypes: ['ml.p4d.24xlarge', 'ml.p5.48xlarge'] },
      OverrideVpcConfig: { Subnets: [ids.subnet, ids.subnet2], SecurityGroupIds: [ids.group] },
    },
  );
const onlyRuns = { ...plan(), clusters: [] };

table(check, [
  {
    name: 'P5 on Slurm: 32 a node',
    findings: [{ status: 'pass', level: 'recommended', resource: ids.subnet, have: 4091, need: 128, unit: 'addresses' }],
    says: ['4 nodes of workers (32 each)'],
  },
  { name: 'exactly enough', facts: free(128), findings: [{ status: 'pass', have: 128, need: 128 }] },
  {
    name: 'one too few',
    facts: free(127),
    findings: [
      {
        status: 'fail',
        level: 'recommended',
        have: 127,
        need: 128,
        remediation: { command: expect.stringContaining(`Values=${ids.subnet}`) },
      },
    ],
    says: ['3 of 4 nodes fit'],
  },
  {
    name: '4 P5 on EKS in a /24: three nodes fit',
    plan: eksPlan,
    facts: free(251, { ipv4: '10.1.0.0/24' }),
    findings: [{ status: 'fail', have: 251, need: 324, remediation: { text: expect.stringContaining('a new /23 has them') } }],
    says: ['81 each', '3 of 4 nodes fit'],
  },
  {
    name: '4 P5 on an IPv6 EKS cluster in a dual-stack /24: an estimate, for pods take no IPv4 address',
    plan: eksPlan,
    facts: { ...free(251, { ipv4: '10.1.0.0/24', ipv6: ['2600:1f14::/64'] }), ...eksFacts({ ipFamily: 'ipv6' }) },
    findings: [{ status: 'fail', level: 'recommended', have: 251, need: 324 }],
    says: ['81 each', '(estimate)', 'would start with 3 of 4 nodes'],
  },
  {
    name: 'on an IPv6 EKS cluster each card still takes an address',
    plan: eksPlan,
    facts: { ...free(127), ...eksFacts({ ipFamily: 'ipv6' }) },
    findings: [{ status: 'fail', have: 127, need: 128 }],
    says: ['32 each', '(estimate)', '3 of 4 nodes fit'],
  },
  {
    name: 'an EKS cluster that does not exist yet is expected to have IPv4',
    plan: eksPlan,
    facts: { ...free(251), eksClusters: { [ids.eks]: ok(null) } },
    findings: [{ status: 'fail', have: 251, need: 324, message: expect.not.stringContaining('estimate') }],
  },
  {
    name: 'two groups that inherit one subnet add up',
    plan: groups({}, {}, { InstanceGroupName: 'login', InstanceCount: 2, InstanceType: 'ml.m5.xlarge' }),
    facts: free(129),
    findings: [{ status: 'fail', have: 129, need: 130 }],
    says: ['4 nodes of workers (32 each) and 2 of login (1 each)'],
  },
  {
    name: 'of two subnets each has to hold the inheriting groups',
    plan: planOf({ VpcConfig: { Subnets: [ids.subnet2, ids.subnet], SecurityGroupIds: [ids.group] } }),
    facts: both(128, 127),
    findings: [
      { status: 'fail', resource: ids.subnet2, need: 128 },
      { status: 'pass', resource: ids.subnet, need: 128 },
    ],
  },
  {
    name: 'a subnet named twice counts once',
    plan: planOf({ VpcConfig: { Subnets: [ids.subnet, ids.subnet], SecurityGroupIds: [ids.group] } }),
    findings: [{ need: 128 }],
  },
  {
    name: 'two planned clusters compete in plan order',
    plan: plan(planned(), second()),
    facts: free(200),
    findings: [
      { status: 'pass', cluster: 'llm-train', need: 128 },
      { status: 'fail', cluster: 'second', need: 256, message: expect.stringContaining('128 of them planned earlier for llm-train') },
    ],
  },
  {
    name: 'an alternative does not compete',
    plan: plan(planned(), second({ alternativeTo: 'llm-train' })),
    facts: free(200),
    findings: [
      { status: 'pass', need: 128 },
      { status: 'pass', need: 128 },
    ],
  },
  {
    name: 'MinInstanceCount is what is required, InstanceCount what is asked for',
    plan: groups({}, { InstanceCount: 32, MinInstanceCount: 4 }),
    facts: free(12 * 32 + 5),
    findings: [{ status: 'fail', level: 'recommended', have: 389, need: 1024 }],
    says: ['llm-train would start with 12 of 32 nodes'],
  },
  {
    name: 'headroom and growTo count',
    plan: groups({ headroom: 10, growTo: { workers: 10 } }, {}),
    facts: free(351),
    findings: [{ status: 'fail', have: 351, need: 352 }],
    says: ['10 of 11 nodes fit'],
  },
  {
    name: 'a plan for a cluster that runs: only what is not placed yet',
    plan: groups({}, { InstanceCount: 6 }),
    facts: { ...withRunning(running()), ...free(63) },
    findings: [{ status: 'fail', have: 63, need: 64 }],
  },
  {
    name: 'a plan for what runs already needs nothing, and reads no types',
    facts: { ...withRunning(running()), ...free(0), instanceTypes: broken() },
    findings: [{ status: 'pass', have: 0, need: 0 }],
  },
  {
    name: 'a cluster that only runs: room to replace a node is what replacement evaluates',
    plan: onlyRuns,
    facts: { ...withRunning(running()), ...free(31) },
    findings: [{ status: 'pass', have: 31, need: 0 }],
  },
  {
    name: 'a cluster that only runs and grows',
    plan: onlyRuns,
    facts: { ...withRunning(running({ groups: [runningGroup({ target: 6 })] })), ...free(64) },
    findings: [{ status: 'pass', have: 64, need: 64 }],
  },
  {
    name: 'efa-only: an estimate',
    plan: groups({}, { NetworkInterface: { InterfaceType: 'efa-only' } }),
    findings: [{ status: 'pass', need: 4 }],
    says: ['(estimate)'],
  },
  {
    name: 'a flexible group by its largest type, over its pool',
    plan: pool(4),
    facts: both(64, 64),
    findings: [
      { status: 'pass', resource: ids.subnet, need: 64 },
      { status: 'pass', resource: ids.subnet2, need: 64 },
    ],
    says: ['(estimate)'],
  },
  {
    name: 'a pool counts whole nodes',
    plan: pool(4),
    facts: both(63, 65),
    findings: [
      { status: 'fail', resource: ids.subnet, have: 63, need: 64 },
      { status: 'fail', resource: ids.subnet2, have: 65, need: 96 },
    ],
  },
  {
    name: 'a pool does not compete where it has other room',
    plan: plan(...pool(1).clusters, second()),
    facts: both(128, 64),
    findings: [{ need: 0 }, { need: 0 }, { status: 'pass', cluster: 'second', need: 128 }],
  },
  {
    name: 'an override that could land there counts',
    plan: groups(
      {},
      {},
      {
        InstanceGroupName: 'extra',
        InstanceCount: 1,
        OverrideVpcConfig: { Subnets: [ids.subnet, ids.subnet2], SecurityGroupIds: [ids.group] },
      },
    ),
    facts: both(4091, 4091),
    findings: [
      { resource: ids.subnet, need: 160 },
      { resource: ids.subnet2, need: 32 },
    ],
  },
  { name: 'an IPv6-native subnet has no IPv4 amounts', facts: free(0, { ipv4: '', ipv6Native: true }), findings: [] },
  {
    name: 'AutoScaling without growTo is unevaluated',
    plan: planOf({ ...onEks, AutoScaling: { Mode: 'Enable' } }),
    unevaluated: [{ level: 'recommended', resource: ids.subnet, reason: expect.stringContaining('growTo.workers') }],
  },
  {
    name: 'AutoScaling with growTo is not',
    plan: plan(planned({ request: request({ ...onEks, AutoScaling: { Mode: 'Enable' } }), growTo: { workers: 8 } })),
    findings: [{ status: 'pass', need: 648 }],
  },
  {
    name: 'an autoscaling rival leaves the sum open',
    plan: plan(second({ request: request({ ClusterName: 'second', ...onEks, AutoScaling: { Mode: 'Enable' } }) }), planned()),
    unevaluated: [{ cluster: 'second' }, { cluster: 'llm-train', resource: ids.subnet }],
  },
  { name: 'a subnet that does not exist', facts: { subnets: ok([]) }, unevaluated: [{ resource: ids.subnet }] },
  {
    name: 'subnets denied: unevaluated, with the action',
    facts: { subnets: denied('ec2:DescribeSubnets') },
    unevaluated: [{ level: 'recommended', resource: ids.subnet, action: 'ec2:DescribeSubnets' }],
  },
  { name: 'types unreadable: unevaluated', facts: { instanceTypes: broken() }, unevaluated: [{ resource: ids.subnet }] },
  {
    name: 'a type EC2 does not know here: unevaluated',
    plan: groups({}, { InstanceType: 'ml.p6e-gb200.36xlarge' }),
    unevaluated: [{ reason: expect.stringContaining('p6e-gb200.36xlarge') }],
  },
  {
    name: 'the running cluster unread: unevaluated',
    facts: { clusterNames: ok(['llm-train']), runningClusters: { 'llm-train': denied('sagemaker:DescribeCluster') } },
    unevaluated: [{ action: 'sagemaker:DescribeCluster' }],
  },
  { name: 'does not apply without a VPC', plan: noVpcPlan, findings: [] },
  {
    name: 'a cluster that is placed already needs nothing after another cluster',
    plan: plan(second(), planned()),
    facts: { ...withRunning(running()), ...free(200) },
    findings: [
      { cluster: 'second', status: 'pass', need: 128 },
      {
        cluster: 'llm-train',
        status: 'pass',
        need: 0,
        message: expect.stringContaining('All nodes of llm-train are placed'),
      },
    ],
  },
  {
    name: 'exactly what is required is not all that is requested',
    plan: groups({}, { InstanceCount: 8, MinInstanceCount: 4 }),
    facts: free(128),
    findings: [{ status: 'fail', level: 'recommended', have: 128, need: 256 }],
  },
  {
    name: 'an estimate where it is one for any group',
    plan: groups({}, {}, { InstanceGroupName: 'only', NetworkInterface: { InterfaceType: 'efa-only' } }),
    findings: [{ need: 132 }],
    says: ['(estimate)'],
  },
  {
    name: 'no estimate for a group of no nodes',
    plan: groups({}, {}, { InstanceGroupName: 'only', InstanceCount: 0, NetworkInterface: { InterfaceType: 'efa-only' } }),
    findings: [{ need: 128, message: expect.not.stringContaining('estimate') }],
  },
  {
    name: 'how many nodes fit beside those of another cluster',
    plan: plan(planned(), second()),
    facts: free(200),
    findings: [{ cluster: 'llm-train' }, { cluster: 'second', message: expect.stringContaining('2 of 4 nodes fit') }],
  },
]);
