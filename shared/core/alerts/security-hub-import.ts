/**
 * What of a region's log is imported into Security Hub: only what changed, and only what is or was wrong. What passes again,
 * is gone or is evaluated again is archived there.
 */
import { type Change, type Commit, type FindingRecord, type RegionState, severity } from '../history/log.ts';
import { archivedFinding, type SecurityFinding, type SecurityHubPlace, securityFinding } from '../render/asff.ts';
import type { RowOrigin } from '../render/rows.ts';

const ofRecord = (seen: RowOrigin, { finding, since }: FindingRecord, hub: SecurityHubPlace): SecurityFinding =>
  securityFinding({ ...seen, kind: 'finding', finding: { ...finding, since } }, hub);

function ofChange(seen: RowOrigin, change: Change, hub: SecurityHubPlace): readonly SecurityFinding[] {
  if (change.of === 'readiness') return [];
  if (change.of === 'coverage') {
    const { after } = change;
    return [
      after
        ? securityFinding({ ...seen, kind: 'unevaluated', row: { ...after.row, since: after.since } }, hub)
        : archivedFinding(seen, change.id, hub),
    ];
  }
  const { before, after } = change;
  const was = before !== undefined && severity(before) > 0;
  const is = after !== undefined && severity(after.finding) > 0;
  if (!was && !is) return [];
  return [after ? ofRecord(seen, after, hub) : archivedFinding(seen, change.id, hub)];
}

/** The changes of a commit that concern Security Hub at `hub`. A finding appears there under one id for ever. */
export function importsOfCommit(place: Omit<RowOrigin, 'at'>, commit: Commit, hub: SecurityHubPlace): readonly SecurityFinding[] {
  return commit.changes.flatMap((change) => ofChange({ ...place, at: commit.factsAt }, change, hub));
}

/** Everything in a state that fails or was not evaluated: the first import, and the import where the log has gaps. */
export function importsOfState(place: Omit<RowOrigin, 'at'>, state: RegionState, hub: SecurityHubPlace): readonly SecurityFinding[] {
  const seen: RowOrigin = { ...place, at: state.audit.factsAt };
  const failing = [...state.findings.values()].filter((record) => severity(record.finding) > 0);
  return [
    ...failing.map((record) => ofRecord(seen, record, hub)),
    ...[...state.coverage.values()].map(({ row, since }) => securityFinding({ ...seen, kind: 'unevaluated', row: { ...row, since } }, hub)),
  ];
}

/** The last word on each id, in the order of first mention: one import takes an id once. */
export const lastWords = (findings: readonly SecurityFinding[]): readonly SecurityFinding[] => [
  ...new Map(findings.map((finding) => [finding.Id, finding])).values(),
];
