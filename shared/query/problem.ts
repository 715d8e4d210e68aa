/** What a question is answered with when it has no answer: a problem as RFC 9457 writes them. */
import * as z from 'zod/mini';

/**
 * One parameter that was refused: its name, what was given (absent: nothing), what is accepted, and the value that was
 * probably meant.
 */
export const parameterError = z.object({
  parameter: z.string(),
  given: z.optional(z.string()),
  accepted: z.string(),
  suggestion: z.optional(z.string()),
});
export type ParameterError = z.output<typeof parameterError>;

export const problem = z.object({
  /** What kind of problem it is; see `problemTypes`. */
  type: z.string(),
  title: z.string(),
  status: z.int().check(z.gte(400), z.lte(499)),
  /** What is wrong with this question, in whole sentences. */
  detail: z.string(),
  errors: z.optional(z.readonly(z.array(parameterError))),
  /** Of a moment that is not stored: from when on moments are. Absent where none is. */
  notKeptBefore: z.optional(z.string()),
});
export type Problem = z.output<typeof problem>;

/** Kinds of problems. Names alone: nothing can be fetched from them. */
const kinds = {
  parameters: { title: 'Parameters are not accepted', status: 400 },
  cursor: { title: 'The cursor is not one of this query', status: 400 },
  'too-many-places': { title: 'The query covers too many regions', status: 400 },
  'not-found': { title: 'Not found', status: 404 },
  'not-kept': { title: 'That moment is not stored', status: 404 },
  'method-not-allowed': { title: 'Only GET is allowed', status: 405 },
  'too-large': { title: 'The answer is too large', status: 422 },
} as const satisfies Record<string, Pick<Problem, 'title' | 'status'>>;
export type ProblemKind = keyof typeof kinds;

const typeOf = (kind: ProblemKind): string => `urn:hyperpod-auditor:problem:${kind}`;
/** Every type of problem that is answered. */
export const problemTypes: readonly string[] = Object.keys(kinds).map((kind) => typeOf(kind as ProblemKind));

export const problemOf = (kind: ProblemKind, detail: string, more: Pick<Problem, 'errors' | 'notKeptBefore'> = {}): Problem => ({
  type: typeOf(kind),
  ...kinds[kind],
  detail,
  ...more,
});

/** Thrown by a question that has no answer; the caller gets the problem. */
export class QueryError extends Error {
  readonly problem: Problem;
  constructor(kind: ProblemKind, detail: string, more: Pick<Problem, 'errors' | 'notKeptBefore'> = {}) {
    super(detail);
    this.name = 'Refused';
    this.problem = problemOf(kind, detail, more);
  }
}

/** The refusal of a cursor that is of another question, or of none. */
export const foreignCursor = (): QueryError =>
  new QueryError('cursor', 'The cursor belongs to another query, or was changed. Use the same filters, or start without a cursor.');

function named({ parameter, given, accepted, suggestion }: ParameterError): string {
  if (given === undefined) return `${parameter} is missing: it takes ${accepted}.`;
  return `${parameter} takes ${accepted}, not "${given}"${suggestion === undefined ? '.' : `; did you mean ${suggestion}?`}`;
}

/** A refusal that names every parameter that is wrong. */
export const refusedParameters = (errors: readonly ParameterError[]): QueryError =>
  new QueryError('parameters', errors.map(named).join(' '), { errors });
