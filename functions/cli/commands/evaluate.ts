import { evaluateScope } from '../../../shared/core/evaluate-scope.ts';
import type { Level, Result } from '../../../shared/core/finding.ts';
import { exitCode } from '../../../shared/core/readiness.ts';
import { selectedRegions } from '../../../shared/core/scope.ts';
import { Ending } from '../ending.ts';
import type { ResultFormat } from '../formats.ts';
import { tool } from '../package.ts';
import { readPlan } from '../plan-file.ts';
import { printResult } from '../result.ts';
import { screenOf } from '../screen.ts';
import { type SelectionOptions, selectedBy } from '../selection.ts';
import { readSnapshots } from '../snapshot-file.ts';

export interface EvaluateOptions extends SelectionOptions {
  readonly plan?: string;
  readonly format: ResultFormat;
  readonly level: Level;
  readonly output?: string;
  readonly color?: boolean;
  readonly quiet?: boolean;
}

/**
 * Evaluates a snapshot without any account. What the plan names and the snapshot lacks is UNKNOWN. Nothing is stored: the facts
 * are of another time.
 */
export async function evaluateSnapshots(file: string, options: EvaluateOptions): Promise<number> {
  const { plan, planFile, planHash } = readPlan(options.plan);
  const { selection } = selectedBy(options, plan);
  const snapshots = await readSnapshots(file);
  if (snapshots.length === 0)
    throw new Ending(`The snapshot ${file} holds no account and no region, so there is nothing to evaluate. Collect it again.`);
  const result: Result = { schemaVersion: 1, tool, planHash, ...evaluateScope(plan, selection, snapshots) };
  const screen = screenOf({ ...options, file: options.output !== undefined });
  await printResult(result, { ...options, screen, planFile });
  return exitCode(result, selectedRegions(plan, selection) ?? []);
}
