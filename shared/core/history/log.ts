/**
 * The log of a region and what it adds up to. An audit that found changes appends one commit; the state is nothing but
 * the commits applied in order, so it can be rebuilt, repaired after a crash, and computed for any retained time.
 */
import type { Finding, Level, ReadinessState, RegionResult, Status, Unevaluated } from '../evaluation/finding.ts';
import { levels } from '../evaluation/finding.ts';
import type { Rules } from '../evaluation/rules.ts';
import type { TriggeredBy } from '../events/triggers.ts';
import type { DeliveryProgress } from './delivery-progress.ts';

/** What caused a change: alerts write out only `account`, the others are summed up. */
export type Cause = 'account' | 'plan' | 'auditor' | 'visibility' | 'baseline';

/** A finding without its texts, as a change stores what was before. */
export interface FindingSummary {
  readonly status: Status;
  readonly level: Level;
  readonly have?: number;
  readonly need?: number;
  readonly unit?: string;
  readonly watched?: string;
  readonly muted?: Finding['muted'];
  readonly since: string;
}

/**
 * A finding in the state of a region. All times are those of facts (`factsAt`). The types of a finding, layer by layer:
 * `Finding` is what an audit evaluates; `FindingRecord` adds its times; `FindingSummary` is what a change stores of the finding
 * before; `FindingChange` is the difference. `FindingItem` (aws/findings) is the record in the table, `RegionFinding` the record
 * read with its account and region, `FindingView` (query) the API's answer.
 */
export interface FindingRecord {
  readonly finding: Omit<Finding, 'since'>;
  readonly firstSeen: string;
  /** When it took its present status. */
  readonly since: string;
  readonly lastChanged: string;
  /** Not evaluated now: this is its last result. `since`: the first audit without a result; `seen`: the last one with it. */
  readonly carried?: { readonly since: string; readonly seen: string };
}

export interface CoverageRecord {
  readonly row: Omit<Unevaluated, 'since' | 'last'>;
  readonly since: string;
}

export interface ReadinessRecord {
  readonly cluster: string;
  readonly running: boolean;
  readonly planned: boolean;
  readonly state: ReadinessState;
  readonly since: string;
  /** Since when it has not been READY, in any other state. Absent while it is READY, and where an older version wrote it. */
  readonly notReadySince?: string;
}

/** Since when a cluster that is not READY has not been, as far as its record says. */
export const troubleOf = ({ since, notReadySince }: Pick<ReadinessRecord, 'since' | 'notReadySince'>): string => notReadySince ?? since;

export type FindingKind = 'appeared' | 'gone' | 'regressed' | 'recovered' | 'changed' | 'muted' | 'unmuted' | 'carried' | 'seen';

export interface FindingChange {
  readonly of: 'finding';
  /**
   * appeared, gone; regressed, recovered: along pass < advice < recommended < required; changed: its watched
   * value; muted, unmuted; carried: no longer evaluated; seen: evaluated again, with the same result.
   */
  readonly kind: FindingKind;
  readonly cause: Cause;
  readonly id: string;
  readonly before?: FindingSummary;
  /** As it is from now on; absent when gone. */
  readonly after?: FindingRecord;
  /** The amount flaps: notify only if it is still so in an audit whose facts are not older than this. */
  readonly alertAfter?: string;
}

export interface CoverageChange {
  readonly of: 'coverage';
  /** unseen: it is no longer evaluated; seen: it is again. */
  readonly kind: 'unseen' | 'seen';
  readonly cause: Cause;
  readonly id: string;
  /** Since when it was not evaluated, and its level, of what is evaluated again. Commits of older versions have no level. */
  readonly since?: string;
  readonly level?: Level;
  /** Absent when seen. */
  readonly after?: CoverageRecord;
}

export interface ReadinessChange {
  readonly of: 'readiness';
  /** changed: the same state, but it runs now, or no longer, or is planned now, or no longer. */
  readonly kind: 'appeared' | 'gone' | 'regressed' | 'recovered' | 'changed';
  readonly cause: Cause;
  readonly id: string;
  readonly before?: Pick<ReadinessRecord, 'state' | 'since' | 'notReadySince'>;
  readonly after?: ReadinessRecord;
  /** Ids of what makes it so, the first few. */
  readonly because: readonly string[];
  readonly alertAfter?: string;
}

export type Change = FindingChange | CoverageChange | ReadinessChange;

/** A finished audit, as far as the next one has to know it. */
export interface AuditRef {
  readonly auditId: string;
  /** When the collection of its facts began: the order of audits. */
  readonly factsAt: string;
  readonly planHash: string;
  readonly toolVersion: string;
  /** Hash over all rules that it evaluated by. Absent in items of older versions. */
  readonly rules?: string;
  readonly regionState: RegionResult['state'];
  readonly reason?: string;
  readonly coverage: CoverageCount;
  /** The account's alias as it was then, for people to read. */
  readonly alias?: string;
  /** How long its schedule may be silent, where that is longer than a day. */
  readonly gapMinutes?: number;
}

export interface CoverageCount {
  /** Number of findings. */
  readonly evaluated: number;
  readonly unevaluated: number;
  /** Of the unevaluated, those that are required. */
  readonly required: number;
}

export const coverageCount = (result: RegionResult): CoverageCount => ({
  evaluated: result.coverage.evaluated,
  unevaluated: result.coverage.unevaluated.length,
  required: result.coverage.unevaluated.filter((row) => row.level === 'required').length,
});

export interface Commit extends AuditRef, DeliveryProgress {
  /** 1, 2, 3 … of the region. */
  readonly seq: number;
  /** When it was appended, by the writer's clock. */
  readonly at: string;
  readonly changes: readonly Change[];
  /** All clusters, as they are from now on. */
  readonly readiness: readonly ReadinessRecord[];
  /** The recorded calls because of which it was audited. Absent: none, not known, or nothing that they can have changed. */
  readonly triggeredBy?: TriggeredBy;
}

/**
 * Whether a commit is that of a region's first audit, which is notified as one summary. First findings of a check that a
 * later version adds are `baseline` as well, but no first audit.
 */
export const isFirst = ({ seq, changes }: Pick<Commit, 'seq' | 'changes'>): boolean =>
  seq === 1 && changes.every((c) => c.cause === 'baseline');

/** A record with the commit that wrote it. */
export type Versioned<T> = T & { readonly seq: number };

export interface RegionState {
  /** The last commit in it; 0: none yet. */
  readonly seq: number;
  readonly audit: AuditRef;
  readonly findings: ReadonlyMap<string, Versioned<FindingRecord>>;
  readonly coverage: ReadonlyMap<string, Versioned<CoverageRecord>>;
  readonly readiness: ReadonlyMap<string, ReadinessRecord>;
  /** Checks that ever had a finding here. */
  readonly evaluatedChecks: ReadonlySet<string>;
  /** The rules of that audit check by check. Only set where they differ from those of the audit that is being saved, and are known. */
  readonly rules?: Rules;
}

/** What one commit writes over one record. No `record`: it is gone, and its version stays so that nothing older brings it back. */
export type RecordWrite =
  | { readonly of: 'finding'; readonly id: string; readonly seq: number; readonly record?: FindingRecord }
  | { readonly of: 'coverage'; readonly id: string; readonly seq: number; readonly record?: CoverageRecord };

/**
 * The writes of a commit, each to be made only over a record of a lower `seq`. Each is whole in itself, so that any
 * number of writers may apply any commits in any order and repeatedly, and the same records come out.
 */
export function writesOf(commit: Pick<Commit, 'seq' | 'changes'>): readonly RecordWrite[] {
  return commit.changes.flatMap((c): RecordWrite[] => {
    if (c.of === 'finding') return [{ of: 'finding', id: c.id, seq: commit.seq, ...(c.after && { record: c.after }) }];
    if (c.of === 'coverage') return [{ of: 'coverage', id: c.id, seq: commit.seq, ...(c.after && { record: c.after }) }];
    return [];
  });
}

/** The check of an id made by `findingId`. */
export const checkOf = (id: string): string => decodeURIComponent(id.slice(0, id.indexOf('/')));

/** The parts of an id made by `findingId`; `-` reads as "none". */
export function partsOf(id: string): {
  readonly check: string;
  readonly cluster?: string;
  readonly group?: string;
  readonly resource?: string;
} {
  const [check = '', cluster = '-', group = '-', resource = '-'] = id.split('/').map(decodeURIComponent);
  return {
    check,
    ...(cluster !== '-' && { cluster }),
    ...(group !== '-' && { group }),
    ...(resource !== '-' && { resource }),
  };
}

export const auditRefOf = ({
  auditId,
  factsAt,
  planHash,
  toolVersion,
  rules,
  regionState,
  reason,
  coverage,
  alias,
  gapMinutes,
}: AuditRef): AuditRef => ({
  auditId,
  factsAt,
  planHash,
  toolVersion,
  ...(rules !== undefined && { rules }),
  regionState,
  ...(reason !== undefined && { reason }),
  coverage,
  ...(alias !== undefined && { alias }),
  ...(gapMinutes !== undefined && { gapMinutes }),
});

/** The state after one more commit. A commit that is already in it changes nothing; one that skips a number is an error. */
export function project(state: RegionState | undefined, commit: Commit): RegionState {
  const seq = state?.seq ?? 0;
  if (state && commit.seq <= seq) return state;
  if (commit.seq !== seq + 1) throw new Error(`Commit ${commit.seq} cannot follow ${seq}: commits between them are missing.`);
  const findings = new Map(state?.findings);
  const coverage = new Map(state?.coverage);
  const evaluatedChecks = new Set(state?.evaluatedChecks);
  for (const write of writesOf(commit)) {
    if (write.of === 'finding') evaluatedChecks.add(checkOf(write.id));
    if (write.of === 'finding' && write.record) findings.set(write.id, { ...write.record, seq: write.seq });
    else if (write.of === 'coverage' && write.record) coverage.set(write.id, { ...write.record, seq: write.seq });
    else (write.of === 'finding' ? findings : coverage).delete(write.id);
  }
  return {
    seq: commit.seq,
    audit: auditRefOf(commit),
    findings,
    coverage,
    readiness: new Map(commit.readiness.map((r) => [r.cluster, r])),
    evaluatedChecks,
  };
}

/** The state that commits, in the order of their `seq`, add up to, from the beginning or from a checkpoint. */
export function replay(commits: Iterable<Commit>, checkpoint?: RegionState): RegionState | undefined {
  let state = checkpoint;
  for (const commit of commits) state = project(state, commit);
  return state;
}

/** A finding without its texts, as a change stores the one before. */
export function briefOf(record: FindingRecord): FindingSummary {
  const { status, level, have, need, unit, watched, muted } = record.finding;
  return {
    status,
    level,
    ...(have !== undefined && { have }),
    ...(need !== undefined && { need }),
    ...(unit !== undefined && { unit }),
    ...(watched !== undefined && { watched }),
    ...(muted !== undefined && { muted }),
    since: record.since,
  };
}

/** pass < advice < recommended < required. */
export const severity = (of: { readonly status: Status; readonly level: Level }): number =>
  of.status === 'pass' ? 0 : levels.length - levels.indexOf(of.level);
