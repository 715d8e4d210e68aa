/** Which groups have EFA, and which rules count for it. */
import { describe, expect, test } from 'vitest';
import type { GroupRule, SecurityGroup } from '../../../shared/core/evaluation/facts.ts';
import { efaLevel, opens, opensTo } from '../../../shared/core/network/efa.ts';
import { account, allTraffic, denied, instanceTypes, ok, runningGroup, securityGroup } from '../healthy.ts';

const known = ok(instanceTypes);

describe('how much a group depends on EFA', () => {
  test.each<[string, Parameters<typeof runningGroup>[0], 'required' | 'recommended' | undefined]>([
    ['several cards', { types: ['ml.p5.48xlarge'] }, 'required'],
    ['one card with it', { types: ['ml.g5.8xlarge'] }, 'recommended'],
    ['none', { types: ['ml.m5.xlarge'] }, undefined],
    ['no type', { types: [] }, undefined],
    ['any of several types', { types: ['ml.m5.xlarge', 'ml.g5.8xlarge'] }, 'recommended'],
    ['the strongest of several types', { types: ['ml.g5.8xlarge', 'ml.p4d.24xlarge', 'ml.m5.xlarge'] }, 'required'],
    ['an interface type that the request names', { types: ['ml.m5.xlarge'], interfaceType: 'efa' }, 'required'],
    ['a strong type beside one that EC2 does not know', { types: ['ml.p9.metal', 'ml.p5.48xlarge'] }, 'required'],
  ])('%s', (_, group, level) => {
    expect(efaLevel(runningGroup(group), known)).toEqual(ok(level));
  });
  test('is not read where a type that decides is not known', () => {
    expect(efaLevel(runningGroup({ types: ['ml.p9.metal', 'ml.g5.8xlarge'] }), known)).toEqual({
      ok: false,
      reason: 'EC2 does not describe p9.metal in this region',
    });
    expect(efaLevel(runningGroup(), denied('ec2:DescribeInstanceTypes'))).toEqual(denied('ec2:DescribeInstanceTypes'));
  });
  test('is reported without the types where they do not matter', () => {
    const nothing = denied('ec2:DescribeInstanceTypes');
    expect(efaLevel(runningGroup({ interfaceType: 'efa-only' }), nothing)).toEqual(ok('required'));
    expect(efaLevel(runningGroup({ types: [] }), nothing)).toEqual(ok(undefined));
  });
});

test('several cards without EFA ask for none', () => {
  const types = ok({ 'x.large': { networkCards: 2, ipv4PerInterface: 10, efa: false, maxEfa: 0, accelerated: false } });
  expect(efaLevel(runningGroup({ types: ['ml.x.large'] }), types)).toEqual(ok(undefined));
});

const rule = (more: Partial<GroupRule>): GroupRule => ({ ...allTraffic, egress: false, ...more });
const group = (id: string, ...rules: readonly GroupRule[]): SecurityGroup => securityGroup({ id, rules });

describe('a rule for EFA', () => {
  const [a, b] = [group('sg-a'), group('sg-b')];
  test.each<[string, Partial<GroupRule>, boolean]>([
    ['names the group', { groups: [{ id: 'sg-a', account }] }, true],
    ['names it without its account', { groups: [{ id: 'sg-a' }] }, true],
    ['names it among others', { groups: [{ id: 'sg-x' }, { id: 'sg-b', account }] }, true],
    ['does not name another', { groups: [{ id: 'sg-x', account }] }, false],
    ["does not name another account's", { groups: [{ id: 'sg-a', account: '999988887777' }] }, false],
    ['lets all protocols through', { protocol: 'tcp', groups: [{ id: 'sg-a', account }] }, false],
    ['is no address block, however wide', { ipv4: ['0.0.0.0/0'], ipv6: ['::/0'], prefixLists: ['pl-1'] }, false],
  ])('%s', (_, more, counts) => {
    expect(opensTo(rule(more), [a, b])).toBe(counts);
  });
  test('counts for its direction, in any of the groups', () => {
    const open = group('sg-a', rule({ groups: [{ id: 'sg-b' }] }));
    expect(opens([open, b], false, [b])).toBe(true);
    expect(opens([open, b], true, [b])).toBe(false);
    expect(opens([b], false, [b])).toBe(false);
    expect(opens([open], false, [open])).toBe(false);
  });
});
