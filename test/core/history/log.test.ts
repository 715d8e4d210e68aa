import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Finding, Unevaluated } from '../../../shared/core/evaluation/finding.ts';
import { readinessOf } from '../../../shared/core/evaluation/readiness.ts';
import { covers } from '../../../shared/core/history/covers.ts';
import {
  type Commit,
  partsOf,
  project,
  type RecordWrite,
  type RegionState,
  replay,
  severity,
  writesOf,
} from '../../../shared/core/history/log.ts';
import { resultOf } from '../../../shared/core/history/state-result.ts';
import { examples } from '../../helpers/examples.ts';
import { type AuditVersion, audit, finding, firstRules, hour, otherRules, planned, result, row, running, type Seen } from '../results.ts';

// The same histories every time: a test that fails now and then tells nothing.
beforeAll(() => {
  fc.configureGlobal({ seed: 20261120, numRuns: examples(200) });
});
afterAll(() => {
  fc.resetConfigureGlobal();
});

// A small world, so that random audits meet the same findings again and again.
const checks = ['efa-self-traffic', 'subnet-free-ips', 'vpc-dns'];
const clusters = ['', 'llm-train', 'llm-eval'];
const oneFinding: fc.Arbitrary<Finding> = fc
  .record({
    check: fc.constantFrom(...checks),
    cluster: fc.constantFrom(...clusters),
    resource: fc.constantFrom('a', 'b'),
    status: fc.constantFrom('pass', 'fail'),
    level: fc.constantFrom('required', 'recommended'),
    watched: fc.option(fc.constantFrom('value=1', 'value=2'), { nil: undefined }),
    muted: fc.option(fc.constant({ reason: 'known', owner: 'me', until: '2026-12-01' }), { nil: undefined }),
    have: fc.nat({ max: 3 }),
  })
  .map((more) => finding(more));
const oneRow: fc.Arbitrary<Unevaluated> = fc
  .record({
    check: fc.constantFrom(...checks),
    cluster: fc.constantFrom(...clusters),
    resource: fc.option(fc.constantFrom('a', 'b'), { nil: undefined }),
    level: fc.constantFrom('required', 'recommended'),
  })
  .map((more) => row(more));
const oneAudit: fc.Arbitrary<{ readonly seen: Seen; readonly version: AuditVersion }> = fc.record({
  seen: fc.record({
    findings: fc.uniqueArray(oneFinding, { selector: (f) => f.id, maxLength: 6 }),
    rows: fc.array(oneRow, { maxLength: 3 }),
    clusters: fc.subarray([planned, { ...running, cluster: 'llm-eval' }]),
    state: fc.constantFrom('audited', 'audited', 'audited', 'not-enabled'),
  }),
  version: fc.record({
    planHash: fc.constantFrom('plan-1', 'plan-1', 'plan-2'),
    rules: fc.constantFrom(firstRules, firstRules, otherRules),
  }),
});
const history = fc.array(oneAudit, { minLength: 1, maxLength: 8 });
type OneAudit = { readonly seen: Seen; readonly version: AuditVersion };

/** Every audit commits, also one without changes: numbers follow on, and an empty commit is a commit. */
function play(audits: readonly OneAudit[]): readonly ReturnType<typeof audit>[] {
  const steps: ReturnType<typeof audit>[] = [];
  for (const [n, { seen, version }] of audits.entries()) steps.push(audit(steps.at(-1)?.state, n, result(seen), version));
  return steps;
}
const records = (state: RegionState | undefined) => ({ findings: state?.findings, coverage: state?.coverage });

describe('for any history', () => {
  test('replaying the log gives the state, from the beginning and from every checkpoint', () => {
    fc.assert(
      fc.property(history, (audits) => {
        const steps = play(audits);
        const commits = steps.map((s) => s.commit);
        const last = steps.at(-1)?.state;
        expect(replay(commits)).toEqual(last);
        for (const [n, step] of steps.entries()) expect(replay(commits.slice(n + 1), step.state)).toEqual(last);
      }),
    );
  });

  test('a commit applied again, or a log from further back, changes nothing', () => {
    fc.assert(
      fc.property(history, (audits) => {
        const steps = play(audits);
        const commits = steps.map((s) => s.commit);
        const last = steps.at(-1)?.state;
        expect(replay([...commits, ...commits])).toEqual(last);
        for (const commit of commits) expect(last && project(last, commit)).toBe(last);
      }),
    );
  });

  test('its writes come to the same records in any order, doubled or not, each made only over an older one', () => {
    const doubledAndShuffled = history.chain((audits) => {
      const steps = play(audits);
      const writes = steps.flatMap((s) => writesOf(s.commit));
      return fc.record({
        steps: fc.constant(steps),
        writes: fc.shuffledSubarray([...writes, ...writes], { minLength: writes.length * 2 }),
      });
    });
    fc.assert(
      fc.property(doubledAndShuffled, ({ steps, writes }) => {
        const table = new Map<string, RecordWrite>();
        for (const write of writes) {
          const key = `${write.of} ${write.id}`;
          const before = table.get(key);
          if (!before || before.seq < write.seq) table.set(key, write);
        }
        const live = (of: RecordWrite['of']) =>
          new Map([...table.values()].flatMap((w) => (w.of === of && w.record ? [[w.id, { ...w.record, seq: w.seq }] as const] : [])));
        expect({ findings: live('finding'), coverage: live('coverage') }).toEqual(records(steps.at(-1)?.state));
      }),
    );
  });

  test('the state says of everything seen what was seen, and decides with nothing else', () => {
    fc.assert(
      fc.property(history, (audits) => {
        for (const { result: now, state } of play(audits)) {
          for (const f of now.findings) {
            const held = state.findings.get(f.id);
            expect(held?.carried).toBeUndefined();
            expect(held && severity(held.finding)).toBe(severity(f));
            expect(held?.finding.watched).toBe(f.watched);
            expect(held?.since).toBe(f.since);
          }
          const fresh = [...state.findings.values()].filter((h) => !h.carried).map((h) => h.finding.id);
          expect(fresh.toSorted()).toEqual(now.findings.map((f) => f.id).toSorted());
          expect([...state.coverage.values()].map((r) => r.since).toSorted()).toEqual(
            now.coverage.unevaluated.map((r) => r.since).toSorted(),
          );
          for (const r of now.readiness) {
            expect(state.readiness.get(r.cluster)).toMatchObject({
              state: r.state,
              since: r.since,
              running: r.running,
              planned: r.planned,
            });
            // Better than what was seen it never is; worse only where the cluster itself went not evaluated.
            const judged = readinessOf(r, now.findings, now.coverage.unevaluated).state;
            expect([judged, 'UNKNOWN']).toContain(r.state);
          }
          expect([...state.readiness.keys()].toSorted()).toEqual(now.readiness.map((r) => r.cluster).toSorted());
        }
      }),
    );
  });

  test('nothing is carried over that could have been seen: every carried finding is covered, or the region was not audited', () => {
    fc.assert(
      fc.property(history, (audits) => {
        for (const { result: now, state } of play(audits))
          for (const held of state.findings.values())
            if (held.carried) expect(now.state !== 'audited' || now.coverage.unevaluated.some((r) => covers(r, held.finding))).toBe(true);
      }),
    );
  });

  test('the same audit again has no changes', () => {
    fc.assert(
      fc.property(history, (audits) => {
        const last = play(audits).at(-1);
        const again = audits.at(-1);
        if (last && again) expect(audit(last.state, audits.length, result(again.seen), again.version).changes).toEqual([]);
      }),
    );
  });
});

test('a log with a hole is not played', () => {
  const steps = play([
    { seen: { findings: [finding()] }, version: {} },
    { seen: {}, version: {} },
    { seen: { findings: [finding()] }, version: {} },
  ]);
  const [first, , third] = steps.map((s) => s.commit) as [Commit, Commit, Commit];
  expect(() => replay([first, third])).toThrow('Commit 3 cannot follow 1: commits between them are missing.');
  expect(replay([])).toBeUndefined();
});

test('the parts of an id come back as they were', () => {
  const id = finding({ cluster: '', group: 'a/b', resource: 'ml.p5.48xlarge for cluster usage #1' }).id;
  expect(partsOf(id)).toEqual({ check: 'efa-self-traffic', group: 'a/b', resource: 'ml.p5.48xlarge for cluster usage #1' });
});

test('a state reads like the result it came from, with what was carried over only behind its row', () => {
  const first = audit(undefined, 8, result({ findings: [finding({ status: 'fail' }), finding({ check: 'vpc-dns', resource: 'vpc-1' })] }));
  const second = audit(first.state, 9, result({ findings: [finding({ check: 'vpc-dns', resource: 'vpc-1' })], rows: [row()] }));
  expect(resultOf(second.state, 'us-west-2')).toEqual(second.result);
  expect(second.result).toMatchObject({
    coverage: { evaluated: 1, unevaluated: [{ since: hour(9), last: { status: 'fail', level: 'required', at: hour(8) } }] },
    readiness: [{ state: 'UNKNOWN', since: hour(9), because: ['efa-self-traffic/llm-train/-/-'] }],
  });
});
