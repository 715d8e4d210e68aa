/** The Python that the emulators run on: an environment in `.venv`, its packages pinned, made once. */
import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const venv = join(resolve(import.meta.dirname, '../..'), '.venv');
export const python = join(venv, 'bin/python');

/** The newest models of AWS's APIs, for PYTHONPATH. The emulators pin an older botocore. */
export const newestModels = join(venv, 'newest-models');

const run = promisify(execFile);

/**
 * A folder with checkov, for PYTHONPATH: it pins an older boto3 than moto takes. Made once, beside other tests, because it takes a
 * minute.
 */
export async function ensureCheckov(): Promise<string> {
  const requirements = join(import.meta.dirname, 'checkov.txt');
  const folder = join(venv, 'checkov');
  const stamp = join(folder, 'made-for');
  const expected = readFileSync(requirements, 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === expected) return folder;
  rmSync(folder, { recursive: true, force: true });
  await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--target', folder, '-r', requirements]);
  writeFileSync(stamp, expected);
  return folder;
}

function must(command: string, args: readonly string[]): void {
  const done = spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  if (done.error)
    throw new Error(`${command} could not be started; the emulator tests need Python 3.11 or newer with venv.`, { cause: done.error });
  if (done.status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${done.status}.`);
}

/** The stamp says for which requirements the environment was made; with another list it is made again. */
export function ensureVenv(): void {
  const requirements = join(import.meta.dirname, 'requirements.txt');
  const models = join(import.meta.dirname, 'newest-models.txt');
  const stamp = join(venv, 'made-for');
  const expected = createHash('sha256').update(readFileSync(requirements)).update(readFileSync(models)).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === expected) return;
  process.stderr.write('making the Python environment for the emulator tests (once, about a minute) …\n');
  must('python3', ['-m', 'venv', '--clear', venv]);
  const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
  must(python, [...install, '-r', requirements]);
  must(python, [...install, '--no-deps', '--target', newestModels, '-r', models]);
  writeFileSync(stamp, expected);
}
