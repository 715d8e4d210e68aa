/** Who talks in a cluster, and what the remediation of stopped traffic says. */
import { describe, expect, test } from 'vitest';
import { type Cluster, clustersOf } from '../../../shared/core/evaluation/cluster.ts';
import type { Facts, VpcEndpoint } from '../../../shared/core/evaluation/facts.ts';
import { parseBlocks } from '../../../shared/core/network/cidr.ts';
import {
  failBlocked,
  mostNodes,
  nodeSets,
  privateDnsEndpoints,
  s3End,
  securityGroupsOf,
  subnetBlocks,
  vpcOfSubnets,
} from '../../../shared/core/network/connections.ts';
import { allTcp, allUdp, type BlockedTraffic, efaTraffic, type TrafficEnd, tcp } from '../../../shared/core/network/traffic.ts';
import type { PlannedCluster } from '../../../shared/core/plan/plan.ts';
import {
  account,
  broken,
  facts,
  groupRequest,
  ids,
  ok,
  planned,
  region,
  request,
  running,
  runningGroup,
  securityGroup,
  subnet,
  withRunning,
} from '../healthy.ts';
import { interfaceEndpoint } from '../plans.ts';

const no = (reason: string) => ({ ok: false, reason });
const clusterOf = (plans: readonly PlannedCluster[], on = withRunning()): Cluster => {
  const [first] = clustersOf(plans, facts(on));
  if (!first) throw new Error('there is a cluster');
  return first;
};

test('nodes with the same security groups are one set, in order of groups and of name', () => {
  const of = clusterOf([
    planned({
      request: request({
        VpcConfig: { SecurityGroupIds: ['sg-2', 'sg-1'], Subnets: ['b', 'a'] },
        InstanceGroups: [
          groupRequest({ InstanceGroupName: 'b' }),
          groupRequest({ InstanceGroupName: 'c', OverrideVpcConfig: { SecurityGroupIds: ['sg-0'], Subnets: ['d'] } }),
          groupRequest({ InstanceGroupName: 'a', OverrideVpcConfig: { SecurityGroupIds: ['sg-1', 'sg-2'], Subnets: ['c'] } }),
        ],
      }),
    }),
  ]);
  expect(nodeSets(of).map((s) => [s.key, s.ids, s.subnets, s.groups.map((g) => g.name)])).toEqual([
    ['sg-0', ['sg-0'], ['d'], ['c']],
    ['sg-1+sg-2', ['sg-1', 'sg-2'], ['a', 'b', 'c'], ['a', 'b']],
  ]);
  expect(nodeSets(clusterOf([planned({ request: request({ VpcConfig: undefined as never }) })]))).toEqual([]);
});

test.each([
  ['planned', clusterOf([planned()]), 4],
  ['planned to grow', clusterOf([planned({ growTo: { workers: 9 } })]), 9],
  ['planned to shrink later', clusterOf([planned({ growTo: { workers: 2 } })]), 4],
  ['running below its target', clusterOf([], withRunning(running({ groups: [runningGroup({ current: 2, target: 6 })] }))), 6],
  ['running above its target', clusterOf([], withRunning(running({ groups: [runningGroup({ current: 7, target: 6 })] }))), 7],
  ['scaled by itself', clusterOf([], withRunning(running({ autoScaling: true }))), Number.POSITIVE_INFINITY],
])('the most nodes of a group that is %s', (_, of, most) => {
  expect(of.groups.map((g) => mostNodes(of, g))).toEqual([most]);
});

describe('what is read by id', () => {
  const listed = facts({
    subnets: ok([subnet(), subnet({ id: ids.subnet2, vpc: 'vpc-2' }), subnet({ id: 'six', ipv4: '', ipv6: ['fd00::/64'] })]),
  });
  const unread = facts({ subnets: broken(), securityGroups: broken() });

  test.each([
    ['one VPC', listed, [ids.subnet, ids.subnet], ok(ids.vpc)],
    ['two VPCs', listed, [ids.subnet, ids.subnet2], no(`the subnets are in several VPCs (${ids.vpc} and vpc-2)`)],
    ['a subnet that is not listed', listed, [ids.subnet, 'subnet-x'], no('subnet subnet-x does not exist in this region')],
    ['unread', unread, [ids.subnet], broken()],
  ])('the VPC of subnets: %s', (_, of, subnets, expected) => {
    expect(vpcOfSubnets(of, subnets)).toEqual(expected);
  });

  test.each([
    ['IPv4, and IPv6 where there is no other', listed, [ids.subnet, 'six'], ok(parseBlocks(['10.1.0.0/20', 'fd00::/64']))],
    ['a subnet that is not listed', listed, [ids.subnet, 'x', 'y'], no('subnet x and y is not visible in this region')],
    ['unread', unread, [ids.subnet], broken()],
  ])('addresses of subnets: %s', (_, of, subnets, expected) => {
    expect(subnetBlocks(of, subnets)).toEqual(expected);
  });

  test.each([
    ['those', listed, [ids.group], ok([securityGroup()])],
    [
      'one that is not listed',
      listed,
      [ids.group, 'sg-x'],
      no('security group sg-x does not exist here or is not shared with this account'),
    ],
    ['unread', unread, [ids.group], broken()],
  ])('security groups: %s', (_, of, groups, expected) => {
    expect(securityGroupsOf(of, groups)).toEqual(expected);
  });
});

describe('S3 as an end', () => {
  test('is the IPv4 addresses of its prefix list', () => {
    const end = s3End(facts({ prefixListEntries: { [ids.s3]: ok(['52.92.128.0/17', '2600:1fa0::/36']) } }), region);
    expect(end).toMatchObject({ name: `S3 (${ids.s3})`, ids: [], ipv4Only: true, prefixList: ids.s3, spread: 'anywhere' });
    expect(end.blocks()).toEqual(ok(parseBlocks(['52.92.128.0/17'])));
    expect(s3End(facts({ prefixListEntries: {} }), region).blocks().ok).toBe(false);
  });
  test.each([
    ['no list is listed', facts({ prefixLists: ok([]) }), no('prefix list com.amazonaws.us-west-2.s3 is missing in this region')],
    ['lists are unread', facts({ prefixLists: broken() }), broken()],
  ])('has no addresses where %s', (_, of, blocks) => {
    const end = s3End(of, region);
    expect(end.name).toBe('S3');
    expect(end).not.toHaveProperty('prefixList');
    expect(end.blocks()).toEqual(blocks);
  });
});

describe('interface endpoints that answer to a usual name', () => {
  const endpoint = (id: string, more: Partial<VpcEndpoint> = {}) => interfaceEndpoint('logs', { id, ...more });
  const vpc = { id: ids.vpc, owner: account, state: 'available', ipv4: [], ipv6: [] };
  const found = (more: Partial<Facts>) => privateDnsEndpoints({ account, facts: facts(more) }, ids.vpc);

  test('are available in the VPC with private DNS, in order of id', () => {
    const endpoints = [
      endpoint('vpce-3', { state: 'Available' }),
      endpoint('vpce-1'),
      endpoint('vpce-4', { vpc: 'vpc-2' }),
      endpoint('vpce-5', { type: 'Gateway' }),
      endpoint('vpce-6', { state: 'pending' }),
      endpoint('vpce-7', { privateDns: false }),
      endpoint('vpce-8', { privateDnsOnlyForInbound: true }),
    ];
    const seen = found({ endpoints: ok(endpoints) });
    expect(seen.ok && seen.value.map((e) => e.id)).toEqual(['vpce-1', 'vpce-3']);
  });
  test.each<[string, Partial<Facts>, object]>([
    [
      'in a shared VPC beside an own one',
      {
        vpcs: ok([
          { ...vpc, id: 'vpc-2' },
          { ...vpc, owner: '999900001111' },
        ]),
      },
      no(`the endpoints of VPC ${ids.vpc} are visible only to its owner, account 999900001111`),
    ],
    [
      'in a VPC that is not listed',
      { vpcs: ok([{ ...vpc, id: 'vpc-2' }]) },
      no(`VPC ${ids.vpc} and its owner are not visible in this account`),
    ],
    ['without VPCs', { vpcs: broken() }, broken()],
    ['without endpoints', { endpoints: broken() }, broken()],
  ])('are not read %s', (_, more, expected) => {
    expect(found(more)).toEqual(expected);
  });
});

describe('stopped traffic', () => {
  const end = (name: string, of: readonly string[], more: Partial<TrafficEnd> = {}): TrafficEnd => ({
    name,
    ids: of,
    groups: ok(of.map((id) => securityGroup({ id }))),
    blocks: () => ok([]),
    spread: 'anywhere',
    ...more,
  });
  const nodes = end('the nodes', ['sg-1', 'sg-2']);
  const files = end('the file system', ['sg-9']);
  const hole = (more: Partial<BlockedTraffic> = {}): BlockedTraffic => ({ way: 'out', at: nodes, peer: files, traffic: tcp(988), ...more });
  const result = (...holes: readonly BlockedTraffic[]) => {
    const { message, remediation } = failBlocked({ account, partition: 'aws', region }, holes);
    return [message, remediation?.command, remediation?.console?.split('=').at(-1)];
  };
  const out = (permissions: string, group = 'sg-1') =>
    `aws ec2 authorize-security-group-egress --region us-west-2 --group-id ${group} --ip-permissions ${permissions}`;
  const to = (ports: string, group = 'sg-9') => `'IpProtocol=tcp,${ports},UserIdGroupPairs=[{GroupId=${group}}]'`;

  test.each([
    ['a port', [hole()], '0 egress rules of sg-1 or sg-2 allow tcp 988 to the file system (sg-9).', out(to('FromPort=988,ToPort=988'))],
    [
      'two stretches in one line',
      [hole(), hole({ traffic: tcp(1018, 1023) }), hole()],
      '0 egress rules of sg-1 or sg-2 allow tcp 988 and tcp 1018-1023 to the file system (sg-9).',
      out(`${to('FromPort=988,ToPort=988')} ${to('FromPort=1018,ToPort=1023')}`),
    ],
    [
      'two directions in two lines',
      [hole(), hole({ way: 'in', at: files, peer: nodes })],
      '0 egress rules of sg-1 or sg-2 allow tcp 988 to the file system (sg-9). 0 ingress rules of sg-9 allow tcp 988 from the nodes (sg-1, sg-2).',
      `${out(to('FromPort=988,ToPort=988'))} && ${out(to('FromPort=988,ToPort=988', 'sg-1'), 'sg-9').replace('egress', 'ingress')}`,
    ],
    [
      'every port',
      [hole({ traffic: allTcp }), hole({ traffic: allUdp })],
      '0 egress rules of sg-1 or sg-2 allow all tcp and all udp to the file system (sg-9).',
      expect.stringContaining('FromPort=0,ToPort=65535'),
    ],
    [
      'EFA apart from what a CIDR may let through',
      [hole({ traffic: efaTraffic }), hole()],
      '0 egress rules of sg-1 or sg-2 allow all traffic to the file system (sg-9) by security group reference. 0 egress rules of sg-1 or sg-2 allow tcp 988 to the file system (sg-9).',
      expect.stringContaining('IpProtocol=-1'),
    ],
    [
      'a prefix list',
      [hole({ peer: end('S3', [], { prefixList: 'pl-1' }) })],
      '0 egress rules of sg-1 or sg-2 allow tcp 988 to S3.',
      expect.stringContaining('PrefixListId=pl-1'),
    ],
  ])('%s', (_, holes, message, command) => {
    expect(result(...holes)).toEqual([message, command, 'sg-1']);
  });

  test('to what has neither group nor list leaves the rule to the reader', () => {
    expect(result(hole({ peer: end('S3', []) }))).toEqual(['0 egress rules of sg-1 or sg-2 allow tcp 988 to S3.', undefined, undefined]);
  });

  test('names the owner of a group that another account shares, once', () => {
    const shared = end('the nodes', ['sg-1'], { groups: ok([securityGroup({ id: 'sg-1', owner: '999900001111' })]) });
    const { remediation } = failBlocked({ account, partition: 'aws', region }, [
      hole({ at: shared }),
      hole({ at: shared, traffic: tcp(1) }),
    ]);
    expect(remediation?.text.match(/Account 999900001111 owns sg-1 and has to change it\./g)).toHaveLength(1);
  });
});
