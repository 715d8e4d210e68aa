/** Saves that crash after a write: what is read before anyone repairs it, and what the next audit leaves. */
import { describe, expect, test } from 'vitest';
import type { FindingsTable } from '../../../shared/aws/findings/table.ts';
import { replay } from '../../../shared/core/history/log.ts';
import { finding, hour, result } from '../../core/results.ts';
import {
  type Audit,
  after,
  alone,
  before,
  checkpointAt,
  dyingAfter,
  expectReplay,
  expiriesOf,
  first,
  itemsIn,
  logOf,
  newPlace,
  recordsOf,
  save,
  second,
  type TestRegion,
  tableOn,
} from './audited-table.ts';

const died = (work: Promise<unknown>): Promise<boolean> =>
  work.then(
    () => false,
    (error: Error) => {
      expect(error.message).toBe('The process died.');
      return true;
    },
  );

const auditsOf = async (place: TestRegion) => (await tableOn().audits(place)).items.map((a) => a.auditId);
const historyOf = (place: TestRegion) =>
  Promise.all(['sg-1', 'sg-2', 'sg-3', 'sg-4'].map(async (resource) => (await tableOn().historyOf(place, finding({ resource }).id)).items));

async function undisturbed() {
  const place = newPlace();
  await save(tableOn(), place, first);
  await save(tableOn(), place, second);
  return {
    log: await logOf(place),
    state: await tableOn().currentState(place),
    history: await historyOf(place),
    audits: await auditsOf(place),
  };
}

// Few findings with long texts: what is over 300 KB here is written in few calls.
const long = (statuses: readonly ('pass' | 'fail')[]) =>
  result({ findings: statuses.map((status, n) => finding({ status, resource: `sg-${n}`, message: `${n}`.repeat(80_000) })) });
const well: Audit = { id: 'first', at: hour(8), seen: long(['pass', 'pass', 'pass', 'fail']) };
const ill: Audit = { id: 'second', at: hour(9), seen: long(['fail', 'fail', 'fail', 'pass']), planHash: 'plan-2' };

/** Tests a crash after 0, `every`, 2 × `every` … writes. */
export function describeCrashes(every: number): void {
  /** `attempt` returns whether the table died; the last one survives. How often it died. */
  async function forEachCrash(attempt: (dying: FindingsTable, after: string, writes: number) => Promise<boolean>): Promise<number> {
    for (let writes = 0; ; writes += every)
      if (!(await attempt(tableOn(dyingAfter(writes)), `after ${writes} writes`, writes))) return writes / every;
  }

  describe('a crash after a write', () => {
    test.each([
      { name: 'the first audit', done: [], dies: first, next: [first, second] },
      { name: 'an audit that found changes', done: [first], dies: second, next: [second] },
    ])('of $name is healed when it is repeated: the same log, state and history', async ({ done, dies, next }) => {
      const expected = await undisturbed();
      const crashes = await forEachCrash(async (dying, after) => {
        const place = newPlace();
        for (const audit of done) await save(tableOn(), place, audit);
        const isDead = await died(save(dying, place, dies));
        // What is read before anyone repaired it is one of the two states, never a mixture.
        const seen = await tableOn().currentState(place);
        if (seen) expect(recordsOf(seen)).toEqual(recordsOf(replay((await logOf(place)).slice(0, seen.seq))));
        for (const audit of next) await save(tableOn(), place, audit);
        expect(await logOf(place), after).toEqual(expected.log);
        expect(await tableOn().currentState(place), after).toEqual(expected.state);
        expect(await historyOf(place), after).toEqual(expected.history);
        expect(await auditsOf(place), after).toEqual(expected.audits);
        return isDead;
      });
      expect(crashes).toBeGreaterThan(10 / every);
    });

    test('is healed by the next audit as well: the same changes, under its own name where the other’s were not appended', async () => {
      const expected = await undisturbed();
      await forEachCrash(async (dying) => {
        const place = newPlace();
        await save(tableOn(), place, first);
        const isDead = await died(save(dying, place, second));
        await save(tableOn(), place, { id: 'third', at: hour(10), seen: after });
        const log = await expectReplay(place);
        expect(log).toHaveLength(2);
        expect(log[1]?.changes.map((c) => [c.of, c.kind, c.id])).toEqual(expected.log[1]?.changes.map((c) => [c.of, c.kind, c.id]));
        expect((await tableOn().currentState(place))?.audit.auditId).toBe('third');
        return isDead;
      });
    });

    test.each([
      { name: 'when it is repeated', next: ill },
      { name: 'by the next audit', next: { ...ill, id: 'third', at: hour(10) } },
    ])(
      'of a commit and a checkpoint in parts is healed $name: nothing lost or doubled, all alerts pending, all moments unchanged',
      async ({ next }) => {
        await forEachCrash(async (dying, after) => {
          const place = newPlace();
          await save(tableOn(), place, well);
          const was = await tableOn().currentState(place);
          const isDead = await died(save(dying, place, ill));
          // Before anyone repaired it: one of the two states, whole.
          const seen = await tableOn().currentState(place);
          expect(recordsOf(seen), after).toEqual(recordsOf(replay((await logOf(place)).slice(0, seen?.seq))));
          await save(tableOn(), place, next);

          const log = await expectReplay(place);
          expect(log, after).toMatchObject([
            { seq: 1, pending: true },
            { seq: 2, pending: true },
          ]);
          expect(log[1]?.changes.map((c) => [c.of, c.kind, c.id])).toEqual([
            ...[0, 1, 2].map((n) => ['finding', 'regressed', finding({ resource: `sg-${n}` }).id]),
            ['finding', 'recovered', finding({ resource: 'sg-3' }).id],
          ]);
          const pending = await tableOn().pendingCommits();
          expect(new Set(pending.filter((c) => c.account === place.account).map((c) => c.seq)), after).toEqual(new Set([1, 2]));
          const now = await tableOn().currentState(place);
          expect(now?.audit.auditId).toBe(next.id);
          for (const [moment, state] of [
            [hour(8), was],
            [log[1]?.factsAt ?? '', now],
            [hour(11), now],
          ] as const) {
            const then = await tableOn().stateAt(place, moment);
            expect('seq' in then && recordsOf(then), `${moment} ${after}`).toEqual(recordsOf(state));
          }
          for (const n of [0, 3]) {
            const { items } = await tableOn().historyOf(place, finding({ resource: `sg-${n}` }).id);
            const seqs = items.map((h) => h.seq);
            expect(seqs, after).toEqual([2, 1]);
          }
          expect(await checkpointAt(place, 2), after).toEqual(alone);
          // The commit and the checkpoint are in parts.
          const parts = (await itemsIn(place)).filter(({ sk }) => sk.startsWith('PART#0000000002#'));
          if (!isDead) expect(parts.length).toBeGreaterThanOrEqual(4);
          return isDead;
        });
      },
    );

    test('of the confirmation of a notification leaves the whole commit, pending or not, and its parts expire', async () => {
      const crashes = await forEachCrash(async (dying, _, writes) => {
        const place = newPlace();
        await save(tableOn(), place, well);
        const { changes } = (await tableOn().commit(place, 1)) ?? expect.fail('no commit');
        const isDead = await died(dying.confirmNotified(place, 1));
        const commit = await tableOn().commit(place, 1);
        expect(commit?.changes).toEqual(changes);
        expect(commit?.pending).toBe(writes === 0 ? true : undefined);
        if (commit?.pending) await tableOn().confirmNotified(place, 1);
        expect(await expiriesOf(place, /^(LOG|PART)#/)).not.toContain(undefined);
        return isDead;
      });
      expect(crashes).toBeGreaterThan(2 / every);
    });

    test('of a checkpoint leaves only the newest one', async () => {
      await forEachCrash(async (dying, after) => {
        const place = newPlace();
        await save(tableOn(), place, first);
        await save(tableOn(), place, { id: 'a', at: hour(9), seen: before, planHash: 'plan-2' });
        const isDead = await died(save(dying, place, { ...second, at: hour(10), planHash: 'plan-3' }));
        await save(tableOn(), place, { id: 'third', at: hour(11), seen: second.seen, planHash: 'plan-3' });
        expect(await checkpointAt(place, 2), after).toEqual(alone);
        return isDead;
      });
    });

    test('of an audit that found nothing leaves nothing behind', async () => {
      for (let writes = 0; writes < 3; writes++) {
        const place = newPlace();
        await save(tableOn(), place, first);
        await expect(save(tableOn(dyingAfter(writes)), place, { ...second, seen: before })).rejects.toThrow('The process died.');
        await save(tableOn(), place, { ...second, seen: before });
        expect(await logOf(place)).toHaveLength(1);
        expect((await tableOn().currentState(place))?.audit.auditId).toBe('second');
      }
    });
  });
}
