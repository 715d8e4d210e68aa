import { expect } from 'vitest';
import check from '../../../shared/core/checks/subnet-size.ts';
import type { Facts } from '../../../shared/core/evaluation/facts.ts';
import type { GroupRequest, PlannedCluster } from '../../../shared/core/plan/plan.ts';
import { denied, groupRequest, ids, ok, onEks, plan, planned, request, running, runningGroup, subnet, withRunning } from '../healthy.ts';
import { eksFacts, eksPlan, planOf } from '../plans.ts';
import { table } from '../table.ts';

const block = (ipv4: string, more = {}): Partial<Facts> => ({ subnets: ok([subnet({ ipv4, freeIpv4: 0, ...more })]) });
const groups = (more: Partial<PlannedCluster>, ...of: readonly Partial<GroupRequest>[]) =>
  plan(planned({ request: request({ InstanceGroups: of.map(groupRequest) }), ...more }));

table(check, [
  {
    name: 'passes in a /20, with any number of free addresses',
    facts: block('10.1.0.0/20'),
    findings: [
      {
        status: 'pass',
        level: 'recommended',
        resource: ids.subnet,
        have: 4091,
        need: 128,
        unit: 'addresses',
        message: expect.not.stringContaining('estimate'),
      },
    ],
    says: ['128 required for 4 nodes of workers (32 each).'],
  },
  {
    name: 'passes where the block holds exactly what is needed',
    plan: groups({}, { InstanceType: 'ml.m5.xlarge', InstanceCount: 27 }),
    facts: block('10.1.0.0/27'),
    findings: [{ status: 'pass', have: 27, need: 27 }],
  },
  {
    name: 'an IPv6 EKS cluster: an estimate',
    plan: eksPlan,
    facts: { ...block('10.1.0.0/24'), ...eksFacts({ ipFamily: 'ipv6' }) },
    findings: [{ status: 'fail', level: 'recommended', have: 251, need: 324 }],
    says: ['(estimate)'],
  },
  {
    name: 'efa-only is an estimate',
    plan: groups({}, { NetworkInterface: { InterfaceType: 'efa-only' } }),
    facts: block('10.1.0.0/24'),
    findings: [{ status: 'pass', need: 4 }],
    says: ['(estimate)'],
  },
  {
    name: 'each subnet is asked to hold its own groups alone',
    plan: groups(
      {},
      {},
      {
        InstanceGroupName: 'login',
        InstanceType: 'ml.m5.xlarge',
        OverrideVpcConfig: { Subnets: [ids.subnet2], SecurityGroupIds: [ids.group] },
      },
    ),
    facts: { subnets: ok([subnet({ ipv4: '10.1.0.0/24' }), subnet({ id: ids.subnet2, ipv4: '10.1.1.0/28' })]) },
    findings: [
      { resource: ids.subnet, have: 251, need: 128 },
      { resource: ids.subnet2, have: 11, need: 4 },
    ],
  },
  {
    name: 'of a pool each subnet holds what the others have no room for, IPv6-native ones none',
    plan: groups(
      {},
      {
        InstanceCount: 8,
        InstanceType: undefined as never,
        InstanceRequirements: { InstanceTypes: ['ml.p4d.24xlarge', 'ml.p5.48xlarge'] },
        OverrideVpcConfig: { Subnets: [ids.subnet, ids.subnet2, 'subnet-native'], SecurityGroupIds: [ids.group] },
      },
    ),
    facts: {
      subnets: ok([
        subnet({ ipv4: '10.1.0.0/24' }),
        subnet({ id: ids.subnet2, ipv4: '10.1.4.0/22' }),
        subnet({ id: 'subnet-native', ipv4: '', ipv6Native: true }),
      ]),
    },
    findings: [
      { resource: ids.subnet, have: 251, need: 0, message: expect.not.stringContaining('estimate') },
      { resource: ids.subnet2, have: 1019, need: 32 },
    ],
    says: ['0 required for llm-train'],
  },
  {
    name: '4 P5 on EKS outgrow a /24',
    plan: eksPlan,
    facts: block('10.1.0.0/24'),
    findings: [
      { status: 'fail', level: 'recommended', have: 251, need: 324, remediation: { text: expect.stringContaining('a /23 or larger') } },
    ],
    says: ['10.1.0.0/24', 'Even an empty subnet'],
  },
  {
    name: 'the five that AWS keeps: 16 P5 on Slurm outgrow a /23',
    plan: groups({}, { InstanceCount: 16 }),
    facts: block('10.1.0.0/23'),
    findings: [{ status: 'fail', have: 507, need: 512 }],
  },
  {
    name: 'growTo decides where there is one',
    plan: groups({ growTo: { workers: 64 } }, {}),
    facts: block('10.1.0.0/21'),
    findings: [{ status: 'fail', have: 2043, need: 2048 }],
  },
  {
    name: 'what is placed already counts too',
    plan: groups({ growTo: { workers: 8 } }, {}),
    facts: { ...withRunning(running()), ...block('10.1.0.0/24') },
    findings: [{ status: 'fail', have: 251, need: 256 }],
  },
  {
    name: 'more than any block: several subnets',
    plan: groups({ growTo: { workers: 3000 } }, {}),
    findings: [{ status: 'fail', need: 96000, remediation: { text: expect.stringContaining('several') } }],
  },
  {
    name: 'a cluster that only runs, by its target',
    plan: { ...plan(), clusters: [] },
    facts: { ...withRunning(running({ groups: [runningGroup({ current: 4, target: 8 })] })), ...block('10.1.0.0/24') },
    findings: [{ status: 'fail', have: 251, need: 256 }],
  },
  {
    name: 'a flexible group spreads over its pool',
    plan: groups(
      {},
      {
        InstanceCount: 8,
        InstanceType: undefined as never,
        InstanceRequirements: { InstanceTypes: ['ml.p4d.24xlarge', 'ml.p5.48xlarge'] },
        OverrideVpcConfig: { Subnets: [ids.subnet, ids.subnet2], SecurityGroupIds: [ids.group] },
      },
    ),
    facts: { subnets: ok([subnet({ ipv4: '10.1.0.0/24' }), subnet({ id: ids.subnet2, ipv4: '10.1.1.0/24' })]) },
    findings: [
      { status: 'pass', have: 251, need: 32 },
      { status: 'pass', have: 251, need: 32 },
    ],
    says: ['estimate'],
  },
  { name: 'a cluster that asks for no nodes', plan: groups({}, { InstanceCount: 0 }), findings: [{ status: 'pass', need: 0 }] },
  { name: 'an IPv6-native subnet has no IPv4 block', facts: block('', { ipv6Native: true }), findings: [] },
  {
    name: 'AutoScaling without growTo is unevaluated',
    plan: planOf({ ...onEks, AutoScaling: { Mode: 'Enable' } }),
    unevaluated: [{ level: 'recommended', resource: ids.subnet, reason: expect.stringContaining('growTo.workers') }],
  },
  { name: 'a subnet that does not exist', facts: { subnets: ok([]) }, unevaluated: [{ resource: ids.subnet }] },
  {
    name: 'subnets denied: unevaluated, with the action',
    facts: { subnets: denied('ec2:DescribeSubnets') },
    unevaluated: [{ resource: ids.subnet, action: 'ec2:DescribeSubnets' }],
  },
  {
    name: 'types denied: unevaluated, with the action',
    facts: { instanceTypes: denied('ec2:DescribeInstanceTypes') },
    unevaluated: [{ action: 'ec2:DescribeInstanceTypes' }],
  },
]);
