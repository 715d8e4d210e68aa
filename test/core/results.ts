/** Results of one region for tests of what happens after judging: written as few words as a case needs. */

import { type Finding, findingId, type Readiness, type RegionResult, type Unevaluated } from '../../shared/core/evaluation/finding.ts';
import { readinessOf } from '../../shared/core/evaluation/readiness.ts';
import type { Rules } from '../../shared/core/evaluation/rules.ts';
import { carryOver } from '../../shared/core/history/carry-over.ts';
import { diff } from '../../shared/core/history/drift.ts';
import { type Change, type Commit, coverageCount, project, type RegionState } from '../../shared/core/history/log.ts';
import { readinessRecords } from '../../shared/core/history/readiness-changes.ts';

/** A required finding of llm-train that passes, unless said otherwise. */
export function finding(more: Partial<Finding> = {}): Finding {
  const { check = 'efa-self-traffic', cluster = 'llm-train', resource = 'sg-1', level = 'required', ...rest } = more;
  const place = { check, ...(cluster !== '' && { cluster }), ...(rest.group !== undefined && { group: rest.group }), resource };
  return {
    id: findingId(place),
    ...place,
    checkLevel: level,
    level,
    status: 'pass',
    title: `${check} is healthy`,
    message: `${resource} was read.`,
    reference: 'https://docs.aws.amazon.com/',
    ...rest,
  };
}

/** A required row of llm-train, unless said otherwise; `cluster: ''` leaves the cluster out. */
export function row(more: Partial<Unevaluated> = {}): Unevaluated {
  const { check = 'efa-self-traffic', cluster = 'llm-train', level = 'required', reason = 'access denied', ...rest } = more;
  return { check, level, ...(cluster !== '' && { cluster }), reason, ...rest };
}

export interface Seen {
  readonly findings?: readonly Finding[];
  readonly rows?: readonly Unevaluated[];
  readonly clusters?: readonly Pick<Readiness, 'cluster' | 'planned' | 'running'>[];
  readonly state?: RegionResult['state'];
}

export const planned = { cluster: 'llm-train', planned: true, running: false };
export const running = { cluster: 'llm-train', planned: false, running: true };

export const result = ({ findings = [], rows = [], clusters = [planned], state = 'audited' }: Seen): RegionResult => ({
  region: 'us-west-2',
  state,
  ...(state !== 'audited' && { reason: 'the region is not enabled for this account' }),
  coverage: { evaluated: findings.length, unevaluated: rows },
  readiness: clusters.map((c) => readinessOf(c, findings, rows)),
  findings,
});

/** The nth hour of the day on which all tests play. */
export const hour = (n: number): string => new Date(Date.UTC(2026, 10, 20, n)).toISOString();

export interface AuditVersion {
  readonly planHash?: string;
  readonly toolVersion?: string;
  readonly rules?: Rules;
}

/** The rules that audits of tests evaluate by unless they name others. */
export const firstRules: Rules = { hash: 'rules-1', shared: 'shared-1', checks: {} };
/** Rules that differ from those for every check. */
export const otherRules: Rules = { hash: 'rules-2', shared: 'shared-2', checks: {} };
/** Rules that differ from the first for these checks alone. */
export const newRulesOf = (...checks: readonly string[]): Rules => ({
  hash: checks.join('+'),
  shared: 'shared-1',
  checks: Object.fromEntries(checks.map((id) => [id, 'new'])),
});
/** Every set of rules that an audit evaluated by, as the table stores them. */
const known = new Map<string, Rules>();

/** One audit at an hour: its changes, the commit they make, and the state after it. */
export function audit(
  previous: RegionState | undefined,
  n: number,
  seen: RegionResult,
  { planHash = 'plan-1', toolVersion = '1.0.0', rules = firstRules }: AuditVersion = {},
): { readonly changes: readonly Change[]; readonly result: RegionResult; readonly commit: Commit; readonly state: RegionState } {
  const at = hour(n);
  known.set(rules.hash, rules);
  const before = previous?.audit.rules === undefined ? undefined : known.get(previous.audit.rules);
  const changes = diff(previous && { ...previous, ...(before && { rules: before }) }, seen, at, { planHash, rules });
  const carried = carryOver(previous, seen, at);
  const commit: Commit = {
    auditId: `audit-${n}`,
    factsAt: at,
    planHash,
    toolVersion,
    rules: rules.hash,
    regionState: carried.state,
    ...(carried.reason !== undefined && { reason: carried.reason }),
    coverage: coverageCount(carried),
    seq: (previous?.seq ?? 0) + 1,
    at,
    changes,
    readiness: readinessRecords(carried, at),
  };
  return { changes, result: carried, commit, state: project(previous, commit) };
}

/** The last commit of audits made one after the other from eight o'clock on. */
export function lastCommit(...seen: readonly (Seen & AuditVersion)[]): Commit {
  let state: RegionState | undefined;
  let last: Commit | undefined;
  for (const [n, s] of seen.entries()) {
    const made = audit(state, 8 + n, result(s), s);
    state = made.commit ? project(state, made.commit) : state;
    last = made.commit ?? last;
  }
  if (!last) throw new Error('No audit made a commit.');
  return last;
}
