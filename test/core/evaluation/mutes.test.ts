import { describe, expect, test } from 'vitest';
import { applyMutes, matchesPattern } from '../../../shared/core/evaluation/mutes.ts';
import type { Mute } from '../../../shared/core/plan/plan.ts';
import { finding, hour, result } from '../results.ts';

const mute = (more: Partial<Mute> = {}): Mute => ({
  check: 'efa-self-traffic',
  reason: 'known',
  owner: 'network team',
  until: '2026-11-20',
  ...more,
});

describe('patterns', () => {
  test.each([
    ['efa-self-traffic', 'efa-self-traffic', true],
    ['efa-self-traffic', 'efa-self-traffic-2', false],
    ['efa', 'efa-self-traffic', false],
    ['*', '', true],
    ['efa-*', 'efa-', true],
    ['efa-*', 'xefa-1', false],
    ['*-quota', 'volume-size-quota', true],
    ['*-quota', 'volume-size-quotas', false],
    ['llm-*-train', 'llm-train', false],
    ['llm*train', 'llm-train', true],
    ['ab*ba', 'aba', false],
    ['ab*ba', 'abba', true],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'a-c-c', false],
    ['a*bc*c', 'abc', false],
    ['**', 'anything', true],
    ['a.c', 'abc', false],
    ['sg-(1)*', 'sg-(1)2', true],
    ['', '', true],
    ['', 'a', false],
  ])('%j on %j: %s', (pattern, text, expected) => expect(matchesPattern(pattern, text)).toBe(expected));
});

describe('mutes', () => {
  const one = (mutes: readonly Mute[], at = hour(8), more = {}) =>
    applyMutes(result({ findings: [finding({ status: 'fail', ...more })] }), mutes, at, '111122223333').findings[0]?.muted;
  const muted = { reason: 'known', owner: 'network team', until: '2026-11-20' };

  test.each([
    ['the check alone', {}],
    ['a pattern of checks', { check: 'efa-*' }],
    ['the cluster', { cluster: 'llm-*' }],
    ['the resource', { resource: 'sg-1' }],
    ['the region', { region: 'us-*' }],
    ['the account', { account: '111122223333' }],
    ['all of them', { cluster: 'llm-train', resource: '*', region: 'us-west-2', account: '1*' }],
  ])('names a finding by %s', (_, more) => expect(one([mute(more)])).toEqual(muted));

  test.each([
    ['another check', { check: 'vpc-dns' }],
    ['another cluster', { cluster: 'llm-eval' }],
    ['another resource', { resource: 'sg-2' }],
    ['another region', { region: 'eu-west-1' }],
    ['another account', { account: '999999999999' }],
    ['one part of several', { cluster: 'llm-train', resource: 'sg-2' }],
  ])('does not name it by %s', (_, more) => expect(one([mute(more)])).toBeUndefined());

  test('one that names a cluster does not name what belongs to none', () => {
    expect(one([mute({ cluster: '*' })], hour(8), { cluster: '' })).toBeUndefined();
    expect(one([mute()], hour(8), { cluster: '' })).toEqual(muted);
  });

  test('holds to the last second of its last day, in UTC', () => {
    expect(one([mute()], '2026-11-20T23:59:59.999Z')).toEqual(muted);
    expect(one([mute()], '2026-11-21T00:00:00.000Z')).toBeUndefined();
  });

  test('of several, the one that holds longest is named', () => {
    const long = mute({ check: '*', until: '2027-01-01', reason: 'freeze' });
    expect(one([mute(), long])?.reason).toBe('freeze');
    expect(one([long, mute()])?.reason).toBe('freeze');
  });

  test('readiness and coverage stay as they are', () => {
    const before = result({ findings: [finding({ status: 'fail' })] });
    const after = applyMutes(before, [mute()], hour(8), '111122223333');
    expect(after.readiness).toEqual(before.readiness);
    expect(after.readiness[0]?.state).toBe('BLOCKED');
    expect(after.coverage).toEqual(before.coverage);
  });
});
