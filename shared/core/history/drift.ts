/**
 * Drift: what an audit found to be different from the state that the log adds up to. Pure: the state before and the
 * result of one region go in, changes with their causes come out.
 */
import { type Finding, findingId, type RegionResult, type Unevaluated } from '../evaluation/finding.ts';
import { carriedFrom, carryOver, isNotEvaluated, visibilityOf } from './carry-over.ts';
import { causeOf, type DriftContext, flapping, later } from './causes.ts';
import { covers } from './covers.ts';
import {
  briefOf,
  type Cause,
  type Change,
  type CoverageChange,
  type FindingChange,
  type FindingKind,
  type FindingRecord,
  type RegionState,
  severity,
} from './log.ts';
import { readinessChanges } from './readiness-changes.ts';

const strip = ({ since, ...finding }: Finding): Omit<Finding, 'since'> => finding;
const stripRow = ({ since, last, ...row }: Unevaluated): Omit<Unevaluated, 'since' | 'last'> => row;

/** A flapping amount is deferred, but never where a required failure begins or ends. */
function held(kind: FindingKind, cause: Cause, check: string, severities: readonly number[]): boolean {
  return (
    cause === 'account' &&
    (kind === 'regressed' || kind === 'recovered') &&
    flapping.has(check) &&
    !severities.includes(severity({ status: 'fail', level: 'required' }))
  );
}

/** What is different about a finding that was there before; `undefined`: nothing that is drift. */
export function kindOf(before: FindingRecord, now: Finding): FindingKind | undefined {
  const worse = severity(now) - severity(before.finding);
  if (worse !== 0) return worse > 0 ? 'regressed' : 'recovered';
  if ((before.finding.muted === undefined) !== (now.muted === undefined)) return now.muted ? 'muted' : 'unmuted';
  if (before.finding.watched !== now.watched) return 'changed';
  return before.carried ? 'seen' : undefined;
}

function findingChanges(
  previous: RegionState | undefined,
  result: RegionResult,
  at: string,
  context: DriftContext,
): readonly FindingChange[] {
  const period = context.periodMinutes ?? 60;
  const now = result.findings.flatMap((f): FindingChange[] => {
    const before = previous?.findings.get(f.id);
    const since = f.since ?? at;
    if (!previous || !before) {
      const wasNotEvaluated = [...(previous?.coverage.values() ?? [])].some((c) => covers(c.row, f));
      const after = { finding: strip(f), firstSeen: at, since, lastChanged: at };
      const cause = wasNotEvaluated
        ? 'visibility'
        : previous?.evaluatedChecks.has(f.check)
          ? causeOf(previous, context, f.check)
          : 'baseline';
      return [{ of: 'finding', kind: 'appeared', cause, id: f.id, after }];
    }
    const kind = kindOf(before, f);
    if (!kind) return [];
    const cause = before.carried ? 'visibility' : causeOf(previous, context, f.check);
    const after = { finding: strip(f), firstSeen: before.firstSeen, since, lastChanged: at };
    const hold = held(kind, cause, f.check, [severity(before.finding), severity(f)]);
    return [{ of: 'finding', kind, cause, id: f.id, before: briefOf(before), after, ...(hold && { alertAfter: later(at, period) }) }];
  });
  if (!previous) return now;
  const seen = new Set(result.findings.map((f) => f.id));
  const visibility = visibilityOf(previous, result);
  const missing = [...previous.findings].flatMap(([id, { seq, ...before }]): FindingChange[] => {
    if (seen.has(id)) return [];
    const change = { of: 'finding', id, before: briefOf(before) } as const;
    const cause = before.carried ? 'visibility' : causeOf(previous, context, before.finding.check);
    if (!isNotEvaluated(visibility, before.finding)) return [{ ...change, kind: 'gone', cause }];
    if (before.carried) return [];
    return [{ ...change, kind: 'carried', cause, after: { ...carriedFrom(previous, before, at), lastChanged: at } }];
  });
  return [...now, ...missing];
}

function coverageChanges(
  previous: RegionState | undefined,
  result: RegionResult,
  at: string,
  context: DriftContext,
): readonly CoverageChange[] {
  const rows = new Map(result.coverage.unevaluated.map((row) => [findingId(row), row]));
  const notEvaluated = [...rows].flatMap(([id, row]): CoverageChange[] => {
    if (previous?.coverage.has(id)) return [];
    const wasNotEvaluated = [...(previous?.coverage.values() ?? [])].some((before) => covers(before.row, row));
    const after = { row: stripRow(row), since: row.since ?? at };
    const cause = !previous ? 'baseline' : wasNotEvaluated ? 'visibility' : causeOf(previous, context, row.check);
    return [{ of: 'coverage', kind: 'unseen', cause, id, after }];
  });
  if (!previous) return notEvaluated;
  const evaluated = [...previous.coverage].flatMap(([id, before]): CoverageChange[] => {
    if (rows.has(id)) return [];
    const cause = causeOf(previous, context, before.row.check);
    return [
      { of: 'coverage', kind: 'seen', cause: cause === 'account' ? 'visibility' : cause, id, since: before.since, level: before.row.level },
    ];
  });
  return [...notEvaluated, ...evaluated];
}

/**
 * What changed in a region since the state before, `undefined` where no audit was ever completed. `at`: when the
 * collection of the facts began. Findings first, then coverage, then readiness, each by id. No change, empty list.
 */
export function diff(previous: RegionState | undefined, result: RegionResult, at: string, context: DriftContext): readonly Change[] {
  const now = carryOver(previous, result, at);
  const sorted = (changes: readonly Change[]): readonly Change[] => changes.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const findings = findingChanges(previous, now, at, context);
  const coverage = coverageChanges(previous, now, at, context);
  return [...sorted(findings), ...sorted(coverage), ...sorted(readinessChanges(previous, now, at, context, [...findings, ...coverage]))];
}
