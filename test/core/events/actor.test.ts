import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { actorOf } from '../../../shared/core/events/actor.ts';
import { actorWords } from '../../../shared/core/render/trigger-words.ts';
import { examples } from '../../helpers/examples.ts';
import { account, hostileCharacters, identities } from './cloudtrail.ts';

const other = '444455556666';
const session = (role: string, name: string, of = account) => ({
  ...identities.role,
  accountId: of,
  arn: `arn:aws:sts::${of}:assumed-role/${role}/${name}`,
  sessionContext: { sessionIssuer: { type: 'Role', accountId: of, userName: role } },
});
const sso = 'AWSReservedSSO_AdministratorAccess_0123456789abcdef';

/** The types of `userIdentity` that CloudTrail documents. */
describe('the actor of a record', () => {
  test.each([
    ['IAMUser', identities.user, 'user alice'],
    ['AssumedRole', identities.role, 'role NetAdmin (session alice)'],
    ['AssumedRole of another account', session('NetAdmin', 'alice', other), `role NetAdmin (session alice) of account ${other}`],
    ['AssumedRole without context', { ...identities.role, sessionContext: undefined }, 'role NetAdmin (session alice)'],
    ['AssumedRole without session', { ...identities.role, arn: undefined }, 'role NetAdmin'],
    ['AssumedRole of IAM Identity Center', session(sso, 'alice@example.com'), 'alice@example.com (permission set AdministratorAccess)'],
    [
      'AssumedRole by CloudFormation',
      { ...session('Deploy', 'ci'), invokedBy: 'cloudformation.amazonaws.com' },
      'role Deploy (session ci) through cloudformation.amazonaws.com',
    ],
    ['Role', { type: 'Role', arn: `arn:aws:iam::${account}:role/NetAdmin`, accountId: account }, 'role NetAdmin'],
    ['Root', { type: 'Root', principalId: account, arn: `arn:aws:iam::${account}:root`, accountId: account }, 'the root user'],
    [
      'FederatedUser',
      { type: 'FederatedUser', arn: `arn:aws:sts::${account}:federated-user/bob`, accountId: account },
      'federated user bob',
    ],
    ['SAMLUser', { type: 'SAMLUser', userName: 'bob@example.com', identityProvider: 'x' }, 'federated user bob@example.com'],
    [
      'IdentityCenterUser',
      {
        type: 'IdentityCenterUser',
        accountId: account,
        onBehalfOf: { userId: '544894e8-80c1-707f-60e3-3ba6510dfac1', identityStoreArn: 'x' },
      },
      'IAM Identity Center user 544894e8-80c1-707f-60e3-3ba6510dfac1',
    ],
    ['AWSAccount', { type: 'AWSAccount', principalId: 'AIDA', accountId: other }, `account ${other}`],
    ['AWSService', { type: 'AWSService', invokedBy: 'eks.amazonaws.com' }, 'service eks.amazonaws.com'],
    ['a service without type', { accountId: account, invokedBy: 'servicequotas.amazonaws.com' }, 'service servicequotas.amazonaws.com'],
    ['Unknown', { type: 'Unknown' }, 'an unknown caller'],
    ['nothing', undefined, 'an unknown caller'],
    ['null', null, 'an unknown caller'],
    ['a list', [identities.user], 'an unknown caller'],
  ])('%s', (_, identity, words) => {
    expect(actorWords(actorOf(identity, account))).toBe(words);
  });
});

describe('names that IAM and STS do not allow', () => {
  test.each([
    '<b>alice</b>',
    'alice\u202e',
    'a\nWORSE (1)',
    'alice`rm`',
    '\u001b[2J',
    'x'.repeat(65),
    'alice and bob',
    '|https://evil.example|',
  ])('%j', (name) => {
    expect(actorOf({ ...identities.user, userName: name }, account)).toBeUndefined();
    expect(actorOf(session(name, 'alice'), account)).toBeUndefined();
    expect(actorOf(session('NetAdmin', name), account)).toEqual({ kind: 'role', name: 'NetAdmin' });
    expect(actorOf({ type: 'AWSService', invokedBy: name }, account)).toBeUndefined();
  });

  test('reach no word, whatever a record holds', () => {
    const text = fc.oneof(
      fc.string({ unit: fc.constantFrom(...hostileCharacters), maxLength: 200 }),
      fc.constantFrom('alice', 'NetAdmin', 'eks.amazonaws.com', account),
    );
    const types = ['Root', 'IAMUser', 'AssumedRole', 'Role', 'FederatedUser', 'SAMLUser', 'IdentityCenterUser', 'AWSAccount', 'AWSService'];
    const identity = fc.record({
      type: fc.constantFrom(...types),
      arn: text.map((name) => `arn:aws:sts::${account}:assumed-role/${name}`),
      accountId: text,
      userName: text,
      invokedBy: text,
      onBehalfOf: fc.record({ userId: text }),
      sessionContext: fc.oneof(fc.constant(null), fc.record({ sessionIssuer: fc.record({ userName: text }) })),
    });
    fc.assert(
      fc.property(identity, (of) => {
        expect(actorWords(actorOf(of, account))).toMatch(/^[\w+=,.@() -]{1,300}$/);
      }),
      { numRuns: examples(1000) },
    );
  });
});
