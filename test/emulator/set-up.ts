/** Makes the Python environment once (its packages pinned), and starts moto on a free loopback port for the run. */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    moto: string;
    python: string;
  }
}

const root = resolve(import.meta.dirname, '../..');
const venv = join(root, '.venv');
export const python = join(venv, 'bin/python');

function must(command: string, args: readonly string[]): void {
  const done = spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  if (done.error)
    throw new Error(`${command} could not be started; the emulator tests need Python 3.11 or newer with venv.`, { cause: done.error });
  if (done.status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${done.status}.`);
}

/** The stamp says for which requirements the environment was made; another list makes it anew. */
function ensureVenv(): void {
  const requirements = join(import.meta.dirname, 'requirements.txt');
  const stamp = join(venv, 'made-for');
  const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  process.stderr.write('making the Python environment for the emulator tests (once, about half a minute) …\n');
  must('python3', ['-m', 'venv', '--clear', venv]);
  must(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements]);
  writeFileSync(stamp, wanted);
}

const freePort = (): Promise<number> =>
  new Promise((done, fail) => {
    const server = createServer();
    server.once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => done(port));
    });
  });

async function answers(endpoint: string): Promise<boolean> {
  try {
    return (await fetch(`${endpoint}/moto-api/data.json`)).ok;
  } catch {
    return false;
  }
}

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  ensureVenv();
  const port = await freePort();
  const moto = spawn(python, ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)], {
    stdio: 'ignore',
    env: { ...process.env, MOTO_IAM_LOAD_MANAGED_POLICIES: 'true', AWS_EC2_METADATA_DISABLED: 'true' },
  });
  // Also where the run is broken off before the tear-down.
  const end = () => moto.kill();
  process.once('exit', end);
  const ended = new Promise<void>((done) => moto.once('exit', () => done()));
  const endpoint = `http://127.0.0.1:${port}`;
  for (let tries = 0; !(await answers(endpoint)); tries += 1) {
    if (tries > 300 || moto.exitCode !== null) throw new Error('moto did not start.');
    await sleep(100);
  }
  project.provide('moto', endpoint);
  project.provide('python', python);
  return async () => {
    process.off('exit', end);
    moto.kill();
    await ended;
  };
}
