import { expect, test, vi } from 'vitest';
import { memoized, memoizedPair, memoizedTexts, memoizedWithin } from '../../../shared/core/evaluation/memoized.ts';

const [a, b] = [{ n: 1 }, { n: 1 }];

test('each object, pair and key is computed once, and equal objects apart', () => {
  const compute = vi.fn((x: typeof a, y?: typeof a) => x.n + (y?.n ?? 0));
  const one = memoized((x: typeof a) => compute(x));
  const within = memoizedWithin((x: typeof a) => compute(x));
  const pair = memoizedPair((x: typeof a, y: typeof a) => compute(x, y));
  expect([one(a), one(a), one(b)]).toEqual([1, 1, 1]);
  expect(compute).toHaveBeenCalledTimes(2);
  expect([pair(a, b), pair(a, b), pair(b, a)]).toEqual([2, 2, 2]);
  expect(compute).toHaveBeenCalledTimes(4);
  expect([within(a), within(a), within(b)]).toEqual([1, 1, 1]);
  expect(compute).toHaveBeenCalledTimes(6);
});

test('texts belong to their object', () => {
  const of = memoizedTexts<typeof a, string>();
  expect([of(a, 'x', () => '1'), of(a, 'x', () => '2'), of(a, 'y', () => '3'), of(b, 'x', () => '4')]).toEqual(['1', '1', '3', '4']);
});

test('an error is not stored: the next call computes again', () => {
  let calls = 0;
  const of = memoized((_: typeof a) => {
    calls += 1;
    if (calls === 1) throw new Error('first');
    return calls;
  });
  expect(() => of(a)).toThrow('first');
  expect([of(a), of(a)]).toEqual([2, 2]);
});

test('false, 0 and the empty text are values', () => {
  const compute = vi.fn((_: typeof a) => false);
  const of = memoized(compute);
  expect([of(a), of(a)]).toEqual([false, false]);
  expect(compute).toHaveBeenCalledTimes(1);
});
