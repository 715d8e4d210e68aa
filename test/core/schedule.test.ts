import { expect, test } from 'vitest';
import { longestGapMinutes, periodMinutes, runsPerMonth } from '../../shared/core/schedule.ts';

test.each([
  ['rate(1 hour)', 60],
  ['rate(15 minutes)', 15],
  ['rate(2 days)', 2880],
  ['rate(1 minute)', 1],
  ['cron(0 8 * * ? *)', undefined],
])('the period of %s', (schedule, minutes) => expect(periodMinutes(schedule)).toBe(minutes));

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
