import { describe, expect, test } from 'vitest';
import type { RegionResult } from '../../../shared/core/evaluation/finding.ts';
import { finding, hour, result } from '../../core/results.ts';
import {
  type Audit,
  after,
  alone,
  before,
  checkpointAt,
  expectReplay,
  first,
  newPlace,
  noon,
  recordsOf,
  save,
  second,
  tableOn,
  through,
} from './audited-table.ts';
import { testInterleavings } from './interleavings.ts';

describe('audits at the same time', () => {
  /** Stops a store before its first write of a kind, until `goOn` is called. */
  function stoppedBefore(prefix: string) {
    let stopped: () => void = () => undefined;
    let goOn: () => void = () => undefined;
    const reached = new Promise<void>((done) => {
      stopped = done;
    });
    const released = new Promise<void>((done) => {
      goOn = done;
    });
    const stopping = through(async (send, call) => {
      if (call.isWrite && call.sk.startsWith(prefix)) {
        stopped();
        await released;
      }
      return send();
    });
    return { store: stopping, reached, goOn: () => goOn() };
  }

  test('a slow one with older facts cannot append after a newer one that found nothing', async () => {
    const place = newPlace();
    await save(tableOn(), place, first);
    const slow = stoppedBefore('LOG#');
    const older = save(tableOn(slow.store), place, second);
    await slow.reached;
    const newer = await save(tableOn(), place, { id: 'third', at: hour(10), seen: before });
    slow.goOn();
    expect(await older).toMatchObject({ discarded: 'outdated', changes: [] });
    // An empty commit stands where the slow one would have written; no one is notified of it.
    expect(newer.changes).toEqual([]);
    const log = await expectReplay(place);
    expect(log.map((c) => [c.auditId, c.changes.length > 0, c.pending])).toEqual([
      ['first', true, true],
      ['third', false, undefined],
    ]);
  });

  test('a slow one that has appended is finished by the next, and knows that it was', async () => {
    const place = newPlace();
    await save(tableOn(), place, first);
    const slow = stoppedBefore('HEAD');
    const marking = save(tableOn(slow.store), place, second);
    await slow.reached;
    // It has not said yet that it will append: the next one is simply first, and it the later.
    await save(tableOn(), place, { id: 'third', at: hour(10), seen: after });
    slow.goOn();
    expect(await marking).toMatchObject({ discarded: 'outdated' });

    const other = newPlace();
    await save(tableOn(), other, first);
    const appended = stoppedBefore('AUDIT#');
    const older = save(tableOn(appended.store), other, second);
    await appended.reached;
    const newer = await save(tableOn(), other, { id: 'third', at: hour(10), seen: before });
    appended.goOn();
    expect(newer.commit).toBe(3);
    expect(await older).toMatchObject({ commit: 2 });
    const log = await expectReplay(other);
    expect(log.map((c) => c.auditId)).toEqual(['first', 'second', 'third']);
    expect((await tableOn().currentState(other))?.audit.auditId).toBe('third');
  });

  test('a slow one that found nothing does not put an older audit over a newer one', async () => {
    const place = newPlace();
    await save(tableOn(), place, first);
    const slow = stoppedBefore('HEAD');
    const older = save(tableOn(slow.store), place, { id: 'second', at: hour(9), seen: before });
    await slow.reached;
    await save(tableOn(), place, { id: 'third', at: hour(10), seen: before });
    slow.goOn();
    expect(await older).toMatchObject({ discarded: 'outdated' });
    expect((await tableOn().currentState(place))?.audit.auditId).toBe('third');
  });

  test('a slow one does not write its records over those of a later commit', async () => {
    const place = newPlace();
    await save(tableOn(), place, first);
    const slow = stoppedBefore('F#');
    const older = save(tableOn(slow.store), place, second);
    await slow.reached;
    await save(tableOn(), place, { id: 'third', at: hour(10), seen: before });
    slow.goOn();
    expect(await older).toMatchObject({ commit: 2 });
    await expectReplay(place);
    expect((await tableOn().currentState(place))?.findings.get(finding().id)).toMatchObject({ seq: 3, finding: { status: 'pass' } });
  });

  test('one that is slow with a checkpoint takes nothing from that of another, of the same commit or of a later one', async () => {
    const replanned = (id: string, at: string, seen: RegionResult): Audit => ({ id, at, seen, planHash: 'plan-2' });
    for (const then of [before, after]) {
      const place = newPlace();
      await save(tableOn(), place, first);
      const slow = stoppedBefore('CHECKPOINT#');
      const older = save(tableOn(slow.store), place, replanned('second', hour(9), before));
      await slow.reached;
      const newer = await save(tableOn(), place, replanned('third', hour(10), then));
      slow.goOn();
      expect(await older).toMatchObject({ discarded: 'outdated' });
      expect(await checkpointAt(place, newer.commit ?? 1)).toMatchObject({ stays: true });
      const states = [await tableOn().stateAt(place, hour(8)), await tableOn().currentState(place)];
      // What the slow one left behind goes when the next checkpoint is written.
      const late = () => new Date(noon.getTime() + 20 * 86_400_000);
      const { commit } = await save(tableOn(undefined, late), place, { id: 'fourth', at: hour(11), seen: result({}), planHash: 'plan-3' });
      expect(commit).toBe((newer.commit ?? 1) + 1);
      expect(await checkpointAt(place, commit ?? 0)).toEqual(alone);
      states.push(await tableOn().currentState(place));
      // Until then, and when the first of it has gone.
      for (const now of [late, () => new Date(noon.getTime() + 410 * 86_400_000)])
        for (const [n, state] of states.entries()) {
          const then = await tableOn(undefined, now).stateAt(place, hour([8, 10, 11][n] ?? 0));
          expect('seq' in then && recordsOf(then)).toEqual(state && 'seq' in state && recordsOf(state));
        }
    }
  });

  testInterleavings(15);

  test('thirty at once are all saved or discarded, none fails', async () => {
    const place = newPlace();
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        save(tableOn(), place, {
          id: `audit-${n}`,
          at: new Date(Date.parse(hour(8)) + n * 1000).toISOString(),
          seen: n % 2 ? before : after,
        }),
      ),
    );
    expect(outcomes).toHaveLength(30);
    const log = await expectReplay(place);
    expect(log.map((c) => c.factsAt)).toEqual(log.map((c) => c.factsAt).toSorted());
    expect((await tableOn().currentState(place))?.audit.auditId).toBe('audit-29');
  }, 60_000);
});
