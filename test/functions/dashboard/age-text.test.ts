import { expect, test } from 'vitest';
import { momentWords } from '../../../functions/dashboard/page/parts/age-text.ts';

const now = Date.parse('2026-11-24T20:00:30.000Z');

test.each([
  ['2026-11-24T20:00:00.000Z', 'just now', 'just now'],
  ['2026-11-24T19:00:00.000Z', '1 hour ago', 'at most 1 hour ago'],
  ['2026-11-20T08:00:00.000Z', '4 days ago', 'at most 4 days ago'],
  ['2026-11-24T20:05:30.000Z', 'in 5 minutes', 'in 5 minutes'],
])('%s is %s', (at, age, orLater) => {
  const exact = `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;
  expect(momentWords(at, now)).toEqual({ age, exact });
  expect(momentWords(at, now, true)).toEqual({ age: orLater, exact: `${exact} or later` });
});
