/** The figures at the top of the overview that are no state: changes, coverage, the age of audits. Pure. */
import { accountWords, count, timeWords } from '../../../shared/core/render/words.ts';
import type { RegionReadinessView } from '../../../shared/query/readiness.ts';
import { isOutdated } from './empty-text.ts';
import { momentWords } from './parts/age-text.ts';

/** A figure and what it is of. */
export interface OverviewFigure {
  readonly figure: string;
  readonly label: string;
}

const show = (n: number): string => n.toLocaleString('en-US');
const unknown = '–';

/** `2 of 102`, `not evaluated, 1 of them required`. A region without a current audit counts nothing, and is named. */
export function coverageFigure(rows: readonly RegionReadinessView[]): OverviewFigure {
  if (rows.length === 0) return { figure: unknown, label: 'no audit is stored' };
  const sum = (of: (c: RegionReadinessView['coverage']) => number) => rows.reduce((n, row) => n + of(row.coverage), 0);
  const [evaluated, unevaluated, required] = [sum((c) => c.evaluated), sum((c) => c.unevaluated), sum((c) => c.required)];
  const outdated = rows.filter(isOutdated).length;
  return {
    figure: `${show(unevaluated)} of ${show(evaluated + unevaluated)}`,
    label: [
      `not evaluated${required > 0 ? `, ${show(required)} required` : ''}`,
      ...(outdated > 0 ? [`${count(outdated, 'region')} without a current audit`] : []),
    ].join('; '),
  };
}

/** The age of the newest audit, and of the oldest where that is another region's. */
export function auditFigure(rows: readonly RegionReadinessView[], now: number): OverviewFigure {
  const [oldest, ...others] = rows.toSorted((a, b) => (a.factsAt < b.factsAt ? -1 : a.factsAt > b.factsAt ? 1 : 0));
  if (!oldest) return { figure: unknown, label: 'no audit is stored' };
  const newest = others.at(-1) ?? oldest;
  const age = (row: RegionReadinessView) => momentWords(row.factsAt, now, row.orLater).age;
  if (age(newest) === age(oldest))
    return { figure: age(newest), label: rows.length === 1 ? 'last audit' : `last audit of ${show(rows.length)} regions` };
  return { figure: age(newest), label: `last audit; the oldest ${age(oldest)} (${oldest.region}, ${accountWords(oldest)})` };
}

export interface CountedChanges {
  readonly read: number;
  /** They could not be read, or are still being read. */
  readonly known: boolean;
  /** There are more than were read. */
  readonly more: boolean;
}

/** How many changes there are since the last view, or in the last week where there was none. */
export function changesFigure({ read, known, more }: CountedChanges, viewed: string | undefined): OverviewFigure {
  return {
    figure: known ? `${show(read)}${more ? '+' : ''}` : unknown,
    label: `${read === 1 && !more ? 'change' : 'changes'} ${viewed === undefined ? 'in the last 7 days' : `since your last view (${timeWords(viewed)})`}`,
  };
}
