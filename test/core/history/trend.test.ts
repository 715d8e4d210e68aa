import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { trendOf } from '../../../shared/core/history/trend.ts';

const dayOf = (n: number): string => new Date(Date.UTC(2026, 10, 1 + n)).toISOString().slice(0, 10);
const days = (...values: readonly number[]) => values.map((value, n) => ({ date: dayOf(n), value }));

test.each([
  {
    name: 'a straight fall',
    values: [100, 90, 80, 70],
    trend: { perDay: -10, plusMinus: 0, runsOut: dayOf(10), earliest: dayOf(10), latest: dayOf(10) },
  },
  { name: 'a rise', values: [70, 80, 90], trend: { perDay: 10, plusMinus: 0 } },
  { name: 'no movement', values: [50, 50, 50], trend: { perDay: 0, plusMinus: 0 } },
  {
    name: 'what is used up already',
    values: [10, 0, -10],
    trend: { perDay: -10, plusMinus: 0, runsOut: dayOf(2), earliest: dayOf(2), latest: dayOf(2) },
  },
  {
    name: 'what is used up and grows again',
    values: [-30, -20, -10],
    trend: { perDay: 10, plusMinus: 0, runsOut: dayOf(2), earliest: dayOf(2), latest: dayOf(2) },
  },
  { name: 'what fits exactly, and stays so', values: [0, 0, 0, 0, 0, 0], trend: { perDay: 0, plusMinus: 0 } },
  { name: 'what fits exactly after a rise', values: [-20, -10, 0], trend: { perDay: 10, plusMinus: 0 } },
  {
    name: 'what fits exactly after a fall',
    values: [20, 10, 0],
    trend: { perDay: -10, plusMinus: 0, runsOut: dayOf(2), earliest: dayOf(2), latest: dayOf(2) },
  },
  // Slope -9, residuals ±1: 12.706 (one degree of freedom) times the root of 6/1/2.
  {
    name: 'a fall that may be none',
    values: [100, 88, 82],
    trend: { perDay: -9, plusMinus: 22.0074, runsOut: dayOf(11), earliest: dayOf(4) },
  },
  // Sum of squared residuals 34.8: 4.303 (two degrees of freedom) times the root of 34.8/2/5.
  {
    name: 'a fall with two degrees of freedom',
    values: [100, 96, 80, 78],
    trend: { perDay: -8.2, plusMinus: 8.02714, runsOut: dayOf(12), earliest: dayOf(7), latest: dayOf(454) },
  },
  {
    name: 'a fall that ends on the last day of five years',
    values: [1827, 1826, 1825],
    trend: { perDay: -1, plusMinus: 0, runsOut: dayOf(1827), earliest: dayOf(1827), latest: dayOf(1827) },
  },
  { name: 'a fall that ends a day later', values: [1828, 1827, 1826], trend: { perDay: -1, plusMinus: 0 } },
  { name: 'so slow that no one lives to see it', values: [1000, 999.9, 999.8], trend: { perDay: -0.1, plusMinus: 0 } },
])('$name', ({ values, trend }) => {
  expect(trendOf(days(...values))).toEqual(trend);
});

test.each([[[]], [[1]], [[1, 2]]])('of %j nothing is said', (values) => {
  expect(trendOf(days(...values))).toBeUndefined();
});

test('days that were not evaluated count as time', () => {
  const trend = trendOf([
    { date: dayOf(0), value: 100 },
    { date: dayOf(5), value: 50 },
    { date: dayOf(8), value: 20 },
  ]);
  expect(trend).toMatchObject({ perDay: -10, runsOut: dayOf(10) });
  expect(trendOf([1, 2, 3].map((value) => ({ date: dayOf(1), value })))).toBeUndefined();
});

test('the end lies between the earliest and the latest, and none of them before the last day', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -50, max: 1000 }), { minLength: 3, maxLength: 60 }), (values) => {
      const trend = trendOf(days(...values));
      const { earliest, runsOut, latest } = trend ?? {};
      if (runsOut !== undefined) expect(earliest !== undefined && earliest <= runsOut).toBe(true);
      if (latest !== undefined) expect(runsOut !== undefined && runsOut <= latest).toBe(true);
      if (earliest !== undefined) expect(earliest >= dayOf(values.length - 1)).toBe(true);
      expect(trend?.plusMinus).toBeGreaterThanOrEqual(0);
    }),
    { seed: 20261120, numRuns: 200 },
  );
});
