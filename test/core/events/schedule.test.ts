import { expect, test } from 'vitest';
import { longestGapMinutes, neverRuns, periodMinutes, runsPerMonth, shortestGapMinutes } from '../../../shared/core/events/schedule.ts';

test.each([
  ['rate(1 hour)', 60],
  ['rate(15 minutes)', 15],
  ['rate(2 days)', 2880],
  ['rate(1 minute)', 1],
  ['  rate(1 hour) ', 60],
  ['cron(0 8 * * ? *)', undefined],
  ['every rate(1 hour)', undefined],
  ['rate(1 hour) or so', undefined],
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
  ['cron(0 8 ? * SAT-SUN *)', 6 * 1440],
  ['cron(0 8 1 DEC-FEB ? *)', 304 * 1440],
  ['cron(0 0 31 12 ? *)', 366 * 1440],
  ['cron(50,10 8 * * ? *)', 1400],
  ['  cron( 0  6 * * ? * ) ', 1440],
  ['a cron(0 6 * * ? *)', undefined],
  ['cron(0 6 * * ? *) a', undefined],
  ['cron(L 6 * * ? *)', undefined],
  ['cron(0 W * * ? *)', undefined],
  ['cron(0 6-L * * ? *)', undefined],
  ['cron(0 0 29 2 ? *)', undefined],
  ['cron(0 6 L * ? *)', undefined],
  ['cron(0 6 ? * 2#1 *)', undefined],
  ['cron(0 6 * * ? 2027)', undefined],
])('%s: %s minutes at the longest', (schedule, minutes) => {
  expect(longestGapMinutes(schedule)).toBe(minutes);
});

test.each([
  ['rate(6 hours)', 360],
  ['cron(0/15 * * * ? *)', 15],
  ['cron(0 6,9 * * ? *)', 180],
  ['cron(50,10 8 * * ? *)', 40],
  ['cron(0 0 1 * ? *)', 28 * 1440],
  ['cron(0 6 L * ? *)', undefined],
])('%s: %s minutes at the shortest', (schedule, minutes) => {
  expect(shortestGapMinutes(schedule)).toBe(minutes);
});

test.each([
  ['rate(1 hour)', 730],
  ['rate(5 minutes)', 8760],
  ['rate(1 day)', 730 / 24],
  ['cron(0 * * * ? *)', 730],
  ['cron(0 6,18 * * ? *)', 730 / 12],
  ['cron(0 8 ? * MON *)', (730 / 24) * (105 / 732)],
  [' cron(0 * * * ? *) ', 730],
  ['x cron(0 * * * ? *)', undefined],
  ['cron(0 * * * ? *) x', undefined],
  ['cron(0 6 L * ? *)', undefined],
])('%s runs %d times a month', (schedule, runs) => {
  const found = runsPerMonth(schedule);
  if (runs === undefined) expect(found).toBeUndefined();
  else expect(found).toBeCloseTo(runs, 6);
});

const now = '2026-11-30T12:00:00.000Z';
test.each([
  'rate(1 hour)',
  'cron(0 6 * * ? *)',
  'cron(0 6 29 2 ? *)',
  'cron(0 6 31 1,2 ? *)',
  'cron(0 6 ? * MON *)',
  'cron(0 6 L 2 ? *)',
  'cron(0 6 ? 2 2#5 *)',
  'cron(0 6 * * ? 2026)',
  'cron(30 12 30 11 ? 2026)',
  'cron(0 13 30 11 ? 2026)',
  'cron(0 0 29 2 ? 2025-2028)',
  'cron(0 0 1 1 ? 2199)',
  'cron(0 12 30 11 ? 2026)',
  'cron(0 1,13 30 11 ? 2026)',
  'cron(1,0 12 30 11 ? 2026)',
  'cron(W 12 30 11 ? 2026)',
  'x cron(0 6 30 2 ? *)',
  'cron(0 6 30 2 ? *) x',
])('%s runs again', (schedule) => {
  expect(neverRuns(schedule, now)).toBe(false);
});

test.each([
  'cron(0 6 30 2 ? *)',
  'cron(0 6 31 2,4,6,9,11 ? *)',
  'cron(0 6 29 2 ? 2027)',
  'cron(0 6 * * ? 2025)',
  'cron(0 6 * * ? 1970-2025)',
  'cron(0 11 30 11 ? 2026)',
  'cron(0 6 1 1 ? 2026)',
  ' cron( 0  6 30 2 ? * ) ',
  'cron(5 11 30 11 ? 2026)',
])('%s never runs again', (schedule) => {
  expect(neverRuns(schedule, now)).toBe(true);
});
