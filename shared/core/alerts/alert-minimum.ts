/** What the plan's `alerts.minimum` lets through. It silences, it does not forget: the log and the lists have everything. */
import { compareLevels, type Level, reachesLevel } from '../evaluation/finding.ts';
import type { Change, Commit } from '../history/log.ts';
import type { AlertSettings } from '../plan/plan.ts';

/** The strongest level that a change is about: before it or after it. */
export function levelOf(change: Change): Level {
  // What older versions found evaluated again has no level: it is notified as it was then.
  if (change.of === 'coverage') return change.after?.row.level ?? change.level ?? 'required';
  if (change.of === 'readiness') {
    const states = [change.before?.state, change.after?.state];
    const isDecided = states.some((s) => s === 'BLOCKED' || s === 'UNKNOWN') || change.kind === 'appeared' || change.kind === 'gone';
    return isDecided ? 'required' : 'recommended';
  }
  const results = [change.before, change.after?.finding].filter((result) => result !== undefined);
  const strongest = (of: typeof results) => of.map(({ level }) => level).toSorted(compareLevels)[0];
  // A watched value never fails; what it is a value of says its level.
  if (change.kind === 'changed') return change.after?.finding.level ?? change.before?.level ?? 'recommended';
  const failing = strongest(results.filter(({ status }) => status === 'fail'));
  // Where nothing failed before or after, no one needs to act: that is never more than recommended.
  return failing ?? (strongest(results) === 'advice' ? 'advice' : 'recommended');
}

/** The commit with only the changes that reach the minimum; where the plan names none, all but advice. */
export function atLeast(commit: Commit, minimum: AlertSettings['minimum'] = 'recommended'): Commit {
  return { ...commit, changes: commit.changes.filter((change) => reachesLevel(levelOf(change), minimum)) };
}
