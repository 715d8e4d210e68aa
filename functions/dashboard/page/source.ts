/** Where the answers of the page are from: the server that delivered it, or the page itself. */
import type { FitResult } from '../../../shared/core/fit/fit-result.ts';
import type { ResultPage } from '../../../shared/query/page.ts';
import type { Problem } from '../../../shared/query/problem.ts';
import type { PageInfo, PlacedEvents, Report } from '../report-data.ts';
import { answerFrom } from './answer-from.ts';
import { browserLastViewed, type LastViewed } from './last-viewed.ts';
import type { AnswerItems, QuestionName, QuestionParameters } from './questions.ts';
import { worstFirst } from './worst-first.ts';

export interface AnswerSource {
  /** Where a cluster would come up; only where there is a server that can ask the account. */
  readonly fit?: (cluster: QuestionParameters) => Promise<FitResult>;
  readonly about: PageInfo;
  /** Notices of planned clusters without a stored audit; only where the server compares with a plan. */
  readonly unaudited?: (() => Promise<PageInfo['leftOut']>) | undefined;
  readonly lastViewed: LastViewed;
  /** Error events of running clusters; only in the report of the audit that read them. */
  readonly events?: readonly PlacedEvents[] | undefined;
  /** One page of answers. Rejects with a sentence that can be shown. */
  readonly ask: <Q extends QuestionName>(question: Q, asked: QuestionParameters) => Promise<ResultPage<AnswerItems[Q]>>;
}

/** Answers from what `report` wrote into the page. */
export const reportSource = (report: Report): AnswerSource => ({
  about: report.about,
  lastViewed: browserLastViewed,
  events: report.events,
  // All of it is here: pages would only draw a list again for each of them.
  ask: async (question, { limit: _, ...asked }) => answerFrom(report, question, asked),
});

/** A question that the server refused: the sentence, and what it is about. */
export class ServerRefusalError extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.detail);
    this.name = 'RefusedByServer';
    this.problem = problem;
  }
}

const isProblem = (value: unknown): value is Problem => typeof value === 'object' && value !== null && 'detail' in value;

const timeIn = (answer: unknown): string | undefined =>
  typeof answer === 'object' && answer !== null && 'at' in answer && typeof answer.at === 'string' ? answer.at : undefined;

/** Answers from the server of `hyperpod-auditor dashboard`, which asks for the token of this run. */
export function serverSource(about: PageInfo, token: string): AnswerSource {
  async function read(address: string, method: 'GET' | 'POST' = 'GET'): Promise<unknown> {
    const response = await fetch(address, { method, headers: { authorization: `Bearer ${token}` } }).catch((error: unknown) => {
      throw new Error('The dashboard does not answer; is the command that serves it still running?', { cause: error });
    });
    const answer: unknown = await response.json();
    if (!response.ok) throw isProblem(answer) ? new ServerRefusalError(answer) : new Error(`The dashboard answered ${response.status}.`);
    return answer;
  }
  // The page's frame and a view ask the same at the same time; nothing is stored beyond its answer.
  const asking = new Map<string, Promise<unknown>>();
  function get(path: string, asked: QuestionParameters): Promise<unknown> {
    const parameters = Object.entries(asked).flatMap(([name, value]) =>
      value === undefined || value === '' ? [] : [[name, value] as const],
    );
    const address = `/api/${path}?${new URLSearchParams(Object.fromEntries(parameters))}`;
    const answer = asking.get(address) ?? read(address).finally(() => asking.delete(address));
    asking.set(address, answer);
    return answer;
  }
  return {
    about,
    lastViewed: {
      last: async () => timeIn(await get('looked', {})),
      remember: async (at) => timeIn(await read(`/api/looked?${new URLSearchParams({ at })}`, 'POST')) ?? at,
    },
    ask: async (question, asked) => {
      const pages = async (given: QuestionParameters) => (await get(question, given)) as ResultPage<AnswerItems[typeof question]>;
      return question === 'findings' ? worstFirst(pages)(asked) : pages(asked);
    },
    fit: async (cluster) => (await get('fit', cluster)) as FitResult,
    unaudited: about.hasPlan ? async () => (await get('unaudited', {})) as PageInfo['leftOut'] : undefined,
  };
}

/** The source with notices of planned clusters without a stored audit, so that no summary leaves them out. */
export async function withUnaudited(source: AnswerSource): Promise<AnswerSource> {
  if (!source.unaudited) return source;
  const notices = await source
    .unaudited()
    .catch((error: unknown): PageInfo['leftOut'] => [{ of: 'readiness', words: error instanceof Error ? error.message : String(error) }]);
  return { ...source, about: { ...source.about, leftOut: [...source.about.leftOut, ...notices] } };
}
