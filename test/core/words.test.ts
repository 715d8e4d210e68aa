/** Pieces of sentences and of command lines. */
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { quote, some } from '../../shared/core/words.ts';

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

test.each([
  ['arn:aws:iam::111122223333:role/x', 'arn:aws:iam::111122223333:role/x'],
  ['a_b@c%d+e=f:g,h.i/j-k', 'a_b@c%d+e=f:g,h.i/j-k'],
  ['two words', "'two words'"],
  ['', "''"],
  ["it's", "'it'\\''s'"],
  ['$HOME', "'$HOME'"],
  ['a;b', "'a;b'"],
  ['a\nb', "'a\nb'"],
  ['{"a":"*"}', '\'{"a":"*"}\''],
])('%j in a command line: %s', (word, quoted) => {
  expect(quote(word)).toBe(quoted);
  expect(execFileSync('sh', ['-c', `printf %s ${quoted}`], { encoding: 'utf8' })).toBe(word);
});
