/** The status over all regions: the content of the weekly digest and of the command `readiness`. */
import pLimit from 'p-limit';
import { partitionOf, type RegionKey } from '../aws/findings/keys.ts';
import type { MarkersTable } from '../aws/findings/markers.ts';
import type { FindingsTable } from '../aws/findings/table.ts';
import type { Digest, RegionStatus } from '../core/alerts/alert-digest.ts';
import { type Level, levels } from '../core/evaluation/finding.ts';
import { plannedWithout } from '../core/evaluation/scope.ts';
import { lateAfterMs } from '../core/events/schedule.ts';
import type { Plan } from '../core/plan/plan.ts';
import { regionsOf } from '../core/plan/regions.ts';

export interface StatusWork {
  readonly plan: Pick<Plan, 'schedule' | 'regions' | 'clusters'>;
  readonly table: Pick<FindingsTable, 'summary' | 'openFailures' | 'pendingCommits' | 'commit'>;
  readonly marks: Pick<MarkersTable, 'routes'>;
  readonly now: () => Date;
}

const readsAtOnce = 25;

/** Failures of one place. */
interface OpenFailures extends Record<Level, number> {
  muted: number;
}

const none: Readonly<Record<Level, number>> = { required: 0, recommended: 0, advice: 0 };

/** Failures by partition, those of muted findings apart. */
async function openFailures(table: StatusWork['table']): Promise<ReadonlyMap<string, Readonly<OpenFailures>>> {
  const by = new Map<string, OpenFailures>();
  for (const level of levels) {
    let cursor: string | undefined;
    do {
      const page = await table.openFailures(level, { limit: 500, ...(cursor !== undefined && { cursor }) });
      for (const record of page.items) {
        const open = by.get(partitionOf(record)) ?? { ...none, muted: 0 };
        open[record.finding.muted ? 'muted' : level] += 1;
        by.set(partitionOf(record), open);
      }
      cursor = page.cursor;
    } while (cursor !== undefined);
  }
  return by;
}

/** Commits whose notifications are overdue: not those of the last minutes, nor debounced changes. */
async function pendingOf({ table, now }: StatusWork): Promise<number> {
  let pending = 0;
  let cursor: string | undefined;
  do {
    const page = await table.pendingCommits(cursor === undefined ? {} : { cursor });
    for (const { account, region, seq, at } of page.items) {
      if (Math.abs(now().getTime() - Date.parse(at)) <= 10 * 60_000) continue;
      const commit = await table.commit({ account, region }, seq);
      if (commit && !commit.told) pending += 1;
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
  return pending;
}

export async function collectStatus(
  places: readonly RegionKey[],
  work: StatusWork,
): Promise<Omit<Digest, 'account' | 'region' | 'status'>> {
  const { plan, table, marks, now } = work;
  const at = now();
  const lateAfter = lateAfterMs(plan.schedule);
  const limit = pLimit(readsAtOnce);
  const failures = await openFailures(table);
  const statuses = await Promise.all(
    places.map(({ account, region }) =>
      limit(async (): Promise<RegionStatus> => {
        const last = await table.summary({ account, region });
        const { muted, ...open } = failures.get(partitionOf({ account, region })) ?? { ...none, muted: 0 };
        const clusters = last?.readiness ?? [];
        const without = plannedWithout(
          { clusters: plan.clusters.filter((c) => c.region === region) },
          [{ account, region, clusters }],
          [account],
        );
        const unaudited = without.length > 0 ? { unaudited: without.map((p) => p.cluster) } : {};
        if (!last) return { account, region, late: true, ...unaudited, open, muted };
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
      }),
    ),
  );
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
