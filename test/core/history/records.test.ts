/** The records of the log: what each copies from an audit, a finding or another record. */
import { describe, expect, test } from 'vitest';
import {
  type AuditRef,
  auditRefOf,
  briefOf,
  coverageCount,
  type FindingRecord,
  isFirst,
  partsOf,
} from '../../../shared/core/history/log.ts';
import { agedRow, resultOf } from '../../../shared/core/history/state-result.ts';
import { audit, finding, hour, planned, result, row } from '../results.ts';

const record = (more: Parameters<typeof finding>[0], times: Partial<FindingRecord> = {}): FindingRecord => ({
  finding: finding(more),
  firstSeen: hour(1),
  since: hour(2),
  lastChanged: hour(3),
  ...times,
});

test('the reference to an audit has every member of it and no other', () => {
  const full: AuditRef = {
    auditId: 'a',
    factsAt: hour(1),
    planHash: 'p',
    toolVersion: '1.0.0',
    rules: 'r',
    regionState: 'failed',
    reason: 'access denied',
    coverage: { evaluated: 1, unevaluated: 2, required: 1 },
    alias: 'research',
    gapMinutes: 2880,
  };
  expect(auditRefOf(full)).toEqual(full);
  expect(auditRefOf(Object.assign({ seq: 3, changes: [] }, full))).toEqual(full);
});

test('what a change keeps of a finding: no words', () => {
  const muted = { reason: 'known', owner: 'ops', until: '2026-12-01' };
  const more = { status: 'fail', level: 'recommended', have: 0, need: 4, unit: 'nodes', watched: 'value=1', muted } as const;
  expect(briefOf(record(more))).toEqual({ ...more, since: hour(2) });
  expect(briefOf(record({}))).toEqual({ status: 'pass', level: 'required', since: hour(2) });
});

test('the coverage of a result counts required rows apart', () => {
  const rows = [row(), row({ resource: 'a', level: 'recommended' }), row({ resource: 'b', level: 'recommended' })];
  expect(coverageCount(result({ findings: [finding()], rows }))).toEqual({ evaluated: 1, unevaluated: 3, required: 1 });
});

test('the first audit is the first commit and has nothing but baselines', () => {
  const { changes } = audit(undefined, 1, result({ findings: [finding()] }));
  const [first] = changes;
  if (!first) throw new Error('a first audit has changes');
  expect(isFirst({ seq: 1, changes })).toBe(true);
  expect(isFirst({ seq: 2, changes })).toBe(false);
  expect(isFirst({ seq: 1, changes: [first, { ...first, cause: 'account' }] })).toBe(false);
});

test('an id without a group or a resource names none', () => {
  expect(partsOf('a/b/c/d%2Fe')).toEqual({ check: 'a', cluster: 'b', group: 'c', resource: 'd/e' });
  expect(partsOf('a/-/-/-')).toEqual({ check: 'a' });
});

describe('a row with the last finding it stands for', () => {
  const carried = (seen: number, more = {}) => record({ ...more }, { carried: { since: hour(9), seen: hour(seen) } });
  const last = (...records: readonly FindingRecord[]) => agedRow(row(), hour(5), records).last;

  test('the worst counts, of equals the one seen last', () => {
    const fails = carried(4, { status: 'fail' });
    expect(last(carried(6), fails, carried(7))).toEqual({ status: 'fail', level: 'required', at: hour(4) });
    expect(last(carried(6), carried(8), carried(7))).toEqual({ status: 'pass', level: 'required', at: hour(8) });
  });
  test('only what is carried and covered counts', () => {
    const fails = { status: 'fail' } as const;
    expect(last(record(fails), carried(4, { ...fails, check: 'vpc-dns' }), carried(3))).toMatchObject({ status: 'pass', at: hour(3) });
    expect(last(record(fails), carried(4, { ...fails, cluster: 'other' }))).toBeUndefined();
  });
});

test('a state gives its result back, ordered by id and with its reason', () => {
  const clusters = ['c', 'a', 'b'].map((cluster) => ({ ...planned, cluster }));
  const findings = ['sg-3', 'sg-1', 'sg-2'].map((resource) => finding({ resource, cluster: 'a' }));
  const rows = ['r-2', 'r-3', 'r-1'].map((resource) => row({ resource, cluster: 'b' }));
  const again = resultOf(audit(undefined, 8, result({ clusters, findings, rows })).state, 'us-west-2');
  expect(again.findings.map((f) => f.resource)).toEqual(['sg-1', 'sg-2', 'sg-3']);
  expect(again.coverage.unevaluated.map((r) => r.resource)).toEqual(['r-1', 'r-2', 'r-3']);
  expect(again.readiness.map((r) => r.cluster)).toEqual(['a', 'b', 'c']);
  expect(again).not.toHaveProperty('reason');
  const off = result({ state: 'not-enabled', clusters: [] });
  expect(resultOf(audit(undefined, 8, off).state, 'us-west-2').reason).toBe(off.reason);
});

test('a commit lists its clusters in one order', () => {
  const clusters = ['c', 'a', 'b', 'd'].map((cluster) => ({ ...planned, cluster }));
  const { commit } = audit(undefined, 8, result({ clusters }));
  expect(commit.readiness.map((r) => r.cluster)).toEqual(['a', 'b', 'c', 'd']);
});

describe('doubled results of one audit', () => {
  const carry = (seen: Parameters<typeof result>[0]) => audit(undefined, 8, result(seen)).result;
  const soft = finding({ status: 'fail', level: 'recommended' });
  const hard = finding({ status: 'fail', message: 'first' });
  const second = finding({ status: 'fail', message: 'second' });

  test('of findings of one id the worst stays, of equals the first', () => {
    expect(carry({ findings: [soft, hard] }).findings).toMatchObject([{ level: 'required' }]);
    expect(carry({ findings: [hard, soft] }).findings).toMatchObject([{ level: 'required' }]);
    expect(carry({ findings: [hard, second] }).findings).toMatchObject([{ message: 'first' }]);
  });
  test('of rows of one id a required one stays, of equals the first', () => {
    const [loose, one, two] = [row({ level: 'recommended', reason: 'loose' }), row({ reason: 'one' }), row({ reason: 'two' })];
    const reasons = (...rows: (typeof loose)[]) => carry({ rows }).coverage.unevaluated.map((r) => r.reason);
    expect(reasons(loose, one)).toEqual(['one']);
    expect(reasons(one, loose)).toEqual(['one']);
    expect(reasons(one, two)).toEqual(['one']);
    expect(reasons(loose, row({ level: 'recommended', reason: 'other' }))).toEqual(['loose']);
  });
});
