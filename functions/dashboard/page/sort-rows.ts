/** The order of rows by a column: `since` ascending, `-since` descending. Pure. */

/** What rows are compared by, for each column that can be sorted. */
export type SortKeys<T> = { readonly [column: string]: (item: T) => string | number | undefined };

export type SortDirection = 'ascending' | 'descending';

/** The direction in which a column is sorted; `undefined`: it is not. */
export const directionOf = (sort: string | undefined, column: string): SortDirection | undefined =>
  sort === column ? 'ascending' : sort === `-${column}` ? 'descending' : undefined;

/** What the address says next: ascending, descending, then the order of the view again. */
export const nextSort = (sort: string | undefined, column: string): string =>
  sort === column ? `-${column}` : sort === `-${column}` ? '' : column;

const compare = (a: string | number, b: string | number): number =>
  typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b), 'en', { numeric: true });

/** In the order that is asked for, rows without a value last; as they come where no such column exists. Equal rows keep their order. */
export function sortRows<T>(rows: readonly T[], keys: SortKeys<T>, sort: string | undefined): readonly T[] {
  const column = sort?.replace(/^-/, '') ?? '';
  const keyOf = Object.hasOwn(keys, column) ? keys[column] : undefined;
  if (!keyOf) return rows;
  const sign = sort?.startsWith('-') ? -1 : 1;
  return rows
    .map((row) => [keyOf(row), row] as const)
    .toSorted(([a], [b]) => {
      if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
      return sign * compare(a, b);
    })
    .map(([, row]) => row);
}
