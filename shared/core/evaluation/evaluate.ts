/**
 * Plan and facts in, findings, coverage and readiness out. Pure: the same input gives the same output in the same order.
 */

import { checks as allChecks } from '../checks/index.ts';
import type { Plan } from '../plan/plan.ts';
import { withConsole } from '../text/console-links.ts';
import type { Case, Check, CheckContext, CheckResult } from './check.ts';
import { type Cluster, clustersOf, unreadableClusters, withPodFamily } from './cluster.ts';
import { eventsOf } from './cluster-events.ts';
import { type FactName, type Facts, NotEvaluatedError, onlyReason, readsOf, type Snapshot, type Unread } from './facts.ts';
import { type Finding, findingId, type Readiness, type RegionResult, type Unevaluated } from './finding.ts';
import { readinessOf } from './readiness.ts';

interface CollectedResults {
  readonly findings: Finding[];
  readonly unevaluated: Unevaluated[];
}

/** Only what a check declares, so that it cannot lean on a fact its coverage row would not name. */
const declaredFacts = (facts: Facts, needs: readonly FactName[]): Facts =>
  Object.fromEntries(needs.map((n) => [n, facts[n]])) as unknown as Facts;

function unevaluated(
  check: Check,
  at: Partial<Case> & { cluster?: string },
  why: { reason: string; action?: string | undefined },
): Unevaluated {
  return {
    check: check.id,
    level: at.level ?? check.level,
    ...(at.cluster !== undefined && { cluster: at.cluster }),
    ...(at.group !== undefined && { group: at.group }),
    ...(at.resource !== undefined && { resource: at.resource }),
    reason: why.reason,
    ...(why.action !== undefined && { action: why.action }),
  };
}

/** Assigned member by member, because an audit of many clusters makes thousands of them and object spread is slow. */
function finding(check: Check, at: Case, cluster: string | undefined, result: CheckResult): Finding {
  const level = result.level ?? at.level ?? check.level;
  const id = findingId({ check: check.id, cluster, group: at.group, resource: at.resource });
  const made: { -readonly [member in keyof Finding]?: Finding[member] } = { id, check: check.id, checkLevel: check.level, level };
  if (cluster !== undefined) made.cluster = cluster;
  if (at.group !== undefined) made.group = at.group;
  made.resource = at.resource;
  made.title = check.title;
  return Object.assign(made, result, { level, reference: check.reference }) as Finding;
}

/**
 * Evaluates the cases of a check. What rests on an unread fact is a coverage row, and so is a case that a defect of the check
 * stops: a defect hides neither the other cases nor that this one was not evaluated.
 */
function evaluateCases(check: Check, context: CheckContext, cluster: Cluster | undefined, into: CollectedResults): void {
  const name = cluster?.name;
  try {
    for (const at of casesOf(check, context, cluster)) {
      try {
        const result = at.evaluate();
        if (result) into.findings.push(finding(check, at, name, result));
      } catch (error) {
        into.unevaluated.push(stoppedCase(check, at, name, error));
      }
    }
  } catch (error) {
    into.unevaluated.push(stoppedCase(check, {}, name, error));
  }
}

function casesOf(check: Check, context: CheckContext, cluster: Cluster | undefined): Iterable<Case> {
  if (check.per === 'region') return check.cases(context);
  return cluster ? check.cases(context, cluster) : [];
}

function stoppedCase(check: Check, at: Partial<Case>, cluster: string | undefined, error: unknown): Unevaluated {
  const why = error instanceof NotEvaluatedError ? error : { reason: defectReason(check, error) };
  return unevaluated(check, { ...at, ...(cluster !== undefined && { cluster }) }, why);
}

/** The reason of a coverage row that stands for a defect of this program. */
const defectReason = (check: Check, error: unknown): string =>
  `${defectWords} the check ${check.id} stopped with "${error instanceof Error ? error.message : String(error)}"; please report it`;

/** How the reason of a row begins that no account explains. Tests look for it. */
export const defectWords = 'a defect of this program:';

/** Evaluates one region. `checks` is a parameter for tests; all other callers leave it out. */
export function evaluate(plan: Plan, snapshot: Snapshot, checks: readonly Check[] = allChecks): RegionResult {
  const { facts, region } = snapshot;
  const disabled = facts.regionOptIn.ok && facts.regionOptIn.value === 'not-opted-in';
  const planned = plan.clusters.filter((c) => c.region === region);
  const clusters = clustersOf(planned, facts).map((cluster) => withPodFamily(cluster, facts));
  const unreadable = unreadableClusters(planned, facts);
  const organization = facts.organizations[snapshot.account];
  const into: CollectedResults = { findings: [], unevaluated: [] };
  // In a region that is off every other read is refused: only the checks of the region itself have something to say.
  for (const check of disabled ? checks.filter((c) => c.id === 'region-enabled') : checks) {
    const context: CheckContext = {
      account: snapshot.account,
      partition: snapshot.partition,
      region,
      at: snapshot.factsAt,
      ...(organization?.ok && { organization: organization.value }),
      clusters,
      facts: declaredFacts(facts, check.needs),
    };
    if (check.per === 'region') {
      evaluateCases(check, context, undefined, into);
      continue;
    }
    for (const cluster of clusters) evaluateCases(check, context, cluster, into);
    for (const { name, read } of unreadable) into.unevaluated.push(unevaluated(check, { cluster: name }, read));
    // It is unknown which clusters run here, so no check of clusters is complete.
    if (!facts.clusterNames.ok) into.unevaluated.push(unevaluated(check, {}, facts.clusterNames));
  }
  const names: Omit<Readiness, 'state' | 'because'>[] = [
    ...clusters.map((c) => ({ cluster: c.name, planned: c.plan !== undefined, running: c.running.ok && c.running.value !== null })),
    ...unreadable.map(({ name }) => ({ cluster: name, planned: false, running: true })),
  ];
  const { findings, rows } = reportedResults(into, onlyReason(facts));
  const all = names.map((n) => n.cluster);
  const failuresOf = byCluster(
    findings.filter((f) => f.status === 'fail'),
    all,
  );
  const rowsOf = byCluster(rows, all);
  const events = eventsOf(clusters, facts);
  return {
    region,
    ...stateOf(facts, disabled),
    coverage: { evaluated: findings.length, unevaluated: rows },
    readiness: names.map((n) => readinessOf(n, failuresOf(n.cluster), rowsOf(n.cluster))),
    findings: findings.map((f) => withConsole(f, snapshot)),
    ...(events.length > 0 && { events }),
  };
}

/** What is said of each cluster, with what is said of the region and so of all of them, in one order. */
function byCluster<T extends { readonly cluster?: string }>(
  all: readonly T[],
  clusters: readonly string[],
): (cluster: string) => readonly T[] {
  const lists = new Map(clusters.map((name): [string, T[]] => [name, []]));
  for (const one of all) {
    if (one.cluster !== undefined) lists.get(one.cluster)?.push(one);
    else for (const list of lists.values()) list.push(one);
  }
  return (cluster) => lists.get(cluster) ?? [];
}

/**
 * What was evaluated. In a place of which nothing could be read, nothing was: also cases that rest on the plan alone are rows
 * with the one reason, so that no state and no exit code comes from a place that was never seen.
 */
function reportedResults(
  { findings, unevaluated: rows }: CollectedResults,
  only: Unread | undefined,
): { findings: readonly Finding[]; rows: readonly Unevaluated[] } {
  if (!only) return { findings, rows };
  const { reason, action } = only;
  const row = ({ check, level, cluster, group, resource }: Finding | Unevaluated): Unevaluated => ({
    check,
    level,
    ...(cluster !== undefined && { cluster }),
    ...(group !== undefined && { group }),
    ...(resource !== undefined && { resource }),
    reason,
    ...(action !== undefined && { action }),
  });
  return { findings: [], rows: [...findings, ...rows].map(row) };
}

/** `failed` is a region of which nothing at all could be read. */
function stateOf(facts: Facts, disabled: boolean): Pick<RegionResult, 'state' | 'reason'> {
  if (disabled) return { state: 'not-enabled', reason: 'the region is not enabled for this account' };
  const reads = readsOf(facts);
  const refused = reads.find((r) => !r.ok);
  if (!refused || refused.ok || reads.some((r) => r.ok)) return { state: 'audited' };
  // The action of one refusal among several different ones would mislead.
  const action = onlyReason(facts)?.action;
  return { state: 'failed', reason: action === undefined ? refused.reason : `${refused.reason}: ${action}` };
}
