/** Carries over from the previous state what an audit could not evaluate. */
import {
  compareLevels,
  type Finding,
  findingId,
  type Readiness,
  type ReadinessState,
  type RegionResult,
  type Unevaluated,
} from '../evaluation/finding.ts';
import { readinessOf } from '../evaluation/readiness.ts';
import { covers } from './covers.ts';
import { type FindingRecord, type ReadinessRecord, type RegionState, severity, troubleOf } from './log.ts';
import { agedRow } from './state-result.ts';

export const order: Readonly<Record<ReadinessState, number>> = { READY: 0, AT_RISK: 1, UNKNOWN: 2, BLOCKED: 3 };

/** One of each id: the worst, so that a doubled case can hide nothing. */
function unique<T>(items: readonly T[], id: (item: T) => string, worse: (a: T, b: T) => boolean): readonly T[] {
  const map = new Map<string, T>();
  for (const item of items) {
    const other = map.get(id(item));
    if (other === undefined || worse(item, other)) map.set(id(item), item);
  }
  return [...map.values()];
}

/** What an audit evaluated. `rows`: what it did not; `clusters`: those that may still exist. */
interface AuditVisibility {
  readonly whole: boolean;
  readonly rows: readonly Unevaluated[];
  readonly clusters: ReadonlySet<string>;
}

/**
 * Whether the facts of a previous finding or row could not be read, so that its absence proves nothing. Never for a
 * cluster that no longer exists.
 */
export const isNotEvaluated = (visibility: AuditVisibility, of: Pick<Unevaluated, 'check' | 'cluster' | 'group' | 'resource'>): boolean =>
  (of.cluster === undefined || visibility.clusters.has(of.cluster)) &&
  (!visibility.whole || visibility.rows.some((row) => covers(row, of)));

/**
 * Clusters that ran at the last audit and of which this one could not say whether they still do. A cluster that was only
 * planned is not among them: it is gone when the plan no longer has it.
 */
function lostClusters(previous: RegionState | undefined, result: RegionResult): readonly ReadinessRecord[] {
  if (!previous) return [];
  const listed = new Set(result.readiness.map((r) => r.cluster));
  const coarse = result.coverage.unevaluated.filter((row) => row.cluster === undefined);
  const before = [...[...previous.findings.values()].map((f) => f.finding), ...[...previous.coverage.values()].map((c) => c.row)];
  return [...previous.readiness.values()].filter(
    (r) =>
      !listed.has(r.cluster) &&
      r.running &&
      (result.state !== 'audited' || before.some((of) => of.cluster === r.cluster && coarse.some((row) => covers(row, of)))),
  );
}

export const visibilityOf = (previous: RegionState | undefined, result: RegionResult): AuditVisibility => ({
  whole: result.state === 'audited',
  rows: result.coverage.unevaluated,
  clusters: new Set([...result.readiness, ...lostClusters(previous, result)].map((r) => r.cluster)),
});

/** A cluster that could not be read: BLOCKED where a current finding blocks it, else UNKNOWN; previous findings do not decide. */
function lostReadiness(record: ReadinessRecord, findings: readonly Finding[], rows: readonly Unevaluated[]): Readiness {
  const of = { cluster: record.cluster, running: record.running, planned: false };
  const now = readinessOf(of, findings, rows);
  if (now.state === 'BLOCKED' || now.state === 'UNKNOWN') return now;
  return { ...of, state: 'UNKNOWN', because: rows.filter((row) => row.cluster === undefined).map((row) => findingId(row)) };
}

/** Rows that stay although this audit has none like them can only make a cluster worse. */
function withRows(r: Readiness, findings: readonly Finding[], rows: readonly Unevaluated[]): Readiness {
  const { cluster, running, planned } = r;
  const now = readinessOf({ cluster, running, planned }, findings, rows);
  return order[now.state] > order[r.state] ? now : r;
}

/**
 * The result with what only the log knows: since when each finding, row and readiness is as it is, the last result
 * behind each coverage row, and what may still exist although it could not be read: a running cluster (now UNKNOWN), a
 * coverage row under a coarser one. Findings that could not be evaluated stay in the state, not among the findings.
 */
export function carryOver(previous: RegionState | undefined, result: RegionResult, at: string): RegionResult {
  const findings = unique(
    result.findings,
    (f) => f.id,
    (a, b) => severity(a) > severity(b),
  ).map((f): Finding => {
    const before = previous?.findings.get(f.id);
    return { ...f, since: before && before.finding.status === f.status ? before.since : at };
  });
  const seen = new Set(findings.map((f) => f.id));
  const rows = unique(
    result.coverage.unevaluated,
    (row) => findingId(row),
    (a, b) => compareLevels(a.level, b.level) < 0,
  );
  const ids = new Set(rows.map((row) => findingId(row)));
  const visibility = visibilityOf(previous, result);
  const retained = [...(previous?.coverage ?? [])]
    .filter(([id, { row }]) => !ids.has(id) && isNotEvaluated(visibility, row))
    .map(([, { row }]) => row);
  const carried = previous
    ? [...previous.findings.values()]
        .filter((f) => !seen.has(f.finding.id) && isNotEvaluated(visibility, f.finding))
        .map((f) => carriedFrom(previous, f, at))
    : [];
  // A row that was part of a coarser one before has the age of that one.
  const notEvaluatedSince = (row: Unevaluated): string =>
    previous?.coverage.get(findingId(row))?.since ??
    [...(previous?.coverage.values() ?? [])]
      .filter((before) => covers(before.row, row))
      .map((before) => before.since)
      .toSorted()[0] ??
    at;
  const all = [...rows, ...retained];
  const readiness = [
    ...result.readiness.map((r) => withRows(r, findings, all)),
    ...lostClusters(previous, result).map((r) => lostReadiness(r, findings, all)),
  ];
  return {
    ...result,
    findings,
    coverage: { ...result.coverage, unevaluated: all.map((row) => agedRow(row, notEvaluatedSince(row), carried)) },
    readiness: readiness.map((r) => {
      const before = previous?.readiness.get(r.cluster);
      const since = before?.state === r.state ? before.since : at;
      if (r.state === 'READY') return { ...r, since };
      return { ...r, since, notReadySince: before && before.state !== 'READY' ? troubleOf(before) : at };
    }),
  };
}

export const carriedFrom = (previous: RegionState, record: FindingRecord, at: string): FindingRecord => ({
  ...record,
  carried: record.carried ?? { since: at, seen: previous.audit.factsAt },
});
