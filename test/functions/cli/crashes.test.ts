/** A crash is no result: one sentence, exit code 3. Exit code 1 always means that something required fails. */
import { spawn } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { interruptedWords, noteChange, noteStoredRegion } from '../../../functions/cli/account-changes.ts';
import { currentIo, withIo } from '../../../functions/process/io.ts';
import { defect, type Faults, faults, makeFaults } from './faults.ts';
import { bare, cli, type Ran, root, runProcess, sourceCli } from './run.ts';

let made: Faults;
beforeAll(() => {
  made = makeFaults();
});
afterAll(() => made.close());

/** As a shell runs it, which may send its output elsewhere: `"$@" > /dev/full`. */
function inShell(script: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ran & { readonly signal: string | null }> {
  return new Promise((done, fail) => {
    const child = spawn('bash', ['-c', script, 'bash', process.execPath, cli, ...args], { cwd: root, env: { ...bare(), ...env } });
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (text: string) => {
        said[name] += text;
      });
    child.once('error', fail);
    child.once('close', (code, signal) => done({ code, signal, ...said }));
    child.stdin.end();
  });
}

describe('a crash while a command runs', () => {
  const injected = ['an error that is thrown', 'an error in a timer', 'a rejected promise'] as const;
  test.each(injected)('%s: one sentence, what happened, exit code 3', async (fault) => {
    const { plan, env } = made.whenRead(faults[fault]);
    const { code, stderr } = await runProcess(['plan', 'validate', plan], { env: { ...bare(), ...env } });
    expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringMatching(defect) });
    expect(stderr).toContain('injected');
  });

  test('work that never ends is no result', async () => {
    // A stream that never says anything, and keeps no process alive.
    const env = made.preload(`import { Readable } from 'node:stream';
Object.defineProperty(process, 'stdin', { value: new Readable({ read() {} }) });`);
    const { code, stderr } = await runProcess(['evaluate', '-'], { env: { ...bare(), ...env } });
    expect(code).toBe(3);
    expect(stderr).toMatch(defect);
  });

  test('a crash after the result was written is one too', async () => {
    const { plan, env } = made.whenRead(faults['an error in a timer']);
    const { code, stdout } = await runProcess(['policy', '--plan', plan], { env: { ...bare(), ...env } });
    expect(JSON.parse(stdout)).toHaveProperty('Statement');
    expect(code).toBe(3);
  });

  test('also where stderr takes nothing', async () => {
    const { plan, env } = made.whenRead(faults['an error that is thrown']);
    const { code } = await inShell('"$@" 2> /dev/full', ['plan', 'validate', plan], env);
    expect(code).toBe(3);
  });
});

describe('an installation that is damaged', () => {
  test.each([
    ['the command line itself', /cli\/main\.ts$/],
    ['what every command needs', /node_modules\/commander\//],
    ['a command', /cli\/actions\/plan\.ts$/],
    ['what a command needs', /shared\/plan\/parse\.ts$/],
  ])('%s cannot be loaded', async (_, pattern) => {
    const { plan, env } = made.unloadable(pattern);
    const options = { script: sourceCli, env: { ...bare(), ...env } };
    const { code, stdout, stderr } = await runProcess(['plan', 'validate', plan], options);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(/^hyperpod-auditor: (?:this is a defect of the tool|it could not be loaded)[^\n]+\n[\s\S]*injected/);
  });
});

describe('output that cannot be written', () => {
  const full = 'hyperpod-auditor: The result could not be written to stdout: the disk is full.\n';

  test.each([
    ['--version', ['--version']],
    ['--help', ['--help']],
    ['help of a command', ['audit', '--help']],
    ['a list', ['checks']],
    ['a text', ['init']],
    ['JSON', ['plan', 'schema']],
    ['a result', ['audit', '--sandbox', '--quiet', '--region', 'us-west-2', '--database', '$DATABASE']],
  ])('a full disk: %s', async (_, args) => {
    const { code, stderr } = await inShell(
      '"$@" > /dev/full',
      args.map((a) => (a === '$DATABASE' ? join(made.folder, 'findings-full') : a)),
    );
    expect({ code, stderr }).toEqual({ code: 3, stderr: full });
  });

  test('a limit on the size of files', async () => {
    const file = join(made.folder, 'limited.json');
    const [output, stdout] = await Promise.all([
      inShell('ulimit -f 1; "$@"', ['plan', 'schema', '--output', file]),
      inShell(`ulimit -f 1; "$@" > ${file}.stdout`, ['plan', 'schema']),
    ]);
    expect(output).toMatchObject({
      code: 3,
      stderr: `hyperpod-auditor: --output ${file} cannot be written: it would be larger than files may be here.\n`,
    });
    expect(stdout).toMatchObject({
      code: 3,
      stderr: 'hyperpod-auditor: The result could not be written to stdout: it would be larger than files may be here.\n',
    });
  });

  test('--output may be a device, which stays one', async () => {
    const [nothing, nowhere] = await Promise.all([
      runProcess(['plan', 'schema', '--output', '/dev/full']),
      runProcess(['plan', 'schema', '--output', '/dev/null']),
    ]);
    expect(nothing).toMatchObject({ code: 3, stderr: 'hyperpod-auditor: --output /dev/full cannot be written: the disk is full.\n' });
    expect(nowhere).toMatchObject({ code: 0, stderr: '' });
  });

  test('a reader that has gone does not change the exit code', async () => {
    const { code, stderr } = await inShell('"$@" | true; exit ${PIPESTATUS[0]}', ['plan', 'schema']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  test('stderr that takes nothing does not change the exit code', async () => {
    const database = join(made.folder, 'findings-silent');
    const { code, stdout } = await inShell('"$@" 2> /dev/full', ['audit', '--sandbox', '--region', 'us-west-2', '--database', database]);
    expect(code).toBe(0);
    expect(stdout).toContain('READY');
  });
});

test('standard input that cannot be read', async () => {
  const [writeOnly, folder, closed] = await Promise.all(
    [`"$@" 0> ${join(made.folder, 'written')}`, '"$@" < /', '"$@" <&-'].map((script) => inShell(script, ['evaluate', '-'])),
  );
  expect(writeOnly).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(/^hyperpod-auditor: The snapshot on standard input cannot be read: [^\n]+\n$/),
  });
  for (const ran of [folder, closed]) expect(ran).toMatchObject({ code: 3, stderr: expect.stringMatching(/^hyperpod-auditor: [^\n]+\n$/) });
});

/** An option of Node that makes the launcher believe that it runs under an old one, so that it starts what the package brings. */
const old = (): string =>
  made.preload(`Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.1.0' } });`).NODE_OPTIONS ?? '';

describe('signals', () => {
  /** Sends a signal to itself or to its parent, once it reads the plan, and stays until it has come. */
  const sends = (pid: string, signal: string) =>
    made.whenRead(`setInterval(() => {}, 1000); ${signal === 'abort' ? 'process.abort()' : `process.kill(process.${pid}, '${signal}')`}`);
  const validate = (plan: string) => ['plan', 'validate', plan];
  const interrupted = '\nhyperpod-auditor: interrupted; nothing in the account was changed.\n';

  test('SIGINT is 130, SIGTERM 143, each with a sentence', async () => {
    const { plan, env } = sends('pid', 'SIGINT');
    expect(await runProcess(validate(plan), { env: { ...bare(), ...env } })).toMatchObject({ code: 130, stderr: interrupted });
    const term = sends('pid', 'SIGTERM');
    expect(await runProcess(validate(term.plan), { env: { ...bare(), ...term.env } })).toMatchObject({
      code: 143,
      stderr: interrupted.replace('interrupted', 'ended by SIGTERM'),
    });
    expect(await inShell('"$@"; exit $?', validate(term.plan), term.env)).toMatchObject({ code: 143 });
  });

  test('a signal says which audits are stored and what was changed', async () => {
    const words = await withIo(currentIo(), async () => {
      const said = [interruptedWords('SIGTERM')];
      noteStoredRegion();
      said.push(interruptedWords('SIGTERM'));
      noteStoredRegion();
      noteChange('request 5a1c for a quota increase was sent');
      return [...said, interruptedWords('SIGTERM')];
    });
    expect(words).toEqual([
      'ended by SIGTERM; nothing in the account was changed',
      'ended by SIGTERM; the audit of 1 region is stored; nothing in the account was changed',
      'ended by SIGTERM; the audits of 2 regions are stored; request 5a1c for a quota increase was sent',
    ]);
  });

  test.each([
    ['SIGINT to the launcher', 'ppid', 'SIGINT', 130],
    ['SIGTERM to the launcher', 'ppid', 'SIGTERM', 143],
    ['SIGINT to what it started', 'pid', 'SIGINT', 130],
    ['SIGKILL to what it started', 'pid', 'SIGKILL', 137],
    ['what it started aborts', 'pid', 'abort', 134],
  ])('through the launcher: %s', async (_, pid, signal, code) => {
    const { plan, env } = sends(pid, signal);
    const ran = await runProcess([cli, ...validate(plan)], { script: old(), env: { ...bare(), ...env } });
    expect(ran.code).toBe(code);
    if (code === 130) expect(ran.stderr).toBe(interrupted);
  });
});

describe('the Node that the package brings', () => {
  const launcher = (name: string, node: string | undefined, mode = 0o755): string => {
    const file = join(made.folder, name, 'functions/cli/hyperpod-auditor.mjs');
    mkdirSync(dirname(file), { recursive: true });
    for (const part of ['hyperpod-auditor.mjs', 'crash.mjs']) copyFileSync(join(dirname(cli), part), join(dirname(file), part));
    writeFileSync(join(dirname(file), 'main.ts'), '');
    const package_ = join(made.folder, name, `node_modules/node-linux-${process.arch}`);
    mkdirSync(join(package_, 'bin'), { recursive: true });
    writeFileSync(join(package_, 'package.json'), '{}');
    if (node !== undefined) writeFileSync(join(package_, 'bin/node'), node);
    if (node !== undefined) chmodSync(join(package_, 'bin/node'), mode);
    return file;
  };

  test.each([
    ['may not be executed', 'x', 0o644],
    ['is for another machine', '#!/nonexistent/loader\n', 0o755],
  ])('%s: one sentence, exit code 3', async (name, node, mode) => {
    const { code, stdout, stderr } = await runProcess([launcher(name, node, mode), '--version'], { script: old() });
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(
      /^hyperpod-auditor: Node 24 or newer is needed here, this is v[^\n]+ the one that the package brings cannot be started \([A-Z]+\)[^\n]*\n$/,
    );
  });
});

test('the launcher of a package whose bundle is damaged', async () => {
  const file = join(made.folder, 'damaged/functions/cli/hyperpod-auditor.mjs');
  const bundle = join(made.folder, 'damaged/.build/cli/main.mjs');
  for (const of of [file, bundle]) mkdirSync(dirname(of), { recursive: true });
  writeFileSync(bundle, '');
  copyFileSync(cli, file);
  expect(await runProcess(['--version'], { script: file })).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(/^hyperpod-auditor: .*crash\.mjs/),
  });
  copyFileSync(join(dirname(cli), 'crash.mjs'), join(dirname(file), 'crash.mjs'));
  for (const text of [
    'import "./gone.mjs";',
    'export {',
    'throw new Error("injected")',
    'setTimeout(() => { throw 1 })',
    // Cut off inside a function.
    readFileSync(cli, 'utf8').split('return undefined;')[0] ?? '',
  ]) {
    writeFileSync(bundle, text);
    const { code, stdout, stderr } = await runProcess(['--version'], { script: file });
    expect({ text, code, stdout }).toEqual({ text, code: 3, stdout: '' });
    expect(stderr).toMatch(/^hyperpod-auditor: it could not be loaded/);
  }
});
