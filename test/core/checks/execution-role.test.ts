import { expect } from 'vitest';
import check from '../../../shared/core/checks/execution-role.ts';
import type { FileSystem, Role, RolePolicy } from '../../../shared/core/evaluation/facts.ts';
import {
  account,
  broken,
  denied,
  facts,
  groupRequest,
  ids,
  ok,
  plan,
  planned,
  region,
  running,
  runningGroup,
  subnet,
  withRunning,
} from '../healthy.ts';
import { eksPlan, planOf } from '../plans.ts';
import { type Row, table } from '../table.ts';

const healthy = facts().roles[ids.role];
if (!healthy?.ok || healthy.value === null) throw new Error('the healthy role is missing');
const role: Role = healthy.value;
const healthyLustre = facts().fileSystems[ids.fs];
if (!healthyLustre?.ok || healthyLustre.value === null) throw new Error('the healthy file system is missing');
const lustre: FileSystem = healthyLustre.value;
const policy = (name: string, ...statements: readonly object[]): RolePolicy => ({
  name,
  document: JSON.stringify({ Version: '2012-10-17', Statement: statements }),
});
const allow = (Action: string | readonly string[], more: object = {}) => ({ Effect: 'Allow', Action, Resource: '*', ...more });
const deny = (Action: string, more: object = {}) => ({ Effect: 'Deny', Action, Resource: '*', ...more });
const trust = (...statements: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements });
const sagemaker = { Effect: 'Allow', Principal: { Service: 'sagemaker.amazonaws.com' }, Action: 'sts:AssumeRole' };
const having = (more: Partial<Role>) => ({ roles: { [ids.role]: ok({ ...role, ...more }) } });
const plus = (...statements: readonly object[]) => having({ policies: [...role.policies, policy('extra', ...statements)] });
const only = (...policies: readonly RolePolicy[]) => having({ policies });
const [managed, network] = role.policies as [RolePolicy, RolePolicy];
const arn = (service: string, rest: string, of = account) => `arn:aws:${service}:${region}:${of}:${rest}`;
const inEc2 = (name: string) => `ec2:${name}`;
const all = allow('*');
const placing = ['AssignPrivateIpAddresses', 'CreateNetworkInterface', 'CreateNetworkInterfacePermission', 'DeleteNetworkInterface'];
const onInterfaces = [...placing, 'DeleteNetworkInterfacePermission', 'ModifyNetworkInterfaceAttribute', 'UnassignPrivateIpAddresses'];
/** The inline policies of aws/sagemaker-hyperpod-cluster-setup, eks/cloudformation/sagemaker-iam-role-template.yaml. */
const consoleTemplate = [
  policy(
    'AmazonEKS_CNI_Policy',
    allow('ec2:AttachNetworkInterface', { Resource: [arn('ec2', 'instance/*'), arn('ec2', 'network-interface/*')] }),
    allow(['DescribeInstances', 'DescribeTags', 'DescribeNetworkInterfaces', 'DescribeInstanceTypes', 'DescribeSubnets'].map(inEc2)),
    allow('ec2:CreateTags', { Resource: ['arn:aws:ec2:*:*:network-interface/*'] }),
  ),
  policy(
    'Policy',
    allow(onInterfaces.map(inEc2), {
      Resource: [arn('ec2', 'instance/*'), arn('ec2', 'network-interface/*'), arn('ec2', `vpc/${ids.vpc}`)],
    }),
    allow(['DescribeVpcs', 'DescribeDhcpOptions', 'DescribeSecurityGroups', 'DetachNetworkInterface'].map(inEc2)),
    allow(['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetAuthorizationToken', 'ecr:GetDownloadUrlForLayer']),
  ),
  policy('ConditionalPolicySubnet1', allow(onInterfaces.map(inEc2), { Resource: [arn('ec2', `subnet/${ids.subnet}`)] })),
  policy('ConditionalPolicySecurityGroup1', allow(onInterfaces.map(inEc2), { Resource: [arn('ec2', `security-group/${ids.group}`)] })),
];
const mounted = (more: Partial<FileSystem> | null = {}, role: object = {}) => ({
  ...having(role),
  fileSystems: { [ids.fs]: ok(more && { ...lustre, efa: true, ...more }) },
});
const mounting = planOf({
  InstanceGroups: [
    groupRequest({
      InstanceStorageConfigs: [{ FsxLustreConfig: { DnsName: `${ids.fs}.fsx.${region}.amazonaws.com`, MountName: 'abcdefgh' } }],
    }),
  ],
});
const describing = { resource: `${ids.role}#${ids.fs}`, level: 'recommended' } as const;
const describeFileSystems = 'fsx:DescribeFileSystems';
const noVpc = plan(planned({ request: { ClusterName: 'llm-train', InstanceGroups: [groupRequest()] } }));
const withRole = (ExecutionRole: string) => planOf({ InstanceGroups: [groupRequest({ ExecutionRole })] });
const pass = { status: 'pass', level: 'required', resource: ids.role } as const;
const fail = { status: 'fail', level: 'required', resource: ids.role } as const;
const softer = { status: 'fail', level: 'recommended', resource: ids.role } as const;
const command = (...parts: readonly string[]) => ({
  command: expect.stringMatching(new RegExp(parts.map((p) => p.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*'))),
});

/** Each managed action and each for Slurm in a VPC, taken away alone. */
const needed = [
  'logs:CreateLogGroup',
  'logs:CreateLogStream',
  'logs:DescribeLogStreams',
  'logs:PutLogEvents',
  'cloudwatch:PutMetricData',
  ...['CreateControlChannel', 'CreateDataChannel', 'OpenControlChannel', 'OpenDataChannel'].map((a) => `ssmmessages:${a}`),
];
const slurm = [
  'CreateNetworkInterface',
  'CreateNetworkInterfacePermission',
  'DeleteNetworkInterface',
  'DeleteNetworkInterfacePermission',
  'DescribeNetworkInterfaces',
  'DescribeVpcs',
  'DescribeDhcpOptions',
  'DescribeSubnets',
  'DescribeSecurityGroups',
  'DetachNetworkInterface',
  'CreateTags',
].map((a) => `ec2:${a}`);
const forEks = [
  ...[
    'AssignPrivateIpAddresses',
    'AttachNetworkInterface',
    'DescribeInstances',
    'DescribeInstanceTypes',
    'DescribeTags',
    'ModifyNetworkInterfaceAttribute',
    'UnassignPrivateIpAddresses',
  ].map((a) => `ec2:${a}`),
  ...['BatchCheckLayerAvailability', 'BatchGetImage', 'GetAuthorizationToken', 'GetDownloadUrlForLayer'].map((a) => `ecr:${a}`),
];
/** A role that has one EC2 action on some resources only, and all the others. */
const actionAllowed = (action: string, on: { readonly Resource: string | readonly string[] }) =>
  only(managed, policy('n', allow(slurm.filter((a) => a !== action)), allow(action, on)));
const without = (action: string) => only(policy('all', { Effect: 'Allow', NotAction: action, Resource: '*' }));

table(check, [
  {
    name: 'passes at the healthy default',
    findings: [{ ...pass, have: 20, need: 20, unit: 'actions' }],
    says: ['Service control policies are not evaluated.'],
  },
  { name: 'on EKS more actions are needed, and granted', plan: eksPlan, findings: [{ ...pass, have: 31, need: 31 }] },
  { name: 'without a VPC only those of the managed policy', plan: noVpc, facts: only(managed), findings: [{ ...pass, have: 9, need: 9 }] },
  ...needed.map(
    (action): Row => ({
      name: `needs ${action} even without a VPC`,
      plan: noVpc,
      facts: without(action),
      findings: [{ ...fail, have: 8, need: 9 }],
      says: [`required actions missing: ${action} (`],
    }),
  ),
  ...slurm.map(
    (action): Row => ({
      name: `needs ${action} in a VPC`,
      facts: without(action),
      findings: [{ ...fail, have: 19, need: 20 }],
      says: [`required actions missing: ${action} (`],
    }),
  ),
  ...slurm.map((action): Row => ({ name: `does not need ${action} without one`, plan: noVpc, facts: without(action), findings: [pass] })),
  ...forEks.map(
    (action): Row => ({
      name: `needs ${action} on EKS`,
      plan: eksPlan,
      facts: without(action),
      findings: [{ ...fail, have: 30, need: 31 }],
      says: [`required actions missing: ${action} (`],
    }),
  ),
  ...forEks.map((action): Row => ({ name: `does not need ${action} for Slurm`, facts: without(action), findings: [pass] })),
  { name: 'does not need S3, which other checks judge', facts: plus(deny('s3:*')), findings: [pass] },
  {
    name: 'a role that does not exist',
    facts: { roles: { [ids.role]: ok(null) } },
    findings: [
      {
        ...fail,
        remediation: command(
          'create-role --role-name HyperPodNode --region us-west-2',
          'attach-role-policy',
          'arn:aws:iam::aws:policy/AmazonSageMakerClusterInstanceRolePolicy',
        ),
      },
    ],
    says: ['does not exist'],
  },
  {
    name: 'a role of another account is never asked for',
    plan: withRole('arn:aws:iam::999999999999:role/x'),
    findings: [{ ...fail, resource: 'arn:aws:iam::999999999999:role/x' }],
    says: ['does not belong to account 111122223333.'],
  },
  {
    name: 'a role of another partition',
    plan: withRole(`arn:aws-cn:iam::${account}:role/x`),
    findings: [{ status: 'fail', level: 'required' }],
  },
  {
    name: 'an ARN of something else',
    plan: withRole(`arn:aws:iam::${account}:user/x`),
    findings: [{ status: 'fail', level: 'required' }],
    says: ['is not the ARN of an IAM role'],
  },
  {
    name: 'trust in another service',
    facts: having({ trust: trust({ ...sagemaker, Principal: { Service: 'ec2.amazonaws.com' } }) }),
    findings: [
      {
        ...fail,
        remediation: {
          text: 'Allow sagemaker.amazonaws.com to assume the role. The command replaces the trust policy: add the statements that have to remain.',
          command: expect.stringMatching(
            /^aws iam update-assume-role-policy --role-name HyperPodNode [^&]*sagemaker\.amazonaws\.com[^&]*$/,
          ),
          console: 'https://us-west-2.console.aws.amazon.com/iam/home#/roles/details/HyperPodNode',
        },
        message: expect.not.stringContaining('actions are missing'),
      },
    ],
    says: ['does not allow sagemaker.amazonaws.com'],
  },
  {
    name: 'trust in several services',
    facts: having({ trust: trust({ ...sagemaker, Principal: { Service: ['ec2.amazonaws.com', 'sagemaker.amazonaws.com'] } }) }),
    findings: [pass],
  },
  { name: 'trust for another action', facts: having({ trust: trust({ ...sagemaker, Action: 'sts:TagSession' }) }), findings: [fail] },
  {
    name: 'trust that asks for an external id, which SageMaker has none of',
    facts: having({ trust: trust({ ...sagemaker, Condition: { StringEquals: { 'sts:ExternalId': 'x' } } }) }),
    findings: [fail],
  },
  // AWS's form against the confused deputy: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
  ...(
    [
      ['of this account', { StringEquals: { 'aws:SourceAccount': account } }],
      ['of any cluster of this region and account', { ArnLike: { 'aws:SourceArn': `arn:aws:sagemaker:us-west-2:${account}:cluster/*` } }],
      [
        'of any cluster by the length of its id',
        { ArnLike: { 'aws:SourceArn': `arn:aws:sagemaker:us-west-2:${account}:cluster/${'?'.repeat(12)}` } },
      ],
      ['of anything of this account', { ArnLike: { 'aws:SourceArn': `arn:aws:sagemaker:*:${account}:*` } }],
      ['in two conditions', { StringEquals: { 'aws:SourceAccount': [account] }, StringLike: { 'aws:SourceArn': 'arn:aws:sagemaker:*' } }],
    ] as const
  ).map(([name, Condition]) => ({
    name: `trust with a source ${name}`,
    facts: having({ trust: trust({ ...sagemaker, Condition }) }),
    findings: [pass],
  })),
  {
    name: 'trust with a narrower source: softer, and the fix names what it has to match',
    facts: having({
      trust: trust({ ...sagemaker, Condition: { ArnLike: { 'aws:SourceArn': `arn:aws:sagemaker:us-west-2:${account}:cluster/abc*` } } }),
    }),
    findings: [
      {
        ...softer,
        remediation: { text: expect.stringContaining(`match the ARN of the cluster, arn:aws:sagemaker:us-west-2:${account}:cluster/*`) },
      },
    ],
    says: ['sts:AssumeRole', 'aws:SourceArn'],
  },
  ...(
    [
      ['of another account', { StringEquals: { 'aws:SourceAccount': '999988887777' } }],
      ['that no cluster has', { ArnLike: { 'aws:SourceArn': `arn:aws:sagemaker:us-west-2:${account}:cluster/${'?'.repeat(11)}` } }],
      ['of another region', { ArnLike: { 'aws:SourceArn': `arn:aws:sagemaker:eu-west-1:${account}:cluster/*` } }],
    ] as const
  ).map(([name, Condition]) => ({
    name: `trust with a source ${name}: the fix keeps the condition, for this account`,
    facts: having({ trust: trust({ ...sagemaker, Condition }) }),
    findings: [{ ...fail, remediation: command('update-assume-role-policy', `"aws:SourceAccount":"${account}"`) }],
    says: ['sagemaker.amazonaws.com'],
  })),
  { name: 'trust that is not readable', facts: having({ trust: '{' }), findings: [softer], says: ['it is not JSON'] },
  {
    name: 'nothing granted: both remedies in one line, the list cut short',
    facts: only(),
    findings: [
      {
        ...fail,
        have: 0,
        need: 20,
        remediation: command(
          'attach-role-policy',
          '&&',
          'put-role-policy',
          '--policy-name hyperpod-nodes',
          'arn:aws:ec2:*:*:network-interface/*',
        ),
      },
    ],
    says: ['20 of 20 required actions', 'and 12 more', '(0 statements allow it).'],
  },
  {
    name: 'only the managed policy missing',
    facts: only(network),
    findings: [
      {
        ...fail,
        have: 11,
        need: 20,
        remediation: {
          text: 'Allow the missing actions in a policy of the role.',
          command: `aws iam attach-role-policy --role-name HyperPodNode --region us-west-2 --policy-arn arn:aws:iam::aws:policy/AmazonSageMakerClusterInstanceRolePolicy`,
        },
      },
    ],
  },
  {
    name: 'only network actions missing: exactly those are granted, in quotes',
    facts: only(managed, policy('hyperpod-nodes', allow(slurm.filter((a) => a !== 'ec2:CreateTags' && a !== 'ec2:DescribeVpcs')))),
    findings: [
      {
        ...fail,
        have: 18,
        need: 20,
        remediation: {
          command: `aws iam put-role-policy --role-name HyperPodNode --region us-west-2 --policy-name hyperpod-nodes-2 --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ec2:DescribeVpcs"],"Resource":"*"},{"Effect":"Allow","Action":["ec2:CreateTags"],"Resource":"arn:aws:ec2:*:*:network-interface/*"}]}'`,
        },
      },
    ],
  },
  {
    name: 'an explicit Deny: no grant is offered, the policy is named',
    facts: plus(deny('ec2:DescribeVpcs', { Sid: 'NoVpcs' })),
    findings: [
      {
        ...fail,
        have: 19,
        remediation: {
          text: 'First remove what denies ec2:DescribeVpcs: statement NoVpcs of policy extra denies it.',
          console: 'https://us-west-2.console.aws.amazon.com/iam/home#/roles/details/HyperPodNode',
        },
        message: expect.not.stringContaining('trust policy'),
      },
    ],
    says: ['statement NoVpcs of policy extra denies it'],
  },
  { name: 'a boundary that allows all', facts: having({ boundary: policy('limit', all) }), findings: [pass] },
  {
    name: 'some denied, some not granted: both are said, and only what can be granted is in the line',
    facts: only(managed, network, policy('extra', deny('ec2:DescribeVpcs'), deny('ec2:CreateTags'), deny('logs:PutLogEvents'))),
    findings: [{ ...fail, have: 17, remediation: expect.not.objectContaining({ command: expect.anything() }) }],
  },
  {
    name: 'denied beside not granted',
    facts: only(network, policy('extra', deny('ec2:DescribeVpcs'))),
    findings: [
      {
        ...fail,
        have: 10,
        remediation: {
          text: 'Allow the missing actions in a policy of the role. First remove what denies ec2:DescribeVpcs: statement 1 of policy extra denies it.',
          command: expect.stringMatching(/^aws iam attach-role-policy [^&]*$/),
        },
      },
    ],
  },
  {
    name: 'a boundary that leaves something out',
    facts: having({ boundary: policy('limit', allow(['logs:*', 'cloudwatch:*', 'ssmmessages:*'])) }),
    findings: [
      { ...fail, have: 9, need: 20, remediation: { text: expect.stringContaining('the permissions boundary limit does not allow it') } },
    ],
    says: ['the permissions boundary limit does not allow it'],
  },
  {
    name: 'a boundary that denies',
    facts: having({ boundary: policy('limit', all, deny('logs:PutLogEvents')) }),
    findings: [{ ...fail, have: 19 }],
    says: ['statement 2 of policy limit denies it'],
  },
  {
    name: 'a boundary that is not readable',
    facts: having({ boundary: { name: 'limit', document: '' } }),
    findings: [softer],
    says: ['policy limit is not evaluated'],
  },
  {
    name: 'a Deny outside of the organization of the account',
    facts: {
      ...plus(deny('*', { Condition: { StringNotEquals: { 'aws:PrincipalOrgID': 'o-1' } } })),
      organizations: { [account]: ok('o-1') },
    },
    findings: [pass],
  },
  {
    name: 'a Deny outside of another organization',
    facts: {
      ...plus(deny('*', { Condition: { StringNotEquals: { 'aws:PrincipalOrgID': 'o-1' } } })),
      organizations: { [account]: ok('o-2') },
    },
    findings: [{ ...fail, have: 0 }],
  },
  ...(['o-1', null, undefined] as const).map((id) => ({
    name: `a trust policy for sources in an organization, of an account in ${id}`,
    facts: {
      ...having({ trust: trust({ ...sagemaker, Condition: { StringEquals: { 'aws:SourceOrgID': 'o-1' } } }) }),
      ...(id !== undefined && { organizations: { [account]: ok(id) } }),
    },
    findings: [id === undefined ? softer : id === null ? fail : pass],
  })),
  {
    name: 'a trust policy for sources in an organization that is unread: the fix keeps the condition',
    facts: having({ trust: trust({ ...sagemaker, Condition: { StringEquals: { 'aws:SourceOrgID': 'o-1' } } }) }),
    findings: [
      {
        ...softer,
        remediation: {
          text: 'Allow organizations:DescribeOrganization for the auditor, or compare the id in the policy with the id of the organization.',
          command: 'aws organizations describe-organization --query Organization.Id --output text',
        },
      },
    ],
    says: ['aws:SourceOrgID', 'could not be read'],
  },
  {
    name: 'a trust policy for paths in an organization: the fix keeps the condition',
    facts: {
      ...having({ trust: trust({ ...sagemaker, Condition: { StringLike: { 'aws:SourceOrgPaths': 'o-1/*' } } }) }),
      organizations: { [account]: ok('o-1') },
    },
    findings: [{ ...softer, remediation: { text: expect.stringContaining('Compare the path') } }],
  },
  {
    name: 'a trust policy for another organization: the fix does not open it to all sources',
    facts: {
      ...having({ trust: trust({ ...sagemaker, Condition: { StringEquals: { 'aws:SourceOrgID': 'o-1' } } }) }),
      organizations: { [account]: ok('o-2') },
    },
    findings: [{ ...fail, remediation: command('update-assume-role-policy', `"aws:SourceAccount":"${account}"`) }],
  },
  {
    name: 'a trust policy with another condition that is unread: the fix keeps it',
    facts: having({ trust: trust({ ...sagemaker, Condition: { StringEquals: { 'aws:ResourceTag/team': 'x' } } }) }),
    findings: [{ ...softer, remediation: { text: expect.stringContaining('Do not remove the condition.') } }],
  },
  {
    name: 'a Deny under a condition that cannot be seen',
    facts: plus(deny('*', { Condition: { StringNotEquals: { 'aws:PrincipalOrgID': 'o-1' } } })),
    findings: [{ ...softer, have: 0, need: 20 }],
    says: ['aws:PrincipalOrgID'],
  },
  {
    name: 'an Allow under a condition that cannot be seen',
    facts: only(policy('all', allow('*', { Condition: { StringEquals: { 'aws:PrincipalTag/team': 'x' } } }))),
    findings: [softer],
  },
  {
    name: 'a required failure stands beside doubt',
    facts: only(
      policy('all', {
        Effect: 'Allow',
        NotAction: 'ec2:DescribeVpcs',
        Resource: '*',
        Condition: { StringEquals: { 'aws:PrincipalTag/team': 'x' } },
      }),
    ),
    findings: [{ ...fail, have: 0, need: 20 }],
    says: ['1 of 20 required actions missing: ec2:DescribeVpcs'],
  },
  {
    name: 'a Deny outside this region',
    facts: plus(deny('*', { Condition: { StringNotEquals: { 'aws:RequestedRegion': region } } })),
    findings: [pass],
  },
  {
    name: 'a Deny in this region',
    facts: plus(deny('*', { Condition: { StringNotEquals: { 'aws:RequestedRegion': 'eu-west-1' } } })),
    findings: [fail],
  },
  {
    name: 'a Deny for sessions of before (revoked sessions)',
    facts: plus(deny('*', { Condition: { DateLessThan: { 'aws:TokenIssueTime': '2026-01-01T00:00:00Z' } } })),
    findings: [pass],
  },
  {
    name: 'a Deny that spares the account',
    facts: plus(deny('*', { Condition: { StringNotEquals: { 'aws:PrincipalAccount': account } } })),
    findings: [pass],
  },
  {
    name: 'metrics in another namespace',
    facts: only(
      network,
      policy(
        'm',
        allow(['logs:*', 'ssmmessages:*']),
        allow('cloudwatch:PutMetricData', { Condition: { StringEquals: { 'cloudwatch:namespace': 'mine' } } }),
      ),
    ),
    findings: [{ ...fail, have: 19 }],
    says: ['cloudwatch:PutMetricData'],
  },
  {
    name: 'log groups of another cluster',
    facts: only(
      network,
      policy(
        'm',
        allow(['cloudwatch:*', 'ssmmessages:*']),
        allow('logs:*', { Resource: arn('logs', 'log-group:/aws/sagemaker/Clusters/other/*') }),
      ),
    ),
    findings: [{ ...fail, have: 16 }],
    says: ['logs:CreateLogGroup, logs:CreateLogStream, logs:DescribeLogStreams, logs:PutLogEvents'],
  },
  {
    name: 'streams by their own ARN, as the managed policy names them; the group is another thing',
    facts: only(
      network,
      policy(
        'm',
        allow(['cloudwatch:*', 'ssmmessages:*']),
        allow('logs:*', { Resource: arn('logs', 'log-group:/aws/sagemaker/Clusters/other/*') }),
        allow(['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'], {
          Resource: arn('logs', 'log-group:/aws/sagemaker/Clusters/llm-train/*:log-stream:*'),
        }),
      ),
    ),
    findings: [{ ...fail, have: 19 }],
    says: ['1 of 20 required actions missing: logs:CreateLogGroup ('],
  },
  {
    name: 'log groups of this cluster',
    facts: only(
      network,
      policy(
        'm',
        allow(['cloudwatch:*', 'ssmmessages:*']),
        allow('logs:*', { Resource: arn('logs', 'log-group:/aws/sagemaker/Clusters/llm-train/*') }),
      ),
    ),
    findings: [pass],
  },
  {
    name: "the role of AWS's console template for EKS",
    plan: eksPlan,
    facts: only(managed, ...consoleTemplate),
    findings: [{ ...pass, have: 31, need: 31 }],
  },
  {
    name: 'attaching on instances of another account alone is not enough',
    plan: eksPlan,
    facts: only(
      managed,
      policy('n', allow([...slurm, ...forEks].filter((action) => action !== 'ec2:AttachNetworkInterface'))),
      policy(
        'attach',
        allow('ec2:AttachNetworkInterface', { Resource: [arn('ec2', 'instance/*', '999999999999'), arn('ec2', 'network-interface/*')] }),
      ),
    ),
    findings: [{ ...fail, have: 30 }],
    says: ['ec2:AttachNetworkInterface'],
  },
  {
    name: 'detaching from instances of this account alone may not be enough',
    facts: actionAllowed('ec2:DetachNetworkInterface', { Resource: [arn('ec2', 'network-interface/*'), arn('ec2', 'instance/*')] }),
    findings: [softer],
    says: ['ec2:DetachNetworkInterface'],
  },
  {
    name: 'tags on the interface are enough, on other things they are not',
    facts: actionAllowed('ec2:CreateTags', { Resource: arn('ec2', 'instance/*') }),
    findings: [{ ...fail, have: 19 }],
    says: ['ec2:CreateTags'],
  },
  {
    name: 'interfaces in the named subnet and group',
    facts: actionAllowed('ec2:CreateNetworkInterface', {
      Resource: [arn('ec2', 'network-interface/*'), arn('ec2', `subnet/${ids.subnet}`), arn('ec2', `security-group/${ids.group}`)],
    }),
    findings: [pass],
  },
  {
    name: 'interfaces in another subnet',
    facts: actionAllowed('ec2:CreateNetworkInterface', {
      Resource: [arn('ec2', 'network-interface/*'), arn('ec2', `subnet/${ids.subnet2}`), arn('ec2', 'security-group/*')],
    }),
    findings: [{ ...fail, have: 19 }],
    says: ['ec2:CreateNetworkInterface'],
  },
  {
    name: "a shared subnet is the owner's: a grant on the account's own does not reach it",
    facts: {
      ...actionAllowed('ec2:CreateNetworkInterface', { Resource: [arn('ec2', '*/*')] }),
      subnets: ok([subnet({ owner: '999999999999', arn: arn('ec2', `subnet/${ids.subnet}`, '999999999999') })]),
    },
    findings: [{ ...fail, have: 19 }],
  },
  {
    name: 'whose the subnet is matters to a policy and was not read: unevaluated',
    facts: {
      ...actionAllowed('ec2:CreateNetworkInterface', { Resource: [arn('ec2', '*/*')] }),
      subnets: denied('ec2:DescribeSubnets'),
    },
    unevaluated: [{ level: 'required', resource: ids.role, action: 'ec2:DescribeSubnets' }],
  },
  {
    name: 'whose the subnet is does not matter to a policy that names all',
    facts: { subnets: denied('x'), securityGroups: denied('y') },
    findings: [pass],
  },
  {
    name: 'images of one registry: which nodes pull from is not known',
    plan: eksPlan,
    facts: only(
      policy(
        'n',
        { Effect: 'Allow', NotAction: 'ecr:*', Resource: '*' },
        allow('ecr:*', { Resource: arn('ecr', 'repository/*', '602401143452') }),
        allow('ecr:GetAuthorizationToken'),
      ),
    ),
    findings: [{ ...softer, have: 28, need: 31 }],
    says: ['ecr:BatchGetImage', 'the resource.'],
  },
  {
    name: 'each role once, sorted, whatever the order of groups',
    plan: planOf({
      InstanceGroups: ['b', 'a', 'b'].map((r, i) =>
        groupRequest({ InstanceGroupName: `g${i}`, ExecutionRole: `arn:aws:iam::${account}:role/${r}` }),
      ),
    }),
    facts: { roles: { [`arn:aws:iam::${account}:role/a`]: ok(null), [`arn:aws:iam::${account}:role/b`]: denied('iam:GetRole') } },
    findings: [{ ...fail, resource: `arn:aws:iam::${account}:role/a` }],
    unevaluated: [{ resource: `arn:aws:iam::${account}:role/b`, action: 'iam:GetRole', level: 'required', cluster: 'llm-train' }],
  },
  {
    name: 'a role with a path is called by its name',
    plan: withRole(`arn:aws:iam::${account}:role/team/x`),
    facts: { roles: { [`arn:aws:iam::${account}:role/team/x`]: ok(null) } },
    findings: [{ status: 'fail', remediation: command('--role-name x --region') }],
  },
  {
    name: 'only the groups that use the role bring it into a VPC',
    plan: plan(
      planned({
        request: {
          ClusterName: 'llm-train',
          InstanceGroups: [
            groupRequest(),
            groupRequest({
              InstanceGroupName: 'b',
              ExecutionRole: `arn:aws:iam::${account}:role/b`,
              OverrideVpcConfig: { Subnets: [ids.subnet], SecurityGroupIds: [ids.group] },
            }),
          ],
        },
      }),
    ),
    facts: {
      roles: {
        [ids.role]: ok({ ...role, policies: [managed] }),
        [`arn:aws:iam::${account}:role/b`]: ok({ ...role, arn: `arn:aws:iam::${account}:role/b`, policies: [managed] }),
      },
    },
    findings: [pass, { status: 'fail', resource: `arn:aws:iam::${account}:role/b`, have: 9, need: 20 }],
  },
  {
    name: 'a cluster that only runs is judged too',
    plan: { ...plan(), clusters: [] },
    facts: { ...withRunning(running({ groups: [runningGroup()] })), roles: { [ids.role]: ok(null) } },
    findings: [{ ...fail, cluster: 'llm-train' }],
  },
  {
    name: 'role denied: unevaluated, with the action',
    facts: { roles: { [ids.role]: denied('iam:GetRole') } },
    unevaluated: [{ level: 'required', resource: ids.role, action: 'iam:GetRole' }],
  },
  {
    name: 'role unreadable: unevaluated',
    facts: { roles: { [ids.role]: broken() } },
    unevaluated: [{ resource: ids.role, reason: 'the service did not answer in time' }],
  },
  { name: 'role never asked for: unevaluated', facts: { roles: {} }, unevaluated: [{ reason: `role ${ids.role} was not read` }] },
  ...(
    [
      ['Bool', 'aws:PrincipalIsAWSService', 'true'],
      ['Bool', 'aws:SecureTransport', 'true'],
      ['StringEquals', 'aws:PrincipalServiceName', 'sagemaker.amazonaws.com'],
      ['StringEquals', 'aws:ResourceAccount', account],
      ['DateLessThan', 'aws:CurrentTime', '2100-01-01T00:00:00Z'],
      ['Null', 'sts:ExternalId', 'true'],
    ] as const
  ).map(
    ([operator, key, value]): Row => ({
      name: `trust under the condition that ${key} is ${value}`,
      facts: having({ trust: trust({ ...sagemaker, Condition: { [operator]: { [key]: value } } }) }),
      findings: [pass],
    }),
  ),
  {
    name: 'a role that does not exist is created with its trust policy',
    facts: { roles: { [ids.role]: ok(null) } },
    findings: [
      { ...fail, remediation: command('iam create-role --role-name HyperPodNode', '--assume-role-policy-document', 'attach-role-policy') },
    ],
  },
  {
    name: 'a role that misses an action has its console page, and its trust is not blamed',
    facts: without('logs:CreateLogGroup'),
    findings: [
      {
        ...fail,
        message: expect.not.stringContaining('trust policy'),
        remediation: { console: expect.stringContaining('iam/home#/roles/details/HyperPodNode') },
      },
    ],
  },
  {
    name: 'a role that is not trusted and misses nothing has no amounts',
    facts: having({ trust: trust() }),
    findings: [expect.not.objectContaining({ have: expect.anything() })],
  },
  {
    name: 'a file system with EFA that the role may not describe',
    plan: mounting,
    facts: mounted(),
    findings: [
      pass,
      {
        ...describing,
        status: 'fail',
        remediation: command('put-role-policy', 'hyperpod-file-systems', `"Action":"${describeFileSystems}"`),
      },
    ],
  },
  {
    name: 'a file system with EFA, explicitly denied: no line',
    plan: mounting,
    facts: mounted({}, { policies: [...role.policies, policy('extra', deny(describeFileSystems))] }),
    findings: [pass, { ...describing, status: 'fail', remediation: expect.not.objectContaining({ command: expect.anything() }) }],
  },
  {
    name: 'a file system with EFA that the role may describe',
    plan: mounting,
    facts: mounted({}, { policies: [...role.policies, policy('extra', allow(describeFileSystems))] }),
    findings: [pass, { ...describing, status: 'pass' }],
  },
  {
    name: 'a file system with EFA, allowed under a condition that is unread',
    plan: mounting,
    facts: mounted(
      {},
      {
        policies: [
          ...role.policies,
          policy('extra', allow(describeFileSystems, { Condition: { StringEquals: { 'aws:PrincipalTag/team': 'x' } } })),
        ],
      },
    ),
    findings: [pass, { ...describing, status: 'fail', message: expect.stringContaining('Cannot determine') }],
  },
  { name: 'a file system without EFA', plan: mounting, facts: mounted({ efa: false }), findings: [pass] },
  {
    name: 'a file system of another type, which fsx-available reports',
    plan: mounting,
    facts: mounted({ type: 'OPENZFS' }),
    findings: [pass],
  },
  { name: 'a file system that does not exist, which fsx-available reports', plan: mounting, facts: mounted(null), findings: [pass] },
  {
    name: 'a file system that could not be read',
    plan: mounting,
    facts: { fileSystems: { [ids.fs]: denied(describeFileSystems) } },
    findings: [pass],
    unevaluated: [{ ...describing, action: describeFileSystems }],
  },
]);
