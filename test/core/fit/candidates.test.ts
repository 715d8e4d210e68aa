/** Which placements of a region are tried: pure, so each world is a literal. */
import { describe, expect, test } from 'vitest';
import type { EksCluster, SecurityGroup } from '../../../shared/core/evaluation/facts.ts';
import {
  type CandidateNetworks,
  candidatesOf,
  freeNames,
  mostSubnets,
  type PlacementCandidate,
  plannedOf,
  type RequestedCluster,
} from '../../../shared/core/fit/candidates.ts';
import { account, allTraffic, broken, denied, ids, ok, region, securityGroup, subnet } from '../healthy.ts';

const requested: RequestedCluster = { name: 'new', type: 'ml.p5.48xlarge', count: 4, orchestrator: 'slurm', spot: false, efa: false };
const onEks: RequestedCluster = { ...requested, orchestrator: 'eks' };
const at = { account, partition: 'aws', region };
const ground = (more: Partial<CandidateNetworks> = {}): CandidateNetworks => ({
  subnets: ok([subnet()]),
  securityGroups: ok([securityGroup()]),
  eksNames: ok([]),
  eksClusters: {},
  ...more,
});
const eks = (more: Partial<EksCluster> = {}): EksCluster => ({
  arn: ids.eks,
  name: 'train',
  status: 'ACTIVE',
  version: '1.33',
  authenticationMode: 'API',
  vpc: ids.vpc,
  subnets: [ids.subnet],
  clusterSecurityGroup: ids.eksGroup,
  securityGroups: [],
  ipFamily: 'ipv4',
  ...more,
});
const withEks = (...clusters: readonly EksCluster[]): Pick<CandidateNetworks, 'eksNames' | 'eksClusters'> => ({
  eksNames: ok(clusters.map((c) => c.name)),
  eksClusters: Object.fromEntries(clusters.map((c) => [c.name, ok(c)])),
});
const tried = (of: RequestedCluster, more: Partial<CandidateNetworks> = {}) => candidatesOf(of, ground(more), at);
const brief = (c: PlacementCandidate) => [c.subnet?.id ?? null, c.securityGroups, c.missing, c.unread.map((b) => b.of)];

/** A group that only lets its members out. */
const lettingOut = (id: string, name = 'web'): SecurityGroup =>
  securityGroup({ id, name, rules: [{ ...allTraffic, egress: true, ipv4: ['0.0.0.0/0'] }] });
const closed = (id: string, name = 'closed'): SecurityGroup => securityGroup({ id, name, rules: [] });

describe('on Slurm', () => {
  test('each available subnet with the aptest groups of its VPC', () => {
    const found = tried(requested, {
      subnets: ok([
        subnet(),
        subnet({ id: ids.subnet2, freeIpv4: 5000 }),
        subnet({ id: 'subnet-3', state: 'pending' }),
        subnet({ id: 'subnet-4', vpc: 'vpc-2', freeIpv4: 1 }),
      ]),
      securityGroups: ok([
        closed('sg-1'),
        lettingOut('sg-2'),
        securityGroup(),
        closed('sg-0', 'default'),
        securityGroup({ id: 'sg-9', vpc: 'vpc-2' }),
      ]),
    });
    expect(found.candidates.map(brief)).toEqual([
      [ids.subnet2, [ids.group], [], []],
      [ids.subnet2, ['sg-2'], [], []],
      [ids.subnet2, ['sg-1'], [], []],
      [ids.subnet, [ids.group], [], []],
      [ids.subnet, ['sg-2'], [], []],
      [ids.subnet, ['sg-1'], [], []],
      ['subnet-4', ['sg-9'], [], []],
    ]);
  });

  test.each<[string, Partial<CandidateNetworks>, unknown]>([
    ['no subnet', { subnets: ok([]) }, [[null, [], ['vpc'], []]]],
    ['only subnets that are not there yet', { subnets: ok([subnet({ state: 'pending' })]) }, [[null, [], ['vpc'], []]]],
    ['subnets unread', { subnets: denied('ec2:DescribeSubnets') }, [[null, [], [], ['vpc']]]],
    ['no security group', { securityGroups: ok([]) }, [[ids.subnet, [], ['security-group'], []]]],
    ['security groups unread', { securityGroups: broken() }, [[ids.subnet, [], [], ['security-group']]]],
  ])('%s', (_, more, expected) => {
    expect(tried(requested, more).candidates.map(brief)).toEqual(expected);
  });

  test('EKS clusters are none of its business', () => {
    expect(tried(requested, withEks(eks())).candidates.map((c) => c.eks)).toEqual([undefined]);
  });

  test('of very many subnets those with the most free addresses', () => {
    const many = Array.from({ length: mostSubnets + 7 }, (_, i) => subnet({ id: `subnet-${i}`, freeIpv4: i }));
    const { candidates, leftOut } = tried(requested, { subnets: ok(many) });
    expect([candidates.length, leftOut, Math.min(...candidates.map((c) => c.subnet?.freeIpv4 ?? -1))]).toEqual([mostSubnets, 7, 7]);
  });

  test('whatever the order AWS lists in, the same', () => {
    const subnets = [subnet(), subnet({ id: ids.subnet2 })];
    const groups = [closed('sg-1'), lettingOut('sg-2'), securityGroup(), closed('sg-3')];
    const turned = tried(requested, { subnets: ok(subnets.toReversed()), securityGroups: ok(groups.toReversed()) });
    expect(turned).toEqual(tried(requested, { subnets: ok(subnets), securityGroups: ok(groups) }));
    expect(turned.candidates.map((c) => c.subnet?.id)).toEqual([ids.subnet, ids.subnet, ids.subnet, ids.subnet2, ids.subnet2, ids.subnet2]);
  });
});

describe('on EKS', () => {
  test('the subnets of the VPC of each cluster, its own group alone and beside others', () => {
    const groups = [securityGroup(), lettingOut(ids.eksGroup, 'eks-cluster-sg-train'), closed('sg-1'), closed('sg-2')];
    const found = tried(onEks, {
      ...withEks(eks(), eks({ arn: `${ids.eks}-2`, name: 'train-2', vpc: 'vpc-2' })),
      securityGroups: ok(groups),
      subnets: ok([subnet(), subnet({ id: 'subnet-2', vpc: 'vpc-2' })]),
    });
    expect(found.candidates.map((c) => [c.eks, ...brief(c)])).toEqual([
      [ids.eks, ids.subnet, [ids.eksGroup], [], []],
      [ids.eks, ids.subnet, [ids.group], [], []],
      [ids.eks, ids.subnet, [ids.eksGroup, ids.group], [], []],
      [ids.eks, ids.subnet, ['sg-1'], [], []],
      [ids.eks, ids.subnet, [ids.eksGroup, 'sg-1'], [], []],
      [`${ids.eks}-2`, 'subnet-2', [ids.eksGroup], [], []],
    ]);
  });

  test('of the groups beside its own the two aptest', () => {
    const groups = ['sg-1', 'sg-2', 'sg-3'].map((id) => closed(id));
    const { candidates } = tried(onEks, { ...withEks(eks()), securityGroups: ok(groups) });
    expect(candidates.map((c) => c.securityGroups)).toEqual([
      [ids.eksGroup],
      ['sg-1'],
      [ids.eksGroup, 'sg-1'],
      ['sg-2'],
      [ids.eksGroup, 'sg-2'],
    ]);
  });

  test('without one each subnet needs one', () => {
    const { candidates } = tried(onEks);
    expect(candidates.map(brief)).toEqual([[ids.subnet, [ids.group], ['eks-cluster'], []]]);
    expect(candidates[0]?.eks).toBe(`arn:aws:eks:${region}:${account}:cluster/to-be-made`);
  });

  test('a cluster that went away, or is not the one that was named, is none', () => {
    expect(tried(onEks, { eksNames: ok(['train']), eksClusters: { train: ok(null) } }).candidates[0]?.missing).toEqual(['eks-cluster']);
    expect(tried({ ...onEks, eksCluster: 'mine' }).candidates[0]).toMatchObject({
      eks: `arn:aws:eks:${region}:${account}:cluster/mine`,
      missing: ['eks-cluster'],
    });
  });

  test('neither there nor missing where no one knows', () => {
    expect(tried(onEks, { eksNames: denied('eks:ListClusters') }).candidates.map(brief)).toEqual([
      [ids.subnet, [ids.group], [], ['eks-cluster']],
    ]);
    const one = tried(onEks, { eksNames: ok(['train']), eksClusters: { train: denied('eks:DescribeCluster') } });
    expect(one.candidates.map(brief)).toEqual([[ids.subnet, [ids.group], [], ['eks-cluster']]]);
    expect(one.untried).toEqual([{ name: 'train', reason: 'access denied', action: 'eks:DescribeCluster' }]);
  });

  test('one that cannot be read does not keep the others from being tried', () => {
    const { eksClusters } = withEks(eks());
    const found = tried(onEks, { eksNames: ok(['train', 'other']), eksClusters: { ...eksClusters, other: broken() } });
    expect([found.candidates.every((c) => c.eks === ids.eks && c.unread.length === 0), found.untried.map((u) => u.name)]).toEqual([
      true,
      ['other'],
    ]);
  });

  test('a cluster whose VPC has no subnet to be seen', () => {
    expect(tried(onEks, { ...withEks(eks({ vpc: 'vpc-9' })) }).candidates.map(brief)).toEqual([[null, [], ['vpc'], []]]);
  });
});

describe('as planned clusters', () => {
  const { candidates } = tried(onEks, { ...withEks(eks()), subnets: ok([subnet(), subnet({ id: ids.subnet2, freeIpv4: 3 })]) });
  const names = candidates.map((_, i) => `fit-${i + 1}`);

  test('alternatives of the first, so that they never compete', () => {
    const planned = plannedOf(onEks, candidates, region, names);
    expect(planned.map((p) => p.alternativeTo)).toEqual([undefined, ...names.slice(1).map(() => 'fit-1')]);
    expect(planned.map((p) => p.request.ClusterName)).toEqual(names);
    expect(planned.every((p) => p.region === region)).toBe(true);
  });

  test('with all that was asked for, in the names of CreateCluster', () => {
    const all: RequestedCluster = { ...onEks, spot: true, efa: true, role: ids.role, lifecycle: { uri: 's3://b/x', onCreate: 'go.sh' } };
    expect(plannedOf(all, candidates.slice(0, 1), region, ['a'])).toEqual([
      {
        region,
        request: {
          ClusterName: 'a',
          Orchestrator: { Eks: { ClusterArn: ids.eks } },
          InstanceGroups: [
            {
              InstanceGroupName: 'workers',
              InstanceType: 'ml.p5.48xlarge',
              InstanceCount: 4,
              ExecutionRole: ids.role,
              LifeCycleConfig: { SourceS3Uri: 's3://b/x', OnCreate: 'go.sh' },
              CapacityRequirements: { Spot: {} },
              NetworkInterface: { InterfaceType: 'efa' },
            },
          ],
          VpcConfig: { SecurityGroupIds: [ids.eksGroup], Subnets: [ids.subnet] },
        },
      },
    ]);
  });

  test('without a subnet one comes with it', () => {
    const bare = tried(requested, { subnets: ok([]) }).candidates;
    const [planned] = plannedOf(requested, bare, region, ['a']);
    expect(planned).toMatchObject({ newVpc: true });
    expect(planned?.request).not.toHaveProperty('VpcConfig');
  });

  test.each([
    [[], ['fit-1', 'fit-2']],
    [
      ['fit', 'llm'],
      ['fit-1', 'fit-2'],
    ],
    [['fit-2'], ['fitx-1', 'fitx-2']],
    [
      ['fit-2', 'fitx-9'],
      ['fitxx-1', 'fitxx-2'],
    ],
  ])('beside %j they are called %j', (taken, expected) => {
    expect(freeNames(taken, 2)).toEqual(expected);
  });
});
