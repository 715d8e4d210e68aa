import { expect } from 'vitest';
import check from '../../../shared/core/checks/fsx-ports.ts';
import type { FileSystem, GroupRule, SecurityGroup } from '../../../shared/core/evaluation/facts.ts';
import type { GroupRequest } from '../../../shared/core/plan/plan.ts';
import { account, allTraffic, broken, denied, groupRequest, ids, ok, plan, planned, request, securityGroup, subnet } from '../healthy.ts';
import { fileSystemFacts } from '../plans.ts';
import { table } from '../table.ts';

const second = 'sg-0aaa0000000000002';
const farSubnet = 'subnet-0bbb0000000000001';
const withGroups = (...of: Partial<GroupRequest>[]) =>
  plan(planned({ fsxLustre: [ids.fs], request: request({ InstanceGroups: of.map(groupRequest) }) }));
const inPlan = withGroups({});
const on = (from: number, to = from) => ({ protocol: 'tcp', ports: { from, to } });
const both = (id: string, more: Partial<GroupRule> = {}): GroupRule[] =>
  [false, true].map((egress) => ({ ...allTraffic, egress, groups: [{ id, account }], ...more }));
const lustre = (id: string) => [...both(id, on(988)), ...both(id, on(1018, 1023))];
const cidr = (...ipv4: string[]): GroupRule[] => [false, true].map((egress) => ({ ...allTraffic, egress, ipv4 }));
/** Nodes and file system with a security group each. */
const two = (node: readonly GroupRule[], server: readonly GroupRule[], more: Partial<FileSystem> = {}, ...others: SecurityGroup[]) => ({
  ...fileSystemFacts(more),
  securityGroups: ok([securityGroup({ rules: node }), securityGroup({ id: ids.fsGroup, rules: server }), ...others]),
  fileSystemGroups: { [ids.fs]: ok([ids.fsGroup]) },
});
const here = { resource: `${ids.fs} ${ids.group}` };
const fine = [{ status: 'pass' as const, level: 'required' as const, ...here }];
const node = lustre(ids.fsGroup);
const server = [...lustre(ids.group), ...lustre(ids.fsGroup)];
const fast = { efa: true };

table(check, [
  { name: 'does not apply without a file system', plan: plan(), findings: [] },
  {
    name: 'does not apply without a VPC',
    plan: plan(planned({ fsxLustre: [ids.fs], request: request({ VpcConfig: undefined }) })),
    findings: [],
  },
  { name: 'one group for both, open to itself', plan: inPlan, findings: fine },
  {
    name: 'one group for both that does not let itself out, which efa-self-traffic reports: nothing more',
    plan: inPlan,
    facts: { securityGroups: ok([securityGroup({ rules: both(ids.group).filter((r) => !r.egress) })]) },
    findings: [],
  },
  {
    name: 'the same for nodes without EFA, which security-group-internal-traffic reports',
    plan: withGroups({ InstanceType: 'ml.m5.xlarge' }),
    facts: { securityGroups: ok([securityGroup({ rules: both(ids.group).filter((r) => !r.egress) })]) },
    findings: [],
  },
  {
    name: 'a single node without EFA has no other node, so no one else reports the rule',
    plan: withGroups({ InstanceType: 'ml.m5.xlarge', InstanceCount: 1 }),
    facts: { securityGroups: ok([securityGroup({ rules: both(ids.group).filter((r) => !r.egress) })]) },
    findings: [{ ...here, status: 'fail', level: 'required' }],
  },
  {
    name: 'a file system with EFA in the group that does not let itself in: reported once',
    plan: inPlan,
    facts: {
      ...fileSystemFacts(fast),
      securityGroups: ok([securityGroup({ rules: [...lustre(ids.group), ...both(ids.group).filter((r) => r.egress)] })]),
    },
    findings: [],
  },
  { name: 'two groups with the ports by reference', plan: inPlan, facts: two(node, server), findings: fine },
  { name: 'two groups with CIDRs', plan: inPlan, facts: two(cidr('10.1.0.0/16'), cidr('10.1.0.0/16')), findings: fine },
  ...(
    [
      [
        'nodes may not go out',
        node.filter((r) => !r.egress),
        server,
        [`0 egress rules of ${ids.group} allow tcp 988 and tcp 1018-1023 to file system`],
      ],
      [
        'the file system may not call nodes',
        node.filter((r) => r.egress),
        server,
        [`${ids.group} allow tcp 988 and tcp 1018-1023 from file system`],
      ],
      [
        'the file system does not let nodes in',
        node,
        server.filter((r) => r.egress || r.groups[0]?.id !== ids.group),
        [`ingress rules of ${ids.fsGroup} allow`, 'from the nodes'],
      ],
      ['the file system may not go out to nodes', node, server.filter((r) => !r.egress || r.groups[0]?.id !== ids.group), ['to the nodes']],
      [
        'the file system does not let itself in',
        node,
        lustre(ids.group),
        [` to file system ${ids.fs} (${ids.fsGroup})`, `from file system ${ids.fs} (${ids.fsGroup})`],
      ],
      ['988 alone', node, [...both(ids.group, on(988)), ...lustre(ids.fsGroup)], ['tcp 1018-1023']],
      ['a port short of 1023', node, [...both(ids.group, on(988, 1022)), ...lustre(ids.fsGroup)], ['tcp 1018-1023']],
      ['another port range', node, [...both(ids.group, on(1018, 1023)), ...lustre(ids.fsGroup)], ['tcp 988']],
    ] as const
  ).map(([name, nodeRules, serverRules, says]) => ({
    name,
    plan: inPlan,
    facts: two(nodeRules, serverRules),
    findings: [
      {
        status: 'fail' as const,
        level: 'required' as const,
        ...here,
        message: expect.stringMatching(new RegExp(says[0].replace(/[()]/g, '\\$&'), 'i')),
      },
    ],
    says: says.slice(1),
  })),
  {
    name: 'the line that fixes it names both groups',
    plan: inPlan,
    facts: two(node, [...both(ids.group, on(988)), ...both(ids.group, { ...on(1018, 1023), egress: true }), ...lustre(ids.fsGroup)]),
    findings: [
      {
        status: 'fail',
        remediation: {
          command: `aws ec2 authorize-security-group-ingress --region us-west-2 --group-id ${ids.fsGroup} --ip-permissions 'IpProtocol=tcp,FromPort=1018,ToPort=1023,UserIdGroupPairs=[{GroupId=${ids.group}}]'`,
        },
      },
    ],
  },
  {
    name: "a CIDR over part of the file system's subnet leaves it open",
    plan: inPlan,
    facts: {
      ...two([...cidr('10.1.240.0/28')], [...both(ids.group), ...both(ids.fsGroup)], { subnets: [farSubnet] }),
      subnets: ok([subnet(), subnet({ id: farSubnet, ipv4: '10.1.240.0/24' })]),
    },
    unevaluated: [{ ...here, reason: expect.stringContaining('only a part') }],
  },
  {
    name: 'an invisible subnet does not matter to references',
    plan: inPlan,
    facts: two(node, server, { subnets: [farSubnet] }),
    findings: fine,
  },
  {
    name: 'an invisible subnet matters to CIDRs',
    plan: inPlan,
    facts: two(cidr('10.1.0.0/16'), server, { subnets: [farSubnet] }),
    unevaluated: [{ ...here, level: 'required', reason: expect.stringContaining(farSubnet) }],
  },
  {
    name: 'EFA: all traffic by reference',
    plan: inPlan,
    facts: two(both(ids.fsGroup), [...both(ids.group), ...both(ids.fsGroup)], fast),
    findings: fine,
    says: ['all traffic'],
  },
  {
    name: 'EFA: ports are not enough',
    plan: inPlan,
    facts: two(node, server, fast),
    findings: [{ status: 'fail', level: 'required', ...here, remediation: { command: expect.stringContaining('IpProtocol=-1,') } }],
    says: ['all traffic', 'by security group reference'],
  },
  { name: 'EFA: CIDRs do not count', plan: inPlan, facts: two(cidr('0.0.0.0/0'), cidr('0.0.0.0/0'), fast), findings: [{ status: 'fail' }] },
  {
    name: 'EFA: the file system needs it with itself too',
    plan: inPlan,
    facts: two(both(ids.fsGroup), [...both(ids.group), ...lustre(ids.fsGroup)], fast),
    findings: [{ status: 'fail' }],
  },
  {
    name: 'EFA: nodes without it mount over TCP',
    plan: withGroups({ InstanceType: 'ml.m5.xlarge' }),
    facts: two(node, server, fast),
    findings: fine,
    says: ['988'],
  },
  {
    name: 'EFA: types unreadable matter only where the references are missing',
    plan: inPlan,
    facts: { ...two(node, server, fast), instanceTypes: denied('ec2:DescribeInstanceTypes') },
    unevaluated: [{ ...here, action: 'ec2:DescribeInstanceTypes' }],
  },
  {
    name: 'EFA: types unreadable do not matter where they are there',
    plan: inPlan,
    facts: { ...fileSystemFacts(fast), instanceTypes: broken() },
    findings: fine,
  },
  {
    name: 'missing ports fail, whether or not types are readable',
    plan: inPlan,
    facts: { ...two([], server, fast), instanceTypes: broken() },
    findings: [{ status: 'fail' }],
  },
  {
    name: 'nodes with other groups have a case of their own',
    plan: withGroups({}, { InstanceGroupName: 'login', OverrideVpcConfig: { SecurityGroupIds: [second], Subnets: [ids.subnet] } }),
    facts: two(node, server, {}, securityGroup({ id: second, rules: [] })),
    findings: [
      { status: 'pass', ...here },
      { status: 'fail', resource: `${ids.fs} ${second}` },
    ],
  },
  { name: 'fsx-available speaks of one that does not exist', plan: inPlan, facts: fileSystemFacts(null), findings: [] },
  {
    name: 'its groups unreadable: unevaluated',
    plan: inPlan,
    facts: { fileSystemGroups: { [ids.fs]: denied('ec2:DescribeNetworkInterfaces') } },
    unevaluated: [{ level: 'required', ...here, action: 'ec2:DescribeNetworkInterfaces' }],
  },
  {
    name: 'no group of it known: unevaluated',
    plan: inPlan,
    facts: { fileSystemGroups: { [ids.fs]: ok([]) } },
    unevaluated: [{ ...here }],
  },
  {
    name: 'a group of it that is not listed: unevaluated',
    plan: inPlan,
    facts: {
      fileSystemGroups: { [ids.fs]: ok([ids.fsGroup]) },
      securityGroups: ok([securityGroup({ rules: [...both(ids.group), ...both(ids.fsGroup)] })]),
    },
    unevaluated: [{ ...here, reason: expect.stringContaining(ids.fsGroup) }],
  },
  {
    name: "a group of it that is not listed does not hide that the nodes' own groups are closed",
    plan: inPlan,
    facts: { fileSystemGroups: { [ids.fs]: ok([ids.fsGroup]) }, securityGroups: ok([securityGroup({ rules: [] })]) },
    findings: [{ status: 'fail', ...here }],
  },
  {
    name: 'groups denied: unevaluated',
    plan: inPlan,
    facts: { securityGroups: denied('ec2:DescribeSecurityGroups') },
    unevaluated: [{ ...here, action: 'ec2:DescribeSecurityGroups' }],
  },
  {
    name: 'the file system denied: unevaluated',
    plan: inPlan,
    facts: { fileSystems: { [ids.fs]: denied('fsx:DescribeFileSystems') } },
    unevaluated: [{ ...here }],
  },
]);
