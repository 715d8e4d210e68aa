/** The two ways to have the command line without `npm start`: `npx` in a clone, and the packed package somewhere else. */
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildCli, buildPageFile } from '../../../infra/build/build.ts';
import packageJson from '../../../package.json' with { type: 'json' };
import { rules } from '../../../shared/core/evaluation/rules.ts';
import { bare, root, runProcess } from './run.ts';

const execute = promisify(execFile);
const npm = (args: readonly string[], cwd: string) => execute('npm', args, { cwd, env: { ...process.env, npm_config_offline: 'true' } });

let elsewhere: string;
let installed: string;

/** Packs, unpacks the tarball where npm would put it, and puts the dependencies next to it: an install without a network. */
beforeAll(async () => {
  elsewhere = await mkdtemp(join(tmpdir(), 'hyperpod-auditor-pack-'));
  await Promise.all([buildCli(), buildPageFile()]);
  await npm(['pack', '--pack-destination', elsewhere], root);
  const [tarball] = (await readdir(elsewhere)).filter((f) => f.endsWith('.tgz'));
  await execute('tar', ['-xzf', tarball ?? '', '-C', elsewhere], { cwd: elsewhere });
  const modules = join(elsewhere, 'node_modules');
  await mkdir(modules);
  installed = join(modules, 'hyperpod-auditor');
  await rename(join(elsewhere, 'package'), installed);
  for (const name of await readdir(join(root, 'node_modules')))
    if (!name.startsWith('.')) await symlink(join(root, 'node_modules', name), join(modules, name));
}, 120_000);
afterAll(() => rm(elsewhere, { recursive: true, force: true }));

test('the package holds the bundle and what it reads, and nothing of tests or sources', async () => {
  const files = (await readdir(installed, { recursive: true, withFileTypes: true }))
    .filter((e) => e.isFile())
    .map((e) => join(e.parentPath, e.name).slice(installed.length + 1));
  expect(files).toEqual(
    expect.arrayContaining([
      '.build/cli/main.mjs',
      '.build/page.html',
      'functions/cli/crash.mjs',
      'functions/cli/hyperpod-auditor.mjs',
      'infra/plan.yaml',
      'infra/plan.schema.json',
      'shared/sandbox/plan.yaml',
      'LICENSE',
      'README.md',
    ]),
  );
  expect(files.filter((f) => /\.ts$|^test\//.test(f))).toEqual([]);
});

test('installed elsewhere it audits the sandbox and knows its version', async () => {
  const script = join(installed, 'functions/cli/hyperpod-auditor.mjs');
  const [version, audited] = await Promise.all([
    runProcess(['--version'], { script, cwd: elsewhere }),
    runProcess(['audit', '--sandbox', '--region', 'us-east-1', '--quiet', '--database', join(elsewhere, 'findings')], {
      script,
      cwd: elsewhere,
    }),
  ]);
  expect(version?.stdout).toBe(`hyperpod-auditor ${packageJson.version} (rules ${rules.hash})\n`);
  expect(audited).toMatchObject({ code: 1, stderr: '' });
  expect(audited?.stdout).toContain('llm-train-east');
});

test('installed elsewhere it writes the report, with the page that was packed', async () => {
  const script = join(installed, 'functions/cli/hyperpod-auditor.mjs');
  const database = join(elsewhere, 'findings-of-the-report');
  const args = ['audit', '--sandbox', '--region', 'us-east-1', '--quiet', '--database', database, '--format', 'html'];
  const { code, stdout, stderr } = await runProcess(args, { script, cwd: elsewhere });
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  expect(stdout).toMatch(/^<!doctype html>/);
  expect(stdout).toContain('"cluster":"llm-train-east"');
});

test('npx in a clone runs it, whichever Node comes first on the PATH', async () => {
  const path = (process.env.PATH ?? '').split(delimiter).filter((p) => !p.includes('node_modules'));
  const { stdout } = await execute('npx', ['--no-install', 'hyperpod-auditor', 'checks', 'vpc-given'], {
    cwd: root,
    env: { ...bare(), HOME: elsewhere, PATH: path.join(delimiter), npm_config_offline: 'true' },
  });
  expect(stdout).toContain('vpc-given');
});

/** The launcher alone, without what it starts. */
async function copyLauncher(script: string): Promise<void> {
  await mkdir(dirname(script), { recursive: true });
  for (const file of ['hyperpod-auditor.mjs', 'crash.mjs'])
    await copyFile(join(installed, 'functions/cli', file), join(dirname(script), file));
}

test('without its bundle the package says what is missing', async () => {
  const script = join(elsewhere, 'bundleless/functions/cli/hyperpod-auditor.mjs');
  await copyLauncher(script);
  const { code, stderr } = await runProcess(['--version'], { script, cwd: elsewhere });
  expect({ code, stderr }).toEqual({
    code: 3,
    stderr: 'hyperpod-auditor: this package was packed without its bundle; make it with `npm run pack`.\n',
  });
});

test('under an old Node that brings no newer one there is one clear sentence', async () => {
  // Away from the installed package: next to that there is a Node to be found.
  const alone = await mkdtemp(join(tmpdir(), 'hyperpod-auditor-old-'));
  const script = join(alone, 'functions/cli/hyperpod-auditor.mjs');
  await copyLauncher(script);
  await writeFile(join(dirname(script), 'main.ts'), '');
  const old = 'data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"20.1.0"}})';
  const { code, stderr } = await runProcess([script, 'tour'], { script: `--import=${old}`, cwd: tmpdir() });
  await rm(alone, { recursive: true });
  expect(code).toBe(3);
  expect(stderr).toMatch(/^hyperpod-auditor: Node 24 or newer is needed here, this is v[^\n]+\n$/);
});
