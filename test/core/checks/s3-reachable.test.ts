import { expect } from 'vitest';
import check from '../../../shared/core/checks/s3-reachable.ts';
import { type Facts, type Route, requireValue } from '../../../shared/core/evaluation/facts.ts';
import { broken, denied, facts, groupRequest, ids, ok, plan, running, subnet, withRunning } from '../healthy.ts';
import { noVpcPlan, planOf, vpcConfig } from '../plans.ts';
import { table } from '../table.ts';

const routes = (...of: readonly Route[]): Partial<Facts> => ({
  routeTables: ok([{ id: ids.routeTable, vpc: ids.vpc, main: true, subnets: [ids.subnet], routes: of }]),
});
const nat: Route = { cidr: '0.0.0.0/0', target: ids.nat, state: 'active' };
const failedNat: Partial<Facts> = {
  natGateways: ok([{ id: ids.nat, vpc: ids.vpc, state: 'failed', connectivity: 'public', subnet: ids.subnet2, addresses: [] }]),
};
const shared: Partial<Facts> = { vpcs: ok([{ id: ids.vpc, owner: '999900001111', state: 'available', ipv4: ['10.1.0.0/16'], ipv6: [] }]) };
const override = (...Subnets: readonly string[]) =>
  planOf({
    InstanceGroups: [
      groupRequest(),
      groupRequest({ InstanceGroupName: 'login', OverrideVpcConfig: { Subnets, SecurityGroupIds: [ids.group] } }),
    ],
  });
const two = ok([subnet(), subnet({ id: ids.subnet2 })]);

table(check, [
  {
    name: 'passes through the gateway endpoint',
    findings: [{ status: 'pass', level: 'required', resource: ids.subnet, cluster: 'llm-train' }],
    says: [ids.gatewayEndpoint, ids.routeTable],
  },
  {
    name: 'NAT only is softer',
    facts: { ...routes(nat), endpoints: ok([]) },
    findings: [
      {
        status: 'fail',
        level: 'recommended',
        remediation: { command: expect.stringContaining(`create-vpc-endpoint --region us-west-2 --vpc-id ${ids.vpc}`) },
      },
    ],
    says: [ids.nat, 'traffic leaves the VPC through'],
  },
  {
    name: 'NAT only, and the NAT gateway failed: as without a route',
    facts: { ...routes(nat), endpoints: ok([]), ...failedNat },
    findings: [{ status: 'fail', level: 'required', remediation: { command: expect.stringContaining('--vpc-endpoint-type Gateway') } }],
    says: [`routes S3 traffic only by 0.0.0.0/0 → ${ids.nat}, and NAT gateway ${ids.nat} is failed`],
  },
  {
    name: 'a failed NAT gateway beside a gateway endpoint changes nothing',
    facts: failedNat,
    findings: [{ status: 'pass' }],
  },
  {
    name: 'NAT only, and VPC Block Public Access blocks both directions: as without a route',
    facts: { ...routes(nat), endpoints: ok([]), vpcBlockPublicAccess: ok({ mode: 'block-bidirectional', exclusions: [] }) },
    findings: [{ status: 'fail', level: 'required' }],
    says: ['VPC Block Public Access blocks NAT gateway'],
  },
  {
    name: 'NAT only, VPC Block Public Access denied: unevaluated, with the action',
    facts: { ...routes(nat), endpoints: ok([]), vpcBlockPublicAccess: denied('ec2:DescribeVpcBlockPublicAccessOptions') },
    unevaluated: [{ level: 'required', resource: ids.subnet, action: 'ec2:DescribeVpcBlockPublicAccessOptions' }],
  },
  {
    name: 'NAT only, NAT gateways denied: unevaluated, with the action',
    facts: { ...routes(nat), endpoints: ok([]), natGateways: denied('ec2:DescribeNatGateways') },
    unevaluated: [{ level: 'required', resource: ids.subnet, action: 'ec2:DescribeNatGateways' }],
  },
  {
    name: 'nothing fails, with the endpoint that is missing in the table',
    facts: routes(),
    findings: [
      {
        status: 'fail',
        level: 'required',
        remediation: {
          command: expect.stringContaining(`--vpc-endpoint-id ${ids.gatewayEndpoint} --add-route-table-ids ${ids.routeTable}`),
        },
      },
    ],
  },
  {
    name: 'an internet gateway alone fails',
    facts: routes({ cidr: '0.0.0.0/0', target: 'igw-1', state: 'active' }),
    findings: [{ status: 'fail', level: 'required' }],
  },
  {
    name: 'judges each subnet of the list and of the overrides once',
    plan: override(ids.subnet2, ids.subnet),
    facts: { subnets: two },
    findings: [
      { status: 'pass', resource: ids.subnet },
      { status: 'fail', level: 'recommended', resource: ids.subnet2 },
    ],
  },
  {
    name: 'two subnets of VpcConfig, one without a route to S3: recommended, as in cluster-placement',
    plan: planOf({ VpcConfig: vpcConfig(ids.subnet2, ids.subnet) }),
    facts: { subnets: two },
    findings: [{ status: 'fail', level: 'recommended', resource: ids.subnet2 }, { status: 'pass' }],
    says: ['only if HyperPod chooses another of their subnets'],
  },
  {
    name: 'two subnets of VpcConfig, neither with a route to S3',
    plan: planOf({ VpcConfig: vpcConfig(ids.subnet2, ids.subnet) }),
    facts: { subnets: two, ...routes() },
    findings: [
      { status: 'fail', level: 'required', resource: ids.subnet2 },
      { status: 'fail', level: 'required', resource: ids.subnet },
    ],
  },
  {
    name: 'an override with one subnet has no other',
    plan: override(ids.subnet2),
    facts: { subnets: two },
    findings: [
      { status: 'pass', resource: ids.subnet },
      { status: 'fail', level: 'required', resource: ids.subnet2 },
    ],
  },
  {
    name: 'a subnet without a route beside one that leaves by NAT',
    plan: planOf({ VpcConfig: vpcConfig(ids.subnet2, ids.subnet) }),
    facts: {
      subnets: two,
      routeTables: ok([
        { id: ids.routeTable, vpc: ids.vpc, main: true, subnets: [], routes: [] },
        { id: 'rtb-nat', vpc: ids.vpc, main: false, subnets: [ids.subnet], routes: [nat] },
      ]),
      endpoints: ok([]),
    },
    findings: [
      { status: 'fail', level: 'recommended', resource: ids.subnet2 },
      { status: 'fail', level: 'recommended', resource: ids.subnet },
    ],
  },
  {
    name: 'only through a transit gateway: one recommended finding',
    facts: { ...routes({ cidr: '0.0.0.0/0', target: 'tgw-1', state: 'active' }), endpoints: ok([]) },
    findings: [{ status: 'fail', level: 'recommended' }],
    says: ['traffic leaves the VPC through'],
  },
  {
    name: 'a shared VPC: the route is evidence',
    facts: { ...shared, endpoints: ok([]) },
    findings: [{ status: 'pass' }],
  },
  {
    name: 'a shared VPC: no route is none, the owner is named',
    facts: { ...shared, ...routes(), endpoints: ok([]) },
    unevaluated: [{ level: 'required', resource: ids.subnet, reason: expect.stringContaining('999900001111') }],
  },
  {
    name: 'a cluster that only runs',
    plan: { ...plan(), clusters: [] },
    facts: withRunning(running()),
    findings: [{ status: 'pass', resource: ids.subnet }],
  },
  { name: 'does not apply without a VPC', plan: noVpcPlan, findings: [] },
  {
    name: 'a subnet that does not exist is left to network-resources',
    facts: { subnets: ok([]) },
    unevaluated: [{ resource: ids.subnet, reason: expect.stringContaining('does not exist') }],
  },
  {
    name: 'endpoints denied: unevaluated, with the action',
    facts: { endpoints: denied('ec2:DescribeVpcEndpoints') },
    unevaluated: [{ level: 'required', resource: ids.subnet, action: 'ec2:DescribeVpcEndpoints' }],
  },
  {
    name: 'route tables unreadable: unevaluated',
    facts: { routeTables: broken() },
    unevaluated: [{ reason: 'the service did not answer in time' }],
  },
  {
    name: 'the interface endpoint needs no route tables',
    facts: {
      routeTables: broken(),
      endpoints: ok(requireValue(facts().endpoints).map((e) => ({ ...e, type: 'Interface' as const, privateDns: true }))),
    },
    findings: [{ status: 'pass' }],
  },
]);
