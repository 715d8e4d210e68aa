/** Moments as people write them. */
import { expect, test } from 'vitest';
import { momentOf } from '../../../functions/cli/moments.ts';

const now = new Date('2026-11-24T12:00:10.500Z');

test.each([
  ['7d', '2026-11-17T12:00:10.500Z'],
  ['0m', '2026-11-24T12:00:10.500Z'],
  ['2026-11-01', '2026-11-01T00:00:00.000Z'],
  ['2026-11-01T12:00Z', '2026-11-01T12:00:00.000Z'],
  ['2026-11-01T12:00:07.25+02:00', '2026-11-01T10:00:07.250Z'],
])('%s is %s', (text, moment) => {
  expect(momentOf(text, '--since', now)).toBe(moment);
});

test.each(['yesterday', '2026-02-30', '2026-13-01T00:00Z', '7y', '99999w', '0000-01-01'])(
  '%s is none, in the words of the option',
  (text) => {
    expect(() => momentOf(text, '--since', now)).toThrow(
      `--since takes a time such as 2026-11-01T12:00Z, a day such as 2026-11-01 (UTC), or how long ago, such as 24h or 7d, not "${text}".`,
    );
  },
);
