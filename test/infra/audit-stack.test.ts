/** Every promise of the deployed stack, held against the template. */
import { readFileSync } from 'node:fs';
import { Stack as CdkStack, TagManager } from 'aws-cdk-lib';
import { describe, expect, test } from 'vitest';
import { variables } from '../../functions/runtime/environment.ts';
import { metricLine, metricNames, namespaceOf } from '../../functions/runtime/metrics.ts';
import { stackNames } from '../../infra/app.ts';
import { auditsOfABatch, changeCallsAtOnce, changesOfABatch, functionNames, functionSizes } from '../../infra/stacks/functions.ts';
import { indexSteps } from '../../shared/aws/findings/index-steps.ts';
import { tableDefinition } from '../../shared/aws/findings/keys.ts';
import type { Plan } from '../../shared/core/plan/plan.ts';
import { appOf, fullPlan, functionOf, home, type Resource, roleOf, type Stack, stack } from './world.ts';

const full = stack(fullPlan);
const least = stack({});

const idOf = (reference: unknown): string => {
  const { Ref, 'Fn::GetAtt': attribute } = reference as { readonly Ref?: string; readonly 'Fn::GetAtt'?: readonly [string, string] };
  return Ref ?? attribute?.[0] ?? '';
};

describe('the findings table', () => {
  const { Properties, DeletionPolicy, UpdateReplacePolicy } = full.one('AWS::DynamoDB::Table');

  test('is the one the code defines, indexes included', () => {
    const { AttributeDefinitions, KeySchema, BillingMode, GlobalSecondaryIndexes } = Properties;
    expect({ AttributeDefinitions, KeySchema, BillingMode, GlobalSecondaryIndexes }).toEqual(tableDefinition);
  });

  test('changes at most one index at a time: CloudFormation makes or deletes no more in an update of a table', () => {
    // The indexes of version 0.1.0, by their keys. What differs by more than one cannot be deployed over it: it takes a version in between.
    const released = [
      'pending: pending, at',
      'time: pk, logOrder',
      'log: month, logOrder',
      'open: open, order',
      'region: pk, order',
      'check: check, order',
      'cluster: cluster, order',
    ];
    const defined = tableDefinition.GlobalSecondaryIndexes.map(
      (i) => `${i.IndexName}: ${i.KeySchema.map((k) => k.AttributeName).join(', ')}`,
    );
    expect(new Set(defined).symmetricDifference(new Set(released)).size).toBeLessThanOrEqual(1);
  });

  test('the table of each step has its indexes and defines no attribute that none of them uses', () => {
    for (const indexes of indexSteps) {
      const made = stack({}, { indexes }).one('AWS::DynamoDB::Table').Properties;
      const names = (of: string) => made[of].map((entry: Readonly<Record<string, string>>) => entry.IndexName ?? entry.AttributeName);
      expect(names('GlobalSecondaryIndexes')).toEqual(indexes.map((i) => i.IndexName));
      const used = [made.KeySchema, ...made.GlobalSecondaryIndexes.map((i: { readonly KeySchema: object }) => i.KeySchema)].flat();
      expect(new Set(names('AttributeDefinitions'))).toEqual(new Set(used.map((key) => key.AttributeName)));
    }
  });

  test('the first deployment leaves nothing behind if it fails; the second protects the table and changes nothing else', () => {
    const first = stack(fullPlan, { firstDeployment: true });
    const table = first.one('AWS::DynamoDB::Table');
    expect([table.DeletionPolicy, table.Properties.DeletionProtectionEnabled]).toEqual(['RetainExceptOnCreate', false]);
    const protecting = {
      ...first.resources,
      [table.id]: { ...table, Properties: { ...table.Properties, DeletionProtectionEnabled: true } },
    };
    expect(full.resources).toEqual(
      Object.fromEntries(Object.entries(protecting).map(([id, { id: _, ...r }]: [string, object & { id?: string }]) => [id, r])),
    );
  });

  test('forgets what expired, can be brought back, and cannot be deleted', () => {
    expect(Properties).toMatchObject({
      TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      DeletionProtectionEnabled: true,
    });
    expect([DeletionPolicy, UpdateReplacePolicy]).toEqual(['RetainExceptOnCreate', 'Retain']);
  });

  test('is encrypted with the key of the plan, else with that of DynamoDB', () => {
    expect(Properties.SSESpecification).toEqual({ SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: fullPlan.deployment?.kmsKey });
  });
});

describe('from the stream to notify', () => {
  const mapping = full.one('AWS::Lambda::EventSourceMapping', 'Commits').Properties;

  test('only the birth of commits wakes it', () => {
    expect(mapping.FilterCriteria.Filters.map((f: { Pattern: string }) => JSON.parse(f.Pattern))).toEqual([
      { eventName: ['INSERT'], dynamodb: { Keys: { sk: { S: [{ prefix: 'LOG#' }] } } } },
    ]);
    expect(full.one('AWS::DynamoDB::Table').Properties.StreamSpecification).toEqual({ StreamViewType: 'KEYS_ONLY' });
  });

  test('a poison record is set apart: partial batches, bisect, an end to retries, a dead-letter queue', () => {
    expect(mapping).toMatchObject({
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 8,
      // With one call for each shard, shards limit calls at once.
      ParallelizationFactor: 1,
      StartingPosition: 'TRIM_HORIZON',
    });
    expect(idOf(mapping.DestinationConfig.OnFailure.Destination)).toMatch(/^FailedCommits/);
  });
});

describe('from a change to its request', () => {
  const queue = full.one('AWS::SQS::Queue', 'RequestsChanges');

  test('all rules put changes into one queue, where they wait for dispatch', () => {
    const rules = full.of('AWS::Events::Rule');
    expect(rules.length).toBeGreaterThan(8);
    for (const { Properties } of rules) {
      expect(Properties.Targets.map((t: { Arn: unknown }) => idOf(t.Arn))).toEqual([queue.id]);
      expect(idOf(Properties.Targets[0].DeadLetterConfig.Arn)).toMatch(/^Undelivered/);
    }
    const [policy] = full.of('AWS::SQS::QueuePolicy').filter((p) => p.Properties.Queues.map(idOf).includes(queue.id));
    const { Statement } = policy?.Properties.PolicyDocument ?? { Statement: [] };
    const senders = Statement.filter((s: { Effect: string }) => s.Effect === 'Allow');
    expect(senders).toMatchObject([{ Principal: { Service: 'events.amazonaws.com' }, Action: 'sqs:SendMessage' }]);
    expect(JSON.stringify(senders[0].Condition)).toContain(':rule/*');
  });

  test('dispatch takes them in tens, two calls at once; one that fails five times lies in Undelivered', () => {
    const mapping = full.one('AWS::Lambda::EventSourceMapping', 'Changes').Properties;
    expect([idOf(mapping.FunctionName), idOf(mapping.EventSourceArn)]).toEqual([functionOf(full, 'dispatch').id, queue.id]);
    expect(mapping).toMatchObject({
      BatchSize: changesOfABatch,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: changeCallsAtOnce },
    });
    const { RedrivePolicy, VisibilityTimeout } = queue.Properties;
    expect([idOf(RedrivePolicy.deadLetterTargetArn), RedrivePolicy.maxReceiveCount]).toEqual([expect.stringMatching(/^Undelivered/), 5]);
    expect(VisibilityTimeout).toBe(6 * functionSizes.dispatch.timeoutSeconds);
  });
});

describe('from a request to its audit', () => {
  test('dispatch alone puts requests into the queue: no rule does, and no service may', () => {
    const queue = full.one('AWS::SQS::Queue', 'RequestsQueue').id;
    const targets = full.of('AWS::Events::Rule').flatMap((r) => r.Properties.Targets.map((t: { Arn: unknown }) => idOf(t.Arn)));
    expect(targets).not.toContain(queue);
    const senders = full
      .of('AWS::IAM::Role')
      .filter((r) =>
        JSON.stringify(r.Properties.Policies ?? []).includes(`"sqs:SendMessage","Effect":"Allow","Resource":{"Fn::GetAtt":["${queue}"`),
      );
    expect(senders.map((r) => r.id.replace(/[A-F0-9]{8}$/, ''))).toEqual(['DispatchRole']);
  });

  test('the queue gives up on a message after four tries and keeps it', () => {
    const { RedrivePolicy, VisibilityTimeout } = full.one('AWS::SQS::Queue', 'RequestsQueue').Properties;
    expect(RedrivePolicy.maxReceiveCount).toBe(4);
    expect(idOf(RedrivePolicy.deadLetterTargetArn)).toMatch(/^RequestsDead/);
    expect(VisibilityTimeout).toBe(6 * functionSizes.audit.timeoutSeconds);
  });

  test('audit may send to no queue: Lambda would stop a chain in which it invokes itself', () => {
    const policies = JSON.stringify(roleOf(full, 'audit').Properties.Policies);
    expect(policies).toContain('sqs:ReceiveMessage');
    expect(policies).not.toContain('sqs:SendMessage');
  });

  test('audits are limited by the mapping: nothing reserves concurrency, which small accounts do not have', () => {
    const mapping = least.one('AWS::Lambda::EventSourceMapping', 'AuditRequests').Properties;
    expect(mapping).toMatchObject({
      BatchSize: auditsOfABatch,
      MaximumBatchingWindowInSeconds: 10,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 2 },
    });
    expect(full.of('AWS::Lambda::Function').filter((f) => f.Properties.ReservedConcurrentExecutions !== undefined)).toEqual([]);
  });

  test.each([
    ['one account', undefined, 2],
    ['ten accounts', Array.from({ length: 10 }, (_, n) => String(100000000000 + n)), 4],
    ['fifty', Array.from({ length: 50 }, (_, n) => String(100000000000 + n)), 10],
    ['an organization', 'organization' as const, 10],
  ])('%s: so many calls at once, each with several audits', (_, accounts, atOnce) => {
    const mapping = stack(accounts === undefined ? {} : { accounts }).one('AWS::Lambda::EventSourceMapping', 'AuditRequests');
    expect(mapping.Properties.ScalingConfig).toEqual({ MaximumConcurrency: atOnce });
  });
});

describe('schedules', () => {
  test.each([
    ['TriggersAudits', 'schedule', 'rate(1 hour)', 'Dispatch'],
    ['TriggersSweep', 'sweep', 'rate(5 minutes)', 'Dispatch'],
    ['TriggersDigest', 'digest', 'cron(0 7 ? * MON *)', 'Digest'],
  ])('%s sends its kind and the time it stands for', (id, kind, expression, target) => {
    const { ScheduleExpression, FlexibleTimeWindow, Target } = full.one('AWS::Scheduler::Schedule', id).Properties;
    expect(ScheduleExpression).toBe(expression);
    expect(FlexibleTimeWindow).toEqual({ Mode: 'OFF' });
    expect(JSON.parse(Target.Input)).toEqual({ kind, at: '<aws.scheduler.scheduled-time>' });
    expect(idOf(Target.Arn)).toMatch(new RegExp(`^${target}Function`));
    expect(idOf(Target.DeadLetterConfig.Arn)).toMatch(/^Undelivered/);
    expect(Target.RetryPolicy).toEqual({ MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 5 });
  });

  test('audits follow the schedule of the plan', () => {
    const own = stack({ schedule: 'cron(0 6 * * ? *)' }).one('AWS::Scheduler::Schedule', 'TriggersAudits');
    expect(own.Properties.ScheduleExpression).toBe('cron(0 6 * * ? *)');
  });
});

describe('functions', () => {
  test.each(functionNames)('%s runs on pinned Node 24 and arm64, with its own log, kept for a month', (name) => {
    const { Runtime, Architectures, MemorySize, Timeout, Handler, LoggingConfig } = functionOf(full, name).Properties;
    expect({ Runtime, Architectures, MemorySize, Timeout, Handler }).toEqual({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      MemorySize: functionSizes[name].memoryMb,
      Timeout: functionSizes[name].timeoutSeconds,
      Handler: 'handler.handler',
    });
    const log = full.resources[idOf(LoggingConfig.LogGroup)];
    expect(log).toMatchObject({ Type: 'AWS::Logs::LogGroup', Properties: { RetentionInDays: 30 } });
  });

  test('get the variables they ask for, and none of them is a secret', () => {
    const given = Object.fromEntries(
      functionNames.map((name) => [name, Object.keys(functionOf(full, name).Properties.Environment.Variables).toSorted()]),
    );
    expect(given).toEqual({
      dispatch: [
        ...['ALERT_TOPIC_ARN', 'AUDIT_QUEUE_URL', 'CHAT_TOPIC_ARN'],
        ...['OPERATIONS_TOPIC_ARN', 'STACK_NAME', 'TABLE_NAME', 'WEBHOOK_FUNCTION_ARN'],
      ],
      audit: ['TABLE_NAME', 'TOOL_VERSION'],
      notify: ['ALERT_TOPIC_ARN', 'CHAT_TOPIC_ARN', 'STACK_NAME', 'TABLE_NAME'],
      import: ['PUBLISHED_BUS_NAME', 'TABLE_NAME'],
      digest: ['ALERT_TOPIC_ARN', 'CHAT_TOPIC_ARN', 'STACK_NAME', 'TABLE_NAME'],
      webhook: ['JIRA_SECRET_ARN', 'PAGERDUTY_SECRET_ARN', 'WEBHOOK_SECRET_ARN'],
      query: ['TABLE_NAME'],
    });
    expect(new Set(Object.values(given).flat()).isSubsetOf(new Set<string>(variables))).toBe(true);
    expect(functionOf(full, 'webhook').Properties.Environment.Variables).toEqual({
      WEBHOOK_SECRET_ARN: fullPlan.alerts.webhookSecret,
      PAGERDUTY_SECRET_ARN: fullPlan.alerts.pagerDutySecret,
      JIRA_SECRET_ARN: fullPlan.alerts.jiraSecret,
    });
  });

  test('all run in the subnets of the plan, where their code may not make network interfaces; without subnets, no one may', async () => {
    const inVpc = full.of('AWS::Lambda::Function');
    for (const f of inVpc)
      expect(f.Properties.VpcConfig).toEqual({ SubnetIds: ['subnet-0a1b2c3d', 'subnet-0a1b2c3e'], SecurityGroupIds: ['sg-0a1b2c3d'] });
    const managing = (of: Stack) =>
      of
        .of('AWS::IAM::Role')
        .flatMap(
          (r) =>
            (r.Properties.Policies ?? []) as readonly {
              readonly PolicyDocument: { readonly Statement: readonly Record<string, unknown>[] };
            }[],
        )
        .flatMap((p) => p.PolicyDocument.Statement)
        .filter((s) => [s.Action].flat().includes('ec2:DeleteNetworkInterface'));
    expect(managing(full)).toHaveLength(inVpc.length);
    for (const s of managing(full)) expect(s.Condition).toEqual({ Null: { 'lambda:SourceFunctionArn': 'true' } });
    expect(managing(least)).toEqual([]);
    expect(least.of('AWS::Lambda::Function').filter((f) => f.Properties.VpcConfig !== undefined)).toEqual([]);
  });

  test('what is called without waiting is tried again and then kept', () => {
    const configs = full.of('AWS::Lambda::EventInvokeConfig').map((c) => c.Properties);
    expect(configs.map((c) => idOf(c.FunctionName).replace(/Function.*/, '')).toSorted()).toEqual([
      'Digest',
      'Dispatch',
      'Import',
      'Webhook',
    ]);
    for (const c of configs) {
      expect(c).toMatchObject({ MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 3600 });
      expect(idOf(c.DestinationConfig.OnFailure.Destination)).toMatch(/^Undelivered/);
    }
  });

  test('without a webhook, Security Hub and events there are no functions for them', () => {
    expect(
      least
        .of('AWS::Lambda::Function')
        .map((f) => f.id.replace(/Function.*/, ''))
        .toSorted(),
    ).toEqual(['Audit', 'Digest', 'Dispatch', 'Notify', 'Query']);
  });
});

describe('alerts', () => {
  const subscriptions = (of: Stack) => of.of('AWS::SNS::Subscription').map((s) => s.Properties);

  test('each address of the plan listens to alerts and to the auditor itself, with a place for what it did not take', () => {
    const emails = subscriptions(full).filter((s) => s.Protocol === 'email');
    expect(emails.map((s) => `${idOf(s.TopicArn).replace(/[A-F0-9]{8}$/, '')} ${s.Endpoint}`).toSorted()).toEqual([
      'AlertsDriftAlerts ml-platform@example.com',
      'AlertsDriftAlerts on-call@example.com',
      'OperationsTopic ml-platform@example.com',
      'OperationsTopic on-call@example.com',
    ]);
    for (const s of subscriptions(full)) expect(idOf(s.RedrivePolicy.deadLetterTargetArn)).toMatch(/^Undelivered/);
  });

  test('the webhook function listens to the chat topic, and what publishes events to that of alerts', () => {
    const lambdas = subscriptions(full).filter((s) => s.Protocol === 'lambda');
    const name = (reference: unknown) => idOf(reference).replace(/[A-F0-9]{8}$/, '');
    expect(lambdas.map((s) => `${name(s.TopicArn)} ${name(s.Endpoint)}`).toSorted()).toEqual([
      'AlertsChatAlerts WebhookFunction',
      'AlertsDriftAlerts ImportFunction',
      'AlertsDriftAlerts WebhookFunction',
    ]);
    // With an on-call service alone, the function has nothing to do with chats.
    const onCall = stack({
      alerts: { slack: { workspace: 'T0123ABCD', channel: 'C0456EFGH' }, pagerDutySecret: fullPlan.alerts.pagerDutySecret ?? '' },
    });
    expect(subscriptions(onCall).map((s) => `${name(s.TopicArn)} ${name(s.Endpoint)}`)).toEqual(['AlertsDriftAlerts WebhookFunction']);
  });

  test('no account but the own may subscribe, unless the plan names it: to the topic, and to events by rules of its own', () => {
    const parts = (of: Stack) => {
      const topics = of.of('AWS::SNS::TopicPolicy').flatMap((p) => p.Properties.PolicyDocument.Statement);
      const buses = of.of('AWS::Events::EventBusPolicy').map((p) => p.Properties.Statement);
      return [...topics, ...buses].filter((s) => s.Sid === 'Subscribers');
    };
    expect(parts(least)).toEqual([]);
    expect(parts(stack({ alerts: { events: true } }))).toEqual([]);
    const root = { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::555566667777:root']] };
    const [topic, bus, ...more] = parts(full);
    expect(more).toEqual([]);
    expect(topic).toEqual({
      Sid: 'Subscribers',
      Effect: 'Allow',
      Principal: { AWS: root },
      Action: ['sns:GetTopicAttributes', 'sns:Subscribe'],
      Resource: { Ref: full.one('AWS::SNS::Topic', 'AlertsDriftAlerts').id },
    });
    expect(bus).toMatchObject({
      Principal: { AWS: [root] },
      Condition: { StringEqualsIfExists: { 'events:creatorAccount': '${aws:PrincipalAccount}' } },
    });
    expect(bus.Action).not.toContain('events:PutEvents');
    expect(JSON.stringify(bus.Resource)).toContain('":rule/",{"Ref":"PublishedBus');

    const condition = { StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } };
    expect(
      parts(stack({ alerts: { events: true, subscribers: 'organization' }, deployment: { organization: 'o-a1b2c3d4e5' } })),
    ).toMatchObject([
      { Principal: { AWS: '*' }, Condition: condition },
      { Principal: { AWS: '*' }, Condition: condition },
    ]);
  });

  test('the bus of events is apart from that of requests, and only where the plan wants it', () => {
    const names = (of: Stack) => of.of('AWS::Events::EventBus').map((b) => b.Properties.Name);
    expect(names(least)).toEqual(['hyperpod-auditor']);
    expect(names(full)).toEqual(['HyperPodAuditor-published', 'hyperpod-auditor']);
  });

  test('the Slack channel listens to chat and operations, and may do nothing', () => {
    const { SlackWorkspaceId, SlackChannelId, SnsTopicArns, GuardrailPolicies, IamRoleArn } = full.one(
      'AWS::Chatbot::SlackChannelConfiguration',
    ).Properties;
    expect([SlackWorkspaceId, SlackChannelId]).toEqual(['T0123ABCD', 'C0456EFGH']);
    expect(SnsTopicArns.map((arn: unknown) => idOf(arn).replace(/[A-F0-9]{8}$/, ''))).toEqual(['AlertsChatAlerts', 'OperationsTopic']);
    expect(JSON.stringify(GuardrailPolicies)).toContain(':iam::aws:policy/AWSDenyAll');
    expect(full.resources[idOf(IamRoleArn)]?.Properties.Policies).toBeUndefined();
  });

  test('so does the Teams channel, with a role of its own, by the id that the API takes', () => {
    const { TeamsTenantId, TeamId, TeamsChannelId, SnsTopicArns, GuardrailPolicies, IamRoleArn, ConfigurationName } = full.one(
      'AWS::Chatbot::MicrosoftTeamsChannelConfiguration',
    ).Properties;
    const slack = full.one('AWS::Chatbot::SlackChannelConfiguration').Properties;
    expect([TeamsTenantId, TeamId, TeamsChannelId]).toEqual([
      fullPlan.alerts.teams?.tenant,
      fullPlan.alerts.teams?.team,
      '19%3ab6ef35dc342d56ba5654e6fc6d25a071%40thread.tacv2',
    ]);
    expect([SnsTopicArns, GuardrailPolicies]).toEqual([slack.SnsTopicArns, slack.GuardrailPolicies]);
    expect(ConfigurationName).not.toBe(slack.ConfigurationName);
    expect(idOf(IamRoleArn)).not.toBe(idOf(slack.IamRoleArn));
    expect(full.resources[idOf(IamRoleArn)]?.Properties).toMatchObject({
      AssumeRolePolicyDocument: { Statement: [{ Action: 'sts:AssumeRole', Principal: { Service: 'chatbot.amazonaws.com' } }] },
    });
    expect(full.resources[idOf(IamRoleArn)]?.Properties.Policies).toBeUndefined();
  });

  test('an id of a Teams channel that is encoded already stays as it is', () => {
    const channel = '19%3Ab6ef35dc342d56ba5654e6fc6d25a071%40thread.tacv2';
    const { tenant = '', team = '' } = fullPlan.alerts.teams ?? {};
    const made = stack({ alerts: { teams: { tenant, team, channel } } });
    expect(made.one('AWS::Chatbot::MicrosoftTeamsChannelConfiguration').Properties.TeamsChannelId).toBe(channel);
    expect(made.of('AWS::Chatbot::SlackChannelConfiguration')).toEqual([]);
  });

  test('without Slack, Teams and webhook there is no chat topic; with one of them there is', () => {
    const topics = (of: Stack) => of.of('AWS::SNS::Topic').filter((t) => t.id.startsWith('AlertsChat')).length;
    expect(topics(least)).toBe(0);
    expect(topics(stack({ alerts: { slack: { workspace: 'T0123ABCD', channel: 'C0456EFGH' } } }))).toBe(1);
    expect(topics(stack({ alerts: fullPlan.alerts.teams ? { teams: fullPlan.alerts.teams } : {} }))).toBe(1);
    expect(topics(stack({ alerts: { webhookSecret: 'arn:aws:secretsmanager:us-west-2:111122223333:secret:h-AbCdEf' } }))).toBe(1);
  });
});

describe('the key of the plan', () => {
  const { kmsKey: planKey, ...deployment } = fullPlan.deployment ?? {};
  const without = stack({ ...fullPlan, deployment });
  /** Where a resource names the key that encrypts it; types that are not here take none, or have no data of the auditor at rest. */
  const named: { readonly [type: string]: (properties: Resource['Properties']) => unknown } = {
    'AWS::DynamoDB::Table': (p) => p.SSESpecification?.KMSMasterKeyId,
    'AWS::SNS::Topic': (p) => p.KmsMasterKeyId,
    'AWS::SQS::Queue': (p) => p.KmsMasterKeyId,
    'AWS::Logs::LogGroup': (p) => p.KmsKeyId,
    'AWS::Lambda::Function': (p) => p.KmsKeyArn,
  };
  // Events, schedules and filters name resources and hold no findings but on their way; AWS encrypts them with keys of its own.
  const notNamed = ['AWS::Events::EventBus', 'AWS::Scheduler::Schedule', 'AWS::Lambda::EventSourceMapping'];
  const all = (of: Stack) => Object.entries(named).flatMap(([type, key]) => of.of(type).map((r) => [r.id, key(r.Properties)] as const));

  test('encrypts table, topics, queues, logs and environments', () => {
    expect(all(full).filter(([, key]) => key !== planKey)).toEqual([]);
    for (const type of Object.keys(named)) expect(full.of(type).length, type).toBeGreaterThan(0);
    for (const type of notNamed) expect(full.of(type).filter((r) => /Kms/i.test(JSON.stringify(r.Properties)))).toEqual([]);
  });

  test('without it SQS encrypts queues and SNS topics of alerts; the topic of alarms is not, because CloudWatch could not publish to it', () => {
    const own = all(without).filter(([, key]) => key !== undefined);
    expect(own.map(([id]) => id.replace(/[A-F0-9]{8}$/, '')).toSorted()).toEqual(['AlertsChatAlerts', 'AlertsDriftAlerts']);
    for (const [, key] of own) expect(JSON.stringify(key)).toContain('alias/aws/sns');
    for (const queue of without.of('AWS::SQS::Queue')) expect(queue.Properties).toMatchObject({ SqsManagedSseEnabled: true });
    const statements = without.of('AWS::IAM::Role').flatMap((r) => (r.Properties.Policies ?? []) as readonly object[]);
    expect(JSON.stringify(statements)).not.toContain('kms:Decrypt');
  });

  test('changes nothing of a stack but what it encrypts and who may use it', () => {
    const rest = (of: Stack) =>
      Object.entries(of.resources).map(([id, { Type, Properties }]) => {
        const { SSESpecification, KmsMasterKeyId, KmsKeyId, KmsKeyArn, SqsManagedSseEnabled, Policies, ...others } = Properties;
        return [id, Type, others];
      });
    expect(rest(full)).toEqual(rest(without));
  });

  test('a service may use it only for what its policy names by the name of the stack', () => {
    // Resources that name themselves would not begin with it.
    for (const type of ['AWS::SNS::Topic', 'AWS::SQS::Queue', 'AWS::Logs::LogGroup'])
      for (const { Properties } of full.of(type))
        expect([Properties.TopicName, Properties.QueueName, Properties.LogGroupName]).toEqual([undefined, undefined, undefined]);
  });

  test('Scheduler may put its dead letters into a queue under it', () => {
    const role = full.one('AWS::IAM::Role', 'TriggersSchedulerRole');
    const statements = role.Properties.Policies.flatMap((p: { PolicyDocument: { Statement: object[] } }) => p.PolicyDocument.Statement);
    expect(statements).toContainEqual({
      Effect: 'Allow',
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Resource: planKey,
      Condition: { StringEquals: { 'kms:ViaService': 'sqs.us-west-2.amazonaws.com' } },
    });
  });
});

describe('who may reach it', () => {
  test.each(['AWS::SNS::Topic', 'AWS::SQS::Queue'] as const)('every %s refuses what does not come by TLS', (type) => {
    const policies = full.of(type === 'AWS::SNS::Topic' ? 'AWS::SNS::TopicPolicy' : 'AWS::SQS::QueuePolicy');
    const refusing = policies
      .filter((p) =>
        p.Properties.PolicyDocument.Statement.some(
          (s: { Effect: string; Condition?: object }) =>
            s.Effect === 'Deny' && JSON.stringify(s.Condition) === '{"Bool":{"aws:SecureTransport":"false"}}',
        ),
      )
      .flatMap((p) => (p.Properties.Topics ?? p.Properties.Queues).map(idOf));
    expect(refusing.toSorted()).toEqual(
      full
        .of(type)
        .map((r) => r.id)
        .toSorted(),
    );
    expect(refusing.length).toBeGreaterThan(2);
  });

  test('other accounts may ask the endpoint where the plan names them, through the URL alone', () => {
    const permissions = (of: Stack) =>
      of
        .of('AWS::Lambda::Permission')
        .map((r) => r.Properties)
        .filter((p) => /^\d+$/.test(p.Principal));
    expect(permissions(full)).toEqual([]);
    const open = stack({ deployment: { queryAccounts: ['444455556666'] } });
    const FunctionName = { 'Fn::GetAtt': [functionOf(open, 'query').id, 'Arn'] };
    expect(permissions(open)).toEqual([
      { Principal: '444455556666', FunctionName, Action: 'lambda:InvokeFunctionUrl', FunctionUrlAuthType: 'AWS_IAM' },
      { Principal: '444455556666', FunctionName, Action: 'lambda:InvokeFunction', InvokedViaFunctionUrl: true },
    ]);
  });

  test('concurrency is reserved where the plan says so: a new account cannot reserve any', () => {
    const reserved = (deployment?: Plan['deployment']) => {
      const of = stack({ ...fullPlan, ...(deployment && { deployment }) });
      return functionNames.flatMap((name) => {
        const { ReservedConcurrentExecutions: most } = functionOf(of, name).Properties;
        return most === undefined ? [] : [[name, most]];
      });
    };
    expect(reserved()).toEqual([]);
    expect(reserved({ reserveConcurrency: true })).toEqual([
      ['dispatch', 5],
      ['notify', 10],
      ['import', 5],
      ['query', 10],
    ]);
  });

  test('functions are called by this stack alone, each by the one who is meant to', () => {
    const allowed = full.of('AWS::Lambda::Permission').map((p) => p.Properties);
    expect(new Set(allowed.map((p) => p.Principal))).toEqual(new Set(['sns.amazonaws.com']));
    for (const p of allowed) expect(idOf(p.SourceArn)).not.toBe('');
    // The one address there is answers only who signs, and grants access to no one by itself.
    const [door, ...others] = full.of('AWS::Lambda::Url');
    expect(others).toEqual([]);
    expect(door?.Properties).toEqual({ AuthType: 'AWS_IAM', TargetFunctionArn: { 'Fn::GetAtt': [functionOf(full, 'query').id, 'Arn'] } });
    expect(allowed.filter((p) => JSON.stringify(p.FunctionName).includes(functionOf(full, 'query').id))).toEqual([]);
    expect(full.of('AWS::ApiGateway::RestApi')).toEqual([]);
  });

  test('members may put events on the bus: the accounts of the plan, or those of its organization; without members no one', () => {
    const policy = (of: Stack) =>
      of
        .of('AWS::Events::EventBusPolicy')
        .filter((p) => p.id.startsWith('Requests'))
        .map((p) => p.Properties.Statement);
    expect(policy(least)).toEqual([]);
    expect(JSON.stringify(policy(full)[0].Principal)).toContain(':iam::444455556666:root');
    expect(policy(stack({ accounts: 'organization' }))).toEqual([]);
    expect(policy(stack({ accounts: 'organization', deployment: { organization: 'o-a1b2c3d4e5' } }))).toMatchObject([
      { Action: 'events:PutEvents', Principal: { AWS: '*' }, Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } } },
    ]);
  });

  test('an organization whose id the plan does not give is warned about: none of its changes could arrive', () => {
    const warnings = (plan: Parameters<typeof appOf>[0]) =>
      appOf(plan)
        .synth()
        .getStackByName(stackNames.audit)
        .messages.map((m) => String(m.entry.data))
        .filter((text) => text.includes('deployment.organization'));
    expect(warnings({ accounts: 'organization' })).toHaveLength(1);
    expect(warnings({ accounts: 'organization', deployment: { organization: 'o-a1b2c3d4e5' } })).toEqual([]);
    expect(warnings({})).toEqual([]);
  });

  test('dead letters are taken from those who send them and no one else', () => {
    const senders = (id: string) =>
      full
        .of('AWS::SQS::QueuePolicy')
        .filter((p) => p.Properties.Queues.map(idOf).some((q: string) => q.startsWith(id)))
        .flatMap((p) => p.Properties.PolicyDocument.Statement)
        .filter((s: { Effect: string }) => s.Effect === 'Allow');
    const services = (id: string) => [...new Set(senders(id).map((s) => s.Principal.Service))].toSorted();
    expect([services('Undelivered'), services('FailedCommits'), services('RequestsDead'), services('RequestsQueue')]).toEqual([
      ['events.amazonaws.com', 'sns.amazonaws.com'],
      [],
      [],
      [],
    ]);
    for (const s of senders('Undelivered')) {
      expect(s.Action).toContain('sqs:SendMessage');
      expect(JSON.stringify(s.Condition)).toContain('aws:SourceArn');
    }
  });

  test('roles of services that act for many accounts are used for this account alone', () => {
    for (const service of ['scheduler.amazonaws.com']) {
      const trusts = full.of('AWS::IAM::Role').flatMap((r) => r.Properties.AssumeRolePolicyDocument.Statement);
      expect(trusts.filter((t: { Principal: { Service: string } }) => t.Principal.Service === service)).toMatchObject([
        { Condition: { StringEquals: { 'aws:SourceAccount': home.account } } },
      ]);
    }
  });

  test('every role has the boundary of the plan', () => {
    const bounds = full.of('AWS::IAM::Role').map((r) => r.Properties.PermissionsBoundary);
    expect(new Set(bounds)).toEqual(new Set([fullPlan.deployment?.permissionsBoundary]));
    expect(least.of('AWS::IAM::Role').filter((r) => r.Properties.PermissionsBoundary !== undefined)).toEqual([]);
  });

  test('roles have inline policies only, and nothing adds to them behind their back', () => {
    expect([...full.of('AWS::IAM::Policy'), ...full.of('AWS::IAM::ManagedPolicy')]).toEqual([]);
    expect(full.of('AWS::IAM::Role').filter((r) => r.Properties.ManagedPolicyArns !== undefined)).toEqual([]);
  });
});

interface Widget {
  readonly properties: {
    readonly title?: string;
    readonly query?: string;
    readonly metrics: readonly (readonly (string | { readonly expression?: string; readonly id?: string })[])[];
  };
}

/** The dashboard's body, with a word for everything that the template refers to. */
function dashboard(): { readonly widgets: readonly Widget[] } {
  const { 'Fn::Join': joined } = full.one('AWS::CloudWatch::Dashboard').Properties.DashboardBody;
  return JSON.parse(joined[1].map((part: unknown) => (typeof part === 'string' ? part : 'reference')).join(''));
}

describe('the auditor about itself', () => {
  const alarms = (of: Stack) => of.of('AWS::CloudWatch::Alarm').map((a) => a.Properties);
  const by = (of: Stack, metric: string) => alarms(of).filter((a) => a.MetricName === metric);

  test('every alarm tells the operations topic when it begins and when it ends', () => {
    for (const a of alarms(full)) {
      expect(a.AlarmActions.map(idOf)).toEqual([expect.stringMatching(/^OperationsTopic/)]);
      if (a.MetricName !== 'CoverageLost') expect(a.OKActions).toEqual(a.AlarmActions);
      expect(a.AlarmDescription).toMatch(/\.$/);
    }
  });

  test('and can: CloudWatch may publish there', () => {
    const { Statement } = full.one('AWS::SNS::TopicPolicy', 'OperationsTopic').Properties.PolicyDocument;
    expect(Statement).toContainEqual(
      expect.objectContaining({
        Effect: 'Allow',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Action: 'sns:Publish',
        Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
      }),
    );
  });

  test('from the first dead letter on, in each of the queues that hold them', () => {
    const watched = by(full, 'ApproximateNumberOfMessagesVisible');
    expect(watched.map((a) => idOf(a.Dimensions[0].Value).replace(/[A-F0-9]{8}$/, '')).toSorted()).toEqual([
      'FailedCommits',
      'RequestsDead',
      'Undelivered',
      'Unimported',
    ]);
    for (const a of watched) expect(a).toMatchObject({ Threshold: 0, ComparisonOperator: 'GreaterThanThreshold', EvaluationPeriods: 1 });
  });

  test('a dead letter stays alarming when SQS, six hours later, stops counting a queue that no one touches', () => {
    for (const a of by(full, 'ApproximateNumberOfMessagesVisible')) expect(a.TreatMissingData).toBe('ignore');
  });

  test('metrics of sweeps are checked in stretches that hold at least two, or the alarm would come and go', () => {
    for (const metric of ['PendingSeconds', 'RoutesBroken'])
      expect(by(full, metric)).toMatchObject([{ Period: 900, EvaluationPeriods: 1 }]);
  });

  test('errors and throttles of every function', () => {
    for (const metric of ['Errors', 'Throttles'])
      expect(
        by(full, metric)
          .map((a) => idOf(a.Dimensions[0].Value).replace(/Function.*/, ''))
          .toSorted(),
      ).toEqual(['Audit', 'Digest', 'Dispatch', 'Import', 'Notify', 'Query', 'Webhook']);
  });

  test('each is in the table of what to do', () => {
    const readme = readFileSync(new URL('../../infra/README.md', import.meta.url), 'utf8');
    const named = new Set([...readme.matchAll(/^\| ([A-Za-z*, ]+) \| /gm)].flatMap(([, names = '']) => names.split(', ')));
    const functions = new RegExp(`^(${functionNames.join('|')})(?=Errors|Throttles)`);
    const ids = full
      .of('AWS::CloudWatch::Alarm')
      .map((a) => a.id.replace(/^Operations|[0-9A-F]{8}$/g, '').replace(functions, '*function*'));
    expect(ids.length).toBeGreaterThan(20);
    expect(ids.filter((id) => !named.has(id))).toEqual([]);
  });

  test('there are as many for any number of regions and any schedule', () => {
    const ids = (of: Stack) => of.of('AWS::CloudWatch::Alarm').map((a) => a.id);
    expect(ids(stack({ regions: 'supported', schedule: 'cron(0 6 1 * ? *)' }))).toEqual(ids(least));
  });

  test('audits that stop, in any hour; the hour before counts too, or the alarm would end with each hour', () => {
    expect(by(full, 'RegionsLate')).toMatchObject([
      { Statistic: 'Sum', Period: 3600, EvaluationPeriods: 2, DatapointsToAlarm: 1, Threshold: 0, TreatMissingData: 'notBreaching' },
    ]);
  });

  test('required checks that are no longer evaluated; the end of the alarm does not say that they are again', () => {
    const [lost] = by(full, 'CoverageLost');
    expect(lost).toMatchObject({ Statistic: 'Sum', Period: 3600, EvaluationPeriods: 1, Threshold: 0, TreatMissingData: 'notBreaching' });
    expect(lost?.OKActions).toBeUndefined();
  });

  test('alerts older than 15 minutes, a stream that lags, broken routes, notifications that fail', () => {
    expect(by(full, 'PendingSeconds')).toMatchObject([{ Threshold: 900, ComparisonOperator: 'GreaterThanThreshold' }]);
    expect(by(full, 'IteratorAge')).toMatchObject([{ Threshold: 1_800_000 }]);
    expect(by(full, 'RoutesBroken')).toMatchObject([{ Threshold: 0 }]);
    expect(by(full, 'NumberOfNotificationsFailed').length).toBe(3);
  });

  test('an hour without a sweep, as far as the queue of audits has data', () => {
    const [noSweeps] = alarms(full).filter((a) => a.Metrics);
    expect(noSweeps).toMatchObject({ EvaluationPeriods: 4, TreatMissingData: 'notBreaching', Threshold: 0 });
    expect(noSweeps?.Metrics).toMatchObject([
      { Expression: 'FILL(sweeps, 0) * 1000 < queue' },
      { Id: 'sweeps', ReturnData: false, MetricStat: { Metric: { MetricName: 'PendingSeconds' }, Period: 900, Stat: 'SampleCount' } },
      {
        Id: 'queue',
        ReturnData: false,
        MetricStat: { Metric: { MetricName: 'ApproximateNumberOfMessagesVisible' }, Period: 900, Stat: 'SampleCount' },
      },
    ]);
    expect(idOf(noSweeps?.Metrics[2].MetricStat.Metric.Dimensions[0].Value)).toMatch(/^RequestsQueue/);
  });

  test('none rings because it has no data yet', () => {
    for (const a of [...alarms(full), ...alarms(least)])
      expect(['notBreaching', 'ignore'], a.AlarmDescription).toContain(a.TreatMissingData);
  });

  test('look at metrics that the functions really write, without a dimension', () => {
    const line = JSON.parse(metricLine(Object.fromEntries(metricNames.map((n) => [n, 1])), { at: new Date(0) }));
    const [{ Dimensions, Metrics }] = line._aws.CloudWatchMetrics;
    expect(Dimensions).toEqual([[]]);
    const watched = [...alarms(full), ...alarms(least)].flatMap((a) => [
      { name: a.MetricName, namespace: a.Namespace, dimensions: a.Dimensions },
      ...(a.Metrics ?? []).map((m: { readonly MetricStat?: { readonly Metric: Record<string, unknown> } }) => ({
        name: m.MetricStat?.Metric.MetricName,
        namespace: m.MetricStat?.Metric.Namespace,
        dimensions: m.MetricStat?.Metric.Dimensions,
      })),
    ]);
    const own = watched.filter((w) => w.namespace === namespaceOf(stackNames.audit));
    // Each costs by the month, so none is written that no alarm looks at.
    expect(new Set(own.map((w) => w.name))).toEqual(new Set(Metrics.map((m: { readonly Name: string }) => m.Name)));
    for (const { dimensions } of own) expect(dimensions).toBeUndefined();
  });

  test('a dashboard asks the log of audits for readiness, headroom, coverage, durations and calls of all regions', () => {
    const asked = dashboard().widgets.flatMap((w) => (w.properties.query === undefined ? [] : [w.properties.query]));
    expect(asked).toHaveLength(3);
    // Each field stands in the line of an audit: test/functions/audit.test.ts.
    for (const field of ['blocked', 'unknown', 'atRisk', 'ready', 'unevaluated', 'quotaHeadroom', 'addressHeadroom'])
      expect(asked.join()).toContain(`latest(${field})`);
    for (const field of ['durationMs', 'calls', 'account, region']) expect(asked.join()).toContain(field);
    const body = JSON.stringify(full.one('AWS::CloudWatch::Dashboard').Properties.DashboardBody);
    expect(body).toContain(full.one('AWS::Logs::LogGroup', 'AuditLogs').id);
    for (const metric of metricNames) expect(body).toContain(metric);
  });

  test('a plan can leave the dashboard out', () => {
    const without = stack({ deployment: { dashboard: false } });
    expect(without.of('AWS::CloudWatch::Dashboard')).toEqual([]);
    expect(Object.keys(without.template.toJSON().Outputs)).not.toContain('DashboardOutput');
  });

  test('and what it costs: time and calls of every function, reads and writes of the table and every index', () => {
    const { widgets } = dashboard();
    const cost = widgets.find((w) => String(w.properties.title).startsWith('Estimated dollars')) ?? expect.fail('no widget of cost');
    expect(cost.properties.title).toMatch(/list prices of us-east-1, \d{4}-\d\d\)$/);
    const expressions = cost.properties.metrics.flatMap(([m]) => (typeof m === 'object' && m.expression ? [m.expression] : []));
    const ids = cost.properties.metrics.flatMap((m) => m.flatMap((part) => (typeof part === 'object' && part.id ? [part.id] : [])));
    const used = expressions.join().match(/(?<=FILL\()\w+/g) ?? [];
    expect(used.toSorted()).toEqual(
      [
        ...functionNames.flatMap((name) => [`${name}Calls`, `${name}Time`]),
        ...['table', ...tableDefinition.GlobalSecondaryIndexes.map((i) => i.IndexName)].flatMap((of) => [`read${of}`, `write${of}`]),
      ].toSorted(),
    );
    expect(new Set(used).isSubsetOf(new Set(ids))).toBe(true);
    // One audit of a minute an hour, and nothing else: 0.75 GB for 60 s, 730 times, and as many calls.
    const values: Record<string, number> = { auditTime: 60_000, auditCalls: 1, writetable: 1000, readpending: 8000 };
    const at = (expression: string) =>
      Function(`return ${expression.replaceAll(/FILL\((\w+),0\)/g, (_, id) => String(values[id] ?? 0))}`)() as number;
    const [functions = '', table = ''] = expressions;
    expect(at(functions)).toBeCloseTo(730 * (0.75 * 60 * 13.3334e-6 + 0.2e-6), 8);
    expect(at(table)).toBeCloseTo(730 * (1000 * 0.625e-6 + 8000 * 0.125e-6), 8);
  });
});

describe('as a whole', () => {
  test('every stack, and every resource that takes tags in a template, has the tags of the auditor and those of the plan', () => {
    const tags = { application: 'hyperpod-auditor', 'cost-center': 'ml' };
    const app = appOf(fullPlan);
    const { stacks } = app.synth();
    expect(stacks.map((s) => s.tags)).toEqual(stacks.map(() => tags));
    for (const child of app.node.findAll()) {
      if (!TagManager.isTaggable(child) && !TagManager.isTaggableV2(child)) continue;
      if (CdkStack.isStack(child)) continue;
      const manager = TagManager.of(child);
      expect(manager?.tagValues(), child.node.path).toMatchObject(tags);
    }
    for (const type of [
      'AWS::Lambda::Function',
      'AWS::DynamoDB::Table',
      'AWS::SQS::Queue',
      'AWS::SNS::Topic',
      'AWS::IAM::Role',
      'AWS::Logs::LogGroup',
    ])
      for (const r of full.of(type))
        for (const [Key, Value] of Object.entries(tags)) expect(r.Properties.Tags).toContainEqual({ Key, Value });
  });

  test('the same plan gives the same template', () => {
    expect(stack(fullPlan).template.toJSON()).toEqual(full.template.toJSON());
  });

  test('tells where its parts are', () => {
    const { Outputs } = full.template.toJSON();
    expect(Object.keys(Outputs).toSorted()).toEqual(
      [
        ...['AuditFunction', 'DigestFunction', 'DispatchFunction', 'ImportFunction', 'NotifyFunction', 'QueryFunction', 'WebhookFunction'],
        ...['AuditQueue', 'ChatAlerts', 'Dashboard', 'DriftAlerts', 'EventBus', 'FindingsTable', 'Operations', 'PublishedBus', 'QueryUrl'],
      ]
        .map((name) => `${name}Output`)
        .toSorted(),
    );
  });

  test('has no address for questions where Lambda has no function URLs', () => {
    const far = stack({}, { home: { ...home, region: 'eu-south-2' } });
    expect(far.of('AWS::Lambda::Url')).toEqual([]);
    expect(far.template.toJSON().Outputs.QueryUrlOutput).toBeUndefined();
    expect(far.template.toJSON().Outputs.QueryFunctionOutput).toBeDefined();
  });

  test('roles of functions are taken on by Lambda alone', () => {
    for (const name of functionNames)
      expect(roleOf(full, name).Properties.AssumeRolePolicyDocument.Statement).toEqual([
        { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' } },
      ]);
  });
});
