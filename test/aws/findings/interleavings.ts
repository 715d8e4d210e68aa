/** Concurrent audits with calls that a seeded scheduler interleaves. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { finding, hour, result } from '../../core/results.ts';
import { type Audit, expectReplay, newPlace, save, tableOn, through } from './audited-table.ts';

/** Tests so many interleavings. */
export function testInterleavings(runs: number): void {
  test(`in ${runs} interleavings of their calls: the log in the order of facts, the newest facts last, nothing lost or doubled`, async () => {
    const small = (status: 'pass' | 'fail', more: readonly string[] = []) =>
      result({ findings: [finding({ status }), ...more.map((resource) => finding({ resource }))] });
    const audits: readonly Audit[] = [
      { id: 'second', at: hour(9), seen: small('fail') },
      { id: 'third', at: hour(10), seen: small('pass') },
      { id: 'fourth', at: hour(11), seen: small('pass', ['sg-2']) },
    ];
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (s) => {
        const place = newPlace();
        await save(tableOn(), place, { id: 'first', at: hour(8), seen: small('pass') });
        const outcomes = Promise.all(
          audits.map((audit) => {
            const scheduled = through(async (send) => {
              await s.schedule(Promise.resolve(audit.id));
              return send();
            });
            return save(tableOn(scheduled), place, audit);
          }),
        );
        const saved = await s.waitFor(outcomes);
        const log = await expectReplay(place);
        expect(log.map((c) => c.factsAt)).toEqual(log.map((c) => c.factsAt).toSorted());
        const withChanges = log.filter((c) => c.changes.length > 0 && c.seq > 1).map((c) => c.seq);
        expect(saved.flatMap((o) => o.commit ?? []).toSorted()).toEqual(expect.arrayContaining(withChanges));
        const state = await tableOn().currentState(place);
        expect(state?.audit.auditId).toBe('fourth');
        expect([...(state?.findings.values() ?? [])].map((f) => [f.finding.resource, f.finding.status]).toSorted()).toEqual([
          ['sg-1', 'pass'],
          ['sg-2', 'pass'],
        ]);
      }),
      { numRuns: runs, seed: 20261120 },
    );
  });
}
