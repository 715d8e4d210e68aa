/** Answers to a question as they come in, page by page, for as long as a view asks for more. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ResultPage } from '../../../shared/query/page.ts';
import { type Problem, QueryError } from '../../../shared/query/problem.ts';
import type { NotKnown } from '../../../shared/query/unknown-values.ts';
import type { AnswerItems, QuestionName, QuestionParameters } from './questions.ts';
import { type AnswerSource, ServerRefusalError } from './source.ts';

export interface AnswerList<T> {
  readonly items: readonly T[];
  /** What went wrong, as a sentence. */
  readonly error?: string;
  readonly loading: boolean;
  /** Asks for more; absent where there is no more. */
  readonly more?: () => void;
  /** Places of which the moment asked for is not kept. */
  readonly notKept: readonly { readonly account: string; readonly region: string; readonly notKeptBefore?: string | undefined }[];
  /** Nothing could have been found: the value of a filter does not occur, or nothing is stored at all. */
  readonly notKnown?: NotKnown;
  /** Values that were probably meant, of what was refused or does not occur. */
  readonly fixes: readonly FilterSuggestion[];
}

/** A filter and the value that was probably meant. */
export interface FilterSuggestion {
  readonly parameter: string;
  readonly suggestion: string;
}

const fixesOf = (
  of: readonly { readonly parameter: string; readonly suggestion?: string | undefined }[] = [],
): readonly FilterSuggestion[] => of.flatMap(({ parameter, suggestion }) => (suggestion === undefined ? [] : [{ parameter, suggestion }]));

/** What a source refused, where it says so. */
const problemOf = (error: unknown): Problem | undefined =>
  error instanceof QueryError || error instanceof ServerRefusalError ? error.problem : undefined;

const notKnownOf = ({ known, detail, unknown }: ResultPage<unknown>): NotKnown | undefined =>
  known === false ? { known, detail: detail ?? '', unknown: unknown ?? [] } : undefined;

interface LoadState<T> {
  readonly key: string;
  readonly items: readonly T[];
  readonly cursor?: string | undefined;
  readonly error?: string;
  readonly loading: boolean;
  readonly notKept: AnswerList<T>['notKept'];
  readonly notKnown?: NotKnown | undefined;
  readonly fixes: readonly FilterSuggestion[];
}

/** A parameter: as many items a page as there may be, for what is read to its end anyway. */
export const largestPages = { limit: '200' } as const;

/**
 * `atLeast`: goes on by itself until it has so many items that `wanted` lets through, or there are no more; what came so
 * far stands in `items` meanwhile.
 */
export function useAnswers<Q extends QuestionName>(
  source: AnswerSource,
  question: Q,
  asked: QuestionParameters,
  { atLeast = 1, wanted = () => true }: { readonly atLeast?: number; readonly wanted?: (item: AnswerItems[Q]) => boolean } = {},
): AnswerList<AnswerItems[Q]> {
  const key = JSON.stringify([question, asked]);
  const empty: LoadState<AnswerItems[Q]> = { key, items: [], loading: true, notKept: [], fixes: [] };
  const [kept, setKept] = useState(empty);
  const now = useRef(key);
  now.current = key;

  const load = (cursor: string | undefined, before: readonly AnswerItems[Q][]): void => {
    setKept((k) => ({ ...(k.key === key ? k : empty), loading: true }));
    source.ask(question, { ...asked, cursor }).then(
      (page) => {
        if (now.current !== key) return;
        const items = [...before, ...page.items];
        const goesOn = page.cursor !== undefined && items.filter(wanted).length < atLeast;
        // What no longer occurs may still be in the past, and was found there.
        const notKnown = items.length === 0 ? notKnownOf(page) : undefined;
        const fixes = fixesOf(notKnown?.unknown);
        setKept({ key, items, cursor: page.cursor, loading: goesOn, notKept: page.notKept ?? [], notKnown, fixes });
        if (goesOn) load(page.cursor, items);
      },
      (error: unknown) => {
        if (now.current !== key) return;
        const words = error instanceof Error ? error.message : String(error);
        setKept({ key, items: before, loading: false, error: words, notKept: [], fixes: fixesOf(problemOf(error)?.errors) });
      },
    );
  };
  useEffect(() => load(undefined, []), [key]);

  const shown = kept.key === key ? kept : empty;
  return {
    items: shown.items,
    loading: shown.loading,
    notKept: shown.notKept,
    fixes: shown.fixes,
    ...(shown.notKnown && { notKnown: shown.notKnown }),
    ...(shown.error !== undefined && { error: shown.error }),
    ...(shown.cursor !== undefined && !shown.loading && { more: () => load(shown.cursor, shown.items) }),
  };
}
