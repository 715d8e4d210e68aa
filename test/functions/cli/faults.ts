/** Faults put into a process from outside: Node preloads a module that breaks something once the plan of a test is read. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What may go wrong at any time, as JavaScript. What is thrown and is an Error says `injected`. */
export const faults = {
  'an error that is thrown': `throw new Error('injected')`,
  'something else that is thrown': `throw 'injected'`,
  'nothing that is thrown': 'throw undefined',
  'something that cannot be shown': `throw { toString() { throw new Error('injected') } }`,
  'endless recursion': 'const f = () => f() + 1; f()',
  'a text that is too long': `'injected'.repeat(2 ** 30)`,
  'an error in a timer': `setTimeout(() => { throw new Error('injected') }, 0)`,
  'an error in a later step': `setImmediate(() => { throw new Error('injected') })`,
  'an error in a microtask': `queueMicrotask(() => { throw new Error('injected') })`,
  'a rejected promise': `Promise.reject(new Error('injected'))`,
  'a promise that is rejected later': `setTimeout(async () => { throw new Error('injected') }, 0)`,
  'an error in a handler of events': `const e = new EventEmitter(); e.on('x', () => { throw new Error('injected') }); setImmediate(() => e.emit('x'))`,
  'an error event nothing listens to': `setImmediate(() => new EventEmitter().emit('error', new Error('injected')))`,
  'an error in a handler of a stream': `Readable.from(['a']).on('data', () => { throw new Error('injected') })`,
  'a stream that breaks': `Readable.from((function* () { throw new Error('injected') })()).resume()`,
} as const;

/** What stderr holds after a crash in which nothing of the account was changed. */
export const defect =
  /^hyperpod-auditor: this is a defect of the tool, please report it with the lines below; nothing in the account was changed\.\n[\s\S]*\n$/;

export interface Faulty {
  /** A plan; reading it brings the fault. */
  readonly plan: string;
  /** Node preloads what is broken. */
  readonly env: NodeJS.ProcessEnv;
}

export interface Faults {
  readonly folder: string;
  /** The fault comes when the plan is read. */
  readonly whenRead: (fault: string) => Faulty;
  /** Modules whose address matches cannot be loaded. */
  readonly unloadable: (pattern: RegExp) => Faulty;
  /** Other code to preload. */
  readonly preload: (code: string) => NodeJS.ProcessEnv;
  readonly close: () => void;
}

export function makeFaults(): Faults {
  const folder = mkdtempSync(join(tmpdir(), 'faults-'));
  const plan = join(folder, 'plan.yaml');
  writeFileSync(plan, 'regions: [us-west-2]\n');
  let made = 0;
  const preload = (code: string): NodeJS.ProcessEnv => {
    const file = join(folder, `preload-${made++}.mjs`);
    writeFileSync(file, code);
    return { NODE_OPTIONS: `--import=${file}` };
  };
  return {
    folder,
    preload,
    whenRead: (fault) => ({
      plan,
      env: preload(`import fs from 'node:fs';
import { EventEmitter } from 'node:events';
import { syncBuiltinESMExports } from 'node:module';
import { Readable } from 'node:stream';
let done = false;
const fault = () => { ${fault} };
// However the file is read.
for (const of of [fs, fs.promises])
  for (const [name, read] of Object.entries(of))
    if (/^(?:open|read|stat|createReadStream)/.test(name) && typeof read === 'function')
      of[name] = function (file, ...more) {
        if (file === ${JSON.stringify(plan)} && !done) {
          done = true;
          fault();
        }
        return read.call(this, file, ...more);
      };
syncBuiltinESMExports();`),
    }),
    unloadable: (pattern) => ({
      plan,
      env: preload(`import { registerHooks } from 'node:module';
if (registerHooks) registerHooks({
  load(url, context, next) {
    if (${pattern}.test(url)) throw new SyntaxError('injected');
    return next(url, context);
  },
});`),
    }),
    close: () => rmSync(folder, { recursive: true }),
  };
}
