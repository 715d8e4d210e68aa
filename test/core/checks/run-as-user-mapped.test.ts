import { expect } from 'vitest';
import check from '../../../shared/core/checks/run-as-user-mapped.ts';
import type { SessionPreferences } from '../../../shared/core/evaluation/facts.ts';
import { account, broken, denied, ok, plan, planned } from '../healthy.ts';
import { eksPlan } from '../plans.ts';
import { table } from '../table.ts';

const document = 'SSM-SessionManagerRunShell';
const saved = (preferences: SessionPreferences | null) => ({ sessionDocuments: { [document]: ok(preferences) } });
const role = `arn:aws:iam::${account}:role/team/Researchers`;
const user = `arn:aws:iam::${account}:user/ana`;
const named = (...principals: readonly string[]) => plan(planned({ runAs: { principals } }));
const on = { runAs: true } as const;

table(check, [
  { name: 'a default user is enough', findings: [{ status: 'pass', level: 'recommended', resource: document }], says: ['ubuntu'] },
  {
    name: 'a default user is enough for those the plan names',
    plan: named(role, user),
    findings: [{ status: 'pass', resource: document }],
  },
  { name: 'off: does not apply', plan: named(role), facts: saved({ runAs: false }) },
  { name: 'never saved: does not apply', facts: saved(null) },
  {
    name: 'neither a default user nor anyone named: recommended, as tags of others are not read',
    facts: saved(on),
    findings: [
      {
        status: 'fail',
        level: 'recommended',
        resource: document,
        remediation: {
          text: expect.stringContaining('runAs.principals'),
          command: expect.stringContaining('runAsDefaultUser = "ubuntu"'),
        },
      },
    ],
    says: [
      '0 principals in runAs.principals of the plan, and SSM-SessionManagerRunShell names no default user although Run As is on in us-west-2. Only sessions of principals with tag SSMSessionRunAs start. Tags of principals that the plan does not name are not',
      'are not read',
    ],
  },
  { name: 'an empty default user is none', facts: saved({ ...on, defaultUser: '' }), findings: [{ status: 'fail', level: 'recommended' }] },
  {
    name: 'root as default user, no one named',
    facts: saved({ ...on, defaultUser: 'root' }),
    findings: [{ status: 'fail', level: 'recommended', resource: document }],
    says: ['refuses root'],
  },
  {
    name: 'ssm-user as default user',
    facts: saved({ ...on, defaultUser: 'ssm-user' }),
    findings: [{ status: 'fail', resource: document, remediation: { command: expect.stringContaining('runAsDefaultUser = "ubuntu"') } }],
    says: ['ssm-user. Session Manager does not start sessions as ssm-user while Run As is on.'],
  },
  {
    name: 'the user of images for EKS on Slurm',
    facts: saved({ ...on, defaultUser: 'ec2-user' }),
    findings: [{ status: 'fail', level: 'advice', resource: document }],
    says: ['images for Slurm have ubuntu, not ec2-user,'],
  },
  {
    name: 'the user of images for Slurm on EKS',
    plan: eksPlan,
    facts: saved({ ...on, defaultUser: 'ubuntu' }),
    findings: [{ status: 'fail', level: 'advice', resource: document, remediation: { command: expect.stringContaining('= "ec2-user"') } }],
    says: ['images for EKS have ec2-user, not ubuntu,'],
  },
  {
    name: 'the user of images for EKS on EKS',
    plan: eksPlan,
    facts: saved({ ...on, defaultUser: 'ec2-user' }),
    findings: [{ status: 'pass', resource: document }],
  },
  {
    name: 'a user that a lifecycle script may create',
    facts: saved({ ...on, defaultUser: 'researcher' }),
    findings: [{ status: 'pass', resource: document }],
  },
  {
    name: 'a default user that does not exist: those with a tag are well off',
    plan: named(role),
    facts: { ...saved({ ...on, defaultUser: 'ssm-user' }), principals: { [role]: ok({ runAs: 'ana' }) } },
    findings: [
      { status: 'fail', level: 'recommended', resource: document },
      { status: 'pass', resource: role },
    ],
  },
  {
    name: 'a tag that names ssm-user',
    plan: named(role),
    facts: { ...saved(on), principals: { [role]: ok({ runAs: 'ssm-user' }) } },
    findings: [{ status: 'fail', level: 'recommended', resource: role }],
    says: ['names ssm-user'],
  },
  {
    name: 'root as default user: those with a tag are well off',
    plan: named(role),
    facts: { ...saved({ ...on, defaultUser: 'root' }), principals: { [role]: ok({ runAs: 'ana' }) } },
    findings: [
      { status: 'fail', level: 'recommended', resource: document },
      { status: 'pass', resource: role },
    ],
  },
  {
    name: 'each principal by its tag, sorted, each once',
    plan: named(user, role, user),
    facts: { ...saved(on), principals: { [role]: ok({ runAs: 'ubuntu' }), [user]: ok({}) } },
    findings: [
      { status: 'pass', level: 'recommended', resource: role, message: expect.stringContaining('run as ubuntu') },
      {
        status: 'fail',
        level: 'recommended',
        resource: user,
        remediation: { command: 'aws iam tag-user --user-name ana --tags Key=SSMSessionRunAs,Value=ubuntu --region us-west-2' },
      },
    ],
  },
  {
    name: 'a role with a path is called by its name',
    plan: named(role),
    facts: { ...saved(on), principals: { [role]: ok({ runAs: '' }) } },
    findings: [{ status: 'fail', remediation: { command: expect.stringContaining('tag-role --role-name Researchers ') } }],
  },
  {
    name: 'a tag that names root',
    plan: named(role),
    facts: { ...saved(on), principals: { [role]: ok({ runAs: 'root' }) } },
    findings: [{ status: 'fail', level: 'recommended', resource: role }],
    says: ['names root'],
  },
  {
    name: 'no such principal',
    plan: named(role),
    facts: { ...saved(on), principals: { [role]: ok(null) } },
    findings: [{ status: 'fail', level: 'recommended', resource: role }],
    says: ['does not exist'],
  },
  {
    name: 'something that cannot be tagged so: words only',
    plan: named('arn:aws:sts::1:x'),
    facts: { ...saved(on), principals: { 'arn:aws:sts::1:x': ok({}) } },
    findings: [{ status: 'fail', remediation: { text: expect.stringContaining('Tag the') } }],
  },
  {
    name: 'one principal denied: only that one is unevaluated',
    plan: named(role, user),
    facts: { ...saved(on), principals: { [role]: denied('iam:ListRoleTags'), [user]: ok({ runAs: 'ana' }) } },
    findings: [{ status: 'pass', resource: user }],
    unevaluated: [{ level: 'recommended', resource: role, action: 'iam:ListRoleTags' }],
  },
  {
    name: 'document denied, no one named',
    facts: { sessionDocuments: { [document]: denied('ssm:GetDocument') } },
    unevaluated: [{ level: 'recommended', resource: document, action: 'ssm:GetDocument' }],
  },
  {
    name: 'document unreadable, principals named',
    plan: named(role),
    facts: { sessionDocuments: { [document]: broken() } },
    unevaluated: [
      { level: 'recommended', resource: document },
      { level: 'recommended', resource: role, reason: 'the service did not answer in time' },
    ],
  },
  {
    name: 'left to a parameter: unevaluated',
    facts: saved({ runAs: 'undecidable' }),
    unevaluated: [{ resource: document, reason: expect.stringContaining('parameter') }],
  },
]);
