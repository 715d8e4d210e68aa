import { expect } from 'vitest';
import check from '../../../shared/core/checks/security-group-internal-traffic.ts';
import type { GroupRule, SecurityGroup } from '../../../shared/core/evaluation/facts.ts';
import {
  allTraffic,
  broken,
  denied,
  groupRequest,
  ids,
  instanceTypes,
  ok,
  onEks,
  plan,
  planned,
  request,
  running,
  runningGroup,
  securityGroup,
  subnet,
  withRunning,
} from '../healthy.ts';
import { eksFacts, eksPlan, fromGroup, noVpcPlan, planOf, planOfGroups, securityGroups, toGroup } from '../plans.ts';
import { type Row, table } from '../table.ts';

const other = 'sg-0aaa0000000000002';
const on = (protocol: string, from: number, to = from) => ({ protocol, ports: { from, to } });
const both = (id: string, more: Partial<GroupRule> = {}) => [fromGroup(id, more), toGroup(id, more)];
const cidrs = (...ipv4: string[]): GroupRule[] => [false, true].map((egress) => ({ ...allTraffic, egress, ipv4 }));
const node = (...rules: GroupRule[]) => securityGroup({ rules });
const login = { InstanceGroupName: 'login', OverrideVpcConfig: { SecurityGroupIds: [other], Subnets: [ids.subnet] } };
const tcp = on('tcp', 0, 65535);
const udp = on('udp', 0, 65535);

const withControl = (...of: SecurityGroup[]) => ({
  ...securityGroups(...of),
  ...eksFacts({ clusterSecurityGroup: ids.eksGroup, securityGroups: [] }),
});
const control = (...rules: GroupRule[]) => securityGroup({ id: ids.eksGroup, rules });
const nodeKey = { resource: ids.group };
const eksKey = { resource: `${ids.group} ${ids.eks}` };
const fine = { status: 'pass' as const };
const p5 = instanceTypes['p5.48xlarge'];
/** EFA requires more of the same rules, and efa-self-traffic reports them. */
const withoutEfa = { instanceTypes: ok({ ...instanceTypes, 'p5.48xlarge': { ...p5, efa: false } }) };
const controlBlocked = (words: string) =>
  ({ status: 'fail', level: 'required', ...eksKey, message: expect.stringContaining(words) }) as const;

const rows: readonly Row[] = [
  { name: 'passes at the healthy default', findings: [{ ...fine, level: 'required', ...nodeKey }] },
  { name: 'does not apply without a VPC', plan: noVpcPlan, findings: [] },
  {
    name: 'no rule in',
    facts: securityGroups(node(toGroup(ids.group))),
    findings: [
      {
        status: 'fail',
        level: 'required',
        remediation: {
          command: `aws ec2 authorize-security-group-ingress --region us-west-2 --group-id ${ids.group} --ip-permissions 'IpProtocol=tcp,FromPort=0,ToPort=65535,UserIdGroupPairs=[{GroupId=${ids.group}}]'`,
        },
      },
    ],
    says: [`0 ingress rules of ${ids.group} allow all tcp from the nodes of workers`],
  },
  {
    name: 'no rule at all: both directions are named',
    facts: securityGroups(node()),
    findings: [{ status: 'fail' }],
    says: ['egress rules of sg-0aaa0000000000001 allow all tcp to the nodes of workers', 'from the nodes of workers'],
  },
  { name: 'a CIDR over the subnet counts', facts: securityGroups(node(...cidrs('10.1.0.0/20'))), findings: [fine] },
  { name: '0.0.0.0/0 counts', facts: securityGroups(node(...cidrs('0.0.0.0/0'))), findings: [fine] },
  { name: 'a CIDR over half of the subnet does not', facts: securityGroups(node(...cidrs('10.1.0.0/21'))), findings: [{ status: 'fail' }] },
  {
    name: 'every subnet counts where nodes may be placed',
    plan: planOf({ VpcConfig: { SecurityGroupIds: [ids.group], Subnets: [ids.subnet, ids.subnet2] } }),
    facts: { ...securityGroups(node(...cidrs('10.1.0.0/20'))), subnets: ok([subnet(), subnet({ id: ids.subnet2, ipv4: '10.1.16.0/20' })]) },
    findings: [{ status: 'fail' }],
  },
  {
    name: 'an IPv6-native subnet is covered by IPv6 rules',
    facts: {
      ...securityGroups(node({ ...allTraffic, egress: false, ipv6: ['2600:1f14::/56'] }, { ...allTraffic, egress: true, ipv6: ['::/0'] })),
      subnets: ok([subnet({ ipv4: '', ipv6: ['2600:1f14:0:1::/64'], ipv6Native: true })]),
    },
    findings: [fine],
  },
  {
    name: 'some tcp ports are too few',
    facts: securityGroups(node(...both(ids.group, on('tcp', 1024, 65535)))),
    findings: [{ status: 'fail', level: 'required' }],
  },
  {
    name: 'tcp without udp: softer',
    facts: securityGroups(node(...both(ids.group, tcp))),
    findings: [{ status: 'fail', level: 'recommended' }],
    says: ['all udp'],
  },
  { name: 'tcp and udp as two rules', facts: securityGroups(node(...both(ids.group, tcp), ...both(ids.group, udp))), findings: [fine] },
  {
    name: 'a single node talks to no one: recommended',
    plan: planOfGroups({ InstanceCount: 1 }),
    facts: securityGroups(node()),
    findings: [{ status: 'fail', level: 'recommended' }],
  },
  {
    name: 'a single node that is meant to grow',
    plan: plan(planned({ request: request({ InstanceGroups: [groupRequest({ InstanceCount: 1 })] }), growTo: { workers: 2 } })),
    facts: securityGroups(node()),
    findings: [{ status: 'fail', level: 'required' }],
  },
  {
    name: 'a single node that an autoscaler may multiply',
    plan: planOf({ InstanceGroups: [groupRequest({ InstanceCount: 1 })], AutoScaling: { Mode: 'Enable' } }),
    facts: securityGroups(node()),
    findings: [{ status: 'fail', level: 'required' }],
  },
  {
    name: 'two groups of one node each with the same security group',
    plan: planOfGroups({ InstanceCount: 1 }, { InstanceGroupName: 'login', InstanceCount: 1 }),
    facts: securityGroups(node()),
    findings: [{ status: 'fail', level: 'required', resource: ids.group }],
  },
  {
    name: 'a running cluster counts its own nodes',
    plan: { ...plan(), clusters: [] },
    facts: { ...withRunning(running({ groups: [runningGroup({ current: 0, target: 2 })] })), ...securityGroups(node()) },
    findings: [{ status: 'fail', level: 'required' }],
  },
  {
    name: 'groups with different security groups that reach one another',
    plan: planOfGroups({}, login),
    facts: securityGroups(
      node(...both(ids.group), ...both(other)),
      securityGroup({ id: other, rules: [...both(other), ...both(ids.group)] }),
    ),
    findings: [
      { ...fine, resource: ids.group },
      { ...fine, resource: other },
      { ...fine, level: 'recommended', resource: `${ids.group} ${other}` },
    ],
  },
  {
    name: 'groups with different security groups that do not: recommended',
    plan: planOfGroups({}, login),
    facts: securityGroups(node(...both(ids.group), toGroup(other)), securityGroup({ id: other, rules: both(other) })),
    findings: [
      fine,
      fine,
      {
        status: 'fail',
        level: 'recommended',
        message: expect.stringContaining(`0 ingress rules of ${ids.group} allow all tcp from the nodes of login (${other})`),
        remediation: { command: expect.stringContaining(`authorize-security-group-ingress --region us-west-2 --group-id ${other}`) },
      },
    ],
  },
  {
    name: 'EKS: one group for nodes and control plane',
    plan: eksPlan,
    findings: [
      { ...fine, ...nodeKey },
      { ...fine, level: 'required', ...eksKey },
    ],
  },
  {
    name: 'EKS: groups that name each other',
    plan: eksPlan,
    facts: withControl(node(...both(ids.group), ...both(ids.eksGroup)), control(...both(ids.eksGroup), ...both(ids.group))),
    findings: [fine, fine],
  },
  {
    name: 'EKS: the cluster security group does not let the nodes in',
    plan: eksPlan,
    facts: withControl(node(...both(ids.group), ...both(ids.eksGroup)), control(...both(ids.eksGroup), toGroup(ids.group))),
    findings: [
      fine,
      {
        status: 'fail',
        level: 'required',
        ...eksKey,
        message: expect.stringContaining('allow tcp 443 from the nodes of workers'),
        remediation: { command: expect.stringContaining(`--group-id ${ids.eksGroup} --ip-permissions 'IpProtocol=tcp,FromPort=443`) },
      },
    ],
  },
  {
    name: 'EKS: the kubelet is not let called',
    plan: eksPlan,
    facts: withControl(node(...both(ids.group), toGroup(ids.eksGroup)), control(...both(ids.eksGroup), ...both(ids.group))),
    findings: [fine, { status: 'fail', level: 'required', message: expect.stringContaining('tcp 10250 from') }],
  },
  {
    name: 'EKS without private access: only 10250: softer, nodes call the public endpoint',
    plan: eksPlan,
    facts: {
      ...eksFacts({
        clusterSecurityGroup: ids.eksGroup,
        securityGroups: [],
        endpoint: { privateAccess: false, publicCidrs: ['0.0.0.0/0'] },
      }),
      ...securityGroups(node(...both(ids.group), fromGroup(ids.eksGroup, on('tcp', 10250))), control(toGroup(ids.group, on('tcp', 10250)))),
    },
    findings: [fine, { status: 'fail', level: 'recommended', message: expect.stringContaining('Port 10250 is open') }],
  },
  {
    name: 'EKS: only 443 and 10250: softer',
    plan: eksPlan,
    facts: withControl(
      node(...both(ids.group), toGroup(ids.eksGroup, on('tcp', 443)), fromGroup(ids.eksGroup, on('tcp', 10250))),
      control(fromGroup(ids.group, on('tcp', 443)), toGroup(ids.group, on('tcp', 10250))),
    ),
    findings: [fine, { status: 'fail', level: 'recommended', message: expect.stringContaining('443 and 10250 are open') }],
  },
  {
    name: 'EKS: nodes need udp 53 among themselves',
    plan: eksPlan,
    facts: withControl(node(...both(ids.group, tcp), ...both(ids.eksGroup)), control(...both(ids.eksGroup), ...both(ids.group))),
    findings: [{ status: 'fail', level: 'required', message: expect.stringContaining('udp 53') }, fine],
  },
  {
    name: "EKS: a CIDR over the control plane's subnets counts",
    plan: eksPlan,
    facts: withControl(node(...both(ids.group), ...cidrs('10.1.0.0/16')), control(...cidrs('10.1.0.0/16'))),
    findings: [fine, fine],
  },
  {
    name: "EKS: a CIDR over a part of them leaves open whether the control plane's address is in it",
    plan: eksPlan,
    facts: withControl(node(...both(ids.group), ...cidrs('10.1.0.0/28')), control(...cidrs('10.1.0.0/16'))),
    findings: [fine],
    unevaluated: [{ ...eksKey, level: 'required', reason: expect.stringContaining('only a part') }],
  },
  {
    name: 'EKS: the cluster does not exist',
    plan: eksPlan,
    facts: { eksClusters: { [ids.eks]: ok(null) } },
    findings: [fine],
    unevaluated: [{ ...eksKey, reason: expect.stringContaining('does not exist') }],
  },
  {
    name: 'EKS: the cluster is denied, the nodes are judged',
    plan: eksPlan,
    facts: { eksClusters: { [ids.eks]: denied('eks:DescribeCluster') } },
    findings: [fine],
    unevaluated: [{ ...eksKey, action: 'eks:DescribeCluster' }],
  },
  {
    name: 'groups denied: unevaluated',
    facts: { securityGroups: denied('ec2:DescribeSecurityGroups') },
    unevaluated: [{ level: 'required', ...nodeKey, action: 'ec2:DescribeSecurityGroups' }],
  },
  {
    name: 'a group that is not listed: unevaluated',
    facts: securityGroups(),
    unevaluated: [{ reason: expect.stringContaining(ids.group) }],
  },
  {
    name: 'EKS: a group of the nodes that does not exist is left to network-resources, also for the control plane',
    plan: eksPlan,
    facts: withControl(control(...both(ids.eksGroup))),
    unevaluated: [
      { ...nodeKey, level: 'required', reason: expect.stringContaining(`${ids.group} does not exist`) },
      { ...eksKey, level: 'required', reason: expect.stringContaining(`${ids.group} does not exist`) },
    ],
  },
  { name: 'subnets unreadable do not matter to references', facts: { subnets: broken() }, findings: [fine] },
  {
    name: 'subnets unreadable matter to CIDRs',
    facts: { subnets: denied('ec2:DescribeSubnets'), ...securityGroups(node(...cidrs('10.1.0.0/16'))) },
    unevaluated: [{ ...nodeKey, action: 'ec2:DescribeSubnets' }],
  },
  {
    name: 'a prefix list counts by its entries',
    facts: {
      ...securityGroups(node(...[false, true].map((egress) => ({ ...allTraffic, egress, prefixLists: ['pl-nodes'] })))),
      prefixListEntries: { 'pl-nodes': ok(['10.1.0.0/16']) },
    },
    findings: [fine],
  },
  {
    name: 'an unreadable prefix list that decides: unevaluated',
    facts: {
      ...securityGroups(node(...[false, true].map((egress) => ({ ...allTraffic, egress, prefixLists: ['pl-nodes'] })))),
      prefixListEntries: { 'pl-nodes': denied('ec2:GetManagedPrefixListEntries') },
    },
    unevaluated: [{ ...nodeKey, action: 'ec2:GetManagedPrefixListEntries' }],
  },
];

table(
  check,
  rows.map((row) => ({ ...row, facts: { ...withoutEfa, ...row.facts } })),
);

table(check, [
  { name: 'EFA: what efa-self-traffic requires is no second finding', facts: securityGroups(node()), findings: [] },
  { name: 'EFA: nor is what is recommended', facts: securityGroups(node(...both(ids.group, tcp))), findings: [] },
  { name: 'EFA: a CIDR passes all the same', facts: securityGroups(node(...cidrs('10.1.0.0/20'))), findings: [fine] },
  {
    name: 'EFA that is only recommended leaves the required finding',
    plan: planOfGroups({ InstanceType: 'ml.g5.8xlarge' }),
    facts: securityGroups(node()),
    findings: [{ status: 'fail', level: 'required', ...nodeKey }],
  },
  {
    name: 'EFA types that are not read leave the finding',
    facts: { ...securityGroups(node()), instanceTypes: broken() },
    findings: [{ status: 'fail', level: 'required', ...nodeKey }],
  },
  {
    name: 'EFA on EKS: rules out that nodes and control plane are missing together are reported by efa-self-traffic',
    plan: eksPlan,
    facts: securityGroups(node(fromGroup(ids.group))),
    findings: [],
  },
  { name: 'EFA on EKS: rules in likewise', plan: eksPlan, facts: securityGroups(node(toGroup(ids.group))), findings: [] },
  {
    name: 'EFA on EKS: rules for another group of the control plane are a finding of their own',
    plan: eksPlan,
    facts: withControl(node(), control(...both(ids.eksGroup), ...both(ids.group))),
    findings: [controlBlocked('tcp 443 to')],
  },
  {
    name: 'EKS without EFA: rules that nodes and control plane are missing together are one finding',
    plan: eksPlan,
    facts: { ...withoutEfa, ...securityGroups(node(fromGroup(ids.group))) },
    findings: [{ status: 'fail', level: 'required', ...nodeKey }],
  },
  {
    name: 'EKS without EFA: what is only recommended for the control plane is in that finding too',
    plan: eksPlan,
    facts: { ...withoutEfa, ...securityGroups(node(...both(ids.group, on('tcp', 443)), ...both(ids.group, on('tcp', 10250)))) },
    findings: [{ status: 'fail', level: 'required', ...nodeKey }],
  },
  {
    name: 'EKS without EFA: a single node, whose own traffic is only recommended, leaves the finding of the control plane',
    plan: planOf({ ...onEks, InstanceGroups: [groupRequest({ InstanceCount: 1 })] }),
    facts: { ...withoutEfa, ...securityGroups(node()) },
    findings: [{ status: 'fail', level: 'recommended', ...nodeKey }, controlBlocked('tcp 443 to')],
  },
]);
