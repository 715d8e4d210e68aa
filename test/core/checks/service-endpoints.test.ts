import { expect } from 'vitest';
import check from '../../../shared/core/checks/service-endpoints.ts';
import type { Facts, Route, VpcEndpoint } from '../../../shared/core/evaluation/facts.ts';
import { denied, ids, ok, onEks, region, subnet } from '../healthy.ts';
import { eksPlan, interfaceEndpoint, noVpcPlan, planOf } from '../plans.ts';
import { table } from '../table.ts';

const slurm = ['logs', 'monitoring', 'ssm', 'ssmmessages', 'sts'];
const eksServices = [...slurm, 'ec2', 'ecr.api', 'ecr.dkr', 'eks', 'eks-auth'];
const endpoints = (services: readonly string[], more: Partial<VpcEndpoint> = {}): Partial<Facts> => ({
  endpoints: ok(services.map((s) => interfaceEndpoint(s, more))),
});
const routes = (...of: readonly Route[]): Partial<Facts> => ({
  routeTables: ok([
    {
      id: ids.routeTable,
      vpc: ids.vpc,
      main: true,
      subnets: [ids.subnet],
      routes: [{ prefixList: ids.s3, target: ids.gatewayEndpoint, state: 'active' }, ...of],
    },
  ]),
});
const failedNat: Partial<Facts> = {
  natGateways: ok([{ id: ids.nat, vpc: ids.vpc, state: 'failed', connectivity: 'public', subnet: ids.subnet2, addresses: [] }]),
};
const statement = (more: object) => JSON.stringify({ Version: '2012-10-17', Statement: [{ Principal: '*', Resource: '*', ...more }] });
const denyAll = statement({ Effect: 'Deny', Action: '*' });
const nothing = JSON.stringify({ Version: '2012-10-17', Statement: [] });
const full = statement({ Effect: 'Allow', Action: '*' });
const under = (policy: string, services = slurm) => endpoints(services, { policy });
const shared: Partial<Facts> = { vpcs: ok([{ id: ids.vpc, owner: '999900001111', state: 'available', ipv4: ['10.1.0.0/16'], ipv6: [] }]) };

table(check, [
  { name: 'does not apply behind NAT', findings: [] },
  {
    name: 'a failed NAT gateway is no way out, and the fix is another one',
    facts: { ...failedNat, ...endpoints([]) },
    findings: [
      {
        status: 'fail',
        level: 'recommended',
        have: 0,
        remediation: { command: `aws ec2 describe-nat-gateways --region ${region} --nat-gateway-ids ${ids.nat}` },
      },
    ],
    says: [`${ids.subnet} has no route out of the VPC (NAT gateway ${ids.nat} is failed).`],
  },
  {
    name: 'a failed NAT gateway where endpoints do: passes',
    facts: { ...failedNat, ...endpoints(slurm) },
    findings: [{ status: 'pass', have: 5 }],
    says: [`NAT gateway ${ids.nat} is failed`],
  },
  {
    name: 'NAT gateways denied: unevaluated',
    facts: { natGateways: denied('ec2:DescribeNatGateways') },
    unevaluated: [{ level: 'recommended', resource: ids.vpc, action: 'ec2:DescribeNatGateways' }],
  },
  {
    name: 'does not apply behind a transit gateway',
    facts: routes({ cidr: '10.0.0.0/8', target: 'tgw-1', state: 'active' }),
    findings: [],
  },
  {
    name: 'Slurm: passes with all',
    facts: { ...routes(), ...endpoints(slurm) },
    findings: [{ status: 'pass', level: 'recommended', resource: ids.vpc, have: 5, need: 5 }],
  },
  {
    name: 'Slurm: names what is missing, with the line for the first',
    facts: { ...routes(), ...endpoints(['monitoring', 'ssm', 'sts']) },
    findings: [
      {
        status: 'fail',
        level: 'recommended',
        have: 3,
        need: 5,
        remediation: {
          command: `aws ec2 create-vpc-endpoint --region ${region} --vpc-id ${ids.vpc} --vpc-endpoint-type Interface --service-name com.amazonaws.${region}.logs --subnet-ids ${ids.subnet} --security-group-ids ${ids.group} --private-dns-enabled`,
        },
      },
    ],
    says: ['logs (lifecycle logs) and ssmmessages (sessions)', 'estimate'],
  },
  {
    name: 'EKS: needs more',
    plan: eksPlan,
    facts: { ...routes(), ...endpoints(slurm) },
    findings: [{ status: 'fail', have: 5, need: 10 }],
    says: ['ecr.dkr', 'eks-auth'],
  },
  {
    name: 'EKS: passes with all',
    plan: eksPlan,
    facts: { ...routes(), ...endpoints(eksServices) },
    findings: [{ status: 'pass', have: 10 }],
  },
  {
    name: 'with AutoScaling SageMaker is called from inside',
    plan: planOf({ ...onEks, AutoScaling: { Mode: 'Enable' } }),
    facts: { ...routes(), ...endpoints(eksServices) },
    findings: [{ status: 'fail', have: 10, need: 11 }],
    says: ['sagemaker.api'],
  },
  {
    name: 'private DNS is what makes one count',
    facts: { ...routes(), ...endpoints(slurm, { privateDns: false }) },
    findings: [{ status: 'fail', have: 0 }],
  },
  {
    name: 'pending does not count',
    facts: { ...routes(), ...endpoints(slurm, { state: 'pending' }) },
    findings: [{ status: 'fail', have: 0 }],
  },
  {
    name: 'another VPC does not count',
    facts: { ...routes(), ...endpoints(slurm, { vpc: 'vpc-x' }) },
    findings: [{ status: 'fail', have: 0 }],
  },
  {
    name: 'an internet gateway is no way out',
    facts: { ...routes({ cidr: '0.0.0.0/0', target: 'igw-1', state: 'active' }), ...endpoints([]) },
    findings: [{ status: 'fail' }],
  },
  {
    name: 'one subnet of two without a way out',
    plan: planOf({ VpcConfig: { Subnets: [ids.subnet, ids.subnet2], SecurityGroupIds: [ids.group] } }),
    facts: { subnets: ok([subnet(), subnet({ id: ids.subnet2 })]), ...endpoints([]) },
    findings: [{ status: 'fail', resource: ids.vpc }],
    says: [`${ids.subnet2} has no route out of the VPC.`],
  },
  {
    name: "a shared VPC: its endpoints are the owner's to see",
    facts: { ...routes(), ...shared },
    unevaluated: [{ level: 'recommended', resource: ids.vpc, reason: expect.stringContaining('999900001111') }],
  },
  {
    name: 'endpoints denied: unevaluated',
    facts: { ...routes(), endpoints: denied('ec2:DescribeVpcEndpoints') },
    unevaluated: [{ level: 'recommended', resource: ids.vpc, action: 'ec2:DescribeVpcEndpoints' }],
  },
  {
    name: 'endpoints denied behind NAT: their policies may refuse nodes',
    facts: { endpoints: denied('ec2:DescribeVpcEndpoints') },
    unevaluated: [{ level: 'recommended', resource: ids.vpc, action: 'ec2:DescribeVpcEndpoints' }],
  },
  { name: 'does not apply behind NAT to endpoints without a policy', facts: endpoints(slurm), findings: [] },
  {
    name: 'full access passes, behind NAT too',
    facts: under(full),
    findings: [{ status: 'pass', have: 5, need: 5 }],
    says: [`Endpoint policies in ${ids.vpc} allow the nodes logs, monitoring, ssm, ssmmessages and sts.`],
  },
  {
    name: 'all endpoints deny everything: one finding, though no endpoint is missing',
    facts: { ...routes(), ...under(denyAll) },
    findings: [{ status: 'fail', level: 'recommended', have: 0, need: 5 }],
    says: ['5 endpoint policies', 'vpce-logs (logs, lifecycle logs)', 'vpce-sts (sts, credentials). Reason: statement 1 of policy'],
  },
  {
    name: 'behind NAT private DNS leads to an endpoint that denies everything: fails, and the command shows the policy',
    facts: { endpoints: ok([interfaceEndpoint('logs', { policy: denyAll }), interfaceEndpoint('ssm')]) },
    findings: [
      {
        status: 'fail',
        level: 'recommended',
        have: 0,
        need: 1,
        remediation: {
          command: `aws ec2 describe-vpc-endpoints --region ${region} --vpc-endpoint-ids vpce-logs --query 'VpcEndpoints[0].PolicyDocument' --output text`,
        },
      },
    ],
  },
  {
    name: 'a policy that allows nothing: the command adds a statement for the execution role',
    facts: { endpoints: ok([interfaceEndpoint('ssm', { policy: nothing })]) },
    findings: [
      { status: 'fail', remediation: { command: expect.stringContaining(`"Principal":{"AWS":["${ids.role}"]},"Action":["ssm:*"]`) } },
    ],
    says: ['0 statements allow it.'],
  },
  {
    name: 'without private DNS a policy refuses no one behind NAT',
    facts: endpoints(['logs'], { policy: denyAll, privateDns: false }),
    findings: [],
  },
  {
    name: 'a policy for other principals',
    facts: under(statement({ Effect: 'Allow', Action: '*', Principal: { AWS: 'arn:aws:iam::111122223333:role/Other' } }), ['logs']),
    findings: [{ status: 'fail' }],
  },
  {
    name: 'a policy for the log groups of clusters passes',
    facts: under(statement({ Effect: 'Allow', Action: 'logs:*', Resource: 'arn:aws:logs:*:*:log-group:/aws/sagemaker/*' }), ['logs']),
    findings: [{ status: 'pass' }],
  },
  {
    name: 'one of the calls to STS is enough',
    facts: under(statement({ Effect: 'Allow', Action: 'sts:AssumeRoleWithWebIdentity' }), ['sts']),
    findings: [{ status: 'pass' }],
  },
  {
    name: 'a condition that cannot be decided: unevaluated, with the endpoint',
    facts: under(statement({ Effect: 'Allow', Action: '*', Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } } }), ['logs']),
    unevaluated: [{ level: 'recommended', resource: ids.vpc, reason: expect.stringContaining('vpce-logs') }],
  },
  {
    name: 'a policy that is no JSON: unevaluated',
    facts: under('{', ['logs']),
    unevaluated: [{ level: 'recommended', reason: expect.stringContaining('it is not JSON') }],
  },
  {
    name: 'one is missing, another refuses',
    facts: {
      ...routes(),
      endpoints: ok(['monitoring', 'ssm', 'sts', 'ssmmessages'].map((s) => interfaceEndpoint(s, s === 'sts' ? { policy: denyAll } : {}))),
    },
    findings: [{ status: 'fail', have: 3, need: 5, remediation: { command: expect.stringContaining('create-vpc-endpoint') } }],
    says: ['4 of 5 endpoints', 'Missing (estimate, AWS publishes no list for HyperPod): logs (lifecycle logs).', '. 1 endpoint policy'],
  },
  {
    name: 'a shared VPC behind NAT: its endpoints are not seen, and nothing is said',
    facts: { ...shared, ...under(denyAll) },
    findings: [],
  },
  {
    name: 'subnets denied: unevaluated',
    facts: { subnets: denied('ec2:DescribeSubnets') },
    unevaluated: [{ level: 'recommended', action: 'ec2:DescribeSubnets' }],
  },
  { name: 'does not apply without a VPC', plan: noVpcPlan, findings: [] },
]);
