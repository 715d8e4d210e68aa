/** Questions answered from a report's own data, with the filters of the endpoint: the views know no difference. */
import { isAbout } from '../../../shared/query/filters.ts';
import type { Page } from '../../../shared/query/page.ts';
import type { Report } from '../report-data.ts';
import type { Answers, Asked, QuestionName } from './questions.ts';
import { askedOf, type ReportAsked } from './report-parameters.ts';

type Period = ReturnType<typeof askedOf>['period'];
type Found<Q extends QuestionName> = (items: readonly Answers[Q][], asked: ReportAsked, period: Period) => readonly Answers[Q][];

const isOrUnasked = <T>(asked: T | undefined, value: T | undefined): boolean => asked === undefined || asked === value;

/** The row with only those clusters that are asked for; none where there is none and some are asked for. */
function narrowed(row: Answers['readiness'], { cluster, state }: ReportAsked): readonly Answers['readiness'][] {
  if (cluster === undefined && state === undefined) return [row];
  const clusters = row.clusters.filter((c) => isOrUnasked(cluster, c.cluster) && isOrUnasked(state, c.state));
  return clusters.length === 0 ? [] : [{ ...row, clusters }];
}

/** A filter that a change has nothing of leaves it out. */
function changed(item: Answers['changes'], asked: ReportAsked): boolean {
  const verdict = item.of === 'finding' ? (item.after ?? item.before) : undefined;
  return (
    isAbout(item, asked) &&
    isOrUnasked(asked.of, item.of) &&
    isOrUnasked(asked.cause, item.cause) &&
    isOrUnasked(asked.level, item.of === 'coverage' ? item.level : verdict?.level) &&
    isOrUnasked(asked.status, verdict?.status) &&
    isOrUnasked(asked.muted, verdict && verdict.muted !== undefined)
  );
}

const found: { readonly [Q in QuestionName]: Found<Q> } = {
  readiness: (rows, asked) =>
    rows
      .filter((row) => isOrUnasked(asked.account, row.account) && isOrUnasked(asked.region, row.region))
      .flatMap((row) => narrowed(row, asked)),
  findings: (items, asked) =>
    items.filter(
      (f) =>
        isAbout(f, asked) &&
        isOrUnasked(asked.level, f.level) &&
        isOrUnasked(asked.status, f.status) &&
        isOrUnasked(asked.muted, f.muted !== undefined) &&
        isOrUnasked(asked.open, f.open),
    ),
  changes: (items, asked, { from = '', to }) =>
    items.filter((c) => c.factsAt >= from && (to === undefined || c.factsAt <= to) && changed(c, asked)),
  coverage: (items, asked) => items.filter((c) => isAbout(c, asked) && isOrUnasked(asked.level, c.level)),
  capacity: (items, asked) => items.filter((s) => isAbout(s, asked)),
};

const pageSize = 200;

/**
 * One page: items that pass every filter, in the report's order; the cursor is the position after the last. Throws with a
 * sentence where the endpoint refuses, and where the answer is not in the report.
 */
export function answerFrom<Q extends QuestionName>(report: Report, question: Q, asked: Asked): Page<Answers[Q]> {
  const { filters, period } = askedOf(question, asked, report.about.at);
  const all = report[question] as readonly Answers[Q][];
  const items = (found[question] as Found<Q>)(all, filters, period);
  const from = Number(filters.cursor ?? 0);
  const to = from + (filters.limit ?? pageSize);
  return {
    items: items.slice(from, to),
    ...(to < items.length && { cursor: String(to) }),
    scanned: all.length,
    keys: [],
  };
}
