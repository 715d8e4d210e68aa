/** The first of many, and more when they are asked for. */
import { useState } from 'preact/hooks';

const step = 25;

/** The first of all, and a button for more where there are; `what` is what they are, in the plural. */
export function useFirstRows<T>(all: readonly T[], what: string, begin: number = step) {
  const [most, setMost] = useState(begin);
  const left = all.length - most;
  const button = left > 0 && (
    <button type="button" class="more" onClick={() => setMost(most + step)}>
      Show more {what} ({left.toLocaleString('en-US')} not shown)
    </button>
  );
  return { first: all.slice(0, most), button };
}
