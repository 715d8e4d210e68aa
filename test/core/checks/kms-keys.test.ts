import { expect } from 'vitest';
import check from '../../../shared/core/checks/kms-keys.ts';
import type { KmsKey, Role } from '../../../shared/core/evaluation/facts.ts';
import { account, broken, denied, facts, groupRequest, ids, ok, region, running, withRunning } from '../healthy.ts';
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

const version = '2012-10-17';
const byAccount = { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: 'kms:*', Resource: '*' };
const byRole = { Effect: 'Allow', Principal: { AWS: ids.role }, Action: ['kms:CreateGrant', 'kms:DescribeKey'], Resource: '*' };
const policyOf = (...Statement: readonly object[]) => JSON.stringify({ Version: version, Statement });
const enabled: KmsKey = {
  state: 'Enabled',
  usage: 'ENCRYPT_DECRYPT',
  spec: 'SYMMETRIC_DEFAULT',
  policy: ok(policyOf(byAccount)),
  grants: ok([]),
};
const keyFacts = (more: Partial<KmsKey> = {}) => ({ kmsKeys: { [key]: ok({ ...enabled, ...more }) } });
const keyPolicy = (...statements: readonly object[]) => keyFacts({ policy: ok(policyOf(...statements)) });

const allow = { Effect: 'Allow', Action: ['kms:CreateGrant', 'kms:DescribeKey'], Resource: '*' };
const granting = (...Statement: readonly object[]) => ({
  roles: {
    [ids.role]: ok<Role>({
      ...role,
      policies: [...role.policies, { name: 'kms', document: JSON.stringify({ Version: version, Statement }) }],
    }),
  },
});
const usable = { ...keyFacts(), ...granting(allow) };

const keyPass = { status: 'pass', level: 'required', resource: key } as const;
const rolePass = { ...keyPass, group: 'workers' } as const;
const refused = { status: 'fail', level: 'required', group: 'workers', resource: key } as const;
const softer = { ...refused, level: 'recommended' } as const;
/** The access before the key, as the results of a failed access are compared by their message. */
const accessFails = (more: object = {}) => [keyPass, { ...refused, ...more }];
const says = (...texts: readonly string[]) => ({ message: expect.stringMatching(new RegExp(texts.join('.*'))) });
/** The conditions of AWS's policies. */
const viaSageMaker = {
  StringEquals: { 'kms:ViaService': `sagemaker.${region}.amazonaws.com` },
  Bool: { 'kms:GrantIsForAWSResource': 'true' },
};
const forCluster = {
  ...viaSageMaker,
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
const inContext = { StringEquals: { 'kms:EncryptionContext:project': 'llm' } };
const state = (name: string, command: string | undefined) => ({
  name: `fails for a key in state ${name}`,
  plan: encrypted(key),
  facts: { ...usable, ...keyFacts({ state: name }) },
  findings: [{ ...keyPass, status: 'fail' as const, ...(command !== undefined && { remediation: { command } }) }, rolePass],
  says: [`is ${name}, Enabled required`],
});

table(check, [
  { name: 'does not apply without a key', findings: [] },
  { name: 'takes an empty key for none', plan: encrypted(''), findings: [] },
  {
    name: 'does not apply to a cluster that only runs',
    plan: { ...encrypted(key), clusters: [] },
    facts: withRunning(running()),
    findings: [],
  },
  ...['alias/volumes', key.replace(region, 'us-east-1'), key.replace('arn:aws:', 'arn:aws-cn:')].map((other) => ({
    name: `leaves ${other} to volumes`,
    plan: encrypted(other),
    findings: [],
  })),
  {
    name: 'leaves a restricted group to volumes',
    plan: planOf({ RestrictedInstanceGroups: [groupRequest({ InstanceGroupName: 'nova', ...volumes(key) })] }),
    findings: [],
  },
  { name: 'passes with the default key policy', plan: encrypted(key), facts: usable, findings: [keyPass, rolePass] },
  {
    name: "passes with AWS's conditions",
    plan: encrypted(key),
    facts: { ...keyPolicy(byAccount), ...granting({ ...allow, Condition: forCluster }) },
    findings: [keyPass, rolePass],
  },
  {
    name: "passes with AWS's key policy, whatever the role's policies say",
    plan: encrypted(key),
    facts: keyPolicy(
      { ...byRole, Action: 'kms:CreateGrant', Resource: key, Condition: viaSageMaker },
      { ...byRole, Action: 'kms:DescribeKey', Resource: key, Condition: { StringEquals: viaSageMaker.StringEquals } },
    ),
    findings: [keyPass, rolePass],
  },
  { name: 'reports a key of two volumes once', plan: encrypted(key, key), facts: usable, findings: [keyPass, rolePass] },
  {
    name: 'reports a key of two groups once, and the access of each',
    plan: planOfGroups(volumes(key), { InstanceGroupName: 'more', ...volumes(key) }),
    facts: usable,
    findings: [keyPass, rolePass, { ...keyPass, group: 'more' }],
  },
  ...['1234abcd-12ab-34cd-56ef-1234567890ab', 'key/1234abcd-12ab-34cd-56ef-1234567890ab'].map((id) => ({
    name: `finds the ARN of ${id}`,
    plan: encrypted(id),
    facts: { ...keyFacts(), ...granting({ ...allow, Resource: key }) },
    findings: [keyPass, rolePass],
  })),
  {
    name: 'is softer with a key of another account, whose policy cannot be read',
    plan: encrypted(key.replace(account, '999999999999')),
    facts: usable,
    findings: [{ status: 'fail', level: 'recommended' }],
    says: ['belongs to account 999999999999'],
  },
  {
    name: 'fails for a key that does not exist, once',
    plan: encrypted(key),
    facts: { kmsKeys: { [key]: ok(null) } },
    findings: [{ ...keyPass, status: 'fail' }],
    says: ['does not exist'],
  },
  {
    name: 'fails for an asymmetric key',
    plan: encrypted(key),
    facts: { ...usable, ...keyFacts({ spec: 'RSA_2048', usage: 'SIGN_VERIFY' }) },
    findings: [{ ...keyPass, status: 'fail' }, rolePass],
    says: ['RSA_2048 for SIGN_VERIFY'],
  },
  state('Disabled', `aws kms enable-key --key-id ${key} --region ${region}`),
  state(
    'PendingDeletion',
    `aws kms cancel-key-deletion --key-id ${key} --region ${region} && aws kms enable-key --key-id ${key} --region ${region}`,
  ),
  state('PendingImport', undefined),
  {
    name: 'fails where the key policy leaves it to the role, and the role allows nothing',
    plan: encrypted(key),
    facts: keyFacts(),
    findings: accessFails({
      ...says('kms:CreateGrant and kms:DescribeKey', 'delegates it to the policies of the role'),
      remediation: { command: expect.stringContaining('put-role-policy') },
    }),
  },
  {
    name: 'names the one action that is missing',
    plan: encrypted(key),
    facts: { ...keyFacts(), ...granting({ ...allow, Action: 'kms:DescribeKey' }) },
    findings: accessFails(says('\\(kms:CreateGrant\\)')),
  },
  {
    name: 'fails where the role allows another key',
    plan: encrypted(key),
    facts: { ...keyFacts(), ...granting({ ...allow, Resource: `${key}0` }) },
    findings: accessFails(),
  },
  {
    name: 'fails where the key policy allows neither role nor account',
    plan: encrypted(key),
    facts: { ...keyPolicy({ ...byRole, Principal: { AWS: `${ids.role}2` } }), ...granting(allow) },
    findings: accessFails({
      ...says('0 statements of the key policy allow it'),
      remediation: { command: expect.stringContaining('get-key-policy') },
    }),
  },
  {
    name: 'fails where the key policy demands an encryption context, which HyperPod does not pass',
    plan: encrypted(key),
    facts: { ...keyPolicy({ ...byAccount, Condition: inContext }), ...granting(allow) },
    findings: accessFails(says('0 statements of the key policy allow it')),
  },
  {
    name: 'fails where the role demands an encryption context',
    plan: encrypted(key),
    facts: { ...keyFacts(), ...granting({ ...allow, Condition: inContext }) },
    findings: accessFails(),
  },
  {
    name: 'fails where a statement of the role denies it, without reading the key policy',
    plan: encrypted(key),
    facts: {
      ...keyFacts({ policy: denied('kms:GetKeyPolicy') }),
      ...granting(allow, { Effect: 'Deny', Action: 'kms:*', Resource: '*' }),
    },
    findings: accessFails(says('may not use key', 'denies it')),
  },
  {
    name: 'fails where a statement of the key policy denies it',
    plan: encrypted(key),
    facts: { ...keyPolicy(byAccount, { ...byRole, Effect: 'Deny' }), ...granting(allow) },
    findings: accessFails(says('denies it')),
  },
  {
    name: 'is softer where a condition depends on what is not known',
    plan: encrypted(key),
    facts: { ...keyPolicy({ ...byAccount, Condition: { StringEquals: { 'aws:PrincipalTag/team': 'ml' } } }), ...granting(allow) },
    findings: [keyPass, { ...softer, ...says('Cannot determine', 'aws:PrincipalTag/team') }],
  },
  {
    name: 'passes where a grant allows it',
    plan: encrypted(key),
    facts: keyFacts({ grants: ok([{ grantee: ids.role, operations: ['CreateGrant', 'DescribeKey'], constrained: false }]) }),
    findings: [keyPass, rolePass],
  },
  {
    name: 'fails where the grant is of another role or operation',
    plan: encrypted(key),
    facts: keyFacts({
      grants: ok([
        { grantee: `${ids.role}2`, operations: ['CreateGrant', 'DescribeKey'], constrained: false },
        { grantee: ids.role, operations: ['Decrypt'], constrained: false },
      ]),
    }),
    findings: accessFails(),
  },
  {
    name: 'is softer where a grant demands an encryption context',
    plan: encrypted(key),
    facts: keyFacts({ grants: ok([{ grantee: ids.role, operations: ['CreateGrant', 'DescribeKey'], constrained: true }]) }),
    findings: [keyPass, { ...softer, ...says('a grant') }],
  },
  {
    name: 'does not evaluate an unread key policy',
    plan: encrypted(key),
    facts: { ...keyFacts({ policy: denied('kms:GetKeyPolicy') }), ...granting(allow) },
    findings: [keyPass],
    unevaluated: [{ level: 'required', group: 'workers', resource: key, action: 'kms:GetKeyPolicy' }],
  },
  {
    name: 'does not evaluate unread grants, which could allow it',
    plan: encrypted(key),
    facts: keyFacts({ grants: denied('kms:ListGrants') }),
    findings: [keyPass],
    unevaluated: [{ level: 'required', group: 'workers', resource: key, action: 'kms:ListGrants' }],
  },
  {
    name: 'needs no grants where the policies allow it',
    plan: encrypted(key),
    facts: { ...keyFacts({ grants: broken() }), ...granting(allow) },
    findings: [keyPass, rolePass],
  },
  {
    name: 'does not evaluate an unread key',
    plan: encrypted(key),
    facts: { kmsKeys: { [key]: denied('kms:DescribeKey') } },
    unevaluated: [
      { level: 'required', resource: key, action: 'kms:DescribeKey' },
      { level: 'required', group: 'workers', resource: key, action: 'kms:DescribeKey' },
    ],
  },
  { name: 'does not evaluate a key that older facts lack', plan: encrypted(key), facts: { kmsKeys: {} }, unevaluated: [{}, {}] },
  {
    name: 'leaves a missing role to execution-role',
    plan: encrypted(key),
    facts: { ...keyFacts(), roles: { [ids.role]: ok(null) } },
    findings: [keyPass],
  },
  {
    name: 'does not evaluate a role that could not be read',
    plan: encrypted(key),
    facts: { ...keyFacts(), roles: { [ids.role]: denied('iam:GetRole') } },
    findings: [keyPass],
    unevaluated: [{ level: 'required', group: 'workers', resource: key, action: 'iam:GetRole' }],
  },
]);
