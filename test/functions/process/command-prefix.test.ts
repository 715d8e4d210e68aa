/**
 * Every command line of this tool that is printed or documented can be copied: it runs this tool and nothing else. Anyone
 * may publish a package of its name, and `npx hyperpod-auditor` would download and run that.
 */
import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandPrefix } from '../../../functions/process/command-prefix.ts';
import { installedCommand } from '../../../shared/core/text/own-command.ts';
import { bare, root, run } from '../cli/run.ts';

const commands =
  'audit|collect|evaluate|checks|policy|init|plan|fit|quota|readiness|findings|coverage|history|changes|diff|dashboard|alert|tour';

/** What of a text would run another program than this one: npx that may download, and command lines that begin with no more than the name. */
function unsafe(text: string): readonly string[] {
  const begun = /(?:npx --no-install |node \S*)$/;
  return [
    ...[...text.matchAll(/\bnpx (?!--no-install )\S+/g)].map(([found]) => found),
    ...[...text.matchAll(new RegExp(`hyperpod-auditor(?:\\.mjs)? (?:${commands})\\b`, 'g'))]
      .filter(({ 0: found, index }) => !(found.includes('.mjs') ? /node \S*$/ : begun).test(text.slice(0, index)))
      .map(([found]) => found),
  ];
}

describe('what is written', () => {
  test.for<[string, number]>([
    ['npx hyperpod-auditor audit', 2],
    ['run `hyperpod-auditor checks`', 1],
    ['npx cdk bootstrap', 1],
    ['npx -y hyperpod-auditor --version', 1],
    ['npx --no-install hyperpod-auditor audit', 0],
    ['node /a/functions/cli/hyperpod-auditor.mjs audit', 0],
    ['hyperpod-auditor 0.1.0, hyperpod-auditor: interrupted', 0],
  ])('%s', ([text, found]) => {
    expect(unsafe(text)).toHaveLength(found);
  });

  const sources = ['shared', 'functions', 'infra', '.'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: folder !== '.', encoding: 'utf8' })
      .filter((f) => /\.(tsx?|mjs|md|ya?ml|json)$/.test(f) && f !== 'package-lock.json')
      .map((f) => join(folder, f)),
  );
  test('there is something to look at', () => {
    expect(sources.length).toBeGreaterThan(300);
    expect(sources).toContain('README.md');
  });
  test.for(sources)('%s', (file) => {
    // Comments are read by people who have the source.
    const text = readFileSync(join(root, file), 'utf8').replace(/^\s*(?:\/\/|\/\*\*|\*).*$/gm, '');
    expect(unsafe(text)).toEqual([]);
  });

  const help = (...of: readonly string[]) => run([...of, '--help']).then(({ stdout }) => stdout.replace(/^Usage: .*$/m, ''));
  test('the help of every command, with examples that begin as this clone is called', async () => {
    const whole = await help();
    const names = [...whole.matchAll(/^ {2}([a-z]+) /gm)].map((m) => m[1] ?? '').filter((n) => commands.split('|').includes(n));
    expect(names.length).toBeGreaterThan(15);
    const nested = ['plan validate', 'plan schema', 'quota request', 'alert test', 'alert confirm'];
    const texts = await Promise.all([...names, ...nested].map((name) => help(...name.split(' '))));
    for (const text of [whole, ...texts]) expect(unsafe(text)).toEqual([]);
    expect(whole).toContain(`  $ ${installedCommand} audit --sandbox`);
  });
});

describe('how the tool is called', () => {
  let folder: string;
  const path = '/usr/bin';
  /** A package as npm unpacks it, or a clone. */
  const packageIn = (where: string): string => {
    mkdirSync(join(where, 'functions/cli'), { recursive: true });
    writeFileSync(
      join(where, 'package.json'),
      JSON.stringify({ name: 'hyperpod-auditor', bin: { 'hyperpod-auditor': 'functions/cli/hyperpod-auditor.mjs' } }),
    );
    writeFileSync(join(where, 'functions/cli/hyperpod-auditor.mjs'), '');
    return where;
  };
  const link = (bin: string, to: string): void => {
    mkdirSync(bin, { recursive: true });
    symlinkSync(join(to, 'functions/cli/hyperpod-auditor.mjs'), join(bin, 'hyperpod-auditor'));
  };
  beforeAll(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'hyperpod-auditor-prefix-')));
    packageIn(join(folder, 'clone'));
    mkdirSync(join(folder, 'clone/shared/core'), { recursive: true });
    mkdirSync(join(folder, 'clone/nested/src'), { recursive: true });
    writeFileSync(join(folder, 'clone/nested/package.json'), '{}');
    mkdirSync(join(folder, 'other project'), { recursive: true });
    const installed = packageIn(join(folder, 'project/node_modules/hyperpod-auditor'));
    link(join(folder, 'project/node_modules/.bin'), installed);
    mkdirSync(join(folder, 'project/src'), { recursive: true });
    const global = packageIn(join(folder, 'lib/node_modules/hyperpod-auditor'));
    link(join(folder, 'bin'), global);
    packageIn(join(folder, 'a clone'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.for<[name: string, root: string, folder: string, path: string, expected: string]>([
    ['in a clone', 'clone', 'clone', path, installedCommand],
    ['in a folder of a clone', 'clone', 'clone/shared/core', path, installedCommand],
    [
      'in a project within a clone, which npx takes for the one',
      'clone',
      'clone/nested/src',
      path,
      'node FOLDER/clone/functions/cli/hyperpod-auditor.mjs',
    ],
    ['elsewhere', 'clone', 'other project', path, 'node FOLDER/clone/functions/cli/hyperpod-auditor.mjs'],
    [
      'elsewhere, with a path that needs quotes',
      'a clone',
      'other project',
      path,
      "node 'FOLDER/a clone/functions/cli/hyperpod-auditor.mjs'",
    ],
    ['installed in a project', 'project/node_modules/hyperpod-auditor', 'project/src', path, installedCommand],
    [
      'installed in a project, called from elsewhere',
      'project/node_modules/hyperpod-auditor',
      'other project',
      path,
      'node FOLDER/project/node_modules/hyperpod-auditor/functions/cli/hyperpod-auditor.mjs',
    ],
    ['a clone, called where another copy is installed', 'clone', 'project', path, 'node FOLDER/clone/functions/cli/hyperpod-auditor.mjs'],
    ['installed for all', 'lib/node_modules/hyperpod-auditor', 'other project', `${path}:FOLDER/bin`, 'hyperpod-auditor'],
    [
      'a clone, where another copy is installed for all',
      'clone',
      'other project',
      `${path}:FOLDER/bin`,
      'node FOLDER/clone/functions/cli/hyperpod-auditor.mjs',
    ],
    [
      'on the PATH of npm only',
      'project/node_modules/hyperpod-auditor',
      'other project',
      `FOLDER/project/node_modules/.bin:${path}`,
      'node FOLDER/project/node_modules/hyperpod-auditor/functions/cli/hyperpod-auditor.mjs',
    ],
  ])('%s', ([, of, at, search, expected]) => {
    const filled = (text: string) => text.replaceAll('FOLDER', folder);
    expect(commandPrefix({ root: join(folder, of), folder: join(folder, at), path: filled(search) })).toBe(filled(expected));
  });
});

describe('where the registry has a package of that name', () => {
  let registry: Server;
  let home: string;
  let asked: string[] = [];
  const hijacked = 'another program ran';

  beforeAll(async () => {
    home = realpathSync(mkdtempSync(join(tmpdir(), 'hyperpod-auditor-registry-')));
    const source = join(home, 'package');
    mkdirSync(source);
    writeFileSync(
      join(source, 'package.json'),
      JSON.stringify({ name: 'hyperpod-auditor', version: '9.9.9', bin: { 'hyperpod-auditor': 'bin.js' } }),
    );
    writeFileSync(join(source, 'bin.js'), `#!/usr/bin/env node\nconsole.log('${hijacked}');\n`);
    execFileSync('tar', ['-czf', 'evil.tgz', 'package'], { cwd: home });
    const tarball = readFileSync(join(home, 'evil.tgz'));
    const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
    registry = createServer((request, response) => {
      asked.push(request.url ?? '');
      if (request.url === '/hyperpod-auditor') {
        const { port } = registry.address() as AddressInfo;
        const version = {
          name: 'hyperpod-auditor',
          version: '9.9.9',
          bin: { 'hyperpod-auditor': 'bin.js' },
          dist: { tarball: `http://127.0.0.1:${port}/evil.tgz`, integrity },
        };
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ name: 'hyperpod-auditor', 'dist-tags': { latest: '9.9.9' }, versions: { '9.9.9': version } }));
      } else if (request.url === '/evil.tgz') response.end(tarball);
      else response.writeHead(404).end('{}');
    });
    await new Promise<void>((done) => registry.listen(0, '127.0.0.1', done));
    mkdirSync(join(home, 'elsewhere'));
  });
  afterAll(async () => {
    await new Promise((done) => registry.close(done));
    rmSync(home, { recursive: true, force: true });
  });

  /** Runs a line as a shell without a terminal does, where npx does not ask. */
  function shell(line: string, cwd: string): Promise<string> {
    asked = [];
    const path = (process.env.PATH ?? '').split(delimiter).filter((p) => !p.includes('node_modules'));
    const { port } = registry.address() as AddressInfo;
    const env = {
      ...bare(),
      CI: 'true',
      HOME: home,
      PATH: path.join(delimiter),
      npm_config_registry: `http://127.0.0.1:${port}/`,
      npm_config_cache: join(home, 'cache'),
      npm_config_update_notifier: 'false',
    };
    return new Promise((done) => execFile('sh', ['-c', line], { cwd, env }, (_, stdout, stderr) => done(`${stdout}${stderr}`)));
  }

  test('npx as it is would run it: this is what must not be printed', async () => {
    const unguarded = ['npx', 'hyperpod-auditor'].join(' ');
    expect(await shell(`${unguarded} --version`, join(home, 'elsewhere'))).toContain(hijacked);
  });

  test.for(['.', 'shared/core'])('what this tool prints runs this tool, in %s of the clone', async (within) => {
    const cwd = join(root, within);
    expect(await shell(`${commandPrefix({ root, folder: cwd, path: '/usr/bin' })} --version`, cwd)).toMatch(
      /^hyperpod-auditor \d+\.\d+\.\d+\b.*\n$/,
    );
    expect(asked).not.toContain('/evil.tgz');
  });

  test('and elsewhere', async () => {
    const cwd = join(home, 'elsewhere');
    expect(await shell(`${commandPrefix({ root, folder: cwd, path: '/usr/bin' })} --version`, cwd)).toMatch(
      /^hyperpod-auditor \d+\.\d+\.\d+\b.*\n$/,
    );
    expect(asked).toEqual([]);
  });

  test('what an alert prints runs nothing where this tool is not installed', async () => {
    // The cache of npx may hold the other one by now: it is not asked either.
    rmSync(join(home, 'cache'), { recursive: true, force: true });
    const said = await shell(`${installedCommand} --version`, join(home, 'elsewhere'));
    expect(said).toContain('npx canceled due to missing packages');
    expect(said).not.toContain(hijacked);
  });
});
