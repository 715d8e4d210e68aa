/** What was read is seen; what was not flies, with its reason and the action that was denied. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { collectors } from '../../../shared/aws/collect/facts/index.ts';
import { evaluate } from '../../../shared/core/evaluation/evaluate.ts';
import { NotEvaluatedError, onlyReason, readsOf, requireKey, requireValue, unreadSnapshot } from '../../../shared/core/evaluation/facts.ts';
import { account, at, broken, denied, facts, ok, region, snapshot } from '../healthy.ts';
import { plans } from '../worlds.ts';

const caught = (look: () => unknown): unknown => {
  try {
    return look();
  } catch (error) {
    return error;
  }
};

test('a value that was read, be it none', () => {
  expect(requireValue(ok(5))).toBe(5);
  expect(requireValue(ok(null))).toBeNull();
  expect(requireKey({ a: ok(5), b: ok(null) }, 'a', 'thing')).toBe(5);
  expect(requireKey({ a: ok(5), b: ok(null) }, 'b', 'thing')).toBeNull();
});

test.each([
  ['a denied read', () => requireValue(denied('s:A')), { reason: 'access denied', action: 's:A' }],
  ['a broken read', () => requireValue(broken()), { reason: 'the service did not answer in time', action: undefined }],
  ['a denied key', () => requireKey({ a: denied('s:A') }, 'a', 'thing'), { reason: 'access denied', action: 's:A' }],
  ['a key no one read', () => requireKey({ a: ok(1) }, 'b', 'thing'), { reason: 'thing b was not read', action: undefined }],
  [
    'a key that every object has',
    () => requireKey({}, 'constructor', 'thing'),
    { reason: 'thing constructor was not read', action: undefined },
  ],
])('%s is not evaluated', (_, look, expected) => {
  const error = caught(look);
  expect(error).toBeInstanceOf(NotEvaluatedError);
  expect(error).toMatchObject({ name: 'NotEvaluatedError', message: expected.reason, ...expected });
});

describe('a place of which nothing was read', () => {
  const place = { account, partition: 'aws', region, factsAt: at };
  const why = { reason: 'us-west-2 is not in this snapshot' };

  test('has every fact, none of which was read, and is plain JSON', () => {
    const unread = unreadSnapshot(place, { ...why, action: 'sts:AssumeRole' });
    expect(Object.keys(unread.facts).toSorted()).toEqual(Object.keys(collectors).toSorted());
    expect(readsOf(unread.facts).length).toBeGreaterThan(10);
    for (const read of readsOf(unread.facts)) expect(read).toEqual({ ok: false, ...why, action: 'sts:AssumeRole' });
    expect(JSON.parse(JSON.stringify(unread))).toEqual(unread);
    expect(unreadSnapshot(place, why).facts.zones).toEqual({ ok: false, ...why });
  });

  test('has facts by key where a snapshot has them', () => {
    const isKeyed = (fact: object) => !('ok' in fact);
    const unread = unreadSnapshot(place, why).facts;
    for (const [name, fact] of Object.entries(facts()))
      expect([name, isKeyed(unread[name as keyof typeof unread])]).toEqual([name, isKeyed(fact)]);
  });

  test('leaves no planned cluster out: each is UNKNOWN whatever is planned, and each case has that reason', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const { state, reason, readiness, findings, coverage } = evaluate(plan, unreadSnapshot(place, why));
        expect([state, reason]).toEqual(['failed', why.reason]);
        expect(readiness.map((r) => r.cluster)).toEqual(plan.clusters.map((c) => c.request.ClusterName));
        expect([findings, coverage.evaluated]).toEqual([[], 0]);
        for (const r of readiness) expect(r.state).toBe('UNKNOWN');
        for (const row of coverage.unevaluated) expect(row).toMatchObject(why);
        expect(coverage.unevaluated.some((row) => row.level === 'required')).toBe(true);
      }),
    );
  });

  test('says which action was denied', () => {
    const { reason, coverage } = evaluate(
      { clusters: [], mutes: [], schedule: 'rate(1 hour)', retentionDays: 1, alerts: {} },
      unreadSnapshot(place, { reason: 'the role could not be entered', action: 'sts:AssumeRole' }),
    );
    expect(reason).toBe('the role could not be entered: sts:AssumeRole');
    for (const row of coverage.unevaluated) expect(row.action).toBe('sts:AssumeRole');
  });
});

test.each([
  ['one reason for all', unreadSnapshot({ ...snapshot() }, { reason: 'closed' }).facts, { ok: false, reason: 'closed' }],
  ['one fact was read', { ...unreadSnapshot({ ...snapshot() }, { reason: 'closed' }).facts, zones: ok([]) }, undefined],
  ['one key was read', { ...unreadSnapshot({ ...snapshot() }, { reason: 'closed' }).facts, roles: { r: ok(null) } }, undefined],
  ['another reason', { ...unreadSnapshot({ ...snapshot() }, { reason: 'closed' }).facts, zones: broken('late') }, undefined],
  ['another action', { ...unreadSnapshot({ ...snapshot() }, { reason: 'access denied' }).facts, zones: denied('ec2:X') }, undefined],
  ['everything was read', facts(), undefined],
])('why nothing at all could be read: %s', (_, of, expected) => {
  expect(onlyReason(of)).toEqual(expected);
});
