/** The database on this machine: who may read it, that a save is whole or not there, and that readers and writers do not hinder one another. */
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { holdsFindings, openLocalStore } from '../../../shared/aws/findings/local/local-store.ts';
import { LocalStoreError } from '../../../shared/aws/findings/local/store-error.ts';
import type { FindingsTable } from '../../../shared/aws/findings/table.ts';
import type { RegionResult } from '../../../shared/core/evaluation/finding.ts';
import { finding, hour, result } from '../../core/results.ts';
import { save as saveAt } from '../../query/inventory.ts';
import { testKilledSaves } from './killed-saves.ts';
import { kill, startModule } from './processes.ts';

const place = { account: '111122223333', region: 'us-west-2' };

let home: string;
let folder: string;
let file: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'local-store-'));
  folder = join(home, 'findings');
  file = join(folder, 'findings.sqlite');
});
afterEach(() => rm(home, { recursive: true, force: true }));

const save = (table: FindingsTable, n: number, seen: RegionResult) => saveAt(table, place, hour(n), seen);

const good = result({ findings: [finding()] });
const bad = result({ findings: [finding({ status: 'fail' })] });
const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

test('stores from one run to the next, and creates the folder', async () => {
  const first = await openLocalStore(join(folder, 'a', 'b'));
  await save(first.table, 8, good);
  first.close();
  const second = await openLocalStore(join(folder, 'a', 'b'));
  expect((await second.table.currentState(place))?.audit.auditId).toBe(`audit-${hour(8)}`);
  await save(second.table, 9, bad);
  expect((await second.table.audits(place)).items.map((a) => a.auditId)).toEqual([`audit-${hour(9)}`, `audit-${hour(8)}`]);
  second.close();
});

test('tells whether a folder holds findings, and creates nothing', async () => {
  expect(await holdsFindings(folder)).toBe(false);
  await expect(stat(folder)).rejects.toThrow('ENOENT');
  await mkdir(folder);
  expect(await holdsFindings(folder)).toBe(false);
  // As a process leaves it that is killed just after it created the file.
  await writeFile(file, '');
  expect(await holdsFindings(folder)).toBe(false);
  (await openLocalStore(folder)).close();
  expect(await holdsFindings(folder)).toBe(true);
});

describe('no one else may read it', () => {
  test('the folder has mode 700 and every file 600 under any umask, also while it is written', async () => {
    const before = process.umask(0);
    try {
      const { table, store, close } = await openLocalStore(folder);
      await save(table, 8, good);
      await store.atomically(async (inside) => {
        await inside.put({ pk: 'a', sk: 'b' });
        const names = await readdir(folder);
        expect(names.toSorted()).toEqual(['findings.sqlite', 'findings.sqlite-shm', 'findings.sqlite-wal']);
        for (const name of names) expect(await modeOf(join(folder, name)), name).toBe('600');
      });
      close();
      expect(await modeOf(folder)).toBe('700');
    } finally {
      process.umask(before);
    }
  });

  test('a folder and a file that others may read are closed to them', async () => {
    (await openLocalStore(folder)).close();
    await chmod(folder, 0o755);
    await chmod(file, 0o644);
    await writeFile(join(folder, 'looked'), '');
    (await openLocalStore(folder)).close();
    expect([await modeOf(folder), await modeOf(file)]).toEqual(['700', '600']);
  });

  test('a folder that is used for other things as well, or by everyone, keeps its mode; the file is private', async () => {
    await mkdir(folder);
    await writeFile(join(folder, 'README.md'), '');
    await chmod(folder, 0o755);
    (await openLocalStore(folder)).close();
    expect([await modeOf(folder), await modeOf(file)]).toEqual(['755', '600']);
    const shared = join(home, 'tmp');
    await mkdir(shared);
    await chmod(shared, 0o1777);
    (await openLocalStore(shared)).close();
    expect([await modeOf(shared), await modeOf(join(shared, 'findings.sqlite'))]).toEqual(['777', '600']);
  });
});

test('opens no socket', async () => {
  const used = [vi.spyOn(net.Server.prototype, 'listen'), vi.spyOn(net.Socket.prototype, 'connect')];
  const handles = () => process.getActiveResourcesInfo().filter((name) => /TCP|Server/.test(name));
  const before = handles();
  const { table, close } = await openLocalStore(folder);
  await save(table, 8, good);
  expect((await table.currentState(place))?.audit.auditId).toBe(`audit-${hour(8)}`);
  expect(handles()).toEqual(before);
  for (const spy of used) expect(spy).not.toHaveBeenCalled();
  close();
  vi.restoreAllMocks();
});

describe('several processes', () => {
  test('a reader is not blocked by a writer, and sees the state before it', async () => {
    const [writer, reader] = [await openLocalStore(folder), await openLocalStore(folder)];
    await save(writer.table, 8, good);
    await writer.store
      .atomically(async (inside) => {
        await inside.put({ pk: `${place.account}#${place.region}`, sk: 'HEAD' });
        expect((await reader.table.currentState(place))?.audit.auditId).toBe(`audit-${hour(8)}`);
        // Nor is a reader of the same process.
        expect((await writer.table.currentState(place))?.audit.auditId).toBe(`audit-${hour(8)}`);
      })
      .catch(() => undefined);
    // A third can be opened while one writes.
    await writer.store.atomically(async (inside) => {
      await inside.put({ pk: 'a', sk: 'a' });
      const third = await openLocalStore(folder);
      expect(await third.store.get({ pk: 'a', sk: 'a' })).toBeUndefined();
      third.close();
    });
    expect(await reader.store.get({ pk: 'a', sk: 'a' })).toEqual({ pk: 'a', sk: 'a' });
    writer.close();
    reader.close();
  });

  test('audits at once are all saved, each waits for the other and says so', async () => {
    const said: string[] = [];
    const [holder, waiting] = [await openLocalStore(folder), await openLocalStore(folder, { say: (line) => said.push(line) })];
    let saved: Promise<unknown> = Promise.resolve();
    await holder.store.atomically(async (inside) => {
      await inside.put({ pk: 'a', sk: 'a' });
      saved = save(waiting.table, 8, good);
      await vi.waitUntil(() => said.length > 0, { timeout: 600_000 });
    });
    await saved;
    expect(said).toEqual(['waiting for another audit to finish saving …']);
    expect((await holder.table.currentState(place))?.audit.auditId).toBe(`audit-${hour(8)}`);
    holder.close();
    waiting.close();
  });

  test('one that waits too long says which process to end', async () => {
    const holder = startModule(`
      import { openLocalStore } from './shared/aws/findings/local/local-store.ts';
      const { store } = await openLocalStore(${JSON.stringify(folder)});
      await store.atomically(async (inside) => {
        await inside.put({ pk: 'a', sk: 'a' });
        console.log('holds');
        await new Promise(() => setInterval(() => {}, 1000));
      });
    `);
    expect(await holder.line()).toBe('holds');
    const { table, close } = await openLocalStore(folder, { patienceMs: 300 });
    // Reading goes on.
    expect(await table.currentState(place)).toBeUndefined();
    const refused = await save(table, 8, good).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(LocalStoreError);
    expect(refused).toMatchObject({ failure: 'locked', reason: expect.stringContaining(`another process has locked ${file}`) });
    await kill(holder.child);
    // What a killed process held is free, and what it had not committed is not there.
    await save(table, 8, good);
    close();
  });
});

describe('a save is whole or not there', () => {
  test('one that fails in the middle changes nothing, and the next one succeeds', async () => {
    const { table, store, close } = await openLocalStore(folder);
    await save(table, 8, good);
    const before = await table.currentState(place);
    const failing = store.atomically(async (inside) => {
      await inside.put({ pk: `${place.account}#${place.region}`, sk: 'HEAD' });
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await table.currentState(place)).toEqual(before);
    expect(await save(table, 9, bad)).toMatchObject({ commit: 2 });
    close();
  });

  testKilledSaves([203]);
});

describe('what is not a usable database is said, with what to do', () => {
  const failed = (options = {}) =>
    openLocalStore(folder, options).then(
      async ({ table, close }) => {
        try {
          await table.currentState(place);
          await save(table, 9, good);
          return undefined;
        } catch (error) {
          return error;
        } finally {
          close();
        }
      },
      (error: unknown) => error,
    );
  const expectFailure = async (failure: string, reason: RegExp, fix: RegExp, options = {}) => {
    const error = await failed(options);
    expect(error).toBeInstanceOf(LocalStoreError);
    const { reason: why, fix: what, failure: kind } = error as LocalStoreError;
    expect(kind).toBe(failure);
    expect(why).toMatch(reason);
    expect(what).toMatch(fix);
  };
  async function stored() {
    const { table, close } = await openLocalStore(folder);
    for (let n = 0; n < 20; n++) await save(table, n, n % 2 ? good : bad);
    close();
  }

  test('something else', async () => {
    await mkdir(folder);
    await writeFile(file, 'not a database, but some text that is longer than the header of one'.repeat(50));
    await expectFailure('foreign', /is not a findings database of this tool/, /--database/);
    expect(await readFile(file, 'utf8')).toContain('not a database');
  });

  test('a database of another program', async () => {
    await mkdir(folder);
    const foreign = new DatabaseSync(file);
    foreign.exec('create table mine (a)');
    foreign.close();
    await expectFailure('foreign', /is not a findings database of this tool/, /--database/);
  });

  test('one of a newer version', async () => {
    await stored();
    const database = new DatabaseSync(file);
    database.exec('pragma user_version = 99');
    database.close();
    await expectFailure('newer', /has schema version 99, and this version of the tool reads 1/, /newer version of the tool/);
  });

  test.each([100, 4096, 8192, 20_000])('one that was cut off after %i bytes', async (length) => {
    await stored();
    expect((await stat(file)).size).toBeGreaterThan(length);
    await truncate(file, length);
    await expectFailure('damaged', /is damaged/, /Move .* away to start a new database/);
  });

  test('one with garbage in the middle', async () => {
    await stored();
    const bytes = await readFile(file);
    await writeFile(file, bytes.fill(0x5a, 4096));
    await expectFailure('damaged', /is damaged/, /Move .* away/);
  });

  test('a file in the place of the folder, and a folder in the place of the file', async () => {
    await writeFile(folder, '');
    await expectFailure('access', /cannot be used \(E(NOTDIR|EXIST)\)/, /--database/);
    await rm(folder);
    await mkdir(file, { recursive: true });
    await expectFailure('access', /cannot be used \(EISDIR\)/, /--database/);
  });

  test('a link to nowhere', async () => {
    await mkdir(folder);
    await symlink(join(home, 'none', 'file'), file);
    await expectFailure('access', /cannot be used \(ENOENT\)/, /--database/);
  });

  test('one that is deleted or replaced while it is open', async () => {
    const { table, close } = await openLocalStore(folder);
    await save(table, 8, good);
    await rename(folder, `${folder}-moved`);
    await expect(save(table, 9, bad)).rejects.toMatchObject({ name: 'LocalStoreError', failure: 'moved' });
    (await openLocalStore(folder)).close();
    await expect(save(table, 9, bad)).rejects.toMatchObject({ failure: 'moved' });
    close();
  });
});

describe('what expired', () => {
  test('is deleted a month later, and not before', async () => {
    let now = new Date('2026-01-01T00:00:00Z');
    const { store, deleteExpired, close } = await openLocalStore(folder, { now: () => now });
    const expires = now.getTime() / 1000;
    await store.putAll([
      { pk: 'a', sk: 'expired', expires } as never,
      { pk: 'a', sk: 'live', expires: expires + 86_400 * 90 } as never,
      { pk: 'a', sk: 'for ever' },
    ]);
    const left = async () => (await store.query<{ sk: string }>({ partition: 'a', now: 0 })).items.map(({ sk }) => sk);
    now = new Date('2026-01-30T00:00:00Z');
    await deleteExpired();
    expect(await left()).toEqual(['expired', 'for ever', 'live']);
    now = new Date('2026-02-01T00:00:00Z');
    await deleteExpired();
    expect(await left()).toEqual(['for ever', 'live']);
    close();
  });
});
