import { runSimulation } from '@cloud-copilot/iam-simulate';
import { expect, test } from 'vitest';
import { keyPolicy } from '../../../shared/aws/policies/key-policy.ts';
import type { Plan } from '../../../shared/core/plan/plan.ts';

const account = '111122223333';
const kmsKey = `arn:aws:kms:us-west-2:${account}:key/1234abcd`;
const principal = `arn:aws:iam::${account}:role/auditor`;
const own = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'kms:*', Resource: '*' }] };

/** Whether a role whose own policies allow everything may use a key with this policy. */
async function decided(action: string, service: string | undefined, alerts: Plan['alerts'] = {}): Promise<string | undefined> {
  const resourcePolicy = keyPolicy({ deployment: { kmsKey }, alerts });
  const contextVariables = {
    'kms:CallerAccount': account,
    'kms:GrantIsForAWSResource': 'true',
    ...(service !== undefined && { 'kms:ViaService': `${service}.us-west-2.amazonaws.com` }),
  };
  const result = await runSimulation(
    {
      request: { principal, action, resource: { resource: kmsKey, accountId: account }, contextVariables },
      identityPolicies: [{ name: 'own', policy: own }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      resourcePolicy,
    },
    {},
  );
  return result.resultType === 'error' ? JSON.stringify(result.errors) : result.overallResult;
}

test.each([
  ['kms:Decrypt', 'dynamodb', 'Allowed'],
  ['kms:GenerateDataKey', 'sns', 'Allowed'],
  ['kms:CreateGrant', 'dynamodb', 'Allowed'],
  ['kms:CreateGrant', 'sns', 'ImplicitlyDenied'],
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

test('without a key there is no policy', () => {
  expect(keyPolicy({ alerts: {} })).toBeUndefined();
});
