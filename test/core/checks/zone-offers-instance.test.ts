import { expect } from 'vitest';
import check from '../../../shared/core/checks/zone-offers-instance.ts';
import {
  account,
  broken,
  denied,
  groupRequest,
  ids,
  ok,
  plan,
  planned,
  request,
  running,
  runningGroup,
  subnet,
  withRunning,
} from '../healthy.ts';
import { noVpcPlan, planOf, vpcConfig } from '../plans.ts';
import { table } from '../table.ts';

const [a, b] = [ids.subnet, ids.subnet2];
const subnets = { subnets: ok([subnet(), subnet({ id: b, zone: 'usw2-az4' })]) };
const flexible = { InstanceType: undefined, InstanceRequirements: { InstanceTypes: ['ml.p5.48xlarge', 'ml.p4d.24xlarge'] } };
const offered = (offerings: Record<string, string[]>) => ({ offerings: ok(offerings) });

const trainingPlan = `arn:aws:sagemaker:us-west-2:${account}:training-plan/spring`;
const capacityIn = (zone: string) => ({
  trainingPlans: {
    [trainingPlan]: ok({
      arn: trainingPlan,
      name: 'spring',
      status: 'Active',
      targets: ['hyperpod-cluster'],
      total: 4,
      available: 4,
      inUse: 0,
      capacities: [{ type: 'ml.p5.48xlarge', zone, count: 4, status: 'Active' }],
    }),
  },
});

table(check, [
  {
    name: 'passes at the healthy default',
    findings: [{ status: 'pass', level: 'recommended', group: 'workers', resource: a }],
    says: ['usw2-az1', 'p5.48xlarge'],
  },
  {
    name: 'warns for each subnet in a zone without the type, and names the zones that have it',
    plan: planOf({ VpcConfig: vpcConfig(b, a, b) }),
    facts: { ...subnets, ...offered({ 'p5.48xlarge': ['usw2-az2', 'usw2-az1'] }) },
    findings: [
      { status: 'pass', resource: a },
      {
        status: 'fail',
        level: 'recommended',
        resource: b,
        message: expect.stringMatching(/usw2-az4 of subnet \S+ does not offer p5.48xlarge. usw2-az1 and usw2-az2 offer it/),
        remediation: { command: expect.stringContaining('Values=p5.48xlarge') },
      },
    ],
  },
  {
    name: 'a training plan with capacity in the zone has the type there, whatever EC2 lists',
    plan: planOf({ InstanceGroups: [groupRequest({ TrainingPlanArn: trainingPlan })] }),
    facts: { ...offered({}), ...capacityIn('usw2-az1') },
    findings: [{ status: 'pass', resource: a }],
    says: ['Training plan spring has capacity'],
  },
  {
    name: 'a training plan with capacity in another zone does not',
    plan: planOf({ InstanceGroups: [groupRequest({ TrainingPlanArn: trainingPlan })] }),
    facts: { ...offered({}), ...capacityIn('usw2-az2') },
    findings: [{ status: 'fail' }],
  },
  {
    name: 'a training plan that cannot be read says nothing about the zone',
    plan: planOf({ InstanceGroups: [groupRequest({ TrainingPlanArn: trainingPlan })] }),
    facts: { ...offered({}), trainingPlans: { [trainingPlan]: broken() } },
    findings: [{ status: 'fail' }],
  },
  {
    name: 'warns where no zone has the type',
    facts: offered({}),
    findings: [{ status: 'fail', remediation: { text: expect.stringContaining('another instance type') } }],
    says: ['No zone of us-west-2 offers it'],
  },
  {
    name: 'any type of a flexible group will do',
    plan: planOf({ InstanceGroups: [groupRequest(flexible)] }),
    facts: offered({ 'p5.48xlarge': ['usw2-az2'], 'p4d.24xlarge': ['usw2-az1'] }),
    findings: [{ status: 'pass' }],
    says: ['offers p4d.24xlarge'],
  },
  {
    name: 'warns of a flexible group where none of its types is',
    plan: planOf({ InstanceGroups: [groupRequest(flexible)] }),
    facts: offered({ 'p5.48xlarge': ['usw2-az2'] }),
    findings: [{ status: 'fail' }],
    says: ['p5.48xlarge or p4d.24xlarge', 'usw2-az2 offers one of them'],
  },
  {
    name: 'judges each group by the subnets it has',
    plan: plan(
      planned({
        request: request({ InstanceGroups: [groupRequest(), groupRequest({ InstanceGroupName: 'own', OverrideVpcConfig: vpcConfig(b) })] }),
      }),
    ),
    facts: subnets,
    findings: [
      { group: 'workers', resource: a, status: 'pass' },
      { group: 'own', resource: b, status: 'fail' },
    ],
  },
  {
    name: 'judges running groups, in the order of their names',
    plan: { ...plan(), clusters: [] },
    facts: withRunning(running({ groups: [runningGroup(), runningGroup({ name: 'controller', types: ['ml.m5.xlarge'] })] })),
    findings: [
      { group: 'controller', status: 'pass' },
      { group: 'workers', status: 'pass' },
    ],
  },
  { name: 'has nothing to say without a VPC', plan: noVpcPlan, findings: [] },
  {
    name: 'offerings denied',
    facts: { offerings: denied('ec2:DescribeInstanceTypeOfferings') },
    unevaluated: [{ level: 'recommended', group: 'workers', resource: a, action: 'ec2:DescribeInstanceTypeOfferings' }],
  },
  { name: 'subnets unreadable', facts: { subnets: broken() }, unevaluated: [{ group: 'workers', resource: a }] },
  {
    name: 'a subnet that does not exist blinds only itself',
    plan: planOf({ VpcConfig: vpcConfig(a, 'subnet-0bad') }),
    findings: [{ resource: a, status: 'pass' }],
    unevaluated: [{ resource: 'subnet-0bad', reason: expect.stringContaining('does not exist') }],
  },
]);
