import { expect, test } from 'vitest';
import { requestWords, watchedWords } from '../../../shared/core/render/quota-text.ts';

test.each([
  ['value=0', 'value 0', ''],
  ['value=0 request=CASE_OPENED:8', 'value 0, an increase to 8 is asked for (CASE_OPENED)', 'An increase is asked for: to 8, CASE_OPENED.'],
  [
    'value=1024 request=APPROVED:2048',
    'value 1,024, an increase to 2,048 was asked for (APPROVED)',
    'An increase was asked for: to 2,048, APPROVED.',
  ],
  ['value=1.5 request=PENDING:2.5', 'value 1.5, an increase to 2.5 is asked for (PENDING)', 'An increase is asked for: to 2.5, PENDING.'],
  ['of another form', 'of another form', ''],
])('%s', (watched, words, request) => {
  expect(watchedWords(watched)).toBe(words);
  expect(requestWords(watched)).toBe(request);
});

test('nothing watched, nothing asked for', () => {
  expect(requestWords(undefined)).toBe('');
});
