/** How long an amount lasts, as the page says it. */
import { expect, test } from 'vitest';
import { estimateText } from '../../../functions/dashboard/page/estimate-text.ts';

const falling = { perDay: -13, plusMinus: 1.2, runsOut: '2026-12-05', earliest: '2026-12-03', latest: '2026-12-06' };

test.each([
  { name: 'short', headroom: -1, trend: falling, words: 'Short already.' },
  { name: 'too few days', headroom: 3, trend: undefined, words: 'Too few days for an estimate.' },
  {
    name: 'a fall',
    headroom: 139,
    trend: falling,
    words: 'Estimate: runs out on 2026-12-05 (between 2026-12-03 and 2026-12-06, 95 %), -13.0 a day (± 1.2).',
  },
  {
    name: 'a fall that may be none',
    headroom: 82,
    trend: { perDay: -9, plusMinus: 22, runsOut: '2026-11-12', earliest: '2026-11-05' },
    words: 'Estimate: runs out on 2026-11-12 (on 2026-11-05 at the earliest, possibly never, 95 %), -9.0 a day (± 22.0).',
  },
  {
    name: 'a fall without a doubt about the day',
    headroom: 70,
    trend: { perDay: -10, plusMinus: 0, runsOut: '2026-11-11', earliest: '2026-11-11', latest: '2026-11-11' },
    words: 'Estimate: runs out on 2026-11-11, -10.0 a day (± 0.0).',
  },
  { name: 'a rise', headroom: 9, trend: { perDay: 10, plusMinus: 0 }, words: 'Estimate: does not run out, +10.0 a day (± 0.0).' },
  {
    name: 'a rise that may be a fall',
    headroom: 9,
    trend: { perDay: 1, plusMinus: 2, earliest: '2026-11-30' },
    words: 'Estimate: does not run out before 2026-11-30, +1.0 a day (± 2.0).',
  },
  {
    name: 'just enough, day after day',
    headroom: 0,
    trend: { perDay: 0, plusMinus: 0 },
    words: 'Exactly enough, with nothing to spare, 0.0 a day (± 0.0).',
  },
  {
    name: 'just enough after a fall',
    headroom: 0,
    trend: { perDay: -10, plusMinus: 0, runsOut: '2026-11-06', earliest: '2026-11-06', latest: '2026-11-06' },
    words: 'Exactly enough, with nothing to spare, -10.0 a day (± 0.0).',
  },
  { name: 'just enough, on one day', headroom: 0, trend: undefined, words: 'Exactly enough, with nothing to spare.' },
  {
    name: 'a very slow fall',
    headroom: 900,
    trend: { perDay: -0.0123, plusMinus: 0.0041 },
    words: 'Estimate: does not run out, -0.01 a day (± 0.004).',
  },
])('$name', ({ headroom, trend, words }) => {
  expect(estimateText({ headroom, trend })).toBe(words);
});
