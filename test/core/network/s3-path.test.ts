/** The way a subnet's nodes take to S3, as far as policies tell ways apart. */
import { describe, expect, test } from 'vitest';
import type { Facts, Route, VpcEndpoint } from '../../../shared/core/evaluation/facts.ts';
import { s3Path } from '../../../shared/core/network/s3-path.ts';
import { account, broken, denied, facts, ids, ok, region, subnet } from '../healthy.ts';

const healthy = facts();
const gateway = healthy.endpoints.ok ? healthy.endpoints.value[0] : undefined;
if (!gateway) throw new Error('the healthy account has an endpoint');
const face: VpcEndpoint = { ...gateway, id: 'vpce-0bbb', type: 'Interface', routeTables: [], privateDns: true };
const route = (target: string, state: Route['state'] = 'active'): Route => ({ cidr: '0.0.0.0/0', target, state });
const local: Route = { cidr: '10.1.0.0/16', target: 'local', state: 'active' };
const through = (...routes: readonly Route[]) => ({
  routeTables: ok([{ id: 'rtb-1', vpc: ids.vpc, main: false, subnets: [ids.subnet], routes: [local, ...routes] }]),
});
const path = (more: Partial<Facts> = {}, id: string = ids.subnet) => s3Path({ account, region, facts: facts(more) }, id);

describe('is reported', () => {
  test.each<[string, Partial<Facts>, VpcEndpoint | undefined]>([
    ['by the gateway endpoint that a route leads to', {}, gateway],
    ['by an interface endpoint that answers to the names of S3, before any route', { endpoints: ok([gateway, face]) }, face],
    [
      'not by one that answers to inbound questions alone',
      { endpoints: ok([gateway, { ...face, privateDnsOnlyForInbound: true }]) },
      gateway,
    ],
    ['not by one without private DNS', { endpoints: ok([gateway, { ...face, privateDns: false }]) }, gateway],
    ['not by one that is not available', { endpoints: ok([gateway, { ...face, state: 'pending' }]) }, gateway],
    ['not by one of another VPC', { endpoints: ok([gateway, { ...face, vpc: 'vpc-x' }]) }, gateway],
    ['not by one of another service', { endpoints: ok([gateway, { ...face, service: 'com.amazonaws.us-west-2.sts' }]) }, gateway],
    ['by the first of several', { endpoints: ok([face, { ...face, id: 'vpce-0aab' }]) }, { ...face, id: 'vpce-0aab' }],
    ['by NAT where there is no endpoint', { endpoints: ok([]), ...through(route(ids.nat)) }, undefined],
    ['by NAT beside an internet gateway', { endpoints: ok([]), ...through(route(ids.nat), route('igw-1'), route('eigw-1')) }, undefined],
    [
      'by the main route table where the subnet has none of its own',
      {
        routeTables: ok([
          { id: 'rtb-m', vpc: ids.vpc, main: true, subnets: [], routes: [local, route(gateway.id)] },
          { id: 'rtb-x', vpc: 'vpc-x', main: true, subnets: [], routes: [local, route(ids.nat)] },
        ]),
      },
      gateway,
    ],
  ])('%s', (_, more, endpoint) => {
    expect(path(more)).toEqual(ok({ vpc: ids.vpc, ...(endpoint && { endpoint }) }));
  });
});

describe('is not clear', () => {
  test.each<[string, Partial<Facts>, 'none' | 'beyond']>([
    ['through a hub', { endpoints: ok([]), ...through(route('tgw-1')) }, 'beyond'],
    ['through NAT and a hub', { endpoints: ok([]), ...through(route(ids.nat), route('tgw-1')) }, 'beyond'],
    ['by NAT where a gateway endpoint may serve its subnet', through(route(ids.nat)), 'beyond'],
    ['by an internet gateway alone', { endpoints: ok([]), ...through(route('igw-1')) }, 'none'],
    ['by a route that leads nowhere', { endpoints: ok([]), ...through(route(ids.nat, 'blackhole')) }, 'none'],
    ['by a route to the endpoint that is no longer active', through(route(gateway.id, 'blackhole')), 'none'],
    [
      'by routes to private addresses',
      { endpoints: ok([]), ...through({ cidr: '10.9.0.0/16', target: 'pcx-1', state: 'active' }) },
      'none',
    ],
    ['with no way out', { endpoints: ok([]), ...through() }, 'none'],
  ])('%s', (_, more, kind) => {
    const reason = `cannot determine how subnet ${ids.subnet} reaches S3 from route table rtb-1`;
    expect(path(more)).toEqual(ok({ vpc: ids.vpc, unclear: { kind, reason } }));
  });
});

describe('cannot be determined', () => {
  const far = '999988887777';
  test.each<[string, Partial<Facts>, string]>([
    ['of a subnet that does not exist', { subnets: ok([]) }, `subnet ${ids.subnet} does not exist in this region`],
    [
      'of a subnet of another account',
      { subnets: ok([subnet({ owner: far })]) },
      `the endpoints of VPC ${ids.vpc} are visible only to its owner, account ${far}`,
    ],
    [
      'in a VPC of another account',
      { vpcs: ok([{ id: ids.vpc, owner: far, state: 'available', ipv4: [], ipv6: [] }]) },
      `the endpoints of VPC ${ids.vpc} are visible only to its owner, account ${far}`,
    ],
    ['without a route table', { routeTables: ok([]) }, `the route table of subnet ${ids.subnet} and the main route table of ${ids.vpc}`],
    [
      'by a narrow route to public addresses',
      { endpoints: ok([]), ...through({ cidr: '52.92.0.0/16', target: 'eni-1', state: 'active' }) },
      'cannot determine how subnet subnet-0aaa0000000000001 reaches S3 from route table rtb-1',
    ],
  ])('%s', (_, more, reason) => {
    expect(path(more)).toMatchObject({ ok: false, reason: expect.stringContaining(reason) });
  });
  test.each<[string, Partial<Facts>]>([
    ['subnets', { subnets: denied('ec2:Do') }],
    ['endpoints', { endpoints: denied('ec2:Do') }],
    ['route tables', { routeTables: denied('ec2:Do') }],
  ])('where the %s are denied, which it says', (_, more) => {
    expect(path(more)).toEqual(denied('ec2:Do'));
  });
});

test('an interface endpoint needs no route; an unread VPC is taken for what its subnet says', () => {
  expect(path({ endpoints: ok([face]), routeTables: broken() })).toEqual(ok({ vpc: ids.vpc, endpoint: face }));
  expect(path({ vpcs: broken() })).toEqual(ok({ vpc: ids.vpc, endpoint: gateway }));
});
