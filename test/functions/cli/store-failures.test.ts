/** The real commands with a database that fails: the audit prints its result, no one hears of a defect, and exit codes keep what they mean. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Sandbox, startSandbox } from '../../../shared/sandbox/server.ts';
import { cli, onSandbox, type Ran, root, run, runProcess } from './run.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 60_000 });

let sandbox: Sandbox;
let slow: Sandbox;
/** A database with one audit in it. */
let sound: string;
let folder: string;
let database: string;
beforeAll(async () => {
  [sandbox, slow] = await Promise.all([startSandbox(), startSandbox({ latencyMs: 200 })]);
  sound = await mkdtemp(join(tmpdir(), 'sound-'));
  expect((await audit(sound)).code).toBe(0);
});
afterAll(async () => {
  await Promise.all([sandbox.close(), slow.close()]);
  await rm(sound, { recursive: true });
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'store-failures-'));
  database = join(folder, 'db');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const storyPlan = join(root, 'shared/sandbox/plan.yaml');
const healthy = ['--region', 'us-west-2'];
const auditArgs = (of: string, more: readonly string[] = healthy) => ['audit', '--plan', storyPlan, '--quiet', '--database', of, ...more];
const audit = (of: string, more?: readonly string[]) => run(auditArgs(of, more), { env: onSandbox(sandbox.endpoint) });

const notStored = /^hyperpod-auditor: not stored: .+\. .+\.\n$/;
/** The audit printed its result and why it was not stored, in one line. */
function expectNotStored({ code, stdout, stderr }: Ran, reason: RegExp, expected = 2) {
  expect(stderr).toMatch(notStored);
  expect(stderr).toMatch(reason);
  expect(stderr).not.toContain('defect');
  expect(stdout).toContain('READINESS');
  expect(code).toBe(expected);
}
/** One sentence, and no result. */
function expectUnreadable({ code, stdout, stderr }: Ran, reason: RegExp) {
  expect([code, stdout]).toEqual([3, '']);
  expect(stderr).toMatch(/^hyperpod-auditor: The database cannot be used: .+\.\n$/);
  expect(stderr).toMatch(reason);
  expect(stderr).not.toContain('defect');
}
const reading = [['findings'], ['changes'], ['coverage'], ['readiness'], ['history', 'x'], ['diff', '--from', '1h', '--to', '0h']];

describe.each<{ name: string; reason: RegExp; make: () => Promise<void> }>([
  {
    name: 'a file in the place of its folder',
    reason: /cannot be used \((ENOTDIR|EEXIST)\)/,
    make: () => writeFile(database, ''),
  },
  {
    name: 'something else in the place of the database',
    reason: /is not a findings database of this tool/,
    make: async () => {
      await mkdir(database);
      await writeFile(join(database, 'findings.sqlite'), 'text '.repeat(5000));
    },
  },
  {
    name: 'a database that was cut off',
    reason: /is damaged/,
    make: async () => {
      await cp(sound, database, { recursive: true });
      await truncate(join(database, 'findings.sqlite'), 6000);
    },
  },
  {
    name: 'a database of a newer version',
    reason: /has schema version 99/,
    make: async () => {
      await cp(sound, database, { recursive: true });
      const newer = new DatabaseSync(join(database, 'findings.sqlite'));
      newer.exec('pragma user_version = 99');
      newer.close();
    },
  },
  {
    name: 'a damaged database of an earlier version',
    reason: /the database of an earlier version, cannot be read/,
    make: async () => {
      await mkdir(join(database, 'table'), { recursive: true });
      await writeFile(join(database, 'table', 'CURRENT'), 'garbage');
    },
  },
])('$name', ({ reason, make }) => {
  test('audit: 0 becomes 2, 1 stays 1, with the result in every format', async () => {
    await make();
    const [text, whole, json, html] = await Promise.all([
      audit(database),
      audit(database, []),
      audit(database, [...healthy, '--format', 'json']),
      audit(database, [...healthy, '--format', 'html']),
    ]);
    expectNotStored(text, reason);
    expectNotStored(whole, reason, 1);
    expect([json.code, json.stderr]).toEqual([2, expect.stringMatching(notStored)]);
    const { notStored: why, accounts } = JSON.parse(json.stdout);
    expect(json.stderr).toBe(`hyperpod-auditor: not stored: ${why}\n`);
    expect(accounts[0].regions[0].findings.length).toBeGreaterThan(10);
    expect([html.code, html.stderr]).toEqual([2, expect.stringMatching(notStored)]);
    expect(html.stdout).toContain('llm-train');
  });

  test('commands that read end in one sentence', async () => {
    await make();
    const plan = ['readiness', '--plan', storyPlan, '--quiet', '--database', database];
    const ran = await Promise.all([run(['findings', '--database', database]), run(plan, { env: onSandbox(sandbox.endpoint) })]);
    for (const one of ran) expectUnreadable(one, reason);
  });
});

test.each(reading)('%s of a damaged database ends in one sentence', async (...command) => {
  await mkdir(database);
  await writeFile(join(database, 'findings.sqlite'), 'text '.repeat(5000));
  expectUnreadable(await run([...command, '--database', database]), /is not a findings database/);
});

test('a sound database says nothing of it', async () => {
  const json = await audit(database, [...healthy, '--format', 'json']);
  expect([json.code, json.stderr, 'notStored' in JSON.parse(json.stdout)]).toEqual([0, '', false]);
});

const system = (command: string, ...args: readonly string[]): boolean => spawnSync(command, args).status === 0;
const mount = (...args: readonly string[]): boolean => system('mount', ...args);
const unmount = (folder: string): boolean => system('umount', folder);
/** Only with the rights for it: else a limit of the size of files has to do. */
const mayMount = (() => {
  const tried = mkdtempSync(join(tmpdir(), 'mount-'));
  const may = mount('-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', tried) && unmount(tried);
  rmSync(tried, { recursive: true, force: true });
  return may;
})();

/** Files may have so many KiB. */
const limited = (kib: number, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ran> =>
  runProcess([`ulimit -f ${kib}; exec "$0" "$@"`, process.execPath, cli, ...args], { node: '/bin/bash', script: '-c', env });

describe('a full disk', () => {
  /** On a disk of so many KiB. */
  async function onDisk<T>(kib: number, work: (folder: string) => Promise<T>): Promise<T> {
    const disk = join(folder, `disk-${kib}`);
    await mkdir(disk);
    expect(mount('-t', 'tmpfs', '-o', `size=${kib}k`, 'tmpfs', disk)).toBe(true);
    try {
      return await work(disk);
    } finally {
      expect(unmount(disk)).toBe(true);
    }
  }

  test.skipIf(!mayMount)('from the start, and in the middle of a save: the audit goes on, and nothing half is left', async () => {
    await Promise.all(
      [4, 16, 64, 128, 200].map((kib) =>
        onDisk(kib, async (disk) => {
          expectNotStored(await audit(disk), /no space is left for/);
          const read = await run(['findings', '--database', disk]);
          expect([read.code, read.stdout], read.stderr).toEqual([3, '']);
          expect(read.stderr).not.toContain('defect');
        }),
      ),
    );
  });

  test.skipIf(!mayMount)('with an audit stored before: that one stays, and is read', async () => {
    await onDisk(1200, async (disk) => {
      expect((await audit(disk)).code).toBe(0);
      const before = await run(['readiness', '--format', 'json', '--database', disk]);
      // Files of others take the rest.
      system('dd', 'if=/dev/zero', `of=${join(disk, 'other')}`, 'bs=1k');
      expectNotStored(await audit(disk), /no space is left for/);
      await rm(join(disk, 'other'));
      expect(await run(['readiness', '--format', 'json', '--database', disk])).toEqual(before);
      expect(await audit(disk)).toMatchObject({ code: 0, stderr: '' });
    });
  });

  // test/reliability tries other sizes.
  test('as a limit of the size of files', async () => {
    const args = auditArgs(join(folder, 'limited'));
    expectNotStored(await limited(100, args, onSandbox(sandbox.endpoint)), /no space is left for|reading or writing .* failed/);
  });
});

describe('a file system that is read only', () => {
  test.skipIf(!mayMount)('the audit goes on, and what was stored on it cannot be read', async () => {
    const disk = join(folder, 'disk');
    await mkdir(disk);
    expect(mount('-t', 'tmpfs', 'tmpfs', disk)).toBe(true);
    try {
      await cp(sound, disk, { recursive: true });
      expect(mount('-o', 'remount,ro', disk)).toBe(true);
      expectNotStored(await audit(disk), /is on a read-only file system/);
      expectNotStored(await audit(join(disk, 'new')), /is on a read-only file system/);
      expectUnreadable(await run(['findings', '--database', disk]), /is on a read-only file system/);
    } finally {
      unmount(disk);
    }
  });
});

test('a folder that is deleted during the audit', async () => {
  const ran = run(auditArgs(database), { env: onSandbox(slow.endpoint) });
  await vi.waitUntil(() => existsSync(join(database, 'findings.sqlite-wal')), { timeout: 120_000, interval: 5 });
  await rm(database, { recursive: true });
  expectNotStored(await ran, /was deleted or replaced while it was open/);
  expect(existsSync(database) ? await readdir(database) : []).toEqual([]);
});

test('several audits at once are all stored', async () => {
  // Processes of their own: within one, one that waits for the lock would keep the other from going on.
  const audits = await Promise.all([1, 2].map(() => runProcess(auditArgs(database), { env: onSandbox(sandbox.endpoint) })));
  expect(audits.map(({ code, stderr }) => [code, stderr])).toEqual(audits.map(() => [0, '']));
  const { items } = JSON.parse((await run(['changes', '--format', 'json', '--database', database])).stdout);
  expect(new Set(items.map((c: { readonly cause: string }) => c.cause))).toEqual(new Set(['baseline']));
});
