/** Names with characters that hide or turn text, as a person sees them who runs a command. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { screenOf } from '../../../functions/cli/screen.ts';
import { emitData } from '../../../functions/process/output.ts';
import { run } from './run.ts';

const hostile = 'a\u202eb\u200bc\u0085d\ue000\u{e0041}';
const shown = 'a\\u202eb\\u200bc\\u0085d\ue000\\udb40\\udc41';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hidden-'));
  writeFileSync(join(folder, 'plan.yaml'), `regions: ["${hostile}"]\n`);
  writeFileSync(join(folder, 'facts.json'), JSON.stringify({ schemaVersion: 1, snapshots: [{ [hostile]: 1 }] }));
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

test.each<[string, readonly string[]]>([
  ['the name of a file', ['evaluate', `/${hostile}`]],
  ['a value in a plan', ['plan', 'validate', 'FOLDER/plan.yaml']],
  ['an unknown option', [`--${hostile}`]],
  ['an unknown command', [hostile]],
  ['the value of an option', ['audit', '--format', hostile]],
  ['a value that a command refuses', ['policy', '--account', hostile]],
  ['a check', ['checks', hostile]],
  ['a place that was never audited', ['findings', '--database', `/${hostile}`]],
])('%s is shown with escapes', async (_, args) => {
  const { code, stderr, stdout } = await run(args.map((arg) => arg.replace('FOLDER', folder)));
  expect(code).toBe(3);
  expect(stdout).toBe('');
  expect(stderr).toContain(shown);
  expect(stderr.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});

/** What is written to stdout, as if that were a terminal or not. */
async function written(isTTY: boolean, work: () => Promise<void>): Promise<string> {
  let text = '';
  const before = Object.getOwnPropertyDescriptor(process.stdout, 'isTTY');
  Object.defineProperty(process.stdout, 'isTTY', { value: isTTY, configurable: true });
  const write = vi.spyOn(process.stdout, 'write').mockImplementation(((part: string, done?: () => void) => {
    text += part;
    done?.();
    return true;
  }) as typeof process.stdout.write);
  try {
    await work();
  } finally {
    write.mockRestore();
    if (before) Object.defineProperty(process.stdout, 'isTTY', before);
    else Reflect.deleteProperty(process.stdout, 'isTTY');
  }
  return text;
}

test('data is what it is, but on a terminal', async () => {
  const file = join(folder, 'data.csv');
  expect(await written(false, () => emitData(`${hostile}\r\n`))).toBe(`${hostile}\r\n`);
  expect(await written(true, () => emitData(`${hostile}\r\n`))).toBe(`${shown}\r\n`);
  expect(await written(true, () => emitData(`${hostile}\r\n`, file))).toBe('');
  expect(readFileSync(file, 'utf8')).toBe(`${hostile}\r\n`);
});

test('lines of progress, on a terminal alone', () => {
  let said = '';
  const before = Object.getOwnPropertyDescriptor(process.stderr, 'isTTY');
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += text;
    return true;
  });
  for (const isTTY of [false, true]) {
    Object.defineProperty(process.stderr, 'isTTY', { value: isTTY, configurable: true });
    const { progress } = screenOf({});
    progress.say(`${hostile}\nREADY`);
    progress.end();
  }
  if (before) Object.defineProperty(process.stderr, 'isTTY', before);
  else Reflect.deleteProperty(process.stderr, 'isTTY');
  expect(said).toBe(`${shown}\\u000aREADY\n`);
});
