/** The first of many: a browser takes seconds to draw thousands. */
import { useState } from 'preact/hooks';

const step = 200;

/** The first of all, and a button for more where there are; `what` is what they are, in the plural. */
export function useFirstRows<T>(all: readonly T[], what: string) {
  const [most, setMost] = useState(step);
  const left = all.length - most;
  const button = left > 0 && (
    <button type="button" onClick={() => setMost(most + step)}>
      Show more {what} ({left.toLocaleString('en-US')} are left)
    </button>
  );
  return { first: all.slice(0, most), button };
}
