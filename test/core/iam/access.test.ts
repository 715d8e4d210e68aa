/** What an execution role may do, in the terms of policies. */
import { describe, expect, test } from 'vitest';
import type { Role, RolePolicy } from '../../../shared/core/evaluation/facts.ts';
import { evaluateRole, freePolicyName, roleArn, scriptRequests } from '../../../shared/core/iam/access.ts';
import { blank } from '../../../shared/core/iam/patterns.ts';
import type { PolicyRequest } from '../../../shared/core/iam/policy-evaluation.ts';
import { account, at, ids, region } from '../healthy.ts';

test.each([
  ['arn:aws:iam::111122223333:role/x', { partition: 'aws', account: '111122223333', name: 'x' }],
  ['arn:aws-cn:iam::111122223333:role/service-role/a/x', { partition: 'aws-cn', account: '111122223333', name: 'x' }],
  ['arn:aws:iam::111122223333:user/x', undefined],
  ['arn:aws:iam::111122223333:role/', undefined],
  ['arn:aws:iam::1:role/x', undefined],
  ['x arn:aws:iam::111122223333:role/x', undefined],
  ['arn:aws:sts::111122223333:role/x', undefined],
])('%s', (arn, parts) => {
  expect(roleArn(arn)).toEqual(parts);
});

const place = { account, partition: 'aws', region, at };
const script = { bucket: 'b', key: 'scripts/on_create.sh' };

describe('how a node fetches a script', () => {
  const requests = (from?: Parameters<typeof scriptRequests>[3], of = script) => scriptRequests(place, ids.role, of, from);
  test('it lists the folder and reads the object', () => {
    expect(requests().map((r) => [r.action, r.resource, r.context['s3:prefix']])).toEqual([
      ['s3:GetObject', 'arn:aws:s3:::b/scripts/on_create.sh', []],
      ['s3:ListBucket', 'arn:aws:s3:::b', [`scripts/${blank}`]],
    ]);
    expect(requests(undefined, { bucket: 'b', key: 'x.sh' })[1]?.context['s3:prefix']).toEqual([blank]);
    expect(requests()[0]?.principal).toEqual({ arn: ids.role, account });
    expect(scriptRequests({ ...place, partition: 'aws-cn' }, ids.role, script, undefined)[1]?.resource).toBe('arn:aws-cn:s3:::b');
  });
  test.each<[string, Parameters<typeof scriptRequests>[3], PolicyRequest['context']]>([
    [
      'past every endpoint: it surely comes through none',
      { vpc: 'v' },
      { 'aws:sourcevpc': [], 'aws:sourcevpce': [], 'aws:vpcsourceip': [] },
    ],
    [
      'through an endpoint: from its VPC, at no public address',
      { vpc: 'v', endpoint: { id: 'e' } },
      { 'aws:sourcevpc': ['v'], 'aws:sourcevpce': ['e'], 'aws:sourceip': [] },
    ],
  ])('%s', (_, from, context) => {
    expect(requests(from)[0]?.context).toMatchObject(context);
  });
  test('from where is not known: nothing is said of it', () => {
    const keys = Object.keys(requests()[0]?.context ?? {});
    expect(keys.filter((k) => ['aws:sourcevpc', 'aws:sourcevpce', 'aws:sourceip', 'aws:vpcsourceip'].includes(k))).toEqual([]);
  });
  test.each<[string, unknown]>([
    ['aws:securetransport', ['true']],
    ['aws:principalarn', [ids.role]],
    ['aws:resourceaccount', [account]],
    ['aws:requestedregion', [region]],
    ['aws:currenttime', [at]],
    ['aws:principalisawsservice', ['false']],
    ['s3:tlsversion', { atLeast: '1.2' }],
    ['s3:signatureversion', ['AWS4-HMAC-SHA256']],
  ])('it is known that %s is %j', (key, value) => {
    for (const request of requests()) expect(request.context[key]).toEqual(value);
  });
});

const policy = (name: string, ...statements: readonly object[]): RolePolicy => ({
  name,
  document: JSON.stringify({ Version: '2012-10-17', Statement: statements }),
});
const allow = { Effect: 'Allow', Action: '*', Resource: '*' };
const deny = { Effect: 'Deny', Action: 's3:GetObject', Resource: '*' };
const other = { Effect: 'Allow', Action: 'ec2:*', Resource: '*' };
const maybe = { ...allow, Condition: { StringEquals: { 'aws:PrincipalTag/team': 'ml' } } };
const role = (policies: readonly RolePolicy[], boundary?: RolePolicy): Role => ({
  arn: ids.role,
  trust: '{}',
  policies,
  ...(boundary && { boundary }),
});
const [get] = scriptRequests(place, ids.role, script, undefined);
if (!get) throw new Error('there is a request');

describe('what the policies of a role and its boundary let it do', () => {
  test.each<[string, Role, object]>([
    ['one allows it', role([policy('a', other), policy('b', allow)]), { answer: 'allowed' }],
    ['none allows it', role([policy('a', other)]), { answer: 'denied' }],
    ['there is none', role([]), { answer: 'denied' }],
    ['one denies it', role([policy('a', allow), policy('b', deny)]), { answer: 'denied', explicit: true }],
    ['it hangs on what is not known', role([policy('a', maybe)]), { answer: 'undecidable' }],
    ['the boundary allows it too', role([policy('a', allow)], policy('edge', allow)), { answer: 'allowed' }],
    [
      'the boundary does not allow it: no further grant helps',
      role([policy('a', allow)], policy('edge', other)),
      { answer: 'denied', explicit: true, reason: 'the permissions boundary edge does not allow it' },
    ],
    ['the boundary denies it', role([policy('a', allow)], policy('edge', allow, deny)), { answer: 'denied', explicit: true }],
    ['the boundary hangs on what is not known', role([policy('a', allow)], policy('edge', maybe)), { answer: 'undecidable' }],
    ['the boundary alone grants nothing', role([], policy('edge', allow)), { answer: 'denied' }],
  ])('%s', (_, of, decision) => {
    expect(evaluateRole(of, get)).toMatchObject(decision);
  });
  test('a grant of the resource stands in for one of its own, never for the boundary or against a denial', () => {
    expect(evaluateRole(role([]), get, true).answer).toBe('allowed');
    expect(evaluateRole(role([policy('a', deny)]), get, true).answer).toBe('denied');
    expect(evaluateRole(role([], policy('edge', other)), get, true).answer).toBe('denied');
  });
});

test('a name for a policy that overwrites none', () => {
  expect(freePolicyName(role([]), 'x')).toBe('x');
  expect(freePolicyName(role([policy('x')]), 'x')).toBe('x-2');
  expect(freePolicyName(role([policy('x'), policy('x-2'), policy('x-4')]), 'x')).toBe('x-3');
});
