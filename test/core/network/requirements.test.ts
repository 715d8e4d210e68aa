/** How much a node and a cluster take. The documented figures: a P5 node takes 32 addresses on Slurm, 81 on EKS. */
import { describe, expect, test } from 'vitest';
import { type Cluster, clustersOf, type Group } from '../../../shared/core/evaluation/cluster.ts';
import type { ClusterStatus } from '../../../shared/core/evaluation/cluster-spec.ts';
import type { InstanceType } from '../../../shared/core/evaluation/facts.ts';
import {
  addressesPerNode,
  heldNodes,
  interfacesPerNode,
  plannedNodes,
  plus,
  times,
  total,
  typesOf,
  unplacedNodes,
} from '../../../shared/core/network/requirements.ts';
import type { ClusterRequest, PlannedCluster } from '../../../shared/core/plan/plan.ts';
import {
  broken,
  denied,
  facts,
  groupRequest,
  instanceTypes,
  ok,
  onEks,
  planned,
  request,
  running,
  runningGroup,
  withRunning,
} from '../healthy.ts';

const amount = (required: number, recommended = required) => ({ required, recommended });
const type = (networkCards: number, ipv4PerInterface: number, efa = true): InstanceType => ({
  networkCards,
  ipv4PerInterface,
  efa,
  maxEfa: efa ? networkCards : 0,
  accelerated: true,
});

describe('addresses and interfaces of one node', () => {
  test.each([
    { name: 'p5.48xlarge', of: type(32, 50), slurm: 32, eks: 81, interfaces: 32 },
    { name: 'p4d.24xlarge', of: type(4, 50), slurm: 4, eks: 53, interfaces: 4 },
    { name: 'p5.4xlarge', of: type(1, 30), slurm: 1, eks: 30, interfaces: 1 },
    { name: 'p5en.48xlarge', of: type(16, 50), slurm: 16, eks: 65, interfaces: 16 },
    { name: 'p6-b200.48xlarge', of: type(8, 50), slurm: 8, eks: 57, interfaces: 8 },
    { name: 'p6-b300.48xlarge', of: type(17, 50), slurm: 17, eks: 66, interfaces: 17 },
    { name: 'trn1.32xlarge', of: type(8, 50), slurm: 8, eks: 57, interfaces: 8 },
    { name: 'g5.8xlarge', of: type(1, 30), slurm: 1, eks: 30, interfaces: 1 },
    { name: 'g5.xlarge', of: type(1, 15, false), slurm: 1, eks: 15, interfaces: 1 },
    { name: 'g7e.48xlarge', of: type(4, 64), slurm: 4, eks: 67, interfaces: 4 },
  ])('$name takes $slurm addresses on Slurm, $eks on EKS, $interfaces interfaces', ({ of, slurm, eks, interfaces }) => {
    expect(addressesPerNode(of, 'slurm')).toBe(slurm);
    expect(addressesPerNode(of, 'slurm', 'efa')).toBe(slurm);
    expect(addressesPerNode(of, 'eks')).toBe(eks);
    expect(addressesPerNode(of, 'eks', 'efa')).toBe(eks);
    expect(interfacesPerNode(of)).toBe(interfaces);
    expect(interfacesPerNode(of, 'efa')).toBe(interfaces);
  });

  test.each([
    { name: 'many cards', of: type(32, 50), slurm: 1, eks: 50, interfaces: 33 },
    { name: 'one card', of: type(1, 30), slurm: 1, eks: 30, interfaces: 2 },
    { name: 'one card without EFA', of: type(1, 15, false), slurm: 1, eks: 15, interfaces: 1 },
  ])('efa-only, $name: further cards take no address, card 0 a second interface', ({ of, slurm, eks, interfaces }) => {
    expect(addressesPerNode(of, 'slurm', 'efa-only')).toBe(slurm);
    expect(addressesPerNode(of, 'eks', 'efa-only')).toBe(eks);
    expect(interfacesPerNode(of, 'efa-only')).toBe(interfaces);
  });
});

test('amounts add and multiply part by part', () => {
  expect(plus(amount(1, 2), amount(3, 5))).toEqual(amount(4, 7));
  expect(times(amount(2, 3), 4)).toEqual(amount(8, 12));
  expect(times(amount(2, 3), amount(4, 5))).toEqual(amount(8, 15));
  expect(total([])).toEqual(amount(0));
  expect(total([amount(1, 2), amount(3, 4), amount(5, 6)])).toEqual(amount(9, 12));
});

interface Placed {
  readonly cluster: Cluster;
  readonly group: Group;
}
const first = (clusters: readonly Cluster[]): Placed => {
  const cluster = clusters[0];
  const group = cluster?.groups[0];
  if (!cluster || !group) throw new Error('there is a cluster with a group');
  return { cluster, group };
};
/** The first group of llm-train as the plan asks for it, beside what runs. */
const asked = (group: object, more: Partial<PlannedCluster> = {}, whole: Partial<ClusterRequest> = {}, runs: object = withRunning()) =>
  first(clustersOf([planned({ request: request({ InstanceGroups: [groupRequest(group)], ...whole }), ...more })], facts(runs)));
/** The same group where no one planned it. */
const onlyRuns = (status: ClusterStatus, current: number, target: number, min?: number) =>
  first(clustersOf([], facts(withRunning(running({ status, groups: [runningGroup({ current, target, min })] })))));
const autoScaling: Partial<ClusterRequest> = { AutoScaling: { Mode: 'Enable' } };

const controller = (InstanceCount: number, MinInstanceCount: number) => ({
  InstanceCount,
  MinInstanceCount,
  SlurmConfig: { NodeType: 'Controller' },
});

describe('nodes that a planned group asks for', () => {
  test.each<{
    name: string;
    group: object;
    more?: Partial<PlannedCluster>;
    whole?: Partial<ClusterRequest>;
    is: ReturnType<typeof amount>;
  }>([
    { name: 'its count', group: { InstanceCount: 4 }, is: amount(4) },
    { name: 'none', group: { InstanceCount: 0 }, is: amount(0) },
    { name: 'the minimum as required, the count as recommended', group: { InstanceCount: 32, MinInstanceCount: 8 }, is: amount(8, 32) },
    { name: 'a minimum of none', group: { InstanceCount: 32, MinInstanceCount: 0 }, is: amount(0, 32) },
    { name: 'of the Slurm controller one, whatever its minimum', group: controller(1, 0), is: amount(1) },
    { name: 'of a Slurm controller without nodes none', group: controller(0, 0), is: amount(0) },
    { name: 'of a Slurm login group one', group: { ...controller(3, 0), SlurmConfig: { NodeType: 'Login' } }, is: amount(1, 3) },
    {
      name: 'of a Slurm compute group its minimum',
      group: { ...controller(3, 0), SlurmConfig: { NodeType: 'Compute' } },
      is: amount(0, 3),
    },
    { name: 'on EKS the minimum, whatever SlurmConfig says', group: controller(1, 0), whole: onEks, is: amount(0, 1) },
    { name: 'headroom rounded up', group: { InstanceCount: 5 }, more: { headroom: 10 }, is: amount(5, 6) },
    { name: 'headroom that comes out even, without a node more', group: { InstanceCount: 10 }, more: { headroom: 10 }, is: amount(10, 11) },
    { name: 'growTo', group: { InstanceCount: 4 }, more: { growTo: { workers: 64 } }, is: amount(4, 64) },
    { name: 'headroom on growTo', group: { InstanceCount: 4 }, more: { growTo: { workers: 10 }, headroom: 50 }, is: amount(4, 15) },
    { name: 'a growTo below its count counts for nothing', group: { InstanceCount: 4 }, more: { growTo: { workers: 2 } }, is: amount(4) },
    { name: 'growTo of another group counts for nothing', group: { InstanceCount: 4 }, more: { growTo: { login: 64 } }, is: amount(4) },
    {
      name: 'with autoscaling what growTo says',
      group: { InstanceCount: 1 },
      more: { growTo: { workers: 16 } },
      whole: autoScaling,
      is: amount(1, 16),
    },
  ])('$name', ({ group, more, whole, is }) => {
    const { cluster, group: of } = asked(group, more, whole);
    expect(plannedNodes(cluster, of)).toEqual(is);
  });

  test('with autoscaling and no growTo no one knows, and no one says 0', () => {
    const { cluster, group } = asked({ InstanceCount: 1 }, {}, autoScaling);
    expect(() => plannedNodes(cluster, group)).toThrow(
      'AutoScaling decides the number of nodes of group workers. Set growTo.workers in the plan',
    );
  });
});

describe('nodes that a running group holds of quotas', () => {
  test.each<[ClusterStatus, number, number, number]>([
    ['InService', 4, 4, 4],
    ['InService', 2, 6, 6],
    ['Creating', 0, 6, 6],
    ['Updating', 6, 2, 6],
    ['SystemUpdating', 3, 4, 4],
    ['Failed', 2, 6, 2],
    ['RollingBack', 2, 6, 2],
    ['RollingBack', 6, 2, 6],
    ['Deleting', 4, 4, 0],
  ])('%s with %i of %i: %i', (status, current, target, held) => {
    expect(heldNodes({ status }, runningGroup({ current, target }))).toEqual(amount(held));
  });

  test.each<[number, number, number, ReturnType<typeof amount>]>([
    [3, 2, 4, amount(3, 4)],
    [1, 2, 4, amount(2, 4)],
    [0, 0, 4, amount(0, 4)],
    [6, 2, 4, amount(6)],
    [1, 8, 4, amount(4)],
  ])('with a MinCount: %i of at least %i, target %i', (current, min, target, held) => {
    expect(heldNodes({ status: 'InService' }, runningGroup({ current, min, target }))).toEqual(held);
  });
});

describe('nodes that still have to find a place', () => {
  test.each([
    { name: 'all where nothing runs', group: { InstanceCount: 8 }, runs: withRunning(), is: amount(8) },
    { name: 'those that do not exist yet', group: { InstanceCount: 8 }, runs: withRunning(running()), is: amount(4) },
    {
      name: 'counted from what exists, not from what is on its way',
      group: { InstanceCount: 8 },
      runs: withRunning(running({ groups: [runningGroup({ current: 1, target: 8 })] })),
      is: amount(7),
    },
    { name: 'none where more exist', group: { InstanceCount: 2 }, runs: withRunning(running()), is: amount(0) },
    {
      name: 'each part alone',
      group: { InstanceCount: 32, MinInstanceCount: 2 },
      runs: withRunning(running()),
      is: amount(0, 28),
    },
    {
      name: 'all of a group that is new in a cluster that runs',
      group: { InstanceCount: 8, InstanceGroupName: 'login' },
      runs: withRunning(running()),
      is: amount(8),
    },
    {
      name: 'all where only another cluster runs',
      group: { InstanceCount: 8 },
      runs: withRunning(running({ name: 'eval' })),
      is: amount(8),
    },
  ])('planned: $name', ({ group, runs, is }) => {
    const { cluster, group: of } = asked(group, {}, {}, runs);
    expect(unplacedNodes(cluster, of)).toEqual(is);
  });

  test.each<[ClusterStatus, number, number, ReturnType<typeof amount>]>([
    ['InService', 4, 4, amount(0)],
    ['InService', 4, 7, amount(3)],
    ['Creating', 0, 3, amount(3)],
    ['SystemUpdating', 4, 5, amount(1)],
    ['Updating', 4, 2, amount(0)],
    ['InService', 0, 0, amount(0)],
    // What failed or is taken back brings no further node.
    ['Failed', 2, 6, amount(0)],
    ['RollingBack', 2, 6, amount(0)],
  ])('that only runs, %s with %i of %i', (status, current, target, is) => {
    const { cluster, group } = onlyRuns(status, current, target);
    expect(unplacedNodes(cluster, group)).toEqual(is);
  });

  test('that only runs with a MinCount: beyond it as recommended', () => {
    const { cluster, group } = onlyRuns('InService', 1, 4, 2);
    expect(unplacedNodes(cluster, group)).toEqual(amount(1, 3));
  });

  test('are unknown where the running cluster is', () => {
    const unlisted = asked({}, {}, {}, { clusterNames: denied('sagemaker:ListClusters') });
    expect(() => unplacedNodes(unlisted.cluster, unlisted.group)).toThrow('access denied');
    const unread = asked({}, {}, {}, { clusterNames: ok(['llm-train']), runningClusters: { 'llm-train': broken() } });
    expect(() => unplacedNodes(unread.cluster, unread.group)).toThrow('did not answer');
  });
});

test('types are read by the name EC2 knows, and missing ones are unknown', () => {
  const group = (...types: readonly string[]) => runningGroup({ types });
  expect(typesOf(group('ml.p5.48xlarge', 'ml.g5.8xlarge'), instanceTypes)).toEqual([
    instanceTypes['p5.48xlarge'],
    instanceTypes['g5.8xlarge'],
  ]);
  expect(typesOf(group(), instanceTypes)).toEqual([]);
  expect(() => typesOf(group('ml.p5.48xlarge', 'ml.p9.metal'), instanceTypes)).toThrow('EC2 does not describe p9.metal in this region');
});
