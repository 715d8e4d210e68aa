/** One page of many rows: a table never grows longer than a page, however many rows there are. */
import { count } from '../../../../shared/core/render/words.ts';
import { addressOf, type View, withFilter } from '../address.ts';
import { usePrinting } from '../media.ts';

/** Rows of one page. */
export const pageRows = 25;
/** Rows on paper, where no one can turn to the next page. */
const printedRows = 500;

export interface RowPage<T> {
  readonly rows: readonly T[];
  /** Position of the first row, from 0. */
  readonly from: number;
  readonly page: number;
  readonly pages: number;
  readonly all: number;
}

/** The page that the address names, or the last one where there are fewer. */
export function usePage<T>(all: readonly T[], filters: { readonly [name: string]: string }, size: number = pageRows): RowPage<T> {
  const rows = usePrinting() ? printedRows : size;
  const pages = Math.max(1, Math.ceil(all.length / rows));
  const page = Math.min(Math.max(1, Math.trunc(Number(filters.page)) || 1), pages);
  const from = (page - 1) * rows;
  return { rows: all.slice(from, from + rows), from, page, pages, all: all.length };
}

interface PagerProps {
  readonly of: RowPage<unknown>;
  /** What rows are, one and many: `cluster`, `clusters`. */
  readonly what: readonly [one: string, many: string];
  readonly at: { readonly view: View; readonly filters: { readonly [name: string]: string } };
}

/** `26–50 of 3,000 clusters`, and links to the pages around; without links where there is one page. */
export function Pager({ of: { rows, from, page, pages, all }, what, at: { view, filters } }: PagerProps) {
  if (all === 0) return null;
  const to = (n: number) => addressOf(view, withFilter(filters, 'page', n === 1 ? '' : String(n)));
  const show = (n: number) => n.toLocaleString('en-US');
  const turn = () => document.querySelector('.listing')?.scrollIntoView({ block: 'start' });
  const step = (label: string, n: number) =>
    n < 1 || n > pages ? (
      <span class="off" aria-hidden="true">
        {label}
      </span>
    ) : (
      <a href={to(n)} onClick={turn}>
        {label}
      </a>
    );
  return (
    <nav class="pager" aria-label={`Pages of ${what[1]}`}>
      <span role="status">
        {pages === 1 ? count(all, ...what) : `${show(from + 1)}–${show(from + rows.length)} of ${count(all, ...what)}`}
      </span>
      {pages > 1 && (
        <span class="steps">
          {step('First', page === 1 ? 0 : 1)}
          {step('Previous', page - 1)}
          <span>
            page {show(page)} of {show(pages)}
          </span>
          {step('Next', page + 1)}
          {step('Last', page === pages ? 0 : pages)}
        </span>
      )}
    </nav>
  );
}
