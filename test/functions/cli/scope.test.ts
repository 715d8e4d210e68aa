/**
 * Plan × command × format: every planned cluster in scope is named with its state, one without facts as UNKNOWN, and the exit
 * code is never 0 with UNKNOWN. What is expected is computed here from the plan alone, without the product's own scope.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { evaluateSnapshots } from '../../../functions/cli/actions/evaluate.ts';
import { resultFormats } from '../../../functions/cli/formats.ts';
import type { SelectionOptions } from '../../../functions/cli/selection.ts';
import { evaluate } from '../../../shared/core/evaluation/evaluate.ts';
import type { Snapshot } from '../../../shared/core/evaluation/facts.ts';
import type { Level } from '../../../shared/core/evaluation/finding.ts';
import type { Plan } from '../../../shared/core/plan/plan.ts';
import { plan as healthyPlan, planned, request } from '../../core/healthy.ts';
import { examples } from '../../helpers/examples.ts';
import { byPlace, type Named, namedIn } from './named.ts';
import { accounts, dueOf, held, isIn, plans, selections, snapshots } from './scope-cases.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hyperpod-auditor-scope-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('evaluate', () => {
  interface Case {
    readonly plan: Plan;
    readonly snapshots: readonly Snapshot[];
    readonly selection: SelectionOptions;
    readonly level: Level;
  }

  /** Each planned cluster with the state that its snapshot gives it; without a snapshot, UNKNOWN. */
  const expected = ({ plan, snapshots: all, selection }: Case): readonly Named[] =>
    dueOf(
      plan,
      selection,
      all.map((s) => s.account),
    ).map((due) => {
      const own = all.find((s) => s.account === due.account && s.region === due.region);
      const state = own && evaluate(plan, own).readiness.find((r) => r.cluster === due.cluster)?.state;
      return { ...due, state: state ?? 'UNKNOWN' };
    });

  let n = 0;
  async function evaluated({ plan, snapshots: all, selection, level }: Case) {
    n += 1;
    const [planFile, file, output] = ['plan', 'facts', 'out'].map((name) => join(folder, `${name}-${n}.json`)) as [string, string, string];
    const { schedule, retentionDays, clusters, accounts: ids, regions: listed } = plan;
    await writeFile(planFile, JSON.stringify({ schedule, retentionDays, clusters, accounts: ids, regions: listed }));
    await writeFile(file, JSON.stringify({ schemaVersion: 1, tool: { name: 'hyperpod-auditor', version: '0' }, snapshots: all }));
    const said: string[] = [];
    const stderr = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      said.push(String(text));
      return true;
    });
    try {
      const outputs = [];
      for (const format of resultFormats) {
        const code = await evaluateSnapshots(file, { plan: planFile, format, level, output, quiet: true, ...selection });
        outputs.push({ format, code, text: await readFile(output, 'utf8'), stderr: said.splice(0).join('') });
      }
      return outputs;
    } finally {
      stderr.mockRestore();
    }
  }

  const cases: fc.Arbitrary<Case> = fc.record({
    plan: plans,
    snapshots,
    selection: fc.oneof(fc.constant({}), selections),
    level: fc.constantFrom<Level>('required', 'recommended'),
  });

  /** One cluster that is READY, AT RISK, BLOCKED, UNKNOWN by its facts, and UNKNOWN without any: chance alone may miss one. */
  const everyState = (
    [
      ['READY', planned(), 'healthy'],
      ['AT_RISK', planned({ growTo: { workers: 400 } }), 'healthy'],
      ['BLOCKED', planned(), 'short'],
      ['UNKNOWN', planned(), 'partly'],
      ['UNKNOWN', planned({ region: 'us-east-2' }), 'healthy'],
    ] as const
  ).map(([state, cluster, kind]) => ({
    state,
    plan: healthyPlan(cluster),
    snapshots: [held(accounts[0], 'us-west-2', kind)],
    selection: {},
    level: 'recommended' as const,
  }));

  test.each(everyState)('an example is $state', ({ state, ...of }) => {
    expect(expected(of).map((one) => one.state)).toEqual([state]);
  });

  test('names every planned cluster in scope in every format, and never ends with 0 with UNKNOWN', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (of) => {
        const due = expected(of);
        const codes = new Set<number>();
        for (const { format, code, text } of await evaluated(of)) {
          const named = namedIn[format](text);
          expect([format, byPlace(named)]).toEqual([format, byPlace(named.filter((x) => isIn(of.selection.cluster, x.cluster)))]);
          for (const one of due)
            expect([format, named.map((x) => ({ ...x }))]).toEqual([format, expect.arrayContaining([expect.objectContaining(one)])]);
          if (due.some((d) => d.state === 'UNKNOWN')) expect([format, code]).not.toEqual([format, 0]);
          if (due.some((d) => d.state === 'BLOCKED')) expect([format, code]).toEqual([format, 1]);
          // A selection is never an all-clear for what is not in it.
          if (of.plan.clusters.length > 0 && named.length === 0) expect([format, code]).not.toEqual([format, 0]);
          codes.add(code);
        }
        expect(codes.size).toBe(1);
      }),
      { numRuns: examples(60), examples: everyState.map((example): [Case] => [example]) },
    );
  });

  test('every format says, in its own place or on stderr, how many planned clusters are outside the selection', async () => {
    const plan = healthyPlan(planned(), planned({ region: 'us-east-1', request: request({ ClusterName: 'eval' }) }));
    const all = [held(accounts[0], 'us-west-2', 'healthy'), held(accounts[0], 'us-east-1', 'healthy')];
    for (const { format, text, stderr } of await evaluated({
      plan,
      snapshots: all,
      selection: { region: ['us-west-2'] },
      level: 'recommended',
    }))
      if (format === 'json')
        expect(JSON.parse(text).selection).toEqual({
          regions: ['us-west-2'],
          outside: { clusters: 1, regions: ['us-east-1'] },
          unanswered: [],
        });
      else
        expect([format, `${text}${stderr}`]).toEqual([
          format,
          expect.stringContaining('1 planned cluster is outside the selection (--region us-west-2), in us-east-1.'),
        ]);
  });

  test('every format says how many failures --level hides, and the code stays', async () => {
    const plan = healthyPlan(planned({ growTo: { workers: 400 } }));
    const of = { plan, snapshots: [held(accounts[0], 'us-west-2', 'healthy')], selection: {} };
    const [all, required] = [await evaluated({ ...of, level: 'advice' }), await evaluated({ ...of, level: 'required' })];
    expect(required.map((o) => o.code)).toEqual(all.map((o) => o.code));
    for (const { format, text, stderr } of required) {
      expect([format, namedIn[format](text)]).toEqual([format, [expect.objectContaining({ state: 'AT_RISK' })]]);
      if (format === 'json') expect(JSON.parse(text).hiddenFailures).toBeGreaterThan(0);
      else expect([format, `${text}${stderr}`]).toEqual([format, expect.stringMatching(/\d+ failures? hidden by --level\./)]);
    }
    for (const { format, text, stderr } of all)
      expect([format, `${text}${stderr}`]).not.toEqual([format, expect.stringContaining('hidden')]);
  });
});
