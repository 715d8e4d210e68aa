/** The command line and its database on a real Node 22, which npm brings: this takes a registry. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { buildCli } from '../../infra/build/build.ts';
import { bare, root, runProcess } from '../functions/cli/run.ts';

const execute = promisify(execFile);
vi.setConfig({ testTimeout: 1_800_000, hookTimeout: 1_800_000 });

let folder: string;
let node: string;
let main: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hyperpod-auditor-node22-'));
  const name = `node-linux-${process.arch}`;
  await writeFile(join(folder, 'package.json'), '{ "name": "node22", "private": true }\n');
  await execute('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', `${name}@22`], { cwd: folder });
  node = join(folder, 'node_modules', name, 'bin/node');
  main = await buildCli();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const on22 = (...args: readonly string[]) => runProcess([...args, '--database', join(folder, 'db')], { node, script: main, env: bare() });

test('an audit is stored and read without a warning, by Node 22 and by Node 24', async () => {
  expect((await execute(node, ['--version'])).stdout).toMatch(/^v22\./);
  const audited = await on22('audit', '--sandbox', '--quiet', '--format', 'json');
  expect([audited.code, audited.stderr]).toEqual([1, '']);
  expect(JSON.parse(audited.stdout).notStored).toBeUndefined();
  const read = await on22('findings', '--format', 'json');
  expect([read.code, read.stderr]).toEqual([0, '']);
  expect(JSON.parse(read.stdout).items.length).toBeGreaterThan(20);
  expect(await runProcess(['findings', '--format', 'json', '--database', join(folder, 'db')])).toEqual(read);
});

test('other warnings are still shown', async () => {
  const script = join(folder, 'warns.mjs');
  await writeFile(
    script,
    `const { main } = process.env;
     process.emitWarning('one before');
     await import(main);`,
  );
  const { code, stderr } = await runProcess(['findings', '--format', 'json', '--database', join(folder, 'db')], {
    node,
    script,
    env: { ...bare(), main },
  });
  expect(code).toBe(0);
  expect(stderr).toContain('one before');
  expect(stderr).not.toContain('SQLite');
  // Without the filter Node 22 warns, so this tests something.
  const bareWarning = await execute(node, ['--eval', "require('node:sqlite')"], { cwd: root });
  expect(bareWarning.stderr).toContain('SQLite is an experimental feature');
});
