/** Finding network resources among the facts. */
import { describe, expect, test } from 'vitest';
import { type Cluster, clustersOf } from '../../../shared/core/evaluation/cluster.ts';
import {
  endpointServices,
  flexible,
  inherits,
  securityGroupsNamed,
  sharedBy,
  subnetOf,
  subnetsNamed,
  subnetsWithGroups,
  vpcOf,
} from '../../../shared/core/network/resources.ts';
import type { ClusterRequest } from '../../../shared/core/plan/plan.ts';
import {
  account,
  broken,
  facts,
  groupRequest,
  ids,
  ok,
  onEks,
  planned,
  request,
  running,
  runningGroup,
  subnet,
  withRunning,
} from '../healthy.ts';

const first = (clusters: readonly Cluster[]): Cluster => {
  const [cluster] = clusters;
  if (!cluster) throw new Error('there is a cluster');
  return cluster;
};
const asked = (more: Partial<ClusterRequest> = {}) => first(clustersOf([planned({ request: request(more) })], withRunning()));
const list = (subnets: readonly string[], SecurityGroupIds: readonly string[] = []) => ({ Subnets: subnets, SecurityGroupIds });
const override = (name: string, ...subnets: readonly string[]) =>
  groupRequest({ InstanceGroupName: name, OverrideVpcConfig: list(subnets, ['sg-b', 'sg-a']) });

test('a subnet by its id; one that is not there is unknown, as network-resources tells', () => {
  expect(subnetOf(facts(), ids.subnet)).toEqual(subnet());
  expect(() => subnetOf(facts(), ids.subnet2)).toThrow(`subnet ${ids.subnet2} does not exist in this region`);
  expect(() => subnetOf({ subnets: broken() }, ids.subnet)).toThrow('did not answer');
});

describe('what a cluster names', () => {
  const cluster = asked({
    VpcConfig: list(['b', 'a', 'b'], ['sg-z', 'sg-a']),
    InstanceGroups: [override('x', 'c', 'a'), groupRequest(), override('y', 'd')],
  });
  const runs = first(
    clustersOf(
      [],
      withRunning(
        running({
          network: { subnets: ['b', 'a'], securityGroups: ['sg-z', 'sg-a'] },
          groups: [runningGroup({ network: { subnets: ['0'], securityGroups: ['sg-0'] } })],
        }),
      ),
    ),
  );
  test('subnets, each once, in the order of the plan', () => expect(subnetsNamed(cluster)).toEqual(['b', 'a', 'c', 'd']));
  test('security groups likewise', () => expect(securityGroupsNamed(cluster)).toEqual(['sg-z', 'sg-a', 'sg-b']));
  test('sorted where AWS lists them', () => {
    expect(subnetsNamed(runs)).toEqual(['0', 'a', 'b']);
    expect(securityGroupsNamed(runs)).toEqual(['sg-0', 'sg-a', 'sg-z']);
  });
  test('nothing without a VPC', () => {
    const none = asked({ VpcConfig: undefined as never });
    expect([subnetsNamed(none), securityGroupsNamed(none), [...subnetsWithGroups(none)]]).toEqual([[], [], []]);
  });
  test('subnets with the groups that may be placed there', () => {
    expect([...subnetsWithGroups(cluster)].map(([id, groups]) => [id, groups.map((g) => g.name)])).toEqual([
      ['b', ['workers']],
      ['a', ['x', 'workers']],
      ['c', ['x']],
      ['d', ['y']],
    ]);
  });
  test('no subnet where no one is placed', () => {
    const all = asked({ VpcConfig: list(['a']), InstanceGroups: [override('x', 'c')] });
    expect([...subnetsWithGroups(all).keys()]).toEqual(['c']);
  });
  test('groups that inherit, and groups with a choice of types', () => {
    expect(cluster.groups.map(inherits)).toEqual([false, true, false]);
    expect([[], ['a'], ['a', 'a'], ['a', 'b']].map((types) => flexible(runningGroup({ types })))).toEqual([false, false, false, true]);
  });
});

describe('the VPC of a cluster', () => {
  const elsewhere = subnet({ id: 'a', vpc: 'vpc-other' });
  test('is that of the first subnet that exists', () => {
    expect(vpcOf(facts(), asked())).toBe(ids.vpc);
    expect(vpcOf(facts({ subnets: ok([subnet(), elsewhere]) }), asked({ VpcConfig: list(['gone', 'a', ids.subnet]) }))).toBe('vpc-other');
  });
  test('is that of its EKS cluster, whatever the subnets', () => {
    const of = asked({ ...onEks, VpcConfig: list(['a']) });
    expect(vpcOf(facts({ subnets: ok([elsewhere]) }), of)).toBe(ids.vpc);
    expect(vpcOf(facts({ subnets: ok([elsewhere]), eksClusters: { [ids.eks]: ok(null) } }), of)).toBe('vpc-other');
  });
  test('is unknown where nothing tells it', () => {
    expect(() => vpcOf(facts({ eksClusters: { [ids.eks]: broken() } }), asked(onEks))).toThrow('did not answer');
    expect(() => vpcOf(facts({ subnets: broken() }), asked())).toThrow('did not answer');
    expect(() => vpcOf(facts(), asked({ VpcConfig: list(['gone']) }))).toThrow('0 of the subnets of llm-train exist in this region');
  });
});

test('who shares a VPC with this account', () => {
  const context = (owner: string) => ({ account, facts: { vpcs: ok([{ id: ids.vpc, owner, state: 'available', ipv4: [], ipv6: [] }]) } });
  expect(sharedBy(context(account), ids.vpc)).toBeUndefined();
  expect(sharedBy(context('999988887777'), ids.vpc)).toBe('999988887777');
  expect(() => sharedBy(context(account), 'vpc-other')).toThrow('VPC vpc-other and its owner are not visible in this account');
  expect(() => sharedBy({ account, facts: { vpcs: broken() } }, ids.vpc)).toThrow('did not answer');
});

test('the names of the endpoint of a service', () => {
  expect(endpointServices('cn-north-1', 's3')).toEqual(['com.amazonaws.cn-north-1.s3', 'cn.com.amazonaws.cn-north-1.s3']);
});
