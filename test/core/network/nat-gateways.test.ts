import { describe, expect, test } from 'vitest';
import { type Facts, type NatGateway, NotEvaluatedError, type Route, type RouteTable } from '../../../shared/core/evaluation/facts.ts';
import { waysOut } from '../../../shared/core/network/nat-gateways.ts';
import { account, broken, facts, ids, ok, region } from '../healthy.ts';

const open = 'subnet-0ccc0000000000001';
const to = (cidr: string, target: string): Route => ({ cidr, target, state: 'active' });
const table = (id: string, subnets: readonly string[], ...routes: readonly Route[]): RouteTable => ({
  id,
  vpc: ids.vpc,
  main: id === ids.mainRouteTable,
  subnets,
  routes: [to('10.1.0.0/16', 'local'), ...routes],
});
const nodes = table(ids.routeTable, [ids.subnet], to('0.0.0.0/0', ids.nat));
const main = table(ids.mainRouteTable, []);
const gateway = (more: Partial<NatGateway> = {}): NatGateway => ({
  id: ids.nat,
  vpc: ids.vpc,
  state: 'available',
  connectivity: 'public',
  subnet: open,
  addresses: ['203.0.113.24'],
  ...more,
});
/** How the nodes' table leads out, where the NAT gateway's subnet has these routes. */
const out = (nat: Partial<NatGateway>, routes: readonly Route[], more: Partial<Facts> = {}, of = nodes) =>
  waysOut(
    {
      account,
      partition: 'aws',
      region,
      facts: facts({
        natGateways: ok([gateway(nat)]),
        routeTables: ok([nodes, main, table('rtb-open', [open], ...routes)]),
        ...more,
      }),
    },
    of,
  );
const internet = to('0.0.0.0/0', 'igw-1');

describe('a NAT gateway takes traffic out', () => {
  test.each<[string, Partial<NatGateway>, readonly Route[]]>([
    ['with a route to an internet gateway', {}, [internet]],
    ['regional: its own route table is not asked for', { subnet: undefined as never }, []],
    ['through a firewall endpoint', {}, [to('0.0.0.0/0', 'vpce-0fire')]],
    ['through a transit gateway', {}, [to('10.0.0.0/8', 'tgw-1')]],
    ['private, through a transit gateway', { connectivity: 'private' }, [to('0.0.0.0/0', 'tgw-1')]],
  ])('%s', (_, nat, routes) => {
    const { subnet, ...rest } = gateway(nat);
    expect(out({}, routes, { natGateways: ok([subnet === undefined ? rest : { ...rest, subnet }]) })).toEqual({ open: true, broken: [] });
  });
});

describe('it is as good as no route', () => {
  test.each<[string, Partial<NatGateway>, readonly Route[], string]>([
    ['failed', { state: 'failed', failure: 'Network has no Internet gateway attached' }, [internet], 'is failed (Network has no'],
    ['pending', { state: 'pending' }, [internet], 'is pending'],
    ['being deleted', { state: 'deleting' }, [internet], 'is deleting'],
    ['in a subnet without a route out', {}, [], 'route table rtb-open has no route out of the VPC'],
    ['whose subnet leads back to it', {}, [to('0.0.0.0/0', ids.nat)], 'has no route out'],
    ['private, in a subnet with an internet gateway', { connectivity: 'private' }, [internet], 'private NAT gateway'],
    ['in a subnet that has the main table', { subnet: 'subnet-0ddd' }, [internet], 'main route table'],
  ])('%s', (_, nat, routes, words) => {
    const found = out(nat, routes);
    expect(found.open).toBe(false);
    expect(found.broken[0]?.text).toContain(words);
    expect(found.broken[0]?.remediation.command).toMatch(/^aws ec2 (describe|create)-nat-gateway/);
  });

  test('a pending one needs nothing but time', () => {
    expect(out({ state: 'pending' }, [internet]).broken[0]?.remediation.text).toContain('Audit again');
  });
});

describe('VPC Block Public Access', () => {
  const bpa = (mode: 'off' | 'block-ingress' | 'block-bidirectional', ...exclusions: readonly { resource: string; state: string }[]) => ({
    vpcBlockPublicAccess: ok({ mode, exclusions }),
  });
  const arn = (of: string) => `arn:aws:ec2:${region}:${account}:${of}`;
  const excluded = (of: string, state = 'create-complete') => ({ resource: arn(of), state });
  const both = 'block-bidirectional';

  test.each<[string, Partial<Facts>]>([
    ['off', bpa('off')],
    ['blocks only what comes in', bpa('block-ingress')],
    ['excludes the VPC', bpa(both, excluded(`vpc/${ids.vpc}`))],
    ['excludes the subnet of the NAT gateway', bpa(both, excluded(`subnet/${open}`, 'update-complete'))],
  ])('%s: the way is open', (_, more) => {
    expect(out({}, [internet], more)).toEqual({ open: true, broken: [] });
  });

  test.each<[string, Partial<Facts>]>([
    ['nothing', bpa(both)],
    ['only the subnet of the nodes', bpa(both, excluded(`subnet/${ids.subnet}`))],
    ['another VPC', bpa(both, excluded('vpc/vpc-0bbb'))],
    ['the VPC no longer', bpa(both, excluded(`vpc/${ids.vpc}`, 'delete-in-progress'))],
  ])('blocks both directions and excludes %s: no way out', (_, more) => {
    const [found] = out({}, [internet], more).broken;
    expect(found?.text).toBe(`VPC Block Public Access blocks NAT gateway ${ids.nat}, and does not exclude ${ids.vpc} or ${open}`);
    expect(found?.remediation.command).toBe(
      `aws ec2 create-vpc-block-public-access-exclusion --region ${region} --subnet-id ${open} --internet-gateway-exclusion-mode allow-egress`,
    );
  });

  test('a regional NAT gateway needs its VPC excluded', () => {
    const { subnet: _, ...regional } = gateway();
    const [found] = out({}, [], { natGateways: ok([regional]), ...bpa(both) }).broken;
    expect(found?.text).toContain(`does not exclude ${ids.vpc}`);
    expect(found?.remediation.command).toContain(`--vpc-id ${ids.vpc} `);
  });

  test('private connectivity is not blocked', () => {
    expect(out({ connectivity: 'private' }, [to('0.0.0.0/0', 'tgw-1')], bpa(both))).toEqual({ open: true, broken: [] });
  });
});

describe('what cannot be seen', () => {
  const error = (more: Partial<Facts>) => {
    try {
      out({}, [internet], more);
    } catch (found) {
      return found;
    }
    return undefined;
  };
  test.each<[string, Partial<Facts>, string]>([
    ['NAT gateways unread', { natGateways: broken() }, 'the service did not answer in time'],
    ['one that is not listed', { natGateways: ok([]) }, `NAT gateway ${ids.nat} is not visible`],
    ['VPC Block Public Access', { vpcBlockPublicAccess: broken() }, 'the service did not answer in time'],
    ["its subnet's route table", { routeTables: ok([nodes]) }, 'the route table of subnet'],
    ['the owner of the VPC', { vpcs: broken() }, 'the service did not answer in time'],
  ])('%s', (_, more, reason) => {
    expect(error(more)).toBeInstanceOf(NotEvaluatedError);
    expect((error(more) as NotEvaluatedError).reason).toContain(reason);
  });

  test('in a shared VPC only the owner sees it: the route counts', () => {
    const shared = ok([{ id: ids.vpc, owner: '999900001111', state: 'available', ipv4: ['10.1.0.0/16'], ipv6: [] }]);
    expect(out({}, [], { vpcs: shared, natGateways: ok([]) })).toEqual({ open: true, broken: [] });
  });

  test('a route to something else needs no NAT gateways', () => {
    const both = table(ids.routeTable, [ids.subnet], to('0.0.0.0/0', ids.nat), to('10.0.0.0/8', 'tgw-1'));
    expect(out({}, [], { natGateways: broken() }, both)).toEqual({ open: true, broken: [] });
    expect(out({}, [], { natGateways: broken() }, main)).toEqual({ open: false, broken: [] });
  });
});
