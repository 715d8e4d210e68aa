import { runSimulation } from '@cloud-copilot/iam-simulate';
import { expect, test } from 'vitest';
import { keyPolicy } from '../../../shared/aws/policies/key-policy.ts';
import type { Plan } from '../../../shared/core/plan/plan.ts';

const account = '111122223333';
const kmsKey = `arn:aws:kms:us-west-2:${account}:key/1234abcd`;
const principal = `arn:aws:iam::${account}:role/auditor`;
const own = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'kms:*', Resource: '*' }] };

interface Asked {
  readonly by: string;
  readonly action: string;
  readonly context: { readonly [key: string]: string };
}

/** Whether a role whose own policies allow everything, or a service, may use a key with this policy. */
async function simulated({ by, action, context }: Asked, plan: Parameters<typeof keyPolicy>[0]): Promise<string | undefined> {
  // The simulator reads no key with colons of an encryption context; it compares this one in the same way.
  const known = (part: unknown) => JSON.parse(JSON.stringify(part).replaceAll(/kms:EncryptionContext:aws:\w+:\w+/g, 'aws:SourceArn'));
  const resourcePolicy = known(keyPolicy(plan));
  const result = await runSimulation(
    {
      request: { principal: by, action, resource: { resource: kmsKey, accountId: account }, contextVariables: known(context) },
      identityPolicies: by === principal ? [{ name: 'own', policy: own }] : [],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      resourcePolicy,
    },
    {},
  );
  return result.resultType === 'error' ? JSON.stringify(result.errors) : result.overallResult;
}

const decided = (action: string, service: string | undefined, alerts: Plan['alerts'] = {}) =>
  simulated(
    {
      by: principal,
      action,
      context: {
        'kms:CallerAccount': account,
        'kms:GrantIsForAWSResource': 'true',
        ...(service !== undefined && { 'kms:ViaService': `${service}.us-west-2.amazonaws.com` }),
      },
    },
    { deployment: { kmsKey }, alerts },
  );

test.each([
  ['kms:Decrypt', 'dynamodb', 'Allowed'],
  ['kms:GenerateDataKey', 'sns', 'Allowed'],
  ['kms:CreateGrant', 'dynamodb', 'Allowed'],
  ['kms:CreateGrant', 'lambda', 'Allowed'],
  ['kms:CreateGrant', 'sns', 'ImplicitlyDenied'],
  ['kms:GenerateDataKey', 'sqs', 'Allowed'],
  ['kms:Decrypt', 's3', 'ImplicitlyDenied'],
  ['kms:Decrypt', undefined, 'ImplicitlyDenied'],
  ['kms:ScheduleKeyDeletion', 'dynamodb', 'ImplicitlyDenied'],
  ['kms:Decrypt', 'secretsmanager', 'ImplicitlyDenied'],
] as const)('%s through %s: %s', async (action, service, expected) => {
  expect(await decided(action, service)).toBe(expected);
});

test.each(['webhookSecret', 'pagerDutySecret', 'jiraSecret'] as const)('through Secrets Manager where the plan has a %s', async (name) => {
  expect(await decided('kms:Decrypt', 'secretsmanager', { [name]: 'arn:aws:secretsmanager:us-west-2:111122223333:secret:x' })).toBe(
    'Allowed',
  );
});

const arn = (service: string, name: string) => `arn:aws:${service}:us-west-2:${account}:${name}`;
const [logs, alarms, rules, topics] = ['logs.us-west-2', 'cloudwatch', 'events', 'sns'].map((name) => `${name}.amazonaws.com`);
const [logArn, topicArn, queueArn] = ['logs:arn', 'sns:topicArn', 'sqs:arn'].map((name) => `kms:EncryptionContext:aws:${name}`);

// With what each service names to KMS: the log group, the topic or the queue whose data it encrypts.
test.each([
  [logs, 'kms:Encrypt', logArn, arn('logs', 'log-group:HyperPodAuditor-AuditLogs1-x'), 'Allowed'],
  [logs, 'kms:GenerateDataKeyWithoutPlaintext', logArn, arn('logs', 'log-group:HyperPodAuditor-AuditLogs1-x'), 'Allowed'],
  [logs, 'kms:Encrypt', logArn, arn('logs', 'log-group:Other-AuditLogs1-x'), 'ImplicitlyDenied'],
  [alarms, 'kms:GenerateDataKey', topicArn, arn('sns', 'HyperPodAuditor-OperationsTopic1-x'), 'Allowed'],
  [alarms, 'kms:GenerateDataKey', topicArn, arn('sns', 'Other'), 'ImplicitlyDenied'],
  [alarms, 'kms:GenerateDataKey', queueArn, arn('sqs', 'HyperPodAuditor-Undelivered1-x'), 'ImplicitlyDenied'],
  [rules, 'kms:GenerateDataKey', queueArn, arn('sqs', 'HyperPodAuditor-Undelivered1-x'), 'Allowed'],
  [topics, 'kms:Decrypt', queueArn, arn('sqs', 'HyperPodAuditor-Undelivered1-x'), 'Allowed'],
  [topics, 'kms:Decrypt', queueArn, arn('sqs', 'Other'), 'ImplicitlyDenied'],
  [topics, 'kms:CreateGrant', queueArn, arn('sqs', 'HyperPodAuditor-Undelivered1-x'), 'ImplicitlyDenied'],
  ['s3.amazonaws.com', 'kms:Decrypt', queueArn, arn('sqs', 'HyperPodAuditor-Undelivered1-x'), 'ImplicitlyDenied'],
] as const)('the service %s, %s with %s = %s: %s', async (by = '', action, key = '', value, expected) => {
  expect(await simulated({ by, action, context: { [key]: value } }, { deployment: { kmsKey }, alerts: {} })).toBe(expected);
});

test('names of another deployment are those of that deployment', async () => {
  const plan = { deployment: { kmsKey, name: 'Test' }, alerts: {} };
  const asked = (name: string) =>
    simulated({ by: alarms ?? '', action: 'kms:Decrypt', context: { [topicArn ?? '']: arn('sns', name) } }, plan);
  expect([await asked('Test-OperationsTopic1-x'), await asked('HyperPodAuditor-OperationsTopic1-x')]).toEqual([
    'Allowed',
    'ImplicitlyDenied',
  ]);
});

test('a key of another account is for the account of the auditor', () => {
  const text = JSON.stringify(keyPolicy({ deployment: { kmsKey }, alerts: {} }, '444455556666'));
  expect(text).toContain('arn:aws:iam::444455556666:root');
  expect(text).not.toContain(account);
});

test('without a key there is no policy', () => {
  expect(keyPolicy({ alerts: {} })).toBeUndefined();
});
