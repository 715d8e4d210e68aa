/** What the plan's `alerts.minimum` lets through. It silences, it does not forget: the log and the lists have everything. */
import { type Change, type Commit, isFirst, severity } from '../history/log.ts';
import type { AlertSettings } from '../plan/plan.ts';

/** Whether a change is about something required: before it or after it. */
export function isRequired(change: Change): boolean {
  if (change.of === 'coverage') return change.after === undefined || change.after.row.level === 'required';
  if (change.of === 'readiness') {
    const states = [change.before?.state, change.after?.state];
    return states.some((s) => s === 'BLOCKED' || s === 'UNKNOWN') || change.kind === 'appeared' || change.kind === 'gone';
  }
  const { before, after } = change;
  // A watched value never fails; what it is a value of says whether it is required.
  if (change.kind === 'changed') return (after?.finding.level ?? before?.level) === 'required';
  return (before !== undefined && severity(before) === 2) || (after !== undefined && severity(after.finding) === 2);
}

/**
 * The commit with only the changes that reach the minimum; all of them where the plan names none. A first audit stays whole: its one message sums up everything there is.
 */
export function atLeast(commit: Commit, minimum: AlertSettings['minimum'] = 'recommended'): Commit {
  if (minimum === 'recommended' || isFirst(commit)) return commit;
  return { ...commit, changes: commit.changes.filter(isRequired) };
}
