/**
 * The one workflow: collect → evaluate → mute → carry over → compare → save. What reads the account and what keeps the
 * findings come as arguments, so it is the same in a Lambda, at the command line and in tests.
 */
import type { FindingsTable } from '../aws/findings/table.ts';
import { isNotified } from '../core/alerts/alert-selection.ts';
import { evaluate } from '../core/evaluation/evaluate.ts';
import type { Snapshot } from '../core/evaluation/facts.ts';
import type { RegionResult } from '../core/evaluation/finding.ts';
import { applyMutes } from '../core/evaluation/mutes.ts';
import { rules as committedRules, type Rules } from '../core/evaluation/rules.ts';
import { longestGapMinutes, minutesOfDay, periodMinutes } from '../core/events/schedule.ts';
import type { Trigger, TriggeredBy } from '../core/events/triggers.ts';
import { carryOver } from '../core/history/carry-over.ts';
import { triggeredBy } from '../core/history/change-triggers.ts';
import { diff } from '../core/history/drift.ts';
import type { Change, RegionState } from '../core/history/log.ts';
import type { Plan } from '../core/plan/plan.ts';

export interface AuditInput {
  readonly plan: Plan;
  readonly planHash: string;
  readonly toolVersion: string;
  /** The rules it evaluates by. A parameter for tests; everyone else leaves it out. */
  readonly rules?: Rules;
  /** The audit's identity: a completed one is never done again. */
  readonly auditId: string;
  readonly collect: () => Promise<Snapshot>;
  /** The recorded calls because of which it is made. */
  readonly triggers?: readonly Trigger[];
  readonly table: Pick<FindingsTable, 'save'>;
}

export interface AuditOutcome {
  readonly snapshot: Snapshot;
  /** With mutes, ages, and the last results of what could not be evaluated. */
  readonly result: RegionResult;
  /** What is different from the audit before. At a first audit everything, with the cause `baseline`. */
  readonly changes: readonly Change[];
  /** Number of the commit that holds the changes. */
  readonly commit?: number;
  /** What of its triggers the commit names. */
  readonly triggeredBy?: TriggeredBy | undefined;
  /** repeated: this audit was completed before; outdated: one with newer facts was. Nothing was written. */
  readonly discarded?: 'repeated' | 'outdated';
  /** Required checks that this audit and the one before did not evaluate, and the one before that did or did not know. */
  readonly coverageLost: number;
}

/** One audit may fail to read something for a moment; of two in a row, the second counts it, and no later one again. */
const coverageLost = (result: RegionResult, previous: RegionState | undefined): number =>
  result.coverage.unevaluated.filter((row) => row.level === 'required' && row.since === previous?.audit.factsAt).length;

/** Audits one region of one account and keeps what was found. Rejects where the facts cannot be collected or nothing can be saved. */
export async function auditRegion(audit: AuditInput): Promise<AuditOutcome> {
  const { plan, planHash, toolVersion, rules = committedRules, auditId, triggers = [], table } = audit;
  const snapshot = await audit.collect();
  const { account, region, factsAt, alias } = snapshot;
  const result = applyMutes(evaluate(plan, snapshot), plan.mutes, factsAt, account);
  const minutes = periodMinutes(plan.schedule);
  const context = { planHash, rules, ...(minutes !== undefined && { periodMinutes: minutes }) };
  const gapMinutes = longestGapMinutes(plan.schedule) ?? 0;
  let lost = 0;
  let triggered: TriggeredBy | undefined;
  const saved = await table.save(
    {
      account,
      region,
      auditId,
      factsAt,
      planHash,
      toolVersion,
      rules,
      ...(alias !== undefined && { alias }),
      ...(gapMinutes > minutesOfDay && { gapMinutes }),
    },
    (previous) => {
      const changes = diff(previous, result, factsAt, context);
      const carried = carryOver(previous, result, factsAt);
      lost = coverageLost(carried, previous);
      triggered = triggeredBy(triggers, changes, factsAt);
      return { result: carried, changes, notify: changes.some(isNotified), triggeredBy: triggered };
    },
  );
  const named = saved.commit === undefined ? undefined : triggered;
  return { snapshot, ...saved, coverageLost: saved.discarded === undefined ? lost : 0, ...(named && { triggeredBy: named }) };
}
