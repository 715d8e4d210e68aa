import { PassThrough } from 'node:stream';
import { expect, test, vi } from 'vitest';
import { askTerminal } from '../../../functions/process/prompt.ts';

const asked = (typed: string, interrupt = () => true) => {
  const input = new PassThrough();
  const answer = askTerminal('Go on? ', { input, output: new PassThrough(), terminal: true }, interrupt);
  input.write(typed);
  return answer;
};

test.each([
  ['yes\n', 'yes'],
  ['  no \n', 'no'],
  ['\n', ''],
  // Ctrl-D.
  ['\u0004', ''],
])('%j answers %j', async (typed, answer) => {
  expect(await asked(typed)).toBe(answer);
});

test('Ctrl-C interrupts the process, and is no answer', async () => {
  const interrupt = vi.fn(() => true);
  expect(await asked('y\u0003\u0004\n', interrupt)).toBe('y');
  expect(interrupt).toHaveBeenCalledOnce();
});

test('the end of the input is no answer', async () => {
  const input = new PassThrough();
  const answer = askTerminal('Go on? ', { input, output: new PassThrough(), terminal: true });
  input.end();
  expect(await answer).toBe('');
});
