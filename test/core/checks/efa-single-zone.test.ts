import { expect } from 'vitest';
import check from '../../../shared/core/checks/efa-single-zone.ts';
import { broken, denied, groupRequest, ids, instanceTypes, ok, plan, running, subnet, withRunning } from '../healthy.ts';
import { noVpcPlan, planOf, vpcConfig } from '../plans.ts';
import { table } from '../table.ts';

const [a, b] = [ids.subnet, ids.subnet2];
const subnets = (zone: string) => ({ subnets: ok([subnet(), subnet({ id: b, zone })]) });
const groups = (...of: Parameters<typeof groupRequest>[0][]) =>
  planOf({ InstanceGroups: of.map((g) => groupRequest(g)), VpcConfig: vpcConfig(a, b) });
const own = { InstanceGroupName: 'own', OverrideVpcConfig: vpcConfig(b, a) };

table(check, [
  {
    name: 'passes at the healthy default',
    findings: [{ status: 'pass', level: 'recommended', group: 'workers', resource: 'workers' }],
    says: ['usw2-az1'],
  },
  {
    name: 'passes with several subnets of one zone',
    plan: groups({}, own),
    facts: subnets('usw2-az1'),
    findings: [{ status: 'pass' }, { status: 'pass' }],
  },
  {
    name: 'warns of subnets in two zones, of its own or inherited, in different words',
    plan: groups({}, own),
    facts: subnets('usw2-az2'),
    findings: [
      {
        status: 'fail',
        level: 'recommended',
        group: 'workers',
        message: expect.stringContaining('HyperPod chooses one subnet'),
        remediation: { text: expect.stringContaining('OverrideVpcConfig') },
      },
      {
        status: 'fail',
        level: 'recommended',
        group: 'own',
        message: expect.stringContaining('2 zones in its OverrideVpcConfig'),
        remediation: { text: expect.stringContaining('one zone') },
      },
    ],
  },
  { name: 'does not apply to types without EFA', plan: groups({ InstanceType: 'ml.g5.xlarge' }), facts: subnets('usw2-az2'), findings: [] },
  {
    name: 'applies to a single card with EFA',
    plan: groups({ InstanceType: 'ml.g5.8xlarge' }),
    facts: subnets('usw2-az2'),
    findings: [{ status: 'fail' }],
  },
  {
    name: 'applies to a flexible group of which any type has EFA',
    plan: groups({ InstanceType: undefined, InstanceRequirements: { InstanceTypes: ['ml.g5.xlarge', 'ml.p5.48xlarge'] } }),
    facts: subnets('usw2-az2'),
    findings: [{ status: 'fail' }],
  },
  { name: 'applies to what runs', plan: { ...plan(), clusters: [] }, facts: withRunning(running()), findings: [{ status: 'pass' }] },
  { name: 'has nothing to say without a VPC', plan: noVpcPlan, findings: [] },
  {
    name: 'types denied',
    facts: { instanceTypes: denied('ec2:DescribeInstanceTypes') },
    unevaluated: [{ level: 'recommended', group: 'workers', action: 'ec2:DescribeInstanceTypes' }],
  },
  {
    name: 'a type that EC2 does not describe',
    facts: { instanceTypes: ok({ 'g5.xlarge': instanceTypes['g5.xlarge'] }) },
    unevaluated: [{ reason: expect.stringContaining('p5.48xlarge') }],
  },
  { name: 'subnets unreadable', facts: { subnets: broken() }, unevaluated: [{ group: 'workers' }] },
  {
    name: 'subnets unreadable do not matter where there is no EFA',
    plan: groups({ InstanceType: 'ml.g5.xlarge' }),
    facts: { subnets: broken() },
    findings: [],
  },
]);
