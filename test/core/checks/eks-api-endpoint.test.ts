import { expect } from 'vitest';
import check from '../../../shared/core/checks/eks-api-endpoint.ts';
import type { EksCluster, Facts, NatGateway, Route } from '../../../shared/core/evaluation/facts.ts';
import { broken, denied, ids, ok, onEks, subnet } from '../healthy.ts';
import { eksFacts, eksPlan, planOf, vpcConfig } from '../plans.ts';
import { table } from '../table.ts';

const publicOnly = (more: Partial<EksCluster> = {}, ...publicCidrs: readonly string[]) =>
  eksFacts({ endpoint: { privateAccess: false, publicCidrs: publicCidrs.length > 0 ? publicCidrs : ['0.0.0.0/0'] }, ...more });
const limited = (...cidrs: readonly string[]) => publicOnly({}, ...cidrs);
const to = (cidr: string, target: string): Route => ({ cidr, target, state: 'active' });
const tables = (here: readonly Route[], there: readonly Route[] = here): Pick<Facts, 'routeTables'> => ({
  routeTables: ok([
    { id: ids.routeTable, vpc: ids.vpc, main: true, subnets: [ids.subnet], routes: here },
    { id: 'rtb-2', vpc: ids.vpc, main: false, subnets: [ids.subnet2], routes: there },
  ]),
});
const nat = (more: Partial<NatGateway> = {}): NatGateway => ({
  id: ids.nat,
  vpc: ids.vpc,
  state: 'available',
  connectivity: 'public',
  addresses: ['203.0.113.24'],
  ...more,
});
const nats = (...of: readonly NatGateway[]) => ({ natGateways: ok(of) });
const enclosed = tables([]);
const throughNat = to('0.0.0.0/0', ids.nat);
const two = { subnets: ok([subnet(), subnet({ id: ids.subnet2, ipv4: '10.1.16.0/20' })]) };
const bothPlan = planOf({ ...onEks, VpcConfig: vpcConfig(ids.subnet, ids.subnet2) });
const fine = { status: 'pass' as const, level: 'required' as const, resource: ids.eks };
const bad = { ...fine, status: 'fail' as const };
const soft = { ...bad, level: 'recommended' as const };

table(check, [
  { name: 'does not apply to Slurm', findings: [] },
  { name: 'passes with private access', plan: eksPlan, findings: [fine], says: ['private access is on'] },
  {
    name: 'with private access publicAccessCidrs and routes do not matter',
    plan: eksPlan,
    facts: { ...eksFacts({ endpoint: { privateAccess: true, publicCidrs: ['198.51.100.7/32'] } }), ...enclosed, natGateways: broken() },
    findings: [fine],
  },
  { name: 'passes without it behind a NAT gateway', plan: eksPlan, facts: publicOnly(), findings: [{ ...fine, have: 1, need: 1 }] },
  {
    name: 'no route out: fails, with the line that turns private access on',
    plan: eksPlan,
    facts: { ...publicOnly(), ...enclosed },
    findings: [
      {
        ...bad,
        have: 0,
        need: 1,
        remediation: {
          command: 'aws eks update-cluster-config --name train --resources-vpc-config endpointPrivateAccess=true --region us-west-2',
        },
      },
    ],
    says: [`0 of 1 subnet has a route to the API server of EKS cluster train. Private access is off. ${ids.subnet} has no route out`],
  },
  {
    name: 'an internet gateway is no way out: nodes have no public address',
    plan: eksPlan,
    facts: { ...publicOnly(), ...tables([to('0.0.0.0/0', 'igw-1')]) },
    findings: [bad],
  },
  {
    name: 'a NAT gateway that failed is no way out',
    plan: eksPlan,
    facts: { ...publicOnly(), ...nats(nat({ state: 'failed' })) },
    findings: [bad],
    says: [`NAT gateway ${ids.nat} is failed`],
  },
  {
    name: 'IPv6 alone leads out: recommended on an IPv6 cluster, whose endpoint may be dual-stack',
    plan: eksPlan,
    facts: { ...publicOnly({ ipFamily: 'ipv6' }), ...tables([to('::/0', 'eigw-1')]) },
    findings: [soft],
  },
  {
    name: 'IPv6 alone leads out: fails on an IPv4 cluster',
    plan: eksPlan,
    facts: { ...publicOnly(), ...tables([to('::/0', 'eigw-1')]) },
    findings: [bad],
  },
  {
    name: 'one of two subnets that HyperPod chooses from: recommended',
    plan: bothPlan,
    facts: { ...publicOnly(), ...two, ...tables([throughNat], []) },
    findings: [{ ...soft, have: 1, need: 2 }],
    says: [ids.subnet2],
  },
  {
    name: 'both of them: fails, naming each',
    plan: bothPlan,
    facts: { ...publicOnly(), ...two, ...tables([], []) },
    findings: [{ ...bad, have: 0, need: 2 }],
    says: [ids.subnet, ids.subnet2],
  },
  {
    name: 'publicAccessCidrs around the NAT address',
    plan: eksPlan,
    facts: limited('203.0.113.0/24', '198.51.100.7/32'),
    findings: [fine],
  },
  { name: 'publicAccessCidrs in two halves', plan: eksPlan, facts: limited('0.0.0.0/1', '128.0.0.0/1'), findings: [fine] },
  {
    name: 'publicAccessCidrs without the NAT address: fails',
    plan: eksPlan,
    facts: limited('198.51.100.0/24'),
    findings: [bad],
    says: ['1 of 1 NAT addresses', '203.0.113.24', '198.51.100.0/24'],
  },
  {
    name: 'one of two NAT addresses among them: recommended',
    plan: eksPlan,
    facts: { ...limited('203.0.113.24/32'), ...nats(nat({ addresses: ['203.0.113.24', '203.0.113.25'] })) },
    findings: [soft],
    says: ['1 of 2 NAT addresses', '203.0.113.25'],
  },
  {
    name: 'calls leave by a transit gateway, from addresses that are not visible: recommended',
    plan: eksPlan,
    facts: { ...limited('198.51.100.0/24'), ...tables([to('0.0.0.0/0', 'tgw-1')]) },
    findings: [soft],
    says: ['0.0.0.0/0 → tgw-1'],
  },
  {
    name: 'a transit gateway where every address is let in',
    plan: eksPlan,
    facts: { ...publicOnly(), ...tables([to('0.0.0.0/0', 'tgw-1')]), natGateways: broken() },
    findings: [fine],
  },
  {
    name: 'a private NAT gateway has no address of the internet: recommended',
    plan: eksPlan,
    facts: { ...limited('198.51.100.0/24'), ...nats(nat({ connectivity: 'private', addresses: [] })) },
    findings: [soft],
  },
  {
    name: 'publicAccessCidrs in a shared VPC: unevaluated, naming the owner',
    plan: eksPlan,
    facts: {
      ...limited('198.51.100.0/24'),
      vpcs: ok([{ id: ids.vpc, owner: '999999999999', state: 'available', ipv4: ['10.1.0.0/16'], ipv6: [] }]),
    },
    unevaluated: [{ level: 'required', resource: ids.eks, reason: expect.stringContaining('999999999999') }],
  },
  {
    name: 'NAT gateways denied: unevaluated',
    plan: eksPlan,
    facts: { ...publicOnly(), natGateways: denied('ec2:DescribeNatGateways') },
    unevaluated: [{ level: 'required', resource: ids.eks, action: 'ec2:DescribeNatGateways' }],
  },
  {
    name: 'facts of an older version: unevaluated',
    plan: eksPlan,
    facts: eksFacts({ endpoint: undefined as never }),
    unevaluated: [{ level: 'required', resource: ids.eks, reason: expect.stringContaining('older version') }],
  },
  {
    name: 'the EKS cluster denied: unevaluated',
    plan: eksPlan,
    facts: { eksClusters: { [ids.eks]: denied('eks:DescribeCluster') } },
    unevaluated: [{ level: 'required', resource: ids.eks, action: 'eks:DescribeCluster' }],
  },
  {
    name: 'the EKS cluster does not exist: eks-cluster says so',
    plan: eksPlan,
    facts: { eksClusters: { [ids.eks]: ok(null) } },
    findings: [],
  },
]);
