import { expect } from 'vitest';
import check from '../../../shared/core/checks/lifecycle-script-keys.ts';
import type { KmsKey, Role } from '../../../shared/core/evaluation/facts.ts';
import { account, denied, facts, ids, ok, region, running, withRunning } from '../healthy.ts';
import { planOfGroups } from '../plans.ts';
import { table } from '../table.ts';

const key = `arn:aws:kms:${region}:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
const foreign = key.replace(account, '999999999999');
const healthy = facts().roles[ids.role];
if (!healthy?.ok || healthy.value === null) throw new Error('the healthy role is missing');
const role = healthy.value;

const policyOf = (...Statement: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const byAccount = { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: 'kms:*', Resource: '*' };
const byRole = { ...byAccount, Principal: { AWS: ids.role }, Action: 'kms:Decrypt' };
/** The policy of the key aws/s3. */
const managed = [
  {
    Effect: 'Allow',
    Principal: { AWS: '*' },
    Action: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
    Resource: '*',
    Condition: { StringEquals: { 'kms:ViaService': `s3.${region}.amazonaws.com`, 'kms:CallerAccount': account } },
  },
  { ...byAccount, Action: ['kms:Describe*', 'kms:Get*', 'kms:List*'] },
];
const enabled: KmsKey = {
  state: 'Enabled',
  usage: 'ENCRYPT_DECRYPT',
  spec: 'SYMMETRIC_DEFAULT',
  policy: ok(policyOf(byAccount)),
  grants: ok([]),
};
const encrypted = (by: string | null = key) => ({
  lifecycleObjects: { [ids.script]: ok({ bytes: 812, crlf: false, shebang: true, key: by }) },
});
const keyFacts = (more: Partial<KmsKey> = {}) => ({ ...encrypted(), kmsKeys: { [key]: ok({ ...enabled, ...more }) } });
const keyPolicy = (...statements: readonly object[]) => keyFacts({ policy: ok(policyOf(...statements)) });
const granting = (...statements: readonly object[]) => ({
  roles: {
    [ids.role]: ok<Role>({ ...role, policies: [...role.policies, { name: 'kms', document: policyOf(...statements) }] }),
  },
});
const decrypt = { Effect: 'Allow', Action: 'kms:Decrypt', Resource: '*' };
const allows = granting(decrypt);

const passed = [{ status: 'pass', level: 'required', group: 'workers', resource: key }] as const;
const failed = [{ ...passed[0], status: 'fail' }] as const;
const softer = [{ ...failed[0], level: 'recommended' }] as const;
const fixedBy = (command: string) => [{ ...failed[0], remediation: { command: expect.stringContaining(command) } }];
const unread = { level: 'required', group: 'workers', resource: key } as const;
const inContext = (arn: string) => ({ StringLike: { 'kms:EncryptionContext:aws:s3:arn': arn } });

table(check, [
  { name: 'does not apply to a script that no KMS key encrypts', findings: [] },
  { name: 'leaves a missing script to lifecycle-scripts', facts: { lifecycleObjects: { [ids.script]: ok(null) } }, findings: [] },
  { name: 'leaves an unread script to lifecycle-scripts', facts: { lifecycleObjects: {} }, findings: [] },
  {
    name: 'does not evaluate facts of an older version, which lack the key',
    facts: { lifecycleObjects: { [ids.script]: ok({ bytes: 812, crlf: false, shebang: true }) } },
    unevaluated: [{ level: 'required', group: 'workers', resource: ids.script, reason: expect.stringContaining('older version') }],
  },
  {
    name: 'does not apply to scripts that are only listed, whose key no list shows',
    facts: { lifecycleObjects: { [ids.script]: ok({ bytes: 812, isOnlyListed: true }) } },
  },
  { name: 'passes where key policy and role allow it', facts: { ...keyFacts(), ...allows }, findings: passed },
  { name: 'passes where the key policy names the role', facts: keyPolicy(byRole), findings: passed },
  { name: 'passes with the key aws/s3, for which the role needs no kms:Decrypt', facts: keyPolicy(...managed), findings: passed },
  {
    name: 'passes where a grant allows it',
    facts: keyFacts({ grants: ok([{ grantee: ids.role, operations: ['Decrypt'], constrained: false }]) }),
    findings: passed,
  },
  {
    name: 'passes with a condition on the bucket of the script',
    facts: { ...keyFacts(), ...granting({ ...decrypt, Condition: inContext(`arn:aws:s3:::${ids.bucket}*`) }) },
    findings: passed,
  },
  {
    name: 'passes once for both scripts of a group',
    plan: planOfGroups({
      LifeCycleConfig: { SourceS3Uri: `s3://${ids.bucket}/scripts`, OnCreate: 'on_create.sh', OnInitComplete: 'after.sh' },
    }),
    facts: {
      ...keyFacts(),
      ...allows,
      lifecycleObjects: {
        ...encrypted().lifecycleObjects,
        [`s3://${ids.bucket}/scripts/after.sh`]: ok({ bytes: 1, crlf: false, shebang: true, key }),
      },
    },
    findings: passed,
    says: ['after.sh', 'on_create.sh'],
  },
  {
    name: 'evaluates a cluster that only runs',
    plan: { ...planOfGroups({}), clusters: [] },
    facts: { ...withRunning(running()), ...keyFacts() },
    findings: failed,
  },
  {
    name: 'fails where the key policy leaves it to the role, and the role does not allow it',
    facts: keyFacts(),
    findings: fixedBy('put-role-policy'),
    says: ['kms:Decrypt', key, ids.script],
  },
  {
    name: 'fails where the key policy allows neither account nor role',
    facts: { ...keyPolicy({ ...byRole, Principal: { AWS: `${ids.role}2` } }), ...allows },
    findings: fixedBy('get-key-policy'),
    says: ['0 statements of the key policy allow it.'],
  },
  {
    name: 'fails where the role is denied it, also with the key aws/s3',
    facts: { ...keyPolicy(...managed), ...granting({ ...decrypt, Effect: 'Deny' }) },
    findings: failed,
    says: ['denies it'],
  },
  {
    name: 'fails with the key aws/s3 of a condition for another service',
    facts: keyPolicy({ ...managed[0], Condition: { StringEquals: { 'kms:ViaService': `ec2.${region}.amazonaws.com` } } }, byAccount),
    findings: failed,
  },
  {
    name: 'fails for a condition on another bucket',
    facts: { ...keyFacts(), ...granting({ ...decrypt, Condition: inContext('arn:aws:s3:::another/*') }) },
    findings: failed,
  },
  {
    name: 'is softer where the condition depends on whether the bucket has a bucket key',
    facts: { ...keyFacts(), ...granting({ ...decrypt, Condition: inContext(`arn:aws:s3:::${ids.bucket}/*`) }) },
    findings: softer,
    says: ['Cannot determine'],
  },
  { name: 'fails for a key that does not exist', facts: { ...encrypted(), kmsKeys: { [key]: ok(null) } }, findings: failed },
  { name: 'fails for a disabled key', facts: { ...keyFacts({ state: 'Disabled' }), ...allows }, findings: fixedBy('enable-key') },
  {
    name: 'fails for a key of another account that the role does not allow',
    facts: encrypted(foreign),
    findings: [{ status: 'fail', level: 'required', resource: foreign }],
    says: ['of account 999999999999', '0 statements allow it.'],
  },
  {
    name: 'is softer with a key of another account that the role allows',
    facts: { ...encrypted(foreign), ...allows },
    findings: [{ status: 'fail', level: 'recommended', resource: foreign }],
    says: ['Only that account can read'],
  },
  {
    name: 'does not evaluate an unread key policy',
    facts: { ...keyFacts({ policy: denied('kms:GetKeyPolicy') }), ...allows },
    unevaluated: [{ ...unread, action: 'kms:GetKeyPolicy' }],
  },
  {
    name: 'does not evaluate unread grants, which could allow it',
    facts: keyFacts({ grants: denied('kms:ListGrants') }),
    unevaluated: [{ ...unread, action: 'kms:ListGrants' }],
  },
  {
    name: 'does not evaluate an unread key',
    facts: { ...encrypted(), kmsKeys: { [key]: denied('kms:DescribeKey') } },
    unevaluated: [{ ...unread, action: 'kms:DescribeKey' }],
  },
  { name: 'leaves a missing role to execution-role', facts: { ...keyFacts(), roles: { [ids.role]: ok(null) } }, findings: [] },
  {
    name: 'does not evaluate an unread role',
    facts: { ...keyFacts(), roles: { [ids.role]: denied('iam:GetRole') } },
    unevaluated: [{ ...unread, action: 'iam:GetRole' }],
  },
]);
