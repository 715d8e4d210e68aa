/** What the plan's schema says to people: for each value, in words, what is accepted; for each key, what it means. */
import * as z from 'zod';
import { closest } from '../core/text/suggestion.ts';

interface SchemaWords {
  /** Completes "expected …". */
  readonly accepted?: string;
  /** What was probably meant by a value that is not accepted. */
  readonly hint?: (value: unknown) => string | undefined;
  /** What holds where the key is left out, for the reference. */
  readonly absent?: string;
  /** Words this version knows, of a set that AWS may add to. */
  readonly known?: readonly string[];
}

const registry = z.registry<SchemaWords>();

/** The words for a schema; its own, else those of the schema it was derived from. */
export const sayings = (schema: z.core.$ZodType | undefined): SchemaWords => (schema && registry.get(schema)) ?? {};

/** Gives a schema its words. Last in a chain of refinements: each of them makes a new schema. */
export function accepts<S extends z.ZodType>(schema: S, accepted: string, hint?: SchemaWords['hint']): S {
  return registry.add(schema, { accepted, ...(hint && { hint }) }) && schema;
}

/** Describes a key for editors and for the reference. `absent`: what holds without it. */
export function key<S extends z.ZodType>(schema: S, description: string, more: { examples?: unknown[]; absent?: string } = {}): S {
  const described = schema.meta({ description, ...(more.examples && { examples: more.examples }) });
  if (more.absent !== undefined) registry.add(described, { absent: more.absent });
  return described;
}

/** A whole number of a range. */
export const whole = (min: number, max: number) => accepts(z.int().min(min).max(max), `a whole number from ${min} to ${max}`);

export const flag = accepts(z.boolean(), 'true or false');

/** A text of a shape. */
export const shaped = (pattern: RegExp, accepted: string, max?: number) =>
  accepts(max === undefined ? z.string().regex(pattern) : z.string().max(max).regex(pattern), accepted);

/**
 * A text held against a pattern that only Unicode-aware engines know. Editors' engines differ in that, so the JSON Schema
 * does without it and only the parser looks.
 */
export const matching = (pattern: RegExp, accepted: string, min: number, max: number) =>
  accepts(
    z
      .string()
      .min(min)
      .max(max)
      .refine((text) => pattern.test(text)),
    accepted,
  );

/** A text for people: something on one line. */
export const line = (max: number) => matching(/^(?=.*\S)[^\p{Cc}\u2028\u2029]+$/u, `a text on one line, up to ${max} characters`, 1, max);

const either = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;

const meant = (words: readonly string[]) => (value: unknown) => {
  const near = typeof value === 'string' ? closest(value, words) : undefined;
  return near && `did you mean ${near}?`;
};

/** One of a closed set of words. */
export const oneOf = <const W extends readonly string[]>(words: W) => accepts(z.enum(words), either(words), meant(words));

/**
 * One of a set of words that AWS may add to and no check depends on: a word we do not know is accepted, since a plan
 * must not break on the day AWS adds one; a known word written wrongly is not.
 */
export function wordLike(words: readonly string[], pattern = /^[A-Z][A-Za-z0-9]{1,63}$/) {
  const schema = z
    .string()
    .regex(pattern)
    .refine((word) => words.includes(word) || closest(word, words) === undefined);
  registry.add(schema, { accepted: either(words), hint: meant(words), known: words });
  return schema;
}

/** A list with its bounds in words. */
export function list<S extends z.ZodType>(item: S, min: number, max: number | undefined, what: string) {
  const bounds = max === undefined ? (min === 0 ? '' : `at least ${min} `) : min === 0 ? `up to ${max} ` : `${min} to ${max} `;
  const schema = z.array(item).min(min);
  return accepts(max === undefined ? schema : schema.max(max), `a list of ${bounds}${what}`);
}

const keysText = (keys: readonly string[]): string => {
  const shown = keys.length > 5 ? `${keys.slice(0, 4).join(', ')} and so on` : either(keys).replace(/ or ([^ ]+)$/, ' and $1');
  return keys.length === 0 ? 'an empty mapping, {}' : `a mapping with ${shown}`;
};

/** A mapping with exactly these keys; an unknown key is a mistake. */
export const mapping = <S extends z.core.$ZodLooseShape>(shape: S, accepted = keysText(Object.keys(shape))) =>
  accepts(z.strictObject(shape), accepted);

/** A structure of the API, to which AWS may add members: `unknown-members.ts` reports those that this version does not know. */
export const structure = <S extends z.core.$ZodLooseShape>(shape: S, accepted = keysText(Object.keys(shape))) =>
  accepts(z.looseObject(shape), accepted);
