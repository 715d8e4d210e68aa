import { describe, expect, test } from 'vitest';
import { type Facts, NotEvaluatedError, type Route, type RouteTable, type VpcEndpoint } from '../../../shared/core/evaluation/facts.ts';
import { routeToS3 } from '../../../shared/core/network/s3-route.ts';
import { account, broken, denied, facts, ids, ok, region, subnet } from '../healthy.ts';

const local: Route = { cidr: '10.1.0.0/16', target: 'local', state: 'active' };
const s3: Route = { prefixList: ids.s3, target: ids.gatewayEndpoint, state: 'active' };
const nat: Route = { cidr: '0.0.0.0/0', target: ids.nat, state: 'active' };
const to = (cidr: string, target: string, state: Route['state'] = 'active'): Route => ({ cidr, target, state });
const table = (...routes: readonly Route[]): RouteTable => ({
  id: ids.routeTable,
  vpc: ids.vpc,
  main: false,
  subnets: [ids.subnet],
  routes: [local, ...routes],
});
const routes = (...of: readonly Route[]): Partial<Facts> => ({ routeTables: ok([table(...of)]) });
const endpoint = (more: Partial<VpcEndpoint> = {}): VpcEndpoint => ({
  id: ids.gatewayEndpoint,
  vpc: ids.vpc,
  owner: account,
  service: `com.amazonaws.${region}.s3`,
  type: 'Gateway',
  state: 'available',
  routeTables: [ids.routeTable],
  subnets: [],
  groups: [],
  privateDns: false,
  privateDnsOnlyForInbound: false,
  ...more,
});
const byInterface = (more: Partial<VpcEndpoint> = {}): VpcEndpoint =>
  endpoint({ id: 'vpce-0if', type: 'Interface', privateDns: true, routeTables: [], subnets: [ids.subnet], ...more });
const shared: Partial<Facts> = { vpcs: ok([{ id: ids.vpc, owner: '999900001111', state: 'available', ipv4: ['10.1.0.0/16'], ipv6: [] }]) };

const way = (more: Partial<Facts>, of = subnet(), where = region) =>
  routeToS3({ account, partition: 'aws', region: where, facts: facts(more) }, of);

describe('the way to S3', () => {
  const reaches: readonly {
    readonly name: string;
    readonly facts: Partial<Facts>;
    readonly reach: 'sure' | 'unsure' | 'none';
    readonly says?: string;
    readonly of?: ReturnType<typeof subnet>;
    readonly region?: string;
  }[] = [
    { name: 'a gateway endpoint beside NAT', facts: {}, reach: 'sure', says: ids.gatewayEndpoint },
    { name: 'a gateway endpoint alone', facts: routes(s3), reach: 'sure' },
    { name: 'a gateway endpoint beside an internet gateway', facts: routes(s3, to('0.0.0.0/0', 'igw-1')), reach: 'sure' },
    {
      name: 'the implicit main table with the endpoint',
      facts: { routeTables: ok([{ ...table(s3), id: ids.mainRouteTable, main: true, subnets: [] }]) },
      reach: 'sure',
      says: 'main route table',
    },
    {
      name: 'the endpoint is on the main table, but the subnet has its own',
      facts: { routeTables: ok([{ ...table(s3), id: ids.mainRouteTable, main: true, subnets: [] }, table()]) },
      reach: 'none',
      says: ids.routeTable,
    },
    { name: 'an upper-case state', facts: { endpoints: ok([endpoint({ state: 'Available' })]) }, reach: 'sure' },
    {
      name: 'an endpoint that is pending',
      facts: { ...routes(s3, nat), endpoints: ok([endpoint({ state: 'pending' })]) },
      reach: 'none',
      says: 'pending',
    },
    {
      name: 'an endpoint that is not listed',
      facts: { ...routes(s3), endpoints: ok([]) },
      reach: 'none',
      says: 'which is not a gateway endpoint',
    },
    { name: 'an endpoint of another VPC', facts: { endpoints: ok([endpoint({ vpc: 'vpc-other' })]) }, reach: 'none' },
    {
      name: 'an endpoint for another service',
      facts: { endpoints: ok([endpoint({ service: `com.amazonaws.${region}.s3express` })]) },
      reach: 'none',
    },
    {
      name: 'a blackhole for S3 drops what NAT would take',
      facts: routes({ ...s3, state: 'blackhole' }, nat),
      reach: 'none',
      says: 'blackhole',
    },
    { name: 'NAT alone', facts: { ...routes(nat), endpoints: ok([]) }, reach: 'unsure', says: ids.nat },
    { name: 'a transit gateway', facts: routes(to('0.0.0.0/0', 'tgw-1')), reach: 'unsure', says: 'tgw-1' },
    { name: 'a firewall endpoint', facts: routes(to('0.0.0.0/0', 'vpce-fw')), reach: 'unsure' },
    { name: 'an appliance', facts: routes(to('0.0.0.0/0', 'eni-1')), reach: 'unsure' },
    { name: 'a virtual private gateway', facts: routes(to('0.0.0.0/0', 'vgw-1')), reach: 'unsure' },
    { name: 'a peering', facts: routes(to('0.0.0.0/0', 'pcx-1')), reach: 'unsure' },
    { name: 'NAT that is gone', facts: routes(to('0.0.0.0/0', ids.nat, 'blackhole')), reach: 'none', says: 'blackhole' },
    { name: 'an internet gateway alone', facts: routes(to('0.0.0.0/0', 'igw-1')), reach: 'none', says: 'public address' },
    { name: 'nothing', facts: routes(), reach: 'none', says: 'no route' },
    { name: 'IPv6 to NAT only', facts: routes(to('::/0', ids.nat)), reach: 'none' },
    { name: 'a peering with one network', facts: routes(to('10.2.0.0/16', 'pcx-1')), reach: 'none' },
    {
      name: 'a transit gateway for private addresses: endpoints may stand behind it',
      facts: routes(to('10.0.0.0/8', 'tgw-1')),
      reach: 'unsure',
      says: 'behind it',
    },
    {
      name: 'halves to NAT',
      facts: routes(to('0.0.0.0/1', ids.nat), to('128.0.0.0/1', ids.nat)),
      reach: 'unsure',
    },
    {
      name: 'halves to an internet gateway under a default route to NAT',
      facts: routes(nat, to('0.0.0.0/1', 'igw-1'), to('128.0.0.0/1', 'igw-1')),
      reach: 'none',
    },
    {
      name: 'part of S3 to an internet gateway under NAT',
      facts: routes(nat, to('52.0.0.0/8', 'igw-1')),
      reach: 'unsure',
      says: 'not for all S3 addresses',
    },
    {
      name: 'a narrower route takes a part of S3 from the endpoint',
      facts: routes(s3, to('52.92.200.0/24', 'igw-1')),
      reach: 'unsure',
      says: '52.92.200.0/24 → igw-1',
    },
    { name: 'a route as narrow as the entry may win', facts: routes(s3, to('3.5.76.0/22', 'igw-1')), reach: 'unsure' },
    {
      name: 'a route as narrow as the only entry leaves the endpoint a chance',
      facts: { ...routes(s3, to('3.5.76.0/22', 'igw-1')), prefixListEntries: { [ids.s3]: ok(['3.5.76.0/22']) } },
      reach: 'unsure',
      says: 'gateway endpoint',
    },
    {
      name: 'a part of S3 to NAT beside the endpoint',
      facts: routes(s3, to('52.92.200.0/24', ids.nat)),
      reach: 'unsure',
      says: 'but not for all S3 addresses',
    },
    { name: 'a route to a part of S3 alone', facts: routes(to('52.92.200.0/24', ids.nat)), reach: 'unsure', says: 'has no route' },
    {
      name: 'of two routes to a part of S3 the narrower first',
      facts: routes(nat, to('52.92.200.0/24', 'tgw-1'), to('52.92.200.0/25', 'igw-1')),
      reach: 'unsure',
      says: '52.92.200.0/25 → igw-1',
    },
    {
      name: 'of two routes to a part of S3 the narrower first, whatever the order',
      facts: routes(nat, to('52.92.200.0/25', 'igw-1'), to('52.92.200.0/24', 'tgw-1')),
      reach: 'unsure',
      says: '52.92.200.0/25 → igw-1',
    },
    {
      name: 'two routes to parts of S3 side by side',
      facts: routes(nat, to('52.92.200.0/24', 'tgw-1'), to('52.92.201.0/24', 'igw-1')),
      reach: 'unsure',
      says: '52.92.201.0/24 → igw-1',
    },
    { name: "public addresses of the VPC's own", facts: routes(s3, to('52.92.200.0/24', 'local')), reach: 'sure' },
    {
      name: 'a list of S3 without entries',
      facts: { ...routes(s3, to('52.92.200.0/24', 'igw-1')), prefixListEntries: { [ids.s3]: ok([]) } },
      reach: 'sure',
    },
    { name: 'a wider route loses to the endpoint', facts: routes(s3, to('52.0.0.0/8', 'igw-1')), reach: 'sure' },
    { name: 'a route to elsewhere on the internet is no matter', facts: routes(s3, to('203.0.113.0/24', 'igw-1')), reach: 'sure' },
    {
      name: "another owner's prefix list that holds a part of S3",
      facts: {
        ...routes(s3, { prefixList: 'pl-own', target: 'igw-1', state: 'active' }),
        prefixListEntries: { [ids.s3]: ok(['52.92.128.0/17']), 'pl-own': ok(['52.92.129.0/24']) },
      },
      reach: 'unsure',
    },
    {
      name: "another owner's prefix list of S3's addresses to NAT, without a default route",
      facts: {
        ...routes({ prefixList: 'pl-own', target: ids.nat, state: 'active' }),
        prefixListEntries: { [ids.s3]: ok(['52.92.128.0/17']), 'pl-own': ok(['52.92.0.0/16']) },
      },
      reach: 'unsure',
    },
    {
      name: "DynamoDB's prefix list is not S3's",
      facts: {
        ...routes({ prefixList: 'pl-ddb', target: ids.gatewayEndpoint, state: 'active' }),
        prefixLists: ok([
          { id: ids.s3, name: `com.amazonaws.${region}.s3` },
          { id: 'pl-ddb', name: `com.amazonaws.${region}.dynamodb` },
        ]),
      },
      reach: 'none',
    },
    {
      name: 'an interface endpoint with private DNS, no route',
      facts: { ...routes(), endpoints: ok([byInterface()]) },
      reach: 'sure',
      says: 'vpce-0if',
    },
    {
      name: 'an interface endpoint without private DNS',
      facts: { ...routes(), endpoints: ok([byInterface({ privateDns: false })]) },
      reach: 'none',
    },
    {
      name: 'an interface endpoint whose private DNS is for inbound resolvers only',
      facts: { ...routes(), endpoints: ok([byInterface({ privateDnsOnlyForInbound: true })]) },
      reach: 'none',
    },
    {
      name: 'an interface endpoint that is pending',
      facts: { ...routes(), endpoints: ok([byInterface({ state: 'pending' })]) },
      reach: 'none',
    },
    { name: 'an interface endpoint of another VPC', facts: { ...routes(), endpoints: ok([byInterface({ vpc: 'vpc-x' })]) }, reach: 'none' },
    {
      name: 'the names of China',
      facts: {
        ...routes(s3),
        endpoints: ok([endpoint({ service: 'com.amazonaws.cn-north-1.s3' })]),
        prefixLists: ok([{ id: ids.s3, name: 'com.amazonaws.cn-north-1.s3' }]),
      },
      region: 'cn-north-1',
      reach: 'sure',
    },
    {
      name: 'the other names of China',
      facts: { ...routes(), endpoints: ok([byInterface({ service: 'cn.com.amazonaws.cn-north-1.s3' })]) },
      region: 'cn-north-1',
      reach: 'sure',
    },
    {
      name: 'an IPv6-native subnet beside a gateway endpoint',
      facts: {},
      of: subnet({ ipv6Native: true, ipv4: '' }),
      reach: 'unsure',
      says: 'if it answers over IPv6',
    },
    {
      name: 'an IPv6-native subnet beside an interface endpoint',
      facts: { ...routes(), endpoints: ok([byInterface()]) },
      of: subnet({ ipv6Native: true, ipv4: '' }),
      reach: 'unsure',
    },
    {
      name: 'an IPv6-native subnet with NAT64',
      facts: routes(to('64:ff9b::/96', ids.nat)),
      of: subnet({ ipv6Native: true, ipv4: '' }),
      reach: 'unsure',
    },
    {
      name: 'an IPv6-native subnet with an IPv4 default route only',
      facts: routes(nat),
      of: subnet({ ipv6Native: true, ipv4: '' }),
      reach: 'none',
    },
    {
      name: 'an IPv6-native subnet without a route to S3',
      facts: routes(to('2600:1f14::/35', ids.nat)),
      of: subnet({ ipv6Native: true, ipv4: '' }),
      reach: 'none',
      says: 'has no route to S3',
    },
    {
      name: 'an IPv6-native subnet with an internet gateway',
      facts: routes(to('::/0', 'igw-1')),
      of: subnet({ ipv6Native: true, ipv4: '' }),
      reach: 'none',
    },
    {
      name: 'an IPv6-native subnet with NAT64 beside a blackhole for S3',
      facts: routes({ ...s3, state: 'blackhole' }, to('64:ff9b::/96', ids.nat)),
      of: subnet({ ipv6Native: true, ipv4: '' }),
      reach: 'unsure',
      says: ids.nat,
    },
    { name: 'a shared VPC with the route, whatever endpoints are seen', facts: { ...shared, endpoints: ok([]) }, reach: 'sure' },
    { name: 'a shared VPC whose endpoints cannot be read', facts: { ...shared, endpoints: broken() }, reach: 'sure' },
    { name: 'a shared VPC with NAT', facts: { ...shared, ...routes(nat), endpoints: ok([]) }, reach: 'unsure' },
  ];
  test.each(reaches)('$reach: $name', (row) => {
    const found = way(row.facts, row.of, row.region);
    expect(found.reach).toBe(row.reach);
    if (row.says) expect(found.text).toContain(row.says);
  });

  test.each([
    { name: 'route tables', facts: { routeTables: denied('ec2:DescribeRouteTables') } },
    { name: 'endpoints of an own VPC', facts: { endpoints: denied('ec2:DescribeVpcEndpoints') } },
    { name: 'endpoints, where NAT is there', facts: { ...routes(nat), endpoints: broken() } },
    { name: 'who owns the VPC', facts: { vpcs: broken() } },
    { name: 'the VPC at all', facts: { vpcs: ok([]) } },
    { name: 'names of prefix lists', facts: { prefixLists: broken() } },
    { name: "S3's addresses, where they decide", facts: { ...routes(s3, to('52.92.200.0/24', 'igw-1')), prefixListEntries: {} } },
    {
      name: "S3's list among the prefix lists, where its addresses decide",
      facts: { ...routes(to('52.92.200.0/24', ids.nat)), prefixLists: ok([]) },
    },
    {
      name: "another owner's prefix list",
      facts: routes(s3, { prefixList: 'pl-own', target: 'igw-1', state: 'active' as const }),
    },
    {
      name: 'whether the owner of a shared VPC has an endpoint',
      facts: { ...shared, ...routes(), endpoints: ok([]) },
      says: '999900001111',
    },
    {
      name: 'whether the owner has an endpoint beside a blackhole',
      facts: { ...shared, ...routes({ ...s3, state: 'blackhole' as const }) },
      says: '999900001111',
    },
  ])('unreadable: $name', (row) => {
    expect(() => way(row.facts)).toThrow(NotEvaluatedError);
    expect(() => way(row.facts)).toThrow(row.says ?? '');
  });

  test("S3's addresses are not asked for where they decide nothing", () =>
    expect(way({ ...routes(s3, nat, to('10.9.0.0/16', 'pcx-1'), to('::/0', 'eigw-1')), prefixListEntries: {} }).reach).toBe('sure'));

  test('names of prefix lists are not asked for where no route has one', () =>
    expect(way({ ...routes(nat), prefixLists: broken() }).reach).toBe('unsure'));

  test('the order of what AWS lists changes nothing', () => {
    const all = [s3, nat, to('52.92.200.0/24', 'igw-1'), to('52.92.200.0/25', 'igw-2')];
    const entries = ['3.5.76.0/22', '52.92.128.0/17'];
    const seen = (of: readonly Route[], cidrs: readonly string[]) => way({ ...routes(...of), prefixListEntries: { [ids.s3]: ok(cidrs) } });
    expect(seen(all.toReversed(), entries.toReversed())).toEqual(seen(all, entries));
    const parted = [to('3.0.0.0/8', 'igw-1'), to('52.0.0.0/8', 'igw-2', 'blackhole')];
    expect(seen(parted, entries.toReversed())).toEqual(seen(parted, entries));
  });

  test.each([
    {
      name: 'adds the table to the endpoint there is',
      facts: routes(),
      command: `aws ec2 modify-vpc-endpoint --region ${region} --vpc-endpoint-id ${ids.gatewayEndpoint} --add-route-table-ids ${ids.routeTable}`,
    },
    {
      name: 'makes an endpoint where there is none',
      facts: { ...routes(nat), endpoints: ok([]) },
      command: `aws ec2 create-vpc-endpoint --region ${region} --vpc-id ${ids.vpc} --vpc-endpoint-type Gateway --service-name com.amazonaws.${region}.s3 --route-table-ids ${ids.routeTable}`,
    },
    ...[endpoint({ state: 'pending' }), byInterface({ privateDns: false })].map((other) => ({
      name: `makes an endpoint beside one that is ${other.state} and of type ${other.type}`,
      facts: { ...routes(nat), endpoints: ok([other]) },
      command: `aws ec2 create-vpc-endpoint --region ${region} --vpc-id ${ids.vpc} --vpc-endpoint-type Gateway --service-name com.amazonaws.${region}.s3 --route-table-ids ${ids.routeTable}`,
    })),
    { name: 'leaves a shared VPC to its owner', facts: { ...shared, ...routes(nat) }, command: undefined },
  ])('the remedy $name', (row) => {
    const found = way(row.facts);
    expect(found).toHaveProperty('remediation');
    expect('remediation' in found && found.remediation.command).toBe(row.command);
  });
});
