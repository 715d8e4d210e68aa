import { expect, test } from 'vitest';
import type { Plan } from '../../shared/core/plan.ts';
import { regionsOf, supportedRegions } from '../../shared/core/regions.ts';
import { planned } from './healthy.ts';

const [east, west] = [planned({ region: 'us-east-1' }), planned({ region: 'us-west-2' })];
const { names } = supportedRegions;

test.each<[string, Pick<Plan, 'regions' | 'clusters'>, readonly string[] | undefined]>([
  ['none named: whatever is enabled', { clusters: [] }, undefined],
  ['an empty list names none', { regions: [], clusters: [] }, undefined],
  ['those listed', { regions: ['eu-west-1', 'us-east-1'], clusters: [] }, ['eu-west-1', 'us-east-1']],
  ['those of the clusters, each once', { clusters: [west, east, west] }, ['us-west-2', 'us-east-1']],
  [
    "a cluster's region beside those listed",
    { regions: ['eu-west-1', 'us-west-2'], clusters: [east, west] },
    ['eu-west-1', 'us-west-2', 'us-east-1'],
  ],
  ['one listed twice, once', { regions: ['eu-west-1', 'eu-west-1'], clusters: [] }, ['eu-west-1']],
  ['the dated list', { regions: 'supported', clusters: [] }, names],
  [
    'the dated list and where a cluster is planned beyond it',
    { regions: 'supported', clusters: [planned({ region: 'xx-new-1' })] },
    [...names, 'xx-new-1'],
  ],
])('%s', (_, plan, regions) => {
  expect(regionsOf(plan)).toEqual(regions);
});

test('the dated list names each region once', () => {
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((n) => !/^[a-z]{2}-[a-z]+-\d$/.test(n))).toEqual([]);
});
