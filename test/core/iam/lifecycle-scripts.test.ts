import { describe, expect, test } from 'vitest';
import type { ClusterSpec, GroupSpec } from '../../../shared/core/evaluation/cluster-spec.ts';
import { rolesOf, s3Address, scriptsOf } from '../../../shared/core/iam/lifecycle-scripts.ts';
import { runningGroup } from '../healthy.ts';

const spec = (...groups: readonly GroupSpec[]): ClusterSpec => ({ name: 'c', orchestrator: 'slurm', autoScaling: false, groups });
const group = (name: string, lifecycle?: GroupSpec['lifecycle'], role = 'r'): GroupSpec => {
  const { lifecycle: _, ...rest } = runningGroup({ name, role });
  return lifecycle ? { ...rest, lifecycle } : rest;
};

describe('s3Address', () => {
  test.each([
    ['s3://bucket/a/b.sh', { bucket: 'bucket', key: 'a/b.sh' }],
    ['s3://bucket', { bucket: 'bucket', key: '' }],
    ['s3://bucket/', { bucket: 'bucket', key: '' }],
    ['s3://my.bucket-1/a b/ü.sh', { bucket: 'my.bucket-1', key: 'a b/ü.sh' }],
    ['https://bucket.s3.us-west-2.amazonaws.com/a', undefined],
    ['s3://arn:aws:s3:us-west-2:111122223333:accesspoint/x/a', undefined],
    ['s3:///a', undefined],
    ['', undefined],
  ])('%s', (uri, expected) => expect(s3Address(uri)).toEqual(expected));
});

describe('scriptsOf', () => {
  const script = (uri: string, key: string, ...groups: string[]) => ({ uri, bucket: 'b', key, groups });
  test.each<[string, GroupSpec[], unknown]>([
    ['no lifecycle', [group('a')], []],
    ['no script named', [group('a', { uri: 's3://b/x' })], []],
    ['a slash at the end', [group('a', { uri: 's3://b/x/', onCreate: 'c.sh' })], [script('s3://b/x/c.sh', 'x/c.sh', 'a')]],
    ['the bucket alone', [group('a', { uri: 's3://b', onCreate: 'c.sh' })], [script('s3://b/c.sh', 'c.sh', 'a')]],
    [
      'both scripts',
      [group('a', { uri: 's3://b/x', onCreate: 'c.sh', onInitComplete: 'a.sh' })],
      [script('s3://b/x/a.sh', 'x/a.sh', 'a'), script('s3://b/x/c.sh', 'x/c.sh', 'a')],
    ],
    [
      'one file for both, named once',
      [group('a', { uri: 's3://b', onCreate: 'c.sh', onInitComplete: 'c.sh' })],
      [script('s3://b/c.sh', 'c.sh', 'a')],
    ],
    [
      'groups that share a script, sorted',
      [group('z', { uri: 's3://b/x', onCreate: 'c.sh' }), group('a', { uri: 's3://b/x/', onCreate: 'c.sh' })],
      [script('s3://b/x/c.sh', 'x/c.sh', 'a', 'z')],
    ],
    ['an address that names no bucket', [group('a', { uri: 'https://b/x', onCreate: 'c.sh' })], []],
  ])('%s', (_, groups, expected) => expect(scriptsOf(spec(...groups))).toEqual(expected));
});

test('rolesOf names each role once, with its groups, sorted', () => {
  expect(rolesOf(spec(group('z', undefined, 'r2'), group('b', undefined, 'r1'), group('a', undefined, 'r2')))).toEqual([
    { arn: 'r1', groups: ['b'] },
    { arn: 'r2', groups: ['a', 'z'] },
  ]);
});
