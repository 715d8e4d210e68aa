/**
 * What AWS last reported of each cluster that had problems: one item of a cluster, written where it changes. It stays after the
 * cluster recovered or is gone, so that a failed creation can be explained afterwards.
 */
import { isDeepStrictEqual } from 'node:util';
import type { ClusterEvents } from '../../core/evaluation/finding.ts';
import { type Key, partitionOf, type RegionKey, sortKeys } from './keys.ts';
import { auditDays, isRetained } from './retention.ts';
import { epochSecond, expiryIn, itemsUnder, type ReadContext, type StoreContext } from './store-context.ts';

export interface ClusterReport extends ClusterEvents {
  /** When the facts were read that first reported this. */
  readonly factsAt: string;
}
type ReportItem = Key & { readonly report: ClusterReport; readonly expires: number };

/** An unchanged report is written again before it expires. */
const renewDays = 7;

const reportKey = (region: RegionKey, cluster: string): Key => ({ pk: partitionOf(region), sk: sortKeys.report(cluster) });

type ReportedEvents = ClusterEvents['errors'];
const mostEvents = 20;

/** The newest of both. AWS lists events of some days, and none of a cluster that is being deleted; details are read of few. */
function mergedEvents(events: ReportedEvents, stored: ReportedEvents): ReportedEvents {
  const keyOf = ({ time, group, node, text }: ReportedEvents[number]): string => JSON.stringify([time, group, node, text]);
  const all = new Map(stored.map((event) => [keyOf(event), event]));
  for (const event of events) all.set(keyOf(event), { ...all.get(keyOf(event)), ...event });
  return [...all.values()].toSorted((a, b) => (a.time < b.time ? 1 : a.time > b.time ? -1 : 0)).slice(0, mostEvents);
}

/** What is stored of a cluster after an audit that reports this of it. */
const merged = (reported: ClusterEvents, stored: ClusterReport | undefined): ClusterEvents => ({
  ...reported,
  errors: mergedEvents(reported.errors, stored?.errors ?? []),
});

/** Stores the reports of an audit. `running`: the clusters that it read. */
export async function putReports(
  context: StoreContext,
  region: RegionKey,
  factsAt: string,
  reports: readonly ClusterEvents[],
  running: readonly string[],
): Promise<void> {
  if (reports.length === 0 && running.length === 0) return;
  const stored = new Map((await itemsUnder<ReportItem>(context, region, sortKeys.reports)).map((item) => [item.report.cluster, item]));
  const expires = expiryIn(context, auditDays);
  for (const reported of reports) {
    const before = stored.get(reported.cluster);
    const latest = merged(reported, before?.report);
    const isSame = before !== undefined && isDeepStrictEqual(before.report, { ...latest, factsAt: before.report.factsAt });
    if (isSame && before.expires > expiryIn(context, renewDays)) continue;
    const report = { ...latest, factsAt: isSame ? before.report.factsAt : factsAt };
    const item: ReportItem = { ...reportKey(region, reported.cluster), report, expires };
    await context.store.put(item);
  }
  // What could not be read before was read now, and there is nothing to report.
  const isReported = new Set(reports.map((r) => r.cluster));
  for (const cluster of running.filter((name) => !isReported.has(name))) {
    const item = stored.get(cluster);
    if (item?.report.unread === undefined && item?.report.causesUnread === undefined) continue;
    const { unread, causesUnread, ...report } = item.report;
    const isEmpty = report.errors.length === 0 && report.failure === undefined && report.autoScalingFailure === undefined;
    const cleared: ReportItem = { ...item, report, expires: isEmpty ? epochSecond(context) : item.expires };
    await context.store.put(cleared);
  }
}

/** What is stored of one cluster, or of all of a region, by name. */
export async function clusterReports(context: ReadContext, region: RegionKey, cluster?: string): Promise<readonly ClusterReport[]> {
  if (cluster === undefined) return (await itemsUnder<ReportItem>(context, region, sortKeys.reports)).map(({ report }) => report);
  const item = await context.store.get<ReportItem>(reportKey(region, cluster));
  return item && isRetained(item, epochSecond(context)) ? [item.report] : [];
}
