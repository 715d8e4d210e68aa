import { checks } from '../../../shared/core/checks/index.ts';
import { evaluate } from '../../../shared/core/evaluate.ts';
import type { AccountResult, Level, Result } from '../../../shared/core/finding.ts';
import { applyMutes } from '../../../shared/core/mutes.ts';
import { exitCode } from '../../../shared/core/readiness.ts';
import { regionsOf } from '../../../shared/core/regions.ts';
import type { ResultFormat } from '../formats.ts';
import { emit } from '../output.ts';
import { tool } from '../package.ts';
import { readPlan } from '../plan-file.ts';
import { render } from '../result.ts';
import { screenOf } from '../screen.ts';
import { readSnapshots } from '../snapshot-file.ts';

export interface EvaluateOptions {
  readonly plan?: string;
  readonly format: ResultFormat;
  readonly level: Level;
  readonly output?: string;
  readonly color?: boolean;
  readonly quiet?: boolean;
}

/** Judges a snapshot without any account. Nothing is kept: the facts are of another time. */
export async function evaluateSnapshots(file: string, options: EvaluateOptions): Promise<number> {
  const { plan, planFile, planHash } = readPlan(options.plan);
  const snapshots = await readSnapshots(file, [...new Set(checks.flatMap((c) => c.needs))]);
  const accounts = [...Map.groupBy(snapshots, (s) => s.account).values()].flatMap((of): AccountResult[] => {
    const [first] = of;
    if (!first) return [];
    return [
      {
        account: first.account,
        ...(first.alias !== undefined && { alias: first.alias }),
        auditedAt: first.factsAt,
        regions: of.map((s) => applyMutes(evaluate(plan, s), plan.mutes, s.factsAt, s.account)),
      },
    ];
  });
  const result: Result = { schemaVersion: 1, tool, planHash, accounts };
  const screen = screenOf({ ...options, file: options.output !== undefined });
  await emit(render(result, options.format, { screen, level: options.level, planFile }), options.output);
  return exitCode(result, regionsOf(plan) ?? []);
}
