/** The order of the rows of readiness, and the exit code of all of them. */
import { stateOrder } from '../../shared/core/render/words.ts';
import type { RegionReadinessView } from '../../shared/query/readiness.ts';

const worst = (row: RegionReadinessView): number =>
  Math.min(stateOrder.length, ...row.clusters.map((c) => stateOrder.indexOf(c.last ?? c.state)));

/** Those with a late audit first, the oldest before the others; then those that failed, then by their worst cluster. */
export const sortedRows = (rows: readonly RegionReadinessView[]): readonly RegionReadinessView[] =>
  rows.toSorted(
    (a, b) =>
      Number(b.late ?? false) - Number(a.late ?? false) ||
      (a.late ? Date.parse(a.factsAt) - Date.parse(b.factsAt) : 0) ||
      Number(b.regionState === 'failed') - Number(a.regionState === 'failed') ||
      worst(a) - worst(b) ||
      (`${a.account} ${a.region}` < `${b.account} ${b.region}` ? -1 : 1),
  );

export interface ReadinessOverview {
  readonly rows: readonly RegionReadinessView[];
  /** Some required finding fails, of any cluster or of none. */
  readonly fails: boolean;
  /** The rows are of one cluster: what was not evaluated elsewhere in its region does not count. */
  readonly ofCluster: boolean;
  /** Of some regions nothing is stored of the requested moment. */
  readonly partly: boolean;
}

/**
 * 1 something required fails; 2 nothing does, but something required was not seen, or not in time, or there is nothing; else 0. What is old is
 * believed where it is bad and not where it is good.
 */
export function rowsCode({ rows, fails, ofCluster, partly }: ReadinessOverview): 0 | 1 | 2 {
  const clusters = rows.flatMap((row) => row.clusters);
  if (fails || clusters.some((c) => (c.last ?? c.state) === 'BLOCKED')) return 1;
  const isIncomplete = (row: RegionReadinessView) => row.late || row.regionState === 'failed' || (!ofCluster && row.coverage.required > 0);
  return partly || rows.length === 0 || rows.some(isIncomplete) || clusters.some((c) => c.state === 'UNKNOWN') ? 2 : 0;
}
