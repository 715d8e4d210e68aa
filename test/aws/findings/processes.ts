/** Modules in processes of their own, as other commands on the same database are. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';

const root = resolve(import.meta.dirname, '../../..');

export interface ModuleProcess {
  readonly child: ChildProcess;
  /** Its next line on standard output. */
  readonly line: () => Promise<string | undefined>;
}

/** Runs a module; its imports are relative to the root of the project. */
export function startModule(code: string): ModuleProcess {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return { child, line: async () => (await lines.next()).value };
}

export async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
