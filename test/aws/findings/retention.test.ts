/** How long commits, history, checkpoints and audits are stored, and what is answered afterwards. */
import { describe, expect, test } from 'vitest';
import type { FindingsTable } from '../../../shared/aws/findings/table.ts';
import type { RegionResult } from '../../../shared/core/evaluation/finding.ts';
import { carryOver } from '../../../shared/core/history/carry-over.ts';
import { diff } from '../../../shared/core/history/drift.ts';
import type { RegionState } from '../../../shared/core/history/log.ts';
import { finding, firstRules, result } from '../../core/results.ts';
import {
  type Audit,
  after,
  before,
  expiriesOf,
  fail,
  newPlace,
  recordsOf,
  save,
  store,
  type TestRegion,
  tableOn,
} from './audited-table.ts';

describe('retention', () => {
  const day = (n: number) => new Date(Date.UTC(2026, 0, 1 + n, 12));
  const onDay = (n: number, retentionDays = 90) => tableOn(store, () => day(n), retentionDays);
  const audit = (n: number, seen: RegionResult, planHash = 'plan-1'): Audit => ({
    id: `day-${n}`,
    at: day(n).toISOString(),
    seen,
    planHash,
  });
  const saveConfirmed = async (table: FindingsTable, place: TestRegion, of: Audit) => {
    const { commit } = await save(table, place, of);
    if (commit !== undefined) await table.confirmNotified(place, commit);
  };
  const seqAt = async (table: FindingsTable, place: TestRegion, n: number) => {
    const state = await table.stateAt(place, new Date(day(n).getTime() + 1000).toISOString());
    return 'seq' in state ? state.seq : state;
  };

  test('the state at any moment since the first audit, from the last checkpoint before it', async () => {
    const place = newPlace();
    const states: (RegionState | undefined)[] = [];
    for (let n = 0; n < 100; n += 10) {
      await save(onDay(n, 120), place, audit(n, n % 20 ? before : after, n < 50 ? 'plan-1' : 'plan-2'));
      states.push(await onDay(n).currentState(place));
    }
    for (const [i, state] of states.entries()) {
      const then = await onDay(90).stateAt(place, new Date(day(i * 10).getTime() + 86_400_000).toISOString());
      expect('seq' in then && recordsOf(then)).toEqual(recordsOf(state));
    }
    expect(await onDay(90).stateAt(place, day(-1).toISOString())).toEqual({ notKeptBefore: day(0).toISOString() });
  });

  test('log and history for as long as asked, the newest checkpoint beyond; earlier moments are answered with from when', async () => {
    const place = newPlace();
    await saveConfirmed(onDay(0), place, audit(0, after));
    await saveConfirmed(onDay(10), place, audit(10, before));
    await saveConfirmed(onDay(31), place, audit(31, after));
    await saveConfirmed(onDay(40), place, audit(40, before));
    // Day 95: the first commit has expired, and the second has no base.
    expect(await seqAt(onDay(95), place, 12)).toEqual({ notKeptBefore: day(31).toISOString() });
    expect(await seqAt(onDay(95), place, 33)).toBe(3);
    expect(await seqAt(onDay(95), place, 41)).toBe(4);
    expect((await onDay(95).historyOf(place, finding().id)).items.map((h) => h.seq)).toEqual([4, 3, 2]);
    expect(await onDay(95).commit(place, 1)).toBeUndefined();
    // Day 200: the whole log is gone. What came between the newest checkpoint and the last commit is unknown; what has been
    // so since, the records do.
    expect((await onDay(200).changesBetween(place, {})).items).toEqual([]);
    expect(await seqAt(onDay(200), place, 33)).toEqual({ notKeptBefore: day(40).toISOString() });
    expect(await seqAt(onDay(200), place, 41)).toBe(4);
    // Findings themselves do not expire, and the next change is compared with them.
    expect((await onDay(200).currentState(place))?.findings.size).toBe(before.findings.length);
    expect((await save(onDay(200), place, audit(200, after))).commit).toBe(5);
    expect(await seqAt(onDay(200), place, 201)).toBe(5);
    expect(await seqAt(onDay(200), place, 41)).toEqual({ notKeptBefore: day(200).toISOString() });
  });

  test.each([
    { name: 'in one item', seen: after },
    { name: 'in parts', seen: result({ findings: [1, 2, 3, 4].map((n) => fail({ resource: `sg-${n}`, message: 'x'.repeat(120_000) })) }) },
  ])('a commit $name is retained until its notifications are confirmed, and then for the retention period', async ({ seen }) => {
    const place = newPlace();
    const { changes } = await save(onDay(0, 1), place, audit(0, seen));
    const mine = async (n: number) => (await onDay(n, 1).pendingCommits()).filter((c) => c.account === place.account);
    for (const n of [1, 2, 300]) {
      expect(await onDay(n, 1).commit(place, 1)).toMatchObject({ seq: 1, pending: true, changes });
      expect(await mine(n)).toMatchObject([{ seq: 1 }]);
    }
    await onDay(301, 1).markNotified(place, 1);
    expect(await onDay(301, 1).commit(place, 1)).toMatchObject({ pending: true, told: true });
    await onDay(301, 1).confirmNotified(place, 1);
    expect(await mine(301)).toEqual([]);
    expect((await onDay(301, 1).commit(place, 1))?.changes).toEqual(changes);
    expect(await onDay(302, 1).commit(place, 1)).toBeUndefined();
    // Its parts go with it.
    expect(await expiriesOf(place, /^(LOG|PART)#/)).toEqual([Math.floor(day(302).getTime() / 1000)]);
  });

  test('a commit that tells nothing for as long as asked from the start', async () => {
    const place = newPlace();
    await onDay(0, 1).save(
      { ...place, auditId: 'a', factsAt: day(0).toISOString(), planHash: 'p', toolVersion: '1', rules: firstRules },
      (previous) => ({
        result: carryOver(previous, after, day(0).toISOString()),
        changes: diff(previous, after, day(0).toISOString(), { planHash: 'p', rules: firstRules }),
        notify: false,
      }),
    );
    expect(await onDay(0, 1).commit(place, 1)).toMatchObject({ seq: 1 });
    expect(await onDay(1, 1).commit(place, 1)).toBeUndefined();
  });

  test('no state that a commit which outlives those after it would give a wrong one of', async () => {
    const place = newPlace();
    // The second is not notified; or the third was written when less was retained.
    for (const [n, seen] of [before, after, before, after, before].entries()) {
      await save(onDay(n * 10, n < 2 ? 90 : 30), place, audit(n * 10, seen));
      if (n !== 1) await onDay(n * 10, n < 2 ? 90 : 30).confirmNotified(place, n + 1);
    }
    // Day 55: the first, the second, the fourth and the fifth are kept.
    const on = onDay(55);
    expect((await on.changesBetween(place, {})).items.map((c) => c.seq)).toEqual([5, 4, 2, 1]);
    // What became of the second is unknown; of the third there is a checkpoint.
    expect(await seqAt(on, place, 15)).toEqual({ notKeptBefore: day(20).toISOString() });
    expect(await seqAt(on, place, 25)).toBe(3);
    expect(await seqAt(on, place, 35)).toBe(4);
    // Day 80: of those after the second none is left.
    expect((await onDay(80).changesBetween(place, {})).items.map((c) => c.seq)).toEqual([2, 1]);
    expect(await seqAt(onDay(80), place, 15)).toEqual({ notKeptBefore: day(40).toISOString() });
    expect(await seqAt(onDay(80), place, 35)).toEqual({ notKeptBefore: day(40).toISOString() });
    expect(await seqAt(onDay(80), place, 45)).toBe(5);
  });

  test('audits for 35 days', async () => {
    const place = newPlace();
    await save(onDay(0), place, audit(0, after));
    await save(onDay(20), place, audit(20, after));
    expect((await onDay(34).audits(place)).items.map((a) => a.auditId)).toEqual(['day-20', 'day-0']);
    expect((await onDay(36).audits(place)).items.map((a) => a.auditId)).toEqual(['day-20']);
  });

  test('the version of what is gone, so that nothing older brings it back', async () => {
    const place = newPlace();
    await save(onDay(0), place, audit(0, after));
    await save(onDay(1), place, audit(1, result({})));
    expect((await onDay(1).currentState(place))?.findings.size).toBe(0);
    // The check is known here, so its return is the account's doing and no baseline.
    const back = await save(onDay(2), place, audit(2, result({ findings: [finding()] })));
    expect(back.changes.map((c) => [c.of, c.kind, c.cause])).toEqual([['finding', 'appeared', 'account']]);
  });
});
