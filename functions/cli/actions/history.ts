/** `history`: the changes of one finding, named by its id, by `account/region/id` as exports print it, or by the beginning of either. */

import { count } from '../../../shared/core/render/words.ts';
import { some } from '../../../shared/core/text/words.ts';
import { history } from '../../../shared/query/finding-history.ts';
import { findings } from '../../../shared/query/findings.ts';
import { readiness } from '../../../shared/query/readiness.ts';
import { NoResultError } from '../../process/exit.ts';
import { currentIo } from '../../process/io.ts';
import { wrongValue } from '../../process/wrong-value.ts';
import { historyFormat } from '../query-text.ts';
import { type Ask, type NoAuditOf, UnknownFilterError, type WholeAnswer, withQuestions } from '../questions.ts';
import { type AskedPlace, type AskOptions, answerOf, placesOf, show, usualLimit } from './ask.ts';

interface NamedFinding {
  readonly account: string;
  readonly region: string;
  readonly id: string;
}

/** Findings that are searched for the beginning of an id: those of one account, and not those of a whole organization. */
const mostSearched = 5000;

function findingNamed(text: string): AskedPlace & { readonly id: string } {
  const [, account, region, id] = /^(\d{12})\/([a-z]{2,}(?:-[a-z]+)+-\d)\/(.+)$/s.exec(text) ?? [];
  return account === undefined || region === undefined || id === undefined ? { id: text } : { account, region, id };
}

/** A finding with a whole id is one of it. */
const isOnePlace = ([place, ...others]: readonly AskedPlace[]): boolean =>
  place?.account !== undefined && place.region !== undefined && others.length === 0;

interface Search {
  readonly ask: Ask;
  readonly noAudit: NoAuditOf;
  readonly places: readonly AskedPlace[];
}

/** The answer, or `undefined` where what it asks for is stored nowhere. */
async function orUnknown(answer: Promise<WholeAnswer>): Promise<WholeAnswer | UnknownFilterError> {
  return answer.catch((error: unknown) => {
    const isOfPlace = (parameter: string) => parameter === 'account' || parameter === 'region';
    if (error instanceof UnknownFilterError && !error.answer.unknown?.some((u) => isOfPlace(u.parameter))) return error;
    throw error;
  });
}

/** The one finding that `given` names, or begins the id of; `undefined`: there is none. */
async function onlyFinding(given: string, { places, ask, noAudit }: Search): Promise<NamedFinding | undefined> {
  const [check] = given.split('/', 1);
  const parameters: Readonly<Record<string, string>> = given.includes('/') && check !== undefined ? { check } : {};
  const read = await orUnknown(answerOf({ question: findings, parameters, places }, mostSearched, ask, noAudit));
  if (read instanceof UnknownFilterError) return undefined;
  const among = read.items as readonly NamedFinding[];
  const exact = among.filter((f) => f.id === given);
  const found = exact.length > 0 ? exact : among.filter((f) => f.id.startsWith(given));
  // Those that were not searched may begin with it too, or have the same id.
  const isUndecided = read.more === true && found.length < 2;
  if (isUndecided && !isOnePlace(places))
    throw new NoResultError(
      `${given} may name findings of other regions too: only the first ${count(mostSearched, 'finding')} were searched. Name --account and --region.`,
    );
  if (isUndecided && found.length === 1)
    throw wrongValue('history', 'the whole id of a finding', given, `Only the first ${count(mostSearched, 'finding')} were searched.`);
  if (found.length < 2) return found[0];
  const full = found.map(({ account, region, id }) => `${account}/${region}/${id}`);
  const what = exact.length > 0 ? 'have' : 'begin with';
  throw wrongValue('history', 'the id of one finding', given, `${count(found.length, 'finding')} ${what} it: ${some(full, 4)}.`);
}

/** The one place that a finding may be in, where no finding of now has its id. */
async function onlyPlace({ places, ask, noAudit }: Search): Promise<readonly AskedPlace[]> {
  const { items } = await answerOf({ question: readiness, parameters: {}, places }, 2, ask, noAudit);
  const [only, ...others] = items as readonly NamedFinding[];
  if (only && others.length === 0) return [{ account: only.account, region: only.region }];
  throw new NoResultError('A finding is of one region of one account, and there are several here: name --account and --region.');
}

async function historyOf(given: string, search: Search, most: number): Promise<WholeAnswer> {
  const { ask, noAudit } = search;
  const of = (id: string, places: readonly AskedPlace[]) => answerOf({ question: history, parameters: { id }, places }, most, ask, noAudit);
  const exact = isOnePlace(search.places) ? await orUnknown(of(given, search.places)) : undefined;
  if (exact && !(exact instanceof UnknownFilterError)) return exact;
  const found = await onlyFinding(given, search);
  if (found) return of(found.id, [{ account: found.account, region: found.region }]);
  if (exact) throw exact;
  return of(given, await onlyPlace(search));
}

export function askHistory(given: string, options: AskOptions): Promise<number> {
  const now = currentIo().now();
  const { id, ...place } = findingNamed(given);
  const places = place.account === undefined ? placesOf(options) : [place];
  return show(historyFormat, options, now, () =>
    withQuestions(options, (ask, noAudit) => historyOf(id, { ask, noAudit, places }, options.limit ?? usualLimit)),
  );
}
