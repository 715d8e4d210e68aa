/**
 * Drift: what an audit found to be different from the state that the log adds up to. Pure: the state before and the
 * result of one region go in, changes with their causes come out.
 */
import {
  type Finding,
  findingId,
  type Readiness,
  type ReadinessState,
  type RegionResult,
  type Unevaluated,
} from '../evaluation/finding.ts';
import { readinessOf } from '../evaluation/readiness.ts';
import type { Rules } from '../evaluation/rules.ts';
import {
  agedRow,
  briefOf,
  type Cause,
  type Change,
  type CoverageChange,
  checkOf,
  covers,
  type FindingChange,
  type FindingKind,
  type FindingRecord,
  type ReadinessChange,
  type ReadinessRecord,
  type RegionState,
  severity,
  troubleOf,
} from './log.ts';

export interface DriftContext {
  readonly planHash: string;
  /** The rules that the result was evaluated by. */
  readonly rules: Rules;
  /** Minutes between scheduled audits: how long a flapping amount is held back. Default: an hour. */
  readonly periodMinutes?: number;
}

/** Checks whose amounts come and go with ordinary work, as pods and nodes do: told only if still so a period later. */
const flapping: ReadonlySet<string> = new Set(['subnet-free-ips', 'network-interface-quota']);

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

/** What an audit could look at: its rows say where it was blind, its clusters are those that are still there as far as anyone can say. */
interface AuditVisibility {
  readonly whole: boolean;
  readonly rows: readonly Unevaluated[];
  readonly clusters: ReadonlySet<string>;
}

/**
 * Whether the facts behind something known from before were out of sight, so that its absence says nothing. Not where
 * its cluster is gone, whatever could be read.
 */
const outOfSight = (sight: AuditVisibility, of: Pick<Unevaluated, 'check' | 'cluster' | 'group' | 'resource'>): boolean =>
  (of.cluster === undefined || sight.clusters.has(of.cluster)) && (!sight.whole || sight.rows.some((row) => covers(row, of)));

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

const sightOf = (previous: RegionState | undefined, result: RegionResult): AuditVisibility => ({
  whole: result.state === 'audited',
  rows: result.coverage.unevaluated,
  clusters: new Set([...result.readiness, ...lostClusters(previous, result)].map((r) => r.cluster)),
});

/** A cluster out of sight: BLOCKED where something seen blocks it, else UNKNOWN; what was known of it before does not decide. */
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
 * The result with what only the log knows: since when each finding, row and readiness is as it is, the last verdict
 * behind each coverage row, and what went out of sight and so is still there as far as anyone can say: a running cluster
 * (now UNKNOWN), a coverage row under a coarser one. Findings out of sight stay in the state, not among the findings.
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
    (a, b) => a.level === 'required' && b.level !== 'required',
  );
  const ids = new Set(rows.map((row) => findingId(row)));
  const sight = sightOf(previous, result);
  const kept = [...(previous?.coverage ?? [])].filter(([id, { row }]) => !ids.has(id) && outOfSight(sight, row)).map(([, { row }]) => row);
  const carried = previous
    ? [...previous.findings.values()]
        .filter((f) => !seen.has(f.finding.id) && outOfSight(sight, f.finding))
        .map((f) => carriedFrom(previous, f, at))
    : [];
  // A row that was part of a coarser one before has been blind as long as that.
  const blindSince = (row: Unevaluated): string =>
    previous?.coverage.get(findingId(row))?.since ??
    [...(previous?.coverage.values() ?? [])]
      .filter((before) => covers(before.row, row))
      .map((before) => before.since)
      .toSorted()[0] ??
    at;
  const all = [...rows, ...kept];
  const readiness = [
    ...result.readiness.map((r) => withRows(r, findings, all)),
    ...lostClusters(previous, result).map((r) => lostReadiness(r, findings, all)),
  ];
  return {
    ...result,
    findings,
    coverage: { ...result.coverage, unevaluated: all.map((row) => agedRow(row, blindSince(row), carried)) },
    readiness: readiness.map((r) => {
      const before = previous?.readiness.get(r.cluster);
      const since = before?.state === r.state ? before.since : at;
      if (r.state === 'READY') return { ...r, since };
      return { ...r, since, notReadySince: before && before.state !== 'READY' ? troubleOf(before) : at };
    }),
  };
}

const carriedFrom = (previous: RegionState, record: FindingRecord, at: string): FindingRecord => ({
  ...record,
  carried: record.carried ?? { since: at, seen: previous.audit.factsAt },
});

const strip = ({ since, ...finding }: Finding): Omit<Finding, 'since'> => finding;
const stripRow = ({ since, last, ...row }: Unevaluated): Omit<Unevaluated, 'since' | 'last'> => row;

/**
 * Whether the previous audit evaluated a check by other rules; without `check`, by other shared rules. True where its rules
 * are unknown (older versions stored none): effects of new rules must never be reported as changes of the account.
 */
function hasNewRules({ audit, rules: before }: RegionState, { rules }: DriftContext, check: string | undefined): boolean {
  if (audit.rules === rules.hash) return false;
  if (before === undefined || before.shared !== rules.shared) return true;
  return check !== undefined && before.checks[check] !== rules.checks[check];
}

/** What caused a difference: the plan if it was edited, else new rules of the check. `check`: absent where no single check decides. */
function causeOf(previous: RegionState, context: DriftContext, check?: string): Cause {
  if (previous.audit.planHash !== context.planHash) return 'plan';
  return hasNewRules(previous, context, check) ? 'auditor' : 'account';
}

const later = (at: string, minutes: number): string => new Date(Date.parse(at) + minutes * 60_000).toISOString();

/** A flapping amount is held back, but never where a required failure begins or ends. */
function held(kind: FindingKind, cause: Cause, check: string, severities: readonly number[]): boolean {
  return cause === 'account' && (kind === 'regressed' || kind === 'recovered') && flapping.has(check) && Math.max(...severities) < 2;
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
      const wasBlind = [...(previous?.coverage.values() ?? [])].some((c) => covers(c.row, f));
      const after = { finding: strip(f), firstSeen: at, since, lastChanged: at };
      const cause = wasBlind ? 'visibility' : previous?.judged.has(f.check) ? causeOf(previous, context, f.check) : 'baseline';
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
  const sight = sightOf(previous, result);
  const missing = [...previous.findings].flatMap(([id, { seq, ...before }]): FindingChange[] => {
    if (seen.has(id)) return [];
    const change = { of: 'finding', id, before: briefOf(before) } as const;
    const cause = before.carried ? 'visibility' : causeOf(previous, context, before.finding.check);
    if (!outOfSight(sight, before.finding)) return [{ ...change, kind: 'gone', cause }];
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
  const unseen = [...rows].flatMap(([id, row]): CoverageChange[] => {
    if (previous?.coverage.has(id)) return [];
    const wasBlind = [...(previous?.coverage.values() ?? [])].some((before) => covers(before.row, row));
    const after = { row: stripRow(row), since: row.since ?? at };
    const cause = !previous ? 'baseline' : wasBlind ? 'visibility' : causeOf(previous, context, row.check);
    return [{ of: 'coverage', kind: 'unseen', cause, id, after }];
  });
  if (!previous) return unseen;
  const seen = [...previous.coverage].flatMap(([id, before]): CoverageChange[] => {
    if (rows.has(id)) return [];
    const cause = causeOf(previous, context, before.row.check);
    return [{ of: 'coverage', kind: 'seen', cause: cause === 'account' ? 'visibility' : cause, id, since: before.since }];
  });
  return [...unseen, ...seen];
}

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

/** How a cluster was, as a change keeps it. */
const wasOf = ({ state, since, notReadySince }: ReadinessRecord): NonNullable<ReadinessChange['before']> => ({
  state,
  since,
  ...(notReadySince !== undefined && { notReadySince }),
});

function readinessChanges(
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

/** READY to AT RISK or back, and nothing but flapping amounts behind it: nothing that went out of sight, or came back. */
function flaps(previous: RegionState, before: ReadinessRecord, now: Readiness, rows: readonly Unevaluated[]): boolean {
  if ([before.state, now.state].toSorted().join(' ') !== 'AT_RISK READY') return false;
  const blind = now.state === 'AT_RISK' ? rows : [...previous.coverage.values()].map((c) => c.row);
  if (blind.some((row) => row.cluster === undefined || row.cluster === now.cluster)) return false;
  const risky = now.state === 'AT_RISK' ? now.because : wasBecause(previous, before, []);
  return risky.every((id) => flapping.has(id.slice(0, id.indexOf('/'))));
}

/** What made a cluster's readiness what it was, with these rows beside the findings. */
function wasBecause(previous: RegionState, before: ReadinessRecord, rows: readonly Unevaluated[]): readonly string[] {
  const fresh = [...previous.findings.values()].filter((f) => !f.carried).map((f) => f.finding);
  return readinessOf(before, fresh, rows).because;
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

/** The readiness a commit keeps of a result that went through `carryOver`. */
export const readinessRecords = (result: RegionResult, at: string): readonly ReadinessRecord[] =>
  result.readiness.map((r) => recordOf(r, at)).toSorted((a, b) => (a.cluster < b.cluster ? -1 : 1));
