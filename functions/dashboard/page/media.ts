/** What the page is shown on: paper, a phone, or a screen. */
import { flushSync } from 'preact/compat';
import { useEffect, useState } from 'preact/hooks';

/** Whether a media query holds, now and from now on. */
function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    // A browser prints as soon as this returns, so what paper shows has to be drawn before.
    const follow = () => flushSync(() => setMatches(list.matches));
    list.addEventListener('change', follow);
    return () => list.removeEventListener('change', follow);
  }, [query]);
  return matches;
}

export const usePrinting = (): boolean => useMedia('print');
export const usePhone = (): boolean => useMedia('screen and (max-width: 48rem)');
