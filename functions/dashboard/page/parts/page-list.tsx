/** What every list has around it: that it is being read, that it failed, that there is nothing, that there is more. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { timeWords } from '../../../../shared/core/render/words.ts';
import type { AnswerList } from '../answers.ts';
import { noAuditText } from '../empty-text.ts';

interface PageListProps<T> {
  readonly answered: AnswerList<T>;
  readonly shown: number;
  /** Said where there is nothing to show, of what is known. */
  readonly nothing: ComponentChildren;
  /** The address of this view with another value of a filter. */
  readonly withFilter?: (filter: Readonly<Record<string, string>>) => string;
  readonly children: ComponentChildren;
}

export function PageList<T>({ answered, shown, nothing, withFilter, children }: PageListProps<T>) {
  const { error, loading, more, notKept, notKnown, fixes } = answered;
  const isUnknown = notKnown !== undefined && notKnown.unknown.length > 0;
  const wrong = error ?? (isUnknown ? notKnown.detail : undefined);
  return (
    <>
      {wrong !== undefined && (
        <p class="error" role="alert">
          {wrong}
          {withFilter &&
            fixes.map(({ parameter, suggestion }) => (
              <span key={parameter}>
                {' '}
                <a href={withFilter({ [parameter]: suggestion })}>Show {suggestion}</a>
              </span>
            ))}
        </p>
      )}
      {notKept.map((place) => (
        <p class="notice" key={`${place.account}/${place.region}`}>
          {place.account}, {place.region}: that moment is not kept
          {place.notKeptBefore === undefined ? '.' : `; moments are kept from ${timeWords(place.notKeptBefore)} on.`}
        </p>
      ))}
      {children}
      {shown === 0 && !loading && wrong === undefined && <p class="nothing">{notKnown ? noAuditText : nothing}</p>}
      <p class="loading" role="status">
        {loading ? 'Reading …' : ''}
      </p>
      {more && <More onMore={more} />}
    </>
  );
}

/** Goes on when it comes into sight; a button for whoever does not scroll. */
function More({ onMore }: { readonly onMore: () => void }) {
  const button = useRef<HTMLButtonElement>(null);
  const act = useRef(onMore);
  act.current = onMore;
  useEffect(() => {
    if (!button.current) return;
    const seen = new IntersectionObserver(
      (entries) => {
        if (entries.some((e) => e.isIntersecting)) act.current();
      },
      // A screen ahead, so that whoever scrolls does not wait.
      { rootMargin: '0px 0px 100% 0px' },
    );
    seen.observe(button.current);
    return () => seen.disconnect();
  }, []);
  return (
    <button type="button" class="more" ref={button} onClick={onMore}>
      Show more
    </button>
  );
}
