/** Questions answered from a report's own data, with the filters of the endpoint: the views know no difference. */
import { isAbout, isAskedChange, isAskedFinding, isAskedRow, narrowed } from '../../../shared/query/filters.ts';
import type { Page } from '../../../shared/query/page.ts';
import { foreignCursor } from '../../../shared/query/problem.ts';
import type { Report } from '../report-data.ts';
import type { Answers, Asked, QuestionName } from './questions.ts';
import { askedOf, type ReportAsked } from './report-parameters.ts';

type Period = ReturnType<typeof askedOf>['period'];
type Found<Q extends QuestionName> = (items: readonly Answers[Q][], asked: ReportAsked, period: Period) => readonly Answers[Q][];

const found: { readonly [Q in QuestionName]: Found<Q> } = {
  readiness: (rows, asked) => rows.filter((row) => isAbout(row, placeIn(asked))).flatMap((row) => narrowed(row, asked)),
  findings: (items, asked) => items.filter((f) => isAskedFinding(f, asked)),
  changes: (items, asked, { from = '', to }) =>
    items.filter((c) => c.factsAt >= from && (to === undefined || c.factsAt <= to) && isAskedChange(c, asked)),
  coverage: (items, asked) => items.filter((c) => isAskedRow(c, asked)),
  capacity: (items, asked) => items.filter((s) => isAbout(s, asked)),
};

/** Of a region's row the place alone is its own; clusters are of those in it. */
const placeIn = ({ account, region }: ReportAsked) => ({ account, region });

const pageSize = 200;

/**
 * One page: items that pass every filter, in the report's order; the cursor is the position after the last. Throws with a
 * sentence where the endpoint refuses, and where the answer is not in the report.
 */
export function answerFrom<Q extends QuestionName>(report: Report, question: Q, asked: Asked): Page<Answers[Q]> {
  const { filters, period } = askedOf(question, asked, report.about.at);
  const all = report[question] as readonly Answers[Q][];
  const items = (found[question] as Found<Q>)(all, filters, period);
  const { cursor = '0' } = filters;
  if (!/^[0-9]{1,9}$/.test(cursor)) throw foreignCursor();
  const from = Number(cursor);
  const to = from + (filters.limit ?? pageSize);
  return {
    items: items.slice(from, to),
    ...(to < items.length && { cursor: String(to) }),
    scanned: all.length,
    keys: [],
  };
}
