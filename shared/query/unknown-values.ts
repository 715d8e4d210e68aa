/**
 * Filters whose values occur nowhere: a mistyped name finds nothing, and nothing found must not look like an all-clear. What
 * is said of them, the same for the endpoint, the command line and a report. Without anything that reads the table.
 */

import * as z from 'zod/mini';
import { checkIds } from '../core/evaluation/check-ids.ts';
import { ownCommand } from '../core/text/own-command.ts';
import { closest, editDistance } from '../core/text/suggestion.ts';
import { some } from '../core/text/words.ts';
import { type QueryError, refusedParameters } from './problem.ts';
import { list } from './response-schemas.ts';

export const unknownFilter = () =>
  z.object({
    parameter: z.string(),
    given: z.string(),
    /** The value that was probably meant. */
    suggestion: z.optional(z.string()),
    /** Values that do occur, the nearest first; a few of them. */
    known: list(z.string()),
    /** How many more there are. */
    more: z.optional(z.int().check(z.gte(1))),
  });
export type UnknownFilter = z.output<ReturnType<typeof unknownFilter>>;

/** Of a page that found nothing: the filters that cannot find anything, and a sentence for people. */
export interface NotKnown {
  readonly known: false;
  readonly detail: string;
  /** Empty where nothing is stored at all. */
  readonly unknown: readonly UnknownFilter[];
}

const nouns = {
  account: ['account', 'accounts'],
  region: ['region', 'regions'],
  cluster: ['cluster', 'clusters'],
  check: ['check', 'checks'],
  resource: ['resource', 'resources'],
  id: ['finding', 'findings'],
} as const;
export type UnknownName = keyof typeof nouns;

const mostKnown = 10;
/** Names are shorter, and what differs in the ids of findings is; a longer text would take long to compare with a thousand. */
const longestCompared = 100;

/** What is given too often to be shown whole. */
const shown = (text: string): string => (text.length > 100 ? `${text.slice(0, 100)}…` : text);

/** Edits between two texts, without where they begin and end alike: ids of one check differ in little. */
function editsBetween(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  let begin = 0;
  while (begin < shorter && a[begin] === b[begin]) begin += 1;
  let end = 0;
  while (end < shorter - begin && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const differing = (text: string) => text.slice(begin, text.length - end).slice(0, longestCompared);
  return editDistance(differing(a), differing(b));
}

function nearestFirst(given: string, known: readonly string[]): readonly string[] {
  const meant = given.toLowerCase();
  return [...new Set(known)]
    .toSorted()
    .map((name) => [editsBetween(meant, name.toLowerCase()), name] as const)
    .toSorted(([a], [b]) => a - b)
    .map(([, name]) => name);
}

/**
 * `what`: what does not exist for the value, as the beginning of a sentence, such as `No audit is stored`. `where`: where it
 * was searched, such as ` in us-west-2`. `candidates`: the values that occur there.
 */
export function notKnown(
  name: UnknownName,
  given: string,
  {
    what,
    where = '',
    candidates,
    besides = '',
  }: {
    readonly what: string;
    readonly where?: string;
    readonly candidates: readonly string[];
    /** One more sentence. */
    readonly besides?: string;
  },
): NotKnown {
  const [one, several] = nouns[name];
  const sorted = nearestFirst(given, candidates);
  const suggestion = closest(given, sorted.slice(0, mostKnown));
  const known = sorted.slice(0, mostKnown);
  const more = sorted.length - known.length;
  const noun = name === 'id' ? 'the id' : one;
  const there = where === '' ? '' : ' there';
  const sentences = [
    `${what} for ${noun} ${shown(given)}${where}${suggestion === undefined ? '.' : `; did you mean ${suggestion}?`}`,
    besides,
    known.length > 0 ? `Known ${several}${there}: ${some(sorted, mostKnown)}.` : `No ${one} is known${there}.`,
  ];
  return {
    known: false,
    detail: sentences.filter((sentence) => sentence !== '').join(' '),
    unknown: [{ parameter: name, given, ...(suggestion !== undefined && { suggestion }), known, ...(more > 0 && { more }) }],
  };
}

/** The refusal of a check that neither this version nor anything stored has. */
export function unknownCheck(check: string, others: readonly string[] = []): QueryError {
  const suggestion = closest(check, [...checkIds, ...others]);
  return refusedParameters([
    {
      parameter: 'check',
      given: check,
      accepted: suggestion === undefined ? `the id of a check (\`${ownCommand(['checks'])}\` lists them)` : 'the id of a check',
      ...(suggestion !== undefined && { suggestion }),
    },
  ]);
}
