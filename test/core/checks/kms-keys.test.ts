import { expect } from 'vitest';
import check from '../../../shared/core/checks/kms-keys.ts';
import { account, denied, facts, groupRequest, ids, ok, region, running, withRunning } from '../healthy.ts';
import { planOf, planOfGroups } from '../plans.ts';
import { table } from '../table.ts';

const key = `arn:aws:kms:${region}:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
const volumes = (...keys: readonly string[]) => ({
  InstanceStorageConfigs: keys.map((VolumeKmsKeyId) => ({ EbsVolumeConfig: { VolumeSizeInGB: 500, VolumeKmsKeyId } })),
});
const encrypted = (...keys: readonly string[]) => planOfGroups(volumes(...keys));
const healthy = facts().roles[ids.role];
if (!healthy?.ok || healthy.value === null) throw new Error('the healthy role is missing');
const role = healthy.value;
const allow = { Effect: 'Allow', Action: ['kms:CreateGrant', 'kms:DescribeKey'], Resource: '*' };
const having = (...Statement: readonly object[]) => ({
  roles: {
    [ids.role]: ok({
      ...role,
      policies: [...role.policies, { name: 'kms', document: JSON.stringify({ Version: '2012-10-17', Statement }) }],
    }),
  },
});
const pass = { status: 'pass', level: 'required', group: 'workers', resource: key } as const;
const fails = (resource: string) => [{ status: 'fail', level: 'required', group: 'workers', resource }] as const;
const softer = [{ status: 'fail', level: 'recommended', resource: key }] as const;
/** The condition of AWS's policy. */
const viaSageMaker = {
  StringLike: { 'kms:ViaService': 'sagemaker.*.amazonaws.com' },
  Bool: { 'kms:GrantIsForAWSResource': 'true' },
  'ForAllValues:StringEquals': {
    'kms:GrantOperations': [
      'CreateGrant',
      'Decrypt',
      'DescribeKey',
      'GenerateDataKeyWithoutPlaintext',
      'ReEncryptTo',
      'ReEncryptFrom',
      'RetireGrant',
    ],
  },
};

table(check, [
  { name: 'does not apply without a key', findings: [] },
  { name: 'takes an empty key for none', plan: encrypted(''), findings: [] },
  {
    name: 'does not apply to a cluster that only runs',
    plan: { ...encrypted(key), clusters: [] },
    facts: withRunning(running()),
    findings: [],
  },
  { name: "passes with AWS's policy", plan: encrypted(key), facts: having(allow), findings: [pass] },
  { name: "passes with AWS's conditions", plan: encrypted(key), facts: having({ ...allow, Condition: viaSageMaker }), findings: [pass] },
  { name: 'reports a key of two volumes once', plan: encrypted(key, key), facts: having(allow), findings: [pass] },
  ...['1234abcd-12ab-34cd-56ef-1234567890ab', 'key/1234abcd-12ab-34cd-56ef-1234567890ab'].map((id) => ({
    name: `finds the ARN of ${id}`,
    plan: encrypted(id),
    facts: having({ ...allow, Resource: key }),
    findings: [{ status: 'pass' as const, resource: id }],
  })),
  ...['alias/volumes', `arn:aws:kms:${region}:${account}:alias/volumes`].map((alias) => ({
    name: `refuses ${alias}`,
    plan: encrypted(alias),
    facts: having(allow),
    findings: fails(alias),
    says: ['is an alias'],
  })),
  ...[key.replace(region, 'us-east-1'), key.replace('arn:aws:', 'arn:aws-cn:'), `arn:aws:s3:${region}:${account}:key/a`].map((other) => ({
    name: `refuses ${other}`,
    plan: encrypted(other),
    facts: having(allow),
    findings: fails(other),
    says: ['is not a KMS key of us-west-2'],
  })),
  {
    name: 'is softer with a key of another account, whose policy decides',
    plan: encrypted(key.replace(account, '999999999999')),
    facts: having(allow),
    findings: [{ status: 'fail', level: 'recommended' }],
    says: ['belongs to account 999999999999'],
  },
  {
    name: 'refuses a key in a restricted group',
    plan: planOf({
      InstanceGroups: [groupRequest()],
      RestrictedInstanceGroups: [groupRequest({ InstanceGroupName: 'nova', ...volumes(key) })],
    }),
    facts: having(allow),
    findings: [{ status: 'fail', level: 'required', group: 'nova' }],
    says: ['restricted instance groups take no customer managed key'],
  },
  {
    name: 'is softer where the key policy may allow what the role does not',
    plan: encrypted(key),
    findings: softer,
    says: ['kms:CreateGrant and kms:DescribeKey', 'The key policy'],
  },
  {
    name: 'names the one action that is missing',
    plan: encrypted(key),
    facts: having({ ...allow, Action: 'kms:DescribeKey' }),
    findings: softer,
    says: ['allow kms:CreateGrant on key'],
  },
  {
    name: 'is softer where the role allows another key',
    plan: encrypted(key),
    facts: having({ ...allow, Resource: `${key}0` }),
    findings: softer,
  },
  {
    name: 'is softer where a condition asks for an encryption context',
    plan: encrypted(key),
    facts: having({ ...allow, Condition: { StringEquals: { 'kms:EncryptionContext:project': 'llm' } } }),
    findings: softer,
  },
  {
    name: 'fails where a statement denies it',
    plan: encrypted(key),
    facts: having(allow, { Effect: 'Deny', Action: 'kms:CreateGrant', Resource: '*' }),
    findings: [{ ...fails(key)[0], remediation: expect.objectContaining({ text: expect.stringContaining('that denies it') }) }],
    says: ['may not use key', '(kms:CreateGrant)'],
  },
  { name: 'leaves a missing role to execution-role', plan: encrypted(key), facts: { roles: { [ids.role]: ok(null) } }, findings: [] },
  {
    name: 'does not evaluate a role that could not be read',
    plan: encrypted(key),
    facts: { roles: { [ids.role]: denied('iam:GetRole') } },
    unevaluated: [{ level: 'required', group: 'workers', resource: key, action: 'iam:GetRole' }],
  },
]);
