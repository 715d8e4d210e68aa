/** What network ACLs stop, in words. */
import { describe, expect, test } from 'vitest';
import type { AclEntry, NetworkAcl, Subnet } from '../../../shared/core/evaluation/facts.ts';
import { type AclRequest, between, blockedOf, both, outward, subnetPeer } from '../../../shared/core/network/acl-traffic.ts';
import { parseBlocks } from '../../../shared/core/network/cidr.ts';
import { account, facts, ids, ok, region, subnet } from '../healthy.ts';

const entry = (number: number, cidr: string, allow = false): AclEntry => ({ number, egress: true, allow, protocol: '-1', cidr });
const acl = (...entries: readonly AclEntry[]): NetworkAcl => ({
  id: ids.acl,
  vpc: ids.vpc,
  default: false,
  subnets: [ids.subnet],
  entries,
});

describe('traffic that is stopped', () => {
  const out = (from: number, to: number, protocol: AclRequest['protocol'] = 'tcp'): AclRequest => ({
    way: 'out',
    protocol,
    ports: { from, to },
    level: 'required',
  });
  const peer = (...cidrs: readonly string[]) => ({ name: 'the peer', blocks: parseBlocks(cidrs), cidr: cidrs[0] ?? '' });
  const words = (of: NetworkAcl, to: ReturnType<typeof peer>, asked: AclRequest) => blockedOf(of, to, [asked]).map((b) => b.words);
  const two = acl(entry(20, '10.2.0.0/16'), entry(30, '10.3.0.0/16'), entry(100, '0.0.0.0/0', true));

  test.each([
    ['one port', out(443, 443), 'tcp 443 out to the peer (no rule allows it)'],
    ['some ports', out(0, 100), 'tcp 0-100 out to the peer (no rule allows it)'],
    ['the higher ports', out(1024, 65535), 'tcp 1024-65535 out to the peer (no rule allows it)'],
    ['every port', out(0, 65535, 'udp'), 'udp out to the peer (no rule allows it)'],
    ['other protocols', out(0, 65535, 'other'), 'protocols other than tcp and udp out to the peer (no rule allows it)'],
  ])('%s', (_, asked, said) => {
    expect(words(acl(), peer('10.2.0.0/16'), asked)).toEqual([said]);
  });

  test.each([
    ['in order', peer('10.2.0.0/16', '10.3.0.0/16')],
    ['turned', peer('10.3.0.0/16', '10.2.0.0/16')],
  ])('by each entry that stops some of it: %s', (_, to) => {
    expect(words(two, to, out(443, 443))).toEqual(['tcp 443 out to the peer (rule 20)', 'tcp 443 out to the peer (rule 30)']);
  });

  test('only the ports that are stopped', () => {
    const some = acl({ ...entry(20, '0.0.0.0/0', true), protocol: '6', ports: { from: 32768, to: 61000 } });
    expect(words(some, peer('10.2.0.0/16'), out(1024, 65535))).toEqual([
      'tcp 1024-32767 and 61001-65535 out to the peer (no rule allows it)',
    ]);
  });
});

describe('between two subnets', () => {
  const six = (id: string): Subnet => subnet({ id, ipv4: '', ipv6: ['fd00:2::/64', 'fd00:1::/64'] });
  const four = subnet({ id: 'four' });
  const dual = subnet({ id: 'dual', ipv6: ['fd00:3::/64'] });
  const stopped = (one: Subnet, other: Subnet) =>
    between(acl(), one, other, 'required').map((b) => `${b.level} ${b.protocol} ${b.way} ${b.cidr}`);
  const soft = (level: string, cidr: string) => ['tcp out', 'tcp in', 'udp out', 'udp in'].map((what) => `${level} ${what} ${cidr}`);

  test.each([
    ['IPv4', four, four, [...soft('required', '10.1.0.0/20'), 'recommended -1 out 10.1.0.0/20', 'recommended -1 in 10.1.0.0/20']],
    ['IPv6 alone', six('a'), six('b'), soft('required', 'fd00:1::/64')],
    [
      'both',
      dual,
      dual,
      [
        ...soft('required', '10.1.0.0/20'),
        'recommended -1 out 10.1.0.0/20',
        'recommended -1 in 10.1.0.0/20',
        ...soft('recommended', 'fd00:3::/64'),
      ],
    ],
    ['IPv4 here, IPv6 there', four, six('b'), []],
    ['IPv6 here, IPv4 there', six('a'), four, []],
  ])('%s', (_, one, other, expected) => {
    expect(stopped(one, other)).toEqual(expected);
  });
});

test('a peer has the CIDR of its first subnet, IPv4 before IPv6', () => {
  const of = facts({
    subnets: ok([
      subnet({ ipv6: ['fd00::/64'] }),
      subnet({ id: 'six', ipv4: '', ipv6: ['fd00:2::/64', 'fd00:1::/64'] }),
      subnet({ id: 'none', ipv4: '' }),
    ]),
  });
  expect([ids.subnet, 'six', 'none'].map((id) => subnetPeer(of, [id], 'x').cidr)).toEqual(['10.1.0.0/20', 'fd00:1::/64', '0.0.0.0/0']);
});

test.each([
  ['IPv4', subnet(), ['required 0.0.0.0/0']],
  ['no IPv4', subnet({ ipv4: '', ipv6: ['fd00::/64'] }), ['recommended ::/0']],
  ['IPv6 alone', subnet({ ipv6Native: true, ipv6: ['fd00::/64'] }), ['recommended ::/0']],
])('calls out of a subnet with %s', (_, from, expected) => {
  const context = { account, partition: 'aws', region, facts: facts(), clusters: [] };
  expect([...new Set(outward(context as never, acl(), from, false).blocked.map((b) => `${b.level} ${b.cidr}`))]).toEqual(expected);
});

test('both ways', () => {
  expect(both('udp', { from: 1, to: 2 }, 'required')).toEqual([
    { way: 'out', protocol: 'udp', ports: { from: 1, to: 2 }, level: 'required' },
    { way: 'in', protocol: 'udp', ports: { from: 1, to: 2 }, level: 'required' },
  ]);
});
