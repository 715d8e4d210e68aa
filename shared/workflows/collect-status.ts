/** The status over all regions: the content of the weekly digest and of the command `readiness`. */
import pLimit from 'p-limit';
import { partitionOf, type RegionKey } from '../aws/findings/keys.ts';
import type { MarkersTable } from '../aws/findings/markers.ts';
import type { AuditSummary, FindingsTable } from '../aws/findings/table.ts';
import type { Digest, RegionStatus } from '../core/alerts/alert-digest.ts';
import { plannedWithout } from '../core/evaluation/scope.ts';
import { lateAfterMs } from '../core/events/schedule.ts';
import { type OpenCount, openCount } from '../core/history/open-count.ts';
import type { Plan } from '../core/plan/plan.ts';
import { regionsOf } from '../core/plan/regions.ts';

export interface StatusWork {
  readonly plan: Pick<Plan, 'schedule' | 'regions' | 'clusters'>;
  readonly table: Pick<FindingsTable, 'summaries' | 'currentState' | 'pendingCommits' | 'commit' | 'waiting'>;
  readonly marks: Pick<MarkersTable, 'routes'>;
  readonly now: () => Date;
}

/** Regions whose findings are counted at a time. */
const readsAtOnce = 25;
/** Summaries that are read at a time: the process holds no more of them than it reports. */
const summariesAtOnce = 5000;

const none: OpenCount = { required: 0, recommended: 0, advice: 0, muted: 0 };

/** HEAD has the count, unless an earlier version wrote it. */
async function openOf(place: RegionKey, { failures }: Pick<AuditSummary, 'failures'>, table: StatusWork['table']): Promise<OpenCount> {
  if (failures) return failures;
  const state = await table.currentState(place);
  return openCount([...(state?.findings.values() ?? [])].map((record) => record.finding));
}

const minute = 60_000;
/** A summary is sent within an hour; after this it is overdue. */
const longestWaitMs = 90 * minute;

/** Commits whose notifications are overdue: not those of the last minutes, nor debounced changes, nor what waits for a summary. */
async function pendingOf({ table, now }: StatusWork): Promise<number> {
  const waiting = await table.waiting.list();
  const inTime = new Set(waiting.filter((c) => age(c.at, now()) <= longestWaitMs).map((c) => `${partitionOf(c)}#${c.seq}`));
  let pending = 0;
  for (const { account, region, seq, at } of await table.pendingCommits()) {
    if (age(at, now()) <= 10 * minute || inTime.has(`${partitionOf({ account, region })}#${seq}`)) continue;
    const commit = await table.commit({ account, region }, seq);
    if (commit && !commit.told) pending += 1;
  }
  return pending;
}

/** What a wrong clock dated ahead is not young. */
const age = (at: string, now: Date): number => Math.abs(now.getTime() - Date.parse(at));

export async function collectStatus(
  places: readonly RegionKey[],
  work: StatusWork,
): Promise<Omit<Digest, 'account' | 'region' | 'status'>> {
  const { plan, table, marks, now } = work;
  const at = now();
  const lateAfter = lateAfterMs(plan.schedule);
  const plannedIn = Map.groupBy(plan.clusters, (c) => c.region);
  const limit = pLimit(readsAtOnce);
  const statusOf = async ({ account, region }: RegionKey, last: AuditSummary | undefined): Promise<RegionStatus> => {
    const clusters = last?.readiness ?? [];
    const without = plannedWithout({ clusters: plannedIn.get(region) ?? [] }, [{ account, region, clusters }], [account]);
    const unaudited = without.length > 0 ? { unaudited: without.map((p) => p.cluster) } : {};
    if (!last) return { account, region, late: true, ...unaudited, open: none, muted: 0 };
    const { muted, ...open } = await openOf({ account, region }, last, table);
    const { factsAt, coverage, regionState: state, reason, alias, readiness } = last;
    return {
      account,
      region,
      ...(alias !== undefined && { alias }),
      last: { factsAt, coverage, state, readiness, ...(reason !== undefined && { reason }) },
      ...unaudited,
      late: at.getTime() - Date.parse(factsAt) > lateAfter,
      open,
      muted,
    };
  };
  const statuses: RegionStatus[] = [];
  for (let first = 0; first < places.length; first += summariesAtOnce) {
    const some = places.slice(first, first + summariesAtOnce);
    const summaries = await table.summaries(some);
    statuses.push(...(await Promise.all(some.map((place, n) => limit(statusOf, place, summaries[n])))));
  }
  // If the plan names no regions, those without HyperPod are skipped and not shown.
  const shown = regionsOf(plan) === undefined ? statuses.filter((s) => s.last) : statuses;
  // Regions that the plan no longer contains are not counted, nor are their failures.
  const sum = (of: (s: RegionStatus) => number) => statuses.reduce((n, s) => n + of(s), 0);
  const routes = await marks.routes();
  return {
    at: at.toISOString(),
    standings: shown,
    open: {
      required: sum((s) => s.open.required),
      recommended: sum((s) => s.open.recommended),
      advice: sum((s) => s.open.advice),
    },
    muted: sum((s) => s.muted),
    pending: await pendingOf(work),
    brokenRoutes: routes?.broken ?? [],
    weakRoutes: routes?.weak ?? [],
    ...(routes && { routesAt: routes.at }),
    where: 'The findings table has all of it, one partition for each account and region.',
  };
}
