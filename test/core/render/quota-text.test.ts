import { expect, test } from 'vitest';
import { requestWords, watchedWords } from '../../../shared/core/render/quota-text.ts';

test.each([
  ['value=0', 'value 0', ''],
  ['value=0 request=CASE_OPENED:8', 'value 0, increase to 8 is requested (CASE_OPENED)', 'Increase to 8 is requested (CASE_OPENED).'],
  [
    'value=1024 request=APPROVED:2048',
    'value 1,024, increase to 2,048 was requested (APPROVED)',
    'Increase to 2,048 was requested (APPROVED).',
  ],
  ['value=1.5 request=PENDING:2.5', 'value 1.5, increase to 2.5 is requested (PENDING)', 'Increase to 2.5 is requested (PENDING).'],
  ['of another form', 'of another form', ''],
])('%s', (watched, words, request) => {
  expect(watchedWords(watched)).toBe(words);
  expect(requestWords(watched)).toBe(request);
});

test('nothing watched, nothing asked for', () => {
  expect(requestWords(undefined)).toBe('');
});
