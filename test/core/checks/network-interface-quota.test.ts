import { expect } from 'vitest';
import check from '../../../shared/core/checks/network-interface-quota.ts';
import type { GroupRequest, PlannedCluster } from '../../../shared/core/plan/plan.ts';
import {
  broken,
  denied,
  groupRequest,
  ids,
  instanceTypes,
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
import { eksPlan, noVpcPlan, planOf, vpcConfig } from '../plans.ts';
import { table } from '../table.ts';

const name = 'Network interfaces per Region';
const [z1, z2] = ['usw2-az1', 'usw2-az2'];
const value = (n: number) => ({ quotas: { vpc: ok([quota('vpc', 'L-DF5E4CA3', name, n)]) } });
const used = (byZone: Record<string, number>) => ({ interfaces: ok({ total: Object.values(byZone).reduce((a, b) => a + b, 0), byZone }) });
const subnets = { subnets: ok([subnet(), subnet({ id: ids.subnet2, zone: z2 })]) };
const group = (InstanceCount: number, more: Partial<GroupRequest> = {}) => groupRequest({ InstanceCount, ...more });
const cluster = (ClusterName: string, groups: GroupRequest[], VpcConfig = vpcConfig(ids.subnet), more: Partial<PlannedCluster> = {}) =>
  planned({ request: request({ ClusterName, InstanceGroups: groups, VpcConfig }), ...more });
const both = vpcConfig(ids.subnet, ids.subnet2);

table(check, [
  {
    name: 'passes at the healthy default: 32 interfaces for each P5',
    findings: [{ status: 'pass', level: 'required', have: 5000, need: 12 + 4 * 32, unit: 'interfaces', resource: name }],
    says: ['zone usw2-az1', '128 for llm-train', '12 in use in the region.'],
  },
  { name: 'takes as many on EKS', plan: eksPlan, findings: [{ need: 140 }] },
  { name: 'passes at exactly the quota', facts: value(140), findings: [{ status: 'pass', have: 140, need: 140 }] },
  {
    name: 'fails one below, with the request that would fix it',
    facts: value(139),
    findings: [
      {
        status: 'fail',
        level: 'required',
        have: 139,
        need: 140,
        remediation: { command: expect.stringContaining('--quota-code L-DF5E4CA3 --desired-value 140') },
      },
    ],
  },
  {
    name: 'counts in the zone, not over the region',
    facts: { ...value(200), ...used({ [z1]: 12, [z2]: 4999 }) },
    findings: [{ status: 'pass', have: 200, need: 140 }],
    says: ['5011 in use in the region.'],
  },
  {
    name: 'counts one more for efa-only beside a P5 node',
    plan: plan(cluster('a', [group(1, { NetworkInterface: { InterfaceType: 'efa-only' } })])),
    findings: [{ need: 12 + 33 }],
  },
  {
    name: 'takes the largest type of a flexible group, as an estimate',
    plan: plan(
      cluster('a', [group(2, { InstanceType: undefined, InstanceRequirements: { InstanceTypes: ['ml.g5.xlarge', 'ml.p5.48xlarge'] } })]),
    ),
    findings: [{ need: 12 + 64 }],
    says: ['Estimate'],
  },
  {
    name: 'needs nothing without a VPC',
    plan: noVpcPlan,
    findings: [],
  },
  {
    name: 'counts only what is not placed yet of a planned cluster that runs',
    plan: plan(cluster('llm-train', [group(6)])),
    facts: withRunning(running()),
    findings: [{ need: 12 + 64 }],
  },
  {
    name: 'a running cluster: what it still grows by',
    plan: { ...plan(), clusters: [] },
    facts: { ...value(75), ...withRunning(running({ groups: [runningGroup({ target: 6 })] })) },
    findings: [{ cluster: 'llm-train', status: 'fail', level: 'required', have: 75, need: 12 + 64 }],
  },
  {
    name: 'what other running clusters still grow by comes first',
    facts: { ...value(200), ...withRunning(running({ name: 'b', groups: [runningGroup({ target: 7 })] })) },
    findings: [
      { cluster: 'llm-train', status: 'fail', have: 200, need: 12 + 96 + 128 },
      { cluster: 'b', status: 'pass', need: 12 + 96 },
    ],
  },

  // One subnet of several.
  {
    name: 'groups that inherit share one zone: the worst decides, softer while another would do',
    plan: plan(cluster('a', [group(2), group(2, { InstanceGroupName: 'more' })], both)),
    facts: { ...subnets, ...value(200), ...used({ [z1]: 100, [z2]: 10 }) },
    findings: [{ status: 'fail', level: 'recommended', have: 200, need: 228 }],
    says: ['in zone usw2-az1', 'The minimum fits in usw2-az2'],
  },
  {
    name: 'fails as required where no zone takes all groups that inherit, though each would find one',
    plan: plan(cluster('a', [group(2), group(2, { InstanceGroupName: 'more' })], both)),
    facts: { ...subnets, ...value(120), ...used({ [z1]: 10, [z2]: 20 }) },
    findings: [
      { status: 'fail', level: 'required', have: 120, need: 148, remediation: { command: expect.stringContaining('--desired-value 148') } },
    ],
    says: ['in zone usw2-az2'],
  },
  {
    name: 'passes where each zone would do',
    plan: plan(cluster('a', [group(4)], both)),
    facts: { ...subnets, ...value(228), ...used({ [z1]: 100, [z2]: 10 }) },
    findings: [{ status: 'pass', need: 228 }],
  },
  {
    name: 'a group with subnets of its own may spread: required only where not even that helps',
    plan: plan(cluster('a', [group(4, { OverrideVpcConfig: both })])),
    facts: { ...subnets, ...value(100), ...used({ [z1]: 20, [z2]: 20 }) },
    findings: [{ status: 'fail', level: 'recommended', have: 100, need: 148 }],
    says: ['spread over the zones'],
  },
  {
    name: 'inherited and own subnets meet in a zone',
    plan: plan(cluster('a', [group(2), group(2, { InstanceGroupName: 'own', OverrideVpcConfig: vpcConfig(ids.subnet2) })], both)),
    facts: { ...subnets, ...value(100), ...used({ [z1]: 40, [z2]: 30 }) },
    findings: [{ status: 'fail', level: 'required', have: 100, need: 158 }],
  },
  {
    name: 'inherited and own subnets find a way past each other',
    plan: plan(cluster('a', [group(2), group(2, { InstanceGroupName: 'own', OverrideVpcConfig: vpcConfig(ids.subnet2) })], both)),
    facts: { ...subnets, ...value(110), ...used({ [z1]: 40, [z2]: 30 }) },
    findings: [{ status: 'fail', level: 'recommended', have: 110, need: 158 }],
  },

  // Competition.
  {
    name: 'planned clusters before it may land in the same zone',
    plan: plan(
      cluster('a', [group(3)], both),
      cluster('b', [group(2)]),
      cluster('c', [group(1)], vpcConfig(ids.subnet2), { alternativeTo: 'a' }),
    ),
    facts: { ...subnets, ...value(150), ...used({ [z1]: 10 }) },
    findings: [
      { cluster: 'a', status: 'pass', need: 106 },
      {
        cluster: 'b',
        status: 'fail',
        level: 'required',
        need: 10 + 96 + 64,
        message: expect.stringContaining('96 planned earlier for a'),
      },
      { cluster: 'c', status: 'pass', need: 32 },
    ],
  },
  {
    name: 'a cluster that needs no more is not failed by those before it',
    plan: plan(cluster('a', [group(9)]), cluster('llm-train', [group(4)])),
    facts: { ...value(200), ...withRunning(running()) },
    findings: [
      { cluster: 'a', status: 'fail' },
      { cluster: 'llm-train', status: 'pass', need: 12 },
    ],
  },
  {
    name: 'MinInstanceCount must fit, the rest is softer',
    plan: plan(cluster('a', [group(4, { MinInstanceCount: 2 })])),
    facts: value(100),
    findings: [{ status: 'fail', level: 'recommended', have: 100, need: 140 }],
  },
  {
    name: 'a subnet of another cluster that does not exist takes nothing there',
    plan: plan(cluster('a', [group(3)], vpcConfig('subnet-0bad')), cluster('b', [group(1)])),
    findings: [{ cluster: 'b', status: 'pass', need: 44 }],
    unevaluated: [{ cluster: 'a', level: 'required', resource: name, reason: expect.stringContaining('subnet-0bad') }],
  },

  // Blindness.
  {
    name: 'interfaces denied',
    facts: { interfaces: denied('ec2:DescribeNetworkInterfaces') },
    unevaluated: [{ level: 'required', resource: name, action: 'ec2:DescribeNetworkInterfaces' }],
  },
  { name: 'subnets unreadable', facts: { subnets: broken() }, unevaluated: [{ resource: name }] },
  {
    name: 'a type that EC2 does not describe',
    facts: { instanceTypes: ok({ 'g5.xlarge': instanceTypes['g5.xlarge'] }) },
    unevaluated: [{ reason: expect.stringContaining('p5.48xlarge') }],
  },
  {
    name: 'a quota that is not listed',
    facts: { quotas: { vpc: ok([]) } },
    unevaluated: [{ reason: expect.stringContaining('does not list') }],
  },
  {
    name: 'quotas denied',
    facts: { quotas: { vpc: denied('servicequotas:ListServiceQuotas') } },
    unevaluated: [{ action: 'servicequotas:ListServiceQuotas' }],
  },
  {
    name: 'another running cluster unread: it may be growing into the zone',
    facts: { clusterNames: ok(['b']), runningClusters: { b: broken() } },
    unevaluated: [{ cluster: 'llm-train' }, { cluster: 'b' }],
  },
  {
    name: 'AutoScaling after it hides nothing here, before it does',
    plan: plan(
      cluster('a', [group(1)]),
      planned({ request: request({ ClusterName: 'b', AutoScaling: { Mode: 'Enable' } }) }),
      cluster('c', [group(1)]),
    ),
    findings: [{ cluster: 'a', status: 'pass' }],
    unevaluated: [{ cluster: 'b' }, { cluster: 'c', reason: expect.stringContaining('growTo') }],
  },
  {
    name: 'the message has no part that is 0',
    findings: [
      {
        message:
          '140 network interfaces required in zone usw2-az1 (12 in use or for running clusters + 128 for llm-train), quota is 5000 in each zone. 12 in use in the region.',
      },
    ],
  },
  {
    name: 'nor one of a cluster whose nodes are placed',
    plan: plan(cluster('a', [group(9)]), cluster('llm-train', [group(4)])),
    facts: withRunning(running()),
    findings: [
      { cluster: 'a' },
      {
        cluster: 'llm-train',
        message:
          '12 network interfaces required in zone usw2-az1 (12 in use or for running clusters), quota is 5000 in each zone. 12 in use in the region.',
      },
    ],
  },
  {
    name: 'a required shortfall promises nothing',
    facts: value(139),
    findings: [{ level: 'required', message: expect.not.stringContaining('minimum') }],
  },
  {
    name: 'a group of no nodes needs nothing, of whatever type',
    plan: plan(cluster('a', [group(4), group(0, { InstanceGroupName: 'none', InstanceType: 'ml.unknown.large' })])),
    findings: [{ need: 140 }],
  },
  {
    name: 'only groups with a network count',
    plan: planOf({
      VpcConfig: undefined,
      InstanceGroups: [group(2, { OverrideVpcConfig: vpcConfig(ids.subnet) }), group(3, { InstanceGroupName: 'none' })],
    }),
    findings: [{ status: 'pass', need: 12 + 64 }],
  },
  {
    name: 'an estimate where any group is flexible',
    plan: plan(
      cluster('a', [
        group(2),
        group(2, {
          InstanceGroupName: 'any',
          InstanceType: undefined,
          InstanceRequirements: { InstanceTypes: ['ml.g5.xlarge', 'ml.p5.48xlarge'] },
        }),
      ]),
    ),
    findings: [{ need: 12 + 128 }],
    says: ['Estimate'],
  },
  {
    name: 'a network without subnets',
    plan: plan(cluster('a', [group(2)], vpcConfig())),
    unevaluated: [{ cluster: 'a', reason: expect.stringContaining('no subnet') }],
  },
]);
