import { expect, test } from 'vitest';
import { scheduleFault, scheduleOutline } from '../../shared/plan/schedule.ts';

test.each([
  'rate(1 minute)',
  'rate(2 minutes)',
  'rate(1 hour)',
  'rate(12 hours)',
  'rate(1 day)',
  'rate(365 days)',
  'cron(0 6 * * ? *)',
  'cron(0/15 8-18 ? * MON-FRI *)',
  'cron(0,30 */2 1,15 1-12/3 ? 2027-2030)',
  'cron(0 12 L * ? *)',
  'cron(0 12 15W JAN,jul ? *)',
  'cron(0 12 LW * ? *)',
  'cron(0 12 ? * 6L *)',
  'cron(0 12 ? * 2#1 *)',
  'cron(0 12 ? * FRIL *)',
])('EventBridge takes %s', (text) => {
  expect(scheduleFault(text)).toBeUndefined();
  expect(text).toMatch(scheduleOutline);
});

test.each([
  ['rate(1 hours)', 'write rate(1 hour)'],
  ['rate(2 hour)', 'write rate(2 hours)'],
  ['rate(5 min)', 'write rate(5 minutes)'],
  ['Rate(5 Minutes)', 'write rate(5 minutes)'],
  ['rate(1hour)', 'write rate(1 hour)'],
  ['1 day', 'write rate(1 day)'],
  ['15m', 'write rate(15 minutes)'],
  ['rate(0 minutes)', 'the shortest is rate(1 minute)'],
  ['rate(30 seconds)', 'the shortest is rate(1 minute)'],
  ['rate(-1 hours)', 'the shortest'],
  ['rate(1.5 hours)', 'the shortest'],
  ['hourly', 'the shortest'],
  ['', 'the shortest'],
  ['at(2027-01-01T00:00:00)', 'the shortest'],
  ['cron(0 6 * * *)', 'cron takes 6 fields'],
  ['cron(60 6 * * ? *)', '60 is no minutes, which goes from 0 to 59'],
  ['cron(0 24 * * ? *)', '24 is no hours'],
  ['cron(0 6 0 * ? *)', '0 is no day of month'],
  ['cron(0 6 32W * ? *)', '32W is no day of month'],
  ['cron(0 6 * 13 ? *)', '13 is no month'],
  ['cron(0 6 ? * 0 *)', '0 is no day of week'],
  ['cron(0 6 ? * MOO *)', 'MOO is no day of week'],
  ['cron(0 6 ? * 2#6 *)', '2#6 is no day of week'],
  ['cron(0 6 * * ? 1969)', '1969 is no year'],
  ['cron(0 6 * * ? 2200)', '2200 is no year'],
  ['cron(0/0 6 * * ? *)', '0/0 is no minutes'],
  ['cron(0/5/5 6 * * ? *)', '0/5/5 is no minutes'],
  ['cron(1-2-3 6 * * ? *)', '1-2-3 is no minutes'],
  ['cron(? 6 * * ? *)', '? is no minutes'],
  ['cron(0, 6 * * ? *)', '0, is no minutes'],
  ['cron(0 6 * * * *)', 'has to be ?'],
  ['cron(0 6 ? * ? *)', 'has to be ?'],
])('EventBridge would refuse %s', (text, hint) => {
  expect(scheduleFault(text)).toContain(hint);
});
