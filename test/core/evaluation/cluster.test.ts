/** Planned and running clusters in one shape. */
import { describe, expect, test } from 'vitest';
import {
  allRunning,
  type Cluster,
  clustersOf,
  ec2Type,
  groupsInOrder,
  networkOf,
  runningGroup,
  specOf,
  unreadableClusters,
} from '../../../shared/core/evaluation/cluster.ts';
import type { RunningCluster } from '../../../shared/core/evaluation/cluster-spec.ts';
import type { Facts } from '../../../shared/core/evaluation/facts.ts';
import type { ClusterRequest, GroupRequest } from '../../../shared/core/plan/plan.ts';
import {
  broken,
  denied,
  groupRequest,
  runningGroup as groupThatRuns,
  ids,
  ok,
  onEks,
  planned,
  request,
  running,
  withRunning,
} from '../healthy.ts';

const bare: GroupRequest = { InstanceGroupName: 'workers', InstanceCount: 1, ExecutionRole: ids.role };
const list = (...Subnets: readonly string[]) => ({ Subnets, SecurityGroupIds: ['sg-x'] });

describe('a request in the shape that checks read', () => {
  const groupOf = (more: Partial<GroupRequest>) => specOf({ ClusterName: 'c', InstanceGroups: [{ ...bare, ...more }] }).groups[0];
  const plain = { name: 'workers', restricted: false, types: [], spot: false, role: ids.role, volumesGb: [], fsxLustre: [] };

  test.each<[string, Partial<GroupRequest>, object]>([
    ['nothing that the request does not say', {}, {}],
    ['one type', { InstanceType: 'ml.p5.48xlarge' }, { types: ['ml.p5.48xlarge'] }],
    ['several types in order', { InstanceRequirements: { InstanceTypes: ['ml.b', 'ml.a'] } }, { types: ['ml.b', 'ml.a'] }],
    ['Spot', { CapacityRequirements: { Spot: {} } }, { spot: true }],
    ['on-demand by name', { CapacityRequirements: { OnDemand: {} } }, {}],
    ['subnets of its own', { OverrideVpcConfig: list('a') }, { network: { subnets: ['a'], securityGroups: ['sg-x'] } }],
    ['the interface type', { NetworkInterface: { InterfaceType: 'efa-only' } }, { interfaceType: 'efa-only' }],
    ['an interface without a type', { NetworkInterface: {} }, {}],
    [
      'storage by its kind',
      {
        InstanceStorageConfigs: [
          { EbsVolumeConfig: { VolumeSizeInGB: 500 } },
          { FsxLustreConfig: { DnsName: 'fs-1.fsx', MountName: 'm', MountPath: '/fsx' } },
          { EbsVolumeConfig: { RootVolume: true } },
          { FsxOpenZfsConfig: { DnsName: 'fs-2.fsx' } },
          { EbsVolumeConfig: { VolumeSizeInGB: 100 } },
        ],
      },
      { volumesGb: [500, 100], fsxLustre: [{ dnsName: 'fs-1.fsx', mountName: 'm' }], openZfs: ['fs-2.fsx'] },
    ],
    [
      'both scripts',
      { LifeCycleConfig: { SourceS3Uri: 's3://b/x', OnCreate: 'a.sh', OnInitComplete: 'b.sh' } },
      { lifecycle: { uri: 's3://b/x', onCreate: 'a.sh', onInitComplete: 'b.sh' } },
    ],
    [
      'one script',
      { LifeCycleConfig: { SourceS3Uri: 's3://b/x', OnCreate: 'a.sh' } },
      { lifecycle: { uri: 's3://b/x', onCreate: 'a.sh' } },
    ],
    ['an environment without Lustre', { EnvironmentConfig: {} }, {}],
    ['no script without its address', { LifeCycleConfig: { OnCreate: 'a.sh' } }, {}],
    ['a training plan', { TrainingPlanArn: 'arn:tp' }, { trainingPlan: 'arn:tp' }],
    [
      'Lustre capacity of its own',
      { EnvironmentConfig: { FSxLustreConfig: { SizeInGiB: 1200, PerUnitStorageThroughput: 125 } } },
      { lustreGib: 1200 },
    ],
  ])('of a group: %s', (_, more, expected) => {
    expect(groupOf(more)).toStrictEqual({ ...plain, ...expected });
  });

  test.each<[string, Partial<ClusterRequest>, object]>([
    ['Slurm where no orchestrator is named', {}, {}],
    ['Slurm by name', { Orchestrator: { Slurm: {} } }, {}],
    ['EKS with its cluster', onEks, { orchestrator: 'eks', eksCluster: ids.eks }],
    ['a VPC', { VpcConfig: list('a', 'b') }, { network: { subnets: ['a', 'b'], securityGroups: ['sg-x'] } }],
    ['autoscaling', { AutoScaling: { Mode: 'Enable' } }, { autoScaling: true }],
    ['autoscaling that is off', { AutoScaling: { Mode: 'Disable' } }, {}],
    ['restricted groups that share nothing', { RestrictedInstanceGroupsConfig: {} }, {}],
    ['restricted groups that share no Lustre', { RestrictedInstanceGroupsConfig: { SharedEnvironmentConfig: {} } }, {}],
    [
      'Lustre capacity that restricted groups share',
      { RestrictedInstanceGroupsConfig: { SharedEnvironmentConfig: { FSxLustreConfig: { SizeInGiB: 2400 } } } },
      { sharedLustreGib: 2400 },
    ],
  ])('of a cluster: %s', (_, more, expected) => {
    const { requests, ...spec } = specOf({ ClusterName: 'c', ...more });
    expect(spec).toStrictEqual({ name: 'c', orchestrator: 'slurm', autoScaling: false, groups: [], ...expected });
    expect(requests).toEqual([]);
  });

  test('restricted groups come after the others, each with its request', () => {
    const { groups, requests } = specOf({
      ClusterName: 'c',
      RestrictedInstanceGroups: [{ ...bare, InstanceGroupName: 'r' }],
      InstanceGroups: [bare, { ...bare, InstanceGroupName: 'login' }],
    });
    expect(groups.map((g) => [g.name, g.restricted])).toEqual([
      ['workers', false],
      ['login', false],
      ['r', true],
    ]);
    expect(requests.map((r) => r.InstanceGroupName)).toEqual(['workers', 'login', 'r']);
  });
});

const plannedAs = (ClusterName: string) => planned({ request: request({ ClusterName }) });
const namesOf = (clusters: readonly Cluster[]) => clusters.map((c) => [c.name, c.plan ? 'planned' : 'runs']);
type Runs = Pick<Facts, 'clusterNames' | 'runningClusters'>;
const first = (clusters: readonly Cluster[]): Cluster => {
  const [cluster] = clusters;
  if (!cluster) throw new Error('there is a cluster');
  return cluster;
};

describe('clusters to judge', () => {
  test('planned ones first, in the order of the plan, then those that only run', () => {
    const runs = withRunning(running({ name: 'z' }), running({ name: 'b' }), running({ name: 'a' }));
    expect(namesOf(clustersOf([plannedAs('c'), plannedAs('b')], runs))).toEqual([
      ['c', 'planned'],
      ['b', 'planned'],
      ['z', 'runs'],
      ['a', 'runs'],
    ]);
  });

  test('one that only runs and is being deleted is none, a planned one stays', () => {
    const runs = withRunning(running({ name: 'gone', status: 'Deleting' }), running({ name: 'c', status: 'Deleting' }));
    expect(namesOf(clustersOf([plannedAs('c')], runs))).toEqual([['c', 'planned']]);
  });

  test('a planned group carries what is asked for and what it is meant to grow to', () => {
    const cluster = first(
      clustersOf(
        [
          planned({
            request: request({
              InstanceGroups: [
                groupRequest({ InstanceCount: 8, MinInstanceCount: 2 }),
                groupRequest({ InstanceGroupName: 'login', InstanceCount: 1 }),
              ],
              RestrictedInstanceGroups: [groupRequest({ InstanceGroupName: 'r', InstanceCount: 3 })],
            }),
            growTo: { login: 2 },
          }),
        ],
        withRunning(),
      ),
    );
    const asked = cluster.groups.map(({ name, planned, growTo }) => ({ name, planned, growTo }));
    expect(asked).toStrictEqual([
      { name: 'workers', planned: { count: 8, min: 2 }, growTo: undefined },
      { name: 'login', planned: { count: 1 }, growTo: 2 },
      { name: 'r', planned: { count: 3 }, growTo: undefined },
    ]);
    expect(cluster.groups.map((g) => 'growTo' in g)).toEqual([false, true, false]);
  });

  test('a group that only runs was asked for by no one', () => {
    const cluster = first(clustersOf([], withRunning(running())));
    expect(cluster.groups.map((g) => [g.name, g.planned])).toEqual([['workers', undefined]]);
    expect(cluster).toMatchObject({ name: 'llm-train', running: ok(running()) });
  });

  test.each<[string, Runs, Cluster['running']]>([
    ['none of that name', withRunning(running({ name: 'other' })), ok(null)],
    ['the one of that name', withRunning(running()), ok(running())],
    ['unread where the list is', { clusterNames: denied('sagemaker:ListClusters'), runningClusters: {} }, denied('sagemaker:ListClusters')],
    [
      'unread where it could not be described',
      { clusterNames: ok(['llm-train']), runningClusters: { 'llm-train': denied('sagemaker:DescribeCluster') } },
      denied('sagemaker:DescribeCluster'),
    ],
    [
      'unread where no one described it',
      { clusterNames: ok(['llm-train']), runningClusters: {} },
      broken('cluster llm-train was not read'),
    ],
  ])('a planned cluster beside what runs: %s', (_, runs, expected) => {
    expect(first(clustersOf([planned()], runs)).running).toEqual(expected);
  });

  test('where the list could not be read no one knows what else runs', () => {
    const runs = { clusterNames: broken(), runningClusters: withRunning(running()).runningClusters };
    expect(clustersOf([], runs)).toEqual([]);
    expect(unreadableClusters([], runs)).toEqual([]);
  });

  test('clusters that run, are not planned and could not be described are named with the reason', () => {
    const runs: Runs = {
      clusterNames: ok(['llm-train', 'planned', 'denied', 'missing']),
      runningClusters: { 'llm-train': ok(running()), planned: broken(), denied: denied('sagemaker:DescribeCluster') },
    };
    expect(namesOf(clustersOf([plannedAs('planned')], runs))).toEqual([
      ['planned', 'planned'],
      ['llm-train', 'runs'],
    ]);
    expect(unreadableClusters([plannedAs('planned')], runs)).toEqual([
      { name: 'denied', read: denied('sagemaker:DescribeCluster') },
      { name: 'missing', read: broken('cluster missing was not read') },
    ]);
  });
});

describe('all that runs', () => {
  test('in the order of the list', () => {
    const [a, b] = [running({ name: 'a' }), running({ name: 'b' })];
    expect(allRunning(withRunning(b, a))).toEqual([b, a]);
    expect(allRunning(withRunning())).toEqual([]);
  });
  test.each<[string, Runs, string]>([
    ['the list is', { clusterNames: broken('no list'), runningClusters: {} }, 'no list'],
    ['one of them is', { clusterNames: ok(['a']), runningClusters: { a: broken('no answer') } }, 'no answer'],
    ['one of them is missing', { clusterNames: ok(['a']), runningClusters: {} }, 'cluster a was not read'],
  ])('is unknown where %s', (_, runs, reason) => {
    expect(() => allRunning(runs)).toThrow(reason);
  });
});

describe('parts of a cluster', () => {
  test('the running group of a name', () => {
    const of = (...runs: readonly RunningCluster[]) => first(clustersOf([planned()], withRunning(...runs)));
    const both = running({ groups: [groupThatRuns({ name: 'login' }), groupThatRuns({ current: 2 })] });
    expect(runningGroup(of(both), 'workers')).toEqual(groupThatRuns({ current: 2 }));
    expect(runningGroup(of(both), 'other')).toBeUndefined();
    expect(runningGroup(of(), 'workers')).toBeUndefined();
    const unread = first(clustersOf([planned()], { clusterNames: broken('no list'), runningClusters: {} }));
    expect(() => runningGroup(unread, 'workers')).toThrow('no list');
  });

  test("a group's own subnets take the place of the cluster's", () => {
    const spec = specOf({ ClusterName: 'c', VpcConfig: list('a'), InstanceGroups: [bare, { ...bare, OverrideVpcConfig: list('b') }] });
    expect(spec.groups.map((g) => networkOf(spec, g)?.subnets)).toEqual([['a'], ['b']]);
    const none = specOf({ ClusterName: 'c', InstanceGroups: [bare] });
    expect(none.groups.map((g) => networkOf(none, g))).toEqual([undefined]);
  });

  test("groups keep the plan's order, those that only run are sorted by name", () => {
    const names = ['b', 'c', 'a'];
    const asked = first(
      clustersOf(
        [planned({ request: request({ InstanceGroups: names.map((InstanceGroupName) => groupRequest({ InstanceGroupName })) }) })],
        withRunning(),
      ),
    );
    const runs = first(clustersOf([], withRunning(running({ groups: names.map((name) => groupThatRuns({ name })) }))));
    expect(groupsInOrder(asked).map((g) => g.name)).toEqual(names);
    expect(groupsInOrder(runs).map((g) => g.name)).toEqual(['a', 'b', 'c']);
  });

  test('the type as EC2 knows it', () => {
    expect(['ml.p5.48xlarge', 'p5.48xlarge', 'x.ml.large'].map(ec2Type)).toEqual(['p5.48xlarge', 'p5.48xlarge', 'x.ml.large']);
  });
});
