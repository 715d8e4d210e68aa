/** How long ago a moment was, and exactly when. Pure. */
import { timeWords } from '../../../../shared/core/render/words.ts';

const steps: readonly (readonly [seconds: number, unit: Intl.RelativeTimeFormatUnit])[] = [
  [31_557_600, 'year'],
  [2_629_800, 'month'],
  [86_400, 'day'],
  [3600, 'hour'],
  [60, 'minute'],
];
const words = new Intl.RelativeTimeFormat('en', { numeric: 'always' });

/** `age`: `5 hours ago`, `just now`; `exact`: to the minute. `orLater`: it may have been any time since. */
export function momentWords(at: string, now: number, orLater = false): { readonly age: string; readonly exact: string } {
  const seconds = (Date.parse(at) - now) / 1000;
  const step = steps.find(([size]) => Math.abs(seconds) >= size);
  const age = step ? words.format(Math.trunc(seconds / step[0]), step[1]) : 'just now';
  if (!orLater) return { age, exact: timeWords(at) };
  return { age: step && seconds < 0 ? `at most ${age}` : age, exact: `${timeWords(at)} or later` };
}
