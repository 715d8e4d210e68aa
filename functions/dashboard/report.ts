/** The report: all answers in one file, which opens from disk and sends no request. */

import type { PlannedPlace } from '../../shared/core/evaluation/scope.ts';
import { unauditedSentence } from '../../shared/core/render/selection.ts';
import { count } from '../../shared/core/render/words.ts';
import type { ResultPage } from '../../shared/query/page.ts';
import { problem } from '../../shared/query/problem.ts';
import type { RegionReadinessView } from '../../shared/query/readiness.ts';
import type { QuestionParameters } from './page/questions.ts';
import { worstFirst } from './page/worst-first.ts';
import type { PageInfo, Report } from './report-data.ts';

/** Answers a question of `shared/query`: its path and its query, both percent-encoded. */
export type AskQuestion = (path: string, query: string) => Promise<{ readonly status: number; readonly body: unknown }>;

/** The most that a browser still shows at once; filters select from more. */
const most = { readiness: 5000, findings: 5000, changes: 2000, coverage: 2000, capacity: 500 } as const;
type ReportPart = keyof typeof most;

const words: { readonly [kind in ReportPart]: (n: number) => string } = {
  readiness: (n) => `The report stops after ${count(n, 'region')}.`,
  findings: (n) => `The report stops after ${count(n, 'finding')}; those that fail and are required come first.`,
  changes: (n) => `The report stops after the last ${count(n, 'change')}.`,
  coverage: (n) => `The report stops after ${count(n, 'coverage row')}.`,
  capacity: (n) => `The report stops after ${count(n, 'amount')}.`,
};

interface ReadItems<T> {
  readonly items: readonly T[];
  readonly whole: boolean;
}

/** Pages of one question. Throws with the problem's sentence. */
const pagesOf =
  <T>(ask: AskQuestion, path: string) =>
  async (asked: QuestionParameters): Promise<ResultPage<T>> => {
    const given = Object.entries(asked).filter((pair): pair is [string, string] => pair[1] !== undefined);
    const { status, body } = await ask(path, new URLSearchParams(given).toString());
    const refused = problem.safeParse(body);
    if (status !== 200) throw new Error(refused.success ? refused.data.detail : `${path} was answered with the status ${status}.`);
    return body as ResultPage<T>;
  };

/** Pages until there are no more, or enough. */
async function readAll<T>(
  pages: (asked: QuestionParameters) => Promise<ResultPage<T>>,
  asked: QuestionParameters,
  enough: number,
): Promise<ReadItems<T>> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await pages({ ...asked, limit: '200', cursor });
    items.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined && items.length < enough);
  return { items: items.slice(0, enough), whole: cursor === undefined && items.length <= enough };
}

/** Says of planned clusters without a stored result that they are UNKNOWN, so that results of the others do not hide them. */
export function unauditedNotice(unaudited: readonly PlannedPlace[]): PageInfo['leftOut'] {
  return unaudited.length === 0 ? [] : [{ of: 'readiness', words: unauditedSentence(unaudited) }];
}

/**
 * Asks everything. `filters`: the same for each question, such as an account; `unaudited`: of the stored regions, the planned
 * clusters that none of them has a state of.
 */
export async function gatherReport(
  ask: AskQuestion,
  about: Omit<PageInfo, 'live' | 'leftOut'>,
  filters: Readonly<Record<string, string>> = {},
  unaudited: (rows: readonly RegionReadinessView[]) => readonly PlannedPlace[] = () => [],
): Promise<Report> {
  const pages = <K extends ReportPart>(kind: K) => pagesOf<Report[K][number]>(ask, `/${kind}`);
  const of = <K extends Exclude<ReportPart, 'findings'>>(kind: K) => readAll(pages(kind), filters, most[kind]);
  const [readiness, found, changes, coverage, capacity] = await Promise.all([
    of('readiness'),
    // What is cut off at the end, where there are too many, is what passes.
    readAll(worstFirst(pages('findings')), filters, most.findings),
    of('changes'),
    of('coverage'),
    of('capacity'),
  ]);
  const all = { readiness, findings: found, changes, coverage, capacity };
  const leftOut = (Object.keys(all) as ReportPart[])
    .filter((kind) => !all[kind].whole)
    .map((kind) => ({ of: kind, words: words[kind](all[kind].items.length) }));
  return {
    about: { ...about, live: false, leftOut: [...leftOut, ...(readiness.whole ? unauditedNotice(unaudited(readiness.items)) : [])] },
    readiness: readiness.items,
    findings: found.items,
    changes: changes.items,
    coverage: coverage.items,
    capacity: capacity.items,
  };
}
