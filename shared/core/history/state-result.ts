/** The state of a region as the result of an audit, which is what lists, exports and reports show. */
import type { Finding, Readiness, RegionResult, Unevaluated } from '../evaluation/finding.ts';
import { readinessOf } from '../evaluation/readiness.ts';
import { covers } from './covers.ts';
import { type FindingRecord, type RegionState, severity } from './log.ts';

/** A coverage row with its age and the last result among the carried findings that it covers. */
export function agedRow(row: Unevaluated, since: string, carried: readonly FindingRecord[]): Unevaluated {
  const mine = carried.filter((r) => r.carried && covers(row, r.finding));
  const worst = mine.toSorted(
    (a, b) => severity(b.finding) - severity(a.finding) || (b.carried?.seen ?? '').localeCompare(a.carried?.seen ?? ''),
  )[0];
  return {
    ...row,
    since,
    ...(worst?.carried && { last: { status: worst.finding.status, level: worst.finding.level, at: worst.carried.seen } }),
  };
}

const byId = <T>(map: ReadonlyMap<string, T>): readonly T[] => [...map].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);

/** A state as the result it came from: fresh findings, coverage with ages, readiness with its reasons; ordered by id. */
export function resultOf(state: RegionState, region: string): RegionResult {
  const records = byId(state.findings);
  const findings = records.filter((r) => !r.carried).map((r): Finding => ({ ...r.finding, since: r.since }));
  const rows = byId(state.coverage).map((r) => agedRow(r.row, r.since, records));
  return {
    region,
    state: state.audit.regionState,
    ...(state.audit.reason !== undefined && { reason: state.audit.reason }),
    coverage: { evaluated: state.audit.coverage.evaluated, unevaluated: rows },
    readiness: byId(state.readiness).map((r): Readiness => {
      const { state: now, since, ...of } = r;
      return { ...of, state: now, because: readinessOf(of, findings, rows).because, since };
    }),
    findings,
  };
}
