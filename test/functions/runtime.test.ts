/** The stand-in for Lambda itself: what it does with functions that misbehave. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { mostResponseBytes, type RunningFunction, runFunction } from './runtime.ts';

// Processes are started and killed here: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

let folder: string;
let running: RunningFunction | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'runtime-'));
});
afterEach(async () => {
  await running?.close();
  rmSync(folder, { recursive: true });
});

const made = async (
  code: string,
  more: { readonly timeoutSeconds?: number; readonly initSeconds?: number; readonly environment?: Record<string, string> } = {},
) => {
  writeFileSync(join(folder, 'handler.mjs'), code);
  running = await runFunction({
    name: 'f',
    arn: 'arn:aws:lambda:us-west-2:111122223333:function:f',
    folder,
    handler: 'handler.handler',
    timeoutSeconds: 30,
    memoryMb: 128,
    environment: {},
    now: () => Date.parse('2026-11-24T08:00:00.000Z'),
    ...more,
  });
  return running;
};
/** Keeps count in its process, so that a fresh one shows. */
const counting = (code: string) => `let n = 0; export const handler = async (event, context) => { n += 1; ${code} };`;

describe('a function', () => {
  test('gets its event, its context, the time, and its environment alone', async () => {
    const f = await made(
      counting(
        'return { n, event, arn: context.invokedFunctionArn, left: context.getRemainingTimeInMillis() > 20_000, at: new Date().toISOString().slice(0, 16), own: process.env.OWN, path: process.env.PATH };',
      ),
      { environment: { OWN: 'yes' } },
    );
    const answer = {
      event: { a: 1 },
      arn: 'arn:aws:lambda:us-west-2:111122223333:function:f',
      left: true,
      at: '2026-11-24T08:00',
      own: 'yes',
    };
    expect(await f.invoke({ a: 1 })).toEqual({ ok: true, payload: { n: 1, ...answer } });
    expect(await f.invoke({ a: 1 })).toEqual({ ok: true, payload: { n: 2, ...answer } });
  });

  test('that has begun has its own time, however long its start takes', async () => {
    const f = await made(counting('await new Promise((done) => setTimeout(done, event.ms)); return n;'), { initSeconds: 3 });
    expect(await f.invoke({ ms: 4000 })).toEqual({ ok: true, payload: 1 });
    expect(await f.invoke({ ms: 1 })).toEqual({ ok: true, payload: 2 });
  });

  test('that takes too long to start fails', async () => {
    const f = await made('await new Promise((done) => setTimeout(done, 60_000)); export const handler = () => 1;', { initSeconds: 2 });
    expect(await f.invoke({})).toMatchObject({ ok: false, errorType: 'Sandbox.Timedout' });
  });

  test('that throws is reported as Lambda does, and lives on', async () => {
    const f = await made(counting("if (n === 1) throw new RangeError('too far'); if (n === 2) throw 'a text'; return n;"));
    expect(await f.invoke({})).toMatchObject({
      ok: false,
      errorType: 'RangeError',
      errorMessage: 'too far',
      trace: expect.arrayContaining(['RangeError: too far']),
    });
    expect(await f.invoke({})).toEqual({ ok: false, errorType: 'string', errorMessage: 'a text', trace: [] });
    expect(await f.invoke({})).toEqual({ ok: true, payload: 3 });
  });

  test('whose answer is larger than Lambda takes has failed', async () => {
    const f = await made(counting('return "x".repeat(event.length);'));
    expect(await f.invoke({ length: mostResponseBytes - 2 })).toMatchObject({ ok: true });
    expect(await f.invoke({ length: mostResponseBytes })).toMatchObject({ ok: false, errorType: 'Function.ResponseSizeTooLarge' });
  });

  test.each([
    ['never ends', 'await new Promise(() => setInterval(() => {}, 1000));', 'Sandbox.Timedout'],
    ['spins', 'for (;;) {}', 'Sandbox.Timedout'],
    ['ends its process', 'process.exit(3);', 'Runtime.ExitError'],
    [
      'leaves a rejection unhandled',
      "Promise.reject(new Error('lost')); await new Promise(() => setInterval(() => {}, 1000));",
      'Runtime.UnhandledPromiseRejection',
    ],
    [
      'throws out of turn',
      "setTimeout(() => { throw new Error('late'); }); await new Promise(() => setInterval(() => {}, 1000));",
      'Runtime.UncaughtException',
    ],
  ])('that %s has failed, and the next event gets a fresh process', async (_, code, errorType) => {
    const f = await made(counting(`if (event.bad) { ${code} } return n;`), { timeoutSeconds: 5 });
    expect(await f.invoke({})).toEqual({ ok: true, payload: 1 });
    expect(await f.invoke({ bad: true })).toMatchObject({ ok: false, errorType });
    expect(await f.invoke({})).toEqual({ ok: true, payload: 1 });
    expect(f.starts()).toBe(2);
  });

  test.each([
    ['throws while it is loaded', "throw new TypeError('at once');", 'TypeError'],
    ['has no handler', 'export const other = 1;', 'Runtime.HandlerNotFound'],
    ['ends while it is loaded', 'process.exit(1);', 'Runtime.ExitError'],
    ['is no JavaScript', 'const const;', 'SyntaxError'],
  ])('that %s fails each event, each time in a fresh process', async (_, code, errorType) => {
    const f = await made(code);
    expect(await f.invoke({})).toMatchObject({ ok: false, errorType });
    expect(await f.invoke({})).toMatchObject({ ok: false, errorType });
    expect(f.starts()).toBe(2);
  });
});
