import { describe, expect, test } from 'vitest';
import { collectRegion } from '../../../shared/aws/collect/collect-region.ts';
import { collectors } from '../../../shared/aws/collect/facts/index.ts';
import { identify } from '../../../shared/aws/credentials/identity.ts';
import { assumeAuditRole, organizationAccounts } from '../../../shared/aws/inventory/accounts.ts';
import { enabledRegions } from '../../../shared/aws/inventory/regions.ts';
import { type AuditorKind, grantedByAws, grantsOf, leastPolicy } from '../../../shared/aws/policies/auditor-policy.ts';
import { fitPolicy, quotaRequestPolicy } from '../../../shared/aws/policies/command-policies.ts';
import { emptyPlan, type Plan } from '../../../shared/core/plan/plan.ts';
import { actionOf } from '../../../shared/sandbox/faults.ts';
import { storyAccount } from '../../../shared/sandbox/story.ts';
import { quotaFacts } from '../../../shared/workflows/request-quotas.ts';
import {
  account,
  everything,
  factsCalling,
  groupRequest,
  ids,
  inSandbox,
  memoryOfQuotas,
  otherAccount,
  planOf,
  region,
  run,
  settingsOf,
  unreadPlaces,
  world,
} from '../world.ts';
import { kindsFor } from './iam-resources.ts';

const at = { partition: 'aws', account };
const granted = (plan: Plan, by?: AuditorKind) => leastPolicy(plan, at, by).Statement.flatMap((s) => s.Action);
const resourcesFor = (plan: Plan, action: string) => leastPolicy(plan, at).Statement.find((s) => s.Action.includes(action))?.Resource;

describe('granted is what is called', () => {
  const organization: Plan = { ...everything, accounts: 'organization' };

  test('for a plan that needs everything, both ways, as the sandbox saw it', async () => {
    const called = await inSandbox({}, async (sandbox) => {
      const settings = settingsOf(sandbox);
      const { account: own } = await identify(settings);
      expect(await organizationAccounts(settings)).toContain(otherAccount);
      expect(await assumeAuditRole({ account: otherAccount, partition: 'aws', role: everything.auditRole }, settings)).toMatchObject({
        ok: true,
      });
      const { snapshot } = await collectRegion({ account: own, partition: 'aws', region, plan: everything, settings });
      expect(unreadPlaces(snapshot.facts)).toEqual([]);
      return new Set(sandbox.calls.map((c) => actionOf(c.service, c.operation)));
    });
    expect(granted(organization).toSorted()).toEqual([...called].filter((a) => !grantedByAws.includes(a)).toSorted());
  });

  test('one that is deployed reads single quotas between two lists, and that alone it may do beyond the command line', async () => {
    const quotaMemory = memoryOfQuotas();
    const first = await run({ quotaMemory, pageSize: 50 });
    expect(first.notes).toEqual({ quotas: 'listed: nothing is remembered; defaults listed: nothing is remembered' });
    const again = await run({ quotaMemory, pageSize: 50 });
    expect(unreadPlaces(again.facts)).toEqual([]);
    expect(again.notes.quotas).toMatch(/^\d+ read, the others as listed at /);
    const called = again.arrived.map((c) => actionOf(c.service, c.operation)).filter((action) => !grantedByAws.includes(action));
    const beyond = granted(everything, 'deployed').filter((action) => !granted(everything).includes(action));
    expect(beyond).toEqual(['servicequotas:GetServiceQuota']);
    for (const action of called) expect(granted(everything, 'deployed'), action).toContain(action);
    expect(called).toContain('servicequotas:GetServiceQuota');
  });

  test.for([
    ['of the story', planOf({})],
    ['that is empty', emptyPlan],
    ['with everything', everything],
  ] as const)('a plan %s calls nothing that is not granted', async ([, plan]) => {
    for (const description of [storyAccount(), world()]) {
      const { calls } = await run({ plan, description });
      for (const { action } of calls) expect(granted(plan), action).toContain(action);
    }
  });

  test('what is called without a grant cannot be denied', async () => {
    expect(grantedByAws).toEqual(['sts:GetCallerIdentity']);
    expect(granted(organization)).not.toContain('sts:GetCallerIdentity');
  });

  test('only reading: nothing is made, changed or deleted', () => {
    for (const action of granted(organization)) expect(action).toMatch(/^[a-z0-9]+:(Describe|Get|List)[A-Za-z]+$|^sts:AssumeRole$/);
  });

  test('every grant says what it is for', () => {
    for (const grant of grantsOf(organization, 'deployed')) expect(grant.why, grant.action).toMatch(/^[a-zA-Z].{10,}[^.]$/);
  });
});

const database = (SecretArn: string) => ({ Orchestrator: { Slurm: { AccountingDatabase: { Endpoint: 'slurm.example.com', SecretArn } } } });

describe('an action that a plan does not need is not granted', () => {
  test.for([
    ['organizations:ListAccounts', emptyPlan, { ...emptyPlan, accounts: 'organization' }],
    [
      'organizations:ListAccountsForParent',
      { ...emptyPlan, accounts: 'organization' },
      { ...emptyPlan, accounts: 'organization', organizationAccounts: { units: ['r-7hyp'] } },
    ],
    ['sts:AssumeRole', emptyPlan, { ...emptyPlan, accounts: [otherAccount] }],
    ['secretsmanager:DescribeSecret', planOf({}), planOf(database(ids.secret))],
    ['ec2:DescribeInternetGateways', planOf({}), planOf({}, { newVpc: true })],
    ['ec2:DescribeAddresses', planOf({}), planOf({}, { newVpc: true })],
    ['iam:ListRoleTags', planOf({}), planOf({}, { runAs: { principals: [ids.role] } })],
    [
      'iam:ListUserTags',
      planOf({}, { runAs: { principals: [ids.role] } }),
      planOf({}, { runAs: { principals: [`arn:aws:iam::${account}:user/x`] } }),
    ],
  ] as const)('%s', ([action, without, needing]) => {
    expect(granted(without)).not.toContain(action);
    expect(granted(needing as Plan)).toContain(action);
  });
});

describe('resources', () => {
  const two = planOf({
    InstanceGroups: [
      groupRequest({}),
      groupRequest({
        InstanceGroupName: 'b',
        ExecutionRole: ids.boundRole,
        LifeCycleConfig: { SourceS3Uri: 's3://own-b/x/', OnCreate: 'a b.sh', OnInitComplete: 'c*.sh' },
      }),
    ],
  });

  test("S3: the plan's objects alone, and others where the plan says so", () => {
    expect(resourcesFor(two, 's3:GetObject')).toEqual([
      'arn:aws:s3:::own-b/x/a b.sh',
      'arn:aws:s3:::own-b/x/c${*}.sh',
      'arn:aws:s3:::own-b/x/provisioning_parameters.json',
      'arn:aws:s3:::sagemaker-ml-prod-us-west-2/lifecycle/on_create.sh',
      'arn:aws:s3:::sagemaker-ml-prod-us-west-2/lifecycle/provisioning_parameters.json',
    ]);
    expect(resourcesFor(two, 's3:ListBucket')).toEqual(['arn:aws:s3:::own-b', 'arn:aws:s3:::sagemaker-*']);
    expect(granted(emptyPlan)).not.toContain('s3:GetObject');
    expect(resourcesFor(emptyPlan, 's3:GetBucketPolicy')).toEqual(['arn:aws:s3:::sagemaker-*']);
    const reading: Plan = { ...emptyPlan, readRunningScripts: true, deployment: { lifecycleBuckets: ['ml-*'] } };
    expect(resourcesFor(reading, 's3:GetObject')).toEqual(['arn:aws:s3:::ml-*/*', 'arn:aws:s3:::sagemaker-*/*']);
    expect(resourcesFor(reading, 's3:ListBucket')).toEqual(['arn:aws:s3:::ml-*', 'arn:aws:s3:::sagemaker-*']);
  });

  test('S3: buckets of this account and of those that the plan names, and lists of single objects', () => {
    const plan: Plan = { ...two, deployment: { bucketAccounts: [otherAccount] } };
    const statements = leastPolicy(plan, at).Statement.filter((s) => s.Action.some((a) => a.startsWith('s3:')));
    expect(statements.flatMap((s) => s.Action).toSorted()).toEqual(['s3:GetBucketPolicy', 's3:GetObject', 's3:ListBucket']);
    for (const { Condition } of statements) expect(Condition?.StringEquals).toEqual({ 'aws:ResourceAccount': [account, otherAccount] });
    const prefixesOf = (of: Plan) => leastPolicy(of, at).Statement.find((s) => s.Action.includes('s3:ListBucket'))?.Condition?.StringLike;
    expect(prefixesOf(plan)).toEqual({ 's3:prefix': ['*.sh', '*.py', '*provisioning_parameters.json'] });
    expect(prefixesOf(emptyPlan)).toEqual({ 's3:prefix': ['*.sh', '*.py'] });
    const anywhere = leastPolicy(two, { partition: 'aws', account: '*' });
    expect(JSON.stringify(anywhere)).toContain('{"aws:ResourceAccount":["${aws:PrincipalAccount}"]}');
  });

  test('S3: names of scripts are part of the condition as long as there is room for them', () => {
    const named = (count: number) =>
      planOf({
        InstanceGroups: Array.from({ length: count }, (_, n) =>
          groupRequest({ InstanceGroupName: `g${n}`, LifeCycleConfig: { SourceS3Uri: 's3://own/x', OnCreate: `bootstrap-${n}` } }),
        ),
      });
    const prefixesOf = (plan: Plan) =>
      JSON.stringify(leastPolicy(plan, at).Statement.find((s) => s.Action.includes('s3:ListBucket'))?.Condition);
    expect(prefixesOf(named(2))).toContain('"*bootstrap-0","*bootstrap-1"');
    expect(prefixesOf(named(200))).toContain('["*.sh","*.py","?*"]');
  });

  test('any role, as clusters that run have theirs; of principals those that are named', () => {
    expect(resourcesFor(two, 'iam:GetRole')).toEqual([`arn:aws:iam::${account}:role/*`]);
    const session = planOf({}, { runAs: { principals: [`arn:aws:sts::${account}:assumed-role/ml/ada`] } });
    expect(resourcesFor(session, 'iam:ListRoleTags')).toEqual([`arn:aws:iam::${account}:role/*/ml`, `arn:aws:iam::${account}:role/ml`]);
  });

  test('the audit role of other accounts, and of no others', () => {
    const plan: Plan = { ...emptyPlan, accounts: [otherAccount], auditRole: { name: 'Auditor' } };
    expect(resourcesFor(plan, 'sts:AssumeRole')).toEqual([`arn:aws:iam::${otherAccount}:role/Auditor`]);
    expect(resourcesFor({ ...emptyPlan, accounts: 'organization' }, 'sts:AssumeRole')).toEqual(['arn:aws:iam::*:role/HyperPodAuditor']);
  });

  test('follow the partition', () => {
    const { Statement } = leastPolicy(everything, { partition: 'aws-cn', account });
    const arns = Statement.flatMap((s) => s.Resource).filter((r) => r !== '*' && !everythingNames.some((n) => r.includes(n)));
    expect(arns.length).toBeGreaterThan(5);
    for (const arn of arns) expect(arn).toMatch(/^arn:aws-cn:/);
  });
  /** What the plan itself names by ARN stays as it is. */
  const everythingNames = [
    ':role/hyperpod-nodes',
    ':role/teams/ml/bound',
    ':role/ml-researchers',
    ':role/*/ml-researchers',
    ':user/operator',
    ':secret:slurm-AbCdEf',
  ];

  test('no action that IAM knows resources for is granted on all', async () => {
    const documents = [
      leastPolicy(everything, at, 'deployed'),
      leastPolicy({ ...everything, accounts: 'organization' }, at),
      fitPolicy({}, at),
      quotaRequestPolicy(everything, quotaFacts, at),
    ];
    const wide = new Set(documents.flatMap((d) => d.Statement.filter((s) => s.Resource.includes('*')).flatMap((s) => s.Action)));
    expect(wide.size).toBeGreaterThan(20);
    // AWS lists composite alarms only for a grant on all: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
    wide.delete('cloudwatch:DescribeAlarms');
    for (const action of wide) expect(await kindsFor(action), action).toEqual([]);
  });

  test('secrets that the plan names, signs in their ARNs as themselves', () => {
    expect(resourcesFor(planOf(database(ids.secret)), 'secretsmanager:DescribeSecret')).toEqual([ids.secret]);
    const wide = ids.secret.replace('slurm', '*');
    expect(resourcesFor(planOf(database(wide)), 'secretsmanager:DescribeSecret')).toEqual([ids.secret.replace('slurm', '${*}')]);
  });

  test("networks of other accounts, which they share with this one, and AWS's own prefix lists are among what may be read", () => {
    expect(resourcesFor(emptyPlan, 'ec2:DescribeVpcAttribute')).toEqual(['arn:aws:ec2:*:*:vpc/*']);
    expect(resourcesFor(emptyPlan, 'ec2:GetManagedPrefixListEntries')).toEqual(['arn:aws:ec2:*:*:prefix-list/*']);
  });
});

describe('the document', () => {
  test('is one IAM takes: Sids of letters and digits, each once, each action once', () => {
    const { Version, Statement } = leastPolicy(everything, at);
    expect(Version).toBe('2012-10-17');
    const sids = Statement.map((s) => s.Sid);
    expect(new Set(sids).size).toBe(sids.length);
    for (const sid of sids) expect(sid).toMatch(/^[A-Za-z0-9]+$/);
    const actions = Statement.flatMap((s) => s.Action);
    expect(new Set(actions).size).toBe(actions.length);
    expect(JSON.stringify(leastPolicy(everything, at)).length).toBeLessThan(6144);
  });

  test('is sorted, and the same whatever the order of the plan', () => {
    const turned: Plan = { ...everything, clusters: everything.clusters.toReversed() };
    expect(leastPolicy(turned, at)).toEqual(leastPolicy(everything, at));
    for (const s of leastPolicy(everything, at).Statement) {
      expect(s.Action).toEqual(s.Action.toSorted());
      expect(s.Resource).toEqual(s.Resource.toSorted());
      expect(new Set(s.Action.map((a) => a.split(':')[0])).size).toBe(1);
    }
  });

  test('names every action of every collector that has no condition', () => {
    const always = Object.values(collectors).flatMap((c) =>
      c.grants.filter((g) => g.needed === undefined && !g.deployed).map((g) => g.action),
    );
    expect(new Set(granted(emptyPlan))).toEqual(new Set([...always, 'iam:ListAccountAliases', 'ec2:DescribeRegions']));
  });
});

test('without any one action that is granted something is unread: none is granted for nothing', async () => {
  // Called around the collection, or only where a plan names no regions.
  const around = ['iam:ListAccountAliases', 'sts:AssumeRole'];
  for (const action of granted(everything).filter((a) => !around.includes(a))) {
    const description = world();
    const own = description.accounts[account];
    if (!own) throw new Error('The world has its account.');
    const { facts } = await run({
      description: { ...description, accounts: { ...description.accounts, [account]: { ...own, denied: [action] } } },
      facts: factsCalling(action),
    });
    // A fact that is unread names the action.
    const actions = JSON.stringify(facts).match(/"action":"[^"]+"/g) ?? [];
    expect(new Set(actions), action).toEqual(new Set([`"action":"${action}"`]));
  }
});

test('regions are listed with what is granted', async () => {
  await inSandbox({}, async (sandbox) => {
    await enabledRegions(settingsOf(sandbox));
    expect(sandbox.calls.map((c) => actionOf(c.service, c.operation))).toEqual(['ec2:DescribeRegions']);
  });
});
