/**
 * Roles against calls, both ways: the handlers run as Lambda runs them, and what they really sent is put before the
 * synthesised policies; and everything that the policies allow was sent.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stackNames } from '../../infra/app.ts';
import { type FunctionName, functionNames } from '../../infra/stacks/functions.ts';
import { auditRoleArn } from '../../shared/aws/inventory/accounts.ts';
import { grantedByAws } from '../../shared/aws/policies/auditor-policy.ts';
import { sampleOf } from '../../shared/core/alerts/alert-sample.ts';
import { isNotified } from '../../shared/core/alerts/alert-selection.ts';
import type { RegionResult } from '../../shared/core/evaluation/finding.ts';
import { rules } from '../../shared/core/evaluation/rules.ts';
import { carryOver } from '../../shared/core/history/carry-over.ts';
import { diff } from '../../shared/core/history/drift.ts';
import { emptyPlan, type Plan } from '../../shared/core/plan/plan.ts';
import { changeRegion, type SandboxRegion } from '../../shared/sandbox/description.ts';
import { actionOf } from '../../shared/sandbox/faults.ts';
import { everything, ids, otherAccount, world } from '../aws/world.ts';
import { finding, result } from '../core/results.ts';
import {
  account,
  alertTopic,
  asked as askedFor,
  change,
  chatTopic,
  commitsBorn,
  type Deployment,
  deploy,
  home,
  operationsTopic,
  publishedBusName,
  queued,
  requested,
  secretArn,
  tick,
} from '../functions/deployment.ts';
import { type Call, type Known, type Policy, policiesOf, outcome as simulated } from './simulate.ts';
import { appOf, fullPlan, type Resource, roleOf, type Stack, stack, stackOf } from './world.ts';

const partition = 'aws';
const key = `arn:aws:kms:${home}:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
const alerts: Plan['alerts'] = {
  email: ['ml-platform@example.com'],
  slack: { workspace: 'T0123ABCD', channel: 'C0456EFGH' },
  webhookSecret: secretArn,
  pagerDutySecret: secretArn.replace('webhook', 'pagerduty'),
  securityHub: true,
  events: true,
  remindAfterHours: 24,
};
const accounts = [account, otherAccount];
const plans = {
  /** Everything that a collector may need, in accounts and regions that are named. */
  named: { ...everything, accounts, alerts },
  /** Accounts and regions are to be found out. */
  open: { ...emptyPlan, accounts: 'organization', auditRole: everything.auditRole, alerts },
} as const satisfies Record<string, Plan>;
type PlanName = keyof typeof plans;

const arns = {
  table: '',
  published: `arn:aws:events:${home}:${account}:event-bus/${publishedBusName}`,
  queue: `arn:aws:sqs:${home}:${account}:audits`,
};

/** What the parts of the template are in the deployment of these tests. */
const known = (own: string): Known => ({
  'AWS::Partition': partition,
  'AWS::AccountId': own,
  FindingsTable: arns.table,
  PublishedBus: arns.published,
  RequestsQueue: arns.queue,
  AlertsDriftAlerts: alertTopic,
  AlertsChatAlerts: chatTopic,
  OperationsTopic: operationsTopic,
});

function policyOf(of: Stack, name: FunctionName, part: 'Calls' | 'Service'): Policy {
  const found = policiesOf(roleOf(of, name), known(account)).get(part);
  if (!found) throw new Error(`${name} has no policy ${part}.`);
  return found;
}

/** What of the account the collectors ask about, for the actions that IAM knows resources of. */
const asked: Readonly<Record<string, string>> = {
  'ec2:DescribeVpcAttribute': `arn:aws:ec2:${home}:${account}:vpc/vpc-0123456789abcdef0`,
  'ec2:GetManagedPrefixListEntries': `arn:aws:ec2:${home}:aws:prefix-list/pl-68a54001`,
  'eks:DescribeAddon': `arn:aws:eks:${home}:${account}:addon/llm/vpc-cni/1`,
  'eks:DescribeAccessEntry': `arn:aws:eks:${home}:${account}:access-entry/llm/role/${account}/hyperpod-nodes/1`,
  'eks:DescribeCluster': ids.eks,
  'eks:DescribeNodegroup': `arn:aws:eks:${home}:${account}:nodegroup/llm/system/1`,
  'eks:ListAccessEntries': ids.eks,
  'eks:ListNodegroups': ids.eks,
  'iam:GetPolicy': `arn:aws:iam::${account}:policy/Own`,
  'iam:GetPolicyVersion': 'arn:aws:iam::aws:policy/AmazonSageMakerClusterInstanceRolePolicy',
  'iam:GetRole': ids.boundRole,
  'iam:GetRolePolicy': ids.role,
  'iam:ListAttachedRolePolicies': ids.role,
  'iam:ListRolePolicies': ids.role,
  'iam:ListRoleTags': `arn:aws:iam::${account}:role/ml-researchers`,
  'iam:ListUserTags': `arn:aws:iam::${account}:user/operator`,
  's3:GetBucketPolicy': `arn:aws:s3:::${ids.bucket}`,
  's3:GetObject': `arn:aws:s3:::${ids.bucket}/lifecycle/on_create.sh`,
  's3:ListBucket': `arn:aws:s3:::${ids.bucket}`,
  'kms:DescribeKey': `arn:aws:kms:${home}:${account}:key/0aaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee`,
  'kms:GetKeyPolicy': `arn:aws:kms:${home}:${account}:key/0aaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee`,
  'kms:ListGrants': `arn:aws:kms:${home}:${account}:key/0aaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee`,
  'sagemaker:DescribeCluster': `arn:aws:sagemaker:${home}:${account}:cluster/aaaa1111bbbb`,
  'sagemaker:DescribeClusterEvent': `arn:aws:sagemaker:${home}:${account}:cluster/aaaa1111bbbb`,
  'sagemaker:ListClusterEvents': `arn:aws:sagemaker:${home}:${account}:cluster/aaaa1111bbbb`,
  'sagemaker:ListClusterNodes': `arn:aws:sagemaker:${home}:${account}:cluster/aaaa1111bbbb`,
  'sagemaker:DescribeTrainingPlan': ids.trainingPlan,
  'secretsmanager:DescribeSecret': ids.secret,
  'servicequotas:GetServiceQuota': `arn:aws:servicequotas:${home}:${account}:sagemaker/L-8762A75F`,
  'ssm:GetParametersByPath': `arn:aws:ssm:${home}:${account}:parameter/aws/service/sagemaker-hyperpod/ami/x86_64`,
  'ssm:GetDocument': `arn:aws:ssm:${home}:${account}:document/SSM-SessionManagerRunShell`,
  'sts:AssumeRole': auditRoleArn(otherAccount, everything.auditRole, partition),
};

/** IAM knows no action of its own for a batch of messages. */
const permissionOf = (operation: string): string => (operation === 'sqs:SendMessageBatch' ? 'sqs:SendMessage' : operation);

/** The ARN that a call of the deployment's own parts is about. */
function resourceOf(operation: string, input: Readonly<Record<string, unknown>>): string {
  const [service] = operation.split(':');
  if (service === 'dynamodb') return input.IndexName === undefined ? arns.table : `${arns.table}/index/${input.IndexName}`;
  // A question about a subscription is held against its topic.
  if (service === 'sns') return String(input.TopicArn ?? String(input.SubscriptionArn).split(':').slice(0, -1).join(':'));
  if (service === 'events') return arns.published;
  if (service === 'sqs') return arns.queue;
  if (service === 'securityhub') return `arn:aws:securityhub:${home}:${account}:product/${account}/default`;
  return String(input.SecretId);
}

let d: Deployment;
/** Calls made in the other account, by its own role. */
const inside: Call[] = [];
const calls = new Map<string, readonly Call[]>();

/** Runs a function and remembers what it sent. */
async function recorded(plan: PlanName, name: FunctionName, event: unknown): Promise<void> {
  const before = d.sandbox.calls.length;
  d.stub.forgetCalls();
  await d.run(name, event);
  const own = d.stub.calls
    .filter((c) => !c.operation.startsWith('webhook:'))
    .map((c): Call => ({ action: permissionOf(c.operation), resource: resourceOf(c.operation, c.input) }));
  const reads = d.sandbox.calls.slice(before).map(({ service, operation, account: caller }) => {
    const action = actionOf(service, operation);
    return { action, resource: (asked[action] ?? '*').replace(`:${account}:`, `:${caller}:`), caller };
  });
  const read = reads.filter((c) => c.caller === account);
  inside.push(...reads.filter((c) => c.caller !== account));
  const key = `${plan} ${name}`;
  calls.set(key, [...new Map([...(calls.get(key) ?? []), ...own, ...read].map((c) => [`${c.action} ${c.resource}`, c])).values()]);
}

const at = (minute: number): string => new Date(Date.UTC(2026, 10, 24, 8, minute)).toISOString();
const place = { account, region: home };
const save = (minute: number, seen: RegionResult) => {
  d.at(at(minute));
  const audit = { ...place, auditId: `a-${minute}`, factsAt: at(minute), planHash: 'p', toolVersion: '1.0.0', rules };
  return d.table.save(audit, (previous) => {
    const changes = diff(previous, seen, at(minute), audit);
    return { result: carryOver(previous, seen, at(minute)), changes, notify: changes.some(isNotified) };
  });
};

beforeAll(async () => {
  d = await deploy(plans.named);
  d.stub.setSubscriptions(
    [alertTopic, operationsTopic].map((TopicArn) => ({
      TopicArn,
      Protocol: 'email',
      Endpoint: 'ml-platform@example.com',
      SubscriptionArn: `${TopicArn}:1`,
    })),
  );
  arns.table = `arn:aws:dynamodb:${home}:${account}:table/${d.dynamo.tableName}`;
  // SageMaker's list as long as AWS's: then an account's second audit reads single quotas instead.
  const rows = Array.from({ length: 500 }, (_, n) => ({ code: `L-F${n}`, name: `Further quota ${n}`, default: 1, adjustable: true }));
  const long = (r: SandboxRegion): Partial<SandboxRegion> => {
    const sagemaker = r.quotas.sagemaker ?? { applied: {}, defaultOnly: [], missing: [], broken: {}, more: [] };
    return { quotas: { ...r.quotas, sagemaker: { ...sagemaker, more: rows } } };
  };
  d.sandbox.setDescription(accounts.reduce((description, id) => changeRegion(description, id, home, long), world()));
  const bad = finding({ status: 'fail' });
  // More than one item holds.
  const many = Array.from({ length: 400 }, (_, n) => finding({ status: 'fail', resource: `sg-${n}`, message: 'x'.repeat(1000) }));

  // Some days in the life: an audit that is deferred, two that are made, changes published at once and published late, reminders.
  d.at(at(0));
  await recorded('named', 'audit', queued(requested(home, 'a-0', { delaySeconds: 600 })));
  for (const n of [1, 2])
    await recorded('named', 'audit', queued(requested(home, `a-${n}`), requested(home, `a-${n}`, { account: otherAccount })));
  await recorded('named', 'dispatch', change('c-1'));
  await save(10, result({ findings: [finding()] }));
  await save(11, result({ findings: [bad] }));
  await save(12, result({ findings: [bad, ...many] }));
  await recorded('named', 'notify', commitsBorn({ region: home, seq: 2 }, { region: home, seq: 3 }, { region: home, seq: 4 }));
  await recorded('named', 'import', commitsBorn({ region: home, seq: 3 }));
  await save(13, result({ findings: [finding()] }));
  await save(14, result({ findings: [bad, ...many] }));
  // After the first time it reads commits, of which one has parts.
  await recorded('named', 'import', commitsBorn({ region: home, seq: 6 }));
  const [later, evenLater] = [at(40 + 48 * 60), at(40 + 96 * 60)];
  d.at(later);
  // While a commit waits that has to be put together from its parts.
  await recorded('named', 'digest', tick(later, 'digest'));
  for (const kind of ['schedule', 'sweep']) await recorded('named', 'dispatch', tick(later, kind));
  d.stub.setSecret(`${d.stub.endpoint}/services/T0/B0/token`);
  const chat = JSON.stringify(sampleOf({ account, region: home, at: later }).chat);
  await recorded('named', 'webhook', { Records: [{ EventSource: 'aws:sns', Sns: { Message: chat } }] });
  d.stub.setSecret(JSON.stringify({ key: 'k'.repeat(32), url: `${d.stub.endpoint}/v2/enqueue` }));
  const data = JSON.stringify(sampleOf({ account, region: home, at: later }).data);
  await recorded('named', 'webhook', { Records: [{ EventSource: 'aws:sns', Sns: { Message: data } }] });

  const one = `account=${account}&region=${home}`;
  // A moment before the checkpoints' time is read from the log alone, one that is not kept from what is.
  for (const address of [
    '/readiness',
    `/readiness?${one}`,
    '/findings',
    `/findings?${one}`,
    '/findings?check=vpc-dns',
    '/findings?cluster=llm-train',
    `/findings?${one}&at=${at(12)}`,
    `/findings/${encodeURIComponent(bad.id)}/history?${one}`,
    '/changes',
    `/changes?${one}`,
    `/diff?${one}&from=${at(12)}`,
    '/audits',
    '/coverage',
    '/capacity',
  ])
    await recorded('named', 'query', askedFor(address));

  d.setPlan(plans.open);
  await recorded('open', 'dispatch', change('c-2'));
  await save(50 + 48 * 60, result({ findings: [finding()] }));
  await save(51 + 48 * 60, result({ findings: [bad, ...many] }));
  d.at(evenLater);
  // While a commit waits that has to be put together from its parts.
  await recorded('open', 'digest', tick(evenLater, 'digest'));
  for (const kind of ['schedule', 'sweep']) await recorded('open', 'dispatch', tick(evenLater, kind));
}, 300_000);
afterAll(() => d.close());

const stacks: Readonly<Record<PlanName, Stack>> = {
  named: stack({ ...plans.named, deployment: { kmsKey: key } }, { home: { account, region: home } }),
  open: stack(plans.open, { home: { account, region: home } }),
};

/** The other account trusts this one, as its stack says. */
const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS: account }, Action: 'sts:AssumeRole' }] };

/** As KMS makes them: who may use the key is left to the policies of its account. */
const keyPolicyOf = (owner: string) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${owner}:root` }, Action: 'kms:*', Resource: '*' }],
});

const outcome = (policy: Policy, call: Call, caller = account, owner = caller): Promise<string> => {
  const elsewhere = caller === account && call.resource.startsWith(`arn:aws:iam::${otherAccount}`);
  const isKey = call.action.startsWith('kms:');
  const bucketOf = { 'aws:ResourceAccount': owner, ...(call.action === 's3:ListBucket' && { 's3:prefix': 'lifecycle/on_create.sh' }) };
  return simulated(policy, call, {
    account: caller,
    ...(call.action.startsWith('s3:') && { context: bucketOf }),
    ...(elsewhere && { elsewhere: { account: otherAccount, trust } }),
    ...(isKey && { elsewhere: { account: caller, trust: keyPolicyOf(caller) } }),
  });
};

const runs: readonly (readonly [PlanName, FunctionName])[] = [
  ...functionNames.map((name) => ['named', name] as const),
  ['open', 'dispatch'],
  ['open', 'digest'],
];

describe.each(runs)('where the plan is %s, %s', (plan, name) => {
  const sent = () => (calls.get(`${plan} ${name}`) ?? []).filter((c) => !grantedByAws.includes(c.action));
  const policy = () => policyOf(stacks[plan], name, 'Calls');

  test('may do what it does', async () => {
    expect(sent().length).toBeGreaterThan(0);
    for (const call of sent())
      expect(`${call.action} ${call.resource} ${await outcome(policy(), call)}`).toBe(`${call.action} ${call.resource} Allowed`);
  });

  test('may do nothing that it does not do', () => {
    const done = new Set(sent().map((c) => c.action));
    const granted = policy().Statement.flatMap((s) => s.Action);
    expect(granted.filter((action) => !done.has(action) && !action.startsWith('kms:'))).toEqual([]);
  });

  test('has none of its own parts for nothing', () => {
    const used = new Set(sent().map((c) => `${c.action} ${c.resource}`));
    const parts = policy().Statement.flatMap((s) => s.Action.flatMap((a) => s.Resource.map((r) => `${a} ${r}`)));
    const own = parts.filter((p) => /^(dynamodb|sns|sqs|events|secretsmanager):/.test(p));
    expect(own.filter((p) => !used.has(p))).toEqual([]);
  });
});

test('the role of another account may do what is done there, and its stack grants what the audits of this one are granted', async () => {
  const member = stackOf(appOf(plans.named, { home: { account, region: home } }), stackNames.member);
  const policy = policiesOf(member.one('AWS::IAM::Role', 'AuditRole'), known(otherAccount)).get('Calls');
  if (!policy) throw new Error('The role has no policy.');
  expect(new Set(inside.map((c) => c.action)).size).toBeGreaterThan(10);
  for (const call of inside.filter((c) => !grantedByAws.includes(c.action)))
    expect(`${call.action} ${call.resource} ${await outcome(policy, call, otherAccount)}`).toBe(`${call.action} ${call.resource} Allowed`);
  const actions = (of: Policy) => of.Statement.flatMap((s) => s.Action).filter((a) => !/^(dynamodb|sqs|kms|sts):/.test(a));
  expect(actions(policy).toSorted()).toEqual(actions(policyOf(stacks.named, 'audit', 'Calls')).toSorted());
});

test('S3 is asked about buckets of the account itself, and lists single objects', async () => {
  const policy = policyOf(stacks.named, 'audit', 'Calls');
  const bucket = `arn:aws:s3:::${ids.bucket}`;
  const list = { action: 's3:ListBucket', resource: bucket };
  for (const [call, expected] of [
    [{ action: 's3:GetObject', resource: `${bucket}/lifecycle/on_create.sh` }, 'Allowed'],
    [{ action: 's3:GetBucketPolicy', resource: bucket }, 'Allowed'],
    [list, 'Allowed'],
  ] as const) {
    expect([call.action, await outcome(policy, call), await outcome(policy, call, account, otherAccount)]).toEqual([
      call.action,
      expected,
      'ImplicitlyDenied',
    ]);
  }
  expect(await outcome(policy, { action: 's3:GetObject', resource: `${bucket}/data/training.parquet` })).toBe('ImplicitlyDenied');
  const listing = (prefix?: string) =>
    simulated(policy, list, { account, context: { 'aws:ResourceAccount': account, ...(prefix !== undefined && { 's3:prefix': prefix }) } });
  expect(await Promise.all([listing('any/script.sh'), listing('data/'), listing(''), listing()])).toEqual([
    'Allowed',
    'ImplicitlyDenied',
    'ImplicitlyDenied',
    'ImplicitlyDenied',
  ]);
});

/** Actions that answer with content rather than with settings of a resource, each with why it is granted. Everything else reads settings. */
const customerData: { readonly [action: string]: string } = {
  's3:GetObject': 'line ends, first line and encryption of lifecycle scripts of the plan, and the Slurm topology beside them',
  's3:ListBucket': 'whether a lifecycle script exists, by its whole key',
  'iam:GetPolicyVersion': 'policies of execution roles: what they may do',
  'iam:GetRolePolicy': 'policies of execution roles: what they may do',
  's3:GetBucketPolicy': 'whether a bucket lets nodes read their scripts',
  'kms:GetKeyPolicy': 'whether a key lets nodes decrypt',
  'ssm:GetDocument': 'the preferences of Session Manager: one document, by its name',
  'ssm:GetParametersByPath': "AWS's public parameters of HyperPod images",
};

/** What the auditor stores itself, or is given for its own use. */
const ownData: { readonly [action: string]: string } = {
  'dynamodb:BatchGetItem': 'findings and settings in the findings table of the auditor',
  'dynamodb:GetItem': 'findings and settings in the findings table of the auditor',
  'dynamodb:Query': 'findings and settings in the findings table of the auditor',
  'dynamodb:GetRecords': 'keys of what changes in the findings table: the stream names items alone',
  'dynamodb:GetShardIterator': 'keys of what changes in the findings table: the stream names items alone',
  'kms:Decrypt': 'the key of the plan, through the services that have what it encrypts for the auditor',
  'secretsmanager:GetSecretValue': 'addresses and keys of chats and on-call services that the plan names',
  'sqs:ReceiveMessage': "requests for audits and changes in the auditor's own queues",
};

/** Everything that policies of roles allow in a template, inline or managed. */
const grantedIn = (template: { readonly Resources: Readonly<Record<string, Resource>> }): readonly string[] =>
  Object.values(template.Resources)
    .filter((r) => r.Type === 'AWS::IAM::Role' || r.Type === 'AWS::IAM::ManagedPolicy')
    .flatMap(({ Properties }) => [...(Properties.Policies ?? []), Properties])
    .flatMap((p: { readonly PolicyDocument?: { readonly Statement: readonly { readonly Action: string | readonly string[] }[] } }) =>
      (p.PolicyDocument?.Statement ?? []).flatMap((s) => s.Action),
    );

test('every action that can read data, granted to any role of any stack, is listed here with its reason', () => {
  const reads =
    /^(s3:|dynamodb:(Get|BatchGet|Query|Scan|Partiql)|secretsmanager:(BatchGet|GetSecret)|ssm:Get|logs:(Get|Filter|StartQuery)|sqs:Receive|kms:(Decrypt|GetKeyPolicy)|iam:Get\w*Policy\w*$|lambda:Get|ecr:)/;
  // Other than its settings, all that a plan can ask for.
  const { stacks: all } = appOf({ ...fullPlan, clusters: plans.named.clusters }, { home: { account, region: home } }).synth();
  expect(all.map((s) => s.stackName)).toEqual(
    expect.arrayContaining([stackNames.audit, stackNames.member, stackNames.events('us-east-1')]),
  );
  // iam:GetPolicy tells names and versions alone.
  const found = (names: (name: string) => boolean) =>
    new Set(
      all
        .filter((s) => names(s.stackName))
        .flatMap((s) => grantedIn(s.template))
        .filter((action) => reads.test(action) && action !== 'iam:GetPolicy'),
    );
  expect([...found((name) => name === stackNames.member)].toSorted()).toEqual(Object.keys(customerData).toSorted());
  expect([...found(() => true)].toSorted()).toEqual([...Object.keys(customerData), ...Object.keys(ownData)].toSorted());
  for (const reason of [...Object.values(customerData), ...Object.values(ownData)]) expect(reason.length).toBeGreaterThan(20);
});

test('the functions whose roles other accounts trust are those that enter accounts', () => {
  const named = functionNames.filter((name) => roleOf(stacks.named, name).Properties.RoleName !== undefined);
  const entering = functionNames.filter((name) =>
    policyOf(stacks.named, name, 'Calls').Statement.some((s) => s.Action.includes('sts:AssumeRole')),
  );
  expect(named).toEqual(expect.arrayContaining(entering));
  const open = functionNames.filter((name) =>
    (policiesOf(roleOf(stacks.open, name), known(account)).get('Calls')?.Statement ?? []).some((s) => s.Action.includes('sts:AssumeRole')),
  );
  expect(named.toSorted()).toEqual([...new Set([...entering, ...open])].toSorted());
  for (const name of named)
    expect(roleOf(stacks.named, name).Properties).toMatchObject({
      Path: '/hyperpod-auditor/',
      RoleName: `HyperPodAuditor-${name}-${home}`,
    });
});

test('no one may do what only others do', async () => {
  const publish = { action: 'sns:Publish', resource: alertTopic };
  const write = { action: 'dynamodb:PutItem', resource: arns.table };
  const erase = { action: 'dynamodb:DeleteItem', resource: arns.table };
  const outcomes = await Promise.all(
    functionNames.map(async (name) => {
      const policy = policyOf(stacks.named, name, 'Calls');
      return [name, ...(await Promise.all([publish, write, erase].map((call) => outcome(policy, call))))];
    }),
  );
  expect(outcomes).toEqual([
    ['dispatch', 'Allowed', 'ImplicitlyDenied', 'ImplicitlyDenied'],
    ['audit', 'ImplicitlyDenied', 'Allowed', 'ImplicitlyDenied'],
    ['notify', 'Allowed', 'ImplicitlyDenied', 'ImplicitlyDenied'],
    ['import', 'ImplicitlyDenied', 'ImplicitlyDenied', 'ImplicitlyDenied'],
    ['digest', 'Allowed', 'ImplicitlyDenied', 'ImplicitlyDenied'],
    ['webhook', 'ImplicitlyDenied', 'ImplicitlyDenied', 'ImplicitlyDenied'],
    ['query', 'ImplicitlyDenied', 'ImplicitlyDenied', 'ImplicitlyDenied'],
  ]);
});

test('what AWS does in the name of the roles is this and no more', () => {
  const service = Object.fromEntries(
    functionNames.map((name) => [
      name,
      policyOf(stacks.named, name, 'Service')
        .Statement.flatMap((s) => s.Action)
        .toSorted(),
    ]),
  );
  const logs = ['logs:CreateLogStream', 'logs:PutLogEvents'];
  const seals = ['kms:Decrypt', 'kms:GenerateDataKey'];
  const stream = ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:ListStreams'];
  expect(service).toEqual({
    dispatch: [...seals, ...logs, 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage', 'sqs:SendMessage'],
    audit: ['kms:Decrypt', ...logs, 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
    notify: [...stream, ...seals, ...logs, 'sqs:SendMessage'],
    import: [...stream, ...seals, ...logs, 'sqs:SendMessage'],
    digest: [...seals, ...logs, 'sqs:SendMessage'],
    webhook: [...seals, ...logs, 'sqs:SendMessage'],
    query: logs,
  });
});

test('a key of the plan is used through its own ARN, to open and to seal and not to rule', () => {
  for (const name of functionNames) {
    // What is read of the keys of clusters is another matter: state, key policy and grants.
    const statements = policyOf(stacks.named, name, 'Calls').Statement.filter(
      (s) => s.Action.some((a) => a.startsWith('kms:')) && !s.Action.includes('kms:GetKeyPolicy'),
    );
    expect(new Set(statements.flatMap((s) => s.Resource)), name).toEqual(new Set([key]));
    expect(
      statements.flatMap((s) => s.Action).filter((a) => !/^kms:(Decrypt|DescribeKey|Encrypt|GenerateDataKey|ReEncrypt(From|To))$/.test(a)),
    ).toEqual([]);
  }
});

test('the key of the plan is used through the service that has what it encrypts, and not directly', async () => {
  const elsewhere = { account, trust: keyPolicyOf(account) };
  const via = (name: FunctionName, action: string, service?: string, part: 'Calls' | 'Service' = 'Calls') =>
    simulated(
      policyOf(stacks.named, name, part),
      { action, resource: key },
      { account, elsewhere, ...(service !== undefined && { context: { 'kms:ViaService': `${service}.${home}.amazonaws.com` } }) },
    );
  const [yes, no] = ['Allowed', 'ImplicitlyDenied'];
  expect(
    await Promise.all([
      via('audit', 'kms:Encrypt', 'dynamodb'),
      via('audit', 'kms:Encrypt', 'sns'),
      via('audit', 'kms:Encrypt'),
      via('notify', 'kms:GenerateDataKey', 'sns'),
      via('notify', 'kms:GenerateDataKey', 's3'),
      via('query', 'kms:Decrypt', 'dynamodb'),
      via('query', 'kms:Decrypt'),
      via('dispatch', 'kms:GenerateDataKey', 'sqs'),
      via('notify', 'kms:GenerateDataKey', 'sqs'),
      via('notify', 'kms:GenerateDataKey', 'sqs', 'Service'),
      via('audit', 'kms:Decrypt', 'sqs', 'Service'),
      via('audit', 'kms:GenerateDataKey', 'sqs', 'Service'),
      via('query', 'kms:Decrypt', 'sqs', 'Service'),
    ]),
  ).toEqual([yes, no, no, yes, no, yes, no, yes, no, yes, yes, no, no]);
});

test("a webhook's secret under the key of the plan can be opened through Secrets Manager, and nothing else by that", async () => {
  const elsewhere = { account, trust: keyPolicyOf(account) };
  const decrypt = (resource: string, service?: string) =>
    simulated(
      policyOf(stacks.named, 'webhook', 'Calls'),
      { action: 'kms:Decrypt', resource },
      { account, elsewhere, ...(service !== undefined && { context: { 'kms:ViaService': `${service}.${home}.amazonaws.com` } }) },
    );
  const other = key.replace('1234abcd', '5678abcd');
  expect(
    await Promise.all([decrypt(key, 'secretsmanager'), decrypt(key, 'dynamodb'), decrypt(key), decrypt(other, 'secretsmanager')]),
  ).toEqual(['Allowed', 'ImplicitlyDenied', 'ImplicitlyDenied', 'ImplicitlyDenied']);
  expect(policyOf(stacks.open, 'webhook', 'Calls').Statement.flatMap((s) => s.Action)).toEqual(['secretsmanager:GetSecretValue']);
});
