import { expect } from 'vitest';
import check from '../../../shared/core/checks/new-vpc-quotas.ts';
import type { PlannedCluster } from '../../../shared/core/plan/plan.ts';
import { broken, denied, ok, plan, planned, request, running, withRunning } from '../healthy.ts';
import { table } from '../table.ts';

const names = { vpcs: 'VPCs per Region', gateways: 'Internet gateways per Region', ips: 'EC2-VPC Elastic IPs' };
const usage = (vpcs: number, gateways: number, ips: number) => ({
  newVpcUsage: { vpcs: ok(vpcs), 'internet-gateways': ok(gateways), 'elastic-ips': ok(ips) },
});
const made = (ClusterName: string, more: Partial<PlannedCluster> = {}) =>
  planned({ request: request({ ClusterName, VpcConfig: undefined }), newVpc: true, ...more });

table(check, [
  { name: 'does not apply to a cluster with a VPC', findings: [] },
  {
    name: 'passes with room for one of each',
    plan: plan(made('a')),
    facts: usage(4, 3, 0),
    findings: [
      { status: 'pass', level: 'required', resource: names.vpcs, have: 5, need: 5 },
      { status: 'pass', resource: names.gateways, have: 5, need: 4 },
      { status: 'pass', resource: names.ips, have: 5, need: 1 },
    ],
  },
  {
    name: 'fails what is used up, with the request that would fix it',
    plan: plan(made('a')),
    facts: usage(5, 5, 5),
    findings: [
      {
        status: 'fail',
        have: 5,
        need: 6,
        remediation: { command: expect.stringContaining('--service-code vpc --quota-code L-F678F1CE --desired-value 6') },
      },
      { status: 'fail', remediation: { command: expect.stringContaining('--quota-code L-A4707A72') } },
      { status: 'fail', remediation: { command: expect.stringContaining('--service-code ec2 --quota-code L-0263D0A3') } },
    ],
    says: ['6 VPCs required (5 in use + 1 planned for a), quota is 5.'],
  },
  {
    name: 'two new VPCs compete, that of an alternative does not, nor of one that runs and has its own',
    plan: plan(made('a'), made('b', { alternativeTo: 'a' }), made('c'), made('d'), planned()),
    facts: { ...usage(3, 0, 0), ...withRunning(running({ name: 'c' })) },
    findings: [
      { cluster: 'a', status: 'pass', need: 4 },
      { cluster: 'a' },
      { cluster: 'a' },
      { cluster: 'b', status: 'pass', need: 4 },
      { cluster: 'b' },
      { cluster: 'b' },
      { cluster: 'd', status: 'pass', need: 5, message: expect.stringContaining('1 planned earlier for a and b') },
      { cluster: 'd' },
      { cluster: 'd' },
    ],
  },
  {
    name: 'fails the second where there is room for one',
    plan: plan(made('a'), made('b')),
    facts: usage(4, 0, 0),
    findings: [{ cluster: 'a', status: 'pass' }, {}, {}, { cluster: 'b', status: 'fail', resource: names.vpcs, need: 6 }, {}, {}],
  },
  {
    name: 'is as incomplete as the read that failed',
    plan: plan(made('a')),
    facts: { newVpcUsage: { vpcs: denied('ec2:DescribeVpcs'), 'internet-gateways': ok(1) } },
    findings: [{ resource: names.gateways, status: 'pass' }],
    unevaluated: [
      { resource: names.vpcs, level: 'required', action: 'ec2:DescribeVpcs' },
      { resource: names.ips, reason: expect.stringContaining('elastic-ips was not read') },
    ],
  },
  {
    name: 'a row that is not listed is no verdict: there are VPCs in every region',
    plan: plan(made('a')),
    facts: { ...usage(0, 0, 0), quotas: { vpc: ok([]), ec2: broken() } },
    unevaluated: [
      { resource: names.vpcs, reason: expect.stringContaining('does not list') },
      { resource: names.gateways },
      { resource: names.ips },
    ],
  },
  {
    name: 'whether it runs already is unknown: unevaluated',
    plan: plan(made('a')),
    facts: { ...usage(0, 0, 0), clusterNames: denied('sagemaker:ListClusters') },
    unevaluated: [
      { resource: names.vpcs, action: 'sagemaker:ListClusters' },
      { resource: names.gateways },
      { resource: names.ips },
      { action: 'sagemaker:ListClusters' },
    ],
  },
]);
