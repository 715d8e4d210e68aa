/** What answers are shown with: as text in a width, and as CSV. */
import { type CsvCell, csvOf } from '../../shared/core/render/csv.ts';
import type { CommandScreen } from './screen.ts';

export type AnswerDisplay = Pick<CommandScreen, 'paint' | 'width'> & { readonly now: Date };

/** How one kind of answer is shown. */
export interface AnswerFormat<T> {
  readonly text: (items: readonly T[], show: AnswerDisplay) => readonly string[];
  readonly none: string;
  readonly csv: (items: readonly T[]) => string;
}

export type CsvColumns<T> = { readonly [column: string]: (item: T) => CsvCell };

export const csvBy =
  <T>(columns: CsvColumns<T>) =>
  (items: readonly T[]): string =>
    csvOf(
      Object.keys(columns),
      items.map((item) => Object.values(columns).map((cell) => cell(item))),
    );

/** Columns that have the names of the members they show. */
export const own = <K extends string>(...names: readonly K[]): CsvColumns<{ readonly [name in K]?: CsvCell }> =>
  Object.fromEntries(names.map((name) => [name, (item) => item[name]]));

export const named = (of: { readonly account: string; readonly region: string; readonly alias?: string | undefined }): string =>
  `${of.alias === undefined ? of.account : `${of.alias} (${of.account})`} ${of.region}`;

/** Zod writes what may be absent as possibly `undefined`; words are made from what is there. */
type Present<T> = { [K in keyof T]: Exclude<T[K], undefined> };
export const present = <T extends object>(of: T): Present<T> =>
  Object.fromEntries(Object.entries(of).filter(([, value]) => value !== undefined)) as Present<T>;
