/** Moments as people write them. */
import { describe, expect, test } from 'vitest';
import { momentOf } from '../../../functions/cli/time-options.ts';

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

describe('to the minute, as screens show it', () => {
  test.each([
    ['2026-11-01T12:00Z', '2026-11-01T12:00:59.999Z'],
    ['2026-11-01 12:00 UTC', '2026-11-01T12:00:59.999Z'],
    ['2026-11-01T12:00+02:00', '2026-11-01T10:00:59.999Z'],
    ['2026-11-01T12:00:00Z', '2026-11-01T12:00:00.000Z'],
    ['2026-11-01', '2026-11-01T00:00:00.000Z'],
    ['1h', '2026-11-24T11:00:10.500Z'],
    // Of the minute that it is, what has been of it; of a later one, nothing has.
    ['2026-11-24T12:00Z', '2026-11-24T12:00:10.500Z'],
    ['2026-11-24T12:01Z', '2026-11-24T12:01:59.999Z'],
  ])('up to %s is up to its end, %s', (text, moment) => {
    for (const option of ['--to', '--at']) expect(momentOf(text, option, now)).toBe(moment);
  });

  test.each(['--from', '--since'])('%s begins with the minute', (option) => {
    expect(momentOf('2026-11-01 12:00 UTC', option, now)).toBe('2026-11-01T12:00:00.000Z');
  });
});

test.each(['2026-11-01T12:00UTC', '2026-11-01 12:00Z x', 'yesterday', '2026-02-30', '2026-13-01T00:00Z', '7y', '99999w', '0000-01-01'])(
  '%s is none, in the words of the option',
  (text) => {
    expect(() => momentOf(text, '--since', now)).toThrow(
      `--since: expected a time such as 2026-11-01T12:00Z, a day such as 2026-11-01 (UTC), or how long ago, such as 24h or 7d, got "${text}".`,
    );
  },
);
