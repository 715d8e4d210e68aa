/** Questions answered from a report's own data, with the filters of the endpoint: the views know no difference. */
import { checkIds } from '../../../shared/core/evaluation/check-ids.ts';
import { isAbout, isAskedChange, isAskedFinding, isAskedRow, narrowed } from '../../../shared/query/filters.ts';
import type { ResultPage } from '../../../shared/query/page.ts';
import { foreignCursor } from '../../../shared/query/problem.ts';
import { type NotKnown, notKnown, unknownCheck } from '../../../shared/query/unknown-values.ts';
import type { Report } from '../report-data.ts';
import type { AnswerItems, QuestionName, QuestionParameters } from './questions.ts';
import { askedOf, type ReportAsked } from './report-parameters.ts';

type ReportPeriod = ReturnType<typeof askedOf>['period'];
type ReportFilter<Q extends QuestionName> = (
  items: readonly AnswerItems[Q][],
  asked: ReportAsked,
  period: ReportPeriod,
) => readonly AnswerItems[Q][];

const reportFilters: { readonly [Q in QuestionName]: ReportFilter<Q> } = {
  readiness: (rows, asked) => rows.filter((row) => isAbout(row, placeIn(asked))).flatMap((row) => narrowed(row, asked)),
  findings: (items, asked) => items.filter((f) => isAskedFinding(f, asked)),
  changes: (items, asked, { from = '', to }) =>
    items.filter((c) => c.factsAt >= from && (to === undefined || c.factsAt <= to) && isAskedChange(c, asked)),
  coverage: (items, asked) => items.filter((c) => isAskedRow(c, asked)),
  capacity: (items, asked) => items.filter((s) => isAbout(s, asked)),
};

/** Something in the report with what it is about. */
type ReportSubject = { readonly [name in 'account' | 'region' | 'check' | 'cluster' | 'resource']?: string | undefined };

/** What occurs in the report. What only changes name is of the past, so it counts for questions about changes alone. */
const everythingFor = (question: QuestionName, { readiness, findings, changes, coverage, capacity }: Report): readonly ReportSubject[] => [
  ...readiness.flatMap((row) => [placeIn(row), ...row.clusters.map(({ cluster }) => ({ ...placeIn(row), cluster }))]),
  ...findings,
  ...coverage,
  ...capacity,
  ...(question === 'changes' ? changes : []),
];

/** The first of the filters, from the account down to the resource, whose value does not occur together with those before it. */
function notKnownIn(all: readonly ReportSubject[], asked: ReportSubject): NotKnown | undefined {
  if (all.length === 0) return { known: false, detail: 'This report has no audit.', unknown: [] };
  let left = all;
  let where = '';
  for (const name of ['account', 'region', 'cluster', 'resource'] as const) {
    const given = asked[name];
    if (given === undefined) continue;
    const matching = left.filter((item) => item[name] === given);
    if (matching.length === 0)
      return notKnown(name, given, { what: 'This report has nothing', where, candidates: left.flatMap((item) => item[name] ?? []) });
    left = matching;
    where += name === 'account' ? ` in account ${given}` : name === 'region' ? ` in ${given}` : ` of cluster ${given}`;
  }
  return undefined;
}

/** Of a region's row the place alone is its own; clusters are of those in it. */
const placeIn = ({ account, region }: Pick<ReportSubject, 'account' | 'region'>) => ({ account, region });

/**
 * Items that pass every filter, in the report's order; all of them, or a page where a limit is asked for. The cursor is the position after the last. Throws with a
 * sentence where the endpoint refuses, and where the answer is not in the report.
 */
export function answerFrom<Q extends QuestionName>(report: Report, question: Q, asked: QuestionParameters): ResultPage<AnswerItems[Q]> {
  const { filters, period } = askedOf(question, asked, report.about.at);
  const all = report[question] as readonly AnswerItems[Q][];
  const { check, cursor = '0' } = filters;
  if (!/^[0-9]{1,9}$/.test(cursor)) throw foreignCursor();
  const items = (reportFilters[question] as ReportFilter<Q>)(all, filters, period);
  if (items.length === 0) {
    const everything = everythingFor(question, report);
    // Findings of another version may be of checks that this one does not have.
    if (check !== undefined && !checkIds.includes(check) && !everything.some((item) => item.check === check)) throw unknownCheck(check);
    return { items: [], scanned: all.length, keys: [], ...notKnownIn(everything, filters) };
  }
  const from = Number(cursor);
  const to = from + (filters.limit ?? items.length);
  return {
    items: items.slice(from, to),
    ...(to < items.length && { cursor: String(to) }),
    scanned: all.length,
    keys: [],
  };
}
