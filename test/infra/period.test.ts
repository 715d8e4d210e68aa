/** How long a schedule may be silent before an alarm says so. */
import { describe, expect, test } from 'vitest';
import { longestGapMinutes, runsPerMonth, twoGaps } from '../../infra/period.ts';

test.each([
  ['rate(5 minutes)', 5],
  ['rate(1 hour)', 60],
  ['rate(2 days)', 2880],
  ['cron(0 * * * ? *)', 60],
  ['cron(0/15 * * * ? *)', 15],
  ['cron(0 6 * * ? *)', 1440],
  ['cron(0 6,18 * * ? *)', 720],
  ['cron(0 6,9 * * ? *)', 1260],
  ['cron(0/30 6-18 ? * MON-FRI *)', 59.5 * 60],
  ['cron(0 8 ? * MON *)', 7 * 1440],
  ['cron(0 8 ? * FRI-MON *)', 4 * 1440],
  ['cron(0 8 ? * 2-6 *)', 3 * 1440],
  ['cron(0 0 1 * ? *)', 31 * 1440],
  ['cron(0 0 29 2 ? *)', undefined],
  ['cron(0 6 L * ? *)', undefined],
  ['cron(0 6 ? * 2#1 *)', undefined],
  ['cron(0 6 * * ? 2027)', undefined],
])('%s: %s minutes at the longest', (schedule, minutes) => {
  expect(longestGapMinutes(schedule)).toBe(minutes);
});

describe('two gaps as an alarm can look at them', () => {
  test.each([
    [1, { periodSeconds: 300, periods: 2 }],
    [5, { periodSeconds: 300, periods: 2 }],
    [60, { periodSeconds: 3600, periods: 2 }],
    [90, { periodSeconds: 5400, periods: 2 }],
    [1440, { periodSeconds: 86_400, periods: 2 }],
    [2880, { periodSeconds: 86_400, periods: 4 }],
    [5040, { periodSeconds: 86_400, periods: 7 }],
    [5041, undefined],
    [10_080, undefined],
  ])('%i minutes', (minutes, window) => {
    expect(twoGaps(minutes)).toEqual(window);
  });

  test('are looked at in stretches and over times that CloudWatch takes', () => {
    for (let minutes = 1; minutes < 6000; minutes += 7) {
      const window = twoGaps(minutes);
      if (!window) continue;
      const { periodSeconds, periods } = window;
      expect(periodSeconds % 60).toBe(0);
      expect(periodSeconds).toBeLessThanOrEqual(86_400);
      expect(periodSeconds * periods).toBeLessThanOrEqual(periodSeconds < 3600 ? 86_400 : 7 * 86_400);
      expect(periodSeconds * periods).toBeGreaterThanOrEqual(2 * minutes * 60);
    }
  });
});

test.each([
  ['rate(1 hour)', 730],
  ['rate(5 minutes)', 8760],
  ['rate(1 day)', 730 / 24],
  ['cron(0 * * * ? *)', 730],
  ['cron(0 6,18 * * ? *)', 730 / 12],
  ['cron(0 8 ? * MON *)', (730 / 24) * (105 / 732)],
  ['cron(0 6 L * ? *)', undefined],
])('%s runs %d times a month', (schedule, runs) => {
  const found = runsPerMonth(schedule);
  if (runs === undefined) expect(found).toBeUndefined();
  else expect(found).toBeCloseTo(runs, 6);
});
