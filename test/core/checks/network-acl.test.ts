import { expect } from 'vitest';
import check from '../../../shared/core/checks/network-acl.ts';
import type { AclEntry, NetworkAcl, Subnet, VpcEndpoint } from '../../../shared/core/evaluation/facts.ts';
import type { GroupRequest } from '../../../shared/core/plan/plan.ts';
import { broken, denied, groupRequest, ids, ok, plan, planned, request, subnet } from '../healthy.ts';
import { eksFacts, eksPlan, fileSystemFacts, fileSystemPlan, interfaceEndpoint, noVpcPlan, planOf } from '../plans.ts';
import { table } from '../table.ts';

const far = 'subnet-0bbb0000000000001';
const allow = (number: number, egress: boolean, more: Partial<AclEntry> = {}): AclEntry => ({
  number,
  egress,
  allow: true,
  protocol: '-1',
  cidr: '0.0.0.0/0',
  ...more,
});
const deny = (number: number, egress: boolean, more: Partial<AclEntry> = {}): AclEntry => ({
  ...allow(number, egress, more),
  allow: false,
});
const tcp = (from: number, to = from) => ({ protocol: '6', ports: { from, to } });
const cidr = (cidr: string) => ({ cidr });
const open = [allow(100, true), allow(100, false)];
const acl = (entries: readonly AclEntry[], ...subnets: string[]): NetworkAcl => ({
  id: `acl-${subnets[0]}`,
  vpc: ids.vpc,
  default: false,
  subnets,
  entries: [...entries, deny(32767, true), deny(32767, false)],
});
const acls = (...of: NetworkAcl[]) => ({ networkAcls: ok(of) });
const one = (...entries: AclEntry[]) => acls(acl(entries, ids.subnet));
const subnets = (...of: Partial<Subnet>[]) => ({ subnets: ok(of.map(subnet)) });
const pair = subnets({}, { id: ids.subnet2, ipv4: '10.1.16.0/20' });
const groups = (...of: Partial<GroupRequest>[]) => planned({ request: request({ InstanceGroups: of.map(groupRequest) }) });
const over = (...Subnets: string[]) => planOf({ VpcConfig: { SecurityGroupIds: [ids.group], Subnets } });
const override = (...Subnets: string[]) => ({ OverrideVpcConfig: { SecurityGroupIds: [ids.group], Subnets } });
const sideBySide = plan(groups({}, { InstanceGroupName: 'login', ...override(ids.subnet2) }));
const farSubnet = subnets({}, { id: far, ipv4: '10.1.240.0/24' });
const endpoint = (service: string, more: Partial<VpcEndpoint> = {}) =>
  interfaceEndpoint(service, { id: `vpce-0bbb-${service}`, subnets: [far], ...more });
const fine = { status: 'pass' as const, level: 'required' as const, resource: ids.subnet };
const bad = { ...fine, status: 'fail' as const };
const soft = { ...bad, level: 'recommended' as const };
const s3Only = [
  allow(10, true, { ...tcp(443), ...cidr('52.92.128.0/17') }),
  allow(11, true, { ...tcp(443), ...cidr('3.5.76.0/22') }),
  allow(10, false, { ...tcp(1024, 65535), ...cidr('52.92.128.0/17') }),
  allow(11, false, { ...tcp(1024, 65535), ...cidr('3.5.76.0/22') }),
];
const command = (rest: string) => `aws ec2 create-network-acl-entry --region us-west-2 --network-acl-id acl-${ids.subnet} ${rest}`;
const inFar = {
  ...subnets({}, { id: far, ipv4: '10.1.240.0/24' }),
  ...fileSystemFacts({ subnets: [far] }),
  ...eksFacts({ subnets: [ids.subnet, far] }),
};
const openZfs = fileSystemFacts({ type: 'OPENZFS', subnets: [far] });
const openZfsPlan = planOf({
  InstanceGroups: [
    groupRequest({
      InstanceStorageConfigs: [{ FsxOpenZfsConfig: { DnsName: `${ids.fs}.fsx.us-west-2.amazonaws.com`, MountPath: '/home' } }],
    }),
  ],
});
const fsHere = { resource: ids.fs, level: 'required' as const };
const eksHere = { resource: ids.eks, level: 'required' as const };

table(check, [
  { name: 'a control plane in the subnet of the nodes meets no ACL', plan: eksPlan, facts: eksFacts(), findings: [fine] },
  {
    name: 'passes at the healthy default',
    findings: [{ ...fine, message: expect.stringMatching(/calls on 443 and their responses\.$/) }],
  },
  { name: 'does not apply without a VPC', plan: noVpcPlan, findings: [] },
  {
    name: '443 and ephemeral ports alone are enough',
    facts: one(allow(100, true, tcp(443)), allow(100, false, tcp(1024, 65535))),
    findings: [fine],
  },
  {
    name: 'no way out on 443, with the line that opens it',
    facts: one(allow(100, true, tcp(80)), allow(100, false)),
    findings: [
      {
        ...bad,
        remediation: {
          command: command(
            '--egress --rule-number 32766 --protocol tcp --port-range From=443,To=443 --cidr-block 0.0.0.0/0 --rule-action allow',
          ),
          console: expect.stringContaining(`acl-${ids.subnet}`),
        },
      },
    ],
    says: ['tcp 443 out to S3 (rule 32767)'],
  },
  {
    name: 'an ACL without its last entries denies all the same',
    facts: { networkAcls: ok([{ ...acl([], ids.subnet), entries: [] }]) },
    findings: [bad],
    says: ['no rule allows it'],
  },
  {
    name: 'a deny before the allow wins, and the line comes before it',
    facts: one(deny(50, true, tcp(443)), allow(49, true, tcp(22)), ...open),
    findings: [{ ...bad, remediation: { command: expect.stringContaining('--rule-number 48 ') } }],
    says: ['(rule 50)'],
  },
  {
    name: 'where a deny stands first there is no place for a line before it',
    facts: one(deny(1, true, tcp(443)), ...open),
    findings: [{ ...bad, remediation: expect.not.objectContaining({ command: expect.anything() }) }],
    says: ['(rule 1)'],
  },
  { name: 'a deny after the allow does not', facts: one(...open, deny(110, true, tcp(443)), deny(110, false)), findings: [fine] },
  {
    name: 'answers do not come back',
    facts: one(allow(100, true), allow(100, false, tcp(443))),
    findings: [
      {
        ...bad,
        remediation: { command: expect.stringContaining('--ingress --rule-number 32766 --protocol tcp --port-range From=32768,To=60999') },
      },
    ],
    says: ['tcp 32768-60999 in from S3'],
  },
  {
    name: 'several entries are missing: each line has a number of its own',
    facts: one(allow(32766, false, tcp(22))),
    findings: [
      {
        ...bad,
        remediation: { command: expect.stringMatching(/--egress --rule-number 32766 .* && .*--ingress --rule-number 32765 /) },
      },
    ],
  },
  { name: 'answers over udp are none', facts: one(allow(100, true), allow(100, false, { protocol: '17' })), findings: [bad] },
  {
    name: 'only the ports from which Linux calls: advice, with the ports that are stopped',
    facts: one(allow(100, true), allow(100, false, tcp(32768, 65535))),
    findings: [
      {
        ...bad,
        level: 'advice',
        remediation: {
          command: command(
            '--ingress --rule-number 32766 --protocol tcp --port-range From=1024,To=32767 --cidr-block 0.0.0.0/0 --rule-action allow',
          ),
        },
      },
    ],
    says: ['denies tcp 1024-32767 in from any address (rule 32767)', 'Ports 32768-60999, the default source ports of Linux, are open'],
  },
  {
    name: 'on EKS pods call from other ports too: recommended',
    plan: eksPlan,
    facts: one(allow(100, true), allow(100, false, tcp(32768, 60999))),
    findings: [soft],
    says: ['denies tcp 1024-32767 and 61000-65535 in', 'Pods call addresses outside the VPC from any port from 1024 on'],
  },
  {
    name: "only S3's addresses and the ports from which Linux calls: advice",
    facts: one(...s3Only.filter((e) => e.egress), allow(10, false, tcp(32768, 60999))),
    findings: [{ ...bad, level: 'advice' }],
    says: ['tcp 1024-32767 and 61000-65535 in from S3'],
  },
  {
    name: 'ephemeral ports in two rules',
    facts: one(allow(100, true), allow(100, false, tcp(1024, 40000)), allow(101, false, tcp(40001, 65535))),
    findings: [fine],
  },
  {
    name: 'a gap among them: that port alone',
    facts: one(allow(100, true), allow(100, false, tcp(1024, 40000)), allow(101, false, tcp(40002, 65535))),
    findings: [{ ...bad, remediation: { command: expect.stringContaining('--port-range From=40001,To=40001 ') } }],
    says: ['tcp 40001 in from S3'],
  },
  { name: 'one denied port among them', facts: one(...open, deny(90, false, tcp(40000))), findings: [bad], says: ['(rule 90)'] },
  { name: 'a denied port beside them', facts: one(...open, deny(90, false, tcp(22))), findings: [fine] },
  { name: "S3's addresses alone are enough", facts: one(...s3Only), findings: [fine] },
  {
    name: 'all of S3 but one block',
    facts: one(...s3Only.filter((e) => e.egress === false || e.number === 10)),
    findings: [bad],
    says: ['out to S3'],
  },
  {
    name: 'a blocked network elsewhere does not matter',
    facts: one(deny(10, true, cidr('203.0.113.0/24')), deny(10, false, cidr('203.0.113.0/24')), ...open),
    findings: [fine],
  },
  {
    name: "where every address is open, no one asks for S3's",
    facts: { prefixLists: broken(), prefixListEntries: {} },
    findings: [fine],
  },
  {
    name: "where it is not, S3's addresses decide: unevaluated",
    facts: { ...one(...s3Only), prefixListEntries: { [ids.s3]: denied('ec2:GetManagedPrefixListEntries') } },
    unevaluated: [{ level: 'required', resource: ids.subnet, action: 'ec2:GetManagedPrefixListEntries' }],
  },
  {
    name: 'where it is not, endpoints decide: unevaluated',
    facts: { ...one(...s3Only), endpoints: denied('ec2:DescribeVpcEndpoints') },
    unevaluated: [
      { resource: ids.subnet, action: 'ec2:DescribeVpcEndpoints' },
      { resource: `${ids.vpc} endpoints`, level: 'required', action: 'ec2:DescribeVpcEndpoints' },
    ],
  },
  {
    name: 'endpoints denied: what their subnets let in is unevaluated, though the nodes are let out',
    facts: { endpoints: denied('ec2:DescribeVpcEndpoints') },
    findings: [fine],
    unevaluated: [{ resource: `${ids.vpc} endpoints`, level: 'required', action: 'ec2:DescribeVpcEndpoints' }],
  },
  {
    name: 'where it is not, in a shared VPC: unevaluated, naming the owner',
    facts: { ...one(...s3Only), vpcs: ok([{ id: ids.vpc, owner: '999999999999', state: 'available', ipv4: ['10.1.0.0/16'], ipv6: [] }]) },
    unevaluated: [
      { level: 'required', resource: ids.subnet, reason: expect.stringContaining('999999999999') },
      { level: 'recommended', resource: `${ids.vpc} endpoints`, reason: expect.stringContaining('999999999999') },
    ],
  },
  {
    name: "S3 through an interface endpoint: both ends let it through, S3's public addresses do not matter",
    facts: {
      ...farSubnet,
      ...acls(acl([allow(10, true, cidr('10.1.0.0/16')), allow(10, false, cidr('10.1.0.0/16'))], ids.subnet), acl(open, far)),
      endpoints: ok([endpoint('s3')]),
    },
    findings: [
      { ...fine, message: expect.stringContaining('endpoint vpce-0bbb-s3 serves S3') },
      { ...fine, resource: 'vpce-0bbb-s3' },
    ],
  },
  {
    name: "the nodes' ACL shuts out S3's endpoint",
    facts: { ...farSubnet, ...acls(acl(s3Only, ids.subnet), acl(open, far)), endpoints: ok([endpoint('s3')]) },
    findings: [
      fine,
      {
        ...bad,
        resource: 'vpce-0bbb-s3',
        message: expect.stringContaining(
          `acl-${ids.subnet} of ${ids.subnet} denies tcp 443 out to endpoint vpce-0bbb-s3 (com.amazonaws.us-west-2.s3) in ${far}`,
        ),
      },
    ],
  },
  {
    name: "the ACL of S3's endpoint denies inbound, with the line that opens it",
    facts: { ...farSubnet, ...acls(acl(open, ids.subnet), acl([allow(100, true)], far)), endpoints: ok([endpoint('s3')]) },
    findings: [
      fine,
      {
        ...bad,
        resource: 'vpce-0bbb-s3',
        message: `Network ACL acl-${far} of ${far} denies tcp 443 in from the nodes in ${ids.subnet} (rule 32767). Endpoint vpce-0bbb-s3 (com.amazonaws.us-west-2.s3) has interfaces in ${far}.`,
        remediation: {
          command: `aws ec2 create-network-acl-entry --region us-west-2 --network-acl-id acl-${far} --ingress --rule-number 32766 --protocol tcp --port-range From=443,To=443 --cidr-block 10.1.0.0/20 --rule-action allow`,
        },
      },
    ],
  },
  {
    name: "the ACL of S3's endpoint lets no answers out",
    facts: { ...farSubnet, ...acls(acl(open, ids.subnet), acl([allow(100, false)], far)), endpoints: ok([endpoint('s3')]) },
    findings: [
      fine,
      { ...bad, resource: 'vpce-0bbb-s3', message: expect.stringContaining(`denies tcp 32768-60999 out to the nodes in ${ids.subnet}`) },
    ],
  },
  {
    name: "S3's endpoint answers in another subnet too: recommended",
    facts: {
      ...farSubnet,
      ...acls(acl(open, ids.subnet), acl([], far)),
      endpoints: ok([endpoint('s3', { subnets: [ids.subnet, far] })]),
    },
    findings: [fine, { ...soft, resource: 'vpce-0bbb-s3' }],
  },
  {
    name: "the ACL of S3's endpoint is not visible: unevaluated",
    facts: { ...farSubnet, ...one(...open), endpoints: ok([endpoint('s3')]) },
    findings: [fine],
    unevaluated: [{ level: 'required', resource: 'vpce-0bbb-s3', reason: expect.stringContaining(far) }],
  },
  {
    name: 'one ACL stops it at both ends: one finding',
    facts: { ...farSubnet, ...acls(acl([allow(10, true, cidr('52.92.0.0/16'))], ids.subnet, far)), endpoints: ok([endpoint('s3')]) },
    findings: [
      fine,
      {
        ...bad,
        resource: 'vpce-0bbb-s3',
        message: expect.stringMatching(
          /^Network ACL acl-\S+ of subnet-\S+ and subnet-\S+ denies tcp 443 out to .*; tcp 443 in from the nodes/,
        ),
      },
    ],
  },
  {
    name: 'an endpoint in the subnet itself does not meet the ACL',
    facts: { ...one(), endpoints: ok([endpoint('s3', { subnets: [ids.subnet] })]) },
    findings: [fine],
  },
  {
    name: 'endpoints of other services shut out: recommended, and not at all where nodes do not call them',
    facts: {
      ...farSubnet,
      ...acls(acl(open, ids.subnet), acl([], far)),
      endpoints: ok([endpoint('logs'), endpoint('ec2'), endpoint('bedrock-runtime')]),
    },
    findings: [fine, { ...soft, resource: 'vpce-0bbb-ec2' }, { ...soft, resource: 'vpce-0bbb-logs' }],
  },
  {
    name: 'EKS: pods get their addresses from EC2, so its endpoint is required',
    plan: eksPlan,
    facts: { ...farSubnet, ...acls(acl(open, ids.subnet), acl([], far)), endpoints: ok([endpoint('logs'), endpoint('ec2')]) },
    findings: [fine, { ...bad, resource: 'vpce-0bbb-ec2' }, { ...soft, resource: 'vpce-0bbb-logs' }],
  },
  {
    name: 'another subnet that groups use beside this one: both directions, all protocols',
    plan: sideBySide,
    facts: { ...pair, ...acls(acl(open, ids.subnet, ids.subnet2)) },
    findings: [fine, { ...fine, resource: ids.subnet2 }],
    says: ['all traffic with the other subnets'],
  },
  {
    name: 'traffic from the other subnet is stopped, at one end only',
    plan: sideBySide,
    facts: {
      ...pair,
      ...acls(
        acl([deny(50, false, { protocol: '6', ports: { from: 1, to: 1023 }, cidr: '10.1.16.0/20' }), ...open], ids.subnet),
        acl(open, ids.subnet2),
      ),
    },
    findings: [bad, { ...fine, resource: ids.subnet2 }],
    says: [`tcp 1-1023 in from ${ids.subnet2} (rule 50)`],
  },
  {
    name: 'the own block does not matter, the other one does',
    plan: sideBySide,
    facts: { ...pair, ...acls(acl([deny(50, true, { protocol: '17', cidr: '10.1.0.0/20' }), ...open], ids.subnet, ids.subnet2)) },
    findings: [fine, { ...bad, resource: ids.subnet2, message: expect.stringContaining(`udp out to ${ids.subnet}`) }],
  },
  {
    name: 'only TCP and UDP between them: softer',
    plan: sideBySide,
    facts: {
      ...pair,
      ...acls(
        acl(
          [true, false].flatMap((e) => [allow(100, e, { protocol: '6' }), allow(101, e, { protocol: '17' })]),
          ids.subnet,
          ids.subnet2,
        ),
      ),
    },
    findings: [
      {
        ...soft,
        remediation: { command: expect.stringContaining('--egress --rule-number 32766 --protocol -1 --cidr-block 10.1.16.0/20 ') },
      },
      { ...soft, resource: ids.subnet2 },
    ],
    says: ['protocols other than tcp and udp'],
  },
  {
    name: 'what is required hides what is not: one thing at a time, each line with a number of its own',
    plan: sideBySide,
    facts: { ...pair, ...acls(acl([allow(32766, true, tcp(22))], ids.subnet), acl(open, ids.subnet2)) },
    findings: [
      {
        ...bad,
        message: expect.not.stringContaining('protocols other than'),
        remediation: {
          command: expect.stringMatching(
            /--egress --rule-number 32765 --protocol tcp .*--egress --rule-number 32764 --protocol tcp .*--egress --rule-number 32762 --protocol udp /,
          ),
        },
      },
      { ...fine, resource: ids.subnet2 },
    ],
    says: ['tcp 443 out to S3', `tcp 0-21 and 23-65535 out to ${ids.subnet2}`, `udp in from ${ids.subnet2}`],
  },
  {
    name: 'subnets without a family in common do not talk: only what each calls is judged',
    plan: sideBySide,
    facts: {
      ...subnets({}, { id: ids.subnet2, ipv4: '', ipv6: ['2600:1f14:0:2::/64'], ipv6Native: true }),
      ...acls(acl(open, ids.subnet, ids.subnet2)),
    },
    findings: [fine, { ...soft, resource: ids.subnet2, message: expect.not.stringContaining(`to ${ids.subnet}`) }],
  },
  {
    name: 'two subnets of the list that groups inherit: one is chosen, so softer',
    plan: over(ids.subnet, ids.subnet2),
    facts: { ...pair, ...acls(acl([deny(50, false, cidr('10.1.16.0/20')), ...open], ids.subnet), acl(open, ids.subnet2)) },
    findings: [soft, { ...fine, resource: ids.subnet2 }],
  },
  {
    name: 'calls do not get out of one of two subnets that groups inherit: HyperPod may choose the other',
    plan: over(ids.subnet, ids.subnet2),
    facts: {
      ...pair,
      ...acls(acl([...open, deny(50, true, { ...tcp(443), ...cidr('52.92.128.0/17') })], ids.subnet), acl(open, ids.subnet2)),
    },
    findings: [soft, { ...fine, resource: ids.subnet2 }],
    says: ['only if HyperPod chooses another of their subnets'],
  },
  {
    name: 'calls do not get out of either of them',
    plan: over(ids.subnet, ids.subnet2),
    facts: {
      ...pair,
      ...acls(acl([...open, deny(50, true, { ...tcp(443), ...cidr('52.92.128.0/17') })], ids.subnet, ids.subnet2)),
    },
    findings: [bad, { ...bad, resource: ids.subnet2 }],
  },
  {
    name: 'the file system lets in one of two subnets that groups inherit: recommended',
    plan: plan(
      planned({
        request: request({ VpcConfig: { SecurityGroupIds: [ids.group], Subnets: [ids.subnet, ids.subnet2] } }),
        fsxLustre: [ids.fs],
      }),
    ),
    facts: {
      ...subnets({}, { id: ids.subnet2, ipv4: '10.1.16.0/20' }, { id: far, ipv4: '10.1.240.0/24' }),
      ...fileSystemFacts({ subnets: [far] }),
      ...acls(acl(open, ids.subnet, ids.subnet2), acl([...open, deny(50, false, cidr('10.1.16.0/20'))], far)),
    },
    findings: [
      fine,
      { ...fine, resource: ids.subnet2 },
      { ...soft, resource: ids.fs, message: expect.stringContaining(`in from the nodes in ${ids.subnet2}`) },
    ],
  },
  {
    name: 'two subnets that are the pool of a flexible group: required',
    plan: planOf({
      VpcConfig: { SecurityGroupIds: [ids.group], Subnets: [ids.subnet, ids.subnet2] },
      InstanceGroups: [
        groupRequest({ InstanceType: undefined, InstanceRequirements: { InstanceTypes: ['ml.p5.48xlarge', 'ml.p4d.24xlarge'] } }),
      ],
    }),
    facts: { ...pair, ...acls(acl([deny(50, false, cidr('10.1.16.0/20')), ...open], ids.subnet), acl(open, ids.subnet2)) },
    findings: [bad, { ...fine, resource: ids.subnet2 }],
  },
  {
    name: 'dual-stack subnets without IPv6 entries between them: softer',
    plan: sideBySide,
    facts: {
      ...subnets({ ipv6: ['2600:1f14:0:1::/64'] }, { id: ids.subnet2, ipv4: '10.1.16.0/20', ipv6: ['2600:1f14:0:2::/64'] }),
      ...acls(acl(open, ids.subnet, ids.subnet2)),
    },
    findings: [
      { ...soft, remediation: { command: expect.stringContaining('--ipv6-cidr-block 2600:1f14:0:2::/64') } },
      { ...soft, resource: ids.subnet2 },
    ],
  },
  {
    name: 'a dual-stack subnet alone needs no IPv6 entries',
    facts: { ...subnets({ ipv6: ['2600:1f14:0:1::/64'] }), ...one(...open) },
    findings: [fine],
  },
  {
    name: 'an IPv6-native subnet is judged by its IPv6 entries, softly',
    facts: { ...subnets({ ipv4: '', ipv6: ['2600:1f14:0:1::/64'], ipv6Native: true }), ...one(...open) },
    findings: [soft],
    says: ['addresses on the internet'],
  },
  {
    name: 'an IPv6-native subnet with IPv6 entries',
    facts: {
      ...subnets({ ipv4: '', ipv6: ['2600:1f14:0:1::/64'], ipv6Native: true }),
      ...one(allow(101, true, cidr('::/0')), allow(101, false, cidr('::/0'))),
    },
    findings: [fine],
  },
  {
    name: 'the file system lies in another subnet',
    plan: fileSystemPlan,
    facts: { ...inFar, ...acls(acl(open, ids.subnet, far)) },
    findings: [fine, { ...fsHere, status: 'pass' }],
  },
  {
    name: "the nodes' ACL stops Lustre's ports",
    plan: fileSystemPlan,
    facts: { ...inFar, ...acls(acl([...open, deny(50, false, tcp(1020))], ids.subnet), acl(open, far)) },
    findings: [fine, { ...fsHere, status: 'fail', message: expect.stringContaining('tcp 1020 in from file system') }],
  },
  {
    name: "the file system's ACL stops Lustre's ports",
    plan: fileSystemPlan,
    facts: { ...inFar, ...acls(acl(open, ids.subnet), acl([...open, deny(50, false, tcp(988))], far)) },
    findings: [
      fine,
      {
        ...fsHere,
        status: 'fail',
        message: expect.stringContaining(`acl-${far} of ${far} denies tcp 988 in from the nodes in ${ids.subnet}`),
      },
    ],
  },
  {
    name: 'the file system does not exist: fsx-available says so',
    plan: fileSystemPlan,
    facts: fileSystemFacts(null),
    findings: [fine],
  },
  {
    name: 'NFS to OpenZFS: stopped at the file system',
    plan: openZfsPlan,
    facts: { ...inFar, ...openZfs, ...acls(acl(open, ids.subnet), acl([...open, deny(50, false, tcp(2049))], far)) },
    findings: [fine, { ...fsHere, status: 'fail', message: expect.stringContaining(`denies tcp 2049 in from the nodes in ${ids.subnet}`) }],
  },
  {
    name: 'NFS to OpenZFS: answers to low ports are stopped: recommended',
    plan: openZfsPlan,
    facts: { ...inFar, ...openZfs, ...acls(acl([allow(100, true), allow(100, false, tcp(1024, 65535))], ids.subnet), acl(open, far)) },
    findings: [
      fine,
      { ...fsHere, level: 'recommended', status: 'fail', message: expect.stringContaining('denies tcp 1-1023 in from file system') },
    ],
  },
  {
    name: "the file system's ACL is not visible: unevaluated",
    plan: fileSystemPlan,
    facts: { ...inFar, ...one(...open) },
    findings: [fine],
    unevaluated: [{ ...fsHere, reason: expect.stringContaining(far) }],
  },
  { name: 'a file system in the same subnet does not meet the ACL', plan: fileSystemPlan, findings: [fine] },
  {
    name: 'the EKS control plane lies in another subnet',
    plan: eksPlan,
    facts: { ...inFar, ...acls(acl(open, ids.subnet, far)) },
    findings: [fine, { ...eksHere, status: 'pass' }],
  },
  {
    name: 'the kubelet cannot be called',
    plan: eksPlan,
    facts: { ...inFar, ...one(...open, deny(50, false, { ...tcp(10250), ...cidr('10.1.0.0/16') })) },
    findings: [
      { ...soft },
      {
        ...eksHere,
        status: 'fail',
        message: expect.stringContaining(`tcp 10250 in from the control plane of EKS cluster train in ${far}`),
      },
    ],
  },
  {
    name: 'the subnets of the EKS cluster deny inbound',
    plan: eksPlan,
    facts: { ...inFar, ...eksFacts({ subnets: [far] }), ...acls(acl(open, ids.subnet), acl([allow(100, true)], far)) },
    findings: [
      fine,
      {
        ...eksHere,
        status: 'fail',
        message: `Network ACL acl-${far} of ${far} denies tcp 443 in from the nodes in ${ids.subnet} (rule 32767); tcp 32768-60999 in from the nodes in ${ids.subnet} (rule 32767). The control plane of EKS cluster train has interfaces in ${far}.`,
      },
    ],
  },
  {
    name: 'without private access nodes do not call the control plane in the VPC, but it calls the kubelet',
    plan: eksPlan,
    facts: {
      ...inFar,
      ...eksFacts({ subnets: [far], endpoint: { privateAccess: false, publicCidrs: ['0.0.0.0/0'] } }),
      ...acls(acl(open, ids.subnet), acl([allow(100, true), allow(100, false, tcp(1024, 65535))], far)),
    },
    findings: [fine, { ...eksHere, status: 'pass' }],
  },
  {
    name: 'one of three subnets of the EKS cluster denies inbound: it may have no interface there, so recommended',
    plan: eksPlan,
    facts: {
      ...subnets({}, { id: far, ipv4: '10.1.240.0/24' }, { id: ids.subnet2, ipv4: '10.1.16.0/20' }),
      ...eksFacts({ subnets: [ids.subnet, ids.subnet2, far] }),
      ...acls(acl(open, ids.subnet, ids.subnet2), acl([allow(100, true)], far)),
    },
    findings: [fine, { ...eksHere, status: 'fail', level: 'recommended' }],
  },
  {
    name: 'the EKS cluster does not exist: eks-cluster says so',
    plan: eksPlan,
    facts: { eksClusters: { [ids.eks]: ok(null) } },
    findings: [fine],
  },
  {
    name: 'IPv6-native subnets are evaluated by what they call alone',
    plan: eksPlan,
    facts: {
      ...subnets({ ipv4: '', ipv6: ['2600:1f14:0:1::/64'], ipv6Native: true }, { id: far, ipv4: '10.1.240.0/24' }),
      ...eksFacts({ subnets: [far] }),
      ...acls(acl([allow(101, true, cidr('::/0')), allow(101, false, cidr('::/0'))], ids.subnet), acl([], far)),
    },
    findings: [fine],
  },
  {
    name: 'the EKS cluster denied: unevaluated',
    plan: eksPlan,
    facts: { eksClusters: { [ids.eks]: denied('eks:DescribeCluster') } },
    findings: [fine],
    unevaluated: [{ ...eksHere, action: 'eks:DescribeCluster' }],
  },
  {
    name: 'the ACL of a subnet is not visible: unevaluated, for that subnet',
    plan: over(ids.subnet, ids.subnet2),
    facts: { ...pair, ...one(...open) },
    findings: [fine],
    unevaluated: [{ level: 'required', resource: ids.subnet2, reason: expect.stringContaining(ids.subnet2) }],
  },
  {
    name: 'ACLs denied: unevaluated, with the action',
    facts: { networkAcls: denied('ec2:DescribeNetworkAcls') },
    unevaluated: [{ level: 'required', cluster: 'llm-train', resource: ids.subnet, action: 'ec2:DescribeNetworkAcls' }],
  },
  { name: 'a subnet that does not exist: unevaluated', facts: { subnets: ok([]) }, unevaluated: [{ resource: ids.subnet }] },
]);
