import { expect } from 'vitest';
import check from '../../../shared/core/checks/cluster-placement.ts';
import type { Facts, NetworkAcl, Route, Subnet, TrainingPlan } from '../../../shared/core/evaluation/facts.ts';
import type { GroupRequest, PlannedCluster, VpcConfig } from '../../../shared/core/plan/plan.ts';
import {
  account,
  broken,
  denied,
  groupRequest,
  ids,
  ok,
  onEks,
  plan,
  planned,
  quota,
  request,
  running,
  runningGroup,
  subnet,
  withRunning,
} from '../healthy.ts';
import { eksFacts, eksPlan, noVpcPlan, planOf, vpcConfig } from '../plans.ts';
import { table } from '../table.ts';

const groups = (VpcConfig: VpcConfig, ...of: readonly Partial<GroupRequest>[]) =>
  planOf({ VpcConfig, InstanceGroups: of.map(groupRequest) });
const inTwo = planOf({ VpcConfig: vpcConfig(ids.subnet, ids.subnet2) });
const second = (more: Partial<PlannedCluster> = {}) => planned({ request: request({ ClusterName: 'second' }), ...more });
const onlyRuns = { ...plan(), clusters: [] };

const s3: Route = { prefixList: ids.s3, target: ids.gatewayEndpoint, state: 'active' };
/** Two subnets on one table that leads to S3, with what differs of each. */
const two = (a: Partial<Subnet> = {}, b: Partial<Subnet> = {}): Partial<Facts> => ({
  subnets: ok([subnet(a), subnet({ id: ids.subnet2, zone: 'usw2-az2', ...b })]),
  routeTables: ok([{ id: ids.routeTable, vpc: ids.vpc, main: true, subnets: [], routes: [s3] }]),
});
/** The second subnet has a table of its own, without a way to S3. */
const noWay: Partial<Facts> = {
  ...two(),
  routeTables: ok([
    { id: ids.routeTable, vpc: ids.vpc, main: true, subnets: [], routes: [s3] },
    { id: 'rtb-closed', vpc: ids.vpc, main: false, subnets: [ids.subnet2], routes: [] },
  ]),
};
const eksInTwo = planOf({ ...onEks, VpcConfig: vpcConfig(ids.subnet, ids.subnet2) });
const subnetsOf = ({ subnets }: Partial<Facts>): Partial<Facts> => ({ ...(subnets && { subnets }) });
const aclOf = (id: string, subnets: readonly string[], ...directions: readonly boolean[]): NetworkAcl => ({
  id,
  vpc: ids.vpc,
  default: false,
  subnets,
  entries: directions.map((egress) => ({ number: 100, egress, allow: true, protocol: '-1', cidr: '0.0.0.0/0' })),
});
/** The ACL of the second subnet lets nothing in. */
const closedAcl: Partial<Facts> = {
  networkAcls: ok([aclOf(ids.acl, [ids.subnet], false, true), aclOf('acl-0bbb0000000000001', [ids.subnet2], true)]),
};
const zones = (...of: readonly string[]): Partial<Facts> => ({
  offerings: ok({ 'p5.48xlarge': of, 'p4d.24xlarge': of, 'm5.xlarge': of }),
});
const interfaces = (value: number, byZone: { readonly [zone: string]: number }): Partial<Facts> => ({
  quotas: { vpc: ok([quota('vpc', 'L-DF5E4CA3', 'Network interfaces per Region', value)]) },
  interfaces: ok({ total: 0, byZone }),
});
const arn = `arn:aws:sagemaker:us-west-2:${account}:training-plan/tp`;
const reserved = (...of: readonly string[]): Partial<Facts> => ({
  trainingPlans: {
    [arn]: ok<TrainingPlan>({
      arn,
      name: 'tp',
      status: 'Active',
      targets: ['hyperpod-cluster'],
      total: 4,
      available: 4,
      inUse: 0,
      capacities: of.map((zone) => ({ type: 'ml.p5.48xlarge', zone, count: 4, status: 'Active' })),
    }),
  },
});
const flexible: Partial<GroupRequest> = {
  InstanceType: undefined as never,
  InstanceRequirements: { InstanceTypes: ['ml.p4d.24xlarge', 'ml.p5.48xlarge'] },
};
const pool = (InstanceCount: number, more: Partial<GroupRequest> = {}) =>
  groups(vpcConfig(ids.subnet), { InstanceCount, ...flexible, OverrideVpcConfig: vpcConfig(ids.subnet, ids.subnet2), ...more });

table(check, [
  {
    name: 'a training plan with capacity in the zone has the type there, though EC2 lists it nowhere',
    plan: groups(vpcConfig(ids.subnet), { TrainingPlanArn: arn }),
    facts: { ...zones(), ...reserved('usw2-az1') },
    findings: [{ status: 'pass' }],
  },
  {
    name: 'passes where the one subnet has it all',
    findings: [{ status: 'pass', level: 'required', cluster: 'llm-train', resource: 'VpcConfig', have: 1, need: 1, unit: 'subnets' }],
    says: [ids.subnet, 'group workers of llm-train'],
  },
  { name: 'passes where both have it all', plan: inTwo, facts: two(), findings: [{ status: 'pass', have: 2, need: 2 }] },

  // Addresses
  {
    name: 'fails where the only subnet misses addresses',
    facts: { subnets: ok([subnet({ freeIpv4: 127 })]) },
    findings: [{ status: 'fail', level: 'required', have: 0, need: 1 }],
    says: [`0 of 1 subnet can take group workers of llm-train. ${ids.subnet}: 127 IP addresses available, 128 required; 3 of 4 nodes fit.`],
  },
  {
    name: '4 P5 on EKS in a /24: three nodes fit',
    plan: eksPlan,
    facts: { subnets: ok([subnet({ freeIpv4: 251, ipv4: '10.1.0.0/24' })]) },
    findings: [{ status: 'fail', level: 'required' }],
    says: ['251 IP addresses available, 324 required; 3 of 4 nodes fit'],
  },
  {
    name: 'inheriting groups add up: neither subnet takes both, though each takes one',
    plan: groups(vpcConfig(ids.subnet, ids.subnet2), {}, { InstanceGroupName: 'more' }),
    facts: two({ freeIpv4: 200 }, { freeIpv4: 200 }),
    findings: [{ status: 'fail', level: 'required' }],
    says: ['0 of 2 subnets can take groups workers and more of llm-train.', '256 required'],
  },
  {
    name: 'is softer where one of two misses addresses, naming both',
    plan: inTwo,
    facts: two({}, { freeIpv4: 127 }),
    findings: [{ status: 'fail', level: 'recommended', have: 1, need: 2 }],
    says: [`1 of 2 subnets can take all of group workers of llm-train: ${ids.subnet}.`, `${ids.subnet2}: 127 IP addresses available`],
  },
  {
    name: 'MinInstanceCount: would start with fewer',
    plan: groups(vpcConfig(ids.subnet), { InstanceCount: 32, MinInstanceCount: 4 }),
    facts: { subnets: ok([subnet({ freeIpv4: 389 })]) },
    findings: [{ status: 'fail', level: 'recommended', have: 0, need: 1 }],
    says: ['llm-train would start with 12 of 32 nodes'],
  },
  {
    name: 'below MinInstanceCount it cannot come up',
    plan: groups(vpcConfig(ids.subnet), { InstanceCount: 32, MinInstanceCount: 4 }),
    facts: { subnets: ok([subnet({ freeIpv4: 127 })]) },
    findings: [{ status: 'fail', level: 'required' }],
    says: ['3 of 4 nodes fit'],
  },
  {
    name: 'an override that has no other subnet takes its part first',
    plan: groups(vpcConfig(ids.subnet), {}, { InstanceGroupName: 'extra', InstanceCount: 1, OverrideVpcConfig: vpcConfig(ids.subnet) }),
    facts: { subnets: ok([subnet({ freeIpv4: 159 })]) },
    findings: [
      { status: 'fail', level: 'required', resource: 'VpcConfig' },
      { status: 'fail', level: 'required', group: 'extra', resource: 'OverrideVpcConfig' },
    ],
    says: ['160 required, 32 of them for groups without another subnet; 3 of 4 nodes fit'],
  },
  {
    name: 'an override that may land elsewhere takes nothing for certain',
    plan: groups(
      vpcConfig(ids.subnet),
      {},
      { InstanceGroupName: 'extra', InstanceCount: 1, OverrideVpcConfig: vpcConfig(ids.subnet, ids.subnet2) },
    ),
    facts: two({ freeIpv4: 130 }),
    findings: [
      { status: 'pass', resource: 'VpcConfig' },
      { status: 'fail', level: 'recommended', group: 'extra' },
    ],
  },
  {
    name: 'planned clusters compete in plan order, and the earlier is named',
    plan: plan(planned(), second()),
    facts: { subnets: ok([subnet({ freeIpv4: 200 })]) },
    findings: [
      { status: 'pass', cluster: 'llm-train' },
      {
        status: 'fail',
        level: 'required',
        cluster: 'second',
        message: expect.stringContaining('128 of them planned earlier for llm-train'),
      },
    ],
  },
  {
    name: 'an alternative does not compete',
    plan: plan(planned(), second({ alternativeTo: 'llm-train' })),
    facts: { subnets: ok([subnet({ freeIpv4: 200 })]) },
    findings: [{ status: 'pass' }, { status: 'pass' }],
  },
  {
    name: 'a plan for what runs needs no more addresses',
    facts: { ...withRunning(running()), subnets: ok([subnet({ freeIpv4: 0 })]), instanceTypes: broken() },
    findings: [{ status: 'pass' }],
  },
  {
    name: 'a cluster that only runs: room to replace a node is what replacement evaluates',
    plan: onlyRuns,
    facts: { ...withRunning(running()), subnets: ok([subnet({ freeIpv4: 31 })]) },
    findings: [{ status: 'pass' }],
  },
  {
    name: 'a cluster that only runs and cannot grow to its target',
    plan: onlyRuns,
    facts: { ...withRunning(running({ groups: [runningGroup({ target: 6 })] })), subnets: ok([subnet({ freeIpv4: 63 })]) },
    findings: [{ status: 'fail', level: 'required' }],
    says: ['1 of 2 nodes fit'],
  },
  {
    name: 'an IPv6-native subnet has no IPv4 amounts',
    facts: { subnets: ok([subnet({ ipv4: '', freeIpv4: 0, ipv6Native: true })]) },
    findings: [{ status: 'pass' }],
  },
  {
    name: '4 P5 on EKS in a /24',
    plan: eksPlan,
    facts: { subnets: ok([subnet({ ipv4: '10.1.0.0/24', freeIpv4: 251 })]) },
    findings: [{ status: 'fail', level: 'required' }],
    says: ['324 required;'],
  },
  {
    name: '4 P5 on an IPv6 EKS cluster in a dual-stack /24: recommended, an estimate',
    plan: eksPlan,
    facts: {
      subnets: ok([subnet({ ipv4: '10.1.0.0/24', freeIpv4: 251, ipv6: ['2600:1f14::/64'] })]),
      ...eksFacts({ ipFamily: 'ipv6' }),
    },
    findings: [{ status: 'fail', level: 'recommended' }],
    says: ['324 required (estimate)'],
  },
  {
    name: '4 P5 on an IPv6 EKS cluster in a /25 without room for an address of each card',
    plan: eksPlan,
    facts: { subnets: ok([subnet({ ipv4: '10.1.0.0/25', freeIpv4: 123 })]), ...eksFacts({ ipFamily: 'ipv6' }) },
    findings: [{ status: 'fail', level: 'required' }],
    says: ['128 required (estimate)'],
  },
  {
    name: '4 P5 on an EKS cluster that could not be read: what pods take is not required for certain',
    plan: eksPlan,
    facts: { subnets: ok([subnet({ ipv4: '10.1.0.0/24', freeIpv4: 251 })]), eksClusters: { [ids.eks]: denied('eks:DescribeCluster') } },
    findings: [{ status: 'fail', level: 'recommended' }],
  },
  {
    name: 'efa-only: an estimate',
    plan: groups(vpcConfig(ids.subnet), { NetworkInterface: { InterfaceType: 'efa-only' } }),
    facts: { subnets: ok([subnet({ freeIpv4: 3 })]) },
    findings: [{ status: 'fail', level: 'required' }],
    says: ['(estimate)'],
  },

  // Network interfaces
  {
    name: 'fails where the quota of interfaces leaves too few in the zone',
    facts: interfaces(139, { 'usw2-az1': 12 }),
    findings: [{ status: 'fail', level: 'required', remediation: { command: expect.stringContaining('--desired-value 140') } }],
    says: ['127 network interfaces available in zone usw2-az1 by quota, 128 required'],
  },
  { name: 'passes where they just suffice', facts: interfaces(140, { 'usw2-az1': 12, 'usw2-az2': 140 }), findings: [{ status: 'pass' }] },
  {
    name: 'interfaces of a rival in another subnet of the zone count',
    plan: plan(planned({ request: request({ VpcConfig: vpcConfig(ids.subnet2) }) }), second()),
    facts: { ...two({}, { zone: 'usw2-az1' }), ...interfaces(200, {}) },
    findings: [
      { status: 'pass', cluster: 'llm-train' },
      {
        status: 'fail',
        level: 'required',
        cluster: 'second',
        message: expect.stringContaining('128 of them planned earlier for llm-train'),
      },
    ],
  },
  {
    name: 'in another zone they do not',
    plan: plan(planned({ request: request({ VpcConfig: vpcConfig(ids.subnet2) }) }), second()),
    facts: { ...two(), ...interfaces(200, {}) },
    findings: [{ status: 'pass' }, { status: 'pass' }],
  },

  // The zone's offer
  {
    name: 'fails where no zone offers an accelerated type',
    plan: inTwo,
    facts: { ...two(), ...zones('usw2-az3') },
    findings: [{ status: 'fail', level: 'required' }],
    says: ['zone usw2-az1 does not offer p5.48xlarge (group workers)', 'usw2-az2'],
  },
  {
    name: 'is softer where one of two zones offers it',
    plan: inTwo,
    facts: { ...two(), ...zones('usw2-az1') },
    findings: [{ status: 'fail', level: 'recommended', have: 1, need: 2 }],
    says: [`take all of group workers of llm-train: ${ids.subnet}.`],
  },
  {
    name: 'a CPU type only warns',
    plan: groups(vpcConfig(ids.subnet), { InstanceType: 'ml.m5.xlarge' }),
    facts: zones(),
    findings: [{ status: 'fail', level: 'recommended', have: 0, need: 1 }],
    says: ['does not offer m5.xlarge'],
  },
  {
    name: 'a group with no nodes to place does not ask',
    plan: groups(vpcConfig(ids.subnet), { InstanceCount: 0 }),
    facts: zones(),
    findings: [{ status: 'pass' }],
  },

  // The way to S3
  {
    name: 'fails where no subnet reaches S3',
    facts: { routeTables: ok([{ id: ids.routeTable, vpc: ids.vpc, main: true, subnets: [], routes: [] }]) },
    findings: [{ status: 'fail', level: 'required', remediation: { command: expect.stringContaining('modify-vpc-endpoint') } }],
    says: ['no route to S3'],
  },
  {
    name: 'NAT alone counts as a way',
    facts: {
      routeTables: ok([
        { id: ids.routeTable, vpc: ids.vpc, main: true, subnets: [], routes: [{ cidr: '0.0.0.0/0', target: ids.nat, state: 'active' }] },
      ]),
    },
    findings: [{ status: 'pass' }],
  },
  {
    name: 'is softer where one of two does not reach S3',
    plan: inTwo,
    facts: noWay,
    findings: [{ status: 'fail', level: 'recommended' }],
    says: ['rtb-closed'],
  },
  {
    name: 'tests together: one has the addresses, the other the way to S3',
    plan: inTwo,
    facts: { ...noWay, subnets: ok([subnet({ freeIpv4: 10 }), subnet({ id: ids.subnet2 })]) },
    findings: [{ status: 'fail', level: 'required', have: 0 }],
    says: ['0 of 2 subnets can take', '10 IP addresses available', 'no route to S3'],
  },

  // Training plans
  {
    name: 'passes where the training plan has capacity in the zone',
    plan: groups(vpcConfig(ids.subnet), { TrainingPlanArn: arn }),
    facts: reserved('usw2-az3', 'usw2-az1'),
    findings: [{ status: 'pass' }],
  },
  {
    name: 'fails where it has none there',
    plan: groups(vpcConfig(ids.subnet), { TrainingPlanArn: arn }),
    facts: reserved('usw2-az2'),
    findings: [{ status: 'fail', level: 'required' }],
    says: ['capacity in usw2-az2, not in usw2-az1'],
  },
  {
    name: 'a zone that the training plan keeps to itself is unknown',
    plan: groups(vpcConfig(ids.subnet), { TrainingPlanArn: arn }),
    facts: reserved(''),
    unevaluated: [{ level: 'required', resource: 'VpcConfig', reason: expect.stringContaining('does not state the zone') }],
  },
  {
    name: 'a training plan that does not exist is left to training-plan',
    plan: groups(vpcConfig(ids.subnet), { TrainingPlanArn: arn }),
    facts: { trainingPlans: { [arn]: ok(null) } },
    findings: [{ status: 'pass' }],
  },

  // Subnets themselves
  {
    name: 'a subnet that does not exist is left to network-resources',
    plan: groups(vpcConfig(ids.subnet, 'subnet-gone'), {}),
    findings: [],
    unevaluated: [{ level: 'required', resource: 'VpcConfig', reason: 'subnet subnet-gone does not exist in this region' }],
  },
  {
    name: 'the only subnet does not exist: one finding, of network-resources',
    plan: groups(vpcConfig('subnet-gone'), {}),
    unevaluated: [{ level: 'required', resource: 'VpcConfig' }],
  },
  {
    name: 'nor is one that is not available a second finding',
    facts: { subnets: ok([subnet({ state: 'pending' })]) },
    unevaluated: [{ level: 'required', reason: `subnet ${ids.subnet} is pending` }],
  },

  // What other checks report of single subnets
  {
    name: 'one without addresses, the other behind a closed network ACL: neither will do',
    plan: inTwo,
    facts: { ...two({ freeIpv4: 0 }), ...closedAcl },
    findings: [{ status: 'fail', level: 'required', have: 0, need: 1 }],
    says: ['0 of 2 subnets can take', `${ids.subnet}: 0 IP addresses available`, `${ids.subnet2}: its network ACL denies`],
  },
  {
    name: 'a closed network ACL alone is no second finding',
    plan: inTwo,
    facts: { ...two(), ...closedAcl },
    findings: [{ status: 'pass' }],
  },
  {
    name: 'nor is one of the only subnet',
    plan: groups(vpcConfig(ids.subnet2), {}),
    facts: { ...two(), ...closedAcl },
    findings: [{ status: 'pass' }],
  },
  {
    name: 'an IPv6 EKS cluster: one without S3, the other without IPv6',
    plan: eksInTwo,
    facts: { ...noWay, ...eksFacts({ ipFamily: 'ipv6' }), ...subnetsOf(two({}, { ipv6: ['2600:1f14::/64'] })) },
    findings: [{ status: 'fail', level: 'required' }],
    says: [`${ids.subnet}: no IPv6 block`, `${ids.subnet2}: route table rtb-closed has no route to S3`],
  },
  {
    name: 'no private access: one without a route out, the other without addresses',
    plan: eksInTwo,
    facts: {
      ...two({}, { freeIpv4: 0 }),
      ...eksFacts({ endpoint: { privateAccess: false, publicCidrs: ['0.0.0.0/0'] } }),
      routeTables: ok([
        { id: ids.routeTable, vpc: ids.vpc, main: true, subnets: [], routes: [s3] },
        {
          id: 'rtb-open',
          vpc: ids.vpc,
          main: false,
          subnets: [ids.subnet2],
          routes: [s3, { cidr: '0.0.0.0/0', target: ids.nat, state: 'active' }],
        },
      ]),
    },
    findings: [{ status: 'fail', level: 'required' }],
    says: [`${ids.subnet}: no route to the API server`, `${ids.subnet2}: 0 IP addresses available`],
  },
  {
    name: 'what other checks could not evaluate is left to them',
    plan: inTwo,
    facts: { ...two(), networkAcls: denied('ec2:DescribeNetworkAcls') },
    findings: [{ status: 'pass' }],
  },

  // Groups with their own subnets
  {
    name: 'each override is a case of its own',
    plan: groups(vpcConfig(ids.subnet), {}, { InstanceGroupName: 'extra', OverrideVpcConfig: vpcConfig(ids.subnet2) }),
    facts: two({}, { freeIpv4: 127 }),
    findings: [
      { status: 'pass', resource: 'VpcConfig' },
      { status: 'fail', level: 'required', group: 'extra', resource: 'OverrideVpcConfig' },
    ],
  },
  {
    name: "no case for the cluster's list where no one inherits it",
    plan: groups(vpcConfig(ids.subnet), { OverrideVpcConfig: vpcConfig(ids.subnet) }),
    findings: [{ status: 'pass', group: 'workers', resource: 'OverrideVpcConfig' }],
  },

  // Flexible groups
  {
    name: 'a pool adds up, an estimate',
    plan: pool(4),
    facts: two({ freeIpv4: 64 }, { freeIpv4: 64 }),
    findings: [{ status: 'pass', group: 'workers', resource: 'OverrideVpcConfig' }],
    says: ['estimate'],
  },
  {
    name: 'a pool counts whole nodes',
    plan: pool(4),
    facts: two({ freeIpv4: 63 }, { freeIpv4: 65 }),
    findings: [{ status: 'fail', level: 'required', have: 3, need: 4, unit: 'nodes' }],
  },
  {
    name: 'a pool short of what is recommended',
    plan: pool(4, { MinInstanceCount: 2 }),
    facts: two({ freeIpv4: 63 }, { freeIpv4: 65 }),
    findings: [{ status: 'fail', level: 'recommended', have: 3, need: 4, unit: 'nodes' }],
  },
  {
    name: 'a pool by interfaces: each zone for itself',
    plan: pool(4),
    facts: { ...two(), ...interfaces(95, {}) },
    findings: [{ status: 'pass' }],
  },
  {
    name: 'a pool by interfaces: too few in both zones',
    plan: pool(5),
    facts: { ...two(), ...interfaces(95, {}) },
    findings: [{ status: 'fail', level: 'required', have: 4, need: 5 }],
  },
  {
    name: 'a subnet without a way to S3 is out of the pool: softer while the rest suffices',
    plan: pool(4),
    facts: noWay,
    findings: [{ status: 'fail', level: 'recommended', have: 1, need: 2, unit: 'subnets' }],
    says: ['rtb-closed'],
  },
  {
    name: 'and failing where it does not',
    plan: pool(4),
    facts: { ...noWay, subnets: ok([subnet({ freeIpv4: 64 }), subnet({ id: ids.subnet2 })]) },
    findings: [{ status: 'fail', level: 'required', have: 2, need: 4 }],
  },
  {
    name: 'one of its types in the zone is enough',
    plan: pool(4),
    facts: { ...two(), offerings: ok({ 'p4d.24xlarge': ['usw2-az1', 'usw2-az2'] }) },
    findings: [{ status: 'pass' }],
  },
  {
    name: 'none of its types anywhere fails',
    plan: pool(4),
    facts: { ...two(), offerings: ok({}) },
    findings: [{ status: 'fail', level: 'required' }],
    says: ['p4d.24xlarge or p5.48xlarge'],
  },
  {
    name: "a flexible group that inherits has the cluster's list for a pool",
    plan: groups(vpcConfig(ids.subnet, ids.subnet2), flexible),
    facts: two({ freeIpv4: 64 }, { freeIpv4: 64 }),
    findings: [{ status: 'pass', group: 'workers', resource: 'VpcConfig' }],
  },
  {
    name: 'beside groups that inherit one subnet it finds less',
    plan: groups(vpcConfig(ids.subnet, ids.subnet2), { InstanceGroupName: 'fixed', InstanceCount: 2 }, flexible),
    facts: two({ freeIpv4: 64 }, { freeIpv4: 96 }),
    findings: [
      // Each of the two would have to take part of the flexible group as well.
      { status: 'fail', level: 'required', resource: 'VpcConfig' },
      { status: 'fail', level: 'required', group: 'workers', have: 3, need: 4 },
    ],
  },
  {
    name: 'an earlier cluster takes from the pool once, not from each of its subnets',
    plan: plan(
      planned({ request: request({ VpcConfig: vpcConfig(ids.subnet, ids.subnet2) }) }),
      ...pool(4).clusters.map((c) => ({ ...c, request: { ...c.request, ClusterName: 'second' } })),
    ),
    facts: two({ freeIpv4: 128 }, { freeIpv4: 128 }),
    findings: [
      { status: 'pass', cluster: 'llm-train' },
      { status: 'pass', cluster: 'second' },
    ],
  },

  // Blindness
  {
    name: 'subnets denied: unevaluated, with the action',
    facts: { subnets: denied('ec2:DescribeSubnets') },
    unevaluated: [{ level: 'required', resource: 'VpcConfig', action: 'ec2:DescribeSubnets' }],
  },
  ...(['instanceTypes', 'interfaces', 'offerings', 'routeTables', 'vpcs', 'endpoints', 'prefixLists'] as const).map((fact) => ({
    name: `${fact} unread: unevaluated`,
    facts: { [fact]: broken() },
    unevaluated: [{ level: 'required' as const, resource: 'VpcConfig' }],
  })),
  {
    name: 'the quota unread: unevaluated',
    facts: { quotas: {} },
    unevaluated: [{ level: 'required', reason: 'quotas of vpc was not read' }],
  },
  {
    name: 'a failure that is seen counts whatever is not',
    facts: { offerings: broken(), subnets: ok([subnet({ freeIpv4: 0 })]) },
    findings: [{ status: 'fail', level: 'required' }],
  },
  {
    name: 'one takes it, another does not, the rest is not evaluated: softer for certain',
    plan: groups(vpcConfig(ids.subnet, ids.subnet2, 'subnet-3'), {}),
    facts: {
      subnets: ok([subnet(), subnet({ id: ids.subnet2, freeIpv4: 0 }), subnet({ id: 'subnet-3', vpc: 'vpc-hidden' })]),
      routeTables: ok([{ id: ids.routeTable, vpc: ids.vpc, main: true, subnets: [], routes: [s3] }]),
    },
    findings: [{ status: 'fail', level: 'recommended', have: 1, need: 3 }],
    says: ['subnet-3: VPC vpc-hidden and its owner are not visible'],
  },
  {
    name: 'one takes it, the other is not evaluated: pass or softer, no one can say',
    plan: inTwo,
    facts: { ...two({}, { vpc: 'vpc-hidden' }) },
    unevaluated: [{ level: 'required', resource: 'VpcConfig', reason: expect.stringContaining('vpc-hidden') }],
  },
  {
    name: 'one refuses, the other is not evaluated: fail or softer, no one can say',
    plan: inTwo,
    facts: { ...two({ freeIpv4: 0 }, { vpc: 'vpc-hidden' }) },
    unevaluated: [{ level: 'required', resource: 'VpcConfig' }],
  },
  {
    name: 'a pool with an not evaluated subnet',
    plan: pool(4),
    facts: { ...two({}, { vpc: 'vpc-hidden' }) },
    unevaluated: [{ level: 'required', group: 'workers', resource: 'OverrideVpcConfig' }],
  },
  {
    name: 'a pool that is too small even with its not evaluated subnet fails',
    plan: pool(4),
    facts: { ...two({ freeIpv4: 0 }, { freeIpv4: 0, vpc: 'vpc-hidden' }) },
    findings: [{ status: 'fail', level: 'required', have: 0, need: 4 }],
  },
  {
    name: 'AutoScaling without growTo: unevaluated',
    plan: planOf({ ...onEks, AutoScaling: { Mode: 'Enable' } }),
    unevaluated: [{ level: 'required', resource: 'VpcConfig', reason: expect.stringContaining('growTo.workers') }],
  },
  {
    name: 'AutoScaling without growTo and without a way to S3 fails all the same',
    plan: planOf({ ...onEks, AutoScaling: { Mode: 'Enable' } }),
    facts: { routeTables: ok([{ id: ids.routeTable, vpc: ids.vpc, main: true, subnets: [], routes: [] }]) },
    findings: [{ status: 'fail', level: 'required' }],
  },
  {
    name: 'the running cluster unread: unevaluated',
    facts: { clusterNames: ok(['llm-train']), runningClusters: { 'llm-train': denied('sagemaker:DescribeCluster') } },
    unevaluated: [{ action: 'sagemaker:DescribeCluster' }],
  },
  {
    name: 'a shared VPC without a visible way: unevaluated, naming the owner',
    facts: {
      vpcs: ok([{ id: ids.vpc, owner: '999900001111', state: 'available', ipv4: ['10.1.0.0/16'], ipv6: [] }]),
      routeTables: ok([{ id: ids.routeTable, vpc: ids.vpc, main: true, subnets: [], routes: [] }]),
    },
    unevaluated: [{ reason: expect.stringContaining('999900001111') }],
  },
  { name: 'does not apply without a VPC', plan: noVpcPlan, findings: [] },
]);
