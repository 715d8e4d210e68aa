/** From a request to its answer: the question it is, its parameters, the page or the problem. */
import { answerKnown } from './known-values.ts';
import { type ParameterSet, type ParameterValues, readParameters } from './parameters.ts';
import { type Problem, problemOf, QueryError, refusedParameters } from './problem.ts';
import type { QueryPorts } from './query-sources.ts';
import type { Question } from './question.ts';
import { routes } from './routes.ts';

export interface QueryRequest {
  readonly method: string;
  /** As it was sent, percent-encoded: `/findings/{id}/history`. */
  readonly path: string;
  /** What stands after the question mark, percent-encoded. */
  readonly query: string;
}

export type QueryResponse =
  | { readonly status: 200; readonly body: unknown }
  | { readonly status: Problem['status']; readonly body: Problem; readonly problem: true };

/** The part of a path that stands for a parameter. An id has slashes, so one that shows them was decoded on its way. */
function decoded(text: string, name: string): string {
  if (text.includes('/')) return text;
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) throw refusedParameters([{ parameter: name, given: text, accepted: 'text that is percent-encoded' }]);
    throw error;
  }
}

interface MatchedQuestion {
  readonly question: Question;
  readonly inPath: readonly (readonly [string, string])[];
}

function matched(path: string): MatchedQuestion | undefined {
  for (const question of routes) {
    const [before = '', name, after = ''] = question.path.split(/[{}]/);
    if (
      name === undefined ? path === before : path.startsWith(before) && path.endsWith(after) && path.length > before.length + after.length
    )
      return { question, inPath: name === undefined ? [] : [[name, path.slice(before.length, path.length - after.length)]] };
  }
  return undefined;
}

/** Parameters of a path do not stand in the query as well. */
function parametersOf({ question, inPath }: MatchedQuestion, query: string): ParameterValues<ParameterSet> {
  const fromPath = inPath.map(([name, text]) => [name, decoded(text, name)] as const);
  return readParameters(question.parameters, [...fromPath, ...new URLSearchParams(query)]);
}

/** Answers a request. Rejects only where the table cannot be read. */
export async function answer(request: QueryRequest, ports: QueryPorts): Promise<QueryResponse> {
  try {
    const found = matched(request.path);
    if (!found) {
      const known = routes.map((r) => r.path).join(', ');
      throw new QueryError('not-found', `There is nothing at ${request.path.slice(0, 200)}. There is: ${known}.`);
    }
    if (request.method !== 'GET') throw new QueryError('method-not-allowed', `${found.question.path} accepts GET, not ${request.method}.`);
    return { status: 200, body: await answerKnown(found.question, parametersOf(found, request.query), ports) };
  } catch (error) {
    if (error instanceof QueryError) return { status: error.problem.status, body: error.problem, problem: true };
    throw error;
  }
}

/** The answer to a question whose answer is over what can be sent. */
export function tooLarge(bytes: number, most: number): QueryResponse {
  const detail = `The answer has ${bytes} bytes and at most ${most} can be sent. Request a smaller limit or a shorter period.`;
  const problem = problemOf('too-large', detail);
  return { status: problem.status, body: problem, problem: true };
}
