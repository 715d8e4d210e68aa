/** What holds for every plan and every account. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../../shared/core/evaluation/evaluate.ts';
import { type Finding, levels, type RegionResult, type Result } from '../../../shared/core/evaluation/finding.ts';
import { exitCode, readinessOf } from '../../../shared/core/evaluation/readiness.ts';
import type { GroupRequest, Plan } from '../../../shared/core/plan/plan.ts';
import { stateOrder } from '../../../shared/core/render/words.ts';
import { examples } from '../../helpers/examples.ts';
import { plans, reversed, withoutOne, worlds } from '../worlds.ts';

const severity = (f: Finding): number => (f.status === 'pass' ? 0 : levels.length - levels.indexOf(f.level));
const bySeverity = (r: RegionResult) => new Map(r.findings.map((f) => [f.id, severity(f)]));
const states = (r: RegionResult) => new Map(r.readiness.map((c) => [c.cluster, c.state]));

describe('for every plan and account', () => {
  test('the order of facts does not matter', () => {
    fc.assert(
      fc.property(plans, worlds, (plan, world) => {
        const [a, b] = [evaluate(plan, world), evaluate(plan, reversed(world))];
        const inOrder = (r: RegionResult) => r.findings.toSorted((x, y) => x.id.localeCompare(y.id));
        expect(inOrder(b)).toEqual(inOrder(a));
        expect(states(b)).toEqual(states(a));
      }),
      { numRuns: examples(150) },
    );
  });

  test('losing sight never turns a failure into a pass, nor anything into READY', () => {
    fc.assert(
      fc.property(plans, worlds, (plan, world) => {
        const seen = evaluate(plan, world);
        const [before, was] = [bySeverity(seen), states(seen)];
        for (const { lost, snapshot } of withoutOne(world)) {
          const unread = evaluate(plan, snapshot);
          for (const f of unread.findings)
            expect(severity(f), `${f.id} without ${lost}`).toBeGreaterThanOrEqual(f.status === 'pass' ? (before.get(f.id) ?? 0) : 0);
          for (const { cluster, state } of unread.readiness)
            if (state === 'READY') expect(was.get(cluster), `${cluster} without ${lost}`).toBe('READY');
        }
      }),
      { numRuns: examples(60) },
    );
  });

  test('asking for more never improves a verdict', () => {
    const more = (plan: Plan, which: number, by: number): Plan => ({
      ...plan,
      clusters: plan.clusters.map((c) => ({
        ...c,
        request: {
          ...c.request,
          InstanceGroups:
            c.request.InstanceGroups?.map((g, i): GroupRequest => (i === which ? { ...g, InstanceCount: g.InstanceCount + by } : g)) ?? [],
        },
      })),
    });
    fc.assert(
      fc.property(plans, worlds, fc.nat({ max: 1 }), fc.integer({ min: 1, max: 30 }), (plan, world, which, by) => {
        const [less, bigger] = [evaluate(plan, world), evaluate(more(plan, which, by), world)];
        const after = bySeverity(bigger);
        for (const f of less.findings) if (after.has(f.id)) expect(after.get(f.id), f.id).toBeGreaterThanOrEqual(severity(f));
        const now = states(bigger);
        for (const { cluster, state } of less.readiness)
          expect(stateOrder.indexOf(now.get(cluster) ?? 'BLOCKED'), cluster).toBeLessThanOrEqual(stateOrder.indexOf(state));
      }),
      { numRuns: examples(300) },
    );
  });

  test('advice changes neither readiness nor exit code, whether it fails or was not evaluated', () => {
    const resultOf = (region: RegionResult): Result => ({
      schemaVersion: 1,
      tool: { name: 'hyperpod-auditor', version: '0.1.0' },
      planHash: 'p',
      accounts: [{ account: '111122223333', auditedAt: '2026-11-20T08:00:00.000Z', regions: [region] }],
    });
    const outcome = (region: RegionResult, findings: RegionResult['findings'], unevaluated: RegionResult['coverage']['unevaluated']) => ({
      states: region.readiness.map((cluster) => readinessOf(cluster, findings, unevaluated).state),
      code: exitCode(resultOf({ ...region, findings, coverage: { evaluated: findings.length, unevaluated } }), [region.region]),
    });
    const softened = fc.constantFrom('fail', 'pass', 'unevaluated');
    fc.assert(
      fc.property(plans, worlds, fc.infiniteStream(softened), (plan, world, choices) => {
        const region = evaluate(plan, world);
        const { unevaluated } = region.coverage;
        const strong = region.findings.filter((f) => f.level !== 'advice');
        const strongRows = unevaluated.filter((row) => row.level !== 'advice');
        const without = outcome(region, strong, strongRows);
        expect(outcome(region, region.findings, unevaluated)).toEqual(without);
        // The same of every finding, were it advice.
        const asAdvice = region.findings.map((f) => ({ f, how: choices.next().value ?? 'fail' }));
        const advice = asAdvice.flatMap(({ f, how }): Finding[] => (how === 'unevaluated' ? [] : [{ ...f, level: 'advice', status: how }]));
        const adviceRows = asAdvice.flatMap(({ f, how }) =>
          how === 'unevaluated'
            ? [{ check: f.check, level: 'advice' as const, reason: 'r', ...(f.cluster !== undefined && { cluster: f.cluster }) }]
            : [],
        );
        expect(outcome(region, [...strong, ...advice], [...strongRows, ...adviceRows])).toEqual(without);
        expect(outcome(region, advice, adviceRows)).toEqual({ states: region.readiness.map(() => 'READY'), code: 0 });
      }),
      { numRuns: examples(150) },
    );
  });

  test('ids are unique, messages are whole sentences, failures say what to do', () => {
    fc.assert(
      fc.property(plans, worlds, (plan, world) => {
        const { findings, coverage } = evaluate(plan, world);
        const ids = findings.map((f) => f.id);
        expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
        expect(coverage.evaluated).toBe(findings.length);
        for (const f of findings) {
          expect(f.message).toMatch(/^.+\.$/s);
          expect(f.message).not.toMatch(/undefined|NaN|\[object/);
          if (f.status === 'fail') expect(f.remediation?.text, f.id).toBeTruthy();
        }
      }),
      { numRuns: examples(200) },
    );
  });
});
