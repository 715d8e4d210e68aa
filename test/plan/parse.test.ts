import { describe, expect, test } from 'vitest';
import { emptyPlan, type Plan } from '../../shared/core/plan/plan.ts';
import { parsePlan, type ReadRequest } from '../../shared/plan/parse.ts';
import { formatProblems } from '../../shared/plan/problem.ts';
import { mostAccounts } from '../../shared/plan/schema.ts';
import { bare } from './bare.ts';

const checkIds = ['efa-open-egress', 'vpc-dns', 'subnet-size'];
const noFile: ReadRequest = () => ({ ok: false, reason: 'no such file' });
const parse = (text: string, readRequest: ReadRequest = noFile) => bare(parsePlan(text, { file: 'my-plan.yaml', readRequest, checkIds }));
const said = (text: string, readRequest?: ReadRequest): readonly string[] => {
  const parsed = parse(text, readRequest);
  return parsed.ok ? [] : formatProblems(parsed.problems).split('\n');
};

const role = 'arn:aws:iam::123456789012:role/HyperPodNode';
/** A plan of one cluster, its group's lines and its own further lines put in. */
const planned = ({ group = 'InstanceCount: 4\nInstanceType: ml.p5.48xlarge', request = '', cluster = '', top = '' } = {}): string =>
  `clusters:
  - region: us-west-2
    request:
      ClusterName: llm-train
      InstanceGroups:
        - InstanceGroupName: workers
          ExecutionRole: ${role}
${indent(group, 10)}
${indent(request, 6)}
${indent(cluster, 4)}
${top}
`.replaceAll(/\n{2,}/g, '\n');
const indent = (text: string, by: number): string => text.replaceAll(/^(?=.)/gm, ' '.repeat(by));

describe('a plan', () => {
  test('of nothing is a plan: audit what runs', () => {
    for (const text of ['', '\n', '# later\n', '{}', '---\n', '\uFEFF', 'clusters:\nmutes:\nalerts:\n']) {
      expect(parse(text)).toEqual({ ok: true, plan: emptyPlan });
    }
  });

  test('as in the reference, in YAML', () => {
    const text = `
regions: [us-west-2, us-east-1]
clusters:
  - region: us-west-2
    request: create-llm-train.json
    fsxLustre: [fs-0123456789abcdef0]
    runAs: { expected: true, principals: ['arn:aws:iam::123456789012:role/Researchers'] }
    ipv6Pods: false
    headroom: 10
    growTo: { workers: 64 }
  - region: us-east-1
    alternativeTo: llm-train
    request: { ClusterName: llm-train-east, Orchestrator: { Eks: { ClusterArn: 'arn:aws:eks:us-east-1:123456789012:cluster/e' } } }
accounts: ['012345678901']
auditRole: { name: Auditor, externalId: '007' }
mutes:
  - { check: efa-open-egress, cluster: 'llm-*', reason: egress is filtered by the firewall, owner: network team, until: 2027-01-31 }
schedule: rate(1 hour)
retentionDays: 400
alerts: { email: [ml-platform@example.com], slack: { workspace: T0123, channel: C0456 }, minimum: required, remindAfterHours: 24, perHour: 10 }
`;
    const request = {
      ClusterName: 'llm-train',
      InstanceGroups: [{ InstanceGroupName: 'workers', InstanceCount: 4, InstanceType: 'ml.p5.48xlarge', ExecutionRole: role }],
    };
    const plan: Plan = {
      regions: ['us-west-2', 'us-east-1'],
      clusters: [
        {
          region: 'us-west-2',
          request,
          fsxLustre: ['fs-0123456789abcdef0'],
          runAs: { expected: true, principals: ['arn:aws:iam::123456789012:role/Researchers'] },
          ipv6Pods: false,
          headroom: 10,
          growTo: { workers: 64 },
        },
        {
          region: 'us-east-1',
          alternativeTo: 'llm-train',
          request: { ClusterName: 'llm-train-east', Orchestrator: { Eks: { ClusterArn: 'arn:aws:eks:us-east-1:123456789012:cluster/e' } } },
        },
      ],
      accounts: ['012345678901'],
      auditRole: { name: 'Auditor', externalId: '007' },
      mutes: [
        {
          check: 'efa-open-egress',
          cluster: 'llm-*',
          reason: 'egress is filtered by the firewall',
          owner: 'network team',
          until: '2027-01-31',
        },
      ],
      schedule: 'rate(1 hour)',
      retentionDays: 400,
      alerts: {
        email: ['ml-platform@example.com'],
        slack: { workspace: 'T0123', channel: 'C0456' },
        minimum: 'required',
        remindAfterHours: 24,
        perHour: 10,
      },
    };
    const asked: string[] = [];
    const readRequest: ReadRequest = (path) => {
      asked.push(path);
      return { ok: true, text: JSON.stringify(request, null, '\t') };
    };
    expect(parse(text, readRequest)).toEqual({ ok: true, plan });
    expect(asked).toEqual(['create-llm-train.json']);
  });

  test('may repeat a value by an alias', () => {
    const text = planned({
      request: 'VpcConfig: &vpc { SecurityGroupIds: [sg-12345678], Subnets: [subnet-12345678] }',
      group: 'InstanceCount: 0\nInstanceType: ml.g5.xlarge',
    }).replace('ClusterName: llm-train\n', 'ClusterName: llm-train\n      Tags: &none []\n');
    expect(parse(`${text}accounts: organization\n`)).toMatchObject({ ok: true });
    const alias = parse(`mutes: &m []\nalerts: { email: *m }\n`);
    expect(alias).toEqual({ ok: true, plan: { ...emptyPlan, alerts: { email: [] } } });
  });

  test('of a region in another partition, with a word AWS may have added since', () => {
    const text = planned({
      group: `InstanceCount: 6758
MinInstanceCount: 6758
InstanceType: ml.z99-ultra.metal
OnStartDeepHealthChecks: [GpuBurnIn]
SlurmConfig: { NodeType: Worker }`,
    }).replace('us-west-2', 'us-gov-west-1');
    expect(parse(text)).toMatchObject({ ok: true, plan: { clusters: [{ region: 'us-gov-west-1' }] } });
  });
});

describe('every mistake at once', () => {
  test('ten mistakes are ten lines that a tired operator can follow', () => {
    const text = `regions: [us-west-2, us-weest]
clusters:
  - region: us-west-2
    request: create-llm-train.json
    headroom: ten
    growTo: { worker: 64 }
    fsxLustr: [fs-0123456789abcdef0]
  - region: eu-west-1
    request: missing.json
accounts: [012345678901]
mutes:
  - { check: efa-open-egres, reason: known, owner: me, until: 2027-02-30 }
schedule: rate(1 hours)
`;
    const request = `{
\t"ClusterName": "llm-train",
\t"InstanceGroups": [
\t\t{ "InstanceGroupName": "workers", "InstanceCount": 9000, "InstanceType": "ml.p5.48xlarge", "ExecutionRole": "${role}" }
\t]
}`;
    const readRequest: ReadRequest = (path) =>
      path === 'missing.json' ? { ok: false, reason: 'no such file' } : { ok: true, text: request };
    expect(said(text, readRequest)).toEqual([
      'my-plan.yaml:1:22 regions[1]: expected a region name like us-west-2, got "us-weest"',
      'my-plan.yaml:5:15 clusters[0].headroom: expected a whole number from 0 to 1000, got "ten"',
      'my-plan.yaml:6:15 clusters[0].growTo.worker: expected an instance group of the request: workers, got "worker" (did you mean workers?)',
      'my-plan.yaml:7:5 clusters[0].fsxLustr: expected the keys region, request, alternativeTo, fsxLustre, runAs, operationHours, trainingPlanEnd, ipv6Pods, headroom, growTo, acceptMembers, newVpc, got the unknown key "fsxLustr" (did you mean fsxLustre?)',
      'my-plan.yaml:8:13 clusters[1].region: expected one of the regions of this plan: us-west-2, us-weest, got "eu-west-1" (or add eu-west-1 to regions)',
      'my-plan.yaml:9:14 clusters[1].request: expected the path, from the plan, of a file with a CreateCluster request, or the request itself, got "missing.json" (no such file)',
      "my-plan.yaml:10:12 accounts[0]: expected an account id, 12 digits in quotes like '123456789012', got 012345678901 (without quotes YAML reads it as a number and drops leading zeros)",
      'my-plan.yaml:12:14 mutes[0].check: expected the id of a check, as `npx --no-install hyperpod-auditor checks` lists them, got "efa-open-egres" (did you mean efa-open-egress?)',
      'my-plan.yaml:12:63 mutes[0].until: expected a date like 2027-01-31, got "2027-02-30"',
      'my-plan.yaml:13:11 schedule: expected a schedule of EventBridge like rate(1 hour) or cron(0 6 * * ? *), got "rate(1 hours)" (write rate(1 hour))',
      'create-llm-train.json:4:54 InstanceGroups[0].InstanceCount: expected a whole number from 0 to 6758, got 9000',
    ]);
  });

  test('a file name is shown as seen from where the plan is', () => {
    const parsed = parsePlan('clusters: [{ region: us-west-2, request: sub/create.json }]', {
      file: 'plans/my-plan.yaml',
      readRequest: () => ({ ok: true, text: '[]' }),
    });
    expect(parsed).toMatchObject({ problems: [{ file: 'plans/sub/create.json', line: 1, column: 1, path: '', got: 'an empty list' }] });
  });

  test('problems are data, too', () => {
    expect(parse('retentionDays: 0')).toEqual({
      ok: false,
      problems: [
        {
          file: 'my-plan.yaml',
          line: 1,
          column: 16,
          path: 'retentionDays',
          expected: 'a whole number from 1 to 3650',
          got: '0',
          message: 'expected a whole number from 1 to 3650, got 0',
        },
      ],
    });
  });
});

/** Text, and of each line it must say: the place, and words that must occur. */
const wrong: readonly (readonly [string, string, readonly (readonly string[])[]])[] = [
  // The document
  ['a list', '- a', [['1:1', 'got a list of 1', 'a plan, a mapping']]],
  ['a text', 'audit everything', [['1:1', 'got "audit everything"', 'a plan, a mapping']]],
  ['binary', 'ELF\u0000\u0001\u0002', [['1:4', 'expected text in UTF-8', 'got a NUL byte']]],
  ['a NUL byte in a value', 'retentionDays: 4\u00000', [['1:17', 'got a NUL byte']]],
  ['two documents', 'schedule: rate(1 hour)\n---\nmutes: []', [['2:1', 'a second document', 'one document']]],
  ['two colons', 'schedule: rate: 1', [['1:11', 'quotes around a text', 'got a second ": " in one line']]],
  ['no space after a colon', 'schedule:rate\nmutes: []', [['1:1', 'space after the colon', 'got a line without such a key']]],
  ['a bracket left open', 'regions: [us-west-2\nmutes: []', [['2:1', 'expected YAML or JSON', 'got a syntax error: Flow sequence']]],
  ['a quote left open', 'schedule: "rate(1 hour)\n', [['closing "quote', 'YAML or JSON']]],
  ['an @ without quotes', 'schedule: @hourly', [['1:11', 'quotes around a text that starts with @', 'got one without quotes']]],
  ['a tag of CloudFormation', 'accounts: !Ref Account', [['1:16', 'the tag "!Ref"', 'nothing is substituted']]],
  ['a key twice', 'schedule: rate(1 hour)\nschedule: rate(2 hours)', [['2:1', 'schedule', '"schedule" a second time', 'each key once']]],
  ['a key that is a number', '12: x', [['1:1', 'the key 12', "in quotes: '12'"]]],
  ['a key that is a list', '[a]: x', [['1:1', 'a key that is a list', 'a text as key']]],
  ['a merge key', 'alerts: &a {}\n<<: *a', [['2:1', 'the unknown key "<<"', 'merge keys are not read']]],
  ['__proto__', '__proto__: {}', [['1:1', 'the unknown key "__proto__"']]],
  ['an alias to nothing', 'mutes: *known', [['1:8', 'mutes', '*known, which nothing above defines']]],
  ['an alias to itself', 'mutes: &m [*m]', [['1:12', 'mutes[0]', '*m inside of &m itself']]],
  // The top
  ['an unknown key', 'region: us-west-2', [['1:1', 'region', 'the unknown key "region"', 'did you mean regions?']]],
  ['an unknown key like no other', 'colour: red', [['1:1', 'the unknown key "colour"', 'the keys regions, clusters, accounts']]],
  ['no list of regions', 'regions: us-west-2', [['1:10', 'got "us-west-2"', 'write it as a list']]],
  ['a wrong word for regions', 'regions: suported', [['1:10', 'did you mean supported?']]],
  ['no region', 'regions: []', [['1:10', 'an empty list', 'at least 1']]],
  ['regions without a value', 'regions:\nschedule: rate(1 day)', [['1:1', 'regions', 'got nothing', 'a list of region names']]],
  [
    'subscribers of an organization without its id',
    'alerts: { subscribers: organization }',
    [
      [
        '1:24',
        'alerts.subscribers',
        'expected the id of the organization in deployment.organization, got subscribers: organization without it',
      ],
    ],
  ],
  ['a subscriber twice', "alerts: { subscribers: ['111122223333', '111122223333'] }", [['1:41', 'alerts.subscribers[1]', 'a second time']]],
  [
    'an account that may ask twice',
    "deployment: { queryAccounts: ['111122223333', '111122223333'] }",
    [['deployment.queryAccounts[1]', 'a second time']],
  ],
  [
    'a subnet twice, and no security group',
    'deployment: { vpc: { subnets: [subnet-0a1b2c3d, subnet-0a1b2c3d] } }',
    [
      ['deployment.vpc.securityGroups', 'a list of 1 to 5 security group ids'],
      ['deployment.vpc.subnets[1]', 'a second time'],
    ],
  ],
  [
    'no subnet, and the id of something else for a security group',
    'deployment: { vpc: { subnets: [], securityGroups: [vpc-0a1b2c3d] } }',
    [
      ['deployment.vpc.subnets', 'an empty list', 'a list of 1 to 16 subnet ids'],
      ['deployment.vpc.securityGroups[0]', 'the id of a security group like sg-'],
    ],
  ],
  [
    'an operator twice',
    "auditRole: { operators: ['arn:aws:iam::111122223333:role/a', 'arn:aws:iam::111122223333:role/a'] }",
    [['auditRole.operators[1]', 'a second time']],
  ],
  [
    'tags that differ in case alone',
    'deployment: { tags: { owner: a, Owner: b } }',
    [['deployment.tags', 'no two keys alike but for case']],
  ],
  ['a tag without a value', "deployment: { tags: { owner: '' } }", [['deployment.tags.owner', 'a tag value of 1 to 256']]],
  ['a region twice', 'regions: [us-west-2, us-west-2]', [['1:22', 'regions[1]', 'a second time']]],
  ['a zone for a region', 'regions: [us-west-2a]', [['1:11', 'got "us-west-2a"']]],
  ['an account as a number', 'accounts: [123456789012]', [['1:12', 'got 123456789012', 'in quotes', 'drops leading zeros']]],
  ['an account of 11 digits', "accounts: ['12345678901']", [['1:12', '12 digits']]],
  ['one account, not in a list', 'accounts: 012345678901', [['1:11', 'got 012345678901', 'write it as a list']]],
  [
    'more accounts than a policy holds',
    `accounts: [${Array.from({ length: mostAccounts + 1 }, (_, n) => `'${100_000_000_000 + n}'`).join(', ')}]`,
    [['1:11', 'got a list of 201', 'a list of 1 to 200 account ids', 'write accounts: organization']],
  ],
  ['a placeholder', "accounts: ['${ACCOUNT}']", [['1:12', '${ACCOUNT}', 'variables are not expanded']]],
  ['a credential', 'aws_secret_access_key: abc', [['1:1', 'the unknown key "aws_secret_access_key"']]],
  ['a role with a path', 'auditRole: { name: path/Auditor }', [['1:20', 'auditRole.name', 'without path']]],
  ['a huge number', 'retentionDays: 1e999', [['1:16', 'got 1e999', 'from 1 to 3650']]],
  ['a huge whole number', 'retentionDays: 99999999999999999999', [['1:16', 'got 99999999999999999999']]],
  ['half a day', 'retentionDays: 0.5', [['1:16', 'a whole number']]],
  ['a number in quotes', "retentionDays: '400'", [['1:16', 'got "400"', 'write it without quotes']]],
  ['cron of five fields', 'schedule: cron(0 6 * * *)', [['1:11', 'cron takes 6 fields']]],
  ['an e-mail address alone', 'alerts: { email: ml@example.com }', [['1:18', 'write it as a list']]],
  ['no e-mail address', 'alerts: { email: [ml at example] }', [['1:19', 'an e-mail address']]],
  [
    'a Slack name',
    "alerts: { slack: { workspace: acme, channel: '#ml' } }",
    [
      ['1:31', 'T0123ABCD'],
      ['1:46', 'C0456EFGH'],
    ],
  ],
  ['half a Slack', 'alerts: { slack: { workspace: T0123 } }', [['1:18', 'alerts.slack.channel', 'got nothing']]],
  [
    'a Teams link',
    "alerts: { teams: { tenant: acme, team: 'ml-platform', channel: 'https://teams.microsoft.com/l/channel/19%3ab6' } }",
    [
      ['1:28', 'the id of a Microsoft tenant'],
      ['1:40', 'the id of a team'],
      ['1:64', '19:b6ef35dc342d56ba5654e6fc6d25a071@thread.tacv2'],
    ],
  ],
  [
    'half of Teams',
    'alerts: { teams: { team: a1b2c3d4-1111-4222-8333-0123456789ab } }',
    [
      ['1:18', 'alerts.teams.tenant', 'got nothing'],
      ['1:18', 'alerts.teams.channel', 'got nothing'],
    ],
  ],
  ['the webhook itself', "alerts: { webhookSecret: 'https://hooks.example.com/services/T0/B0/x' }", [['1:26', 'the ARN of a secret']]],
  ['an alias of a key', "deployment: { kmsKey: 'arn:aws:kms:us-west-2:123456789012:alias/audit' }", [['1:23', 'the ARN of a KMS key']]],
  ['a role as boundary', "deployment: { permissionsBoundary: 'arn:aws:iam::123456789012:role/B' }", [['1:36', 'the ARN of an IAM policy']]],
  ['an account as organization', "deployment: { organization: '123456789012' }", [['1:29', 'o-a1b2c3d4e5']]],
  ['a level in capitals', 'alerts: { minimum: Required }', [['1:20', 'required, recommended or advice', 'did you mean required?']]],
  // Mutes
  [
    'a mute without its reasons',
    'mutes:\n  - check: vpc-dns',
    [
      ['2:5', 'mutes[0].reason', 'got nothing'],
      ['2:5', 'mutes[0].owner', 'got nothing'],
      ['2:5', 'mutes[0].until', 'got nothing', 'a date like'],
    ],
  ],
  ['a mute of no check', 'mutes: [{ check: dns, reason: r, owner: o, until: 2027-01-31 }]', [['1:18', 'got "dns"', 'the id of a check']]],
  ['29 February of no leap year', 'mutes: [{ check: vpc-dns, reason: r, owner: o, until: 2027-02-29 }]', [['1:55', '2027-02-29']]],
  ['a reason of spaces', "mutes: [{ check: vpc-dns, reason: '  ', owner: o, until: 2028-02-29 }]", [['1:35', 'a text on one line']]],
  ['a reason of two lines', 'mutes: [{ check: vpc-dns, reason: "a\\nb", owner: o, until: 2028-02-29 }]', [['1:35', '"a\\nb"']]],
  // Clusters
  [
    'a cluster without its region and request',
    'clusters: [{ headroom: 1 }]',
    [['clusters[0].region'], ['clusters[0].request', 'or the path of a file']],
  ],
  ['an empty request', "clusters: [{ region: us-west-2, request: '' }]", [['1:42', 'got ""', 'the path']]],
  ['a request that is a number', 'clusters: [{ region: us-west-2, request: 5 }]', [['1:42', 'got 5', 'path of a file']]],
  ['yes', planned({ cluster: 'ipv6Pods: yes' }), [['10:15', 'got "yes"', 'true or false', 'write true']]],
  ['more headroom than sense', planned({ cluster: 'headroom: 1001' }), [['10:15', 'from 0 to 1000']]],
  ['a group that is not there', planned({ cluster: 'growTo: { controller: 1 }' }), [['10:15', 'growTo.controller', 'workers']]],
  ['a negative growth', planned({ cluster: 'growTo: { workers: -1 }' }), [['10:24', 'growTo.workers', 'from 0 to 6758']]],
  ['a file system of another kind', planned({ cluster: 'fsxLustre: [vol-123]' }), [['10:17', 'a file system id']]],
  ['a file system twice', planned({ cluster: 'fsxLustre: [fs-12345678, fs-12345678]' }), [['10:30', 'a second time']]],
  ['a principal that is no role or user', planned({ cluster: 'runAs: { principals: [alice] }' }), [['10:27', 'IAM role or user']]],
  [
    'an alternative to itself',
    planned({ cluster: 'alternativeTo: llm-train' }),
    [['10:20', 'another cluster of this plan (it has no other)']],
  ],
  ['a region that is not listed', planned({ top: 'regions: [us-east-1]' }), [['2:13', 'got "us-west-2"', 'or add us-west-2 to regions']]],
  // The request
  ['null', planned({ request: 'VpcConfig: null' }), [['10:18', 'got nothing', 'SecurityGroupIds and Subnets']]],
  [
    'no instance type',
    planned({ group: 'InstanceCount: 4' }),
    [['6:11', 'InstanceType', 'got nothing', 'InstanceType or InstanceRequirements']],
  ],
  [
    'two kinds of instance type',
    planned({ group: 'InstanceCount: 4\nInstanceType: ml.p5.48xlarge\nInstanceRequirements: { InstanceTypes: [ml.p4d.24xlarge] }' }),
    [['10:11', 'InstanceRequirements together with InstanceType', 'one of']],
  ],
  ['an EC2 name', planned({ group: 'InstanceCount: 4\nInstanceType: p5.48xlarge' }), [['9:25', 'like ml.p5.48xlarge']]],
  ['one node too many', planned({ group: 'InstanceCount: 6759\nInstanceType: ml.p5.48xlarge' }), [['8:26', 'from 0 to 6758']]],
  [
    'a minimum above the count',
    planned({ group: 'InstanceCount: 4\nMinInstanceCount: 5\nInstanceType: ml.p5.48xlarge' }),
    [['9:29', 'got 5', "at most the group's InstanceCount, 4"]],
  ],
  [
    'a group name twice, in both kinds of group',
    planned({
      request: `RestrictedInstanceGroups: [{ InstanceGroupName: workers, InstanceCount: 1, InstanceType: ml.p5.48xlarge, ExecutionRole: '${role}' }]`,
    }),
    [['10:55', 'RestrictedInstanceGroups[0].InstanceGroupName', '"workers" a second time']],
  ],
  [
    'six security groups',
    planned({
      request: `VpcConfig: { SecurityGroupIds: [${[1, 2, 3, 4, 5, 6].map((n) => `sg-1234567${n}`)}], Subnets: [subnet-12345678] }`,
    }),
    [['10:38', 'a list of 6', '1 to 5']],
  ],
  [
    'a subnet twice',
    planned({ request: 'VpcConfig: { SecurityGroupIds: [sg-12345678], Subnets: [subnet-12345678, subnet-12345678] }' }),
    [['10:80', 'a second time']],
  ],
  [
    'a subnet by name',
    planned({ request: 'VpcConfig: { SecurityGroupIds: [sg-12345678], Subnets: [private-a] }' }),
    [['10:63', 'a subnet id like']],
  ],
  [
    'a volume of 0',
    planned({
      group: 'InstanceCount: 1\nInstanceType: ml.g5.xlarge\nInstanceStorageConfigs: [{ EbsVolumeConfig: { VolumeSizeInGB: 0 } }]',
    }),
    [['from 1 to 16384']],
  ],
  [
    'a storage of no kind',
    planned({ group: 'InstanceCount: 1\nInstanceType: ml.g5.xlarge\nInstanceStorageConfigs: [{}]' }),
    [['none of them', 'exactly one of EbsVolumeConfig']],
  ],
  [
    'two orchestrators',
    planned({ request: "Orchestrator: { Eks: { ClusterArn: 'arn:aws:eks:us-west-2:123456789012:cluster/train' }, Slurm: {} }" }),
    [['got Eks and Slurm', 'exactly one of Eks and Slurm']],
  ],
  ['a word in small letters', planned({ request: 'NodeRecovery: automatic' }), [['10:21', 'Automatic or None', 'did you mean Automatic?']]],
  ['a tag with a number', planned({ request: 'Tags: [{ Key: cost, Value: 7 }]' }), [['10:34', 'got 7', 'write it in quotes']]],
  ['a tag twice', planned({ request: "Tags: [{ Key: a, Value: '' }, { Key: a, Value: '' }]" }), [['Tags[1].Key', 'each tag key once']]],
  ['a role by name', planned().replace(role, 'HyperPodNode'), [['7:26', 'the ARN of an IAM role']]],
  [
    'an underscore in the name',
    planned().replace('ClusterName: llm-train', 'ClusterName: llm_train'),
    [['4:20', 'letters, digits and hyphens']],
  ],
  ['a name of 64', planned().replace('ClusterName: llm-train', `ClusterName: ${'a'.repeat(64)}`), [['4:20', 'up to 63']]],
  [
    'a label key',
    planned({ group: "InstanceCount: 1\nInstanceType: ml.g5.xlarge\nKubernetesConfig: { Labels: { '-a': b } }" }),
    [['10:41', 'the key "-a"', 'a Kubernetes label key']],
  ],
];

describe('a mistake is reported with its position', () => {
  test.each(wrong)('%s', (_, text, lines) => {
    const problems = said(text);
    expect(problems).toHaveLength(lines.length);
    // One form for every message, so that each answers both questions.
    for (const problem of problems) expect(problem).toMatch(/^my-plan\.yaml:\d+:\d+( \S.*?)?: expected .+, got \S.*$/);
    problems.forEach((problem, i) => {
      for (const words of lines[i] ?? []) expect(problem).toContain(/^\d+:\d+$/.test(words) ? `my-plan.yaml:${words}` : words);
    });
  });

  test('a name twice in one region, not in two', () => {
    const two = (region: string) => `clusters:
  - { region: us-west-2, request: { ClusterName: a } }
  - { region: ${region}, request: { ClusterName: a } }
`;
    expect(parse(two('us-east-1'))).toMatchObject({ ok: true });
    expect(said(two('us-west-2'))).toEqual([
      'my-plan.yaml:3:50 clusters[1].request.ClusterName: expected a name that no other cluster of the region has, got "a", the name of clusters[0] in us-west-2',
    ]);
  });

  test('alternatives in a ring would both never count; in a row, one stands', () => {
    const three = (a: string, b: string) => `clusters:
  - { region: us-west-2, request: { ClusterName: one }${a} }
  - { region: us-west-2, request: { ClusterName: two }${b} }
  - { region: us-west-2, request: { ClusterName: three }, alternativeTo: two }
`;
    expect(parse(three('', ', alternativeTo: one'))).toMatchObject({ ok: true });
    const ring = said(three(', alternativeTo: three', ', alternativeTo: one'));
    expect(ring).toHaveLength(3);
    for (const line of ring) expect(line).toContain('neither would ever count');
    expect(said(three('', ', alternativeTo: onne'))).toEqual([
      'my-plan.yaml:3:72 clusters[1].alternativeTo: expected another cluster of this plan: one, three, got "onne" (did you mean one?)',
    ]);
  });

  test('an alternative of the same name in another region is another cluster', () => {
    const text = `clusters:
  - { region: us-west-2, request: { ClusterName: a } }
  - { region: us-east-1, request: { ClusterName: a }, alternativeTo: a }
`;
    expect(parse(text)).toMatchObject({ ok: true });
  });

  test('what cannot be known while a request is unreadable is not called a mistake', () => {
    const text = `clusters:
  - { region: us-west-2, request: gone.json, growTo: { workers: 8 } }
  - { region: us-east-1, request: { ClusterName: b }, alternativeTo: a }
`;
    expect(said(text)).toEqual([expect.stringMatching(/^my-plan\.yaml:2:35 clusters\[0\]\.request: .*got "gone\.json" \(no such file\)$/)]);
    const half = said(text, () => ({ ok: true, text: '{ "ClusterName": "a", ' }));
    expect(half).toEqual([expect.stringContaining('gone.json:1:')]);
  });

  test('of an empty, a wrong and a faulty request file', () => {
    const text = 'clusters: [{ region: us-west-2, request: create.json }]';
    const read = (request: string) => said(text, () => ({ ok: true, text: request }));
    expect(read('')).toEqual([
      'create.json:1:1: expected a CreateCluster request, a mapping with ClusterName, InstanceGroups and so on, got nothing',
    ]);
    expect(read('other.json')).toEqual([expect.stringMatching(/^create\.json:1:1: .*got "other\.json"$/)]);
    expect(read('{\n  "ClusterName": "a",\n  "ClusterName": "b"\n}')).toEqual([
      'create.json:3:3 ClusterName: expected each key once, got the key "ClusterName" a second time',
    ]);
    expect(read('{ "ClusterName": "a", "VpcConfig": { "Subnets": [] } }')).toEqual([
      expect.stringMatching(/^create\.json:1:36 VpcConfig\.SecurityGroupIds: .*got nothing$/),
      expect.stringMatching(/^create\.json:1:49 VpcConfig\.Subnets: .*got an empty list$/),
    ]);
  });

  test('one request file for two clusters: its mistakes are reported once', () => {
    const text = 'clusters: [{ region: us-west-2, request: c.json }, { region: us-east-1, request: c.json }]';
    expect(said(text, () => ({ ok: true, text: '{ "ClusterName": "a_b" }' }))).toHaveLength(1);
  });

  test('mutes may name any check where the checks are not given', () => {
    const text = 'mutes: [{ check: of-tomorrow, reason: r, owner: o, until: 2027-01-31 }]';
    expect(parsePlan(text, { file: 'p.yaml', readRequest: noFile })).toMatchObject({ ok: true });
  });
});

describe('what would break a parser becomes a problem', () => {
  test('a bomb of aliases', () => {
    const levels = Array.from({ length: 9 }, (_, i) => `l${i + 1}: &l${i + 1} [${Array(10).fill(`*l${i}`).join(', ')}]`);
    expect(said(`l0: &l0 [x, x]\n${levels.join('\n')}\n`)).toEqual([expect.stringContaining('expected at most 100,000 values, got more')]);
  });

  test.each([
    ['brackets', '['.repeat(100_000)],
    ['dashes', `${'- '.repeat(20_000)}a`],
    ['mappings', '{a: '.repeat(5_000)],
    ['closed brackets', `mutes: ${'['.repeat(60)}${']'.repeat(60)}`],
  ])('nested %s', (_, text) => {
    expect(said(text)).toEqual([expect.stringContaining('expected at most 40 levels of lists and mappings, got more')]);
  });

  test('a file far too long', () => {
    expect(said('a'.repeat(1_048_577))).toEqual([
      expect.stringContaining('expected a file of at most 1,048,576 bytes (1 MiB), got 1,048,577 bytes'),
    ]);
  });

  test('many keys take no time that grows with their square', () => {
    const text = Array.from({ length: 20_000 }, (_, i) => `key${i}: 1`).join('\n');
    expect(said(text)).toHaveLength(20_000);
  });

  test('an anchor taken twice stands for its last value, also after an alias to what holds the first', () => {
    const text = `regions: &both [&name us-west-2]
accounts: &ids ['123456789012']
alerts: { email: [] }
mutes:
  - { check: vpc-dns, region: &name us-east-1, reason: r, owner: o, until: 2027-01-31 }
  - { check: vpc-dns, region: *name, reason: r, owner: o, until: 2027-01-31 }
`;
    expect(parse(text)).toMatchObject({ plan: { mutes: [{ region: 'us-east-1' }, { region: 'us-east-1' }] } });
  });
});
