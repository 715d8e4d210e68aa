import { expect } from 'vitest';
import check from '../../../shared/core/checks/ipv6-pods.ts';
import type { Facts } from '../../../shared/core/evaluation/facts.ts';
import { denied, facts, ids, ok, onEks, plan, planned, request, subnet } from '../healthy.ts';
import { eksPlan } from '../plans.ts';
import { table } from '../table.ts';

const expected = plan(planned({ request: request(onEks), ipv6Pods: true }));
const family = (ipFamily: string): Partial<Facts> => {
  const read = facts().eksClusters[ids.eks];
  return { eksClusters: { [ids.eks]: ok(read?.ok && read.value ? { ...read.value, ipFamily } : null) } };
};
const inTwo = (more = {}) =>
  plan(
    planned({ request: request({ ...onEks, VpcConfig: { Subnets: [ids.subnet, ids.subnet2], SecurityGroupIds: [ids.group] } }), ...more }),
  );
const dual = { subnets: ok([subnet({ ipv6: ['2600:1f14::/64'] })]) };
const native = { subnets: ok([subnet({ ipv4: '', freeIpv4: 0, ipv6: ['2600:1f14::/64'], ipv6Native: true })]) };

table(check, [
  { name: 'does not apply to IPv4 subnets', plan: eksPlan, findings: [] },
  { name: 'does not apply to dual-stack subnets of Slurm', facts: dual, findings: [] },
  {
    name: 'IPv6 in the subnets asks for an IPv6 EKS cluster',
    plan: eksPlan,
    facts: dual,
    findings: [{ status: 'fail', level: 'recommended', resource: ids.eks }],
    says: [`${ids.subnet} has IPv6`, 'ipv4'],
  },
  {
    name: 'IPv6 in a subnet that the cluster does not name is nothing to it',
    plan: eksPlan,
    facts: { subnets: ok([subnet(), subnet({ id: ids.subnet2, ipv4: '', ipv6: ['2600:1f14::/64'], ipv6Native: true })]) },
    findings: [],
  },
  {
    name: 'several subnets with IPv6 are all named',
    plan: inTwo(),
    facts: { subnets: ok([subnet({ ipv6: ['2600:1f14::/64'] }), subnet({ id: ids.subnet2, ipv6: ['2600:1f15::/64'] })]) },
    findings: [{ status: 'fail', level: 'recommended' }],
    says: [`${ids.subnet} and ${ids.subnet2} have IPv6, but`],
  },
  {
    name: 'one of several subnets with IPv6 is enough to ask, and named alone',
    plan: inTwo(),
    facts: { subnets: ok([subnet(), subnet({ id: ids.subnet2, ipv6: ['2600:1f15::/64'] })]) },
    findings: [{ status: 'fail', level: 'recommended' }],
    says: [`${ids.subnet2} has IPv6, but`],
  },
  {
    name: 'expected: several subnets without IPv6 are all named',
    plan: inTwo({ ipv6Pods: true }),
    facts: { ...family('ipv6'), subnets: ok([subnet(), subnet({ id: ids.subnet2 })]) },
    findings: [
      {
        status: 'fail',
        level: 'required',
        remediation: {
          text: expect.stringContaining(`with ${ids.subnet} and ${ids.subnet2}.`),
          console: expect.stringContaining(ids.subnet),
        },
      },
    ],
    says: [`${ids.subnet} and ${ids.subnet2} have no IPv6 block`],
  },
  {
    name: 'passes with both',
    plan: eksPlan,
    facts: { ...dual, ...family('ipv6') },
    findings: [{ status: 'pass', level: 'required', resource: ids.eks }],
  },
  {
    name: 'is required where expected',
    plan: expected,
    facts: dual,
    findings: [{ status: 'fail', level: 'required' }],
    says: ['The plan expects'],
  },
  {
    name: 'expected: the subnets need IPv6 too',
    plan: expected,
    facts: family('ipv6'),
    findings: [{ status: 'fail', level: 'required', resource: ids.eks }],
    says: [`${ids.subnet} has no IPv6 block`],
  },
  { name: 'expected and there', plan: expected, facts: { ...dual, ...family('ipv6') }, findings: [{ status: 'pass', level: 'required' }] },
  {
    name: 'an IPv6-native subnet on Slurm is one recommended finding',
    facts: native,
    findings: [{ status: 'fail', level: 'recommended', resource: ids.subnet }],
    says: ['IPv6-native', 'does not document'],
  },
  {
    name: 'an IPv6-native subnet on EKS, beside the IP family',
    plan: expected,
    facts: { ...native, ...family('ipv6') },
    findings: [
      { status: 'pass', resource: ids.eks },
      { status: 'fail', level: 'recommended', resource: ids.subnet },
    ],
  },
  {
    name: 'EKS denied where expected: unevaluated as required',
    plan: expected,
    facts: { eksClusters: { [ids.eks]: denied('eks:DescribeCluster') } },
    unevaluated: [{ level: 'required', resource: ids.eks, action: 'eks:DescribeCluster' }],
  },
  {
    name: 'EKS denied where the plan is silent: an IPv6 cluster would need IPv6 in the subnets, so unevaluated as required',
    plan: eksPlan,
    facts: { eksClusters: { [ids.eks]: denied('eks:DescribeCluster') } },
    unevaluated: [{ level: 'required', resource: ids.eks, action: 'eks:DescribeCluster' }],
  },
  {
    name: 'an EKS cluster that does not exist where nothing asks for it: eks-cluster says so',
    plan: eksPlan,
    facts: { eksClusters: { [ids.eks]: ok(null) } },
    findings: [],
  },
  {
    name: 'an IPv6 EKS cluster whose subnet has no IPv6 block, plan silent: fails, with the line that lists the blocks of the VPC',
    plan: eksPlan,
    facts: family('ipv6'),
    findings: [
      {
        status: 'fail',
        level: 'required',
        resource: ids.eks,
        remediation: {
          command: `aws ec2 describe-vpcs --region us-west-2 --vpc-ids ${ids.vpc} --query 'Vpcs[].Ipv6CidrBlockAssociationSet[].Ipv6CidrBlock'`,
        },
      },
    ],
    says: [`EKS cluster train has IP family ipv6, but ${ids.subnet} has no IPv6 block`, 'According to AWS documentation'],
  },
  {
    name: 'one of two subnets without an IPv6 block, plan silent: HyperPod may choose the other, so recommended',
    plan: inTwo(),
    facts: { ...family('ipv6'), subnets: ok([subnet(), subnet({ id: ids.subnet2, ipv6: ['2600:1f15::/64'] })]) },
    findings: [{ status: 'fail', level: 'recommended', resource: ids.eks }],
    says: [`but ${ids.subnet} has no IPv6 block`],
  },
  {
    name: 'a subnet that does not exist is left to network-resources',
    plan: inTwo(),
    facts: { ...family('ipv6'), subnets: ok([subnet({ ipv6: ['2600:1f14::/64'] })]) },
    findings: [{ status: 'pass', resource: ids.eks }],
  },
  {
    name: 'an EKS cluster that does not exist',
    plan: expected,
    facts: { eksClusters: { [ids.eks]: ok(null) } },
    unevaluated: [{ level: 'required', resource: ids.eks, reason: expect.stringContaining('does not exist') }],
  },
  {
    name: 'subnets denied: unevaluated',
    plan: eksPlan,
    facts: { subnets: denied('ec2:DescribeSubnets') },
    unevaluated: [
      { level: 'required', resource: ids.eks },
      { level: 'recommended', resource: ids.subnet, action: 'ec2:DescribeSubnets' },
    ],
  },
  {
    name: 'expected, one of two subnets without IPv6',
    plan: plan(
      planned({
        request: request({ ...onEks, VpcConfig: { Subnets: [ids.subnet, ids.subnet2], SecurityGroupIds: [ids.group] } }),
        ipv6Pods: true,
      }),
    ),
    facts: { subnets: ok([subnet({ ipv6: ['2600:1f14::/64'] }), subnet({ id: ids.subnet2 })]), ...family('ipv6') },
    findings: [{ status: 'fail', level: 'required' }],
    says: [ids.subnet2],
  },
]);
