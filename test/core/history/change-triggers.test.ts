import { describe, expect, test } from 'vitest';
import { changeEventOf } from '../../../shared/core/events/change-events.ts';
import { triggerOf } from '../../../shared/core/events/recorded-call.ts';
import { storedTriggers, type Trigger } from '../../../shared/core/events/triggers.ts';
import { changedBy, mayHaveMore, triggeredBy, triggersOfChange } from '../../../shared/core/history/change-triggers.ts';
import { callWords, triggersWords } from '../../../shared/core/render/trigger-words.ts';
import { account, record } from '../events/cloudtrail.ts';
import { finding, lastCommit, planned, running } from '../results.ts';

const service = 'ec2.amazonaws.com';
const at = '2026-11-20T08:59:40Z';
const netAdmin = { kind: 'role', name: 'NetAdmin' } as const;
const trigger = (n: number, more: Partial<Trigger> = {}): Trigger => ({
  id: `e-${n}`,
  call: 'RevokeSecurityGroupIngress',
  service,
  actor: netAdmin,
  at,
  resources: ['sg-0a1b2c3d'],
  ...more,
});
const factsAt = '2026-11-20T09:00:00.000Z';
const resource = 'sg-0a1b2c3d';
/** sg-0a1b2c3d fails from nine o'clock on. */
const commit = lastCommit(
  { findings: [finding({ resource })], clusters: [planned] },
  { findings: [finding({ resource, status: 'fail' })], clusters: [planned] },
);
const regressed = commit.changes.find((c) => c.of === 'finding') ?? expect.fail('no change');

describe('a trigger', () => {
  const event = (detail: unknown) => ({
    id: 'e-1',
    'detail-type': 'AWS API Call via CloudTrail',
    source: 'aws.ec2',
    account,
    time: at,
    region: 'us-west-2',
    detail,
  });
  const made = record(service, 'DeleteSecurityGroup', { requestParameters: { groupId: resource } });
  test('is what a record says, and comes with its change', () => {
    const expected = {
      id: 'e-1',
      call: 'DeleteSecurityGroup',
      service,
      actor: { kind: 'role', name: 'NetAdmin', session: 'alice' },
      at: '2026-11-24T07:59:40Z',
      resources: [resource],
    };
    expect(changeEventOf(event(made))?.trigger).toEqual(expected);
  });
  test.each([
    ['a time that is none', { ...made, eventTime: 'yesterday' }],
    ['a month that is none', { ...made, eventTime: '2026-13-24T07:59:40Z' }],
    ['a time with more behind it', { ...made, eventTime: `${at}\nWORSE` }],
    ['another call', { ...made, eventName: 'DescribeVpcs' }],
    ['another service', { ...made, eventSource: 'toString' }],
    ['no detail', null],
  ])('is not made of %s', (_, detail) => {
    expect(triggerOf('e-1', detail, account)).toBeUndefined();
  });
  test('is not made of what SageMaker says by itself', () => {
    const said = { ...event({}), 'detail-type': 'SageMaker HyperPod Cluster State Change', source: 'aws.sagemaker' };
    expect(changeEventOf(said)).not.toHaveProperty('trigger');
  });
  test('a record without its time or caller is a change all the same', () => {
    const { eventTime, userIdentity, ...rest } = made;
    expect(changeEventOf(event(rest))?.what).toBe('ec2.amazonaws.com DeleteSecurityGroup');
  });
});

describe('a commit names', () => {
  const words = (...triggers: readonly Trigger[]) => {
    const triggered = triggeredBy(triggers, commit.changes, factsAt);
    return triggered && triggersWords(triggered, factsAt);
  };
  const byOthers = (n: number, call = 'CreateSubnet') => trigger(n, { call, actor: { kind: 'user', name: `user-${n}` }, resources: [] });
  const many = Array.from({ length: storedTriggers }, (_, n) => byOthers(n));

  test.each([
    ['a call', [trigger(1)], 'RevokeSecurityGroupIngress by role NetAdmin, 08:59 UTC'],
    [
      'a call of another day with its date',
      [trigger(1, { at: '2026-11-19T23:59:40Z' })],
      'RevokeSecurityGroupIngress by role NetAdmin, 2026-11-19 23:59 UTC',
    ],
    ['equal calls once', [trigger(1), trigger(2)], '2 × RevokeSecurityGroupIngress by role NetAdmin, 08:59 UTC'],
    [
      'their period',
      [trigger(2), trigger(1, { at: '2026-11-20T08:57:00Z' })],
      '2 × RevokeSecurityGroupIngress by role NetAdmin, 08:57 to 08:59 UTC',
    ],
    [
      'a call without caller',
      [trigger(1, { actor: undefined } as unknown as Trigger)],
      'RevokeSecurityGroupIngress by an unknown caller, 08:59 UTC',
    ],
    [
      'three calls and the number of the others, the one that names a resource first',
      [byOthers(1), byOthers(2), byOthers(3), byOthers(4), trigger(5)],
      'RevokeSecurityGroupIngress by role NetAdmin, 08:59 UTC; CreateSubnet by user user-1, 08:59 UTC; CreateSubnet by user user-2, 08:59 UTC; and 2 more calls',
    ],
    [
      'that there can be others where the mark was full',
      many,
      `${[0, 1, 2].map((n) => `CreateSubnet by user user-${n}, 08:59 UTC`).join('; ')}; and at least 5 more calls`,
    ],
    [
      'the same of calls that are one',
      Array.from({ length: storedTriggers }, (_, n) => trigger(n)),
      '8 × RevokeSecurityGroupIngress by role NetAdmin, 08:59 UTC; possibly more calls',
    ],
    ['no call after its facts', [trigger(1, { at: '2026-11-20T09:00:01Z' })], undefined],
    ['nothing without triggers', [], undefined],
  ] as const)('%s', (_, triggers, expected) => {
    expect(words(...triggers)).toBe(expected);
  });

  test('nothing where an edited plan or a first audit made the changes', () => {
    const edited = lastCommit({ findings: [finding()], planHash: 'a' }, { findings: [finding({ status: 'fail' })], planHash: 'b' });
    const first = lastCommit({ findings: [finding({ status: 'fail' })] });
    for (const { changes } of [edited, first]) expect(triggeredBy([trigger(1)], changes, factsAt)).toBeUndefined();
    expect(triggersOfChange(first.changes[0] ?? expect.fail('no change'), { calls: [trigger(1)] })).toBeUndefined();
  });

  test('little, whatever the events hold', () => {
    const longest = Array.from({ length: storedTriggers }, (_, n) =>
      trigger(n, {
        actor: {
          kind: 'role',
          name: 'r'.repeat(64),
          session: `${'s'.repeat(62)}${n}`,
          account,
          through: `${'a'.repeat(80)}.amazonaws.com`,
        },
        resources: Array.from({ length: 10 }, (_x, m) => `quota/${'q'.repeat(120)}${n}${m}`),
      }),
    );
    expect(JSON.stringify(triggeredBy(longest, commit.changes, factsAt)).length).toBeLessThan(6000);
    expect(JSON.stringify(longest).length).toBeLessThan(16_000);
  });
});

describe('a finding was changed', () => {
  const by = (...triggers: readonly Trigger[]) =>
    changedBy(regressed, triggeredBy(triggers, commit.changes, factsAt)).map((c) => callWords(c, factsAt));
  test('by a call that names its resource', () => {
    expect(by(trigger(1), trigger(2, { call: 'CreateSubnet', resources: ['subnet-0a1b2c3d'] }))).toEqual([
      'RevokeSecurityGroupIngress by role NetAdmin, 08:59 UTC',
    ]);
  });
  test('by none that names another, or none', () => {
    expect(by(trigger(1, { resources: ['sg-1a1b2c3d'] }), trigger(2, { call: 'DisassociateRouteTable', resources: [] }))).toEqual([]);
  });
  test('by none where it is not known what triggered the audit', () => {
    expect(changedBy(regressed, undefined)).toEqual([]);
  });
  test('a cluster is not a finding', () => {
    const readiness = commit.changes.find((c) => c.of === 'readiness') ?? expect.fail('no change');
    expect(changedBy(readiness, { calls: [trigger(1)] })).toEqual([]);
  });
  test('its member by a call on the cluster', () => {
    const member = (status: 'pass' | 'fail') => ({
      findings: [finding({ check: 'node-recovery', resource: 'NodeRecovery', status })],
      clusters: [running],
    });
    const { changes } = lastCommit(member('pass'), member('fail'));
    const update = trigger(1, { call: 'UpdateCluster', service: 'sagemaker.amazonaws.com', resources: ['cluster/llm-train'] });
    const change = changes.find((c) => c.of === 'finding') ?? expect.fail('no change');
    expect(changedBy(change, triggeredBy([update], changes, factsAt))).toHaveLength(1);
  });
});

test('a mark that is not full has all calls', () => {
  expect([
    mayHaveMore({ calls: [trigger(1)], more: storedTriggers - 2 }),
    mayHaveMore({ calls: [trigger(1)], more: storedTriggers - 1 }),
  ]).toEqual([false, true]);
});
