/** Answers to a question as they come in, page by page, for as long as a view asks for more. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Answers, Asked, QuestionName } from './questions.ts';
import type { Source } from './source.ts';

export interface Answered<T> {
  readonly items: readonly T[];
  /** What went wrong, as a sentence. */
  readonly error?: string;
  readonly loading: boolean;
  /** Asks for more; absent where there is no more. */
  readonly more?: () => void;
  /** Places of which the moment asked for is not kept. */
  readonly notKept: readonly { readonly account: string; readonly region: string; readonly notKeptBefore?: string | undefined }[];
}

interface Kept<T> {
  readonly key: string;
  readonly items: readonly T[];
  readonly cursor?: string | undefined;
  readonly error?: string;
  readonly loading: boolean;
  readonly notKept: Answered<T>['notKept'];
}

/** A parameter: as many items a page as there may be, for what is read to its end anyway. */
export const largestPages = { limit: '200' } as const;

/**
 * `atLeast`: goes on by itself until it has so many items that `wanted` lets through, or there are no more; what came so
 * far stands in `items` meanwhile.
 */
export function useAnswers<Q extends QuestionName>(
  source: Source,
  question: Q,
  asked: Asked,
  { atLeast = 1, wanted = () => true }: { readonly atLeast?: number; readonly wanted?: (item: Answers[Q]) => boolean } = {},
): Answered<Answers[Q]> {
  const key = JSON.stringify([question, asked]);
  const empty: Kept<Answers[Q]> = { key, items: [], loading: true, notKept: [] };
  const [kept, setKept] = useState(empty);
  const now = useRef(key);
  now.current = key;

  const load = (cursor: string | undefined, before: readonly Answers[Q][]): void => {
    setKept((k) => ({ ...(k.key === key ? k : empty), loading: true }));
    source.ask(question, { ...asked, cursor }).then(
      (page) => {
        if (now.current !== key) return;
        const items = [...before, ...page.items];
        const goesOn = page.cursor !== undefined && items.filter(wanted).length < atLeast;
        setKept({ key, items, cursor: page.cursor, loading: goesOn, notKept: page.notKept ?? [] });
        if (goesOn) load(page.cursor, items);
      },
      (error: unknown) => {
        if (now.current === key)
          setKept({ key, items: before, loading: false, error: error instanceof Error ? error.message : String(error), notKept: [] });
      },
    );
  };
  useEffect(() => load(undefined, []), [key]);

  const shown = kept.key === key ? kept : empty;
  return {
    items: shown.items,
    loading: shown.loading,
    notKept: shown.notKept,
    ...(shown.error !== undefined && { error: shown.error }),
    ...(shown.cursor !== undefined && !shown.loading && { more: () => load(shown.cursor, shown.items) }),
  };
}
