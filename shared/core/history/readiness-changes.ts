/** Changes of the readiness of clusters, and the changes of findings and coverage that caused them. */
import type { Readiness, RegionResult, Unevaluated } from '../evaluation/finding.ts';
import { readinessOf } from '../evaluation/readiness.ts';
import { order } from './carry-over.ts';
import { causeOf, type DriftContext, flapping, later } from './causes.ts';
import {
  type Cause,
  type CoverageChange,
  checkOf,
  type FindingChange,
  type ReadinessChange,
  type ReadinessRecord,
  type RegionState,
} from './log.ts';

/** As many reasons as anyone reads; the findings have them all. */
const reasons = (because: readonly string[]): readonly string[] => because.slice(0, 8);

const recordOf = (r: Readiness, at: string): ReadinessRecord => ({
  cluster: r.cluster,
  running: r.running,
  planned: r.planned,
  state: r.state,
  since: r.since ?? at,
  ...(r.notReadySince !== undefined && { notReadySince: r.notReadySince }),
});

/** The previous readiness of a cluster, as a change stores it. */
const wasOf = ({ state, since, notReadySince }: ReadinessRecord): NonNullable<ReadinessChange['before']> => ({
  state,
  since,
  ...(notReadySince !== undefined && { notReadySince }),
});

export function readinessChanges(
  previous: RegionState | undefined,
  result: RegionResult,
  at: string,
  context: DriftContext,
  behind: readonly (FindingChange | CoverageChange)[],
): readonly ReadinessChange[] {
  const now = new Map(result.readiness.map((r) => [r.cluster, r]));
  const changes = [...now.values()].flatMap((r): ReadinessChange[] => {
    const before = previous?.readiness.get(r.cluster);
    const change = { of: 'readiness', id: r.cluster, after: recordOf(r, at), because: reasons(r.because) } as const;
    if (!previous || !before) return [{ ...change, kind: 'appeared', cause: previous ? causeOf(previous, context) : 'baseline' }];
    const was = wasOf(before);
    if (before.state === r.state) {
      const same = before.running === r.running && before.planned === r.planned;
      return same ? [] : [{ ...change, kind: 'changed', cause: causeOf(previous, context), before: was }];
    }
    const cause = readinessCause(previous, before, r, context, behind);
    const kind = order[r.state] > order[before.state] ? 'regressed' : 'recovered';
    const hold = cause === 'account' && flaps(previous, before, r, result.coverage.unevaluated);
    return [{ ...change, kind, cause, before: was, ...(hold && { alertAfter: later(at, context.periodMinutes ?? 60) }) }];
  });
  if (!previous) return changes;
  const gone = [...previous.readiness.values()].flatMap((before): ReadinessChange[] =>
    now.has(before.cluster)
      ? []
      : [{ of: 'readiness', kind: 'gone', cause: causeOf(previous, context), id: before.cluster, before: wasOf(before), because: [] }],
  );
  return [...changes, ...gone];
}

/** Order in which causes decide where a readiness has several: the one that is notified at once comes first. */
const firstCause: readonly Cause[] = ['account', 'plan', 'auditor', 'visibility'];

/**
 * Why the readiness of a cluster changed. If it got worse, the changes among its present reasons decide; if it got better,
 * the changes among its previous reasons.
 */
function readinessCause(
  previous: RegionState,
  before: ReadinessRecord,
  now: Readiness,
  context: DriftContext,
  behind: readonly (FindingChange | CoverageChange)[],
): Cause {
  const worse = order[now.state] > order[before.state];
  const rows = [...previous.coverage.values()].map((c) => c.row);
  const ids = new Set(worse ? now.because : wasBecause(previous, before, rows));
  // A first finding of a check has the cause `baseline`; the readiness it changes was known before.
  const causes = behind
    .filter((c) => ids.has(c.id))
    .map(({ cause, id }) => (cause === 'baseline' ? causeOf(previous, context, checkOf(id)) : cause));
  const cause = firstCause.find((c) => causes.includes(c));
  return cause ?? (before.state === 'UNKNOWN' ? 'visibility' : causeOf(previous, context));
}

/** READY to AT RISK or back, caused by flapping amounts only, not by rows that were not evaluated before or now. */
function flaps(previous: RegionState, before: ReadinessRecord, now: Readiness, rows: readonly Unevaluated[]): boolean {
  if ([before.state, now.state].toSorted().join(' ') !== 'AT_RISK READY') return false;
  const notEvaluated = now.state === 'AT_RISK' ? rows : [...previous.coverage.values()].map((c) => c.row);
  if (notEvaluated.some((row) => row.cluster === undefined || row.cluster === now.cluster)) return false;
  const risky = now.state === 'AT_RISK' ? now.because : wasBecause(previous, before, []);
  return risky.every((id) => flapping.has(id.slice(0, id.indexOf('/'))));
}

/** Ids of the findings, and of these rows, that caused a cluster's previous readiness. */
function wasBecause(previous: RegionState, before: ReadinessRecord, rows: readonly Unevaluated[]): readonly string[] {
  const fresh = [...previous.findings.values()].filter((f) => !f.carried).map((f) => f.finding);
  return readinessOf(before, fresh, rows).because;
}

/** The readiness that a commit stores of a result that went through `carryOver`. */
export const readinessRecords = (result: RegionResult, at: string): readonly ReadinessRecord[] =>
  result.readiness.map((r) => recordOf(r, at)).toSorted((a, b) => (a.cluster < b.cluster ? -1 : 1));
