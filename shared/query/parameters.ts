/**
 * What questions can be asked with. A parameter arrives as text, is read, and is held against its schema; the schema is
 * also what the OpenAPI document says of it, and `accepts` what a refusal says.
 */

import * as z from 'zod/mini';
import { levels } from '../core/evaluation/finding.ts';
import { closest } from '../core/text/suggestion.ts';
import { type ParameterError, refusedParameters } from './problem.ts';

export interface Parameter<S extends z.ZodMiniType = z.ZodMiniType, R extends boolean = boolean> {
  readonly schema: S;
  /** Makes of the text what the schema is for; what cannot be read is left for the schema to refuse. */
  readonly read: (text: string) => unknown;
  /** What is accepted, as the end of a sentence. */
  readonly accepts: string;
  readonly description: string;
  readonly required: R;
  readonly example: string;
  /** Every value there is, where they are few. */
  readonly values?: readonly string[];
}
export type ParameterSet = { readonly [name: string]: Parameter };

/** Parameters as they were understood. */
export type ParameterValues<P extends ParameterSet> = {
  readonly [K in keyof P as P[K] extends Parameter<z.ZodMiniType, true> ? K : never]: z.output<P[K]['schema']>;
} & {
  readonly [K in keyof P as P[K] extends Parameter<z.ZodMiniType, true> ? never : K]?: z.output<P[K]['schema']>;
};

const asText = (text: string): unknown => text;
const asNumber = (text: string): unknown => (/^\d{1,9}$/.test(text) ? Number(text) : text);
const asBoolean = (text: string): unknown => (text === 'true' ? true : text === 'false' ? false : text);

type ParameterWords = Pick<Parameter, 'accepts' | 'description' | 'example' | 'values'>;
const optional = <S extends z.ZodMiniType>(
  schema: S,
  words: ParameterWords,
  read: (text: string) => unknown = asText,
): Parameter<S, false> => ({
  schema,
  read,
  required: false,
  ...words,
});

/** The same parameter where a question cannot do without it. */
export const required = <S extends z.ZodMiniType>(parameter: Parameter<S, boolean>): Parameter<S, true> => ({
  ...parameter,
  required: true,
});

const words = <const T extends readonly [string, ...string[]]>(values: T, description: string) =>
  optional(z.enum(values), { accepts: `one of ${values.join(', ')}`, description, example: values[0], values });
const yesOrNo = (description: string) => optional(z.boolean(), { accepts: 'true or false', description, example: 'true' }, asBoolean);

/** RFC 3339, years of four digits that a date of this age can have. */
export const timePattern =
  /^[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$/;

/** The 30th of February fits the pattern; the calendar says what it is. */
function isDay(text: string): boolean {
  const [year = 0, month = 0, day = 0] = text.slice(0, 10).split('-').map(Number);
  return new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;
}

const time = (description: string) =>
  optional(z.string().check(z.regex(timePattern), z.refine(isDay, { abort: false })), {
    accepts: 'a time in RFC 3339, such as 2026-11-01T12:00:00Z',
    description,
    example: '2026-11-01T12:00:00Z',
  });

/** An accepted time as the table keeps them: UTC, milliseconds. */
export const instant = (text: string): string => new Date(text).toISOString();

/** An accepted time at which something was so. A time to come is refused. */
export function pastInstant(parameter: string, text: string, now: Date): string {
  const moment = instant(text);
  if (moment <= now.toISOString()) return moment;
  throw refusedParameters([{ parameter, given: moment, accepted: `a time up to now (${now.toISOString()})` }]);
}

/** A period of a query, RFC 3339 in UTC, both ends included. */
export interface RequestedPeriod {
  readonly from?: string | undefined;
  readonly to: string;
}

/** The requested period. Without an end it goes on to now; one that ends before it begins is refused. */
export function periodOf({ from, to }: Partial<RequestedPeriod>, now: Date): RequestedPeriod {
  const [begin, end] = [from === undefined ? undefined : instant(from), to === undefined ? undefined : instant(to)];
  if (begin === undefined) return { to: end ?? now.toISOString() };
  if (end !== undefined && end < begin)
    throw refusedParameters([{ parameter: 'to', given: end, accepted: `a time not before from (${begin})` }]);
  return { from: begin, to: end ?? (begin > now.toISOString() ? begin : now.toISOString()) };
}

/** Names are keys of indexes, which hold 2,048 bytes; they are longer in bytes than in characters. */
const mostBytes = 2048;
const name = (what: string, description: string, example: string) =>
  optional(
    z.string().check(
      z.minLength(1),
      z.maxLength(1024),
      z.refine((text) => new TextEncoder().encode(text).length <= mostBytes, { abort: false }),
    ),
    { accepts: `${what}, at most 1,024 characters`, description, example },
  );

export const maxPage = 200;
export const defaultPage = 50;

const limit = optional(
  z.int().check(z.gte(1), z.lte(maxPage)),
  {
    accepts: `a whole number from 1 to ${maxPage}`,
    description: `Most items of a page; default ${defaultPage}. A page with fewer items is not always the last.`,
    example: String(defaultPage),
  },
  asNumber,
);

const cursor = optional(z.string().check(z.regex(/^[A-Za-z0-9_-]{1,2048}$/)), {
  accepts: 'the cursor of a page of the same query',
  description: 'The unchanged cursor of the page before. All other parameters must be the same as before.',
  example: '',
});

/** Every parameter there is, by its name. */
export const parameter = {
  account: optional(z.string().check(z.regex(/^[0-9]{12}$/)), {
    accepts: 'the id of an account, 12 digits',
    description: 'Only this account.',
    example: '111122223333',
  }),
  region: optional(z.string().check(z.regex(/^[a-z]{2,4}(-[a-z]{1,12}){1,3}-[0-9]{1,2}$/)), {
    accepts: 'the name of a region, such as us-west-2',
    description: 'Only this region.',
    example: 'us-west-2',
  }),
  cluster: name('the name of a cluster', 'Only items of this cluster, planned or running.', 'llm-train'),
  check: optional(z.string().check(z.regex(/^[a-z0-9-]{1,64}$/)), {
    accepts: 'the id of a check, such as efa-self-traffic',
    description: 'Only this check: one of this version, or one with stored findings.',
    example: 'efa-self-traffic',
  }),
  resource: name('the name of a resource, as in findings', 'Only items of this resource.', 'sg-0123456789abcdef0'),
  // The parts of an id are percent-encoded themselves, so it has no other signs; a key could not hold 1,024 of those.
  id: optional(z.string().check(z.regex(/^[!-~]{1,1024}$/)), {
    accepts: 'the id of a finding, at most 1,024 characters',
    description: 'The id of the finding, percent-encoded as one part of the path.',
    example: 'efa-self-traffic/llm-train/-/sg-1',
  }),
  level: words(
    levels,
    'Only findings of this level. required: a failure makes a cluster BLOCKED. recommended: AT RISK. advice: no change of readiness.',
  ),
  status: words(['pass', 'fail'], 'Only findings with this status.'),
  state: words(['BLOCKED', 'UNKNOWN', 'AT_RISK', 'READY'], 'Only clusters in this state.'),
  muted: yesOrNo('true: only muted items. false: only items that are not muted.'),
  open: yesOrNo('true: only failures that are not muted. false: only items that pass or are muted.'),
  of: words(['finding', 'coverage', 'readiness'], 'Only changes of findings, coverage rows or readiness.'),
  cause: words(['account', 'plan', 'auditor', 'visibility', 'baseline'], 'Only changes with this cause.'),
  at: time('The state at this time, by the last audit before it. Not in the future. Default: now.'),
  from: time('From this time on, inclusive.'),
  to: time('Up to this time, inclusive; not before `from`. Default: now.'),
  limit,
  cursor,
} as const satisfies ParameterSet;

/** Parameters that every question with pages has. */
export const paging = { limit, cursor } as const;

/** What is given too often to be shown whole in a refusal. */
const shown = (text: string): string => (text.length > 100 ? `${text.slice(0, 100)}…` : text);

/**
 * Parameters from pairs of names and texts. Throws `Refused` that names every one which is unknown, doubled, missing or
 * not accepted.
 */
export function readParameters<P extends ParameterSet>(known: P, given: Iterable<readonly [string, string]>): ParameterValues<P> {
  const errors: ParameterError[] = [];
  const values = new Map<string, unknown>();
  for (const [name, text] of given) {
    const parameter = Object.hasOwn(known, name) ? known[name] : undefined;
    if (!parameter)
      errors.push({
        parameter: shown(name),
        given: shown(text),
        accepted: `nothing: this query has the parameters ${Object.keys(known).join(', ')}`,
      });
    else if (values.has(name)) errors.push({ parameter: name, given: shown(text), accepted: 'one value; it was given twice' });
    else {
      const read = parameter.schema.safeParse(parameter.read(text));
      values.set(name, read.data);
      if (read.success) continue;
      const suggestion = closest(text, parameter.values ?? []);
      errors.push({ parameter: name, given: shown(text), accepted: parameter.accepts, ...(suggestion !== undefined && { suggestion }) });
    }
  }
  for (const [name, parameter] of Object.entries(known))
    if (parameter.required && !values.has(name)) errors.push({ parameter: name, accepted: parameter.accepts });
  if (errors.length > 0) throw refusedParameters(errors);
  return Object.fromEntries(values) as ParameterValues<P>;
}
