/** Which changes of a commit an alert reports, sorted by the section that shows them. */
import type { Change, Commit, CoverageChange, FindingChange, FindingRecord, ReadinessChange } from '../history/log.ts';
import { severity } from '../history/log.ts';
import { stateOrder } from '../render/words.ts';

const isMuted = (c: FindingChange): boolean => c.after?.finding.muted !== undefined;
export const fails = (record: FindingRecord | undefined): boolean => record?.finding.status === 'fail';

/**
 * Whether people are notified of a change, now or, where it is deferred, later. Not: changes of muted findings, results that
 * are carried over or evaluated again unchanged (their coverage rows say so), a cluster that runs now in the state it had.
 */
export function isNotified(change: Change): boolean {
  if (change.of === 'coverage') return true;
  if (change.of === 'readiness') return change.kind !== 'changed';
  if (change.kind === 'carried' || change.kind === 'seen') return false;
  return change.kind === 'muted' || !isMuted(change);
}

/** Ids of the findings and coverage rows that made clusters BLOCKED or UNKNOWN just now. */
export const reasonsOf = (changes: readonly Change[]): ReadonlySet<string> =>
  new Set(
    changes.flatMap((c) => (c.of === 'readiness' && (c.after?.state === 'BLOCKED' || c.after?.state === 'UNKNOWN') ? c.because : [])),
  );

export interface AlertSections {
  readonly readiness: readonly ReadinessChange[];
  readonly worse: readonly FindingChange[];
  readonly notEvaluated: readonly CoverageChange[];
  readonly better: readonly FindingChange[];
  readonly changed: readonly FindingChange[];
  /** Appeared and passes, or gone. */
  readonly counted: readonly FindingChange[];
  readonly summed: readonly Change[];
  readonly muted: readonly FindingChange[];
}

/** Required failures first. */
export const worstFirst = (changes: readonly FindingChange[]): readonly FindingChange[] =>
  changes.toSorted((a, b) => weight(b) - weight(a) || (a.id < b.id ? -1 : 1));
const weight = (c: FindingChange): number => Math.max(c.after ? severity(c.after.finding) : 0, c.before ? severity(c.before) : 0);

/** The end of a mute on a failure counts for any cause: no one was notified of the failure. */
const isWorse = (c: FindingChange): boolean =>
  c.kind === 'unmuted' ? fails(c.after) : c.kind === 'regressed' || (c.kind === 'appeared' && fails(c.after));

/** The sections of an alert. `held`: of the deferred changes instead of the others. */
export function sectionsOf(commit: Commit, held: boolean): AlertSections {
  const notified = commit.changes.filter((c) => isNotified(c) && (c.of !== 'coverage' && c.alertAfter !== undefined) === held);
  const findings = notified.filter((c) => c.of === 'finding').filter((c) => c.kind !== 'muted');
  const ours = findings.filter((c) => c.cause === 'account' || (c.kind === 'unmuted' && fails(c.after)));
  const coverage = notified.filter((c) => c.of === 'coverage');
  const notEvaluated = coverage.filter((c) => c.kind === 'unseen' && c.cause === 'account');
  const own = new Set<Change>([...ours, ...notEvaluated]);
  return {
    readiness: notified.filter((c) => c.of === 'readiness').toSorted(byState),
    worse: worstFirst(ours.filter(isWorse)),
    notEvaluated,
    better: worstFirst(ours.filter((c) => c.kind === 'recovered')),
    changed: ours.filter((c) => c.kind === 'changed' || (c.kind === 'unmuted' && !fails(c.after))),
    counted: ours.filter((c) => (c.kind === 'appeared' && !fails(c.after)) || c.kind === 'gone'),
    summed: [...findings, ...coverage].filter((c) => !own.has(c)),
    muted: notified.filter((c) => c.of === 'finding').filter((c) => c.kind === 'muted'),
  };
}

/** BLOCKED first, then by name. */
export const byState = (a: ReadinessChange, b: ReadinessChange): number => rank(a) - rank(b) || (a.id < b.id ? -1 : 1);
const rank = (c: ReadinessChange): number => (c.after ? stateOrder.indexOf(c.after.state) : stateOrder.length);
