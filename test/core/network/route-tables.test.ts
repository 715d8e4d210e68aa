import { describe, expect, test } from 'vitest';
import { NotEvaluatedError, type Route, type RouteTable } from '../../../shared/core/evaluation/facts.ts';
import { effectiveRouteTable, egressRoutes, internetRoutes } from '../../../shared/core/network/route-tables.ts';
import { broken, denied, ids, ok, subnet } from '../healthy.ts';

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

describe('the route table of a subnet', () => {
  const main: RouteTable = { id: 'rtb-main', vpc: ids.vpc, main: true, subnets: [], routes: [] };
  const other: RouteTable = { ...main, id: 'rtb-other', vpc: 'vpc-other' };
  const own = table();
  test.each([
    { name: 'its own before the main one', tables: [main, own], is: ids.routeTable },
    { name: 'its own, whatever the order', tables: [own, main], is: ids.routeTable },
    { name: 'the main one of its VPC where it has none', tables: [other, main], is: 'rtb-main' },
    { name: 'the main one although others of the VPC are there', tables: [{ ...own, subnets: ['subnet-x'] }, main], is: 'rtb-main' },
  ])('is $name', ({ tables, is }) => expect(effectiveRouteTable({ routeTables: ok(tables) }, subnet()).id).toBe(is));
  test.each([
    { name: 'neither is visible', read: ok([other, { ...own, subnets: ['subnet-x'] }]) },
    { name: 'tables could not be read', read: denied('ec2:DescribeRouteTables') },
  ])('is not evaluated where $name', ({ read }) =>
    expect(() => effectiveRouteTable({ routeTables: read }, subnet())).toThrow(NotEvaluatedError),
  );
});

describe('routes that make a subnet public', () => {
  const entries = { prefixListEntries: { 'pl-all': ok(['0.0.0.0/0']), 'pl-some': ok(['203.0.113.0/24']), 'pl-hidden': broken() } };
  test.each([
    { name: 'a default route', routes: [to('0.0.0.0/0', 'igw-1')], count: 1 },
    { name: 'a default route of IPv6', routes: [to('::/0', 'igw-1')], count: 1 },
    { name: 'two halves', routes: [to('0.0.0.0/1', 'igw-1'), to('128.0.0.0/1', 'igw-1')], count: 2 },
    { name: 'all global IPv6 addresses', routes: [to('2000::/3', 'igw-1')], count: 1 },
    { name: 'a prefix list of everything', routes: [{ prefixList: 'pl-all', target: 'igw-1', state: 'active' as const }], count: 1 },
    { name: 'no blackhole', routes: [to('0.0.0.0/0', 'igw-1', 'blackhole')], count: 0 },
    { name: 'no route to a part', routes: [to('203.0.113.0/24', 'igw-1'), to('52.0.0.0/8', 'igw-1')], count: 0 },
    { name: 'no prefix list of a part', routes: [{ prefixList: 'pl-some', target: 'igw-1', state: 'active' as const }], count: 0 },
    { name: 'no NAT', routes: [nat], count: 0 },
    { name: 'no egress-only gateway', routes: [to('::/0', 'eigw-1')], count: 0 },
  ])('$name', ({ routes: of, count }) => expect(internetRoutes(entries, table(...of))).toHaveLength(count));
  test('entries that cannot be read are not taken for a part', () =>
    expect(() => internetRoutes(entries, table({ prefixList: 'pl-hidden', target: 'igw-1', state: 'active' }))).toThrow(NotEvaluatedError));
});

describe('ways out of a VPC', () => {
  test.each([
    { name: 'NAT', routes: [nat], count: 1 },
    { name: 'a transit gateway, for private addresses too', routes: [to('10.0.0.0/8', 'tgw-1')], count: 1 },
    { name: 'a Cloud WAN core network', routes: [to('10.0.0.0/8', 'arn:aws:networkmanager::1:core-network/core-network-1')], count: 1 },
    { name: 'a firewall endpoint', routes: [to('0.0.0.0/0', 'vpce-fw')], count: 1 },
    { name: 'which is not a gateway endpoint', routes: [s3], count: 0 },
    { name: 'no internet gateway', routes: [to('0.0.0.0/0', 'igw-1')], count: 0 },
    { name: 'no peering with one network', routes: [to('10.2.0.0/16', 'pcx-1')], count: 0 },
    { name: 'no blackhole', routes: [to('0.0.0.0/0', ids.nat, 'blackhole')], count: 0 },
  ])('$name', ({ routes: of, count }) => expect(egressRoutes(table(...of))).toHaveLength(count));
});
