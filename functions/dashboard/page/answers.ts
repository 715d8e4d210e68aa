/** Answers to a question as they come in, page by page, for as long as a view asks for more. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ResultPage } from '../../../shared/query/page.ts';
import { QueryError } from '../../../shared/query/problem.ts';
import type { NotKnown } from '../../../shared/query/unknown-values.ts';
import type { AnswerItems, QuestionName, QuestionParameters } from './questions.ts';
import { type AnswerSource, ServerRefusalError } from './source.ts';

interface LoadedItems<T> {
  readonly items: readonly T[];
  /** What went wrong, as a sentence. */
  readonly error?: string;
  readonly loading: boolean;
  /** Regions of which the requested moment is not stored. */
  readonly notKept: readonly { readonly account: string; readonly region: string; readonly notKeptBefore?: string | undefined }[];
  /** Nothing could have been found: the value of a filter does not occur, or nothing is stored at all. */
  readonly notKnown?: NotKnown | undefined;
  /** Values that were probably meant, of what was refused or does not occur. */
  readonly suggestions: readonly FilterSuggestion[];
}

export interface AnswerList<T> extends LoadedItems<T> {
  /** Asks for more; absent where there is no more. */
  readonly more?: (() => void) | undefined;
}

/** A filter and the value that was probably meant. */
export interface FilterSuggestion {
  readonly parameter: string;
  readonly suggestion: string;
}

interface LoadState<T> extends LoadedItems<T> {
  readonly key: string;
  readonly cursor?: string | undefined;
}

const suggestionsOf = (
  errors: readonly { readonly parameter: string; readonly suggestion?: string | undefined }[] = [],
): readonly FilterSuggestion[] =>
  errors.flatMap(({ parameter, suggestion }) => (suggestion === undefined ? [] : [{ parameter, suggestion }]));

const notKnownOf = ({ known, detail, unknown }: ResultPage<unknown>): NotKnown | undefined =>
  known === false ? { known, detail: detail ?? '', unknown: unknown ?? [] } : undefined;

/** A parameter: as many items a page as there may be, for what is read to its end anyway. */
export const largestPages = { limit: '200' } as const;

interface LoadOptions<T> {
  /** Reads on until it has so many items that match, or there are no more; `items` holds what came so far. */
  readonly atLeast?: number;
  readonly matches?: (item: T) => boolean;
}

export function useAnswers<Q extends QuestionName>(
  source: AnswerSource,
  question: Q,
  asked: QuestionParameters,
  { atLeast = 1, matches = () => true }: LoadOptions<AnswerItems[Q]> = {},
): AnswerList<AnswerItems[Q]> {
  const key = JSON.stringify([question, asked]);
  const empty: LoadState<AnswerItems[Q]> = { key, items: [], loading: true, notKept: [], suggestions: [] };
  const [state, setState] = useState(empty);
  const latestKey = useRef(key);
  latestKey.current = key;

  const load = (cursor: string | undefined, before: readonly AnswerItems[Q][]): void => {
    setState((s) => ({ ...(s.key === key ? s : empty), loading: true }));
    source.ask(question, { ...asked, cursor }).then(
      (page) => {
        if (latestKey.current !== key) return;
        const items = [...before, ...page.items];
        const loading = page.cursor !== undefined && items.filter(matches).length < atLeast;
        // What no longer occurs may still be in the past, and was found there.
        const notKnown = items.length === 0 ? notKnownOf(page) : undefined;
        const suggestions = suggestionsOf(notKnown?.unknown);
        setState({ key, items, cursor: page.cursor, loading, notKept: page.notKept ?? [], notKnown, suggestions });
        if (loading) load(page.cursor, items);
      },
      (error: unknown) => {
        if (latestKey.current !== key) return;
        const problem = error instanceof QueryError || error instanceof ServerRefusalError ? error.problem : undefined;
        const message = error instanceof Error ? error.message : String(error);
        setState({ key, items: before, loading: false, error: message, notKept: [], suggestions: suggestionsOf(problem?.errors) });
      },
    );
  };
  useEffect(() => load(undefined, []), [key]);

  const { cursor, ...list } = state.key === key ? state : empty;
  return { ...list, more: cursor !== undefined && !list.loading ? () => load(cursor, list.items) : undefined };
}

/** Everything that a question is answered with, however many pages it fills. */
export async function readToEnd<Q extends QuestionName>(
  source: AnswerSource,
  question: Q,
  asked: QuestionParameters,
): Promise<readonly AnswerItems[Q][]> {
  const items: AnswerItems[Q][] = [];
  let cursor: string | undefined;
  do {
    const page = await source.ask(question, { ...asked, ...largestPages, cursor });
    items.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return items;
}
