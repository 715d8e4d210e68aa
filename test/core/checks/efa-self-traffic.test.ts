import { expect } from 'vitest';
import check from '../../../shared/core/checks/efa-self-traffic.ts';
import type { GroupRule } from '../../../shared/core/evaluation/facts.ts';
import { allTraffic, broken, denied, ids, ok, plan, running, runningGroup, securityGroup, withRunning } from '../healthy.ts';
import { fromGroup, noVpcPlan, planOf, planOfGroups, toGroup } from '../plans.ts';
import { table } from '../table.ts';

const second = 'sg-0aaa0000000000002';
const third = 'sg-0aaa0000000000003';
const rules = (...of: GroupRule[]) => ({ securityGroups: ok([securityGroup({ rules: of })]) });
const two = (one: GroupRule[], other: GroupRule[]) => ({
  securityGroups: ok([securityGroup({ id: second, rules: other }), securityGroup({ rules: one })]),
});
const types = (...InstanceTypes: string[]) => ({ InstanceType: undefined, InstanceRequirements: { InstanceTypes } });
const withTwo = planOf({ VpcConfig: { SecurityGroupIds: [second, ids.group], Subnets: [ids.subnet] } });
const self = ids.group;
const cidr = (egress: boolean, ...ipv4: string[]): GroupRule => ({ ...allTraffic, egress, ipv4 });
const key = `${self}+${second}`;

table(check, [
  {
    name: 'passes at the healthy default, per group',
    findings: [{ status: 'pass', level: 'required', group: 'workers', resource: self }],
  },
  {
    name: 'rules without an account, and with the group as second pair, count',
    facts: rules(
      { ...allTraffic, egress: false, groups: [{ id: second }, { id: self }] },
      { ...allTraffic, egress: true, groups: [{ id: self }] },
    ),
    findings: [{ status: 'pass' }],
  },
  {
    name: 'the default egress to 0.0.0.0/0 is no rule for itself, and the line that fixes it adds only what is missing',
    facts: rules(fromGroup(self), cidr(true, '0.0.0.0/0')),
    findings: [
      {
        status: 'fail',
        level: 'required',
        remediation: {
          command: `aws ec2 authorize-security-group-egress --region us-west-2 --group-id ${self} --ip-permissions 'IpProtocol=-1,UserIdGroupPairs=[{GroupId=${self}}]'`,
          console: expect.stringContaining(self),
        },
      },
    ],
    says: ['allow all traffic to itself', `${self} allows all traffic for CIDR 0.0.0.0/0`, 'EFA does not count these rules'],
  },
  {
    name: 'no rule in',
    facts: rules(toGroup(self)),
    findings: [{ status: 'fail', remediation: { command: expect.stringMatching(/^aws ec2 authorize-security-group-ingress [^&]*$/) } }],
    says: ['from itself.'],
  },
  {
    name: 'no rules at all: both lines',
    facts: rules(),
    findings: [
      { status: 'fail', remediation: { command: expect.stringMatching(/ingress .* && aws ec2 authorize-security-group-egress /) } },
    ],
    says: ['allow all traffic from itself or to itself.'],
  },
  {
    name: 'tcp only is too little',
    facts: rules(fromGroup(self, { protocol: 'tcp', ports: { from: 0, to: 65535 } }), toGroup(self)),
    findings: [{ status: 'fail' }],
    says: [`${self} allows tcp only for its own group`],
  },
  {
    name: 'a VPC CIDR, ::/0 and prefix lists do not count',
    facts: rules(
      { ...allTraffic, egress: false, ipv4: ['10.1.0.0/16'], ipv6: ['::/0'] },
      { ...allTraffic, egress: true, prefixLists: ['pl-0123'] },
    ),
    findings: [{ status: 'fail' }],
    says: ['CIDR 10.1.0.0/16', 'CIDR ::/0', 'prefix list pl-0123'],
  },
  {
    name: 'a group of that id in another account is not itself',
    facts: rules(fromGroup(self, { groups: [{ id: self, account: '999999999999' }] }), toGroup(self)),
    findings: [{ status: 'fail' }],
    says: ['from itself'],
  },
  { name: 'a rule for another group does not count', facts: rules(fromGroup(second), toGroup(self)), findings: [{ status: 'fail' }] },
  {
    name: 'one card with EFA: recommended',
    plan: planOfGroups({ InstanceType: 'ml.g5.8xlarge' }),
    facts: rules(),
    findings: [{ status: 'fail', level: 'recommended' }],
  },
  {
    name: 'one card with EFA, interface type asked for: required',
    plan: planOfGroups({ InstanceType: 'ml.g5.8xlarge', NetworkInterface: { InterfaceType: 'efa-only' } }),
    facts: rules(),
    findings: [{ status: 'fail', level: 'required' }],
  },
  { name: 'does not apply without EFA', plan: planOfGroups({ InstanceType: 'ml.g5.xlarge' }), facts: rules(), findings: [] },
  { name: 'does not apply without a VPC', plan: noVpcPlan, findings: [] },
  {
    name: 'any type of a flexible group decides',
    plan: planOfGroups(types('ml.g5.xlarge', 'ml.p4d.24xlarge')),
    facts: rules(),
    findings: [{ status: 'fail', level: 'required' }],
  },
  {
    name: 'two groups that share a security group have one finding, of the stronger level; a group without EFA is not named',
    plan: planOfGroups(
      { InstanceGroupName: 'workers' },
      { InstanceGroupName: 'login', InstanceType: 'ml.m5.xlarge' },
      { InstanceGroupName: 'eval', InstanceType: 'ml.p5.4xlarge' },
    ),
    facts: rules(toGroup(self)),
    findings: [{ status: 'fail', level: 'required', resource: self, id: `efa-self-traffic/llm-train/-/${self}` }],
    says: [`0 rules of security group ${self} of groups eval and workers allow all traffic from itself`],
  },
  {
    name: 'groups with security groups of their own have findings of their own',
    plan: planOfGroups({}, { InstanceGroupName: 'eval', OverrideVpcConfig: { SecurityGroupIds: [second], Subnets: [ids.subnet] } }),
    facts: two([fromGroup(self), toGroup(self)], []),
    findings: [
      { status: 'pass', group: 'workers', resource: self },
      { status: 'fail', group: 'eval', resource: second },
    ],
  },
  {
    name: 'a type EC2 does not describe in another group of the same security group: the known group settles it',
    plan: planOfGroups({}, { InstanceGroupName: 'eval', InstanceType: 'ml.p9.48xlarge' }),
    facts: rules(),
    findings: [{ status: 'fail', level: 'required' }],
  },
  {
    name: 'a type EC2 does not describe beside a group with one EFA card: not evaluated as required',
    plan: planOfGroups({ InstanceType: 'ml.g5.8xlarge' }, { InstanceGroupName: 'eval', InstanceType: 'ml.p9.48xlarge' }),
    unevaluated: [{ level: 'required', resource: self, reason: expect.stringContaining('p9.48xlarge') }],
  },
  {
    name: 'an override brings its own groups',
    plan: planOfGroups({ OverrideVpcConfig: { SecurityGroupIds: [second], Subnets: [ids.subnet] } }),
    facts: two([fromGroup(self), toGroup(self)], []),
    findings: [{ status: 'fail', resource: second }],
  },
  {
    name: 'two groups, both with both',
    plan: withTwo,
    facts: two([fromGroup(self), toGroup(self)], [fromGroup(second), toGroup(second)]),
    findings: [{ status: 'pass', resource: key }],
  },
  {
    name: 'one of two groups has both, the other no rule out to itself: recommended, the line fixes the other',
    plan: withTwo,
    facts: two([fromGroup(self), toGroup(self)], [fromGroup(second)]),
    findings: [
      {
        status: 'fail',
        level: 'recommended',
        resource: key,
        remediation: { command: expect.stringMatching(new RegExp(`egress --region us-west-2 --group-id ${second}[^&]*$`)) },
      },
    ],
    says: [
      `1 of 2 security groups of group workers has no egress rule for itself: ${second}.`,
      'one report',
      'awslabs/awsome-distributed-ai/pull/259',
    ],
  },
  {
    name: 'one of two groups has both, the other only tcp 443 out: recommended',
    plan: withTwo,
    facts: two(
      [fromGroup(self), toGroup(self)],
      [{ ...allTraffic, egress: true, protocol: 'tcp', ports: { from: 443, to: 443 }, ipv4: ['0.0.0.0/0'] }],
    ),
    findings: [
      {
        status: 'fail',
        level: 'recommended',
        resource: key,
        remediation: { command: expect.stringMatching(new RegExp(`^[^&]*ingress .*${second}[^&]* && [^&]*egress .*${second}[^&]*$`)) },
      },
    ],
    says: [`no egress rule for itself: ${second}.`],
  },
  {
    name: 'one of two groups has both, the other the rule out to itself only: pass, as the report is about rules out',
    plan: withTwo,
    facts: two([fromGroup(self), toGroup(self)], [toGroup(second)]),
    findings: [{ status: 'pass', level: 'required' }],
  },
  {
    name: 'in in one group, out in the other: no group has both',
    plan: withTwo,
    facts: two([fromGroup(self)], [toGroup(second)]),
    findings: [
      {
        status: 'fail',
        level: 'required',
        remediation: { command: expect.stringMatching(new RegExp(`^[^&]*egress .*--group-id ${self} [^&]*$`)) },
      },
    ],
    says: [`0 of 2 security groups (${self} and ${second}) of group workers have both rules for themselves, 1 required`],
  },
  {
    name: 'the groups name each other: no group has both',
    plan: withTwo,
    facts: two([fromGroup(second)], [toGroup(self)]),
    findings: [{ status: 'fail', level: 'required' }],
  },
  {
    name: 'neither of two has a rule out: fails, mending the nearer one',
    plan: withTwo,
    facts: two([], [fromGroup(second)]),
    findings: [
      {
        status: 'fail',
        level: 'required',
        remediation: { command: expect.stringMatching(new RegExp(`egress .*--group-id ${second}[^&]*$`)) },
      },
    ],
  },
  {
    name: 'neither has any rule: the first by its id is fixed, both lines',
    plan: withTwo,
    facts: two([], []),
    findings: [
      {
        status: 'fail',
        level: 'required',
        remediation: {
          text: expect.stringContaining(`Add rules to ${self} that allow`),
          command: expect.stringMatching(
            new RegExp(`^[^&]*ingress [^&]*--group-id ${self} [^&]* && [^&]*egress [^&]*--group-id ${self} [^&]*$`),
          ),
        },
      },
    ],
    says: [`security groups ${self} and ${second} of group workers`],
  },
  {
    name: 'of two further groups, the one without its rule out is named and gets its line',
    plan: planOf({ VpcConfig: { SecurityGroupIds: [self, second, third], Subnets: [ids.subnet] } }),
    facts: {
      securityGroups: ok([
        securityGroup({ rules: [fromGroup(self), toGroup(self)] }),
        securityGroup({ id: second, rules: [toGroup(second)] }),
        securityGroup({ id: third, rules: [fromGroup(third)] }),
      ]),
    },
    findings: [
      {
        status: 'fail',
        level: 'recommended',
        remediation: {
          command: expect.stringMatching(new RegExp(`^[^&]*egress [^&]*${third}[^&]*$`)),
          console: expect.stringContaining(third),
        },
      },
    ],
    says: [`no egress rule for itself: ${third}.`],
  },
  {
    name: 'two further groups without any rule: both are named, each gets both lines',
    plan: planOf({ VpcConfig: { SecurityGroupIds: [self, second, third], Subnets: [ids.subnet] } }),
    facts: {
      securityGroups: ok([
        securityGroup({ rules: [fromGroup(self), toGroup(self)] }),
        securityGroup({ id: second, rules: [] }),
        securityGroup({ id: third, rules: [] }),
      ]),
    },
    findings: [{ status: 'fail', level: 'recommended', remediation: { command: expect.stringMatching(/^([^&]*&&){3}[^&]*$/) } }],
    says: [`no egress rule for itself: ${second} and ${third}.`],
  },
  {
    name: 'only rules of the direction that is missing are reported from it',
    facts: rules(cidr(false, '10.1.0.0/16'), fromGroup(self)),
    findings: [{ status: 'fail', message: expect.stringMatching(/security group sg-\S+ of group workers allow all traffic to itself\.$/) }],
  },
  {
    name: 'a tcp rule for another group is not listed as one for itself',
    facts: rules(fromGroup(second, { protocol: 'tcp', ports: { from: 0, to: 65535 } }), toGroup(self)),
    findings: [{ status: 'fail', message: expect.stringMatching(/from itself\.$/) }],
  },
  {
    name: 'four rules that do not count are listed',
    facts: rules(fromGroup(self), cidr(true, '10.0.0.0/16', '10.1.0.0/16', '10.2.0.0/16', '10.3.0.0/16')),
    findings: [{ status: 'fail', message: expect.stringMatching(/CIDR 10\.3\.0\.0\/16\.$/) }],
  },
  {
    name: 'of more than four the rest is counted',
    facts: rules(fromGroup(self), cidr(true, '10.0.0.0/16', '10.1.0.0/16', '10.2.0.0/16', '10.3.0.0/16', '10.4.0.0/16', '10.5.0.0/16')),
    findings: [{ status: 'fail', message: expect.stringMatching(/CIDR 10\.3\.0\.0\/16; and 2 more\.$/) }],
  },
  {
    name: 'a group another account shares is its to change',
    facts: { securityGroups: ok([securityGroup({ owner: '999999999999', rules: [] })]) },
    findings: [{ status: 'fail', remediation: { text: expect.stringContaining('Account 999999999999 owns') } }],
  },
  {
    name: 'a running cluster is judged too',
    plan: { ...plan(), clusters: [] },
    facts: { ...withRunning(running({ groups: [runningGroup({ types: ['ml.trn1.32xlarge'] })] })), ...rules(fromGroup(self)) },
    findings: [{ status: 'fail', level: 'required', cluster: 'llm-train' }],
  },
  {
    name: 'a group that is not listed: unevaluated',
    facts: { securityGroups: ok([]) },
    unevaluated: [{ level: 'required', group: 'workers', resource: self, reason: expect.stringContaining('not shared') }],
  },
  {
    name: 'groups denied: unevaluated, with the action, as deep as the type needs it',
    plan: planOfGroups({ InstanceType: 'ml.g5.8xlarge' }),
    facts: { securityGroups: denied('ec2:DescribeSecurityGroups') },
    unevaluated: [{ level: 'recommended', action: 'ec2:DescribeSecurityGroups' }],
  },
  {
    name: 'types unreadable: unevaluated as required',
    plan: planOfGroups({ InstanceType: 'ml.g5.8xlarge' }),
    facts: { instanceTypes: broken() },
    unevaluated: [{ level: 'required', group: 'workers' }],
  },
  {
    name: 'types unreadable, but the interface type says it',
    plan: planOfGroups({ NetworkInterface: { InterfaceType: 'efa' } }),
    facts: { instanceTypes: broken(), ...rules() },
    findings: [{ status: 'fail', level: 'required' }],
  },
  {
    name: 'a type EC2 does not describe: unevaluated',
    plan: planOfGroups(types('ml.p9.48xlarge', 'ml.g5.xlarge')),
    unevaluated: [{ level: 'required', reason: expect.stringContaining('p9.48xlarge') }],
  },
  {
    name: 'a type EC2 does not describe beside one that settles it',
    plan: planOfGroups(types('ml.p9.48xlarge', 'ml.p5.48xlarge')),
    findings: [{ status: 'pass', level: 'required' }],
  },
]);
