import { expect, test } from 'vitest';
import { delayOf, spreadSeconds, turnOf, turnsDue, turnsOfRun } from '../../../shared/core/events/turns.ts';

const at = '2026-11-24T08:00:00Z';
const after = (minutes: number) => new Date(Date.parse(at) + minutes * 60_000);
const hour = 48 * 60;

test('a place keeps its turn for ever: these were computed by the first version that had turns', () => {
  expect(turnOf({ account: '111122223333', region: 'us-west-2' })).toBe(2926);
  expect(turnOf({ account: '111122223333', region: 'us-east-1' })).toBe(6884);
});

test.each([
  [20, 'rate(1 hour)', 0],
  [21, 'rate(1 hour)', hour],
  [180_000, 'rate(1 day)', 0.8 * 86_400],
  [21, 'rate(1 minute)', 48],
  [21, 'cron(0 6 * * ? *)', 12 * 60],
  [21, 'cron(0/5 * * * ? *)', 4 * 60],
  [21, 'cron(0 6 L * ? *)', 12 * 60],
])('%d places by %s are spread over %d seconds', (places, schedule, seconds) => {
  expect(spreadSeconds(places, schedule)).toBe(seconds);
});

test.each([
  ['at its time: those of the first quarter of an hour', 0, Math.floor((15 / 48) * turnsOfRun)],
  ['later: those up to a quarter of an hour ahead', 20, Math.floor((35 / 48) * turnsOfRun)],
  ['near its end: all', 33, turnsOfRun],
  ['long after: all', 600, turnsOfRun],
  ['by a clock that is a little behind: fewer', -10, Math.floor((5 / 48) * turnsOfRun)],
  ['by a clock that is as far behind as a message can be delayed: none', -15, 0],
  ['by a clock that is wrong: all, for it may stay wrong', -16, turnsOfRun],
])('turns due %s', (_, minutes, turns) => {
  expect(turnsDue(at, after(minutes), hour)).toBe(turns);
});

test('without a spread everything is due', () => {
  expect(turnsDue(at, after(0), 0)).toBe(turnsOfRun);
});

test.each([
  [0, 0, 0],
  [turnsOfRun / 4, 0, 720],
  [turnsOfRun / 4, 10, 120],
  [turnsOfRun / 4, 20, 0],
  [turnsOfRun - 1, 0, 900],
  [turnsOfRun / 2, -16, 0],
])('turn %d, %d minutes after: delayed by %d seconds', (turn, minutes, seconds) => {
  expect(delayOf(turn, at, after(minutes), hour)).toBe(seconds);
});
