import { describe, expect, test } from 'vitest';
import { clustersOf } from '../../../shared/core/evaluation/cluster.ts';
import { fitText, loadText, smallestMask } from '../../../shared/core/network/address-text.ts';
import { combinedNeed, type GroupLoad, nodesOn, type PlacementUnit, placementUnits } from '../../../shared/core/network/placement-units.ts';
import type { ClusterRequest, GroupRequest } from '../../../shared/core/plan/plan.ts';
import { facts, groupRequest, ids, planned, request, running, runningGroup, withRunning } from '../healthy.ts';
import { vpcConfig } from '../plans.ts';

const cluster = (more: Partial<ClusterRequest> = {}) => {
  const [first] = clustersOf([planned({ request: request(more) })], facts());
  if (!first) throw new Error('the planned cluster is missing');
  return first;
};
const mixed: Partial<GroupRequest> = {
  InstanceType: undefined as never,
  InstanceRequirements: { InstanceTypes: ['ml.p4d.24xlarge', 'ml.p5.48xlarge'] },
};

describe('groups as they are placed', () => {
  const units = (of: ReturnType<typeof cluster>) =>
    placementUnits(of).map((u) => [u.groups.map((g) => g.name).join('+'), u.subnets.join('+'), u.pool ? 'pool' : 'one', u.inherited]);

  test('groups that inherit go together, overrides and flexible groups alone', () =>
    expect(
      units(
        cluster({
          VpcConfig: vpcConfig('a', 'b', 'a'),
          InstanceGroups: [
            groupRequest({ InstanceGroupName: 'override', OverrideVpcConfig: vpcConfig('c') }),
            groupRequest({ InstanceGroupName: 'one' }),
            groupRequest({ InstanceGroupName: 'flexible', ...mixed }),
            groupRequest({ InstanceGroupName: 'two' }),
          ],
          RestrictedInstanceGroups: [groupRequest({ InstanceGroupName: 'restricted' })],
        }),
      ),
    ).toEqual([
      ['one+two+restricted', 'a+b', 'one', true],
      ['override', 'c', 'one', false],
      ['flexible', 'a+b', 'pool', true],
    ]));
  test('a flexible group with one type twice is none', () =>
    expect(
      units(
        cluster({
          InstanceGroups: [groupRequest({ ...mixed, InstanceRequirements: { InstanceTypes: ['ml.p5.48xlarge', 'ml.p5.48xlarge'] } })],
        }),
      ),
    ).toEqual([['workers', ids.subnet, 'one', true]]));
  test('no VPC, no unit', () => expect(units(cluster({ VpcConfig: undefined as never }))).toEqual([]));
  test('what AWS lists is sorted', () => {
    const [only] = clustersOf(
      [],
      facts(
        withRunning(
          running({
            network: { subnets: ['b', 'a'], securityGroups: [] },
            groups: [runningGroup({ name: 'z' }), runningGroup({ name: 'y' })],
          }),
        ),
      ),
    );
    expect(only && units(only)).toEqual([['y+z', 'a+b', 'one', true]]);
  });
});

const [group] = cluster().groups;
if (!group) throw new Error('the planned group is missing');
const load = (required: number, recommended = required, addresses = 32): GroupLoad => ({
  group,
  nodes: { required, recommended },
  addresses: { required: addresses, recommended: addresses },
  interfaces: 1,
  estimate: false,
});

describe('nodes that land on one subnet', () => {
  const unit = (pool: boolean): PlacementUnit => ({ groups: [group], subnets: ['a', 'b', 'c'], pool, inherited: false });
  const room = (id: string) => ({ a: 64, b: 100, c: 31 })[id] ?? 0;
  test.each([
    { name: 'all of a group that lands in one', pool: false, on: 'a', nodes: 4 },
    { name: 'of a pool those the others have no room for', pool: true, on: 'a', nodes: 1 },
    { name: 'counted in whole nodes', pool: true, on: 'b', nodes: 2 },
    { name: 'none too few', pool: true, on: 'c', nodes: 0 },
  ])('are $name', ({ pool, on, nodes }) => expect(nodesOn(load(4), unit(pool), on, room)).toEqual({ required: nodes, recommended: nodes }));
});

test.each([
  { addresses: 0, mask: 28 },
  { addresses: 11, mask: 28 },
  { addresses: 12, mask: 27 },
  { addresses: 251, mask: 24 },
  { addresses: 252, mask: 23 },
  { addresses: 65531, mask: 16 },
  { addresses: 65532, mask: undefined },
])('a block for $addresses addresses is /$mask', ({ addresses, mask }) => expect(smallestMask(addresses)).toBe(mask));

test.each([
  { name: 'adds up', own: [1, 2], others: [3, 4], is: [4, 6] },
  { name: 'who asks for nothing needs nothing', own: [0, 0], others: [3, 4], is: [0, 0] },
  { name: 'each part alone', own: [0, 2], others: [3, 4], is: [0, 6] },
])('a need beside others: $name', ({ own, others, is }) => {
  const amount = ([required = 0, recommended = 0]: readonly number[]) => ({ required, recommended });
  expect(combinedNeed(amount(own), amount(others))).toEqual(amount(is));
});

describe('words about amounts', () => {
  const llm = cluster();
  test('one node', () => expect(loadText([load(1)], 'required')).toBe('1 node of workers (32 each)'));
  test('nothing', () => expect(loadText([load(0)], 'required')).toBe(''));
  test.each([
    { name: 'how many fit', of: [load(4)], part: 'required' as const, room: 100, says: '; 3 of 4 nodes fit' },
    { name: 'one node', of: [load(1)], part: 'required' as const, room: 0, says: '; 0 of 1 node fits' },
    { name: 'no room at all', of: [load(4)], part: 'required' as const, room: -50, says: '; 0 of 4 nodes fit' },
    {
      name: 'a start with fewer',
      of: [load(1, 4)],
      part: 'recommended' as const,
      room: 64,
      says: '; llm-train would start with 2 of 4 nodes',
    },
    {
      name: 'growth',
      of: [load(4, 8)],
      part: 'recommended' as const,
      room: 160,
      says: '; 5 of 8 nodes fit, including headroom and growTo',
    },
    { name: 'nothing of several groups', of: [load(4), load(1)], part: 'required' as const, room: 100, says: '' },
  ])('$name', ({ of, part, room, says }) => expect(fitText(llm, of, part, room)).toBe(says));
});
