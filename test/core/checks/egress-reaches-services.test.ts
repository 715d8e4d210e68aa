import { expect } from 'vitest';
import check from '../../../shared/core/checks/egress-reaches-services.ts';
import type { GroupRule, RouteTable, VpcEndpoint } from '../../../shared/core/evaluation/facts.ts';
import { allTraffic, broken, denied, ids, ok, securityGroup, subnet } from '../healthy.ts';
import { eksPlan, interfaceEndpoint, noVpcPlan, planOf, securityGroups } from '../plans.ts';
import { table } from '../table.ts';

const guard = 'sg-0bbb0000000000001';
const far = 'subnet-0bbb0000000000001';
const https = { protocol: 'tcp', ports: { from: 443, to: 443 } };
const egress = (more: Partial<GroupRule> = {}): GroupRule => ({ ...allTraffic, egress: true, ...more });
const ingress = (more: Partial<GroupRule> = {}): GroupRule => egress({ ...more, egress: false });
const node = (...rules: GroupRule[]) => securityGroup({ rules });
const endpoint = (service: string, more: Partial<VpcEndpoint> = {}) =>
  interfaceEndpoint(service, { id: `vpce-0bbb-${service}`, subnets: [far], groups: [guard], ...more });
const endpoints = (...of: VpcEndpoint[]) => ({
  endpoints: ok(of),
  subnets: ok([subnet(), subnet({ id: far, ipv4: '10.1.240.0/24' })]),
});
const twelve = ['ec2', 'ec2messages', 'ecr.api', 'ecr.dkr', 'eks', 'eks-auth', 'fsx', 'logs', 'monitoring', 'ssm', 'ssmmessages', 'sts'];
const guarded = (...rules: GroupRule[]) => securityGroup({ id: guard, rules });
const fine = { status: 'pass' as const };
const s3 = { resource: `${ids.group} s3` };
const none = { resource: `${ids.group} endpoints`, level: 'recommended' as const };
const open = securityGroup();
const shared = { vpcs: ok([{ id: ids.vpc, owner: '999999999999', state: 'available', ipv4: ['10.1.0.0/16'], ipv6: [] }]) };
const tables = (...routes: RouteTable['routes']) => ({
  routeTables: ok([{ id: ids.routeTable, vpc: ids.vpc, main: true, subnets: [], routes }]),
});

table(check, [
  { name: "passes by S3's prefix list", findings: [{ ...fine, level: 'required', ...s3 }], says: ['tcp 443'] },
  { name: 'does not apply without a VPC', plan: noVpcPlan, findings: [] },
  {
    name: 'no egress to S3: fails, with the line that names the prefix list',
    facts: securityGroups(node(egress({ ...https, ipv4: ['10.1.0.0/16'] }))),
    findings: [
      {
        status: 'fail',
        level: 'required',
        ...s3,
        remediation: {
          command: `aws ec2 authorize-security-group-egress --region us-west-2 --group-id ${ids.group} --ip-permissions 'IpProtocol=tcp,FromPort=443,ToPort=443,PrefixListIds=[{PrefixListId=${ids.s3}}]'`,
        },
      },
    ],
    says: [`0 egress rules of ${ids.group} allow tcp 443 to S3 (${ids.s3}).`],
  },
  { name: '0.0.0.0/0', facts: securityGroups(node(egress({ ...https, ipv4: ['0.0.0.0/0'] }))), findings: [fine] },
  {
    name: '0.0.0.0/0 needs neither the list nor its entries',
    facts: { ...securityGroups(node(egress({ ipv4: ['0.0.0.0/0'] }))), prefixLists: broken(), prefixListEntries: {} },
    findings: [fine],
  },
  {
    name: '::/0 alone does not reach S3 over IPv4',
    facts: securityGroups(node(egress({ ...https, ipv6: ['::/0'] }))),
    findings: [{ status: 'fail' }],
  },
  {
    name: 'the list on another port',
    facts: securityGroups(node(egress({ protocol: 'tcp', ports: { from: 80, to: 80 }, prefixLists: [ids.s3] }))),
    findings: [{ status: 'fail' }],
  },
  {
    name: 'CIDRs around every entry',
    facts: securityGroups(node(egress({ ...https, ipv4: ['52.92.0.0/16', '3.5.76.0/22'] }))),
    findings: [fine],
  },
  {
    name: 'CIDRs around all entries but one',
    facts: securityGroups(node(egress({ ...https, ipv4: ['52.92.0.0/16'] }))),
    findings: [{ status: 'fail' }],
  },
  {
    name: 'the list itself needs no entries',
    facts: { prefixListEntries: { [ids.s3]: denied('ec2:GetManagedPrefixListEntries') } },
    findings: [fine],
  },
  {
    name: 'unreadable entries matter where CIDRs decide',
    facts: {
      ...securityGroups(node(egress({ ...https, ipv4: ['52.92.0.0/16', '3.5.76.0/22'] }))),
      prefixListEntries: { [ids.s3]: denied('ec2:GetManagedPrefixListEntries') },
    },
    unevaluated: [{ level: 'required', ...s3, action: 'ec2:GetManagedPrefixListEntries' }],
  },
  {
    name: 'unreadable entries do not matter where nothing goes out on 443',
    facts: { ...securityGroups(node()), prefixListEntries: { [ids.s3]: broken() } },
    findings: [{ status: 'fail' }],
  },
  {
    name: 'no prefix list of that name',
    facts: { prefixLists: ok([]), ...securityGroups(node(egress({ ...https, prefixLists: ['pl-other'] }))) },
    unevaluated: [{ ...s3, reason: expect.stringContaining('com.amazonaws.us-west-2.s3') }],
  },
  {
    name: 'S3 through an interface endpoint: the list does not matter, the endpoint does',
    facts: {
      ...endpoints(endpoint('s3')),
      ...securityGroups(node(egress({ groups: [{ id: guard }] })), guarded(ingress({ ...https, groups: [{ id: ids.group }] }))),
    },
    findings: [{ ...fine, ...s3 }],
    says: ['vpce-0bbb-s3'],
  },
  {
    name: "S3's endpoint turns the nodes away",
    facts: { ...endpoints(endpoint('s3')), ...securityGroups(open, guarded()) },
    findings: [
      {
        status: 'fail',
        level: 'required',
        ...s3,
        remediation: { command: expect.stringContaining(`authorize-security-group-ingress --region us-west-2 --group-id ${guard}`) },
      },
    ],
    says: [`0 ingress rules of ${guard} allow tcp 443 from the nodes of workers (${ids.group}).`],
  },
  {
    name: "no way out to S3's endpoint",
    facts: {
      ...endpoints(endpoint('s3')),
      ...securityGroups(node(egress({ ...https, prefixLists: [ids.s3] })), guarded(ingress({ ipv4: ['10.1.0.0/16'] }))),
    },
    findings: [{ status: 'fail', ...s3 }],
    says: ['to endpoint vpce-0bbb-s3'],
  },
  {
    name: "a CIDR over part of the endpoint's subnet leaves it open",
    facts: {
      ...endpoints(endpoint('s3')),
      ...securityGroups(node(egress({ ...https, ipv4: ['10.1.240.7/32'] })), guarded(ingress({ ipv4: ['10.1.0.0/16'] }))),
    },
    unevaluated: [{ ...s3, reason: expect.stringContaining('only a part') }],
  },
  ...(
    [
      ['without private DNS', { privateDns: false }],
      ['for inbound resolvers only', { privateDnsOnlyForInbound: true }],
      ['not available yet', { state: 'pending' }],
      ['in another VPC', { vpc: 'vpc-0bbb' }],
    ] as const
  ).map(([name, more]) => ({
    name: `an endpoint for S3 ${name} changes nothing`,
    facts: { ...endpoints(endpoint('s3', more)), ...securityGroups(open, guarded()) },
    findings: [{ ...fine, ...s3 }],
  })),
  {
    name: 'endpoints of services nodes use are judged one by one, as recommended; others are not',
    facts: {
      ...endpoints(endpoint('ssm'), endpoint('logs', { groups: [ids.group] }), endpoint('bedrock-runtime')),
      ...securityGroups(open, guarded()),
    },
    findings: [
      fine,
      { ...fine, level: 'recommended', resource: `${ids.group} vpce-0bbb-logs` },
      { status: 'fail', level: 'recommended', resource: `${ids.group} vpce-0bbb-ssm` },
    ],
  },
  {
    name: 'EKS: pods get their addresses from EC2, so its endpoint is required',
    plan: eksPlan,
    facts: { ...endpoints(endpoint('ec2'), endpoint('logs')), ...securityGroups(open, guarded()) },
    findings: [
      fine,
      {
        status: 'fail',
        level: 'required',
        resource: `${ids.group} vpce-0bbb-ec2`,
        message: expect.stringMatching(/ 2 services affected: endpoint vpce-0bbb-ec2 .* and endpoint vpce-0bbb-logs .*\.$/),
      },
    ],
  },
  {
    name: 'no egress at all: one finding for S3 and twelve endpoints, with one rule for each destination',
    plan: eksPlan,
    facts: {
      ...endpoints(...twelve.map((s) => endpoint(s))),
      ...securityGroups(node(), guarded(ingress({ groups: [{ id: ids.group }] }))),
    },
    findings: [
      {
        status: 'fail',
        level: 'required',
        ...s3,
        remediation: {
          command: `aws ec2 authorize-security-group-egress --region us-west-2 --group-id ${ids.group} --ip-permissions 'IpProtocol=tcp,FromPort=443,ToPort=443,PrefixListIds=[{PrefixListId=${ids.s3}}]' 'IpProtocol=tcp,FromPort=443,ToPort=443,UserIdGroupPairs=[{GroupId=${guard}}]'`,
        },
      },
    ],
    says: [
      `0 egress rules of ${ids.group} allow tcp 443 to S3 (${ids.s3}), endpoint vpce-0bbb-ec2 (`,
      ...twelve.map((s) => `endpoint vpce-0bbb-${s} (`),
      ' 13 services affected.',
    ],
  },
  {
    name: 'egress to S3 alone: one finding for all endpoints, as strong as the strongest of them',
    plan: eksPlan,
    facts: {
      ...endpoints(endpoint('logs'), endpoint('ec2'), endpoint('ssm')),
      ...securityGroups(node(egress({ ...https, prefixLists: [ids.s3] })), guarded(ingress({ groups: [{ id: ids.group }] }))),
    },
    findings: [fine, { status: 'fail', level: 'required', resource: `${ids.group} vpce-0bbb-ec2` }],
  },
  {
    name: 'an endpoint in the security group of the nodes, which misses the rule out to itself: efa-self-traffic reports it',
    facts: {
      ...endpoints(endpoint('ssm', { groups: [ids.group] })),
      ...securityGroups(node(ingress({ groups: [{ id: ids.group }] }), egress({ ...https, prefixLists: [ids.s3] }))),
    },
    findings: [{ ...fine, ...s3 }],
  },
  {
    name: 'endpoints with a security group each: one finding for each',
    facts: {
      ...endpoints(endpoint('logs'), endpoint('ssm', { groups: ['sg-0bbb0000000000002'] })),
      ...securityGroups(open, guarded(), securityGroup({ id: 'sg-0bbb0000000000002', rules: [] })),
    },
    findings: [
      fine,
      { status: 'fail', resource: `${ids.group} vpce-0bbb-logs` },
      { status: 'fail', resource: `${ids.group} vpce-0bbb-ssm` },
    ],
  },
  {
    name: 'no egress, and an endpoint that lets nothing in: two causes, the second reported with the first endpoint that has it',
    facts: { ...endpoints(endpoint('logs'), endpoint('ssm')), ...securityGroups(node(), guarded()) },
    findings: [
      { status: 'fail', level: 'required', ...s3, message: expect.not.stringContaining('ingress rules') },
      {
        status: 'fail',
        level: 'recommended',
        resource: `${ids.group} vpce-0bbb-logs`,
        message: expect.not.stringContaining('egress rules'),
      },
    ],
  },
  {
    name: 'Slurm: the endpoint of EC2 is one of many',
    facts: { ...endpoints(endpoint('ec2')), ...securityGroups(open, guarded()) },
    findings: [fine, { status: 'fail', level: 'recommended', resource: `${ids.group} vpce-0bbb-ec2` }],
  },
  {
    name: 'EKS: a guard of the endpoint of EC2 that no one can see: unevaluated, as required',
    plan: eksPlan,
    facts: { ...endpoints(endpoint('ec2')), ...securityGroups(open) },
    findings: [fine],
    unevaluated: [{ level: 'required', resource: `${ids.group} vpce-0bbb-ec2`, reason: expect.stringContaining(guard) }],
  },
  {
    name: 'a guard that no one can see: unevaluated, for that endpoint alone',
    facts: { ...endpoints(endpoint('logs')), ...securityGroups(open) },
    findings: [fine],
    unevaluated: [{ level: 'recommended', resource: `${ids.group} vpce-0bbb-logs`, reason: expect.stringContaining(guard) }],
  },
  {
    name: 'endpoints denied: unevaluated, S3 as required, the others as recommended',
    facts: { endpoints: denied('ec2:DescribeVpcEndpoints') },
    unevaluated: [
      { level: 'required', ...s3, action: 'ec2:DescribeVpcEndpoints' },
      { ...none, action: 'ec2:DescribeVpcEndpoints' },
    ],
  },
  {
    name: 'a shared VPC with a route to a gateway endpoint: S3 is judged, the rest names the owner',
    facts: shared,
    findings: [{ ...fine, ...s3 }],
    unevaluated: [{ ...none, reason: expect.stringContaining('999999999999') }],
  },
  {
    name: 'a shared VPC without such a route: unevaluated',
    facts: { ...shared, ...tables({ cidr: '0.0.0.0/0', target: ids.nat, state: 'active' }) },
    unevaluated: [{ ...s3, level: 'required', reason: expect.stringContaining('999999999999') }, none],
  },
  {
    name: 'a shared VPC whose route to the gateway endpoint is a blackhole',
    facts: { ...shared, ...tables({ prefixList: ids.s3, target: ids.gatewayEndpoint, state: 'blackhole' }) },
    unevaluated: [{ ...s3, reason: expect.stringContaining('999999999999') }, none],
  },
  {
    name: 'subnets in several VPCs: unevaluated',
    plan: planOf({ VpcConfig: { SecurityGroupIds: [ids.group], Subnets: [ids.subnet, ids.subnet2] } }),
    facts: { subnets: ok([subnet(), subnet({ id: ids.subnet2, vpc: 'vpc-0bbb' })]) },
    unevaluated: [{ ...s3, reason: expect.stringContaining('several VPCs') }, none],
  },
  {
    name: 'groups denied: unevaluated',
    facts: { securityGroups: denied('ec2:DescribeSecurityGroups') },
    unevaluated: [{ level: 'required', ...s3, action: 'ec2:DescribeSecurityGroups' }],
  },
]);
