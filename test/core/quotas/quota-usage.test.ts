import { describe, expect, test } from 'vitest';
import { type Cluster, clustersOf } from '../../../shared/core/evaluation/cluster.ts';
import { both } from '../../../shared/core/network/requirements.ts';
import type { PlannedCluster } from '../../../shared/core/plan/plan.ts';
import { competition, earlierClusters } from '../../../shared/core/quotas/competition.ts';
import { type Demand, heldAs, heldDemands, largestDemands, servableNodes, unavoidableNodes } from '../../../shared/core/quotas/demands.ts';
import { formatAmount, groupUse, heldInRegion, partialFitText, sumOf } from '../../../shared/core/quotas/quota-usage.ts';
import { listed } from '../../../shared/core/text/words.ts';
import { broken, facts, groupRequest, ok, planned, request, running, runningGroup, withRunning } from '../healthy.ts';

const demand = (nodes: number, ...types: string[]): Demand => ({ types, nodes: { required: nodes, recommended: nodes } });
const room = (of: Record<string, number>) => new Map(Object.entries(of));

describe('served', () => {
  test.each<[string, Demand[], Record<string, number>, number]>([
    ['nothing', [], { a: 5 }, 0],
    ['what fits', [demand(3, 'a')], { a: 5 }, 3],
    ['no more than the room', [demand(8, 'a')], { a: 5 }, 5],
    ['nothing of a type without room', [demand(8, 'x')], { a: 5 }, 0],
    ['nothing of no type', [demand(8)], { a: 5 }, 0],
    ['a flexible demand from several types', [demand(8, 'a', 'b')], { a: 5, b: 2 }, 7],
    ['by moving one who has a choice', [demand(5, 'a', 'b'), demand(5, 'a')], { a: 5, b: 5 }, 10],
    ['by moving two in a row', [demand(1, 'a', 'b'), demand(1, 'b', 'c'), demand(1, 'a', 'b'), demand(1, 'a')], { a: 1, b: 1, c: 1 }, 3],
    ['through a chain of choices', [demand(2, 'a', 'b'), demand(2, 'b', 'c'), demand(2, 'a')], { a: 2, b: 2, c: 2 }, 6],
  ])('serves %s', (_, demands, of, expected) => {
    expect(servableNodes(demands, 'required', room(of))).toBe(expected);
    expect(servableNodes(demands.toReversed(), 'required', room(of))).toBe(expected);
  });

  test('reaches the maximum that the deficiency of every set of demands allows', () => {
    const sets = [['a'], ['b'], ['c'], ['a', 'b'], ['b', 'c'], ['a', 'c'], ['a', 'b', 'c']];
    const nodes = [2, 1, 3];
    const bound = (types: string[][], of: Record<string, number>) =>
      Math.min(
        ...Array.from({ length: 8 }, (_, mask) => {
          const inside = types.filter((_, i) => mask & (1 << i));
          const outside = nodes.reduce((sum, n, i) => sum + (mask & (1 << i) ? 0 : n), 0);
          return outside + [...new Set(inside.flat())].reduce((sum, t) => sum + (of[t] ?? 0), 0);
        }),
      );
    for (const x of sets)
      for (const y of sets)
        for (const z of sets)
          for (const [a, b, c] of [
            [0, 1, 2],
            [2, 2, 2],
            [1, 0, 4],
            [3, 1, 0],
          ] as const) {
            const types = [x, y, z];
            const of = { a, b, c };
            const got = servableNodes(
              types.map((t, i) => demand(nodes[i] ?? 0, ...t)),
              'required',
              room(of),
            );
            if (got !== bound(types, of)) expect({ types, of, got }).toEqual({ types, of, got: bound(types, of) });
          }
  });

  test('takes the part it is asked for', () => {
    const demands = [{ types: ['a'], nodes: { required: 2, recommended: 9 } }];
    expect(servableNodes(demands, 'required', room({ a: 5 }))).toBe(2);
    expect(servableNodes(demands, 'recommended', room({ a: 5 }))).toBe(5);
  });
});

test.each<[string, Demand[], Record<string, number>, number]>([
  ['all that names the type', [demand(20, 'a')], { a: 5 }, 20],
  ['nothing of those who find room elsewhere', [demand(4, 'a', 'b')], { a: 5, b: 4 }, 0],
  ['the rest of those who do not', [demand(6, 'a', 'b')], { a: 5, b: 4 }, 2],
  ['nothing for others that are short by themselves', [demand(9, 'b')], { a: 5, b: 4 }, 0],
  ['what is pushed here by those without a choice', [demand(4, 'a', 'b'), demand(3, 'b')], { a: 9, b: 4 }, 3],
])('forced: a type must give %s', (_, demands, of, expected) => {
  expect(unavoidableNodes('a', demands, 'required', room(of))).toBe(expected);
});

test('of alternatives the largest demand for each set of types counts, whatever the order of the types', () => {
  const got = largestDemands([[demand(3, 'a', 'b'), demand(1, 'a')], [demand(2, 'b', 'a'), demand(2, 'b', 'a')], [demand(2, 'a')]]);
  expect(got).toEqual([demand(4, 'a', 'b'), demand(2, 'a')]);
});

const named = (name: string, count: number, more: Partial<PlannedCluster> = {}) =>
  planned({ request: request({ ClusterName: name, InstanceGroups: [groupRequest({ InstanceCount: count })] }), ...more });
const clusters = (plan: PlannedCluster[], ...runs: ReturnType<typeof running>[]) => clustersOf(plan, facts(withRunning(...runs)));
const byName = (all: readonly Cluster[], name: string): Cluster => {
  const found = all.find((c) => c.name === name);
  if (!found) throw new Error(`no cluster ${name}`);
  return found;
};
const rivalNames = (all: readonly Cluster[], name: string) =>
  earlierClusters(all, byName(all, name)).map((root) => root.map((c) => c.name));

describe('rivals', () => {
  const all = clusters(
    [
      named('a', 1),
      named('b', 1, { alternativeTo: 'a' }),
      named('c', 1),
      named('d', 1, { alternativeTo: 'b' }),
      named('e', 1, { alternativeTo: 'elsewhere' }),
      named('f', 1, { alternativeTo: 'elsewhere' }),
      named('g', 1),
    ],
    running({ name: 'z' }),
  );
  test.each([
    ['a', []],
    ['b', []],
    ['c', [['a', 'b']]],
    ['d', [['c']]],
    ['f', [['a', 'b', 'd'], ['c']]],
    ['g', [['a', 'b', 'd'], ['c'], ['e', 'f']]],
    ['z', []],
  ])('of %s', (name, expected) => {
    expect(rivalNames(all, name)).toEqual(expected);
  });

  test('a ring of alternatives ends', () => {
    const ring = clusters([
      named('a', 1, { alternativeTo: 'b' }),
      named('b', 1, { alternativeTo: 'a' }),
      named('c', 1, { alternativeTo: 'c' }),
    ]);
    expect(rivalNames(ring, 'c')).toEqual([['a'], ['b']]);
  });
});

test('of alternatives the largest counts, and only those that take anything are named', () => {
  const all = clusters([named('a', 3), named('b', 5, { alternativeTo: 'a' }), named('c', 0), named('d', 2), named('e', 1)]);
  const amountOf = (c: Cluster) => {
    const nodes = c.groups[0]?.planned?.count ?? 0;
    return { required: nodes, recommended: nodes * 2 };
  };
  expect(competition(all, byName(all, 'e'), amountOf)).toEqual({ amount: { required: 7, recommended: 14 }, names: ['a', 'b', 'd'] });
});

describe('what runs', () => {
  test('counts targets, drops clusters being deleted, counts what exists after a failure', () => {
    const group = (more: object) => runningGroup({ current: 2, target: 5, ...more });
    const runs = withRunning(
      running({ name: 'a', groups: [group({}), group({ name: 'spot', spot: true })] }),
      running({ name: 'b', status: 'Deleting', groups: [group({})] }),
      running({ name: 'c', status: 'Failed', groups: [group({})] }),
      running({ name: 'd', status: 'RollingBack', groups: [group({})] }),
      running({ name: 'e', groups: [group({ current: 7 })] }),
    );
    expect(heldInRegion(facts(runs), false)).toEqual(both(5 + 2 + 2 + 7));
    expect(heldInRegion(facts(runs), true)).toEqual(both(5));
  });

  test('is unknown where one cluster could not be read', () => {
    expect(() => heldInRegion(facts({ clusterNames: ok(['a']), runningClusters: { a: broken() } }), false)).toThrow('did not answer');
    expect(() => heldInRegion(facts({ clusterNames: ok(['a']), runningClusters: {} }), false)).toThrow('cluster a was not read');
  });

  const types = ['ml.a', 'ml.b'];
  test.each<[string, Parameters<typeof runningGroup>[0], Demand[]]>([
    ['a group of one type', { types: ['ml.a'], current: 3, target: 4 }, [demand(4, 'ml.a')]],
    [
      'a flexible group by what exists and what is to come',
      { types, current: 3, target: 5, currentByType: { 'ml.a': 3 } },
      [demand(3, 'ml.a'), demand(2, ...types)],
    ],
    ['a flexible group without amounts', { types, current: 3, target: 3 }, [demand(3, ...types)]],
    [
      'a flexible group that has all',
      { types, current: 3, target: 3, currentByType: { 'ml.a': 1, 'ml.b': 2 } },
      [demand(1, 'ml.a'), demand(2, 'ml.b')],
    ],
    ['no nodes', { types, current: 0, target: 0 }, []],
    [
      'what MinCount requires, and the rest of the target as recommended',
      { types, current: 1, min: 2, target: 5, currentByType: { 'ml.a': 1 } },
      [demand(1, 'ml.a'), { types, nodes: { required: 1, recommended: 4 } }],
    ],
  ])('as demands: %s', (_, group, expected) => {
    expect(heldDemands({ status: 'InService' }, runningGroup(group))).toEqual(expected);
  });

  test('as demands: nothing of a cluster being deleted', () => {
    expect(heldDemands({ status: 'Deleting' }, runningGroup({ types, current: 3, currentByType: { 'ml.a': 3 } }))).toEqual([]);
  });
});

describe('what a planned group adds', () => {
  const use = (plan: PlannedCluster, ...runs: ReturnType<typeof running>[]) => {
    const [cluster] = clusters([plan], ...runs);
    const group = cluster?.groups[0];
    if (!cluster || !group) throw new Error('no group');
    return groupUse(cluster, group, heldAs(group.types));
  };
  const adds = (required: number, recommended: number) => ({ required, recommended });
  test.each([
    ['all of it where nothing runs', use(named('a', 8)), { has: both(0), adds: adds(8, 8), asks: 8 }],
    ['the rest where it runs', use(named('a', 8), running({ name: 'a' })), { has: both(4), adds: adds(4, 4), asks: 4 }],
    ['nothing where more runs', use(named('a', 2), running({ name: 'a' })), { has: both(4), adds: adds(0, 0), asks: 0 }],
    [
      'the rest of what it requires beyond the MinCount that runs',
      use(named('a', 8), running({ name: 'a', groups: [runningGroup({ current: 3, min: 2, target: 6 })] })),
      { has: { required: 3, recommended: 6 }, adds: adds(5, 2), asks: 2 },
    ],
    [
      'all of it where another type runs under that name',
      use(named('a', 8), running({ name: 'a', groups: [runningGroup({ types: ['ml.p4d.24xlarge'] })] })),
      { has: both(0), adds: adds(8, 8), asks: 8 },
    ],
    [
      'all of it where Spot nodes run under that name',
      use(named('a', 8), running({ name: 'a', groups: [runningGroup({ spot: true })] })),
      { has: both(0), adds: adds(8, 8), asks: 8 },
    ],
    [
      'headroom and growth as recommended',
      use(named('a', 8, { headroom: 10, growTo: { workers: 20 } })),
      { has: both(0), adds: adds(8, 22), asks: 8 },
    ],
  ])('%s', (_, got, expected) => {
    expect(got).toEqual(expected);
  });

  test('is unknown where the running cluster is', () => {
    const [cluster] = clustersOf([named('a', 1)], facts({ clusterNames: broken(), runningClusters: {} }));
    const group = cluster?.groups[0];
    if (!cluster || !group) throw new Error('no group');
    expect(() => groupUse(cluster, group)).toThrow('did not answer');
  });
});

test('a cluster that asks for nothing more needs what runs; one that asks comes after those before it', () => {
  const before = { amount: { required: 5, recommended: 6 }, names: ['a'] };
  expect(sumOf({ held: both(10), before, own: { required: 0, recommended: 0 } })).toEqual({ required: 10, recommended: 10 });
  expect(sumOf({ held: both(10), before, own: { required: 0, recommended: 2 } })).toEqual({ required: 10, recommended: 18 });
  expect(sumOf({ held: both(10), before, own: { required: 1, recommended: 2 } })).toEqual({ required: 16, recommended: 18 });
});

test('why it is softer: how many would start, or that only what is beyond does not fit', () => {
  const [cluster] = clusters([named('a', 32)]);
  if (!cluster) throw new Error('no cluster');
  const before = { amount: { required: 0, recommended: 4 }, names: ['b'] };
  const own = { required: 8, recommended: 32 };
  expect(partialFitText(cluster, { held: both(0), before, own, nodes: { has: both(0), asks: 32 } }, 16)).toContain('start with 12 of 32');
  expect(partialFitText(cluster, { held: both(2), before, own, nodes: { has: both(2), asks: 30 } }, 5)).toContain('start with 10 of 32');
  expect(partialFitText(cluster, { held: both(0), before, own, nodes: { has: both(0), asks: 8 } }, 16)).toContain('headroom');
  expect(partialFitText(cluster, { held: both(0), before, own }, 16)).toContain('headroom');
});

test('words and numbers', () => {
  expect([listed([]), listed(['a']), listed(['a', 'b']), listed(['a', 'b', 'c'])]).toEqual(['', 'a', 'a and b', 'a, b and c']);
  expect([formatAmount(3), formatAmount(1.171875), formatAmount(0.1 + 0.2)]).toEqual(['3', '1.172', '0.3']);
});
