/** Evaluates all snapshots of a file against a plan, and names what the plan names and the file does not hold. Pure. */

import type { Plan } from '../plan/plan.ts';
import { partitionOfRegion } from '../plan/regions.ts';
import { evaluate } from './evaluate.ts';
import { type Snapshot, unreadSnapshot } from './facts.ts';
import type { AccountResult, RegionResult } from './finding.ts';
import { applyMutes } from './mutes.ts';
import { planFor, type SelectedResults, type Selection, scopeOf, selectFrom } from './scope.ts';

/** One region evaluated and muted. */
const evaluateRegion = (plan: Plan, snapshot: Snapshot): RegionResult =>
  applyMutes(evaluate(plan, snapshot), plan.mutes, snapshot.factsAt, snapshot.account);

export interface EvaluatedScope extends SelectedResults {
  /** The same before it was narrowed to clusters. */
  readonly whole: readonly AccountResult[];
}

/**
 * The results of every account and region that the snapshots hold or the plan names, narrowed to the selection. What the
 * snapshots do not hold is evaluated from facts of which none was read, so it is UNKNOWN with that reason. Needs at least one
 * snapshot: the time of the newest stands for those that are missing.
 */
export function evaluateScope(plan: Plan, selection: Selection, snapshots: readonly Snapshot[]): EvaluatedScope {
  const scope = scopeOf(plan, {}, snapshots);
  const newest =
    snapshots
      .map((s) => s.factsAt)
      .toSorted()
      .at(-1) ?? '';
  const accounts = scopeOf(plan, selection, snapshots).map((scoped): AccountResult => {
    const { account, regions } = scoped;
    const held = snapshots.filter((s) => s.account === account);
    const [first] = held;
    const alias = first?.alias;
    const own = planFor(plan, scoped);
    const results = regions.flatMap(({ region, missing }) => {
      if (missing === undefined) return held.filter((s) => s.region === region).map((s) => evaluateRegion(own, s));
      const place = { account, partition: partitionOfRegion(region), region, factsAt: newest };
      return [evaluateRegion(own, unreadSnapshot(place, { reason: missing }))];
    });
    return { account, ...(alias !== undefined && { alias }), auditedAt: first?.factsAt ?? newest, regions: results };
  });
  const selected = selectFrom(
    accounts,
    plan,
    selection,
    scope.map((s) => s.account),
  );
  return { ...selected, whole: accounts };
}
