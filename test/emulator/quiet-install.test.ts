/** `npm ci` in a clone, under every Node that may run it: nothing but what it did, and when it fails, why. This takes a registry. */
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../functions/cli/run.ts';

const execute = promisify(execFile);
const minutes = 60_000;
let folder: string;

/** Each Node with an npm of its time: 10 came with Node 20 and 22, 11 with 24. */
const nodes = { 20: 10, 22: 10, 24: 11 } as const;
type Major = keyof typeof nodes;
const majors = [20, 22, 24] as const;
const nodeOf = (major: Major) => join(folder, 'node_modules', `node-${major}`, 'bin/node');
const npmOf = (major: Major) => join(folder, 'node_modules', `npm-${nodes[major]}`, 'bin/npm-cli.js');

interface Ran {
  readonly failed: boolean;
  readonly said: string;
}

/** Runs npm under a Node in a folder, as in a newcomer's shell. */
function npm(major: Major, args: readonly string[], cwd: string): Promise<Ran> {
  const path = (process.env.PATH ?? '').split(delimiter).filter((p) => !p.includes('node_modules'));
  // How the registry is reached stays as it is; what `npm run` and vitest set for this process does not.
  const { INIT_CWD: _, npm_config_loglevel: __, NO_COLOR: ___, FORCE_COLOR: ____, ...own } = process.env;
  const env = { ...own, PATH: [dirname(nodeOf(major)), ...path].join(delimiter), npm_config_update_notifier: 'false' };
  return execute(nodeOf(major), [npmOf(major), ...args], { cwd, env, maxBuffer: 64 << 20 }).then(
    ({ stdout, stderr }) => ({ failed: false, said: stdout + stderr }),
    (error: { stdout: string; stderr: string }) => ({ failed: true, said: error.stdout + error.stderr }),
  );
}

/** A clone of one dependency: how npm fails, or says what it runs, does not depend on how many there are. */
async function smallCloneIn(name: string): Promise<string> {
  const clone = join(folder, name);
  await mkdir(clone);
  await copyFile(join(root, '.npmrc'), join(clone, '.npmrc'));
  const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'));
  const commander = packages['node_modules/commander'];
  const manifest = { name: 'small', version: '1.0.0', dependencies: { commander: commander.version } };
  await writeFile(join(clone, 'package.json'), JSON.stringify(manifest, null, 2));
  const lock = { ...manifest, lockfileVersion: 3, requires: true, packages: { '': manifest, 'node_modules/commander': commander } };
  await writeFile(join(clone, 'package-lock.json'), JSON.stringify(lock, null, 2));
  return clone;
}

/** What a clone has for npm to read. */
async function cloneIn(name: string): Promise<string> {
  const clone = join(folder, name);
  await mkdir(clone);
  for (const file of ['package.json', 'package-lock.json', '.npmrc']) await copyFile(join(root, file), join(clone, file));
  return clone;
}

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'hyperpod-auditor-quiet-')));
  await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
  const packages = [
    ...majors.map((major) => `node-${major}@npm:node-linux-${process.arch}@${major}`),
    ...new Set(Object.values(nodes).map((major) => `npm-${major}@npm:npm@${major}`)),
  ];
  await execute('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error', ...packages], { cwd: folder });
}, 30 * minutes);
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.concurrent.each(majors)('under Node %s', (major) => {
  test('it is what it says it is', async () => {
    const { stdout } = await execute(nodeOf(major), ['--version']);
    expect(stdout).toMatch(new RegExp(`^v${major}\\.`));
    expect((await npm(major, ['--version'], folder)).said).toMatch(new RegExp(`^${nodes[major]}\\.`));
  });

  // Installing everything takes a minute: the oldest Node does it, with most to warn of; the others plan it.
  test('npm ci says one line', { timeout: 30 * minutes }, async () => {
    const planned = major === 20 ? [] : ['--dry-run'];
    const { failed, said } = await npm(major, ['ci', ...planned], await cloneIn(`clone-${major}`));
    const lines = said.trim().split('\n');
    expect(lines.filter((line) => planned.length === 0 || !/^(add \S+ \S+)?$/.test(line))).toEqual([
      expect.stringMatching(/^added \d+ packages in \S+$/),
    ]);
    expect(failed).toBe(false);
  });

  test('without the setting it warns of packages that this Node is too old for', { timeout: 30 * minutes }, async () => {
    const clone = await cloneIn(`loud-${major}`);
    const settings = await readFile(join(clone, '.npmrc'), 'utf8');
    await writeFile(join(clone, '.npmrc'), settings.replace('loglevel=error', ''));
    const { said } = await npm(major, ['ci', '--dry-run'], clone);
    const warnings = said.match(/EBADENGINE Unsupported engine/g) ?? [];
    if (major === 20) expect(warnings.length).toBeGreaterThan(0);
    if (major === 24) expect(warnings).toEqual([]);
  });

  test('npm ci that fails says why', { timeout: 30 * minutes }, async () => {
    const clone = await smallCloneIn(`broken-${major}`);
    const lock = join(clone, 'package-lock.json');
    const text = await readFile(lock, 'utf8');
    const manifest = join(clone, 'package.json');
    const manifestText = await readFile(manifest, 'utf8');
    await writeFile(manifest, manifestText.replace('"dependencies": {', '"dependencies": {\n    "is-number": "^7.0.0",'));
    const outOfStep = await npm(major, ['ci'], clone);
    expect(outOfStep).toMatchObject({ failed: true, said: expect.stringContaining('Missing: is-number@7.0.0 from lock file') });
    await writeFile(manifest, manifestText);
    // Another file than the one that was published.
    await writeFile(lock, text.replace(/("integrity": "sha512-)..../, '$1AAAA'));
    const other = await npm(major, ['ci'], clone);
    expect(other).toMatchObject({ failed: true, said: expect.stringMatching(/npm (error|ERR!) code EINTEGRITY/) });
    await rm(lock);
    expect(await npm(major, ['ci'], clone)).toMatchObject({ failed: true, said: expect.stringContaining('npm ci') });
  });

  test('npm run says what it runs, and what there is not', async () => {
    const clone = await smallCloneIn(`scripts-${major}`);
    await writeFile(join(clone, 'package.json'), '{ "private": true, "scripts": { "hello": "echo $((40 + 2))" } }\n');
    expect(await npm(major, ['run', 'hello'], clone)).toMatchObject({ failed: false, said: expect.stringMatching(/> echo .*\n+42\n$/) });
    expect(await npm(major, ['run', 'bye'], clone)).toMatchObject({ failed: true, said: expect.stringContaining('Missing script: "bye"') });
  });
});
