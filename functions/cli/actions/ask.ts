/** Commands that ask what was found: `findings`, `coverage`, `changes` and `diff`. */

import { jsonText } from '../../../shared/core/text/json.ts';
import { printable } from '../../../shared/core/text/printable.ts';
import { changes } from '../../../shared/query/changes.ts';
import { coverage } from '../../../shared/query/coverage.ts';
import { diff } from '../../../shared/query/diff.ts';
import { findings } from '../../../shared/query/findings.ts';
import type { Question } from '../../../shared/query/question.ts';
import { readiness } from '../../../shared/query/readiness.ts';
import { NoAuditError } from '../../process/exit.ts';
import { currentIo, sayLine } from '../../process/io.ts';
import { emit, emitData } from '../../process/output.ts';
import { wrongPair } from '../../process/wrong-value.ts';
import type { AnswerFormat } from '../answer-format.ts';
import { changesFormat, coverageFormat, diffFormat, findingsFormat, textAnswer } from '../query-text.ts';
import {
  type Ask,
  largestPage,
  type NoAuditOf,
  type SourceOptions,
  UnknownFilterError,
  type WholeAnswer,
  wholeAnswer,
  withQuestions,
} from '../questions.ts';
import { screenOf } from '../screen.ts';
import { momentOf } from '../time-options.ts';

export interface AskOptions extends SourceOptions {
  readonly account?: readonly string[];
  readonly region?: readonly string[];
  /** Filters of the question, by the names of its parameters. */
  readonly [filter: string]: unknown;
  readonly since?: string;
  readonly limit?: number;
  readonly format: 'text' | 'json' | 'csv';
  readonly output?: string;
  readonly color?: boolean;
}

const moments = ['at', 'from', 'to'];
export const usualLimit = 1000;

/** Options that are parameters of the question, moments as RFC 3339 writes them; without the places. */
export function parametersOf(question: Question, options: AskOptions, now: Date): Record<string, string> {
  if (options.since !== undefined && options.from !== undefined) throw wrongPair(['--since', '--from'], 'Both say where to begin.');
  const given: Readonly<Record<string, unknown>> = { ...options, ...(options.since !== undefined && { from: options.since }) };
  const names = Object.keys(question.parameters).filter((name) => !['limit', 'cursor', 'account', 'region'].includes(name));
  return Object.fromEntries(
    names.flatMap((name) => {
      // An option without its value, as in `--open`, means yes.
      const value = given[name] === true ? 'true' : given[name];
      if (typeof value !== 'string') return [];
      return [
        [
          name,
          moments.includes(name) ? momentOf(value, `--${name === 'from' && options.since !== undefined ? 'since' : name}`, now) : value,
        ],
      ];
    }),
  );
}

/** An account, a region, both or neither. */
export type AskedPlace = { readonly account?: string; readonly region?: string };

/** Every account that is asked for with every region; one place without either where none is named. */
export function placesOf({ account, region }: Pick<AskOptions, 'account' | 'region'>): readonly AskedPlace[] {
  const accounts = [...new Set(account ?? [undefined])];
  const regions = [...new Set(region ?? [undefined])];
  return accounts.flatMap((a) => regions.map((r) => ({ ...(a !== undefined && { account: a }), ...(r !== undefined && { region: r }) })));
}

/** ` of account 111122223333, us-west-2,`; empty where no place is named. */
function placeNamed({ account, region }: AskedPlace): string {
  if (account === undefined) return region === undefined ? '' : ` of ${region}`;
  return region === undefined ? ` of account ${account}` : ` of account ${account}, ${region},`;
}

/** A question with its parameters, asked of each place. */
export interface Asked {
  readonly question: Question;
  readonly parameters: Readonly<Record<string, string>>;
  readonly places: readonly AskedPlace[];
}

async function answerAt(
  { question, parameters }: Asked,
  place: AskedPlace,
  most: number,
  ask: Ask,
  noAudit: NoAuditOf,
): Promise<WholeAnswer> {
  const whole = await wholeAnswer(question, { ...parameters, ...place }, most, ask);
  if (whole.unknown?.length === 0) throw noAudit('');
  if (whole.known === false) throw new UnknownFilterError(printable(whole.detail ?? ''), whole);
  // An endpoint of an earlier version does not say what is known.
  if (whole.items.length === 0 && (await wholeAnswer(readiness, place, largestPage, ask)).items.length === 0)
    throw noAudit(placeNamed(place));
  return whole;
}

const timeOf = (item: unknown): string => {
  const { factsAt, since } = item as { readonly factsAt?: string; readonly since?: string };
  return factsAt ?? since ?? '';
};

/** One answer out of those of several places, the newest first. */
function joined(answers: readonly WholeAnswer[], most: number): WholeAnswer {
  const [first] = answers;
  if (first && answers.length === 1) return first;
  const items = answers.flatMap((a) => a.items).toSorted((a, b) => (timeOf(a) === timeOf(b) ? 0 : timeOf(a) > timeOf(b) ? -1 : 1));
  const notKept = answers.flatMap((a) => a.notKept ?? []);
  return {
    items: items.slice(0, most),
    scanned: answers.reduce((n, a) => n + a.scanned, 0),
    keys: first?.keys ?? [],
    ...(notKept.length > 0 && { notKept }),
    ...((items.length > most || answers.some((a) => a.more)) && { more: true as const }),
  };
}

/**
 * The whole answer. Where there is nothing in it since the value of a filter does not occur, it ends with
 * `UnknownFilterError`; where nothing was ever audited, with `NoAuditError`. A place that is unknown ends it, whatever is found
 * in others; another filter only where it occurs in none of them.
 */
export async function answerOf(asked: Asked, most: number, ask: Ask, noAudit: NoAuditOf): Promise<WholeAnswer> {
  const answers: WholeAnswer[] = [];
  let unknown: UnknownFilterError | undefined;
  for (const place of asked.places) {
    try {
      answers.push(await answerAt(asked, place, most, ask, noAudit));
    } catch (error) {
      const isPlace = ({ parameter }: { readonly parameter: string }) => parameter === 'account' || parameter === 'region';
      if (!(error instanceof UnknownFilterError) || error.answer.unknown?.some(isPlace)) throw error;
      unknown ??= error;
    }
  }
  if (answers.length === 0 && unknown) throw unknown;
  return joined(answers, most);
}

const askedOf = (question: Question, options: AskOptions, now: Date): Asked => ({
  question,
  parameters: parametersOf(question, options, now),
  places: placesOf(options),
});

const answered = (asked: Asked, options: AskOptions): Promise<WholeAnswer> =>
  withQuestions(options, (ask, noAudit) => answerOf(asked, options.limit ?? usualLimit, ask, noAudit));

/** Shows what `ask` is answered. Where nothing could have been found programs get what they can read, too, before it ends. */
export async function show<T>(shown: AnswerFormat<T>, options: AskOptions, now: Date, ask: () => Promise<WholeAnswer>): Promise<number> {
  const whole = await ask().catch(async (error: unknown) => {
    if (error instanceof NoAuditError && options.format !== 'text')
      await print(shown, { items: [], scanned: 0, keys: [], noAudit: error.message }, options, now);
    if (error instanceof UnknownFilterError && options.format !== 'text') await print(shown, error.answer, options, now);
    throw error;
  });
  await print(shown, whole, options, now);
  return 0;
}

async function print<T>(shown: AnswerFormat<T>, whole: WholeAnswer, options: AskOptions, now: Date): Promise<void> {
  if (options.format === 'json') await emit(`${jsonText(whole, 2)}\n`, options.output);
  else if (options.format === 'text') {
    const screen = screenOf({ file: options.output !== undefined, ...(options.color !== undefined && { color: options.color }) });
    await emit(textAnswer(shown, whole, { ...screen, now }), options.output);
  } else {
    await emitData(shown.csv(whole.items as readonly T[]), options.output);
    if (whole.more) sayLine(`there is more than these ${whole.items.length}; --limit shows more, filters show less.`);
  }
}

const asks =
  <T>(question: Question, shown: AnswerFormat<T>) =>
  (options: AskOptions): Promise<number> => {
    const now = currentIo().now();
    return show(shown, options, now, async () => answered(askedOf(question, options, now), options));
  };

export const askFindings = asks(findings, findingsFormat);
export const askCoverage = asks(coverage, coverageFormat);
export const askChanges = asks(changes, changesFormat);
export const askDiff = asks(diff, diffFormat);
