import type { Unevaluated } from '../evaluation/finding.ts';

/** Whether a row, as coarse as it is, stands for what is named: what a row leaves out it does not distinguish. */
export function covers(
  row: Pick<Unevaluated, 'check' | 'cluster' | 'group' | 'resource'>,
  of: { readonly check: string; readonly cluster?: string; readonly group?: string; readonly resource?: string },
): boolean {
  return (
    row.check === of.check &&
    (row.cluster === undefined || row.cluster === of.cluster) &&
    (row.group === undefined || row.group === of.group) &&
    (row.resource === undefined || row.resource === of.resource)
  );
}
