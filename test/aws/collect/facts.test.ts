/** What each collector makes of what AWS says: the cases are written as differences from the world where everything is there. */
import { describe, expect, test } from 'vitest';
import { collectRegion } from '../../../shared/aws/collect/collect-region.ts';
import { type FactName, type Facts, requireKey } from '../../../shared/core/evaluation/facts.ts';
import { emptyPlan, type Plan } from '../../../shared/core/plan/plan.ts';
import type { Description, SandboxPolicy, SandboxRegion } from '../../../shared/sandbox/description.ts';
import type { Fault } from '../../../shared/sandbox/faults.ts';
import {
  account,
  everything,
  groupRequest,
  ids,
  inSandbox,
  keyPolicy,
  otherAccount,
  planOf,
  type Run,
  type RunOptions,
  region,
  run as runAll,
  settingsOf,
  valueIn,
  world,
} from '../world.ts';

type Change = (region: SandboxRegion) => Partial<SandboxRegion>;

/** Collects some facts, with those they rest on: the cases of a fact need no others. */
function collecting(...facts: readonly FactName[]) {
  const run = (options: RunOptions = {}): Promise<Run> => runAll({ facts, ...options });
  const collect = async (change: Change = () => ({}), options: Omit<RunOptions, 'description'> = {}): Promise<Facts> =>
    (await run({ description: world(change), ...options })).facts;
  return { run, collect };
}

/** The account's own part of the description, changed. */
function inAccount(change: (own: Description['accounts'][string]) => Partial<Description['accounts'][string]>): Description {
  const d = world();
  const own = d.accounts[account];
  if (!own) throw new Error('The world has its account.');
  return { ...d, accounts: { ...d.accounts, [account]: { ...own, ...change(own) } } };
}

const inVpc = { VpcConfig: { SecurityGroupIds: [ids.group], Subnets: [ids.subnet] } };

describe('zones', () => {
  const { collect } = collecting('zones');
  test('ids with their names, as this account has them', async () => {
    const facts = await collect(() => ({ zones: { 'us-west-2a': 'usw2-az4', 'us-west-2b': 'usw2-az1' } }));
    expect(facts.zones).toEqual({
      ok: true,
      value: [
        { id: 'usw2-az1', name: 'us-west-2b', state: 'available' },
        { id: 'usw2-az4', name: 'us-west-2a', state: 'available' },
      ],
    });
  });
});

describe('alarms', () => {
  const { collect, run } = collecting('alarms');
  const named = (...names: readonly string[]) =>
    planOf({
      InstanceGroups: [
        groupRequest({
          ScheduledUpdateConfig: {
            ScheduleExpression: 'cron(0 6 ? * SUN *)',
            DeploymentConfig: { AutoRollbackConfiguration: names.map((AlarmName) => ({ AlarmName })) },
          },
        }),
      ],
    });

  test('those of the plan that exist, composite ones too, in every page', async () => {
    const facts = await collect(
      () => ({ alarms: [{ AlarmName: 'a' }, { AlarmName: 'b', AlarmRule: 'ALARM(a)' }, { AlarmName: 'other' }] }),
      { plan: named('b', 'a', 'gone'), pageSize: 1 },
    );
    expect(facts.alarms).toEqual({ ok: true, value: ['a', 'b'] });
  });

  test('more than CloudWatch takes in one call', async () => {
    const names = Array.from({ length: 101 }, (_, i) => `alarm-${String(i).padStart(3, '0')}`);
    const { facts, calls } = await run({
      description: world(() => ({ alarms: names.map((AlarmName) => ({ AlarmName })) })),
      plan: named(...names),
    });
    expect(facts.alarms).toEqual({ ok: true, value: names });
    expect(calls.filter((c) => c.action === 'cloudwatch:DescribeAlarms').length).toBe(2);
  });

  test('a plan without alarms asks for none', async () => {
    const { facts, calls } = await run({ description: world(), plan: planOf({}) });
    expect(facts.alarms).toEqual({ ok: true, value: [] });
    expect(calls.map((c) => c.action)).not.toContain('cloudwatch:DescribeAlarms');
  });

  test('denied', async () => {
    const facts = await collect(undefined, { plan: named('a'), faults: [{ on: 'cloudwatch:DescribeAlarms', kind: 'deny' }] });
    expect(facts.alarms).toMatchObject({ ok: false, action: 'cloudwatch:DescribeAlarms' });
  });
});

test('capacity of a training plan in a Local Zone that is opted in has the id of the zone', async () => {
  const { collect } = collecting('trainingPlans', 'zones');
  const facts = await collect((r) => ({
    zones: { 'us-west-2a': 'usw2-az2', 'us-west-2-lax-1a': 'usw2-lax1-az1' },
    trainingPlans: r.trainingPlans.map((plan) => ({
      ...plan,
      ReservedCapacitySummaries: [
        { InstanceType: 'ml.p5.48xlarge', TotalInstanceCount: 16, Status: 'Active', AvailabilityZone: 'us-west-2-lax-1a' },
      ],
    })),
  }));
  expect(valueIn(facts.zones)).toContainEqual({ id: 'usw2-lax1-az1', name: 'us-west-2-lax-1a', state: 'available' });
  expect(valueIn(facts.trainingPlans[ids.trainingPlan])?.capacities).toMatchObject([{ zone: 'usw2-lax1-az1', count: 16 }]);
});

describe('quotas', () => {
  const { collect, run } = collecting('quotas');
  const named = (facts: Facts, name: string) => valueIn(facts.quotas.sagemaker).filter((q) => q.name === name);
  const only =
    (change: Partial<NonNullable<SandboxRegion['quotas']['sagemaker']>>): Change =>
    (r) => ({
      quotas: { ...r.quotas, sagemaker: { applied: {}, defaultOnly: [], missing: [], broken: {}, more: [], ...change } },
    });
  const perCluster = 'Maximum number instances allowed per SageMaker HyperPod cluster';
  const called = (r: { readonly calls: readonly { readonly action: string }[] }) =>
    r.calls.filter((c) => c.action === 'servicequotas:ListAWSDefaultServiceQuotas').length > 0;
  const one = (types: readonly string[]) =>
    planOf({ InstanceGroups: types.map((InstanceType, i) => groupRequest({ InstanceGroupName: `g${i}`, InstanceType })) });

  test("the account's own values, without the defaults where nothing asks for them", async () => {
    const result = await run({ description: world(only({ applied: { [perCluster]: 40 } })), plan: planOf({}) });
    expect(named(result.facts, perCluster)).toEqual([
      { service: 'sagemaker', code: 'L-2CE978FC', name: perCluster, applied: 40, adjustable: true, level: 'ACCOUNT' },
    ]);
    const noSpot = await run({ description: world((r) => ({ ...only({})(r), clusters: [] })), plan: planOf({}) });
    expect(called(noSpot)).toBe(false);
  });

  test('a quota that has no value of its own stands with its default', async () => {
    const facts = await collect(only({ defaultOnly: [perCluster] }));
    expect(named(facts, perCluster)).toEqual([
      { service: 'sagemaker', code: 'L-2CE978FC', name: perCluster, default: 20, adjustable: true },
    ]);
  });

  test('a row that comes with an error has none, and says which', async () => {
    const facts = await collect(only({ broken: { [perCluster]: 'DEPENDENCY_ACCESS_DENIED_ERROR' } }));
    expect(named(facts, perCluster)).toEqual([
      {
        service: 'sagemaker',
        code: 'L-2CE978FC',
        name: perCluster,
        default: 20,
        adjustable: true,
        level: 'ACCOUNT',
        error: 'DEPENDENCY_ACCESS_DENIED_ERROR',
      },
    ]);
  });

  test('such a row stays where the defaults cannot be read: no other row is lost for it', async () => {
    const result = await run({
      description: world((r) => ({ ...only({ broken: { [perCluster]: 'DEPENDENCY_SERVICE_ERROR' } })(r), clusters: [] })),
      plan: planOf({}),
      faults: [{ on: 'servicequotas:ListAWSDefaultServiceQuotas', kind: 'deny' }],
    });
    expect(named(result.facts, perCluster)[0]).toMatchObject({ error: 'DEPENDENCY_SERVICE_ERROR' });
    expect(named(result.facts, perCluster)[0]).not.toHaveProperty('applied');
  });

  test('a type that is not offered is in neither list', async () => {
    const result = await run({ plan: one(['ml.p99.48xlarge', 'ml.p5.48xlarge']) });
    expect(called(result)).toBe(true);
    expect(named(result.facts, 'ml.p99.48xlarge for cluster usage')).toEqual([]);
    expect(named(result.facts, 'ml.p5.48xlarge for cluster usage')).toHaveLength(1);
  });

  test('the row that AWS misnamed counts as there', async () => {
    const result = await run({
      description: world((r) => ({ ...only({})(r), clusters: [] })),
      plan: one(['ml.r7i.12xlarge']),
    });
    expect(named(result.facts, 'cluster-ml-r7i-12xlarge for cluster usage')).toHaveLength(1);
    expect(called(result)).toBe(false);
  });

  test("only HyperPod's and training plans' rows are kept", async () => {
    const names = valueIn((await collect()).quotas.sagemaker).map((q) => q.name);
    expect(names.filter((n) => !/cluster usage|cluster spot|HyperPod|training plan/.test(n))).toEqual([]);
    expect(names).toContain('ml.p5.48xlarge for cluster spot instance usage');
    expect(names).toContain('Number of training plans per Region');
  });
});

describe('quota requests', () => {
  const { collect } = collecting('quotaRequests');
  const request = (more: object): SandboxRegion['quotaRequests'][number] => ({
    Id: 'r1',
    ServiceCode: 'sagemaker',
    QuotaCode: 'L-8762A75F',
    QuotaName: 'ml.p5.48xlarge for cluster usage',
    DesiredValue: 64,
    Status: 'PENDING',
    Created: '2026-11-01T08:00:00.000Z',
    ...more,
  });

  test("HyperPod's, with what AWS says of them", async () => {
    const facts = await collect(() => ({
      quotaRequests: [
        request({}),
        request({ Id: 'r2', Status: 'CASE_OPENED', CaseId: '17', LastUpdated: '2026-11-02T08:00:00.000Z' }),
        request({ Id: 'r3', QuotaName: 'ml.p5.48xlarge for endpoint usage' }),
        request({ Id: 'r4', ServiceCode: 'vpc', QuotaCode: 'L-DF5E4CA3', QuotaName: 'Network interfaces per Region' }),
      ],
    }));
    const p5 = { service: 'sagemaker', code: 'L-8762A75F', name: 'ml.p5.48xlarge for cluster usage', desired: 64 };
    expect(facts.quotaRequests.sagemaker).toEqual({
      ok: true,
      value: [
        { ...p5, status: 'PENDING', created: '2026-11-01T08:00:00.000Z' },
        { ...p5, status: 'CASE_OPENED', caseId: '17', created: '2026-11-01T08:00:00.000Z', updated: '2026-11-02T08:00:00.000Z' },
      ],
    });
    expect(valueIn(facts.quotaRequests.vpc).map((r) => r.code)).toEqual(['L-DF5E4CA3']);
  });
});

describe('instance types', () => {
  const { collect, run } = collecting('instanceTypes', 'offerings');
  const types = (...types: string[]) =>
    planOf({
      InstanceGroups: [{ ...groupRequest({}), InstanceType: undefined, InstanceRequirements: { InstanceTypes: types } }],
    } as object);

  test('network cards, addresses, EFA and accelerators; a type EC2 does not know is left out', async () => {
    const plan = types('ml.trn1.32xlarge', 'ml.g5.8xlarge', 'ml.m5.large', 'ml.p99.48xlarge');
    const facts = await collect(() => ({ clusters: [] }), { plan });
    expect(facts.instanceTypes).toEqual({
      ok: true,
      value: {
        'g5.8xlarge': { networkCards: 1, ipv4PerInterface: 30, efa: true, maxEfa: 1, accelerated: true, architectures: ['x86_64'] },
        'm5.large': {
          networkCards: 1,
          ipv4PerInterface: 10,
          efa: false,
          maxEfa: 0,
          accelerated: false,
          validThreads: [1, 2],
          architectures: ['x86_64'],
        },
        'trn1.32xlarge': {
          networkCards: 8,
          ipv4PerInterface: 50,
          efa: true,
          maxEfa: 8,
          accelerated: true,
          architectures: ['x86_64'],
        },
      },
    });
  });

  test('zones that offer them; one that is offered nowhere is left out', async () => {
    const facts = await collect(() => ({ clusters: [], offerings: { 'trn1.32xlarge': ['usw2-az4', 'usw2-az2'], 'p5e.48xlarge': [] } }), {
      plan: types('ml.trn1.32xlarge', 'ml.p5e.48xlarge'),
    });
    expect(facts.offerings).toEqual({ ok: true, value: { 'trn1.32xlarge': ['usw2-az2', 'usw2-az4'] } });
  });

  test('more than a filter takes are asked for in lots', async () => {
    const many = Array.from({ length: 250 }, (_, i) => `ml.x${i}.large`);
    const { facts, calls } = await run({ plan: types(...many, 'ml.m5.large'), description: world(() => ({ clusters: [] })) });
    expect(Object.keys(valueIn(facts.instanceTypes))).toEqual(['m5.large']);
    expect(calls.filter((c) => c.action === 'ec2:DescribeInstanceTypes')).toHaveLength(2);
  });
});

describe('subnets', () => {
  const { collect } = collecting('subnets');
  const subnet =
    (more: object): Change =>
    (r) => ({
      subnets: [
        ...r.subnets.filter((s) => s.SubnetId !== ids.subnet),
        { ...r.subnets.find((s) => s.SubnetId === ids.subnet), ...more } as never,
      ],
    });
  const read = async (change: Change) => valueIn((await collect(change)).subnets).find((s) => s.id === ids.subnet);

  test('IPv6 blocks count once they are associated', async () => {
    const Ipv6CidrBlockAssociationSet = [
      { AssociationId: 'a', Ipv6CidrBlock: '2001:db8:1::/64', Ipv6CidrBlockState: { State: 'associated' } },
      { AssociationId: 'b', Ipv6CidrBlock: '2001:db8:2::/64', Ipv6CidrBlockState: { State: 'disassociated' } },
    ];
    expect(await read(subnet({ Ipv6CidrBlockAssociationSet }))).toMatchObject({ ipv6: ['2001:db8:1::/64'], ipv6Native: false });
  });

  test('an IPv6-native one has no IPv4', async () => {
    const facts = await read(subnet({ Ipv6Native: true, CidrBlock: undefined, AvailableIpAddressCount: 0 }));
    expect(facts).toMatchObject({ ipv4: '', freeIpv4: 0, ipv6Native: true });
  });

  test('one of a shared VPC says whose it is', async () => {
    expect(await read(subnet({ OwnerId: otherAccount, State: 'pending' }))).toMatchObject({ owner: otherAccount, state: 'pending' });
  });

  test('one that does not exist is left out', async () => {
    const plan = planOf({ VpcConfig: { SecurityGroupIds: [ids.group], Subnets: ['subnet-0fff000000000000f', ids.subnet] } });
    const facts = await collect(() => ({ clusters: [] }), { plan });
    expect(valueIn(facts.subnets).map((s) => s.id)).toEqual([ids.subnet, ids.publicSubnet]);
  });

  test('those beside it in its VPC are there too: endpoints stand in any', async () => {
    const facts = await collect(() => ({ clusters: [] }), { plan: planOf(inVpc) });
    expect(valueIn(facts.subnets).map((s) => s.id)).toContain(ids.publicSubnet);
  });

  test('one without a zone id makes the answer unreadable: names are never compared', async () => {
    const facts = await collect((r) => ({ subnets: r.subnets.map((s) => ({ ...s, AvailabilityZoneId: '' })) }));
    expect(facts.subnets).toEqual({ ok: false, reason: 'the answer could not be read: it has no usable AvailabilityZoneId' });
  });
});

describe('VPCs', () => {
  const { collect } = collecting('vpcs', 'vpcDns');
  test('every associated block, and the owner', async () => {
    const facts = await collect((r) => ({
      vpcs: r.vpcs.map((v) => ({
        ...v,
        OwnerId: otherAccount,
        DhcpOptionsId: 'dopt-1',
        CidrBlockAssociationSet: [
          { CidrBlock: '10.20.0.0/16', CidrBlockState: { State: 'associated' } },
          { CidrBlock: '100.64.0.0/16', CidrBlockState: { State: 'associated' } },
          { CidrBlock: '100.65.0.0/16', CidrBlockState: { State: 'disassociating' } },
        ],
        Ipv6CidrBlockAssociationSet: [{ Ipv6CidrBlock: '2001:db8::/56', Ipv6CidrBlockState: { State: 'associated' } }],
      })),
    }));
    expect(facts.vpcs).toEqual({
      ok: true,
      value: [
        {
          id: ids.vpc,
          owner: otherAccount,
          state: 'available',
          ipv4: ['10.20.0.0/16', '100.64.0.0/16'],
          ipv6: ['2001:db8::/56'],
          dhcpOptions: 'dopt-1',
        },
      ],
    });
  });

  test('DNS attributes, which AWS sets apart', async () => {
    const facts = await collect(() => ({ vpcDns: { [ids.vpc]: { support: true, hostnames: false } } }));
    expect(facts.vpcDns).toEqual({ [ids.vpc]: { ok: true, value: { support: true, hostnames: false } } });
  });
});

describe('route tables', () => {
  const { collect } = collecting('routeTables');
  const table =
    (Routes: readonly object[], Associations: readonly object[] = []): Change =>
    () => ({
      routeTables: [{ RouteTableId: 'rtb-1', VpcId: ids.vpc, Associations: Associations as never, Routes: Routes as never }],
    });
  const first = async (change: Change) => valueIn((await collect(change)).routeTables)[0];

  test.for([
    ['gateway', { DestinationCidrBlock: '0.0.0.0/0', GatewayId: 'igw-1' }, { cidr: '0.0.0.0/0', target: 'igw-1' }],
    ['NAT', { DestinationCidrBlock: '0.0.0.0/0', NatGatewayId: 'nat-1' }, { cidr: '0.0.0.0/0', target: 'nat-1' }],
    ['transit gateway', { DestinationCidrBlock: '10.0.0.0/8', TransitGatewayId: 'tgw-1' }, { cidr: '10.0.0.0/8', target: 'tgw-1' }],
    ['peering', { DestinationCidrBlock: '10.0.0.0/8', VpcPeeringConnectionId: 'pcx-1' }, { cidr: '10.0.0.0/8', target: 'pcx-1' }],
    ['egress only', { DestinationIpv6CidrBlock: '::/0', EgressOnlyInternetGatewayId: 'eigw-1' }, { cidr: '::/0', target: 'eigw-1' }],
    ['carrier', { DestinationCidrBlock: '0.0.0.0/0', CarrierGatewayId: 'cagw-1' }, { cidr: '0.0.0.0/0', target: 'cagw-1' }],
    ['Outpost', { DestinationCidrBlock: '0.0.0.0/0', LocalGatewayId: 'lgw-1' }, { cidr: '0.0.0.0/0', target: 'lgw-1' }],
    ['Cloud WAN', { DestinationCidrBlock: '0.0.0.0/0', CoreNetworkArn: 'arn:cn' }, { cidr: '0.0.0.0/0', target: 'arn:cn' }],
    [
      'instance',
      { DestinationCidrBlock: '0.0.0.0/0', InstanceId: 'i-1', NetworkInterfaceId: 'eni-1' },
      { cidr: '0.0.0.0/0', target: 'eni-1' },
    ],
    ['prefix list', { DestinationPrefixListId: 'pl-68a54001', GatewayId: 'vpce-1' }, { prefixList: 'pl-68a54001', target: 'vpce-1' }],
    ['none', { DestinationCidrBlock: '0.0.0.0/0' }, { cidr: '0.0.0.0/0', target: 'unknown' }],
  ] as const)('a route to a target of the kind %s', async ([, row, expected]) => {
    const read = await first(table([{ ...row, State: 'active' }]));
    expect(read?.routes).toEqual([{ ...expected, state: 'active' }]);
  });

  test('a route that drops what it takes', async () => {
    const read = await first(table([{ DestinationCidrBlock: '0.0.0.0/0', NatGatewayId: 'nat-1', State: 'blackhole' }]));
    expect(read?.routes[0]?.state).toBe('blackhole');
  });

  test('associations that hold; one that is being undone does not', async () => {
    const read = await first(
      table(
        [],
        [
          { Main: true },
          { Main: false, SubnetId: 'subnet-a', AssociationState: { State: 'associated' } },
          { Main: false, SubnetId: 'subnet-b', AssociationState: { State: 'disassociating' } },
        ],
      ),
    );
    expect(read).toEqual({ id: 'rtb-1', vpc: ids.vpc, main: true, subnets: ['subnet-a'], routes: [] });
  });
});

describe('DHCP options', () => {
  const { collect, run } = collecting('dhcpOptions', 'vpcs');

  test('those of the VPC, with the DNS servers that they name', async () => {
    const facts = await collect((r) => ({
      dhcpOptions: r.dhcpOptions.map((d) => ({
        ...d,
        DhcpConfigurations: [
          { Key: 'domain-name', Values: [{ Value: 'corp.example' }] },
          { Key: 'domain-name-servers', Values: [{ Value: '10.20.0.53' }, { Value: '10.20.1.53' }] },
        ],
      })),
    }));
    const id = valueIn(facts.vpcs)[0]?.dhcpOptions;
    expect(facts.dhcpOptions).toEqual({ ok: true, value: [{ id, dnsServers: ['10.20.0.53', '10.20.1.53'] }] });
  });

  test('a VPC without any: nothing is called', async () => {
    const description = world((r) => ({ vpcs: r.vpcs.map((v) => ({ ...v, DhcpOptionsId: 'default' })) }));
    const { facts, calls } = await run({ description });
    expect(valueIn(facts.vpcs)[0]?.dhcpOptions).toBe('default');
    expect(facts.dhcpOptions).toEqual({ ok: true, value: [] });
    expect(calls.map((c) => c.action)).not.toContain('ec2:DescribeDhcpOptions');
  });

  test('VPCs denied: unread', async () => {
    const facts = await collect(() => ({ denied: ['ec2:DescribeVpcs'] }));
    expect(facts.dhcpOptions).toMatchObject({ ok: false, action: 'ec2:DescribeVpcs' });
  });
});

describe('NAT gateways', () => {
  const { collect, run } = collecting('natGateways');

  test('those that a route table names, with their public addresses', async () => {
    const { facts, calls } = await run();
    expect(facts.natGateways).toEqual({
      ok: true,
      value: [
        {
          id: 'nat-0be5b6921bc151028',
          vpc: ids.vpc,
          state: 'available',
          connectivity: 'public',
          subnet: ids.publicSubnet,
          addresses: ['203.0.113.24'],
        },
      ],
    });
    expect(calls.filter((c) => c.action === 'ec2:DescribeNatGateways')).toHaveLength(1);
  });

  test('a regional one has no subnet, a private one no public address, a failed one says why', async () => {
    const facts = await collect((r) => ({
      natGateways: [
        ...r.natGateways.map(({ SubnetId: _, ...n }) => ({
          ...n,
          State: 'failed',
          FailureMessage: 'Network has no Internet gateway attached',
        })),
        {
          NatGatewayId: 'nat-1',
          VpcId: ids.vpc,
          SubnetId: ids.subnet,
          State: 'available',
          ConnectivityType: 'private',
          NatGatewayAddresses: [{ PrivateIp: '10.20.0.9' }],
        },
      ],
      routeTables: r.routeTables.map((t) => ({
        ...t,
        Routes: [...t.Routes, { DestinationCidrBlock: '10.99.0.0/16', NatGatewayId: 'nat-1', State: 'active' }],
      })),
    }));
    const found = valueIn(facts.natGateways);
    expect(found[0]).toMatchObject({ state: 'failed', failure: 'Network has no Internet gateway attached' });
    expect(found[0]?.subnet).toBeUndefined();
    expect(found[1]).toMatchObject({ id: 'nat-1', connectivity: 'private', subnet: ids.subnet, addresses: [] });
  });

  test('one without a connectivity type is public, which is the default', async () => {
    const facts = await collect((r) => ({ natGateways: r.natGateways.map((n) => ({ ...n, ConnectivityType: undefined as never })) }));
    expect(valueIn(facts.natGateways)).toMatchObject([{ connectivity: 'public' }]);
  });

  test('one that no longer exists is left out; without a route to any, nothing is called', async () => {
    expect(valueIn((await collect(() => ({ natGateways: [] }))).natGateways)).toEqual([]);
    const { facts, calls } = await run({ description: world((r) => ({ routeTables: r.routeTables.map((t) => ({ ...t, Routes: [] })) })) });
    expect(valueIn(facts.natGateways)).toEqual([]);
    expect(calls.map((c) => c.action)).not.toContain('ec2:DescribeNatGateways');
  });

  test('route tables denied: unread', async () => {
    const facts = await collect(() => ({ denied: ['ec2:DescribeRouteTables'] }));
    expect(facts.natGateways).toMatchObject({ ok: false, action: 'ec2:DescribeRouteTables' });
  });
});

describe('VPC Block Public Access', () => {
  const { collect, run } = collecting('vpcBlockPublicAccess');
  const exclusions = 'ec2:DescribeVpcBlockPublicAccessExclusions';

  test('the mode, and every exclusion with its state', async () => {
    expect((await collect()).vpcBlockPublicAccess).toEqual({
      ok: true,
      value: {
        mode: 'block-bidirectional',
        exclusions: [
          { resource: `arn:aws:ec2:${region}:${account}:vpc/${ids.vpc}`, state: 'create-complete' },
          { resource: `arn:aws:ec2:${region}:${account}:subnet/${ids.publicSubnet}`, state: 'delete-in-progress' },
        ],
      },
    });
  });

  test.for(['off', 'block-ingress'] as const)('%s ends no egress: exclusions are not asked for', async (mode) => {
    const { facts, calls } = await run({ description: world(() => ({ blockPublicAccess: mode })) });
    expect(facts.vpcBlockPublicAccess).toEqual({ ok: true, value: { mode, exclusions: [] } });
    expect(calls.map((c) => c.action)).not.toContain(exclusions);
  });

  test('without a route to a NAT gateway nothing is called', async () => {
    const { facts, calls } = await run({ description: world((r) => ({ routeTables: r.routeTables.map((t) => ({ ...t, Routes: [] })) })) });
    expect(facts.vpcBlockPublicAccess).toMatchObject({ ok: false, reason: expect.stringContaining('no route table names a NAT gateway') });
    expect(calls.map((c) => c.action)).not.toContain('ec2:DescribeVpcBlockPublicAccessOptions');
  });

  test('exclusions denied: unread', async () => {
    const facts = await collect(() => ({ denied: [exclusions] }));
    expect(facts.vpcBlockPublicAccess).toMatchObject({ ok: false, action: exclusions });
  });
});

test('network ACLs: entries of both versions, with and without ports', async () => {
  const { collect } = collecting('networkAcls');
  const facts = await collect(() => ({
    networkAcls: [
      {
        NetworkAclId: 'acl-1',
        VpcId: ids.vpc,
        IsDefault: false,
        Associations: [{ SubnetId: ids.subnet }],
        Entries: [
          { RuleNumber: 10, Egress: false, Protocol: '6', RuleAction: 'allow', CidrBlock: '10.0.0.0/8', PortRange: { From: 443, To: 443 } },
          { RuleNumber: 20, Egress: true, Protocol: '-1', RuleAction: 'deny', Ipv6CidrBlock: '::/0' },
        ],
      },
    ],
  }));
  expect(facts.networkAcls).toEqual({
    ok: true,
    value: [
      {
        id: 'acl-1',
        vpc: ids.vpc,
        default: false,
        subnets: [ids.subnet],
        entries: [
          { number: 10, egress: false, allow: true, protocol: '6', cidr: '10.0.0.0/8', ports: { from: 443, to: 443 } },
          { number: 20, egress: true, allow: false, protocol: '-1', cidr: '::/0' },
        ],
      },
    ],
  });
});

describe('security groups', () => {
  const { collect } = collecting('securityGroups');
  const groups = async (change?: Change) => valueIn((await collect(change)).securityGroups);

  test('those of nodes, file systems and endpoints', async () => {
    expect((await groups()).map((g) => g.name)).toEqual(['hyperpod', 'fsx-lustre', 'endpoints']);
  });

  test('rules keep every peer they name, and the account of a group that is not ours', async () => {
    const IpPermissions = [
      {
        IpProtocol: 'icmp',
        FromPort: -1,
        ToPort: -1,
        IpRanges: [{ CidrIp: '10.0.0.0/8' }],
        UserIdGroupPairs: [],
        Ipv6Ranges: [],
        PrefixListIds: [],
      },
      {
        IpProtocol: '-1',
        UserIdGroupPairs: [{ GroupId: 'sg-2', UserId: otherAccount }, { GroupId: 'sg-3' }],
        IpRanges: [],
        Ipv6Ranges: [{ CidrIpv6: '::/0' }],
        PrefixListIds: [],
      },
    ];
    const [group] = await groups((r) => ({
      securityGroups: r.securityGroups
        .filter((g) => g.GroupId === ids.group)
        .map((g) => ({ ...g, IpPermissions, IpPermissionsEgress: [] })),
    }));
    expect(group?.rules).toEqual([
      { egress: false, protocol: 'icmp', ports: { from: -1, to: -1 }, ipv4: ['10.0.0.0/8'], ipv6: [], prefixLists: [], groups: [] },
      {
        egress: false,
        protocol: '-1',
        ipv4: [],
        ipv6: ['::/0'],
        prefixLists: [],
        groups: [{ id: 'sg-2', account: otherAccount }, { id: 'sg-3' }],
      },
    ]);
  });
});

describe('prefix lists', () => {
  const { collect } = collecting('prefixListEntries');
  const routed =
    (id: string): Change =>
    (r) => ({
      routeTables: r.routeTables.map((t) => ({
        ...t,
        Routes: [...t.Routes, { DestinationPrefixListId: id, NatGatewayId: 'nat-1', State: 'active' }],
      })),
      securityGroups: r.securityGroups.map((g) => ({ ...g, IpPermissions: [], IpPermissionsEgress: [] })),
    });

  test("S3's entries, and those of lists in rules; the others' are not asked for", async () => {
    expect(Object.keys((await collect()).prefixListEntries)).toEqual([ids.ownList, 'pl-68a54001']);
  });

  test('a list of our own in a route is asked for, one of AWS is not', async () => {
    expect(Object.keys((await collect(routed(ids.ownList))).prefixListEntries)).toEqual([ids.ownList, 'pl-68a54001']);
    expect(Object.keys((await collect(routed('pl-00a54069'))).prefixListEntries)).toEqual(['pl-68a54001']);
  });

  test('a list that is not there any more fails alone', async () => {
    const { prefixListEntries } = await collect(routed('pl-0gone'));
    expect(prefixListEntries['pl-0gone']).toMatchObject({ ok: false, reason: expect.stringContaining('InvalidPrefixListID.NotFound') });
    expect(prefixListEntries['pl-68a54001']?.ok).toBe(true);
  });
});

describe('endpoints', () => {
  const { collect } = collecting('endpoints');
  const endpoint =
    (more: object): Change =>
    () => ({
      vpcEndpoints: [
        {
          VpcEndpointId: 'vpce-1',
          VpcEndpointType: 'Interface',
          VpcId: ids.vpc,
          OwnerId: account,
          ServiceName: 'com.amazonaws.us-west-2.s3',
          State: 'Available',
          RouteTableIds: [],
          SubnetIds: [ids.subnet],
          Groups: [{ GroupId: 'sg-1', GroupName: 'x' }],
          PrivateDnsEnabled: true,
          ...more,
        },
      ],
    });
  const read = async (more: object) => valueIn((await collect(endpoint(more))).endpoints);

  test('the state in lower case, DNS options, no policy', async () => {
    expect(await read({ DnsOptions: { PrivateDnsOnlyForInboundResolverEndpoint: true } })).toEqual([
      {
        id: 'vpce-1',
        vpc: ids.vpc,
        owner: account,
        service: 'com.amazonaws.us-west-2.s3',
        type: 'Interface',
        state: 'available',
        routeTables: [],
        subnets: [ids.subnet],
        groups: ['sg-1'],
        privateDns: true,
        privateDnsOnlyForInbound: true,
      },
    ]);
  });

  test('of a resource: it has no service', async () => {
    expect(await read({ VpcEndpointType: 'Resource', ServiceName: '' })).toMatchObject([{ type: 'Resource', service: '' }]);
  });

  test('of a kind yet to be made up: left out', async () => {
    expect(await read({ VpcEndpointType: 'Wormhole' })).toEqual([]);
  });
});

describe('interfaces', () => {
  const { collect } = collecting('interfaces');
  const strip: Change = (r) => ({
    networkInterfaces: [
      ...r.networkInterfaces.map(({ AvailabilityZoneId: _, ...n }) => n as SandboxRegion['networkInterfaces'][number]),
      { NetworkInterfaceId: 'eni-lax', AvailabilityZone: 'us-west-2-lax-1a', VpcId: ids.vpc, SubnetId: ids.subnet, Groups: [] },
    ],
  });

  test('counted by zone id, also where AWS gives the name alone', async () => {
    expect((await collect()).interfaces).toEqual({ ok: true, value: { total: 9, byZone: { 'usw2-az3': 9 } } });
    // A Local Zone is none of the zones whose quota it is.
    expect((await collect(strip)).interfaces).toEqual({ ok: true, value: { total: 10, byZone: { 'us-west-2-lax-1a': 1, 'usw2-az3': 9 } } });
  });

  test('zones whose ids are unknown are not counted by zone', async () => {
    const facts = await collect(strip, { faults: [{ on: 'ec2:DescribeAvailabilityZones', kind: 'deny' }] });
    expect(facts.interfaces).toEqual({ ok: false, reason: 'access denied', action: 'ec2:DescribeAvailabilityZones' });
  });

  test('where AWS gives the id, zones are not needed', async () => {
    const facts = await collect(undefined, { faults: [{ on: 'ec2:DescribeAvailabilityZones', kind: 'deny' }] });
    expect(facts.interfaces.ok).toBe(true);
  });
});

test('what counts against the quotas of a new VPC is our own alone', async () => {
  const { collect } = collecting('newVpcUsage');
  const facts = await collect((r) => ({
    vpcs: [...r.vpcs, { VpcId: 'vpc-shared', CidrBlock: '10.9.0.0/16', OwnerId: otherAccount, State: 'available' }],
    addresses: [...r.addresses, { AllocationId: 'eipalloc-2', PublicIp: '192.0.2.2', Domain: 'vpc' }],
  }));
  expect(facts.newVpcUsage).toEqual({
    vpcs: { ok: true, value: 1 },
    'internet-gateways': { ok: true, value: 1 },
    'elastic-ips': { ok: true, value: 2 },
  });
});

describe('running clusters', () => {
  const { collect } = collecting('runningClusters');
  test('groups of every kind', async () => {
    const { eval: read } = (await collect()).runningClusters;
    const workers = { restricted: false, role: ids.role, fsxLustre: [] };
    expect(valueIn(read)).toEqual({
      name: 'eval',
      arn: `arn:aws:sagemaker:${region}:${account}:cluster/aaaa1111bbbb`,
      status: 'InService',
      created: '2026-08-11T06:45:00.000Z',
      orchestrator: 'slurm',
      network: { subnets: [ids.subnet], securityGroups: [ids.group] },
      autoScaling: false,
      sharedLustreGib: 2400,
      request: {
        ClusterName: 'eval',
        NodeProvisioningMode: 'Continuous',
        VpcConfig: { SecurityGroupIds: [ids.group], Subnets: [ids.subnet] },
        InstanceGroups: [
          {
            InstanceGroupName: 'controller',
            InstanceType: 'ml.m5.xlarge',
            InstanceCount: 1,
            ExecutionRole: ids.role,
            LifeCycleConfig: { SourceS3Uri: `s3://${ids.bucket}/lifecycle`, OnCreate: 'on_create.sh' },
            InstanceStorageConfigs: [
              { EbsVolumeConfig: { VolumeSizeInGB: 200 } },
              { FsxLustreConfig: { DnsName: `${ids.fs}.fsx.us-west-2.amazonaws.com`, MountName: 'xk3wzbev', MountPath: '/fsx' } },
            ],
          },
          {
            InstanceGroupName: 'workers',
            InstanceRequirements: { InstanceTypes: ['ml.p5.48xlarge', 'ml.p5en.48xlarge'] },
            InstanceCount: 3,
            ExecutionRole: ids.boundRole,
            OverrideVpcConfig: { SecurityGroupIds: [ids.group], Subnets: [ids.publicSubnet] },
            CapacityRequirements: { Spot: {} },
            NetworkInterface: { InterfaceType: 'efa-only' },
          },
        ],
        RestrictedInstanceGroups: [
          {
            InstanceGroupName: 'nova',
            InstanceType: 'ml.p5.48xlarge',
            InstanceCount: 4,
            ExecutionRole: ids.role,
            EnvironmentConfig: { FSxLustreConfig: { SizeInGiB: 12000, PerUnitStorageThroughput: 250 } },
          },
        ],
        RestrictedInstanceGroupsConfig: {
          SharedEnvironmentConfig: { FSxLustreConfig: { SizeInGiB: 2400, PerUnitStorageThroughput: 250 } },
        },
      },
      groups: [
        {
          ...workers,
          name: 'controller',
          types: ['ml.m5.xlarge'],
          spot: false,
          volumesGb: [200],
          fsxLustre: [{ dnsName: `${ids.fs}.fsx.us-west-2.amazonaws.com`, mountName: 'xk3wzbev' }],
          lifecycle: { uri: `s3://${ids.bucket}/lifecycle`, onCreate: 'on_create.sh' },
          current: 1,
          target: 1,
        },
        {
          ...workers,
          name: 'workers',
          types: ['ml.p5.48xlarge', 'ml.p5en.48xlarge'],
          spot: true,
          role: ids.boundRole,
          network: { subnets: [ids.publicSubnet], securityGroups: [ids.group] },
          interfaceType: 'efa-only',
          volumesGb: [],
          current: 2,
          target: 3,
          currentByType: { 'ml.p5.48xlarge': 2 },
        },
        {
          ...workers,
          name: 'nova',
          restricted: true,
          types: ['ml.p5.48xlarge'],
          spot: false,
          volumesGb: [],
          lustreGib: 12000,
          current: 4,
          target: 4,
        },
      ],
    });
  });

  /** One group with every member that DescribeCluster answers and CreateCluster takes. */
  const complete = {
    InstanceGroupName: 'gpu',
    InstanceType: 'ml.p5.48xlarge',
    CurrentCount: 1,
    TargetCount: 4,
    MinCount: 2,
    Status: 'Degraded',
    ExecutionRole: ids.role,
    ThreadsPerCore: 2,
    LifeCycleConfig: { SourceS3Uri: 's3://sagemaker-a/b', OnInitComplete: 'done.sh' },
    InstanceStorageConfigs: [
      { EbsVolumeConfig: { RootVolume: true, VolumeKmsKeyId: 'key-1' } },
      { FsxOpenZfsConfig: { DnsName: 'fs-0123456789abcdef0.fsx.us-west-2.amazonaws.com', MountPath: '/home' } },
    ],
    OnStartDeepHealthChecks: ['InstanceStress'],
    TrainingPlanArn: ids.trainingPlan,
    TrainingPlanStatus: 'Active',
    ScheduledUpdateConfig: {
      ScheduleExpression: 'cron(0 6 ? * SUN *)',
      DeploymentConfig: {
        RollingUpdatePolicy: { MaximumBatchSize: { Type: 'INSTANCE_COUNT', Value: 1 } },
        WaitIntervalInSeconds: 60,
        AutoRollbackConfiguration: [{ AlarmName: 'gpu-errors' }],
      },
    },
    AutoPatchConfig: { PatchingStrategy: 'WhenIdle' },
    CurrentImageId: 'ami-0123456789abcdef0',
    ImageVersionStatus: 'EndOfLife',
    KubernetesConfig: {
      CurrentLabels: { team: 'old' },
      DesiredLabels: { team: '' },
      DesiredTaints: [{ Key: 'gpu', Effect: 'NoSchedule' }],
    },
    SlurmConfig: { NodeType: 'Compute', PartitionNames: ['gpu'] },
    CapacityRequirements: { OnDemand: {} },
  };
  const running = async (more: object, group: object = {}) => {
    const facts = await collect((r) => ({
      clusters: r.clusters
        .filter((c) => c.ClusterName === 'eval')
        .map((c) => ({ ...c, RestrictedInstanceGroups: [], InstanceGroups: [{ ...complete, ...group }], ...more })),
    }));
    return valueIn(facts.runningClusters.eval);
  };

  test('how they do, and the request that would make them again', async () => {
    const { CurrentCount: _, TargetCount: InstanceCount, MinCount: MinInstanceCount, ...rest } = complete;
    const { Status: _2, TrainingPlanStatus: _3, CurrentImageId: ImageId, ImageVersionStatus: _4, ...group } = rest;
    const settings = {
      NodeProvisioningMode: 'Continuous',
      NodeRecovery: 'None',
      ClusterRole: ids.role,
      TieredStorageConfig: { Mode: 'Enable', InstanceMemoryAllocationPercentage: 20 },
    };
    const cluster = await running({
      ...settings,
      ClusterStatus: 'Failed',
      FailureMessage: 'No subnets in the capacity AZ',
      Orchestrator: { Slurm: { SlurmConfigStrategy: 'Managed' } },
      AutoScaling: { Mode: 'Enable', AutoScalerType: 'Karpenter', Status: 'Failed', FailureMessage: 'no role' },
      RestrictedInstanceGroupsConfig: undefined,
    });
    expect(cluster).toMatchObject({
      status: 'Failed',
      failureMessage: 'No subnets in the capacity AZ',
      autoScalingStatus: { status: 'Failed', failureMessage: 'no role' },
      groups: [
        {
          current: 1,
          target: 4,
          min: 2,
          status: 'Degraded',
          image: 'ami-0123456789abcdef0',
          imageStatus: 'EndOfLife',
          trainingPlanStatus: 'Active',
        },
      ],
    });
    // With Continuous AWS refuses every SlurmConfigStrategy.
    expect(cluster.request).toEqual({
      ClusterName: 'eval',
      VpcConfig: { SecurityGroupIds: [ids.group], Subnets: [ids.subnet] },
      ...settings,
      AutoScaling: { Mode: 'Enable', AutoScalerType: 'Karpenter' },
      InstanceGroups: [
        {
          ...group,
          InstanceCount,
          MinInstanceCount,
          ImageId,
          KubernetesConfig: { Labels: { team: '' }, Taints: complete.KubernetesConfig.DesiredTaints },
        },
      ],
    });
  });

  test('what belongs to Continuous mode is in no other request', async () => {
    const { request } = await running({ NodeProvisioningMode: undefined, Orchestrator: { Slurm: { SlurmConfigStrategy: 'Merge' } } });
    expect(request).toMatchObject({ Orchestrator: { Slurm: { SlurmConfigStrategy: 'Merge' } } });
    expect(request?.InstanceGroups?.[0]).toMatchObject({ MinInstanceCount: undefined, ImageId: undefined });
  });

  test('an image with a release version is none of the group’s own', async () => {
    const { request, groups } = await running({ NodeProvisioningMode: 'Continuous' }, { CurrentImageReleaseVersion: '1.2.3' });
    expect(request?.InstanceGroups?.[0]).toMatchObject({ MinInstanceCount: 2, ImageId: undefined });
    expect(groups[0]?.image).toBe('ami-0123456789abcdef0');
  });

  test('on EKS, with an autoscaler', async () => {
    const facts = await collect((r) => ({
      clusters: r.clusters
        .filter((c) => c.ClusterName === 'eval')
        .map((c) => ({
          ...c,
          Orchestrator: { Eks: { ClusterArn: ids.eks } },
          AutoScaling: { Mode: 'Enable', Status: 'InService' },
          ClusterRole: ids.boundRole,
        })),
    }));
    expect(facts.runningClusters.eval).toMatchObject({
      value: { orchestrator: 'eks', eksCluster: ids.eks, autoScaling: true, clusterRole: ids.boundRole },
    });
  });

  test('a status that did not exist when this was written is not guessed at', async () => {
    const facts = await collect((r) => ({ clusters: r.clusters.map((c) => ({ ...c, ClusterStatus: 'Hibernating' })) }));
    expect(facts.runningClusters.eval).toEqual({ ok: false, reason: 'the answer could not be read: it has no usable ClusterStatus' });
  });

  test('one that disappears while it is read says so', async () => {
    const facts = await inSandbox({}, async (sandbox) => {
      const { snapshot } = await collectRegion({
        account,
        partition: 'aws',
        region,
        plan: emptyPlan,
        settings: settingsOf(sandbox),
        facts: ['runningClusters'],
        onProgress: ({ fact }) => {
          if (fact === 'clusterNames') sandbox.setDescription(world(() => ({ clusters: [] })));
        },
      });
      return snapshot.facts;
    });
    expect(facts.runningClusters.eval).toEqual({ ok: false, reason: 'cluster eval was deleted while it was being read' });
  });
});

describe('cluster nodes', () => {
  const { collect } = collecting('clusterNodes');
  const failed = (n: number) => ({
    ClusterName: 'eval',
    InstanceGroupName: 'nova',
    InstanceId: `i-0aaa00000000000${String(n).padStart(2, '0')}`,
    InstanceStatus: { Status: n === 0 ? 'NotFound' : 'Failure', ...(n === 1 && { Message: 'lost' }) },
  });
  const counted = (nova: number, more: Partial<SandboxRegion>) =>
    collect((r) => ({
      clusters: r.clusters.map((c) => ({
        ...c,
        RestrictedInstanceGroups: c.RestrictedInstanceGroups?.map((g) => ({ ...g, CurrentCount: nova })),
      })),
      ...more,
    }));

  test('are counted by group and status; of a cluster that is being deleted they are not read', async () => {
    expect((await collect()).clusterNodes).toEqual({
      eval: { ok: true, value: { groups: { controller: { Running: 1 }, workers: { Running: 2 }, nova: { Running: 4 } }, unhealthy: [] } },
    });
  });

  test('those that failed or do not exist are named, with what AWS says of them', async () => {
    const { eval: read } = (await counted(4, { clusterNodes: [failed(0), failed(1)] })).clusterNodes;
    expect(valueIn(read)).toMatchObject({
      groups: { nova: { Failure: 1, NotFound: 1, Running: 2 } },
      unhealthy: [
        { group: 'nova', id: 'i-0aaa0000000000000', status: 'NotFound' },
        { group: 'nova', id: 'i-0aaa0000000000001', status: 'Failure', message: 'lost' },
      ],
    });
  });

  test('all pages count, and the first 20 that are unhealthy are named', async () => {
    const { eval: read } = (await counted(250, { clusterNodes: Array.from({ length: 30 }, (_, n) => failed(n + 1)) })).clusterNodes;
    expect(valueIn(read).groups.nova).toEqual({ Failure: 30, Running: 220 });
    expect(valueIn(read).unhealthy).toHaveLength(20);
  });

  test('denied for one cluster: unread, and no other fact', async () => {
    const facts = await collect(() => ({}), { faults: [{ on: 'sagemaker:ListClusterNodes', kind: 'deny' }] });
    expect(facts.clusterNodes.eval).toEqual({ ok: false, reason: 'access denied', action: 'sagemaker:ListClusterNodes' });
    expect(facts.runningClusters.eval).toMatchObject({ ok: true });
  });
});

describe('cluster events', () => {
  const { collect, run } = collecting('clusterEvents');
  const event = (n: number, more: object = {}) => ({
    EventId: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    ClusterName: 'eval',
    ResourceType: 'Cluster',
    // The newest has the lowest number; all are after any day on which this test runs.
    EventTime: new Date(Date.UTC(2099, 0, 1) - n * 60_000).toISOString(),
    EventLevel: 'Error',
    Description: `error ${n}`,
    ...more,
  });
  const readOf = async (clusterEvents: SandboxRegion['clusterEvents']) =>
    valueIn((await collect(() => ({ clusterEvents }))).clusterEvents.eval);
  const info = { EventLevel: 'Info' };

  test('the errors among them, the newest first, with what they are about', async () => {
    expect(
      await readOf([event(2, info), event(3), event(1, { ResourceType: 'Instance', InstanceGroupName: 'workers', InstanceId: 'i-0a' })]),
    ).toEqual({
      errors: [
        { time: '2098-12-31T23:59:00.000Z', group: 'workers', node: 'i-0a', text: 'error 1' },
        { time: '2098-12-31T23:57:00.000Z', text: 'error 3' },
      ],
      partial: false,
    });
  });

  test('one without a description says what it is about; one without a level is no error', async () => {
    const events = [event(1, { Description: undefined }), event(2, { EventLevel: undefined })];
    expect((await readOf(events)).errors.map((e) => e.text)).toEqual(['Cluster event without a description']);
  });

  test('none is older than seven days', async () => {
    expect((await readOf([event(1, { EventTime: '2020-01-01T00:00:00.000Z' })])).errors).toEqual([]);
  });

  test('the last 20, from as many pages as have them', async () => {
    const description = world(() => ({ clusterEvents: Array.from({ length: 150 }, (_, n) => event(n, n % 5 === 0 ? {} : info)) }));
    const { facts, arrived } = await run({ description });
    expect(valueIn(facts.clusterEvents.eval).errors.map((e) => e.text)).toEqual(Array.from({ length: 20 }, (_, n) => `error ${n * 5}`));
    expect(valueIn(facts.clusterEvents.eval).partial).toBe(false);
    expect(arrived.filter((c) => c.operation === 'ListClusterEvents')).toHaveLength(1);
  });

  test('after five pages no more are asked for, and that is said', async () => {
    const description = world(() => ({ clusterEvents: Array.from({ length: 12 }, (_, n) => event(n)) }));
    const { facts, arrived } = await run({ description, pageSize: 2 });
    expect(valueIn(facts.clusterEvents.eval)).toMatchObject({ errors: { length: 10 }, partial: true });
    expect(arrived.filter((c) => c.operation === 'ListClusterEvents')).toHaveLength(5);
  });

  test('clusters in another mode have none, and are not asked', async () => {
    const description = world((r) => ({ clusters: r.clusters.map((c) => ({ ...c, NodeProvisioningMode: undefined })) }));
    const { facts, arrived } = await run({ description });
    expect(facts.clusterEvents).toEqual({});
    expect(arrived.map((c) => c.operation)).not.toContain('ListClusterEvents');
  });

  describe('the reason of an event', () => {
    const why = (FailureMessage: string, member = 'Instance') => ({ EventDetails: { EventMetadata: { [member]: { FailureMessage } } } });
    const created = { ...info, EventLevel: 'Error', Description: 'Instance creation in Cluster eval and InstanceGroup workers failed' };
    const described = async (clusterEvents: SandboxRegion['clusterEvents'], faults: readonly Fault[] = []) => {
      const { facts, arrived } = await run({ description: world(() => ({ clusterEvents })), faults });
      const asked = arrived.filter((c) => c.operation === 'DescribeClusterEvent').length;
      return { ...valueIn(facts.clusterEvents.eval), asked };
    };

    test.each(['Cluster', 'InstanceGroup', 'InstanceGroupScaling', 'Instance'])('is read from its details about %s', async (member) => {
      const { errors } = await described([event(1, { ...created, ...why('no capacity', member) })]);
      expect(errors).toMatchObject([{ text: created.Description, cause: 'no capacity' }]);
    });

    test('is asked for of five: first where the description does not say it, then of the newest', async () => {
      const told = { Description: 'Failed to create Customer ENI for instance in Cluster eval and IG workers' };
      const events = Array.from({ length: 8 }, (_, n) => event(n, { ...(n % 2 === 0 ? told : created), ...why(`reason ${n}`) }));
      const { errors, asked } = await described(events);
      expect(errors.map((e) => e.cause?.at(-1))).toEqual(['0', '1', undefined, '3', undefined, '5', undefined, '7']);
      expect(asked).toBe(5);
    });

    test('may be missing from its details', async () => {
      const { errors, causesUnread } = await described([event(1, created)]);
      expect(errors[0]).not.toHaveProperty('cause', expect.anything());
      expect(causesUnread).toBeUndefined();
    });

    test('is reported as unread where it is denied; the events are there', async () => {
      const { errors, causesUnread, asked } = await described(
        [event(1, created), event(2, created)],
        [{ on: 'sagemaker:DescribeClusterEvent', kind: 'deny' }],
      );
      expect(errors).toHaveLength(2);
      expect(causesUnread).toEqual({ reason: 'access denied', action: 'sagemaker:DescribeClusterEvent' });
      expect(asked).toBe(1);
    });
  });

  test('denied: unread', async () => {
    const facts = await collect(() => ({}), { faults: [{ on: 'sagemaker:ListClusterEvents', kind: 'deny' }] });
    expect(facts.clusterEvents.eval).toEqual({ ok: false, reason: 'access denied', action: 'sagemaker:ListClusterEvents' });
  });
});

describe('EKS clusters', () => {
  const { collect, run } = collecting(
    'eksClusters',
    'cniAddons',
    'instanceStoreAddons',
    'accessEntries',
    'nodeGroups',
    'kubernetesVersions',
    'imageVersions',
  );
  const on = (ClusterArn: string): Plan => planOf({ ...inVpc, Orchestrator: { Eks: { ClusterArn } } });
  const arn = (name: string, where: string = region, whose: string = account) => `arn:aws:eks:${where}:${whose}:cluster/${name}`;
  const quiet: Change = () => ({ clusters: [] });

  test('one that does not exist is null, and so is what belongs to it', async () => {
    const facts = await collect(quiet, { plan: on(arn('gone')) });
    expect(facts.eksClusters).toEqual({ [arn('gone')]: { ok: true, value: null } });
    for (const fact of ['cniAddons', 'instanceStoreAddons', 'accessEntries', 'nodeGroups'] as const)
      expect(facts[fact], fact).toEqual({ [arn('gone')]: { ok: true, value: null } });
  });

  test.for([arn('llm', 'us-east-1'), arn('llm', region, otherAccount), 'arn:aws-cn:eks:us-west-2:111122223333:cluster/llm', 'llm'])(
    '%s is not here, so it is not asked about',
    async (foreign) => {
      const { facts, calls } = await run({ description: world(quiet), plan: on(foreign) });
      expect(facts.eksClusters).toEqual({});
      for (const fact of ['cniAddons', 'instanceStoreAddons', 'accessEntries', 'nodeGroups'] as const)
        expect(facts[fact], fact).toEqual({});
      expect(calls.filter((c) => c.action.startsWith('eks:'))).toEqual([]);
    },
  );

  test('its endpoint, and the defaults of CreateCluster where the answer names none', async () => {
    expect((await collect(() => ({}))).eksClusters[ids.eks]).toMatchObject({
      value: { endpoint: { privateAccess: true, publicCidrs: ['0.0.0.0/0'] } },
    });
    const endpoint = async (change: (network: { [member: string]: unknown }) => object) => {
      const facts = await collect((r) => ({
        eksClusters: r.eksClusters.map(({ cluster, ...rest }) => ({
          ...rest,
          cluster: { ...cluster, resourcesVpcConfig: change(cluster.resourcesVpcConfig as never) } as never,
        })),
      }));
      return requireKey(facts.eksClusters, ids.eks, 'EKS cluster')?.endpoint;
    };
    expect(await endpoint((n) => ({ ...n, endpointPrivateAccess: false, publicAccessCidrs: ['203.0.113.0/24'] }))).toEqual({
      privateAccess: false,
      publicCidrs: ['203.0.113.0/24'],
    });
    expect(await endpoint(({ endpointPrivateAccess: _, publicAccessCidrs: __, endpointPublicAccess: ___, ...network }) => network)).toEqual(
      { privateAccess: false, publicCidrs: ['0.0.0.0/0'] },
    );
  });

  test('one whose CNI is its own has no add-on; one of old has the config map alone', async () => {
    const facts = await collect((r) => ({
      eksClusters: r.eksClusters.map(({ cluster: { accessConfig: _, kubernetesNetworkConfig: __, ...cluster } }) => ({
        cluster: cluster as never,
        addons: [],
        accessEntries: [],
        nodegroups: [],
      })),
    }));
    expect(facts.cniAddons[ids.eks]).toEqual({ ok: true, value: null });
    expect(facts.accessEntries[ids.eks]).toEqual({ ok: true, value: null });
    expect(facts.eksClusters[ids.eks]).toMatchObject({ value: { authenticationMode: 'CONFIG_MAP', ipFamily: 'ipv4' } });
  });

  test('each add-on is read by its name', async () => {
    const facts = await collect((r) => ({
      eksClusters: r.eksClusters.map((c) => ({
        ...c,
        addons: [{ addonName: 'aws-ec2-local-instance-store-csi-driver', status: 'ACTIVE', addonVersion: 'v1.0.0-eksbuild.1' }],
      })),
    }));
    expect(facts.cniAddons[ids.eks]).toEqual({ ok: true, value: null });
    expect(facts.instanceStoreAddons[ids.eks]).toEqual({ ok: true, value: { version: 'v1.0.0-eksbuild.1', status: 'ACTIVE' } });
  });

  test('versions that EKS supports and that HyperPod has an image for, in every page', async () => {
    const path = '/aws/service/sagemaker-hyperpod/ami';
    const names = [
      'x86_64/eks-1.33-al2023',
      'x86_64/eks-1.34-al2023',
      'x86_64/eks-1.33-amazon-linux-2',
      'x86_64/slurm-ubuntu-22.04',
      'arm64/eks-1.30-x',
    ];
    const facts = await collect(
      () => ({
        clusterVersions: [
          { clusterVersion: '1.34', versionStatus: 'STANDARD_SUPPORT' },
          { clusterVersion: '1.33', versionStatus: 'EXTENDED_SUPPORT' },
        ],
        publicParameters: Object.fromEntries(names.map((name) => [`${path}/${name}/latest/ami-id`, 'ami-1'])),
      }),
      { plan: on(ids.eks), pageSize: 1 },
    );
    expect(facts.kubernetesVersions).toEqual({
      ok: true,
      value: [
        { version: '1.34', status: 'STANDARD_SUPPORT' },
        { version: '1.33', status: 'EXTENDED_SUPPORT' },
      ],
    });
    expect(facts.imageVersions).toEqual({ ok: true, value: ['1.33', '1.34'] });
  });

  test('without EKS clusters no versions are read', async () => {
    const { facts, calls } = await run({ description: world(quiet), plan: planOf(inVpc) });
    expect(facts.kubernetesVersions).toEqual({ ok: true, value: [] });
    expect(facts.imageVersions).toEqual({ ok: true, value: [] });
    expect(calls.map((c) => c.action)).not.toContain('eks:DescribeClusterVersions');
  });

  test('of access entries only those of execution roles are read', async () => {
    const { facts, calls } = await run({ description: world(), plan: on(ids.eks) });
    expect(facts.accessEntries[ids.eks]).toEqual({ ok: true, value: [{ principal: ids.role, type: 'HYPERPOD_LINUX' }] });
    expect(calls.filter((c) => c.action === 'eks:DescribeAccessEntry').length).toBe(1);
  });

  test('each node group with its role', async () => {
    const { facts } = await run({ description: world(), plan: on(ids.eks) });
    const role = `arn:aws:iam::${account}:role/eks-nodes`;
    expect(facts.nodeGroups[ids.eks]).toEqual({
      ok: true,
      value: [
        { name: 'system', role },
        { name: 'tools', role },
      ],
    });
  });

  test.for(['ListAccessEntries', 'DescribeAccessEntry', 'ListNodegroups', 'DescribeNodegroup'])(
    'eks:%s denied leaves its fact unread',
    async (operation) => {
      const facts = await collect(() => ({}), { plan: on(ids.eks), faults: [{ on: `eks:${operation}`, kind: 'deny' }] });
      const fact = operation.includes('Entr') ? 'accessEntries' : 'nodeGroups';
      expect(facts[fact][ids.eks]).toMatchObject({ ok: false, action: `eks:${operation}` });
    },
  );
});

describe('file systems', () => {
  const { collect } = collecting('fileSystems', 'fileSystemGroups');
  const lustre = (DnsName: string) =>
    planOf({ InstanceGroups: [groupRequest({ InstanceStorageConfigs: [{ FsxLustreConfig: { DnsName, MountName: 'x' } }] })] });

  test('one that does not exist is null, and has no groups', async () => {
    const facts = await collect(() => ({ clusters: [], fileSystems: [] }), { plan: planOf({}, { fsxLustre: [ids.fs] }) });
    expect(facts.fileSystems).toEqual({ [ids.fs]: { ok: true, value: null } });
    expect(facts.fileSystemGroups).toEqual({});
  });

  test('found by the DNS name in a request; a name of its own says nothing', async () => {
    const quiet: Change = () => ({ clusters: [] });
    expect(Object.keys((await collect(quiet, { plan: lustre(`${ids.fs}.fsx.us-west-2.amazonaws.com`) })).fileSystems)).toEqual([ids.fs]);
    expect((await collect(quiet, { plan: lustre('storage.example.com') })).fileSystems).toEqual({});
  });

  test('of OpenZFS found by the DNS name, in a request and on a running cluster', async () => {
    const openZfs = (id: string) => [{ FsxOpenZfsConfig: { DnsName: `${id}.fsx.us-west-2.amazonaws.com` } }];
    const facts = await collect(
      (r) => ({
        clusters: r.clusters
          .filter((c) => c.ClusterName === 'eval')
          .map((c) => ({ ...c, InstanceGroups: c.InstanceGroups.map((g) => ({ ...g, InstanceStorageConfigs: openZfs('fs-0b') })) })),
      }),
      { plan: planOf({ InstanceGroups: [groupRequest({ InstanceStorageConfigs: openZfs('fs-0a') })] }) },
    );
    expect(Object.keys(facts.fileSystems)).toEqual(['fs-0a', 'fs-0b']);
  });

  test('a missing one does not hide the others', async () => {
    const facts = await collect(() => ({ clusters: [] }), { plan: planOf({}, { fsxLustre: ['fs-0gone', ids.fs] }) });
    expect(facts.fileSystems['fs-0gone']).toEqual({ ok: true, value: null });
    expect(valueIn(facts.fileSystems[ids.fs])).toMatchObject({ id: ids.fs, mountName: 'xk3wzbev', lifecycle: 'AVAILABLE' });
  });

  test('one still being made has neither name nor interfaces', async () => {
    const facts = await collect((r) => ({
      fileSystems: r.fileSystems.map(({ DNSName: _, ...f }) => ({ ...f, Lifecycle: 'CREATING', NetworkInterfaceIds: [] }) as never),
    }));
    expect(facts.fileSystems[ids.fs]).toMatchObject({ value: { lifecycle: 'CREATING', dnsName: '', interfaces: [] } });
    expect(facts.fileSystemGroups[ids.fs]).toEqual({ ok: true, value: [] });
  });

  test('interfaces that this account does not see: their groups are not known', async () => {
    const facts = await collect(() => ({ networkInterfaces: [] }));
    expect(facts.fileSystemGroups[ids.fs]).toMatchObject({ ok: false, reason: expect.stringContaining(ids.fs) });
  });
});

describe('session documents', () => {
  const { collect } = collecting('sessionDocuments');
  const name = 'SSM-SessionManagerRunShell';
  const inputs = async (more: Readonly<Record<string, unknown>> | undefined) => {
    const documents: SandboxRegion['documents'] = more ? { [name]: { schemaVersion: '1.0', inputs: more } } : {};
    return (await collect(() => ({ documents }))).sessionDocuments[name];
  };

  test.for([
    ['never saved', undefined, null],
    ['off', { runAsEnabled: false, runAsDefaultUser: '' }, { runAs: false }],
    ['on, with a user', { runAsEnabled: true, runAsDefaultUser: 'ubuntu' }, { runAs: true, defaultUser: 'ubuntu' }],
    ['on, without', { runAsEnabled: true, runAsDefaultUser: ' ' }, { runAs: true }],
    ['written as text', { runAsEnabled: 'True' }, { runAs: true }],
    ['left to a parameter', { runAsEnabled: '{{ runAs }}' }, { runAs: 'undecidable' }],
    ['the user left to one', { runAsEnabled: true, runAsDefaultUser: '{{user}}' }, { runAs: 'undecidable' }],
    ['silent', {}, { runAs: false }],
  ] as const)('%s', async ([, given, expected]) => {
    expect(await inputs(given)).toEqual({ ok: true, value: expected });
  });
});

describe('principals', () => {
  const { collect } = collecting('principals');
  const of = async (...principals: string[]) =>
    (await collect(() => ({ clusters: [] }), { plan: planOf({}, { runAs: { principals } }) })).principals;
  const role = (name: string, whose: string = account) => `arn:aws:iam::${whose}:role/${name}`;

  test('tags of roles and users; without the tag; not there', async () => {
    expect(await of(role('ml-researchers'), `arn:aws:iam::${account}:user/operator`, role('hyperpod-nodes'), role('gone'))).toEqual({
      [role('ml-researchers')]: { ok: true, value: { runAs: 'researcher' } },
      [`arn:aws:iam::${account}:user/operator`]: { ok: true, value: { runAs: 'ubuntu' } },
      [role('hyperpod-nodes')]: { ok: true, value: {} },
      [role('gone')]: { ok: true, value: null },
    });
  });

  test('a path does not matter', async () => {
    expect(await of(role('teams/ml/ml-researchers'))).toMatchObject({
      [role('teams/ml/ml-researchers')]: { value: { runAs: 'researcher' } },
    });
  });

  test('of another account, or of a kind without tags: not read, and said why', async () => {
    const group = `arn:aws:iam::${account}:group/ml`;
    expect(await of(role('ml-researchers', otherAccount), group)).toEqual({
      [role('ml-researchers', otherAccount)]: { ok: false, reason: `${role('ml-researchers', otherAccount)} is in another account` },
      [group]: { ok: false, reason: `${group} is neither a role nor a user` },
    });
  });
});

describe('roles', () => {
  const { run } = collecting('roles');
  const of = async (arn: string, options: RunOptions = {}) => {
    const plan = planOf({ InstanceGroups: [groupRequest({ ExecutionRole: arn })] });
    const { facts } = await run({ plan, description: world(() => ({ clusters: [] })), ...options });
    return facts.roles[arn];
  };
  const role = (name: string, whose: string = account) => `arn:aws:iam::${whose}:role/${name}`;

  test('trust, every policy in order of name, the boundary; documents as plain JSON', async () => {
    const read = valueIn(await of(ids.boundRole));
    expect(read?.policies.map((p) => p.name)).toEqual(['AmazonSageMakerClusterInstanceRolePolicy', 'nodes', "zoë's 50% (*)"]);
    expect(read?.boundary?.name).toBe('fence');
    for (const document of [read?.trust, read?.boundary?.document, ...(read?.policies.map((p) => p.document) ?? [])])
      expect(JSON.parse(document ?? '')).toHaveProperty('Statement');
  });

  test('of autoscaling, too', async () => {
    const plan = planOf({ AutoScaling: { Mode: 'Enable' }, ClusterRole: role('gone') });
    const { facts } = await run({ plan, description: world(() => ({ clusters: [] })) });
    expect(facts.roles[role('gone')]).toEqual({ ok: true, value: null });
  });

  test('not there', async () => {
    expect(await of(role('gone'))).toEqual({ ok: true, value: null });
  });

  test.for([role('bound'), role('teams/bound'), role('other/hyperpod-nodes')])('%s: the name is there, under another path', async (arn) => {
    expect(await of(arn)).toEqual({ ok: true, value: null });
  });

  test('of another account, or no role at all: not read, and said why', async () => {
    expect(await of(role('hyperpod-nodes', otherAccount))).toMatchObject({ ok: false, reason: expect.stringContaining('another account') });
    expect(await of('hyperpod-nodes')).toMatchObject({ ok: false, reason: expect.stringContaining('not the ARN of a role') });
  });

  test('a policy that went meanwhile is no sign that the role did', async () => {
    const description = inAccount((own) => ({ iam: { ...own.iam, policies: {} } }));
    expect(await of(ids.boundRole, { description })).toMatchObject({ ok: false, reason: expect.stringContaining('NoSuchEntity') });
  });

  test.for(['GetRole', 'ListAttachedRolePolicies', 'ListRolePolicies', 'GetRolePolicy', 'GetPolicy', 'GetPolicyVersion'])(
    'without iam:%s nothing is said of the role',
    async (operation) => {
      const read = await of(ids.boundRole, { faults: [{ on: `iam:${operation}`, kind: 'deny' }] });
      expect(read).toEqual({ ok: false, reason: 'access denied', action: `iam:${operation}` });
    },
  );
});

describe('lifecycle scripts and their buckets', () => {
  const { run } = collecting('lifecycleObjects', 'buckets');
  const east = 'sagemaker-ml-prod-us-east-1';
  const from = (bucket: string, OnCreate = 'on_create.sh', folder = 'lifecycle') =>
    planOf({ InstanceGroups: [groupRequest({ LifeCycleConfig: { SourceS3Uri: `s3://${bucket}/${folder}`, OnCreate } })] });
  const withObjects = (objects: { readonly [key: string]: string }) =>
    inAccount((own) => ({
      buckets: { ...own.buckets, [ids.bucket]: { region, sharedWith: [], objects } },
      regions: { ...own.regions, [region]: { ...own.regions[region], clusters: [] } as SandboxRegion },
    }));
  const script = async (content: string, name = 'on_create.sh') => {
    const { facts } = await run({ description: withObjects({ [`lifecycle/${name}`]: content }), plan: from(ids.bucket, name) });
    return facts.lifecycleObjects[`s3://${ids.bucket}/lifecycle/${name}`];
  };

  test.for([
    ['a good one', '#!/bin/bash\necho\n', { bytes: 17, crlf: false, shebang: true }],
    ['from Windows', '#!/bin/bash\r\necho\r\n', { bytes: 19, crlf: true, shebang: true }],
    ['without a first line', 'echo\n', { bytes: 5, crlf: false, shebang: false }],
    ['behind a byte order mark', '\uFEFF#!/bin/bash\n', { bytes: 15, crlf: false, shebang: false }],
    ['empty', '', { bytes: 0, crlf: false, shebang: false }],
    ['of one byte', '#', { bytes: 1, crlf: false, shebang: false }],
    ['longer than what is read', `#!/bin/bash\n${'x'.repeat(70_000)}\r\n`, { bytes: 70_014, crlf: false, shebang: true }],
    ['just as long', `#!/bin/bash\n${'x'.repeat(64 * 1024 - 14)}\r\n`, { bytes: 64 * 1024, crlf: true, shebang: true }],
  ] as const)('%s', async ([, content, expected]) => {
    expect(await script(content)).toEqual({ ok: true, value: { ...expected, key: null } });
  });

  test('a name of any letters', async () => {
    expect(await script('#!/bin/sh\n', 'zoë & co/on create+1.sh')).toMatchObject({ ok: true, value: { shebang: true } });
  });

  test('one that is not there', async () => {
    const { facts } = await run({ description: withObjects({}), plan: from(ids.bucket) });
    expect(facts.lifecycleObjects).toEqual({ [`s3://${ids.bucket}/lifecycle/on_create.sh`]: { ok: true, value: null } });
  });

  test('without permission to list the bucket its existence is unknown: the missing action is named', async () => {
    const description = withObjects({});
    const own = description.accounts[account];
    const denied = {
      ...description,
      accounts: { ...description.accounts, [account]: { ...own, denied: ['s3:ListBucket'] } as typeof own },
    };
    const { facts } = await run({ description: denied as Description, plan: from(ids.bucket) });
    expect(Object.values(facts.lifecycleObjects)).toEqual([{ ok: false, reason: 'access denied', action: 's3:ListBucket' }]);
  });

  describe('that only a running cluster has', () => {
    const uri = `s3://${ids.bucket}/lifecycle/on_create.sh`;
    const script = '#!/bin/bash\r\necho\r\n';
    const inBucket = (objects: { readonly [key: string]: string }, denied: readonly string[] = []) =>
      inAccount((own) => ({ buckets: { ...own.buckets, [ids.bucket]: { region, sharedWith: [], objects } }, denied }));
    const called = (calls: Run['calls']) => calls.filter((c) => c.action === 's3:GetObject').length;

    test.for([
      ['there', { 'lifecycle/on_create.sh': script }, { bytes: 19, isOnlyListed: true }],
      [
        'there, beside one with a longer name',
        { 'lifecycle/on_create.sh': script, 'lifecycle/on_create.sh.old': '' },
        { bytes: 19, isOnlyListed: true },
      ],
      ['missing, beside one with a longer name', { 'lifecycle/on_create.sh.old': script }, null],
      ['missing', {}, null],
    ] as const)('%s: whether it exists is read, and nothing of its content', async ([, objects, value]) => {
      const { facts, calls } = await run({ description: inBucket(objects), plan: emptyPlan });
      expect(facts.lifecycleObjects[uri]).toEqual({ ok: true, value });
      expect(called(calls)).toBe(0);
    });

    test('is read where the plan says so', async () => {
      const { facts } = await run({
        description: inBucket({ 'lifecycle/on_create.sh': script }),
        plan: { ...emptyPlan, readRunningScripts: true },
      });
      expect(facts.lifecycleObjects[uri]).toMatchObject({ ok: true, value: { crlf: true } });
    });

    test('needs no permission to read objects', async () => {
      const { facts } = await run({ description: inBucket({ 'lifecycle/on_create.sh': script }, ['s3:GetObject']), plan: emptyPlan });
      expect(facts.lifecycleObjects[uri]).toEqual({ ok: true, value: { bytes: 19, isOnlyListed: true } });
    });
  });

  test('one that S3 refuses to read is missing where a list does not show it, and unread where one does', async () => {
    const refusing = (objects: { readonly [key: string]: string }) => {
      const description = withObjects(objects);
      const own = description.accounts[account];
      return { ...description, accounts: { ...description.accounts, [account]: { ...own, denied: ['s3:GetObject'] } as typeof own } };
    };
    const read = async (objects: { readonly [key: string]: string }) => {
      const { facts } = await run({ description: refusing(objects) as Description, plan: from(ids.bucket) });
      return Object.values(facts.lifecycleObjects);
    };
    expect(await read({})).toEqual([{ ok: true, value: null }]);
    expect(await read({ 'lifecycle/on_create.sh': '' })).toEqual([{ ok: false, reason: 'access denied', action: 's3:GetObject' }]);
  });

  test('in a bucket of another region, which is asked there', async () => {
    const { facts, calls } = await run({ description: world(() => ({ clusters: [] })), plan: from(east) });
    expect(facts.buckets[east]).toEqual({ ok: true, value: { region: 'us-east-1', policy: { ok: true, value: null } } });
    expect(facts.lifecycleObjects[`s3://${east}/lifecycle/on_create.sh`]).toMatchObject({ ok: true, value: { crlf: true } });
    expect(calls.filter((c) => c.action.startsWith('s3:')).map((c) => `${c.action} ${c.region}`)).toEqual([
      's3:ListBucket us-west-2',
      's3:GetBucketPolicy us-east-1',
      's3:GetObject us-east-1',
    ]);
  });

  test('in a bucket that does not exist', async () => {
    const { facts, calls } = await run({ description: world(() => ({ clusters: [] })), plan: from('sagemaker-none') });
    expect(facts.buckets).toEqual({ 'sagemaker-none': { ok: true, value: null } });
    expect(facts.lifecycleObjects).toEqual({ 's3://sagemaker-none/lifecycle/on_create.sh': { ok: true, value: null } });
    expect(calls.filter((c) => c.action === 's3:GetObject')).toEqual([]);
  });

  test('in a bucket of another account: S3 tells its region, and no more', async () => {
    const theirs = 'sagemaker-ml-research-us-west-2';
    const { facts } = await run({ description: world(() => ({ clusters: [] })), plan: from(theirs) });
    expect(facts.buckets[theirs]).toEqual({
      ok: true,
      value: { region, policy: { ok: false, reason: 'access denied', action: 's3:GetBucketPolicy' } },
    });
    expect(Object.values(facts.lifecycleObjects)).toEqual([{ ok: false, reason: 'access denied', action: 's3:GetObject' }]);
  });

  test('the policy of a bucket, as its owner wrote it', async () => {
    const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: '*' }] };
    const description = inAccount((own) => ({
      buckets: { [ids.bucket]: { region, sharedWith: [], objects: {}, policy } },
      regions: { ...own.regions, [region]: { ...own.regions[region], clusters: [] } as SandboxRegion },
    }));
    const { facts } = await run({ description, plan: from(ids.bucket) });
    const read = valueIn(facts.buckets[ids.bucket]);
    expect(JSON.parse(valueIn(read?.policy) ?? '')).toEqual(policy);
  });

  test('one that a KMS key encrypts: the key, whose grants are read for the roles of the script', async () => {
    const encrypted = inAccount((own) => ({
      buckets: { [ids.bucket]: { region, sharedWith: [], objects: { 'lifecycle/on_create.sh': '#!/bin/sh\n' }, kmsKey: ids.key } },
      regions: { ...own.regions, [region]: { ...own.regions[region], clusters: [] } as SandboxRegion },
    }));
    const keys = await runAll({ facts: ['kmsKeys'], description: encrypted, plan: from(ids.bucket) });
    expect(valueIn(keys.facts.kmsKeys[ids.key])?.grants).toMatchObject({ ok: true, value: [{ grantee: ids.role }, { grantee: ids.role }] });
    const { facts } = await run({ description: encrypted, plan: from(ids.bucket) });
    expect(Object.values(facts.lifecycleObjects)).toEqual([{ ok: true, value: { bytes: 10, crlf: false, shebang: true, key: ids.key } }]);
  });

  test.each([
    ['without permission to decrypt', '#!/bin/sh\n', ['kms:Decrypt'], { bytes: 10, key: ids.key }],
    ['empty', '', [], { bytes: 0, crlf: false, shebang: false, key: ids.key }],
  ])('one that a KMS key encrypts, %s: S3 tells size and key', async (_, content, denied, value) => {
    const description = inAccount((own) => ({
      denied: [...denied],
      buckets: { [ids.bucket]: { region, sharedWith: [], objects: { 'lifecycle/on_create.sh': content }, kmsKey: ids.key } },
      regions: { ...own.regions, [region]: { ...own.regions[region], clusters: [] } as SandboxRegion },
    }));
    const { facts } = await run({ description, plan: from(ids.bucket) });
    expect(Object.values(facts.lifecycleObjects)).toEqual([{ ok: true, value }]);
  });

  test('a body that breaks off is read again', async () => {
    const { facts } = await run({ faults: [{ on: 's3:GetObject', kind: 'truncate', times: 2 }] });
    expect(Object.values(facts.lifecycleObjects)).toMatchObject([{ ok: true, value: { shebang: true } }]);
    const never = await run({ faults: [{ on: 's3:GetObject', kind: 'truncate' }] });
    expect(Object.values(never.facts.lifecycleObjects)).toEqual([{ ok: false, reason: 'the connection was reset' }]);
  });
});

describe('training plans', () => {
  const { collect, run } = collecting('trainingPlans');
  const of = (TrainingPlanArn: string) => planOf({ InstanceGroups: [groupRequest({ TrainingPlanArn })] });
  const quiet: Change = () => ({ clusters: [] });

  test('with zone ids, also where SageMaker gives the name of the zone', async () => {
    const read = valueIn((await collect()).trainingPlans[ids.trainingPlan]);
    expect(read).toEqual({
      arn: ids.trainingPlan,
      name: 'p5-winter',
      status: 'Active',
      start: '2026-11-01T11:30:00.000Z',
      end: '2027-02-01T11:30:00.000Z',
      targets: ['hyperpod-cluster'],
      total: 16,
      available: 14,
      inUse: 2,
      capacities: [
        { type: 'ml.p5.48xlarge', zone: 'usw2-az3', count: 12, status: 'Active' },
        {
          type: 'ml.p5.48xlarge',
          zone: 'usw2-az2',
          count: 4,
          status: 'Scheduled',
          start: '2026-12-20T11:30:00.000Z',
          end: '2027-02-01T11:30:00.000Z',
        },
      ],
    });
  });

  test('of UltraServers, with the spare instances', async () => {
    const ultra: Change = (own) => ({
      trainingPlans: (own.trainingPlans ?? []).map((plan) => ({ ...plan, TotalUltraServerCount: 2, AvailableSpareInstanceCount: 1 })),
    });
    expect(valueIn((await collect(ultra)).trainingPlans[ids.trainingPlan])).toMatchObject({ available: 14, spare: 1 });
  });

  test('a zone that only has a name is unknown without the zones', async () => {
    const facts = await collect(undefined, { faults: [{ on: 'ec2:DescribeAvailabilityZones', kind: 'deny' }] });
    expect(facts.trainingPlans[ids.trainingPlan]).toEqual({ ok: false, reason: 'access denied', action: 'ec2:DescribeAvailabilityZones' });
  });

  test('one that does not exist', async () => {
    const gone = ids.trainingPlan.replace('p5-winter', 'gone');
    expect((await collect(quiet, { plan: of(gone) })).trainingPlans).toEqual({ [gone]: { ok: true, value: null } });
  });

  test('one of another region is not asked about', async () => {
    const far = ids.trainingPlan.replace(region, 'us-east-1');
    const { facts, calls } = await run({ description: world(quiet), plan: of(far) });
    expect(facts.trainingPlans[far]).toMatchObject({ ok: false, reason: expect.stringContaining('not of this account and region') });
    expect(calls.map((c) => c.action)).not.toContain('sagemaker:DescribeTrainingPlan');
  });
});

test('what everything asks for is what the plan and the running cluster name', async () => {
  const { collect } = collecting('principals', 'buckets');
  const facts = await collect();
  expect(Object.keys(facts.principals)).toHaveLength(everything.clusters[0]?.runAs?.principals?.length ?? 0);
  expect(Object.keys(facts.buckets)).toEqual([ids.bucket]);
});

describe('KMS keys', () => {
  const { collect } = collecting('kmsKeys');
  const quiet: Change = () => ({ clusters: [] });
  const using = (...keys: readonly string[]) =>
    planOf({
      InstanceGroups: keys.map((VolumeKmsKeyId, i) =>
        groupRequest({ InstanceGroupName: `g${i}`, InstanceStorageConfigs: [{ EbsVolumeConfig: { VolumeSizeInGB: 1, VolumeKmsKeyId } }] }),
      ),
    });
  const keyId = ids.key.slice(ids.key.lastIndexOf('/') + 1);

  test('of the volumes of a plan: state, type, policy, and the grants of the roles alone', async () => {
    const { kmsKeys } = await collect(quiet, { plan: using(keyId, ids.key) });
    expect(kmsKeys).toEqual({
      [ids.key]: {
        ok: true,
        value: {
          state: 'Enabled',
          usage: 'ENCRYPT_DECRYPT',
          spec: 'SYMMETRIC_DEFAULT',
          policy: { ok: true, value: JSON.stringify(keyPolicy) },
          grants: {
            ok: true,
            value: [
              { grantee: ids.role, operations: ['Decrypt', 'CreateGrant'], constrained: false },
              { grantee: ids.role, operations: ['Decrypt', 'CreateGrant'], constrained: true },
            ],
          },
        },
      },
    });
  });

  test('one that does not exist', async () => {
    const gone = `${ids.key}0`;
    expect((await collect(quiet, { plan: using(gone) })).kmsKeys).toEqual({ [gone]: { ok: true, value: null } });
  });

  test('aliases, keys of other accounts and regions, and plans without keys ask for nothing', async () => {
    const elsewhere = [ids.key.replace(account, '444455556666'), ids.key.replace(region, 'us-east-1'), 'alias/volumes'];
    expect((await collect(quiet, { plan: using(...elsewhere) })).kmsKeys).toEqual({});
    expect((await collect(quiet, { plan: planOf({}) })).kmsKeys).toEqual({});
  });

  test('a refused policy leaves the rest', async () => {
    const facts = await collect((r) => ({ ...quiet(r), denied: ['kms:GetKeyPolicy'] }), { plan: using(ids.key) });
    expect(valueIn(facts.kmsKeys[ids.key])).toMatchObject({
      state: 'Enabled',
      policy: { ok: false, reason: 'access denied', action: 'kms:GetKeyPolicy' },
      grants: { ok: true },
    });
  });
});

describe('secrets', () => {
  const { collect, run } = collecting('secrets');
  const using = (SecretArn: string) =>
    planOf({ Orchestrator: { Slurm: { AccountingDatabase: { Endpoint: 'slurm.example.com', SecretArn } } } });

  test('one that exists, one that is to be deleted, none', async () => {
    expect((await collect(undefined, { plan: using(ids.secret) })).secrets).toEqual({ [ids.secret]: { ok: true, value: {} } });
    const DeletedDate = '2026-11-19T08:00:00.000Z';
    const ending = await collect((r) => ({ secrets: r.secrets.map((s) => ({ ...s, DeletedDate })) }), { plan: using(ids.secret) });
    expect(ending.secrets).toEqual({ [ids.secret]: { ok: true, value: { deleted: DeletedDate } } });
    const gone = await collect(() => ({ secrets: [] }), { plan: using(ids.secret) });
    expect(gone.secrets).toEqual({ [ids.secret]: { ok: true, value: null } });
  });

  test('secrets of other accounts and regions, and plans without any ask for nothing', async () => {
    for (const elsewhere of [ids.secret.replace(account, '444455556666'), ids.secret.replace(region, 'us-east-1')])
      expect((await collect(undefined, { plan: using(elsewhere) })).secrets).toEqual({});
    const { facts, calls } = await run({ description: world(), plan: planOf({}) });
    expect(facts.secrets).toEqual({});
    expect(calls.map((c) => c.action)).not.toContain('secretsmanager:DescribeSecret');
  });

  test('denied', async () => {
    const facts = await collect(undefined, { plan: using(ids.secret), faults: [{ on: 'secretsmanager:DescribeSecret', kind: 'deny' }] });
    expect(facts.secrets[ids.secret]).toMatchObject({ ok: false, action: 'secretsmanager:DescribeSecret' });
  });
});

describe('custom images', () => {
  const { collect } = collecting('images');
  const using = (...images: readonly string[]) =>
    planOf({ InstanceGroups: images.map((ImageId, i) => groupRequest({ InstanceGroupName: `g${i}`, ImageId })) });
  const snapshot = (more: object) => (r: SandboxRegion) => ({ snapshots: r.snapshots.map((s) => ({ ...s, ...more })) });

  test('of a plan, each once: state, owner, architecture, and the EBS volumes with their keys', async () => {
    expect((await collect(undefined, { plan: using(ids.image, ids.image, 'default') })).images).toEqual({
      [ids.image]: {
        ok: true,
        value: {
          state: 'available',
          owner: account,
          architecture: 'x86_64',
          volumes: [{ encrypted: true, key: { ok: true, value: ids.key } }],
        },
      },
    });
  });

  test('of AWS, with a volume that is not encrypted', async () => {
    const facts = await collect(
      (r) => ({
        images: r.images.map((i) => ({
          ...i,
          ImageOwnerAlias: 'amazon',
          BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId: 'snap-1', Encrypted: false } }],
        })),
      }),
      { plan: using(ids.image) },
    );
    expect(valueIn(facts.images[ids.image])).toMatchObject({ ownerAlias: 'amazon', volumes: [{ encrypted: false }] });
  });

  test('one that does not exist, and none', async () => {
    expect((await collect(undefined, { plan: using('ami-0000000000000000f') })).images).toEqual({
      'ami-0000000000000000f': { ok: true, value: null },
    });
    expect((await collect(undefined, { plan: planOf({}) })).images).toEqual({});
  });

  test.each([
    ['denied', () => ({ denied: ['ec2:DescribeSnapshots'] }), { reason: 'access denied', action: 'ec2:DescribeSnapshots' }],
    ['without a key', snapshot({ KmsKeyId: undefined }), { reason: expect.stringContaining('KmsKeyId') }],
  ] as const)('a snapshot that is %s leaves the rest', async (_, change, read) => {
    const facts = await collect(change, { plan: using(ids.image) });
    expect(valueIn(facts.images[ids.image])).toMatchObject({
      state: 'available',
      volumes: [{ encrypted: true, key: { ok: false, ...read } }],
    });
  });
});

describe('the Slurm topology next to scripts', () => {
  const { collect, run } = collecting('slurmParameters');
  const uri = `s3://${ids.bucket}/lifecycle/provisioning_parameters.json`;
  const stored = (content: string) =>
    inAccount(() => ({
      buckets: { [ids.bucket]: { region, sharedWith: [], objects: { 'lifecycle/provisioning_parameters.json': content } } },
    }));

  test.each(['{"version": "1.0.0"}', ''])('of a planned Slurm cluster, each once: %j', async (content) => {
    const plan = planOf({ InstanceGroups: [groupRequest({}), groupRequest({ InstanceGroupName: 'more' })] });
    const { facts, calls } = await run({ description: stored(content), plan });
    expect(facts.slurmParameters).toEqual({ [uri]: { ok: true, value: content } });
    expect(calls.filter((c) => c.action === 's3:GetObject')).toHaveLength(1);
  });

  test.each([
    [64 * 1024, { ok: true }],
    [64 * 1024 + 1, { ok: false, reason: 'the file has 65537 bytes, of which 65536 are read' }],
  ])('one of %i bytes', async (size, read) => {
    const { facts } = await run({ description: stored(`{${' '.repeat(size - 2)}}`), plan: planOf({}) });
    expect(facts.slurmParameters[uri]).toMatchObject(read);
  });

  test('one that does not exist', async () => {
    expect((await collect(undefined, { plan: planOf({}) })).slurmParameters).toEqual({ [uri]: { ok: true, value: null } });
  });

  test('clusters on EKS, without scripts, or that only run ask for nothing', async () => {
    const onEks = planOf({ Orchestrator: { Eks: { ClusterArn: ids.eks } } });
    const bare = planOf({ InstanceGroups: [groupRequest({ LifeCycleConfig: undefined })] });
    for (const plan of [onEks, bare, emptyPlan]) expect((await collect(undefined, { plan })).slurmParameters).toEqual({});
  });
});

describe('the organization of the account', () => {
  const { run } = collecting('organizations');
  const policy = { Version: '2012-10-17', Statement: [] };
  const named = { ...policy, Statement: [{ Condition: { StringNotEqualsIfExists: { 'aws:PrincipalOrgID': 'o-1' } } }] };
  const withPolicy = (text: object, more: Partial<Description['accounts'][string]> = {}) =>
    inAccount((own) => ({
      buckets: { [ids.bucket]: { region, sharedWith: [], objects: {}, policy: text as SandboxPolicy } },
      regions: { ...own.regions, [region]: { ...own.regions[region], clusters: [] } as SandboxRegion },
      ...more,
    }));
  const read = async (description: Description) => (await run({ description, plan: planOf({}) })).facts.organizations;

  test('where a policy names one', async () => {
    expect(await read(withPolicy(named))).toEqual({ [account]: { ok: true, value: 'o-7hyperpod1' } });
  });

  test('none where no policy names one', async () => {
    const { facts, calls } = await run({ description: withPolicy(policy), plan: planOf({}) });
    expect(facts.organizations).toEqual({});
    expect(calls.map((c) => c.action)).not.toContain('organizations:DescribeOrganization');
  });

  test('of an account that is in none', async () => {
    const { organization: _, ...alone } = withPolicy(named);
    expect(await read(alone)).toEqual({ [account]: { ok: true, value: null } });
  });

  test('denied', async () => {
    expect(await read(withPolicy(named, { denied: ['organizations:DescribeOrganization'] }))).toEqual({
      [account]: { ok: false, reason: 'access denied', action: 'organizations:DescribeOrganization' },
    });
  });
});
