/** Clusters as rows of a table, the worst first. Pure. */
import { stateOrder } from '../../../shared/core/render/words.ts';
import type { RegionReadinessView } from '../../../shared/query/readiness.ts';
import type { SortKeys } from './sort-rows.ts';

export interface ClusterRow {
  readonly account: string;
  readonly alias?: string | undefined;
  readonly region: string;
  readonly cluster: RegionReadinessView['clusters'][number];
}

const rank = ({ cluster: { state } }: ClusterRow): number => stateOrder.indexOf(state);

/** One row for each cluster: the worst first, of equal ones the one that is so since the shortest time. */
export const clusterRows = (rows: readonly RegionReadinessView[]): readonly ClusterRow[] =>
  rows
    .flatMap(({ account, alias, region, clusters }) => clusters.map((cluster): ClusterRow => ({ account, alias, region, cluster })))
    .toSorted((a, b) => rank(a) - rank(b) || (a.cluster.since < b.cluster.since ? 1 : a.cluster.since > b.cluster.since ? -1 : 0));

export const clusterSortKeys: SortKeys<ClusterRow> = {
  state: rank,
  cluster: ({ cluster }) => cluster.cluster,
  account: ({ alias, account }) => alias ?? account,
  region: ({ region }) => region,
  since: ({ cluster }) => cluster.since,
};

/** So many READY clusters are shown with the others; more of them are folded. */
const fewReady = 10;

/** The rows to show: without those that are READY where they are many, unless they are asked for. */
export function foldReady(
  rows: readonly ClusterRow[],
  { state, ready }: { readonly [name: string]: string },
): { readonly shown: readonly ClusterRow[]; readonly folded: number } {
  const open = rows.filter(({ cluster }) => cluster.state !== 'READY');
  const folded = rows.length - open.length;
  return folded <= fewReady || state || ready === 'shown' ? { shown: rows, folded: 0 } : { shown: open, folded };
}
