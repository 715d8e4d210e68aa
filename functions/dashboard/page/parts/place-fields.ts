/**
 * Choices of account, region and cluster, from all regions: the items of one page, or of a filter that is on, have few of
 * them, and a question that is refused because it is about too many regions has none.
 */
import type { RegionReadinessView } from '../../../../shared/query/readiness.ts';
import type { FilterField } from './field.ts';

type FieldOptions = FilterField['options'];

const byLabel = (options: Iterable<readonly [string, string]>): FieldOptions =>
  [...new Map(options)].toSorted(([, a], [, b]) => (a < b ? -1 : a > b ? 1 : 0));

/** `filters`: where an account is chosen, regions and clusters are its own; where a region is, clusters are its own. */
export function placeFields(
  rows: readonly RegionReadinessView[],
  filters: { readonly [name: string]: string },
): { readonly account: FilterField; readonly region: FilterField; readonly cluster: FilterField } {
  const inAccount = rows.filter((r) => !filters.account || r.account === filters.account);
  const inRegion = inAccount.filter((r) => !filters.region || r.region === filters.region);
  return {
    account: {
      name: 'account',
      label: 'Account',
      options: byLabel(rows.map((r) => [r.account, r.alias === undefined ? r.account : `${r.alias} (${r.account})`])),
    },
    region: { name: 'region', label: 'Region', options: byLabel(inAccount.map((r) => [r.region, r.region])) },
    cluster: {
      name: 'cluster',
      label: 'Cluster',
      options: byLabel(inRegion.flatMap((r) => r.clusters.map((c) => [c.cluster, c.cluster] as const))),
    },
  };
}
