/** Rows of readiness as a look at all of them: what wants looking at first, and the code it ends with. */
import { stateOrder } from '../../shared/core/render/words.ts';
import type { RegionReadinessView } from '../../shared/query/readiness.ts';

const worst = (row: RegionReadinessView): number =>
  Math.min(stateOrder.length, ...row.clusters.map((c) => stateOrder.indexOf(c.last ?? c.state)));

/** Those that nobody looked at in time first, the oldest before the others; then those that failed, then by their worst cluster. */
export const sortedRows = (rows: readonly RegionReadinessView[]): readonly RegionReadinessView[] =>
  rows.toSorted(
    (a, b) =>
      Number(b.late ?? false) - Number(a.late ?? false) ||
      (a.late ? Date.parse(a.factsAt) - Date.parse(b.factsAt) : 0) ||
      Number(b.regionState === 'failed') - Number(a.regionState === 'failed') ||
      worst(a) - worst(b) ||
      (`${a.account} ${a.region}` < `${b.account} ${b.region}` ? -1 : 1),
  );

export interface Looked {
  readonly rows: readonly RegionReadinessView[];
  /** Some required finding fails, of whatever cluster or of none. */
  readonly fails: boolean;
  /** The rows are of one cluster: what is out of sight elsewhere in its region is not its own. */
  readonly ofCluster: boolean;
  /** Of some regions nothing is kept of the moment that is asked about. */
  readonly partly: boolean;
}

/**
 * 1 something required fails; 2 nothing does, but something required was not seen, or not in time, or there is nothing; else 0. What is old is
 * believed where it is bad and not where it is good.
 */
export function rowsCode({ rows, fails, ofCluster, partly }: Looked): 0 | 1 | 2 {
  const clusters = rows.flatMap((row) => row.clusters);
  if (fails || clusters.some((c) => (c.last ?? c.state) === 'BLOCKED')) return 1;
  const unseen = (row: RegionReadinessView) => row.late || row.regionState === 'failed' || (!ofCluster && row.coverage.required > 0);
  return partly || rows.length === 0 || rows.some(unseen) || clusters.some((c) => c.state === 'UNKNOWN') ? 2 : 0;
}
