import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { blank } from '../../../shared/core/iam/patterns.ts';
import type { RequestContext } from '../../../shared/core/iam/policy-conditions.ts';
import { parsePolicy } from '../../../shared/core/iam/policy-document.ts';
import { type DecisionOptions, evaluatePolicies, type PolicyRequest, requireAll } from '../../../shared/core/iam/policy-evaluation.ts';

const arn = 'arn:aws:iam::111122223333:role/team/HyperPodNode';
const base: PolicyRequest = {
  action: 's3:GetObject',
  resource: 'arn:aws:s3:::sagemaker-life/scripts/on_create.sh',
  principal: { arn, account: '111122223333' },
  context: { 'aws:principalaccount': ['111122223333'], 'aws:securetransport': ['true'], 'aws:username': [] },
};
const allow = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' };
const deny = { ...allow, Effect: 'Deny' };
type Json = { readonly [key: string]: unknown };
const write = (statement: unknown, version: string | undefined = '2012-10-17') =>
  JSON.stringify({ ...(version && { Version: version }), Statement: statement });
const ask = (statement: unknown, request: Partial<PolicyRequest> = {}, reading: DecisionOptions = {}, version?: string) =>
  evaluatePolicies([parsePolicy('p', write(statement, version))], { ...base, ...request }, reading);
const answer = (...args: Parameters<typeof ask>) => ask(...args).answer;

describe('statements', () => {
  test.each<[string, unknown, string]>([
    ['an object in place of a list', allow, 'allowed'],
    ['a list', [allow], 'allowed'],
    ['an empty list', [], 'denied'],
    ['Deny beside Allow, first', [deny, allow], 'denied'],
    ['Deny beside Allow, last', [allow, deny], 'denied'],
    ['another action', { ...allow, Action: 's3:PutObject' }, 'denied'],
    ['actions in any case', { ...allow, Action: 'S3:getOBJECT' }, 'allowed'],
    ['one of several actions', { ...allow, Action: ['s3:PutObject', 's3:GetObject'] }, 'allowed'],
    ['* for every action', { ...allow, Action: '*' }, 'allowed'],
    ['* within a service', { ...allow, Action: 's3:*' }, 'allowed'],
    ['* of another service', { ...allow, Action: 's3-outposts:*' }, 'denied'],
    ['* in the middle', { ...allow, Action: 's3:G*Object' }, 'allowed'],
    ['? for one character', { ...allow, Action: 's3:Ge?Object' }, 'allowed'],
    ['? is not two characters', { ...allow, Action: 's3:G?Object' }, 'denied'],
    ['? is not none', { ...allow, Action: 's3:GetObject?' }, 'denied'],
    ['NotAction without the action', { Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }, 'allowed'],
    ['NotAction with the action', { Effect: 'Allow', NotAction: ['iam:*', 's3:Get*'], Resource: '*' }, 'denied'],
    ['the object itself', { ...allow, Resource: base.resource }, 'allowed'],
    ['the bucket is not its objects', { ...allow, Resource: 'arn:aws:s3:::sagemaker-life' }, 'denied'],
    ['a prefix of the bucket name', { ...allow, Resource: 'arn:aws:s3:::sagemaker-*' }, 'allowed'],
    ['resources keep their case', { ...allow, Resource: 'arn:aws:s3:::Sagemaker-*' }, 'denied'],
    ['one of several resources', { ...allow, Resource: ['arn:aws:s3:::other/*', 'arn:aws:s3:::sagemaker-life/*'] }, 'allowed'],
    ['NotResource without it', { Effect: 'Allow', Action: '*', NotResource: 'arn:aws:s3:::other/*' }, 'allowed'],
    ['NotResource with it', { Effect: 'Allow', Action: '*', NotResource: 'arn:aws:s3:::sagemaker-life/*' }, 'denied'],
    ['another partition', { ...allow, Resource: 'arn:aws-cn:s3:::*' }, 'denied'],
    ['a partition left open', { ...allow, Resource: 'arn:*:s3:::sagemaker-life/*' }, 'allowed'],
    ['an ARN that breaks off', { ...allow, Resource: 'arn:aws:s3*' }, 'undecidable'],
    ['a Deny on an ARN that breaks off', [allow, { ...deny, Resource: 'arn:aws:s3*' }], 'undecidable'],
  ])('%s', (_, statement, expected) => expect(answer(statement)).toBe(expected));

  test('an action without resources is matched by * alone', () => {
    const request = { action: 'ec2:DescribeVpcs', resource: '*' };
    expect(answer({ ...allow, Action: 'ec2:Describe*' }, request)).toBe('allowed');
    expect(answer({ ...allow, Action: 'ec2:Describe*', Resource: 'arn:aws:ec2:*:*:*' }, request)).toBe('denied');
  });

  test('a wildcard does not reach over the colons of an ARN for certain', () => {
    const request = { action: 'ec2:CreateTags', resource: 'arn:aws:ec2:us-west-2:111122223333:network-interface/eni-1' };
    expect(answer({ ...allow, Action: '*', Resource: 'arn:aws:ec2:*:*:network-interface/*' }, request)).toBe('allowed');
    expect(answer({ ...allow, Action: '*', Resource: 'arn:aws:ec2:*:network-interface/*' }, request)).toBe('undecidable');
  });

  test('silence may be consent', () => {
    expect(answer([], {}, { silence: 'allowed' })).toBe('allowed');
    expect(answer(deny, {}, { silence: 'allowed' })).toBe('denied');
    expect(answer({ ...deny, Condition: { Bool: { 'aws:Unknown': 'true' } } }, {}, { silence: 'allowed' })).toBe('undecidable');
  });

  test('only a Deny is explicit, and reasons name statement and policy', () => {
    expect(ask({ ...deny, Sid: 'NoReading' })).toEqual({
      answer: 'denied',
      explicit: true,
      reason: 'statement NoReading of policy p denies it',
    });
    expect(ask([])).toEqual({ answer: 'denied', reason: '0 statements allow it' });
    expect(ask(allow)).toEqual({ answer: 'allowed', reason: 'statement 1 of policy p allows it' });
    expect(ask({ ...allow, Condition: { StringEquals: { 'aws:PrincipalTag/team': 'x' } } }).reason).toBe(
      'statement 1 of policy p depends on the condition StringEquals aws:PrincipalTag/team',
    );
  });
});

describe('what is not known', () => {
  test.each<[string, string, string]>([
    ['arn:aws:ecr:us-west-2:*:repository/*', 'allowed', 'a * covers it'],
    ['arn:aws:ecr:us-west-2:602401143452:repository/*', 'undecidable', 'it may be that account'],
    ['arn:aws:ecr:us-east-1:602401143452:repository/*', 'denied', 'the region is another in any case'],
    ['arn:aws:ecr:us-west-2:??????????*:repository/*', 'undecidable', 'it may be long enough'],
    ['arn:aws:ecr:us-west-2:*:registry/*', 'denied', 'no account makes it a registry'],
  ])('resource %s: %s, %s', (pattern, expected) => {
    const request = { action: 'ecr:BatchGetImage', resource: `arn:aws:ecr:us-west-2:${blank}:repository/${blank}` };
    expect(answer({ ...allow, Action: '*', Resource: pattern }, request)).toBe(expected);
    const denied = answer(
      [
        { ...allow, Action: '*' },
        { ...deny, Action: '*', Resource: pattern },
      ],
      request,
    );
    expect(denied).toBe(expected === 'allowed' ? 'denied' : expected === 'denied' ? 'allowed' : 'undecidable');
  });

  test('a certain Deny wins over any doubt, and doubt over an Allow', () => {
    const doubtful = { Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } } };
    expect(answer([allow, { ...deny, ...doubtful }])).toBe('undecidable');
    expect(answer([{ ...allow, ...doubtful }, deny])).toBe('denied');
    expect(answer([{ ...allow, ...doubtful }, allow])).toBe('allowed');
    expect(answer({ ...allow, ...doubtful })).toBe('undecidable');
    // Without any Allow a doubtful Deny changes nothing.
    expect(answer({ ...deny, ...doubtful })).toBe('denied');
  });

  test.each([
    ['no JSON', '{', 'it is not JSON'],
    ['no object', '[]', 'it is not a JSON object'],
    ['null', 'null', 'it is not a JSON object'],
    ['no statement', '{}', 'its statement 1 is missing or not an object'],
    ['no effect', write({ Action: '*', Resource: '*' }), 'its statement 1 has no Effect'],
    ['another effect', write([allow, { ...allow, Effect: 'allow' }]), 'its statement 2 has no Effect'],
    ['no action', write({ Effect: 'Allow', Resource: '*' }), 'its statement 1 has no Action'],
    ['an odd action', write({ ...allow, Action: {} }), 'its statement 1 has no Action'],
    ['an odd resource', write({ ...allow, Resource: {} }), 'its statement 1 has an unreadable Resource'],
    ['an odd principal', write({ ...allow, Principal: 'me' }), 'its statement 1 has an unreadable Principal'],
    ['an odd principal list', write({ ...allow, Principal: { AWS: {} } }), 'its statement 1 has an unreadable Principal'],
    ['an odd condition', write({ ...allow, Condition: { Bool: 'x' } }), 'its statement 1 has an unreadable Condition'],
    ['a condition that is a list', write({ ...allow, Condition: [] }), 'its statement 1 has an unreadable Condition'],
  ])('a document that is %s makes the answer undecidable', (_, document, why) => {
    const broken = parsePolicy('broken', document);
    expect(evaluatePolicies([broken], base)).toEqual({ answer: 'undecidable', reason: `policy broken is not evaluated: ${why}` });
    expect(evaluatePolicies([broken, parsePolicy('p', write(allow))], base).answer).toBe('undecidable');
    expect(evaluatePolicies([broken, parsePolicy('p', write(deny))], base).answer).toBe('denied');
  });
});

describe('principals', () => {
  const role = arn;
  test.each<[string, Json, string]>([
    ['anyone', { Principal: '*' }, 'allowed'],
    ['any AWS principal', { Principal: { AWS: '*' } }, 'allowed'],
    ['the account by number', { Principal: { AWS: '111122223333' } }, 'allowed'],
    ['the account by ARN', { Principal: { AWS: 'arn:aws:iam::111122223333:root' } }, 'allowed'],
    ['the role', { Principal: { AWS: role } }, 'allowed'],
    ['one of several', { Principal: { AWS: ['999999999999', role] } }, 'allowed'],
    ['another account', { Principal: { AWS: '999999999999' } }, 'denied'],
    ['another role', { Principal: { AWS: 'arn:aws:iam::111122223333:role/Other' } }, 'denied'],
    ['a session of the role', { Principal: { AWS: 'arn:aws:sts::111122223333:assumed-role/HyperPodNode/x' } }, 'undecidable'],
    ['a session of another', { Principal: { AWS: 'arn:aws:sts::111122223333:assumed-role/Other/x' } }, 'denied'],
    ['a unique id of a role', { Principal: { AWS: 'AROAEXAMPLE' } }, 'undecidable'],
    ['a unique id of a user', { Principal: { AWS: 'AIDAEXAMPLE' } }, 'denied'],
    ['a service', { Principal: { Service: 'sagemaker.amazonaws.com' } }, 'denied'],
    ['an identity provider', { Principal: { Federated: 'cognito-identity.amazonaws.com' } }, 'denied'],
    ['a canonical user', { Principal: { CanonicalUser: 'abc' } }, 'undecidable'],
    ['NotPrincipal naming others', { NotPrincipal: { AWS: '999999999999' } }, 'allowed'],
    ['NotPrincipal naming the role', { NotPrincipal: { AWS: role } }, 'undecidable'],
  ])('%s', (_, principal, expected) => {
    expect(answer({ ...allow, ...principal })).toBe(expected);
    const denied = answer([{ ...deny, ...principal }], {}, { silence: 'allowed' });
    expect(denied).toBe(expected === 'allowed' ? 'denied' : expected === 'denied' ? 'allowed' : 'undecidable');
  });

  test.each([
    ['*', 'allowed'],
    [{ AWS: '*' }, 'allowed'],
    [{ AWS: '111122223333' }, 'undecidable'],
    [{ AWS: role }, 'undecidable'],
    [{ AWS: '999999999999' }, 'denied'],
  ])('a gateway endpoint takes %j: %s', (Principal, expected) =>
    expect(answer({ ...allow, Principal }, {}, { gateway: true })).toBe(expected),
  );

  test.each([
    [{ Service: 'sagemaker.amazonaws.com' }, 'allowed', 'denied'],
    [{ Service: ['ec2.amazonaws.com', 'sagemaker.amazonaws.com'] }, 'allowed', 'denied'],
    [{ Service: 'ec2.amazonaws.com' }, 'denied', 'allowed'],
    [{ AWS: '111122223333' }, 'denied', 'allowed'],
    ['*', 'undecidable', 'denied'],
    [{ Federated: 'x' }, 'undecidable', 'undecidable'],
  ])('a service is among %j: %s', (Principal, expected, denied) => {
    const request = { principal: { service: 'sagemaker.amazonaws.com' } };
    expect(answer({ ...allow, Principal }, request)).toBe(expected);
    expect(answer({ ...deny, Principal }, request, { silence: 'allowed' })).toBe(denied);
  });
});

describe('conditions', () => {
  const context: RequestContext = {
    'aws:principalaccount': ['111122223333'],
    'aws:sourcevpc': ['vpc-1'],
    'aws:sourcevpce': [],
    'aws:sourceip': [],
    'aws:securetransport': ['true'],
    'aws:principalarn': [arn],
    'aws:currenttime': ['2026-11-20T08:00:00Z'],
    'aws:tokenissuetime': { atLeast: '2026-11-20T08:00:00Z' },
    's3:tlsversion': { atLeast: '1.2' },
    's3:prefix': [`scripts/${blank}`],
    'aws:tagkeys': ['a', 'b'],
  };
  test.each<[Json, 'yes' | 'no' | 'maybe']>([
    [{}, 'yes'],
    [{ StringEquals: { 'aws:PrincipalAccount': '111122223333' } }, 'yes'],
    [{ StringEquals: { 'AWS:principalaccount': '111122223333' } }, 'yes'],
    [{ StringEquals: { 'aws:PrincipalAccount': 111122223333 } }, 'yes'],
    [{ StringEquals: { 'aws:PrincipalAccount': ['1', '111122223333'] } }, 'yes'],
    [{ StringEquals: { 'aws:PrincipalAccount': '1111*' } }, 'no'],
    [{ StringEquals: { 'aws:PrincipalAccount': [] } }, 'no'],
    [{ StringEquals: { 'aws:PrincipalAccount': { a: 1 } } }, 'maybe'],
    [{ StringEquals: { 'aws:PrincipalOrgID': 'o-1' } }, 'maybe'],
    [{ StringNotEquals: { 'aws:PrincipalOrgID': 'o-1' } }, 'maybe'],
    [{ StringEqualsIfExists: { 'aws:PrincipalOrgID': 'o-1' } }, 'maybe'],
    [{ StringEquals: { 'aws:SourceVpc': 'vpc-1', 'aws:PrincipalOrgID': 'o-1' } }, 'maybe'],
    [{ StringEquals: { 'aws:SourceVpc': 'vpc-2', 'aws:PrincipalOrgID': 'o-1' } }, 'no'],
    [{ StringNotEquals: { 'aws:SourceVpc': 'vpc-1' } }, 'no'],
    [{ StringNotEquals: { 'aws:SourceVpc': ['vpc-2', 'vpc-1'] } }, 'no'],
    [{ StringNotEquals: { 'aws:SourceVpc': ['vpc-2', 'vpc-3'] } }, 'yes'],
    [{ StringEqualsIgnoreCase: { 'aws:SourceVpc': 'VPC-1' } }, 'yes'],
    [{ StringNotEqualsIgnoreCase: { 'aws:SourceVpc': 'VPC-1' } }, 'no'],
    [{ StringLike: { 'aws:SourceVpc': 'vpc-*' } }, 'yes'],
    [{ StringLike: { 'aws:SourceVpc': 'VPC-*' } }, 'no'],
    [{ StringNotLike: { 'aws:SourceVpc': 'vpc-?' } }, 'no'],
    // A key that is surely missing.
    [{ StringEquals: { 'aws:SourceVpce': 'vpce-1' } }, 'no'],
    [{ StringNotEquals: { 'aws:SourceVpce': 'vpce-1' } }, 'yes'],
    [{ StringEqualsIfExists: { 'aws:SourceVpce': 'vpce-1' } }, 'yes'],
    [{ StringNotEqualsIfExists: { 'aws:SourceVpce': 'vpce-1' } }, 'yes'],
    [{ 'ForAnyValue:StringEquals': { 'aws:SourceVpce': 'vpce-1' } }, 'no'],
    [{ 'ForAnyValue:StringNotEquals': { 'aws:SourceVpce': 'vpce-1' } }, 'no'],
    [{ 'ForAllValues:StringEquals': { 'aws:SourceVpce': 'vpce-1' } }, 'yes'],
    [{ Null: { 'aws:SourceVpce': 'true' } }, 'yes'],
    [{ Null: { 'aws:SourceVpce': false } }, 'no'],
    [{ Null: { 'aws:SourceVpc': 'true' } }, 'no'],
    [{ Null: { 'aws:SourceVpc': 'false' } }, 'yes'],
    [{ Null: { 'aws:TokenIssueTime': 'true' } }, 'no'],
    [{ Null: { 'aws:PrincipalOrgID': 'true' } }, 'maybe'],
    [{ IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } }, 'no'],
    [{ NotIpAddress: { 'aws:SourceIp': '203.0.113.0/24' } }, 'yes'],
    [{ NotIpAddressIfExists: { 'aws:SourceIp': '203.0.113.0/24' } }, 'yes'],
    [{ IpAddress: { 'aws:VpcSourceIp': '10.0.0.0/8' } }, 'maybe'],
    [{ IpAddress: { 'aws:SourceVpc': '10.0.0.0/8' } }, 'maybe'],
    // Several values of one key.
    [{ 'ForAnyValue:StringEquals': { 'aws:TagKeys': ['b', 'c'] } }, 'yes'],
    [{ 'ForAllValues:StringEquals': { 'aws:TagKeys': ['b', 'c'] } }, 'no'],
    [{ 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a', 'b', 'c'] } }, 'yes'],
    [{ 'ForAnyValue:StringNotEquals': { 'aws:TagKeys': ['a'] } }, 'yes'],
    [{ 'ForAllValues:StringNotEquals': { 'aws:TagKeys': ['a'] } }, 'no'],
    // ARNs, part by part.
    [{ ArnEquals: { 'aws:PrincipalArn': arn } }, 'yes'],
    [{ ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/team/*' } }, 'yes'],
    [{ ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/other/*' } }, 'no'],
    [{ ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/team/*' } }, 'no'],
    [{ ArnNotEquals: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/other' } }, 'yes'],
    [{ Bool: { 'aws:SecureTransport': 'false' } }, 'no'],
    [{ Bool: { 'aws:SecureTransport': true } }, 'yes'],
    [{ BoolIfExists: { 'aws:SecureTransport': 'True' } }, 'yes'],
    // Numbers and times; of a lower bound only what follows from it.
    [{ NumericLessThan: { 's3:TlsVersion': '1.2' } }, 'no'],
    [{ NumericLessThan: { 's3:TlsVersion': 1.3 } }, 'maybe'],
    [{ NumericLessThanEquals: { 's3:TlsVersion': '1.1' } }, 'no'],
    [{ NumericLessThanEquals: { 's3:TlsVersion': '1.2' } }, 'maybe'],
    [{ NumericGreaterThanEquals: { 's3:TlsVersion': '1.2' } }, 'yes'],
    [{ NumericGreaterThan: { 's3:TlsVersion': '1.2' } }, 'maybe'],
    [{ NumericGreaterThan: { 's3:TlsVersion': '1.1' } }, 'yes'],
    [{ NumericEquals: { 's3:TlsVersion': '1.1' } }, 'no'],
    [{ NumericEquals: { 's3:TlsVersion': '1.2' } }, 'maybe'],
    [{ NumericNotEquals: { 's3:TlsVersion': '1.1' } }, 'yes'],
    [{ NumericEquals: { 's3:TlsVersion': 'x' } }, 'maybe'],
    [{ StringEquals: { 's3:TlsVersion': '1.2' } }, 'maybe'],
    [{ DateLessThan: { 'aws:TokenIssueTime': '2026-01-01T00:00:00Z' } }, 'no'],
    [{ DateLessThan: { 'aws:TokenIssueTime': '2027-01-01T00:00:00Z' } }, 'maybe'],
    [{ DateGreaterThan: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' } }, 'yes'],
    [{ DateLessThan: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' } }, 'no'],
    [{ DateLessThanEquals: { 'aws:CurrentTime': '2026-11-20T08:00:00Z' } }, 'yes'],
    [{ DateGreaterThanEquals: { 'aws:CurrentTime': '2026-11-20T08:00:01Z' } }, 'no'],
    [{ DateGreaterThan: { 'aws:CurrentTime': '1767225600' } }, 'yes'],
    [{ DateNotEquals: { 'aws:CurrentTime': '2026-11-20T08:00:00Z' } }, 'no'],
    // Text of which only the beginning is known.
    [{ StringLike: { 's3:prefix': 'scripts/*' } }, 'yes'],
    [{ StringLike: { 's3:prefix': 'scripts/x*' } }, 'maybe'],
    [{ StringEquals: { 's3:prefix': 'scripts/' } }, 'maybe'],
    [{ StringEquals: { 's3:prefix': 'other/' } }, 'no'],
    // Operators that are not known, or not spelled so.
    [{ BinaryEquals: { 'aws:SourceVpc': 'dnBjLTE=' } }, 'maybe'],
    [{ StringMatches: { 'aws:SourceVpc': 'vpc-1' } }, 'maybe'],
    [{ 'ForAnyValue:Null': { 'aws:SourceVpc': 'true' } }, 'maybe'],
    [{ NotBool: { 'aws:SecureTransport': 'true' } }, 'maybe'],
    [{ stringequals: { 'aws:SourceVpc': 'vpc-1' } }, 'maybe'],
  ])('%j: %s', (Condition, expected) => {
    const answers = { yes: 'allowed', no: 'denied', maybe: 'undecidable' };
    expect(answer({ ...allow, Condition }, { context })).toBe(answers[expected]);
    const denies = { yes: 'denied', no: 'allowed', maybe: 'undecidable' };
    expect(answer({ ...deny, Condition }, { context }, { silence: 'allowed' })).toBe(denies[expected]);
  });
});

describe('variables', () => {
  const context: RequestContext = {
    ...base.context,
    'aws:principaltag/bucket': ['sagemaker-life'],
    'aws:many': ['a', 'b'],
    'aws:open': [`sage${blank}`],
  };
  test.each([
    ['arn:aws:s3:::${aws:PrincipalTag/bucket}/*', 'allowed'],
    ['arn:aws:s3:::${aws:principaltag/BUCKET}/*', 'allowed'],
    ['arn:aws:s3:::${aws:PrincipalAccount}/*', 'denied'],
    ['arn:aws:s3:::${aws:username}/*', 'denied'],
    ["arn:aws:s3:::${aws:username, 'sagemaker-life'}/*", 'allowed'],
    ["arn:aws:s3:::${aws:username, 'other'}/*", 'denied'],
    ['arn:aws:s3:::${aws:PrincipalTag/unknown}/*', 'undecidable'],
    ['arn:aws:s3:::other-${aws:PrincipalTag/unknown}/*', 'denied'],
    ['arn:aws:s3:::${aws:many}/*', 'undecidable'],
    ['arn:aws:s3:::${aws:open}/*', 'undecidable'],
    ['arn:aws:s3:::sagemaker-life/${*}', 'denied'],
    ['arn:aws:s3:::sagemaker-life/${', 'denied'],
  ])('%s: %s', (Resource, expected) => expect(answer({ ...allow, Resource }, { context })).toBe(expected));

  test('a wildcard that a variable brings is plain text', () => {
    expect(answer({ ...allow, Resource: 'arn:aws:s3:::${aws:x}' }, { context: { 'aws:x': ['*'] } })).toBe('denied');
  });
  test('in the first version of the language they are plain text', () => {
    expect(answer({ ...allow, Resource: 'arn:aws:s3:::${aws:PrincipalTag/bucket}/*' }, { context }, {}, '2008-10-17')).toBe('denied');
    const request = { resource: 'arn:aws:s3:::${aws:PrincipalTag/bucket}/x', context };
    expect(answer({ ...allow, Resource: 'arn:aws:s3:::${aws:PrincipalTag/bucket}/*' }, request, {}, '2008-10-17')).toBe('allowed');
  });
  test('in a condition', () => {
    const Condition = { StringEquals: { 'aws:ResourceAccount': '${aws:PrincipalAccount}' } };
    const owned = (account: string) => ({ context: { ...base.context, 'aws:resourceaccount': [account] } });
    expect(answer({ ...allow, Condition }, owned('111122223333'))).toBe('allowed');
    expect(answer({ ...allow, Condition }, owned('999999999999'))).toBe('denied');
    expect(answer({ ...allow, Condition: { StringNotEquals: { 'aws:ResourceAccount': '${aws:username}' } } }, owned('1'))).toBe('allowed');
  });
});

describe('everyOf', () => {
  const allowed = { answer: 'allowed', reason: 'a' } as const;
  const implicit = { answer: 'denied', reason: 'i' } as const;
  const explicit = { answer: 'denied', reason: 'e', explicit: true } as const;
  const doubt = { answer: 'undecidable', reason: 'u' } as const;
  test.each([
    [[allowed, allowed], allowed],
    [[allowed, doubt], doubt],
    [[doubt, implicit], implicit],
    [[implicit, explicit], explicit],
  ])('%j', (decisions, expected) => expect(requireAll(decisions)).toEqual(expected));
  test('with nothing to allow it, it is allowed', () => expect(requireAll([]).answer).toBe('allowed'));
});

describe('properties', () => {
  const keys = ['aws:SourceVpc', 'aws:PrincipalAccount', 's3:prefix'];
  const value = fc.constantFrom('a', 'b', 'ab', 'a*', '*', '?', '${aws:SourceVpc}', 'true', '1', '2026-01-01T00:00:00Z');
  const operator = fc.constantFrom(
    'StringEquals',
    'StringNotEquals',
    'StringLike',
    'StringNotLikeIfExists',
    'StringEqualsIfExists',
    'ForAnyValue:StringLike',
    'ForAllValues:StringNotEquals',
    'ArnLike',
    'ArnNotEquals',
    'Bool',
    'Null',
    'NumericLessThan',
    'DateGreaterThan',
    'IpAddress',
    'NotIpAddress',
  );
  const condition = fc.dictionary(operator, fc.dictionary(fc.constantFrom(...keys), fc.array(value, { maxLength: 2 }), { maxKeys: 2 }), {
    maxKeys: 2,
  });
  const resources = fc.array(
    fc.constantFrom('*', 'a', 'b', 'a*', '?b', 'arn:aws:s3:::a', 'arn:aws:s3:::*', '${aws:SourceVpc}', 'arn:aws:s3*'),
    { maxLength: 2 },
  );
  const actions = fc.array(fc.constantFrom('*', 's3:*', 's3:Get*', 's3:Put?', 'ec2:X', 'S3:GETOBJECT'), { maxLength: 2 });
  const principals = fc.constantFrom(
    '*',
    { AWS: '*' },
    { AWS: '111122223333' },
    { AWS: arn },
    { Service: 's' },
    { AWS: 'AROA1' },
    undefined,
  );
  const statement = fc
    .record({
      effect: fc.constantFrom('Allow', 'Deny'),
      actions,
      resources,
      principals,
      condition,
      not: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
    })
    .map(({ effect, actions, resources, principals, condition, not }) => ({
      Effect: effect,
      [not[0] ? 'NotAction' : 'Action']: actions,
      [not[1] ? 'NotResource' : 'Resource']: resources,
      ...(principals !== undefined && { [not[2] ? 'NotPrincipal' : 'Principal']: principals }),
      Condition: condition,
    }));
  const statements = fc.array(statement, { maxLength: 4 });
  const known = fc.dictionary(
    fc.constantFrom(...keys.map((k) => k.toLowerCase())),
    fc.oneof(fc.array(fc.constantFrom('a', 'b', 'ab', '111122223333'), { maxLength: 2 }), fc.constant({ atLeast: '1' })),
  );
  const resource = fc.constantFrom('*', 'a', 'b', 'ab', 'arn:aws:s3:::a', 'arn:aws:s3:::ab');
  const reading: fc.Arbitrary<DecisionOptions> = fc.record({
    silence: fc.constantFrom('allowed' as const, 'denied' as const),
    gateway: fc.boolean(),
  });
  const policy = (s: unknown) => parsePolicy('p', write(s));

  test('nothing throws, whatever the document', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.jsonValue().map(write)), (document) => {
        expect(['allowed', 'denied', 'undecidable']).toContain(evaluatePolicies([parsePolicy('p', document)], base).answer);
      }),
    );
  });

  test('an answer that is certain stays when more becomes known', () => {
    fc.assert(
      fc.property(statements, resource, known, known, reading, (s, resource, some, more, how) => {
        const before = evaluatePolicies([policy(s)], { ...base, resource, context: some }, how).answer;
        const after = evaluatePolicies([policy(s)], { ...base, resource, context: { ...more, ...some } }, how).answer;
        if (before !== 'undecidable') expect(after).toBe(before);
      }),
      { numRuns: 2000 },
    );
  });

  test('an answer that is certain holds for every text in place of a blank', () => {
    const pattern = fc.stringMatching(/^[ab*?:]{0,6}$/);
    const piece = fc.stringMatching(/^[ab:]{0,8}$/);
    const word = fc.stringMatching(/^[ab]{0,3}$/);
    fc.assert(
      fc.property(
        fc.array(pattern, { minLength: 1, maxLength: 2 }),
        piece,
        word,
        piece,
        fc.boolean(),
        (patterns, head, fill, tail, negated) => {
          const s = [{ Effect: 'Allow', Action: '*', [negated ? 'NotResource' : 'Resource']: patterns }];
          const open = evaluatePolicies([policy(s)], { ...base, resource: `${head}${blank}${tail}` }).answer;
          const filled = evaluatePolicies([policy(s)], { ...base, resource: `${head}${fill}${tail}` }).answer;
          if (open !== 'undecidable') expect([open, 'undecidable']).toContain(filled);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('patterns match as their regular expression does', () => {
    const pattern = fc.stringMatching(/^[ab*?.]{0,8}$/);
    fc.assert(
      fc.property(pattern, fc.stringMatching(/^[ab.]{0,8}$/), (raw, text) => {
        const source = raw.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.');
        const Condition = { StringLike: { k: raw } };
        expect(answer({ ...allow, Condition }, { context: { k: [text] } }) === 'allowed').toBe(new RegExp(`^${source}$`).test(text));
      }),
      { numRuns: 1000 },
    );
  });

  test('a further Deny never opens anything, a further Allow never shuts anything', () => {
    const rank = { denied: 0, undecidable: 1, allowed: 2 };
    fc.assert(
      fc.property(statements, statement, resource, known, reading, (s, more, resource, context, how) => {
        const request = { ...base, resource, context };
        const before = rank[evaluatePolicies([policy(s)], request, how).answer];
        const after = rank[evaluatePolicies([policy([...s, more])], request, how).answer];
        if (more.Effect === 'Deny') expect(after).toBeLessThanOrEqual(before);
        else expect(after).toBeGreaterThanOrEqual(before);
      }),
      { numRuns: 1000 },
    );
  });

  test('neither the order of documents nor of statements matters', () => {
    fc.assert(
      fc.property(statements, statements, resource, known, reading, (s, t, resource, context, how) => {
        const request = { ...base, resource, context };
        const whole = evaluatePolicies([policy(s), policy(t)], request, how);
        expect(evaluatePolicies([policy(t), policy(s)], request, how)).toEqual(whole);
        expect(evaluatePolicies([policy([...t, ...s].toReversed())], request, how).answer).toBe(whole.answer);
      }),
    );
  });

  test('a Deny of everything denies', () => {
    fc.assert(
      fc.property(statements, known, (s, context) => {
        expect(evaluatePolicies([policy([...s, { Effect: 'Deny', Action: '*', Resource: '*' }])], { ...base, context }).answer).toBe(
          'denied',
        );
      }),
    );
  });
});
