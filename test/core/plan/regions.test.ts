import { readFileSync } from 'node:fs';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import { describe, expect, test } from 'vitest';
import type { Plan } from '../../../shared/core/plan/plan.ts';
import {
  hasFunctionUrls,
  hasHyperPod,
  knownRegions,
  mayBeNewRegion,
  partitionOfRegion,
  regionName,
  regionShape,
  regionsOf,
  supportedRegions,
} from '../../../shared/core/plan/regions.ts';
import { denied, ok, planned, quota, running, snapshot, withRunning } from '../healthy.ts';

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

describe('names of regions', () => {
  test('every region of the SDK is known, and nothing else', () => {
    // The SDK has the table in a file of its own and exports only what it looks up in it.
    const file = '../../../node_modules/@aws-sdk/core/dist-es/submodules/client/util-endpoints/lib/aws/partitions.js';
    const table = readFileSync(new URL(file, import.meta.url), 'utf8');
    const names = [...table.matchAll(/"([a-z]{2,4}(?:-[a-z]+)+-\d+)": \{/g)].map(([, name]) => name);
    expect(names.length).toBeGreaterThan(40);
    expect([...knownRegions.names].toSorted()).toEqual(names.toSorted());
  });

  test('all of them have the shape of a region, and all that are supported are known', () => {
    expect(knownRegions.names.filter((name) => !regionShape.test(name))).toEqual([]);
    expect(names.filter((name) => !(knownRegions.names as readonly string[]).includes(name))).toEqual([]);
  });

  test('a known one is never taken for another, however alike they are', () => {
    for (const name of knownRegions.names) expect(regionName(name)).toEqual({ is: 'known' });
    expect(partitionOfRegion('eusc-de-east-1')).toBe('aws-eusc');
  });

  test.each([
    ['us-wst-2', { is: 'misspelled', meant: 'us-west-2' }],
    ['us-west-3', { is: 'misspelled', meant: 'us-west-1' }],
    ['eu-cental-1', { is: 'misspelled', meant: 'eu-central-1' }],
    ['us-wset-2', { is: 'misspelled', meant: 'us-west-2' }],
    ['nz-central-9', { is: 'unknown' }],
    ['xx-new-1', { is: 'unknown' }],
    ['us_west', { is: 'malformed' }],
    ['US-WEST-2', { is: 'malformed' }],
    ['us-west-2a', { is: 'malformed' }],
    ['', { is: 'malformed' }],
  ])('%s', (name, expected) => {
    expect(regionName(name)).toEqual(expected);
  });

  test('what a plan names is known besides', () => {
    expect(regionName('us-west-3', ['us-west-3'])).toEqual({ is: 'known' });
    expect(regionName('xx-nwe-1', ['xx-new-1'])).toEqual({ is: 'misspelled', meant: 'xx-new-1' });
  });
});

test.each(['us-west-3', 'ap-southeast-8', 'eu-east-1', 'us-gov-west-2', 'sa-north-1'])('%s may be newer than this version', (name) => {
  expect(mayBeNewRegion(name)).toBe(true);
});

test.each(['us-wst-2', 'us-weast-2', 'eu-cental-1', 'us-gov-wets-1', 'xx-test-1', 'gov-us-west-1'])('%s is no name of AWS', (name) => {
  expect(mayBeNewRegion(name)).toBe(false);
});

test('every known region lies in the partition that CDK says', () => {
  const differing = RegionInfo.regions.filter((r) => r.partition !== undefined && partitionOfRegion(r.name) !== r.partition);
  expect(RegionInfo.regions.length).toBeGreaterThan(40);
  expect(differing.map((r) => `${r.name}: ${r.partition}`)).toEqual([]);
});

test.each<[string, Parameters<typeof snapshot>[0], boolean]>([
  ['with a quota of an instance type', {}, true],
  ['with no such quota, and nothing runs', { quotas: { sagemaker: ok([quota('sagemaker', 'L-1', 'Endpoints', 1)]) } }, false],
  [
    'with one such quota among others',
    {
      quotas: {
        sagemaker: ok([quota('sagemaker', 'L-1', 'Endpoints', 1), quota('sagemaker', 'L-2', 'ml.p5.48xlarge for cluster usage', 0)]),
      },
    },
    true,
  ],
  ['with a cluster', { quotas: { sagemaker: ok([]) }, ...withRunning(running()) }, true],
  ['where the quotas were denied', { quotas: { sagemaker: denied('servicequotas:ListServiceQuotas') } }, true],
  ['where the quotas were not read', { quotas: {} }, true],
  ['where the clusters were denied', { quotas: { sagemaker: ok([]) }, clusterNames: denied('sagemaker:ListClusters') }, true],
])('a region %s: in the report %#', (_, facts, expected) => {
  expect(hasHyperPod(snapshot(facts))).toBe(expected);
});

test('regions of HyperPod without Lambda function URLs', () => {
  expect(names.filter((region) => !hasFunctionUrls(region))).toEqual(['eu-south-2', 'ap-south-2', 'ap-southeast-4']);
  expect(hasFunctionUrls('xx-new-1')).toBe(true);
});
