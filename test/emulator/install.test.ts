/** The packed package installed by npm into a folder of its own, as someone elsewhere would: this takes a registry. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { buildCli } from '../../infra/build/build.ts';
import { bare, root } from '../functions/cli/run.ts';

const execute = promisify(execFile);
vi.setConfig({ testTimeout: 1_800_000, hookTimeout: 1_800_000 });

let elsewhere: string;

beforeAll(async () => {
  elsewhere = await mkdtemp(join(tmpdir(), 'hyperpod-auditor-install-'));
  await buildCli();
  await execute('npm', ['pack', '--pack-destination', elsewhere], { cwd: root });
  const tarball = (await readdir(elsewhere)).find((f) => f.endsWith('.tgz'));
  await writeFile(join(elsewhere, 'package.json'), '{ "name": "elsewhere", "private": true }\n');
  await execute('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', join(elsewhere, tarball ?? '')], { cwd: elsewhere });
});
afterAll(() => rm(elsewhere, { recursive: true, force: true }));

test('npx runs what npm installed, with the Node the package brings', async () => {
  // None of this clone's own programs: the machine's Node comes first, as in a newcomer's shell.
  const path = (process.env.PATH ?? '').split(delimiter).filter((p) => !p.includes('node_modules'));
  const npx = (...args: readonly string[]) =>
    execute('npx', ['--no-install', 'hyperpod-auditor', ...args], {
      cwd: elsewhere,
      env: { ...bare(), HOME: elsewhere, PATH: path.join(delimiter) },
    }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, stdout, stderr }),
    );
  const audited = await npx('audit', '--sandbox', '--quiet', '--format', 'json', '--database', join(elsewhere, 'findings'));
  expect(audited.code, audited.stderr).toBe(1);
  expect(JSON.parse(audited.stdout).accounts[0].regions).toHaveLength(3);
  expect((await npx('plan', 'validate')).stdout).toContain('is a valid plan');
});
