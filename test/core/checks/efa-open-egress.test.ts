import { expect } from 'vitest';
import check from '../../../shared/core/checks/efa-open-egress.ts';
import type { GroupRule } from '../../../shared/core/evaluation/facts.ts';
import { account, allTraffic, broken, denied, ids, ok, securityGroup } from '../healthy.ts';
import { noVpcPlan, planOf, planOfGroups } from '../plans.ts';
import { table } from '../table.ts';

const second = 'sg-0aaa0000000000002';
const healthy = securityGroup().rules;
const self = healthy.slice(0, 2);
const open = (more: Partial<GroupRule> = {}): GroupRule => ({ ...allTraffic, egress: true, ipv4: ['0.0.0.0/0'], ...more });
const rules = (...of: readonly GroupRule[]) => ({ securityGroups: ok([securityGroup({ rules: of })]) });
const revoke = `aws ec2 revoke-security-group-egress --region us-west-2 --group-id ${ids.group} --ip-permissions`;

table(check, [
  { name: 'passes at the healthy default, per security group', findings: [{ status: 'pass', level: 'advice', resource: ids.group }] },
  {
    name: '0.0.0.0/0 beside the rule for itself: fails, and revoking is offered where S3 stays open',
    facts: rules(...healthy, open()),
    findings: [
      {
        status: 'fail',
        level: 'advice',
        remediation: {
          command: `${revoke} 'IpProtocol=-1,IpRanges=[{CidrIp=0.0.0.0/0}]'`,
          text: expect.stringMatching(new RegExp(`allow egress to S3 on tcp 443 \\(prefix list ${ids.s3}\\).*endpoints.*FSx.*EKS.*DNS`)),
        },
      },
    ],
    says: ['all traffic to 0.0.0.0/0', 'workers'],
  },
  {
    name: 'where 0.0.0.0/0 is the only way to S3, the line opens S3 first',
    facts: rules(...self, open()),
    findings: [
      {
        status: 'fail',
        remediation: {
          command: `aws ec2 authorize-security-group-egress --region us-west-2 --group-id ${ids.group} --ip-permissions 'IpProtocol=tcp,FromPort=443,ToPort=443,PrefixListIds=[{PrefixListId=${ids.s3}}]'`,
          text: expect.stringContaining(revoke),
        },
      },
    ],
  },
  {
    name: '::/0 counts',
    facts: rules(...healthy, open({ ipv4: [], ipv6: ['::/0'] })),
    findings: [{ status: 'fail', remediation: { command: `${revoke} 'IpProtocol=-1,Ipv6Ranges=[{CidrIpv6=::/0}]'` } }],
  },
  {
    name: 'a narrower protocol counts and is named',
    facts: rules(...healthy, open({ protocol: 'tcp', ports: { from: 443, to: 443 } })),
    findings: [
      { status: 'fail', remediation: { command: `${revoke} 'IpProtocol=tcp,FromPort=443,ToPort=443,IpRanges=[{CidrIp=0.0.0.0/0}]'` } },
    ],
    says: ['tcp 443 to 0.0.0.0/0'],
  },
  { name: 'ingress from 0.0.0.0/0 is another matter', facts: rules(...healthy, open({ egress: false })), findings: [{ status: 'pass' }] },
  { name: 'a wide CIDR is not every address', facts: rules(...healthy, open({ ipv4: ['10.0.0.0/8'] })), findings: [{ status: 'pass' }] },
  {
    name: 'half of all addresses is not every address, nor is the other half',
    facts: rules(...healthy, open({ ipv4: ['0.0.0.0/1', '128.0.0.0/1'], ipv6: ['::/1', '8000::/1'] })),
    findings: [{ status: 'pass' }],
  },
  {
    name: 'every open rule is named, each once, and revoked by its own line',
    facts: rules(
      ...healthy,
      open({ ipv4: ['0.0.0.0/0', '10.0.0.0/8'], ipv6: ['::/0'] }),
      open({ protocol: 'tcp', ports: { from: 80, to: 90 } }),
    ),
    findings: [
      {
        status: 'fail',
        remediation: {
          command: [
            `${revoke} 'IpProtocol=-1,IpRanges=[{CidrIp=0.0.0.0/0}]'`,
            `${revoke} 'IpProtocol=-1,Ipv6Ranges=[{CidrIpv6=::/0}]'`,
            `${revoke} 'IpProtocol=tcp,FromPort=80,ToPort=90,IpRanges=[{CidrIp=0.0.0.0/0}]'`,
          ].join(' && '),
        },
      },
    ],
    says: ['allows egress of all traffic to 0.0.0.0/0, all traffic to ::/0 and tcp 80-90 to 0.0.0.0/0'],
  },
  { name: 'does not apply where the rule for itself is missing', facts: rules(open()), findings: [] },
  {
    name: 'does not apply where only one direction is there',
    facts: rules({ ...allTraffic, egress: true, groups: [{ id: ids.group, account }] }, open()),
    findings: [],
  },
  {
    name: 'does not apply without EFA',
    plan: planOfGroups({ InstanceType: 'ml.m5.xlarge' }),
    facts: rules(...healthy, open()),
    findings: [],
  },
  { name: 'does not apply without a VPC', plan: noVpcPlan, findings: [] },
  {
    name: 'the open rule may stand in another group of the same nodes',
    plan: planOf({ VpcConfig: { SecurityGroupIds: [ids.group, second], Subnets: [ids.subnet] } }),
    facts: { securityGroups: ok([securityGroup(), securityGroup({ id: second, rules: [open()] })]) },
    findings: [
      { status: 'pass', resource: ids.group },
      { status: 'fail', resource: second },
    ],
  },
  {
    name: 'another group of the same nodes may keep S3 open',
    plan: planOf({ VpcConfig: { SecurityGroupIds: [ids.group, second], Subnets: [ids.subnet] } }),
    facts: {
      securityGroups: ok([
        securityGroup({ rules: [...self, open()] }),
        securityGroup({
          id: second,
          rules: [{ ...allTraffic, egress: true, protocol: 'tcp', ports: { from: 443, to: 443 }, prefixLists: [ids.s3] }],
        }),
      ]),
    },
    findings: [{ status: 'fail', remediation: { command: expect.stringContaining('revoke-security-group-egress') } }, { status: 'pass' }],
  },
  {
    name: 'the prefix list for another port does not keep S3 open',
    facts: rules(...self, open(), { ...allTraffic, egress: true, protocol: 'tcp', ports: { from: 80, to: 80 }, prefixLists: [ids.s3] }),
    findings: [{ status: 'fail', remediation: { command: expect.stringContaining('authorize-security-group-egress') } }],
  },
  {
    name: "S3's prefix list unreadable: still fails, with no line that could cut S3 off",
    facts: { ...rules(...healthy, open()), prefixLists: broken() },
    findings: [{ status: 'fail', remediation: expect.not.objectContaining({ command: expect.anything() }) }],
  },
  {
    name: 'one group known to have EFA is enough beside a type no one knows',
    plan: planOfGroups({}, { InstanceGroupName: 'next', InstanceType: 'ml.p9.48xlarge' }),
    facts: rules(...healthy, open()),
    findings: [{ status: 'fail' }],
  },
  {
    name: 'types unreadable: unevaluated',
    facts: { instanceTypes: denied('ec2:DescribeInstanceTypes') },
    unevaluated: [{ level: 'advice', resource: ids.group, action: 'ec2:DescribeInstanceTypes' }],
  },
  {
    name: 'groups denied: unevaluated',
    facts: { securityGroups: denied('ec2:DescribeSecurityGroups') },
    unevaluated: [{ level: 'advice', resource: ids.group, action: 'ec2:DescribeSecurityGroups' }],
  },
]);
