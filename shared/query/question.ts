/** A question: what it is asked with, what it is answered with, and how the answer is found. */
import type * as z from 'zod/mini';
import type { ResultPage } from './page.ts';
import type { ParameterSet, ParameterValues } from './parameters.ts';
import type { QueryPorts } from './query-sources.ts';

/** What times a question is about. */
export interface QueryTimes {
  /** As things are now. */
  readonly now: boolean;
  /** As they were at these moments, RFC 3339 in UTC. */
  readonly moments: readonly string[];
  /** And what happened in between, by the log. */
  readonly log?: boolean;
}

export interface Question<P extends ParameterSet = ParameterSet, R extends ResultPage<unknown> = ResultPage<unknown>> {
  /** The operation's name in the OpenAPI document. */
  readonly name: string;
  /** Below the address of the endpoint; a part in braces is a parameter, percent-encoded. */
  readonly path: string;
  readonly summary: string;
  /** More about it, and which filters are keys. */
  readonly description: string;
  readonly parameters: P;
  /** The schema of the answer, made when it is asked for: who only answers starts without. */
  readonly result: () => z.ZodMiniType<R>;
  /** Absent: about now alone. */
  times?(asked: ParameterValues<P>): QueryTimes;
  /** Answers, or throws `Refused`. A method, so that questions of different parameters stand in one list. */
  ask(asked: ParameterValues<P>, ports: QueryPorts): Promise<R>;
}

/** Lets the compiler see that parameters, answer and result belong together. */
export const question = <P extends ParameterSet, R extends ResultPage<unknown>>(of: Question<P, R>): Question<P, R> => of;
