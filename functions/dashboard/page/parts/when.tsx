/** A moment: how long ago, and exactly when for whoever points at it or reads it aloud. */
import { timeWords } from '../../../../shared/core/render/words.ts';

const steps: readonly (readonly [seconds: number, unit: Intl.RelativeTimeFormatUnit])[] = [
  [31_557_600, 'year'],
  [2_629_800, 'month'],
  [86_400, 'day'],
  [3600, 'hour'],
  [60, 'minute'],
];
const words = new Intl.RelativeTimeFormat('en', { numeric: 'always' });

export function ageWords(at: string, now: number): string {
  const seconds = (Date.parse(at) - now) / 1000;
  const [size, unit] = steps.find(([s]) => Math.abs(seconds) >= s) ?? [1, 'second' as const];
  return unit === 'second' ? 'just now' : words.format(Math.trunc(seconds / size), unit);
}

/** `now`: when the page was made, where it is a report: its ages are those of that day. */
export const When = ({ at, now }: { readonly at: string; readonly now: number }) => (
  <time dateTime={at} title={timeWords(at)}>
    {ageWords(at, now)}
    <span class="exact"> ({timeWords(at)})</span>
  </time>
);
