import { expect } from 'vitest';
import check from '../../../shared/core/checks/lifecycle-scripts.ts';
import type { LifecycleObject, Role, RolePolicy } from '../../../shared/core/evaluation/facts.ts';
import type { GroupRequest } from '../../../shared/core/plan/plan.ts';
import { account, broken, denied, groupRequest, ids, ok, plan, region, running, withRunning } from '../healthy.ts';
import { planOf } from '../plans.ts';
import { table } from '../table.ts';

const bucketOf = (name: string) => `s3://${name}`;
const script = { resource: ids.script } as const;
const bucket = { resource: bucketOf(ids.bucket) } as const;
const reader = { resource: ids.role } as const;
const passes = [
  { status: 'pass', level: 'required', ...script },
  { status: 'pass', level: 'required', ...bucket },
  { status: 'pass', level: 'required', ...reader },
] as const;
const [scriptPasses, bucketPasses, readerPasses] = passes;
const fail = { status: 'fail', level: 'required' } as const;
const softer = { status: 'fail', level: 'recommended' } as const;
const object = (more: Partial<LifecycleObject> = {}) => ({
  lifecycleObjects: { [ids.script]: ok({ bytes: 812, crlf: false, shebang: true, ...more }) },
});
const policy = (...statements: readonly object[]): string => JSON.stringify({ Version: '2012-10-17', Statement: statements });
const named = (name: string, ...statements: readonly object[]): RolePolicy => ({ name, document: policy(...statements) });
const role = (policies: readonly RolePolicy[], boundary?: RolePolicy): Role => ({
  arn: ids.role,
  trust: '',
  policies,
  ...(boundary && { boundary }),
});
const having = (...policies: readonly RolePolicy[]) => ({ roles: { [ids.role]: ok(role(policies)) } });
const inBucket = (text: string | null) => ({ buckets: { [ids.bucket]: ok({ region, policy: ok(text) }) } });
const toOrganization = policy({
  Effect: 'Allow',
  Principal: '*',
  Action: 's3:*',
  Resource: '*',
  Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o' } },
});
const lifecycle = (LifeCycleConfig: GroupRequest['LifeCycleConfig'], more: Partial<GroupRequest> = {}) => {
  const { LifeCycleConfig: _, ...rest } = groupRequest(more);
  return { ...rest, ...(LifeCycleConfig && { LifeCycleConfig }) };
};
const groups = (...InstanceGroups: readonly GroupRequest[]) => planOf({ InstanceGroups });
const s3 = (Action: string | readonly string[], more: object = {}) => ({ Effect: 'Allow', Action, Resource: '*', ...more });
const both = ['s3:GetObject', 's3:ListBucket'];
const mine = groups(lifecycle({ SourceS3Uri: 's3://my-scripts/x', OnCreate: 'go.sh' }));
const mineFacts = {
  lifecycleObjects: { 's3://my-scripts/x/go.sh': ok({ bytes: 1, crlf: false, shebang: true }) },
  buckets: { 'my-scripts': ok({ region, policy: ok(null) }) },
};

table(check, [
  {
    name: 'a bucket of another name is distinguished from one that the managed policy covers',
    plan: groups(
      lifecycle({ SourceS3Uri: 's3://my-scripts/x', OnCreate: 'go.sh' }),
      lifecycle({ SourceS3Uri: `s3://${ids.bucket}/scripts`, OnCreate: 'on_create.sh' }, { InstanceGroupName: 'more' }),
    ),
    facts: {
      ...object(),
      lifecycleObjects: { ...object().lifecycleObjects, ...mineFacts.lifecycleObjects },
      buckets: { ...inBucket(null).buckets, ...mineFacts.buckets },
      ...having(named('p', s3(both, { Resource: `arn:aws:s3:::${ids.bucket}*` }))),
    },
    findings: [
      { status: 'pass' },
      { status: 'pass' },
      { status: 'pass' },
      { status: 'pass' },
      { ...fail, ...reader, message: expect.stringContaining('begins with "sagemaker-", so my-scripts needs another statement.') },
    ],
  },
  { name: 'passes at the healthy default', findings: passes, says: [ids.script, '812 bytes', 'workers'] },
  {
    name: 'a script that is only listed passes: the rules for its content do not apply',
    facts: { lifecycleObjects: { [ids.script]: ok({ bytes: 812, isOnlyListed: true }) } },
    findings: passes,
    says: [ids.script, '812 bytes', 'Its content is not read', 'readRunningScripts'],
  },
  { name: 'no LifeCycleConfig: does not apply', plan: groups(lifecycle(undefined)) },
  { name: 'a source but no script: does not apply', plan: groups(lifecycle({ SourceS3Uri: 's3://b/x' })) },
  {
    name: 'OnInitComplete is a script too',
    plan: groups(lifecycle({ SourceS3Uri: `s3://${ids.bucket}/scripts/`, OnInitComplete: 'on_create.sh' })),
    findings: passes,
  },
  {
    name: 'both scripts are judged, each by itself',
    plan: groups(lifecycle({ SourceS3Uri: `s3://${ids.bucket}/scripts`, OnCreate: 'on_create.sh', OnInitComplete: 'after.sh' })),
    facts: { lifecycleObjects: { [ids.script]: denied('s3:GetObject'), [`s3://${ids.bucket}/scripts/after.sh`]: ok(null) } },
    findings: [{ ...fail, resource: `s3://${ids.bucket}/scripts/after.sh` }, bucketPasses, readerPasses],
    unevaluated: [{ ...script, action: 's3:GetObject', level: 'required' }],
  },
  {
    name: 'a script that does not exist',
    facts: { lifecycleObjects: { [ids.script]: ok(null) } },
    findings: [
      { ...fail, ...script, remediation: { command: `aws s3 cp on_create.sh ${ids.script} --region us-west-2` } },
      bucketPasses,
      readerPasses,
    ],
    says: ['does not exist', 'workers'],
  },
  {
    name: 'CRLF is softer',
    facts: object({ crlf: true }),
    findings: [
      {
        ...softer,
        ...script,
        remediation: {
          command: `aws s3 cp ${ids.script} - --region us-west-2 | tr -d '\\r' | aws s3 cp - ${ids.script} --region us-west-2`,
        },
      },
      bucketPasses,
      readerPasses,
    ],
    says: ['CRLF'],
  },
  {
    name: 'no shebang is softer',
    facts: object({ shebang: false }),
    findings: [
      { ...softer, ...script, remediation: { command: expect.stringContaining("printf '#!/bin/bash\\n'") } },
      bucketPasses,
      readerPasses,
    ],
    says: ['shebang'],
  },
  {
    name: 'a key that the shell would take apart is quoted',
    plan: groups(lifecycle({ SourceS3Uri: `s3://${ids.bucket}/it's`, OnCreate: 'a b.sh' })),
    facts: { lifecycleObjects: { [`s3://${ids.bucket}/it's/a b.sh`]: ok(null) } },
    findings: [
      { ...fail, remediation: { command: `aws s3 cp 'a b.sh' 's3://${ids.bucket}/it'\\''s/a b.sh' --region us-west-2` } },
      bucketPasses,
      readerPasses,
    ],
  },
  {
    name: 'a bucket in another region',
    facts: { buckets: { [ids.bucket]: ok({ region: 'us-east-1', policy: ok(null) }) } },
    findings: [
      scriptPasses,
      { ...fail, ...bucket, remediation: { command: `aws s3 mb s3://sagemaker-lifecycle-${account}-us-west-2 --region us-west-2` } },
      readerPasses,
    ],
  },
  {
    name: 'a bucket that does not exist is said once',
    facts: { buckets: { [ids.bucket]: ok(null) }, lifecycleObjects: { [ids.script]: ok(null) } },
    findings: [{ ...fail, ...bucket, remediation: { command: `aws s3 mb s3://${ids.bucket} --region us-west-2` } }, readerPasses],
    says: ['does not exist'],
  },
  {
    name: 'a missing script stays a failure where the bucket could not be read',
    facts: { buckets: { [ids.bucket]: denied('s3:ListBucket') }, lifecycleObjects: { [ids.script]: ok(null) } },
    findings: [{ ...fail, ...script }, readerPasses],
    unevaluated: [{ ...bucket, action: 's3:ListBucket' }],
  },
  {
    name: 'an address that is not s3:// cannot be resolved',
    plan: groups(lifecycle({ SourceS3Uri: 'https://b.s3.amazonaws.com/x', OnCreate: 'a.sh' })),
    unevaluated: [
      { resource: 'https://b.s3.amazonaws.com/x/a.sh', level: 'required', reason: expect.stringContaining('is not an s3:// address') },
    ],
  },
  {
    name: 'a role without S3 grants: exactly those it needs are offered',
    facts: having(),
    findings: [
      scriptPasses,
      bucketPasses,
      {
        ...fail,
        ...reader,
        remediation: {
          command: `aws iam put-role-policy --role-name HyperPodNode --policy-name hyperpod-lifecycle --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:ListBucket","Resource":["arn:aws:s3:::${ids.bucket}"]},{"Effect":"Allow","Action":"s3:GetObject","Resource":["arn:aws:s3:::${ids.bucket}/*"]}]}' --region us-west-2`,
        },
      },
    ],
  },
  {
    name: 'the object without the list',
    facts: having(named('p', s3('s3:GetObject'))),
    findings: [
      scriptPasses,
      bucketPasses,
      {
        ...fail,
        ...reader,
        message: expect.stringContaining(`may not call s3:ListBucket on arn:aws:s3:::${ids.bucket} (0 statements allow it)`),
      },
    ],
  },
  {
    name: 'the list without the object',
    facts: having(named('p', s3('s3:ListBucket'))),
    findings: [scriptPasses, bucketPasses, { ...fail, ...reader, message: expect.stringContaining('may not call s3:GetObject') }],
  },
  {
    name: 'the bucket without its objects',
    facts: having(named('p', s3(both, { Resource: `arn:aws:s3:::${ids.bucket}` }))),
    findings: [scriptPasses, bucketPasses, { ...fail, ...reader, message: expect.stringContaining('may not call s3:GetObject') }],
  },
  {
    name: 'bucket and objects',
    facts: having(named('p', s3(both, { Resource: [`arn:aws:s3:::${ids.bucket}`, `arn:aws:s3:::${ids.bucket}/*`] }))),
    findings: passes,
  },
  {
    name: 'the folder of the scripts alone',
    facts: having(
      named(
        'p',
        s3('s3:GetObject', { Resource: `arn:aws:s3:::${ids.bucket}/scripts/*` }),
        s3('s3:ListBucket', { Condition: { StringLike: { 's3:prefix': 'scripts/*' } } }),
      ),
    ),
    findings: passes,
  },
  {
    name: 'another folder',
    facts: having(named('p', s3('s3:GetObject', { Resource: `arn:aws:s3:::${ids.bucket}/other/*` }), s3('s3:ListBucket'))),
    findings: [scriptPasses, bucketPasses, { ...fail, ...reader }],
  },
  {
    name: 'a bucket of another name, which the managed policy does not cover',
    plan: mine,
    facts: mineFacts,
    findings: [
      { status: 'pass' },
      { status: 'pass' },
      {
        ...fail,
        message: expect.stringContaining(
          'The managed policy covers only buckets whose name begins with "sagemaker-", so my-scripts needs another statement.',
        ),
      },
    ],
  },
  {
    name: 'a bucket of another name with a grant of its own',
    plan: mine,
    facts: { ...mineFacts, ...having(named('p', s3(both))) },
    findings: [{ status: 'pass' }, { status: 'pass' }, readerPasses],
  },
  {
    name: 'whose the bucket is, is not known: said',
    facts: { buckets: { [ids.bucket]: ok({ region, policy: denied('s3:GetBucketPolicy') }) } },
    findings: [
      scriptPasses,
      bucketPasses,
      { ...readerPasses, message: expect.stringContaining(`if ${ids.bucket} belongs to account ${account}`) },
    ],
  },
  {
    name: 'whose it is, is known where its policy was read',
    findings: [scriptPasses, bucketPasses, { message: expect.not.stringContaining('assuming') }],
  },
  {
    name: 'an explicit Deny: no grant helps',
    facts: having(named('p', s3(both), { Effect: 'Deny', Action: 's3:GetObject', Resource: '*' })),
    findings: [
      scriptPasses,
      bucketPasses,
      { ...fail, ...reader, remediation: { text: expect.stringContaining('An Allow statement does not override it') } },
    ],
  },
  {
    name: 'a boundary without S3',
    facts: { roles: { [ids.role]: ok(role([named('p', s3(both))], named('limit', s3('logs:*')))) } },
    findings: [
      scriptPasses,
      bucketPasses,
      { ...fail, ...reader, message: expect.stringContaining('the permissions boundary limit does not allow it') },
    ],
  },
  {
    name: 'the bucket policy may grant what the role does not',
    facts: {
      ...having(),
      ...inBucket(
        policy({
          Effect: 'Allow',
          Principal: { AWS: ids.role },
          Action: ['s3:GetObject', 's3:ListBucket'],
          Resource: [`arn:aws:s3:::${ids.bucket}`, `arn:aws:s3:::${ids.bucket}/*`],
        }),
      ),
    },
    findings: passes,
  },
  ...[`arn:aws:iam::${account}:root`, account].map((AWS) => ({
    name: `a grant of the bucket to ${AWS}, which leaves the decision to the policies of the role`,
    facts: {
      ...having(),
      ...inBucket(policy({ Effect: 'Allow', Principal: { AWS }, Action: 's3:*', Resource: '*' })),
    },
    findings: [scriptPasses, bucketPasses, { ...fail, ...reader }],
  })),
  {
    name: 'but not past an explicit Deny of the role',
    facts: {
      ...having(named('p', { Effect: 'Deny', Action: 's3:*', Resource: '*' })),
      ...inBucket(policy({ Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: '*' })),
    },
    findings: [scriptPasses, bucketPasses, { ...fail, ...reader }],
  },
  {
    name: 'nor past the boundary',
    facts: {
      roles: { [ids.role]: ok(role([], named('limit', s3('logs:*')))) },
      ...inBucket(policy({ Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: '*' })),
    },
    findings: [scriptPasses, bucketPasses, { ...fail, ...reader }],
  },
  {
    name: 'nor past a Deny of the role that cannot be decided',
    facts: {
      ...having(named('p', { Effect: 'Deny', Action: 's3:*', Resource: '*', Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o' } } })),
      ...inBucket(policy({ Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: '*' })),
    },
    findings: [scriptPasses, bucketPasses, { ...fail, ...reader, level: 'recommended' }],
  },
  {
    name: 'a grant of the bucket that cannot be decided',
    facts: {
      ...having(),
      ...inBucket(toOrganization),
    },
    findings: [
      scriptPasses,
      bucketPasses,
      { ...fail, ...reader, level: 'recommended', message: expect.stringContaining('organization of') },
    ],
  },
  ...[
    { name: 'a grant of the bucket to the organization of the account', id: 'o', status: 'pass' as const },
    { name: 'a grant of the bucket to another organization', id: 'o-2', status: 'fail' as const },
    { name: 'a grant of the bucket to an organization, without one', id: null, status: 'fail' as const },
  ].map(({ name, id, status }) => ({
    name,
    facts: {
      ...having(),
      organizations: { [account]: ok(id) },
      ...inBucket(toOrganization),
    },
    findings: [scriptPasses, bucketPasses, { ...reader, status, level: 'required' as const }],
  })),
  {
    name: 'without grants of its own the bucket policy decides, and could not be read',
    facts: { ...having(), buckets: { [ids.bucket]: ok({ region, policy: denied('s3:GetBucketPolicy') }) } },
    findings: [scriptPasses, bucketPasses],
    unevaluated: [{ ...reader, level: 'required', action: 's3:GetBucketPolicy' }],
  },
  {
    name: 'the policy of the bucket was never asked for',
    facts: { ...having(), buckets: { [ids.bucket]: ok({ region }) } },
    findings: [scriptPasses, bucketPasses],
    unevaluated: [{ ...reader, reason: `the policy of bucket ${ids.bucket} was not read` }],
  },
  {
    name: 'a role bound to the VPC by which its nodes come',
    facts: having(
      named('p', s3(both, { Condition: { StringEquals: { 'aws:SourceVpc': ids.vpc, 'aws:SourceVpce': ids.gatewayEndpoint } } })),
    ),
    findings: passes,
  },
  {
    name: 'a role bound to another VPC',
    facts: having(named('p', s3(both, { Condition: { StringEquals: { 'aws:SourceVpc': 'vpc-other' } } }))),
    findings: [scriptPasses, bucketPasses, { ...fail, ...reader }],
  },
  {
    name: 'a role bound to a VPC, whose endpoints could not be read',
    facts: {
      ...having(named('p', s3(both, { Condition: { StringEquals: { 'aws:SourceVpc': ids.vpc } } }))),
      endpoints: denied('ec2:DescribeVpcEndpoints'),
    },
    findings: [scriptPasses, bucketPasses],
    unevaluated: [{ ...reader, level: 'required', action: 'ec2:DescribeVpcEndpoints' }],
  },
  {
    name: 'endpoints do not matter to a role that is not bound',
    facts: { endpoints: denied('x'), subnets: denied('y') },
    findings: passes,
  },
  {
    name: 'two roles, two readers',
    plan: groups(
      lifecycle({ SourceS3Uri: `s3://${ids.bucket}/scripts`, OnCreate: 'on_create.sh' }),
      lifecycle(
        { SourceS3Uri: `s3://${ids.bucket}/scripts`, OnCreate: 'on_create.sh' },
        { InstanceGroupName: 'b', ExecutionRole: `arn:aws:iam::${account}:role/Bad` },
      ),
    ),
    facts: {
      roles: {
        [ids.role]: ok(role([named('p', s3(both))])),
        [`arn:aws:iam::${account}:role/Bad`]: ok({ ...role([]), arn: `arn:aws:iam::${account}:role/Bad` }),
      },
    },
    findings: [scriptPasses, bucketPasses, { ...fail, resource: `arn:aws:iam::${account}:role/Bad` }, readerPasses],
  },
  {
    name: 'a group without scripts brings no reader',
    plan: groups(groupRequest(), lifecycle(undefined, { InstanceGroupName: 'b', ExecutionRole: `arn:aws:iam::${account}:role/None` })),
    findings: passes,
  },
  {
    name: 'a role that does not exist is not said here',
    facts: { roles: { [ids.role]: ok(null) } },
    findings: [scriptPasses, bucketPasses],
  },
  {
    name: 'a role of another account is not said here',
    plan: groups(groupRequest({ ExecutionRole: 'arn:aws:iam::999999999999:role/x' })),
    findings: [scriptPasses, bucketPasses],
  },
  {
    name: 'a cluster that only runs',
    plan: { ...plan(), clusters: [] },
    facts: { ...withRunning(running()), lifecycleObjects: { [ids.script]: ok(null) } },
    findings: [{ ...fail, ...script }, bucketPasses, readerPasses],
  },
  {
    name: 'role denied: only the reader is unevaluated',
    facts: { roles: { [ids.role]: denied('iam:GetRole') } },
    findings: [scriptPasses, bucketPasses],
    unevaluated: [{ ...reader, level: 'required', action: 'iam:GetRole' }],
  },
  {
    name: 'script unreadable: only that is unevaluated',
    facts: { lifecycleObjects: { [ids.script]: broken() } },
    findings: [bucketPasses, readerPasses],
    unevaluated: [{ ...script, level: 'required', reason: 'the service did not answer in time' }],
  },
  {
    name: 'content that could not be decrypted: only its content is not evaluated, as recommended',
    facts: { lifecycleObjects: { [ids.script]: ok({ bytes: 812, key: 'arn:aws:kms:us-west-2:111122223333:key/a' }) } },
    findings: [
      { resource: `s3://${ids.bucket}`, status: 'pass' },
      { resource: ids.role, status: 'pass' },
    ],
    unevaluated: [{ resource: ids.script, level: 'recommended', action: 'kms:Decrypt' }],
  },
  { name: 'nothing read: all unevaluated', facts: { lifecycleObjects: {}, buckets: {}, roles: {} }, unevaluated: [script, bucket, reader] },
  {
    name: 'the message of a role that may read names the scripts',
    findings: [
      scriptPasses,
      bucketPasses,
      { message: `Execution role ${ids.role} may read ${ids.script}. Service control policies are not evaluated.` },
    ],
  },
  {
    name: 'beside an explicit Deny, everything that the role itself misses is listed',
    facts: {
      ...having(named('p', { Effect: 'Deny', Action: 's3:GetObject', Resource: '*' })),
      ...inBucket(policy({ Effect: 'Allow', Principal: '*', Action: 's3:ListBucket', Resource: '*' })),
    },
    findings: [scriptPasses, bucketPasses, { ...fail, message: expect.stringMatching(/s3:GetObject on .*s3:ListBucket on /) }],
  },
  {
    name: 'what the bucket policy grants is not listed',
    facts: {
      ...having(),
      ...inBucket(policy({ Effect: 'Allow', Principal: '*', Action: 's3:ListBucket', Resource: '*' })),
    },
    findings: [scriptPasses, bucketPasses, { ...fail, message: expect.not.stringContaining('s3:ListBucket') }],
  },
  {
    name: 'the managed policy covers a bucket of the right name',
    facts: having(),
    findings: [scriptPasses, bucketPasses, { ...fail, message: expect.not.stringContaining('The managed policy covers') }],
  },
]);
