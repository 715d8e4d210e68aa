/** Clusters by account and region, for a table with a line for each cluster and a column for each region. Pure. */
import { stateOrder } from '../../../shared/core/render/words.ts';
import type { RegionReadinessView } from '../../../shared/query/readiness.ts';

export interface MatrixCell {
  readonly row: RegionReadinessView;
  readonly cluster: RegionReadinessView['clusters'][number];
}

export interface MatrixLine {
  readonly account: string;
  readonly alias?: string | undefined;
  readonly cluster: string;
  /** By region. */
  readonly cells: ReadonlyMap<string, MatrixCell>;
}

const worst = (line: MatrixLine): number => Math.min(...[...line.cells.values()].map((c) => stateOrder.indexOf(c.cluster.state)));

/** One line for each cluster of an account, the worst first. */
export function linesOf(rows: readonly RegionReadinessView[]): readonly MatrixLine[] {
  const cells = rows.flatMap((row) => row.clusters.map((cluster): MatrixCell => ({ row, cluster })));
  const groups = Map.groupBy(cells, (cell) => `${cell.row.account} ${cell.cluster.cluster}`);
  return [...groups.values()]
    .flatMap((of): MatrixLine[] => {
      const [first] = of;
      if (!first) return [];
      const { account, alias } = first.row;
      return [{ account, alias, cluster: first.cluster.cluster, cells: new Map(of.map((cell) => [cell.row.region, cell])) }];
    })
    .toSorted((a, b) => worst(a) - worst(b));
}
