/** What every list has around it: that it is being read, that it failed, that there is nothing, that there is more. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { timeWords } from '../../../../shared/core/render/words.ts';
import type { Answered } from '../answers.ts';

interface AroundProps<T> {
  readonly answered: Answered<T>;
  readonly shown: number;
  /** Said where there is nothing to show. */
  readonly nothing: ComponentChildren;
  readonly children: ComponentChildren;
}

export function Around<T>({ answered, shown, nothing, children }: AroundProps<T>) {
  const { error, loading, more, notKept } = answered;
  return (
    <>
      {error !== undefined && (
        <p class="error" role="alert">
          {error}
        </p>
      )}
      {notKept.map((place) => (
        <p class="notice" key={`${place.account}/${place.region}`}>
          {place.account}, {place.region}: that moment is not kept
          {place.notKeptBefore === undefined ? '.' : `; moments are kept from ${timeWords(place.notKeptBefore)} on.`}
        </p>
      ))}
      {children}
      {shown === 0 && !loading && error === undefined && <p class="nothing">{nothing}</p>}
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
