/** Entries of summaries that are updated to the readiness of a later audit. */
import { describe, expect, test } from 'vitest';
import type { ClusterNote, SummaryEntry } from '../../../shared/core/alerts/summary-entry.ts';
import { asItIsNow } from '../../../shared/core/alerts/summary-refresh.ts';
import type { ReadinessState } from '../../../shared/core/evaluation/finding.ts';
import { hour } from '../results.ts';

type Note = Omit<ClusterNote, 'cluster' | 'reason'>;
const cluster = 'llm-train';
const entryOf = (state: ReadinessState | undefined, note?: Note): SummaryEntry => ({
  account: '111122223333',
  region: 'us-west-2',
  seq: 1,
  factsAt: hour(8),
  states: state === undefined ? {} : { [state]: 1 },
  clusters: note ? [{ cluster, reason: 'efa-self-traffic', fix: 'Allow it.', ...note }] : [],
  worse: 1,
  better: 0,
});
const headOf = (state: ReadinessState | undefined, notReadySince = hour(9), factsAt = hour(9)) => ({
  factsAt,
  readiness: state === undefined ? [] : [{ cluster, planned: true, running: false, state, since: hour(9), notReadySince }],
});
const changed = (state: ReadinessState, before?: ReadinessState) => ({
  states: { [state]: 1 },
  clusters: [{ cluster, state, ...(before && { before }), reason: 'changed since' }],
});

describe('the readiness of a later audit', () => {
  test.each<[string, SummaryEntry, ReturnType<typeof headOf>, Pick<SummaryEntry, 'states' | 'clusters'>]>([
    ['BLOCKED to READY', entryOf('BLOCKED', { state: 'BLOCKED' }), headOf('READY'), changed('READY', 'BLOCKED')],
    [
      'READY, BLOCKED before, to BLOCKED',
      entryOf('READY', { state: 'READY', before: 'BLOCKED' }),
      headOf('BLOCKED'),
      changed('BLOCKED', 'BLOCKED'),
    ],
    [
      'READY, BLOCKED before, to AT RISK',
      entryOf('READY', { state: 'READY', before: 'BLOCKED' }),
      headOf('AT_RISK'),
      changed('AT_RISK', 'BLOCKED'),
    ],
    [
      'UNKNOWN, BLOCKED before, to READY',
      entryOf('UNKNOWN', { state: 'UNKNOWN', before: 'BLOCKED' }),
      headOf('READY'),
      changed('READY', 'BLOCKED'),
    ],
    [
      'UNKNOWN, READY before, to READY',
      entryOf('UNKNOWN', { state: 'UNKNOWN', before: 'READY' }),
      headOf('READY'),
      changed('READY', 'UNKNOWN'),
    ],
    ['gone, BLOCKED before, to READY', entryOf(undefined, { before: 'BLOCKED' }), headOf('READY'), changed('READY', 'BLOCKED')],
    ['well to BLOCKED, which is named', entryOf('READY'), headOf('BLOCKED'), changed('BLOCKED')],
    ['well to UNKNOWN, which is named', entryOf('READY'), headOf('UNKNOWN'), changed('UNKNOWN')],
    ['READY to AT RISK, which is counted', entryOf('READY'), headOf('AT_RISK'), { states: { AT_RISK: 1 }, clusters: [] }],
    [
      'BLOCKED to gone',
      entryOf('BLOCKED', { state: 'BLOCKED' }),
      headOf(undefined),
      { states: {}, clusters: [{ cluster, before: 'BLOCKED', reason: 'no longer audited' }] },
    ],
    ['BLOCKED to UNKNOWN, READY between', entryOf('BLOCKED', { state: 'BLOCKED' }), headOf('UNKNOWN'), changed('UNKNOWN', 'BLOCKED')],
    [
      'READY, BLOCKED before, to UNKNOWN, BLOCKED between',
      entryOf('READY', { state: 'READY', before: 'BLOCKED' }),
      headOf('UNKNOWN', hour(8)),
      changed('UNKNOWN', 'BLOCKED'),
    ],
  ])('%s', (_, entry, head, expected) => {
    expect(asItIsNow(entry, head)).toEqual({ ...entry, ...expected, hasChanged: true });
  });

  test.each<[string, SummaryEntry, ReturnType<typeof headOf> | undefined]>([
    ['is absent', entryOf('BLOCKED', { state: 'BLOCKED' }), undefined],
    ['is of an older audit', entryOf('BLOCKED', { state: 'BLOCKED' }), headOf('READY', hour(7), hour(7))],
    ['is the same', entryOf('BLOCKED', { state: 'BLOCKED' }), headOf('BLOCKED')],
    ['is the same of a cluster without a note', entryOf('READY'), headOf('READY')],
    ['is no longer known, and was BLOCKED to the last', entryOf('BLOCKED', { state: 'BLOCKED' }), headOf('UNKNOWN', hour(8))],
    ['is no longer known, and was READY to the last', entryOf('READY', { state: 'READY', before: 'BLOCKED' }), headOf('UNKNOWN')],
  ])('changes nothing where it %s', (_, entry, head) => {
    expect(asItIsNow(entry, head)).toBe(entry);
  });

  test('changes an entry again that was changed before', () => {
    const once = asItIsNow(entryOf('BLOCKED', { state: 'BLOCKED' }), headOf('READY'));
    expect(asItIsNow(once, headOf('BLOCKED', hour(10), hour(10)))).toMatchObject(changed('BLOCKED', 'BLOCKED'));
  });
});
