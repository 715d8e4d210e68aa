/** Commands that ask what was found: `findings`, `coverage`, `history`, `changes` and `diff`. */

import { jsonText } from '../../../shared/core/text/json.ts';
import { printable } from '../../../shared/core/text/printable.ts';
import { changes } from '../../../shared/query/changes.ts';
import { coverage } from '../../../shared/query/coverage.ts';
import { diff } from '../../../shared/query/diff.ts';
import { history } from '../../../shared/query/finding-history.ts';
import { findings } from '../../../shared/query/findings.ts';
import type { Question } from '../../../shared/query/question.ts';
import { readiness } from '../../../shared/query/readiness.ts';
import { NoAuditError, NoResultError } from '../../process/exit.ts';
import { currentIo, sayLine } from '../../process/io.ts';
import { emit, emitData } from '../../process/output.ts';
import { type AnswerFormat, changesFormat, coverageFormat, diffFormat, findingsFormat, historyFormat, textAnswer } from '../query-text.ts';
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

/** Options that are parameters of the question, moments as RFC 3339 writes them. */
export function parametersOf(question: Question, options: AskOptions, now: Date): Record<string, string> {
  if (options.since !== undefined && options.from !== undefined)
    throw new NoResultError('--since and --from both say where to begin; name one of them.');
  const given: Readonly<Record<string, unknown>> = { ...options, ...(options.since !== undefined && { from: options.since }) };
  const names = Object.keys(question.parameters).filter((name) => name !== 'limit' && name !== 'cursor');
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

const placeOf = ({ account, region }: Readonly<Record<string, unknown>>) => ({
  ...(typeof account === 'string' && { account }),
  ...(typeof region === 'string' && { region }),
});

/** ` of account 111122223333, us-west-2,`; empty where no place is named. */
function placeNamed({ account, region }: ReturnType<typeof placeOf>): string {
  if (account === undefined) return region === undefined ? '' : ` of ${region}`;
  return region === undefined ? ` of account ${account}` : ` of account ${account}, ${region},`;
}

/**
 * The whole answer. Where there is nothing in it since the value of a filter does not occur, it ends with
 * `UnknownFilterError`; where nothing was ever audited, with `NoAuditError`.
 */
export async function answerOf(
  question: Question,
  parameters: Record<string, string>,
  most: number,
  ask: Ask,
  noAudit: NoAuditOf,
): Promise<WholeAnswer> {
  const whole = await wholeAnswer(question, parameters, most, ask);
  if (whole.unknown?.length === 0) throw noAudit('');
  if (whole.known === false) throw new UnknownFilterError(printable(whole.detail ?? ''), whole);
  // An endpoint of an earlier version does not say what is known.
  const place = placeOf(parameters);
  if (whole.items.length === 0 && (await wholeAnswer(readiness, place, largestPage, ask)).items.length === 0)
    throw noAudit(placeNamed(place));
  return whole;
}

const answered = (question: Question, parameters: Record<string, string>, options: AskOptions): Promise<WholeAnswer> =>
  withQuestions(options, (ask, noAudit) => answerOf(question, parameters, options.limit ?? usualLimit, ask, noAudit));

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
    return show(shown, options, now, async () => answered(question, parametersOf(question, options, now), options));
  };

export const askFindings = asks(findings, findingsFormat);
export const askCoverage = asks(coverage, coverageFormat);
export const askChanges = asks(changes, changesFormat);
export const askDiff = asks(diff, diffFormat);

/** The one region that a finding may be in, where options do not say. */
async function onlyPlace({ account, region, ...options }: AskOptions): Promise<Record<'account' | 'region', string>> {
  const { items } = await answered(readiness, placeOf({ account, region }), { ...options, limit: 2 });
  const [only, ...others] = items as readonly { readonly account: string; readonly region: string }[];
  if (!only || others.length > 0)
    throw new NoResultError('A finding is of one region of one account, and there are several here: name --account and --region.');
  return { account: only.account, region: only.region };
}

export function askHistory(id: string, options: AskOptions): Promise<number> {
  const now = currentIo().now();
  return show(historyFormat, options, now, async () => {
    const place = typeof options.account === 'string' && typeof options.region === 'string' ? {} : await onlyPlace(options);
    return answered(history, { ...parametersOf(history, { ...options, ...place }, now), id }, options);
  });
}
