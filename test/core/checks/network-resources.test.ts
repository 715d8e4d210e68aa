import { expect } from 'vitest';
import check from '../../../shared/core/checks/network-resources.ts';
import type { Facts } from '../../../shared/core/evaluation/facts.ts';
import { broken, denied, facts, groupRequest, ids, ok, plan, running, securityGroup, subnet, withRunning } from '../healthy.ts';
import { eksPlan, noVpcPlan, planOf } from '../plans.ts';
import { table } from '../table.ts';

const list = (...Subnets: readonly string[]) => planOf({ VpcConfig: { Subnets, SecurityGroupIds: [ids.group] } });
const eksIn = (vpc: string): Partial<Facts> => {
  const read = facts().eksClusters[ids.eks];
  return { eksClusters: { [ids.eks]: ok(read?.ok && read.value ? { ...read.value, vpc } : null) } };
};

table(check, [
  {
    name: 'passes for the subnet and the security group',
    findings: [
      { status: 'pass', level: 'required', resource: ids.subnet },
      { status: 'pass', level: 'required', resource: ids.group },
    ],
  },
  {
    name: 'fails for a subnet that does not exist',
    plan: list('subnet-gone', ids.subnet),
    findings: [{ status: 'fail', resource: 'subnet-gone' }, { status: 'pass', resource: ids.subnet }, { status: 'pass' }],
    says: ['subnet-gone', 'us-west-2'],
  },
  {
    name: 'fails for a subnet that is pending',
    facts: { subnets: ok([subnet({ state: 'pending' })]) },
    findings: [{ status: 'fail', resource: ids.subnet }, { status: 'pass' }],
    says: ['pending'],
  },
  {
    name: "the first subnet's VPC decides on Slurm, whatever the order of the facts",
    plan: list(ids.subnet, ids.subnet2),
    facts: { subnets: ok([subnet({ id: ids.subnet2, vpc: 'vpc-x' }), subnet()]) },
    findings: [{ status: 'pass', resource: ids.subnet }, { status: 'fail', resource: ids.subnet2 }, { status: 'pass' }],
  },
  {
    name: "the EKS cluster's VPC decides on EKS",
    plan: eksPlan,
    facts: eksIn('vpc-x'),
    findings: [
      { status: 'fail', resource: ids.subnet },
      { status: 'fail', resource: ids.group },
    ],
    says: ['vpc-x', 'EKS cluster'],
  },
  { name: 'passes on EKS in one VPC', plan: eksPlan, findings: [{ status: 'pass' }, { status: 'pass' }] },
  {
    name: 'an EKS cluster that does not exist is left to eks-cluster',
    plan: eksPlan,
    facts: { eksClusters: { [ids.eks]: ok(null) } },
    findings: [{ status: 'pass' }, { status: 'pass' }],
  },
  {
    name: 'EKS denied: what does not exist fails all the same, the rest is unevaluated',
    plan: eksPlan,
    facts: { eksClusters: { [ids.eks]: denied('eks:DescribeCluster') }, securityGroups: ok([]) },
    findings: [{ status: 'fail', resource: ids.group }],
    unevaluated: [{ resource: ids.subnet, level: 'required', action: 'eks:DescribeCluster' }],
  },
  {
    name: 'fails for a security group that is not listed',
    facts: { securityGroups: ok([]) },
    findings: [{ status: 'pass' }, { status: 'fail', resource: ids.group }],
  },
  {
    name: 'a security group that another account shares is fine',
    facts: { securityGroups: ok([securityGroup({ owner: '999900001111' })]) },
    findings: [{ status: 'pass' }, { status: 'pass' }],
  },
  {
    name: 'fails for a security group of another VPC',
    facts: { securityGroups: ok([securityGroup({ vpc: 'vpc-x' })]) },
    findings: [{ status: 'pass' }, { status: 'fail', resource: ids.group }],
  },
  {
    name: 'judges what overrides name, each once',
    plan: planOf({
      InstanceGroups: [
        groupRequest({ OverrideVpcConfig: { Subnets: [ids.subnet, ids.subnet2], SecurityGroupIds: ['sg-new', ids.group] } }),
      ],
    }),
    findings: [
      { status: 'pass', resource: ids.subnet },
      { status: 'fail', resource: ids.subnet2 },
      { status: 'pass', resource: ids.group },
      { status: 'fail', resource: 'sg-new' },
    ],
  },
  {
    name: 'a cluster that only runs, sorted',
    plan: { ...plan(), clusters: [] },
    facts: {
      ...withRunning(running({ network: { subnets: [ids.subnet2, ids.subnet], securityGroups: [ids.group] } })),
      subnets: ok([subnet({ id: ids.subnet2 }), subnet()]),
    },
    findings: [{ resource: ids.subnet }, { resource: ids.subnet2 }, { resource: ids.group }],
  },
  {
    name: 'subnets denied: subnets and the VPC of groups are unevaluated',
    facts: { subnets: denied('ec2:DescribeSubnets') },
    unevaluated: [
      { resource: ids.subnet, action: 'ec2:DescribeSubnets' },
      { resource: ids.group, action: 'ec2:DescribeSubnets' },
    ],
  },
  {
    name: 'security groups unreadable: only those are unevaluated',
    facts: { securityGroups: broken() },
    findings: [{ status: 'pass', resource: ids.subnet }],
    unevaluated: [{ resource: ids.group, reason: 'the service did not answer in time' }],
  },
  {
    name: 'no subnet exists: the VPC of groups is unknown',
    facts: { subnets: ok([]) },
    findings: [{ status: 'fail', resource: ids.subnet }],
    unevaluated: [{ resource: ids.group, reason: expect.stringContaining('its VPC is unknown') }],
  },
  { name: 'does not apply without a VPC', plan: noVpcPlan, findings: [] },
]);
