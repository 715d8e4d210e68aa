/**
 * Which quota increases the plan needs, and whether each may be requested: from the findings of the checks on quotas. One
 * quota is requested once, at the highest value that any of its findings needs.
 */
import type { Facts, Quota, QuotaRequest, Read, Snapshot } from '../evaluation/facts.ts';
import { compareLevels, type Finding, type Level, levels, type RegionResult, type Unevaluated } from '../evaluation/finding.ts';
import { quotaValue, raiseAsked } from './quotas.ts';

/** The checks whose failures an increase would fix. */
export const quotaChecks: readonly string[] = [
  'instance-type-quota',
  'cluster-size-quota',
  'total-instance-quota',
  'volume-size-quota',
  'network-interface-quota',
  'new-vpc-quotas',
  'restricted-storage-quota',
];

/**
 * The decision on one increase. send: it may be requested. open: a request for as much is under way. open-lower: one for
 * less is, and AWS takes no second one. granted: one for as much was approved within a day and is not in force yet.
 * enough: the value covers it. limit: one more would exceed what AWS allows to be open. unseen: it could not be read
 * whether one is open, so nothing is sent.
 */
export type IncreaseDecision =
  | { readonly do: 'send' }
  | { readonly do: 'open' | 'open-lower' | 'granted'; readonly request: QuotaRequest }
  | { readonly do: 'enough' }
  | { readonly do: 'limit'; readonly most: number }
  | { readonly do: 'unseen'; readonly reason: string; readonly action?: string };

export interface QuotaIncrease {
  readonly region: string;
  readonly service: string;
  readonly code: string;
  readonly name: string;
  /** The value in force. */
  readonly current: number;
  readonly desired: number;
  /** required: without it something of the plan would not come up. */
  readonly level: Level;
  /** What needs it, one a finding. */
  readonly why: readonly { readonly check: string; readonly cluster?: string; readonly message: string }[];
  readonly decision: IncreaseDecision;
}

/** A shortfall that no request fixes: the quota cannot be raised, or the region has none of that name. */
export interface FixedShortfall {
  readonly region: string;
  readonly name: string;
  readonly level: Level;
  readonly message: string;
}

export interface RegionIncreases {
  readonly region: string;
  readonly state: RegionResult['state'];
  readonly reason?: string;
  /** Whether one has to opt in to the region: such regions have a limit of their own on open requests. */
  readonly optIn: boolean;
  readonly increases: readonly QuotaIncrease[];
  readonly stuck: readonly FixedShortfall[];
  /** Quotas that were not evaluated. */
  readonly unseen: readonly Unevaluated[];
}

/** Open requests that AWS allows: in each region one has to opt in to, and over all the other regions together. */
export const mostOpen = { optIn: 2, others: 20 } as const;

export const isOpen = ({ status }: Pick<QuotaRequest, 'status'>): boolean => status === 'PENDING' || status === 'CASE_OPENED';

const dayMs = 24 * 3600_000;

/** Whether an increase to `desired` may be requested, given the requests at the time `at` (RFC 3339). */
export function decideIncrease(desired: number, current: number, requests: readonly QuotaRequest[], at: string): IncreaseDecision {
  if (desired <= current) return { do: 'enough' };
  const most = (of: readonly QuotaRequest[]) => of.toSorted((a, b) => b.desired - a.desired)[0];
  const open = most(requests.filter(isOpen));
  if (open) return { do: open.desired >= desired ? 'open' : 'open-lower', request: open };
  const fresh = (r: QuotaRequest) => Date.parse(at) - Date.parse(r.updated ?? r.created) < dayMs;
  const granted = most(requests.filter((r) => r.status === 'APPROVED' && r.desired >= desired && fresh(r)));
  return granted ? { do: 'granted', request: granted } : { do: 'send' };
}

function decisionOf(facts: Pick<Facts, 'quotaRequests'>, quota: Quota, desired: number, at: string): IncreaseDecision {
  const read: Read<readonly QuotaRequest[]> = facts.quotaRequests[quota.service] ?? { ok: false, reason: 'its requests were not read' };
  if (!read.ok) return { do: 'unseen', reason: read.reason, ...(read.action !== undefined && { action: read.action }) };
  return decideIncrease(
    desired,
    quotaValue(quota),
    read.value.filter((r) => r.code === quota.code),
    at,
  );
}

const strongest = (findings: readonly Finding[]): Level => levels.find((level) => findings.some((f) => f.level === level)) ?? 'advice';

/** The increases that one region needs, required ones first, each group in the order of its findings. */
export function increasesOf(
  { region, factsAt, facts }: Pick<Snapshot, 'region' | 'factsAt' | 'facts'>,
  result: RegionResult,
): RegionIncreases {
  const failed = result.findings.filter((f) => f.status === 'fail' && quotaChecks.includes(f.check));
  const asked = failed.map((finding) => ({ finding, raise: raiseAsked(finding.remediation) }));
  const byQuota = Map.groupBy(
    asked.flatMap(({ finding, raise }) => (raise ? [{ finding, raise }] : [])),
    ({ raise }) => `${raise.service} ${raise.code}`,
  );
  const increases = [...byQuota.values()].map((of): QuotaIncrease => {
    const [{ service, code }] = of.map((o) => o.raise) as [(typeof of)[number]['raise'], ...unknown[]];
    const rows = facts.quotas[service];
    const quota = rows?.ok ? rows.value.find((q) => q.code === code) : undefined;
    if (!quota) throw new Error(`A finding asks to raise ${service} ${code} in ${region}, which is not among the facts of its evaluation.`);
    const desired = Math.max(...of.map((o) => o.raise.to));
    return {
      region,
      service,
      code,
      name: quota.name,
      current: quotaValue(quota),
      desired,
      level: strongest(of.map((o) => o.finding)),
      why: of.map(({ finding: { check, cluster, message } }) => ({ check, ...(cluster !== undefined && { cluster }), message })),
      decision: decisionOf(facts, quota, desired, factsAt),
    };
  });
  const optIn = facts.regionOptIn.ok && facts.regionOptIn.value !== 'opt-in-not-required';
  const stuck = [
    ...Map.groupBy(
      asked.filter((a) => !a.raise).map((a) => a.finding),
      (f) => f.resource,
    ),
  ].map(([name, of]): FixedShortfall => ({ region, name, level: strongest(of), message: of[0]?.message ?? '' }));
  return {
    region,
    state: result.state,
    ...(result.reason !== undefined && { reason: result.reason }),
    optIn,
    increases: increases.toSorted((a, b) => compareLevels(a.level, b.level)),
    stuck,
    unseen: result.coverage.unevaluated.filter((u) => quotaChecks.includes(u.check)),
  };
}

/**
 * The same with as many increases to send as AWS lets be open at once. `open`: requests that are open in each region now,
 * for any purpose. Required increases go first.
 */
export function withinLimits(regions: readonly RegionIncreases[], open: ReadonlyMap<string, number>): readonly RegionIncreases[] {
  const pools = new Map<string, number>();
  const poolOf = (r: RegionIncreases) => (r.optIn ? r.region : '');
  for (const r of regions) pools.set(poolOf(r), (pools.get(poolOf(r)) ?? 0) + (open.get(r.region) ?? 0));
  const held = new Set<QuotaIncrease>();
  for (const level of levels)
    for (const r of regions)
      for (const increase of r.increases) {
        if (increase.level !== level || increase.decision.do !== 'send') continue;
        const count = pools.get(poolOf(r)) ?? 0;
        if (count >= (r.optIn ? mostOpen.optIn : mostOpen.others)) held.add(increase);
        else pools.set(poolOf(r), count + 1);
      }
  return regions.map((r) => ({
    ...r,
    increases: r.increases.map(
      (i): QuotaIncrease => (held.has(i) ? { ...i, decision: { do: 'limit', most: r.optIn ? mostOpen.optIn : mostOpen.others } } : i),
    ),
  }));
}

/** The outcome of one increase that was to be sent. */
export type IncreaseOutcome = {
  readonly increase: QuotaIncrease;
} /** Service Quotas' id of the request, what became of it so far, and the support case if one was opened. */ & (
  | { readonly result: 'sent'; readonly id: string; readonly status: QuotaRequest['status']; readonly caseId?: string }
  /** Something changed since it was prepared. */
  | { readonly result: 'skipped'; readonly decision: Exclude<IncreaseDecision, { readonly do: 'send' }> }
  | { readonly result: 'failed'; readonly reason: string; readonly action?: string }
  /** Not tried any more, after what AWS said to one before. */
  | { readonly result: 'held'; readonly reason: string }
);

/**
 * The exit code of a run. 0: every needed increase is requested, now or before. 1: one is not. 2: none is known to be
 * missing, but something was not evaluated. `outcomes`: what was sent; empty where nothing was to be.
 */
export function increasesExit(regions: readonly RegionIncreases[], outcomes: readonly IncreaseOutcome[]): 0 | 1 | 2 {
  const asked = new Set(
    outcomes
      .filter((o) => o.result === 'sent' || (o.result === 'skipped' && settled(o.decision)))
      .map((o) => `${o.increase.region} ${o.increase.service} ${o.increase.code}`),
  );
  const all = regions.flatMap((r) => r.increases);
  const unsettled = all.filter(
    (i) => !settled(i.decision) && i.decision.do !== 'unseen' && !asked.has(`${i.region} ${i.service} ${i.code}`),
  );
  if (unsettled.length > 0 || regions.some((r) => r.stuck.length > 0 || r.state === 'not-enabled')) return 1;
  const notEvaluated = all.some((i) => i.decision.do === 'unseen') || regions.some((r) => r.unseen.length > 0 || r.state === 'failed');
  return notEvaluated ? 2 : 0;
}

const settled = ({ do: what }: IncreaseDecision): boolean => what === 'open' || what === 'granted' || what === 'enough';
