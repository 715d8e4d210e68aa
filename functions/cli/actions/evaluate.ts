import { evaluateScope } from '../../../shared/core/evaluation/evaluate-scope.ts';
import type { Snapshot } from '../../../shared/core/evaluation/facts.ts';
import type { AccountResult, Level, Result } from '../../../shared/core/evaluation/finding.ts';
import { exitCode } from '../../../shared/core/evaluation/readiness.ts';
import { selectedRegions } from '../../../shared/core/evaluation/scope.ts';
import { type AuditToWarnAbout, auditWarnings, planScope } from '../../../shared/core/plan/audit-warnings.ts';
import type { Plan } from '../../../shared/core/plan/plan.ts';
import { NoResultError } from '../../process/exit.ts';
import { tool } from '../../process/package.ts';
import { declaredIn, readPlan } from '../../process/plan-file.ts';
import type { ResultFormat } from '../formats.ts';
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

/** What of the snapshots is in scope, for the warnings it gives rise to; mutes are in force as of the newest. */
function auditedOf(plan: Plan, whole: readonly AccountResult[], snapshots: readonly Snapshot[]): AuditToWarnAbout {
  const factsOf = (account: string, region: string) => snapshots.find((s) => s.account === account && s.region === region)?.facts;
  const audited = whole.flatMap(({ account, regions }) =>
    regions.map((result) => ({ account, result, facts: factsOf(account, result.region) ?? { quotas: {} } })),
  );
  const at = snapshots.map((s) => s.factsAt).reduce((newest, time) => (time > newest ? time : newest));
  return { plan, at, audited, scope: planScope(plan, [...new Set(snapshots.map((s) => s.account))]) };
}

/**
 * Evaluates a snapshot without any account. What the plan names and the snapshot does not contain is UNKNOWN. Nothing is stored: the facts
 * are of another time.
 */
export async function evaluateSnapshots(file: string, options: EvaluateOptions): Promise<number> {
  const read = readPlan(options.plan);
  const { plan, planFile, planHash, locate } = read;
  const { selection } = selectedBy(options, plan);
  const snapshots = await readSnapshots(file);
  if (snapshots.length === 0)
    throw new NoResultError(`The snapshot ${file} holds no account and no region, so there is nothing to evaluate. Collect it again.`);
  const { whole, ...selected } = evaluateScope(plan, selection, snapshots);
  const warnings = locate(auditWarnings(auditedOf(plan, whole, snapshots)));
  const result: Result = { schemaVersion: 1, tool, planHash, ...selected, warnings };
  const screen = screenOf({ ...options, file: options.output !== undefined });
  await printResult(result, { ...options, screen, planFile, declaredAt: declaredIn(read) });
  return exitCode(result, selectedRegions(plan, selection) ?? []);
}
