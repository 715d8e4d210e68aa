/** FSx for Lustre file systems of a cluster. */
import { describe, expect, test } from 'vitest';
import { type Cluster, clustersOf } from '../../../shared/core/evaluation/cluster.ts';
import { lustreAddress, lustreConsole, lustreUses, otherLustre } from '../../../shared/core/network/lustre.ts';
import type { ClusterRequest, GroupRequest, PlannedCluster } from '../../../shared/core/plan/plan.ts';
import { groupRequest, planned, request, withRunning } from '../healthy.ts';

test.each([
  ['fs-0a1b.fsx.us-west-2.amazonaws.com', { id: 'fs-0a1b', region: 'us-west-2' }],
  ['FS-0A1B.FSX.us-west-2.amazonaws.com.', { id: 'fs-0a1b', region: 'us-west-2' }],
  ['fs-0a1b.fsx.cn-north-1.amazonaws.com.cn', { id: 'fs-0a1b', region: 'cn-north-1' }],
  ['fs-0a1b.fsx.us-west-2.aws.internal', { id: 'fs-0a1b', region: 'us-west-2' }],
  ['fs-0a1b.efs.us-west-2.amazonaws.com', undefined],
  ['x.fs-0a1b.fsx.us-west-2.amazonaws.com', undefined],
  ['fs-0a1b.fsx.us-west-2.amazonaws.com.example.com', undefined],
  ['fs-xyz.fsx.us-west-2.amazonaws.com', undefined],
  ['10.0.0.1', undefined],
])('%s', (name, address) => {
  expect(lustreAddress(name)).toEqual(address);
});

const dns = (id: string, region = 'us-west-2') => `${id}.fsx.${region}.amazonaws.com`;
const mounts = (InstanceGroupName: string, ...names: readonly string[]): GroupRequest =>
  groupRequest({
    InstanceGroupName,
    InstanceStorageConfigs: names.map((DnsName) => ({ FsxLustreConfig: { DnsName, MountName: `m-${DnsName.slice(0, 4)}` } })),
  });
const cluster = (groups: readonly GroupRequest[], more: Partial<PlannedCluster> = {}, whole: Partial<ClusterRequest> = {}): Cluster => {
  const [first] = clustersOf([planned({ request: request({ InstanceGroups: groups, ...whole }), ...more })], withRunning());
  if (!first) throw new Error('there is a cluster');
  return first;
};
const uses = (of: Cluster) => lustreUses(of, 'us-west-2').map((u) => [u.id, u.groups.map((g) => g.name), u.mounts.map((m) => m.group)]);

describe('file systems of this region', () => {
  test('with the groups that mount them, in order of id and of name', () => {
    const of = cluster([mounts('z', dns('fs-2'), dns('fs-1')), mounts('a', dns('fs-2')), mounts('none')]);
    expect(uses(of)).toEqual([
      ['fs-1', ['z'], ['z']],
      ['fs-2', ['a', 'z'], ['a', 'z']],
    ]);
    expect(lustreUses(of, 'us-west-2')[0]?.mounts).toEqual([{ group: 'z', dnsName: dns('fs-1'), mountName: 'm-fs-1' }]);
  });
  test('named by the plan are for all groups, anyone who mounts them', () => {
    const of = cluster([mounts('z'), mounts('a', dns('fs-2'), dns('fs-3'))], { fsxLustre: ['fs-2', 'fs-1'] });
    expect(uses(of)).toEqual([
      ['fs-1', ['a', 'z'], []],
      ['fs-2', ['a', 'z'], ['a']],
      ['fs-3', ['a'], ['a']],
    ]);
  });
  test('of other regions are none of them', () => expect(uses(cluster([mounts('a', dns('fs-1', 'eu-west-1'), '10.0.0.1')]))).toEqual([]));
  test('cannot be mounted without a VPC', () => {
    const none = { VpcConfig: undefined as never };
    expect(uses(cluster([mounts('a', dns('fs-1'))], { fsxLustre: ['fs-2'] }, none))).toEqual([]);
    expect(otherLustre(cluster([mounts('a', '10.0.0.1')], {}, none), 'us-west-2')).toEqual([]);
  });
});

test('names that are of no file system of this region', () => {
  const of = cluster([mounts('z', '10.0.0.1', dns('fs-1', 'eu-west-1')), mounts('a', '10.0.0.1', dns('fs-2')), mounts('b', '10.0.0.1')]);
  expect(otherLustre(of, 'us-west-2')).toEqual([
    { dnsName: '10.0.0.1', groups: ['a', 'b', 'z'] },
    { dnsName: dns('fs-1', 'eu-west-1'), region: 'eu-west-1', groups: ['z'] },
  ]);
});

test('the console', () => {
  expect(lustreConsole('us-west-2', 'fs-1')).toBe(
    'https://us-west-2.console.aws.amazon.com/fsx/home?region=us-west-2#file-system-details/fs-1',
  );
});
