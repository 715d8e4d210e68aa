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

/** Stores the reports of an audit. */
export async function putReports(
  context: StoreContext,
  region: RegionKey,
  factsAt: string,
  reports: readonly ClusterEvents[] = [],
): Promise<void> {
  for (const reported of reports) {
    const key = reportKey(region, reported.cluster);
    const stored = await context.store.get<ReportItem>(key);
    // Events that cannot be read now do not replace those that were.
    const latest = reported.unread !== undefined && stored ? { ...reported, errors: stored.report.errors } : reported;
    const isSame = stored !== undefined && isDeepStrictEqual(stored.report, { ...latest, factsAt: stored.report.factsAt });
    if (isSame && stored.expires > expiryIn(context, renewDays)) continue;
    const item: ReportItem = {
      ...key,
      report: { ...latest, factsAt: isSame ? stored.report.factsAt : factsAt },
      expires: expiryIn(context, auditDays),
    };
    await context.store.put(item);
  }
}

/** What is stored of one cluster, or of all of a region, by name. */
export async function clusterReports(context: ReadContext, region: RegionKey, cluster?: string): Promise<readonly ClusterReport[]> {
  if (cluster === undefined) return (await itemsUnder<ReportItem>(context, region, sortKeys.reports)).map(({ report }) => report);
  const item = await context.store.get<ReportItem>(reportKey(region, cluster));
  return item && isRetained(item, epochSecond(context)) ? [item.report] : [];
}
