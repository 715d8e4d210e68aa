/** Whatever happened to a region: what is read of any moment is what was so then, or that it is not kept, and from when on it is. */
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalStore, openMemoryStore } from '../../../shared/aws/findings/local/local-store.ts';
import { findingsTable } from '../../../shared/aws/findings/table.ts';
import type { RegionState } from '../../../shared/core/history/log.ts';
import { finding, planned, result, row, running } from '../../core/results.ts';
import { save } from '../../query/inventory.ts';

let local: LocalStore;
beforeAll(async () => {
  local = await openMemoryStore();
});
afterAll(() => local.close());

const day = 86_400_000;
const retentionDays = 60;
const start = Date.UTC(2026, 0, 1);

// A small world, so that random audits meet the same findings again and again.
const seen = fc
  .record({
    findings: fc.uniqueArray(
      fc
        .record({
          check: fc.constantFrom('efa-self-traffic', 'subnet-free-ips', 'vpc-dns'),
          cluster: fc.constantFrom('', 'llm-train', 'llm-eval'),
          status: fc.constantFrom('pass', 'fail'),
          level: fc.constantFrom('required', 'recommended'),
          watched: fc.option(fc.constantFrom('value=1', 'value=2'), { nil: undefined }),
          muted: fc.option(fc.constant({ reason: 'known', owner: 'me', until: '2026-12-01' }), { nil: undefined, freq: 4 }),
        })
        // The level of what passes moves without drift: then records say it at once, and the log when something changes.
        .map((more) => finding(more.status === 'pass' ? { ...more, level: 'required' } : more)),
      { selector: (f) => f.id, maxLength: 5 },
    ),
    rows: fc.uniqueArray(
      fc
        .record({ check: fc.constantFrom('efa-self-traffic', 'vpc-dns'), cluster: fc.constantFrom('', 'llm-train') })
        .map((more) => row(more)),
      { selector: (r) => `${r.check} ${r.cluster}`, maxLength: 2 },
    ),
    clusters: fc.subarray([planned, { ...running, cluster: 'llm-eval' }]),
    state: fc.constantFrom('audited', 'audited', 'audited', 'not-enabled'),
  })
  .map(result);

/** Audits some hours or some weeks apart, so that checkpoints are written, and log and checkpoints expire, while it lasts. */
const history = fc.array(
  fc.record({
    after: fc.oneof(fc.integer({ min: 1, max: 48 }), fc.integer({ min: 5 * 24, max: 40 * 24 })),
    seen,
    planHash: fc.constantFrom('plan-1', 'plan-1', 'plan-1', 'plan-2'),
    // A commit that was not notified outlives later ones.
    notified: fc.constantFrom(true, true, true, false),
  }),
  { minLength: 1, maxLength: 7 },
);

/** Which checks were ever judged is forgotten with the last tombstone, and no question asks it. */
const kept = ({ seq, findings, coverage, readiness }: RegionState) => ({ seq, findings, coverage, readiness });

let accounts = 0;

test('replay gives the state of any moment, over checkpoints and what has expired', async () => {
  let answered = 0;
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(history, fc.integer({ min: 0, max: 90 }), async (audits, idle) => {
      accounts += 1;
      const place = { account: String(300_000_000_000 + accounts), region: 'us-west-2' };
      let now = start;
      const table = findingsTable({ store: local.store, retentionDays, now: () => new Date(now) });
      const states: { readonly at: number; readonly state: RegionState | undefined; readonly committed: boolean }[] = [];
      for (const { after, seen: found, planHash, notified } of audits) {
        now += after * 3_600_000;
        const { commit } = await save(table, place, new Date(now).toISOString(), found, { planHash });
        if (notified && commit !== undefined) await table.confirmNotified(place, commit);
        states.push({ at: now, state: await table.currentState(place), committed: commit !== undefined });
      }
      now += idle * day;
      const since: string[] = [];
      for (const [n, { at, state, committed }] of states.entries()) {
        const first = states.slice(0, n + 1).some((s) => s.committed);
        // Just then, and just before the next.
        const until = states[n + 1]?.at ?? now + 1;
        for (const moment of [at, Math.max(at, until - 1)]) {
          const then = await table.stateAt(place, new Date(moment).toISOString());
          if ('seq' in then) {
            answered += 1;
            expect(state && kept(then)).toEqual(state && kept(state));
          } else {
            refused += 1;
            // Only where nothing changed yet, or where the log up to it has begun to expire.
            const oldest = states.find((s) => s.committed);
            expect(!first || (oldest !== undefined && now - oldest.at >= retentionDays * day)).toBe(true);
            if (then.notKeptBefore !== undefined) {
              expect(then.notKeptBefore > new Date(moment).toISOString() || !first).toBe(true);
              since.push(then.notKeptBefore);
            }
          }
        }
        if (
          committed &&
          now - at < retentionDays * day &&
          states
            .slice(0, n + 1)
            .filter((s) => s.committed)
            .every((s) => now - s.at < retentionDays * day)
        ) {
          // What was written within the time that is kept, and all before it, is there.
          expect('seq' in (await table.stateAt(place, new Date(at).toISOString()))).toBe(true);
        }
      }
      // From when on moments are kept, they are.
      for (const moment of new Set(since)) expect('seq' in (await table.stateAt(place, moment)), moment).toBe(true);
      expect(await table.stateAt(place, new Date(start).toISOString())).not.toHaveProperty('seq');
    }),
    { seed: 20261120, numRuns: 60 },
  );
  // Neither half of it is idle.
  expect(answered).toBeGreaterThan(100);
  expect(refused).toBeGreaterThan(20);
});
