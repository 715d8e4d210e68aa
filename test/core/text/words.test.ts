/** Pieces of sentences. */
import { expect, test } from 'vitest';
import { some } from '../../../shared/core/text/words.ts';

test.each([
  [[], undefined, ''],
  [['a'], undefined, 'a'],
  [['a', 'b'], 2, 'a, b'],
  [['a', 'b', 'c'], 2, 'a, b and 1 more'],
  [[...'abcdefgh'], undefined, 'a, b, c, d, e, f, g, h'],
  [[...'abcdefghij'], undefined, 'a, b, c, d, e, f, g, h and 2 more'],
])('%j, at most %s: %s', (items, most, says) => {
  expect(some(items, most)).toBe(says);
});
