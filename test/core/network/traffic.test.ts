import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AclEntry, GroupRule, Keyed, NetworkAcl, Read } from '../../../shared/core/evaluation/facts.ts';
import { everyIpv4, everyIpv6, overlap, parseBlock, parseBlocks } from '../../../shared/core/network/cidr.ts';
import {
  type AclTraffic,
  aclStops,
  allowsTraffic,
  allTcp,
  allUdp,
  blockedBetween,
  blockedTraffic,
  combineBlocked,
  efaTraffic,
  everyPort,
  mergePorts,
  type TrafficEnd,
  tcp,
  udp,
} from '../../../shared/core/network/traffic.ts';
import { account, allTraffic, broken, denied, ok, securityGroup } from '../healthy.ts';

const peerId = 'sg-0bbb';
const end = (more: Partial<TrafficEnd> = {}): TrafficEnd => ({
  name: 'the peer',
  ids: [peerId],
  groups: ok([securityGroup({ id: peerId })]),
  blocks: () => ok(parseBlocks(['10.1.0.0/20'])),
  spread: 'anywhere',
  ...more,
});
const rule = (more: Partial<GroupRule> = {}): GroupRule => ({ ...allTraffic, egress: true, ...more });
const ref = { groups: [{ id: peerId, account }] };
const on = (from: number, to = from) => ({ protocol: 'tcp', ports: { from, to } });
const unread = () => {
  throw new Error('no one should have evaluated the addresses');
};

describe('lets', () => {
  test.each([
    ['no rule', [], tcp(443), false],
    ['a reference lets everything through', [rule(ref)], allTcp, true],
    ['a reference to another group', [rule({ groups: [{ id: 'sg-0ccc' }] })], tcp(443), false],
    ['the peer is the second pair of the rule', [rule({ groups: [{ id: 'sg-0ccc' }, { id: peerId }] })], tcp(443), true],
    ['a reference that names no account', [rule({ groups: [{ id: peerId }] })], tcp(443), true],
    [
      'a reference to a group of that id in another account',
      [rule({ groups: [{ id: peerId, account: '999999999999' }] })],
      tcp(443),
      false,
    ],
    ['tcp by number', [rule({ ...ref, protocol: '6', ports: { from: 443, to: 443 } })], tcp(443), true],
    ['udp does not carry tcp', [rule({ ...ref, protocol: 'udp', ports: everyPort })], tcp(443), false],
    ['udp by number', [rule({ ...ref, protocol: '17', ports: everyPort })], udp(53), true],
    [
      'tcp alone is not all protocols',
      [rule({ ...ref, protocol: 'tcp', ports: everyPort })],
      { ...allTcp, protocol: 'all' as const },
      false,
    ],
    ['tcp without ports is every port', [rule({ ...ref, protocol: 'tcp' })], allTcp, true],
    ['tcp with ports of -1 is every port', [rule({ ...ref, ...on(-1) })], allTcp, true],
    ['ports beside the one asked for', [rule({ ...ref, ...on(444, 1000) })], tcp(443), false],
    ['a part of the ports', [rule({ ...ref, ...on(1018, 1022) })], tcp(1018, 1023), false],
    [
      'several rules for the ports together',
      [rule({ ...ref, ...on(1018, 1020) }), rule({ ...ref, ...on(1021, 1023) })],
      tcp(1018, 1023),
      true,
    ],
    ['a gap of one port between them', [rule({ ...ref, ...on(0, 100) }), rule({ ...ref, ...on(102, 65535) })], allTcp, false],
    ['a CIDR around all addresses', [rule({ ipv4: ['10.0.0.0/8'] })], tcp(443), true],
    ['0.0.0.0/0', [rule({ ipv4: ['0.0.0.0/0'] })], tcp(443), true],
    ['::/0 does not carry IPv4', [rule({ ipv6: ['::/0'] })], tcp(443), false],
    ['half of the addresses', [rule({ ipv4: ['10.1.0.0/21'] })], tcp(443), false],
    ['both halves, in two rules', [rule({ ipv4: ['10.1.0.0/21'] }), rule({ ipv4: ['10.1.8.0/21'] })], tcp(443), true],
    [
      'halves of the addresses on halves of the ports',
      [rule({ ...on(443), ipv4: ['10.1.0.0/21'] }), rule({ ...on(444), ipv4: ['10.1.8.0/21'] })],
      tcp(443, 444),
      false,
    ],
    ['a prefix list around all addresses', [rule({ prefixLists: ['pl-wide'] })], tcp(443), true],
    ['a prefix list beside them', [rule({ prefixLists: ['pl-other'] })], tcp(443), false],
    ['a CIDR and a prefix list together', [rule({ ipv4: ['10.1.0.0/21'] }), rule({ prefixLists: ['pl-half'] })], tcp(443), true],
    ['EFA: a reference', [rule(ref)], efaTraffic, true],
    ['EFA: a CIDR does not count', [rule({ ipv4: ['0.0.0.0/0'] })], efaTraffic, false],
    ['EFA: a prefix list does not count', [rule({ prefixLists: ['pl-wide'] })], efaTraffic, false],
    ['EFA: all of tcp and udp is too little', [rule({ ...ref, protocol: 'tcp' }), rule({ ...ref, protocol: 'udp' })], efaTraffic, false],
  ] as const)('%s', (_, rules, traffic, expected) => {
    const lists = { 'pl-wide': ok(['10.0.0.0/8']), 'pl-other': ok(['192.0.2.0/24']), 'pl-half': ok(['10.1.8.0/21']) };
    expect(allowsTraffic(rules, traffic, end(), lists)).toEqual(ok(expected));
  });

  const dark: Keyed<readonly string[]> = { 'pl-dark': denied('ec2:GetManagedPrefixListEntries') };
  test.each([
    ['a dark prefix list decides', [rule({ prefixLists: ['pl-dark'] })], end(), denied('ec2:GetManagedPrefixListEntries')],
    ['a list no one read', [rule({ prefixLists: ['pl-none'] })], end(), { ok: false, reason: expect.stringContaining('pl-none') }],
    ['a dark list beside a reference does not matter', [rule({ ...ref, prefixLists: ['pl-dark'] })], end(), ok(true)],
    ['a dark list for other ports does not matter', [rule({ ...on(22), prefixLists: ['pl-dark'] })], end(), ok(false)],
    ['dark addresses do not matter to a reference', [rule(ref)], end({ blocks: unread }), ok(true)],
    ['dark addresses do not matter where there is no rule', [], end({ blocks: unread }), ok(false)],
    ['dark addresses matter to a CIDR', [rule({ ipv4: ['10.0.0.0/8'] })], end({ blocks: () => broken('dark') }), broken('dark')],
    ['no addresses at all are not covered', [rule({ ipv4: ['0.0.0.0/0'] })], end({ blocks: () => ok([]) }), { ok: false }],
    ['what is IPv4 for sure needs no look', [rule({ ipv4: ['0.0.0.0/0'] })], end({ blocks: unread, ipv4Only: true }), ok(true)],
    [
      'two halves are as good as 0.0.0.0/0',
      [rule({ ipv4: ['0.0.0.0/1', '128.0.0.0/1'] })],
      end({ blocks: unread, ipv4Only: true }),
      ok(true),
    ],
    ['the prefix list that is the peer', [rule({ prefixLists: ['pl-s3'] })], end({ blocks: unread, prefixList: 'pl-s3' }), ok(true)],
    ['an address somewhere in a block that is covered', [rule({ ipv4: ['10.1.0.0/16'] })], end({ spread: 'somewhere' }), ok(true)],
    ['an address somewhere, none of it covered', [rule({ ipv4: ['10.2.0.0/16'] })], end({ spread: 'somewhere' }), ok(false)],
    ['an address somewhere, part of it covered', [rule({ ipv4: ['10.1.0.5/32'] })], end({ spread: 'somewhere' }), { ok: false }],
  ] as const)('%s', (_, rules, to, expected) => {
    expect(allowsTraffic(rules, tcp(443), to, dark)).toMatchObject(expected);
  });

  test('a port that is closed for certain stands beside one that is dark', () => {
    expect(allowsTraffic([rule({ ...on(1), prefixLists: ['pl-dark'] })], tcp(1, 2), end(), dark)).toEqual(ok(false));
    expect(allowsTraffic([rule({ ...on(1), prefixLists: ['pl-dark'] }), rule({ ...on(2), ...ref })], tcp(1, 2), end(), dark).ok).toBe(
      false,
    );
  });

  const address = fc.nat(15);
  const block = fc.tuple(fc.nat(15), fc.integer({ min: 28, max: 32 })).map(([a, p]) => `10.0.0.${a}/${p}`);
  const ports = fc.tuple(fc.nat(9), fc.nat(9)).map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) }));
  const anyRule: fc.Arbitrary<GroupRule> = fc.record({
    egress: fc.constant(true),
    protocol: fc.constantFrom('-1', 'tcp', '6', 'udp'),
    ports,
    ipv4: fc.array(block, { maxLength: 3 }),
    ipv6: fc.constant([]),
    prefixLists: fc.constant([]),
    groups: fc.constantFrom([], [{ id: peerId }], [{ id: 'sg-0ccc' }]),
  });

  test('agrees with asking for every port and address by itself', () => {
    fc.assert(
      fc.property(fc.array(anyRule, { maxLength: 8 }), ports, block, (rules, requested, where) => {
        const target = parseBlock(where);
        const one = (port: number, at: bigint) =>
          rules.some(
            (r) =>
              (r.protocol === '-1' ||
                ((r.protocol === 'tcp' || r.protocol === '6') && r.ports && r.ports.from <= port && port <= r.ports.to)) &&
              (r.groups.some((g) => g.id === peerId) || parseBlocks(r.ipv4).some((b) => b.first <= at && at <= b.last)),
          );
        let all = true;
        for (let port = requested.from; port <= requested.to; port++)
          for (let at = target?.first ?? 0n; at <= (target?.last ?? -1n); at++) all &&= one(port, at);
        expect(allowsTraffic(rules, tcp(requested.from, requested.to), end({ blocks: () => ok(parseBlocks([where])) }), {})).toEqual(
          ok(all),
        );
      }),
      { numRuns: 300 },
    );
  });

  test('one more rule never closes what was open', () => {
    fc.assert(
      fc.property(fc.array(anyRule, { maxLength: 6 }), anyRule, ports, address, (rules, more, requested, at) => {
        const to = end({ blocks: () => ok(parseBlocks([`10.0.0.${at}/32`])) });
        const before = allowsTraffic(rules, tcp(requested.from, requested.to), to, {});
        const after = allowsTraffic([...rules, more], tcp(requested.from, requested.to), to, {});
        expect(before.ok && before.value && !(after.ok && after.value)).toBe(false);
      }),
    );
  });
});

describe('holes', () => {
  const group = (id: string, ...rules: GroupRule[]) => securityGroup({ id, rules });
  const endOf = (id: string, ...rules: GroupRule[]): TrafficEnd => end({ name: id, ids: [id], groups: ok([group(id, ...rules)]) });
  const into = (id: string) => rule({ egress: false, groups: [{ id }] });
  const out = (id: string) => rule({ groups: [{ id }] });
  const ways = (read: Read<readonly { way: string; at: TrafficEnd; peer: TrafficEnd }[]>) =>
    read.ok ? read.value.map((h) => `${h.at.name} ${h.way} ${h.peer.name}`) : read.reason;

  test('needs a rule out and a rule in', () => {
    expect(ways(blockedTraffic(endOf('a', out('b')), endOf('b', into('a')), [tcp(1)], {}))).toEqual([]);
    expect(ways(blockedTraffic(endOf('a'), endOf('b', into('a')), [tcp(1)], {}))).toEqual(['a out b']);
    expect(ways(blockedTraffic(endOf('a', out('b')), endOf('b'), [tcp(1)], {}))).toEqual(['b in a']);
    expect(ways(blockedTraffic(endOf('a', into('b')), endOf('b', out('a')), [tcp(1)], {}))).toEqual(['a out b', 'b in a']);
  });

  test('answers need no rule, connections from the other side do', () => {
    const [a, b] = [endOf('a', out('b')), endOf('b', into('a'))];
    expect(ways(blockedBetween(a, b, [tcp(1)], {}))).toEqual(['b out a', 'a in b']);
  });

  test('within one set of nodes', () => {
    const a = endOf('a', out('a'), into('a'));
    expect(ways(blockedBetween(a, a, [allTcp, allUdp], {}))).toEqual([]);
    const inOnly = endOf('a', into('a'));
    expect(ways(blockedBetween(inOnly, inOnly, [tcp(1)], {}))).toEqual(['a out a']);
  });

  test('rules of all groups on an interface count together', () => {
    const two = end({ name: 'two', ids: ['a', 'b'], groups: ok([group('a', out('b')), group('b', into('a'))]) });
    expect(ways(blockedBetween(two, two, [allTcp], {}))).toEqual([]);
  });

  test('what stands behind no group lets everything in', () => {
    expect(ways(blockedTraffic(endOf('a', rule({ ipv4: ['0.0.0.0/0'] })), end({ name: 's3', ids: [] }), [tcp(443)], {}))).toEqual([]);
  });

  test('a hole that was seen stands beside a side that was not', () => {
    const darkSide = end({ name: 'b', ids: ['b'], groups: denied('ec2:DescribeSecurityGroups'), spread: 'somewhere' });
    expect(ways(blockedTraffic(endOf('a'), darkSide, [tcp(1)], {}))).toEqual(['a out b']);
    expect(blockedTraffic(endOf('a', out('b')), darkSide, [tcp(1)], {})).toEqual(denied('ec2:DescribeSecurityGroups'));
    expect(combineBlocked([broken('first'), ok([]), broken('second')])).toEqual(broken('first'));
  });

  test('nothing is said of nodes whose groups are not known', () => {
    const nodes = end({ name: 'b', ids: ['b'], groups: broken('missing') });
    expect(blockedTraffic(endOf('a'), nodes, [tcp(1)], {})).toEqual(broken('missing'));
    expect(blockedTraffic(nodes, endOf('a'), [tcp(1)], {})).toEqual(broken('missing'));
  });
});

describe('aclStops', () => {
  const entry = (number: number, allow: boolean, more: Partial<AclEntry> = {}): AclEntry => ({
    number,
    egress: true,
    allow,
    protocol: '-1',
    cidr: '0.0.0.0/0',
    ...more,
  });
  const acl = (...entries: AclEntry[]): NetworkAcl => ({ id: 'acl-1', vpc: 'vpc-1', default: false, subnets: [], entries });
  const ask = (more: Partial<AclTraffic> = {}): AclTraffic => ({
    way: 'out',
    protocol: 'tcp',
    ports: { from: 443, to: 443 },
    block: everyIpv4,
    ...more,
  });
  const only = (from: number, to = from) => ({ protocol: '6', ports: { from, to } });
  const inner = parseBlock('10.1.0.0/20') ?? everyIpv4;

  test.each([
    ['allow all', [entry(100, true), entry(32767, false)], ask(), undefined],
    ['no entries', [], ask(), {}],
    ['the deny that comes first wins', [entry(100, true), entry(90, false, only(443))], ask(), { entry: { number: 90 } }],
    ['a deny that comes later does not', [entry(100, true, only(443)), entry(110, false)], ask(), undefined],
    ['entries are taken by number, however listed', [entry(200, false), entry(100, true)], ask(), undefined],
    ['the other direction does not count', [entry(100, true, { egress: false })], ask(), {}],
    ['a deny of other ports', [entry(90, false, only(22)), entry(100, true)], ask(), undefined],
    [
      'a deny of one port in a range',
      [entry(90, false, only(3389)), entry(100, true)],
      ask({ ports: everyPort }),
      { entry: { number: 90 } },
    ],
    ['a deny of other addresses', [entry(90, false, { cidr: '203.0.113.0/24' }), entry(100, true)], ask({ block: inner }), undefined],
    [
      'a deny of some addresses',
      [entry(90, false, { cidr: '10.1.3.0/24' }), entry(100, true)],
      ask({ block: inner }),
      { entry: { number: 90 } },
    ],
    ['part of the ports allowed', [entry(100, true, only(32768, 60000))], ask({ ports: { from: 32768, to: 60999 } }), {}],
    [
      'the rest allowed by a later rule',
      [entry(100, true, only(32768, 60000)), entry(110, true, only(60001, 65535))],
      ask({ ports: { from: 32768, to: 60999 } }),
      undefined,
    ],
    ['both halves of the addresses', [entry(1, true, { cidr: '0.0.0.0/1' }), entry(2, true, { cidr: '128.0.0.0/1' })], ask(), undefined],
    [
      'an allow inside a later deny covers its own part only',
      [entry(1, true, { cidr: '10.1.0.0/21' }), entry(2, false)],
      ask({ block: inner }),
      { entry: { number: 2 } },
    ],
    ['udp does not carry tcp', [entry(100, true, { protocol: '17' })], ask(), {}],
    ['udp', [entry(100, true, { protocol: '17' })], ask({ protocol: 'udp' }), undefined],
    ['icmp denied does not matter to tcp', [entry(90, false, { protocol: '1' }), entry(100, true)], ask(), undefined],
    [
      'icmp denied matters to other protocols',
      [entry(90, false, { protocol: '1' }), entry(100, true)],
      ask({ protocol: 'other' }),
      { entry: { number: 90 } },
    ],
    ['icmp allowed is not every other protocol', [entry(90, true, { protocol: '1' })], ask({ protocol: 'other' }), {}],
    ['tcp denied is no other protocol', [entry(90, false, { protocol: '6' }), entry(100, true)], ask({ protocol: 'other' }), undefined],
    ['IPv6 has entries of its own', [entry(100, true)], ask({ block: everyIpv6 }), {}],
    ['::/0', [entry(100, true), entry(101, true, { cidr: '::/0' })], ask({ block: everyIpv6 }), undefined],
    ['an allow that cannot be parsed allows nothing', [entry(100, true, { cidr: 'everything' })], ask(), {}],
    ['a deny that cannot be parsed denies', [entry(90, false, { cidr: 'everything' }), entry(100, true)], ask(), { entry: { number: 90 } }],
  ])('%s', (_, entries, of, expected) => {
    const [stop] = aclStops(acl(...entries), of);
    if (expected === undefined) expect(stop).toBeUndefined();
    else expect(stop).toMatchObject(expected);
    if (expected !== undefined && !('entry' in expected)) expect(stop?.entry).toBeUndefined();
  });

  const anyEntry = fc.record({
    number: fc.integer({ min: 1, max: 500 }),
    egress: fc.constant(true),
    allow: fc.boolean(),
    protocol: fc.constantFrom('-1', '6', '17'),
    cidr: fc.tuple(fc.nat(15), fc.integer({ min: 28, max: 32 })).map(([a, p]) => `10.0.0.${a}/${p}`),
    ports: fc.tuple(fc.nat(9), fc.nat(9)).map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) })),
  });

  test('names each entry that stops a part, with the ports that it stops', () => {
    const entries = [
      entry(10, false, only(2000, 2010)),
      entry(20, true, only(1024, 40000)),
      entry(30, false, only(40001)),
      entry(40, true),
    ];
    const of = ask({ ports: { from: 1024, to: 65535 } });
    expect(aclStops(acl(...entries), of)).toMatchObject([
      { entry: { number: 10 }, ports: [{ from: 2000, to: 2010 }] },
      { entry: { number: 30 }, ports: [{ from: 40001, to: 40001 }] },
    ]);
    expect(aclStops(acl(entry(20, true, only(32768, 61000))), of)).toEqual([
      {
        ports: [
          { from: 1024, to: 32767 },
          { from: 61001, to: 65535 },
        ],
      },
    ]);
  });

  test('agrees with asking for every port and address by itself', () => {
    fc.assert(
      fc.property(fc.uniqueArray(anyEntry, { maxLength: 8, selector: (e) => e.number }), anyEntry, (entries, requested) => {
        const block = parseBlock(requested.cidr) ?? everyIpv4;
        const sorted = entries.toSorted((a, b) => a.number - b.number);
        const passes = (port: number, at: bigint) =>
          sorted.find(
            (e) =>
              (e.protocol === '-1' || (e.protocol === '6' && e.ports.from <= port && port <= e.ports.to)) &&
              overlap(parseBlock(e.cidr) ?? everyIpv6, { version: 4, first: at, last: at }),
          )?.allow === true;
        const stopped: number[] = [];
        for (let port = requested.ports.from; port <= requested.ports.to; port++) {
          let all = true;
          for (let at = block.first; at <= block.last; at++) all &&= passes(port, at);
          if (!all) stopped.push(port);
        }
        const ranges = mergePorts(aclStops(acl(...entries), ask({ ports: requested.ports, block })).flatMap((s) => s.ports));
        expect(ranges.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, i) => from + i))).toEqual(stopped);
      }),
      { numRuns: 300 },
    );
  });
});
