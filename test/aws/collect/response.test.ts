/** Numbers of answers that no fact may contain. */
import { expect, test } from 'vitest';
import { amount, count, number, port } from '../../../shared/aws/collect/response.ts';

const unusable = 'it has no usable Member';

test.each([
  [count, -1],
  [count, 0.5],
  [count, 2 ** 53],
  [count, 1e308],
  [count, Number.POSITIVE_INFINITY],
  [count, Number.NaN],
  [count, undefined],
  [count, '3' as unknown as number],
  [amount, -0.5],
  [amount, Number.NaN],
  [number, Number.POSITIVE_INFINITY],
  [port, -2],
  [port, 65_536],
  [port, 80.5],
])('%o refuses %s', (read, value) => {
  expect(() => read(value, 'Member')).toThrow(unusable);
});

test.each([
  [count, 0],
  [count, 2 ** 53 - 1],
  [amount, 0.5],
  [amount, 1e308],
  [number, -2.5],
  [port, -1],
  [port, 65_535],
])('%o takes %s', (read, value) => {
  expect(read(value, 'Member')).toBe(value);
});
