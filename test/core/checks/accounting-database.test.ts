import { expect } from 'vitest';
import check from '../../../shared/core/checks/accounting-database.ts';
import type { AclEntry, GroupRule } from '../../../shared/core/evaluation/facts.ts';
import type { AccountingDatabase, ClusterRequest, GroupRequest, Plan } from '../../../shared/core/plan/plan.ts';
import { account, allTraffic, denied, groupRequest, ids, ok, region, securityGroup } from '../healthy.ts';
import { planOf, toGroup } from '../plans.ts';
import { table } from '../table.ts';

const secretIn = (where: string, owner: string) => `arn:aws:secretsmanager:${where}:${owner}:secret:slurm-AbCdEf`;
const secret = secretIn(region, account);
const controller = groupRequest({ InstanceGroupName: 'controller', InstanceCount: 1, SlurmConfig: { NodeType: 'Controller' } });
const workers = groupRequest({ SlurmConfig: { NodeType: 'Compute', PartitionNames: ['dev'] } });
const using = (database: Partial<AccountingDatabase> = {}, more: Partial<ClusterRequest> = {}): Plan =>
  planOf({
    Orchestrator: { Slurm: { AccountingDatabase: { Endpoint: 'db.example.com', SecretArn: secret, ...database } } },
    InstanceGroups: [controller, workers],
    ...more,
  });
const inGroup = (id: string, of: GroupRequest): GroupRequest => ({
  ...of,
  OverrideVpcConfig: { SecurityGroupIds: [id], Subnets: [ids.subnet] },
});

const secrets = { [secret]: ok({}) };
const egress = (...rules: readonly Partial<GroupRule>[]) => ({
  secrets,
  securityGroups: ok([securityGroup({ rules: rules.map((rule) => ({ ...allTraffic, egress: true, ...rule })) })]),
});
const tcp = (from: number, to = from): Partial<GroupRule> => ({ protocol: 'tcp', ports: { from, to } });
const anywhere = { ipv4: ['0.0.0.0/0'] };

const outTo = (cidr: string, allow = true): AclEntry => ({ number: 100, egress: true, allow, protocol: '6', cidr });
const acl = (...entries: readonly AclEntry[]) => ({
  networkAcls: ok([{ id: ids.acl, vpc: ids.vpc, default: false, subnets: [ids.subnet], entries }]),
});

const resource = `db.example.com:3306 ${ids.group}`;
const exists = { status: 'pass', level: 'required', resource: secret } as const;
const reaches = { status: 'pass', level: 'required', resource } as const;
const blocked = { status: 'fail', level: 'required', resource } as const;

table(check, [
  { name: 'does not apply without an accounting database', findings: [] },
  {
    name: 'a secret that exists, and egress to anywhere',
    plan: using(),
    facts: egress(anywhere),
    findings: [
      exists,
      { ...reaches, message: expect.stringMatching(/^The nodes of controller may .* tcp 3306 to 0\.0\.0\.0\/0 .* not evaluated\.$/) },
    ],
  },
  {
    name: 'a secret that does not exist',
    plan: using(),
    facts: { ...egress(anywhere), secrets: { [secret]: ok(null) } },
    findings: [
      { ...exists, status: 'fail', remediation: { command: expect.stringMatching(/^aws secretsmanager list-secrets /) } },
      reaches,
    ],
  },
  {
    name: 'a secret that is scheduled for deletion',
    plan: using(),
    facts: { ...egress(anywhere), secrets: { [secret]: ok({ deleted: '2026-11-19T08:00:00.000Z' }) } },
    findings: [
      {
        ...exists,
        status: 'fail',
        message: expect.stringContaining('scheduled for deletion (DeletedDate 2026-11-19T08:00:00.000Z)'),
        remediation: { command: expect.stringMatching(/^aws secretsmanager restore-secret /) },
      },
      reaches,
    ],
  },
  {
    name: 'a secret that could not be read, with the action',
    plan: using(),
    facts: { ...egress(anywhere), secrets: { [secret]: denied('secretsmanager:DescribeSecret') } },
    findings: [reaches],
    unevaluated: [{ level: 'required', resource: secret, action: 'secretsmanager:DescribeSecret' }],
  },
  {
    name: 'a snapshot of an older version has no secrets',
    plan: using(),
    facts: { ...egress(anywhere), secrets: {} },
    findings: [reaches],
    unevaluated: [{ level: 'required', resource: secret }],
  },
  ...[
    ['another account', secretIn(region, '444455556666'), 'account 444455556666'],
    ['another region', secretIn('us-east-1', account), 'is in us-east-1'],
  ].map(([name = '', SecretArn = '', words = '']) => ({
    name: `a secret of ${name}`,
    plan: using({ SecretArn }),
    facts: egress(anywhere),
    findings: [reaches],
    unevaluated: [{ level: 'required' as const, resource: SecretArn, reason: expect.stringContaining(words) }],
  })),
  {
    name: 'no egress rule for the port',
    plan: using(),
    facts: egress({ ...tcp(443), ...anywhere }, { ...tcp(3307, 65535), ...anywhere }, { ...tcp(3306), protocol: 'udp', ...anywhere }),
    findings: [
      exists,
      {
        ...blocked,
        message: `0 egress rules of ${ids.group} allow tcp 3306. The nodes of controller cannot connect to accounting database db.example.com:3306.`,
        remediation: { command: expect.stringMatching(/^aws ec2 describe-security-group-rules .*group-id/) },
      },
    ],
  },
  { name: 'ingress does not count', plan: using(), facts: egress({ egress: false, ...anywhere }), findings: [exists, blocked] },
  { name: 'a rule without peers does not count', plan: using(), facts: egress(tcp(3306)), findings: [exists, blocked] },
  ...(
    [
      ['a CIDR', { ...tcp(3306), ipv4: ['10.1.0.0/16'] }, '10.1.0.0/16'],
      ['an IPv6 CIDR in a range of ports', { ...tcp(3000, 3306), ipv6: ['2001:db8::/32'] }, '2001:db8::/32'],
      ['a security group', toGroup('sg-0ddd0000000000001', tcp(3306)), 'sg-0ddd0000000000001'],
      ['a prefix list', { prefixLists: ['pl-0aaa'] }, 'pl-0aaa'],
    ] as const
  ).map(([name, rule, peer]) => ({
    name: `egress to ${name} passes; the side of the database is not seen`,
    plan: using(),
    facts: egress(rule),
    findings: [exists, { ...reaches, message: expect.stringContaining(`tcp 3306 to ${peer} (${ids.group})`) }],
  })),
  ...[
    ['S3', 's3'],
    ['DynamoDB', 'dynamodb'],
  ].map(([name = '', service = '']) => ({
    name: `egress to the prefix list of ${name} alone leads to no database`,
    plan: using(),
    facts: { ...egress({ prefixLists: ['pl-0aaa'] }), prefixLists: ok([{ id: 'pl-0aaa', name: `com.amazonaws.us-west-2.${service}` }]) },
    findings: [exists, { ...blocked, message: expect.stringContaining('except to addresses of AWS services (pl-0aaa). The nodes') }],
  })),
  {
    name: 'egress to the prefix list of VPC Lattice, through which a database can be reached',
    plan: using(),
    facts: { ...egress({ prefixLists: ['pl-0aaa'] }), prefixLists: ok([{ id: 'pl-0aaa', name: 'com.amazonaws.us-west-2.vpc-lattice' }]) },
    findings: [exists, reaches],
  },
  {
    name: 'prefix lists that could not be read, with nothing else to go to: not evaluated',
    plan: using(),
    facts: { ...egress({ prefixLists: ['pl-0aaa'] }), prefixLists: denied('ec2:DescribeManagedPrefixLists') },
    findings: [exists],
    unevaluated: [{ level: 'required', resource, action: 'ec2:DescribeManagedPrefixLists' }],
  },
  {
    name: 'prefix lists that could not be read beside a CIDR decide nothing',
    plan: using(),
    facts: { ...egress({ prefixLists: ['pl-0aaa'] }, anywhere), prefixLists: denied('ec2:DescribeManagedPrefixLists') },
    findings: [exists, reaches],
  },
  {
    name: 'a network ACL that lets the port out to no address: recommended, for traffic within the subnet does not meet it',
    plan: using(),
    facts: { ...egress(anywhere), ...acl({ ...outTo('0.0.0.0/0'), ports: { from: 443, to: 443 } }) },
    findings: [
      exists,
      {
        ...blocked,
        level: 'recommended',
        message: expect.stringContaining(`0 entries of network ACL ${ids.acl} of ${ids.subnet} allow tcp 3306 out.`),
        remediation: { command: `aws ec2 describe-network-acls --region us-west-2 --network-acl-ids ${ids.acl}` },
      },
    ],
  },
  {
    name: 'a network ACL that lets the port out to some addresses passes: which ones the database has is not known',
    plan: using(),
    facts: { ...egress(anywhere), ...acl({ ...outTo('10.1.0.0/16', false), number: 90 }, outTo('10.0.0.0/8')) },
    findings: [exists, reaches],
  },
  {
    name: 'an entry after one that denies all its addresses opens nothing',
    plan: using(),
    facts: { ...egress(anywhere), ...acl({ ...outTo('10.0.0.0/8', false), number: 90 }, outTo('10.1.0.0/16')) },
    findings: [exists, { ...blocked, level: 'recommended' }],
  },
  {
    name: 'network ACLs that could not be read: not evaluated',
    plan: using(),
    facts: { ...egress(anywhere), networkAcls: denied('ec2:DescribeNetworkAcls') },
    findings: [exists],
    unevaluated: [{ level: 'required', resource, action: 'ec2:DescribeNetworkAcls' }],
  },
  {
    name: 'a port of its own',
    plan: using({ Port: 3307 }),
    facts: egress({ ...tcp(3306), ...anywhere }),
    findings: [exists, { ...blocked, resource: `db.example.com:3307 ${ids.group}` }],
  },
  {
    name: 'only the security groups of the controller count',
    plan: using({}, { InstanceGroups: [inGroup('sg-c', controller), workers] }),
    facts: {
      secrets,
      securityGroups: ok([
        securityGroup(),
        securityGroup({ id: 'sg-c', rules: [{ ...allTraffic, egress: true, ...tcp(443), ...anywhere }] }),
      ]),
    },
    findings: [exists, { ...blocked, resource: 'db.example.com:3306 sg-c' }],
  },
  {
    name: 'security groups that could not be read',
    plan: using(),
    facts: { secrets, securityGroups: denied('ec2:DescribeSecurityGroups') },
    findings: [exists],
    unevaluated: [{ level: 'required', resource, action: 'ec2:DescribeSecurityGroups' }],
  },
  {
    name: 'a security group that does not exist is reported by network-resources',
    plan: using(),
    facts: { secrets, securityGroups: ok([]) },
    findings: [exists],
    unevaluated: [{ level: 'required', resource }],
  },
  {
    name: 'without a controller it is unknown which nodes connect',
    plan: using({}, { InstanceGroups: [workers] }),
    facts: egress(anywhere),
    findings: [exists],
    unevaluated: [{ level: 'required', resource: 'db.example.com:3306', reason: expect.stringContaining('NodeType Controller') }],
  },
  {
    name: 'a request without a VPC',
    plan: using({}, { VpcConfig: undefined }),
    facts: { secrets },
    findings: [
      exists,
      { status: 'fail', level: 'recommended', resource: 'db.example.com:3306', message: expect.stringContaining('AWS documentation') },
    ],
  },
]);
