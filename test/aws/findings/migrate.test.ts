/** Findings that earlier versions stored, in LevelDB by dynalite, are all there after the first command of this version, and are answered as before. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { marshall } from '@aws-sdk/util-dynamodb';
import { ClassicLevel } from 'classic-level';
import dynalite from 'dynalite/db/index.js';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { inventoryReader } from '../../../shared/aws/findings/inventory-reader.ts';
import type { ItemStore, QueryPosition } from '../../../shared/aws/findings/item-store.ts';
import { type Key, tableDefinition } from '../../../shared/aws/findings/keys.ts';
import { type LocalStore, openLocalStore } from '../../../shared/aws/findings/local/local-store.ts';
import type { FindingsTable } from '../../../shared/aws/findings/table.ts';
import { answer } from '../../../shared/query/run-query.ts';
import { finding, hour, result, row } from '../../core/results.ts';
import { save } from '../../query/inventory.ts';
import { type DynamoTable, scan, startDynamoTable } from './dynamo-table.ts';

vi.setConfig({ testTimeout: 600_000, hookTimeout: 120_000 });

const root = resolve(import.meta.dirname, '../../..');
const place = { account: '111122223333', region: 'us-west-2' };
const now = () => new Date(hour(12));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'migrate-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

type Item = Key & Record<string, unknown>;

/** Runs `work` on an earlier version's database in the folder. */
async function older<T>(work: (table: DynamoTable) => Promise<T>): Promise<T> {
  await (await lock()).close();
  const table = await startDynamoTable({ path: join(folder, 'table'), now });
  try {
    return await work(table);
  } finally {
    await table.close();
  }
}
const names = async () => (await readdir(folder)).toSorted();

/** The lock that earlier versions hold. */
async function lock(): Promise<ClassicLevel> {
  const held = new ClassicLevel(join(folder, 'lock'));
  await held.open();
  return held;
}

async function itemsOf(store: ItemStore, partitions: Iterable<string>): Promise<readonly Item[]> {
  const items: Item[] = [];
  for (const partition of new Set(partitions)) {
    let after: QueryPosition | undefined;
    do {
      const page = await store.query<Item>({ partition, now: 0, limit: 500, ...(after && { after }) });
      items.push(...page.items);
      after = page.last;
    } while (after);
  }
  return items;
}
const byKey = (items: readonly Key[]) => new Map(items.map((item) => [`${item.pk} ${item.sk}`, item]));

async function migrated<T>(work: (local: LocalStore) => Promise<T>): Promise<T> {
  const local = await openLocalStore(folder, { now });
  try {
    return await work(local);
  } finally {
    local.close();
  }
}

const seen = (n: number) =>
  result({
    findings: [
      finding({ status: n % 2 ? 'fail' : 'pass' }),
      ...(n < 2 ? [finding({ resource: 'sg-2' })] : []),
      finding({ check: 'vpc-dns', cluster: '', resource: 'vpc-1', status: 'fail', level: 'recommended', have: n, need: 9 }),
    ],
    rows: n > 0 ? [row({ check: 'run-as-enabled' })] : [],
  });
const fourAudits = async (table: Pick<FindingsTable, 'save'>) => {
  for (const n of [0, 1, 2, 3]) await save(table, place, hour(8 + n), seen(n));
};

const questions = [
  '/readiness',
  '/readiness?account=111122223333&region=us-west-2',
  '/findings',
  '/findings?check=efa-self-traffic',
  '/findings?cluster=llm-train',
  '/findings?account=111122223333&region=us-west-2',
  '/findings?account=111122223333&at=2026-11-20T08:30:00Z',
  '/changes',
  '/changes?account=111122223333&region=us-west-2',
  '/audits',
  '/coverage',
  '/capacity',
];
const answers = ({ table, store }: Pick<LocalStore, 'table' | 'store'>) =>
  Promise.all(
    questions.map(async (question) => {
      const [path = '', query = ''] = question.split('?');
      return [
        question,
        (await answer({ method: 'GET', path, query }, { table, reader: inventoryReader({ store, now }), now })).body,
      ] as const;
    }),
  );

describe('a database of the version before', () => {
  test('has every item after it, of whatever is in it', async () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 20 });
    const value = fc.letrec<{ any: unknown }>((tie) => ({
      any: fc.oneof(
        { depthSize: 'small' },
        text,
        fc.integer(),
        fc
          .double({ noNaN: true, min: -1e100, max: 1e100 })
          .filter((n) => n === 0 || (Math.abs(n) > 1e-100 && (!Number.isInteger(n) || Number.isSafeInteger(n)))),
        fc.boolean(),
        fc.constant(null),
        fc.uint8Array({ maxLength: 20 }),
        fc
          .uniqueArray(
            text.filter((t) => t !== ''),
            { minLength: 1, maxLength: 3 },
          )
          .map((texts) => new Set(texts)),
        fc.uniqueArray(fc.integer(), { minLength: 1, maxLength: 3 }).map((numbers) => new Set(numbers)),
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(
          text.filter((t) => t !== ''),
          tie('any'),
          { maxKeys: 3, noNullPrototype: true },
        ),
      ),
    })).any;
    const items = fc
      .sample(fc.record({ text, value, order: text.filter((t) => t !== ''), cluster: fc.constantFrom('a', 'b') }), {
        numRuns: 1200,
        seed: 20261201,
      })
      .map((more, n) => ({
        pk: `partition ${n % 7} ü`,
        sk: `OTHER#${n}#${more.text}`,
        ...more,
      }));
    await older((table) => table.store.putAll(items));
    await migrated(async ({ store }) => {
      const found = await itemsOf(
        store,
        items.map(({ pk }) => pk),
      );
      expect(found).toHaveLength(1200);
      expect(byKey(found)).toEqual(byKey(items));
      // Indexes are made of the items.
      const clusters = await store.query({ index: 'cluster', partition: 'a', now: 0 });
      expect(clusters.items).toHaveLength(items.filter(({ cluster }) => cluster === 'a').length);
    });
  });

  test('is answered as before, audits go on where they were, and the older files are deleted', async () => {
    const { items, told } = await older(async (table) => {
      await fourAudits(table.table);
      return { items: await scan(table), told: await answers(table) };
    });
    const lines: string[] = [];
    const local = await openLocalStore(folder, { now, say: (line) => lines.push(line) });
    expect(lines).toEqual([`converting the database of an earlier version in ${folder} …`]);
    expect(
      byKey(
        await itemsOf(
          local.store,
          items.map(({ pk }) => pk),
        ),
      ),
    ).toEqual(byKey(items));
    expect(await answers(local)).toEqual(told);
    expect(await save(local.table, place, hour(12), result({ findings: [finding()] }))).toMatchObject({ commit: 5 });
    local.close();
    expect(await names()).toEqual(['findings.sqlite', 'lock']);
    expect(((await stat(join(folder, 'findings.sqlite'))).mode & 0o777).toString(8)).toBe('600');
    await migrated(async ({ table }) => expect((await table.currentState(place))?.seq).toBe(5));
  });

  test('loses index entries of items that were never written, and gets those that were', async () => {
    await older((table) => fourAudits(table.table));
    // dynalite writes the entries of an item before the item, and takes old ones away before: kills leave both.
    const level = new ClassicLevel(join(folder, 'table'));
    const commit = { pk: '111122223333#us-west-2', sk: 'LOG#0000000004', seq: 4, factsAt: hour(11) };
    const orphan = marshall({ ...commit, logOrder: `${hour(10)}#111122223333#us-west-2#0000000004`, month: '2026-11' });
    const { puts } = dynalite.getIndexActions(tableDefinition.GlobalSecondaryIndexes, undefined, orphan, tableDefinition);
    expect(puts.map(({ index }) => index).toSorted()).toEqual(['log', 'time']);
    for (const { index, key, item } of puts) await level.put(`index-global~hyperpod-findings~${index}~${key}`, JSON.stringify(item));
    for await (const key of level.keys({
      gte: 'index-global~hyperpod-findings~cluster~',
      lt: 'index-global~hyperpod-findings~cluster~\u007f',
    }))
      await level.del(key);
    await level.close();
    const seqs = async ({ table }: Pick<LocalStore, 'table'>) => (await table.changesBetween(place, {})).items.map((c) => c.seq);
    expect(await older(seqs)).toEqual([4, 4, 3, 2, 1]);
    await migrated(async (local) => {
      expect(await seqs(local)).toEqual([4, 3, 2, 1]);
      expect((await local.store.query({ index: 'cluster', partition: 'llm-train', now: 0 })).items.length).toBeGreaterThan(0);
    });
  });

  test('in which nothing was stored yet is an empty one', async () => {
    await older(async () => undefined);
    await migrated(async ({ table }) => expect(await table.currentState(place)).toBeUndefined());
    // As a process leaves it that is killed while it makes the table.
    await rm(folder, { recursive: true });
    await mkdir(join(folder, 'table'), { recursive: true });
    await migrated(async ({ table }) => expect(await table.currentState(place)).toBeUndefined());
    expect(await names()).toEqual(['findings.sqlite', 'lock']);
  });

  test('is migrated once, however many commands come at the same time', async () => {
    await older((table) => fourAudits(table.table));
    const locals = await Promise.all(Array.from({ length: 8 }, () => openLocalStore(folder, { now })));
    for (const [n, { table }] of locals.entries()) {
      expect((await table.currentState(place))?.seq).toBe(4 + n);
      await save(table, place, hour(12 + n), seen(n));
    }
    for (const { close } of locals) close();
    expect(await names()).toEqual(['findings.sqlite', 'lock']);
  });
});

/** The definition of the version before that. */
const olderDefinition = {
  AttributeDefinitions: ['pk', 'sk', 'pending', 'at', 'commitAt', 'open', 'openAt'].map((AttributeName) => ({
    AttributeName,
    AttributeType: 'S' as const,
  })),
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' as const },
    { AttributeName: 'sk', KeyType: 'RANGE' as const },
  ],
  BillingMode: 'PAY_PER_REQUEST' as const,
  GlobalSecondaryIndexes: [
    ['pending', 'pending', 'at'],
    ['time', 'pk', 'commitAt'],
    ['open', 'open', 'openAt'],
  ].map(([IndexName, hash, range]) => ({
    IndexName,
    KeySchema: [
      { AttributeName: hash, KeyType: 'HASH' as const },
      { AttributeName: range, KeyType: 'RANGE' as const },
    ],
    Projection: { ProjectionType: 'ALL' as const },
  })),
};

/** An item as that version wrote it, or nothing where it wrote none like it. */
function asOlder(item: Item): Item | undefined {
  if (item.pk === 'fleet') return undefined;
  const { logOrder, month, order, check, cluster, fleet, open, ...rest } = item;
  if (logOrder !== undefined) return { ...rest, commitAt: item.factsAt };
  const failing = item.sk.startsWith('F#') && open !== undefined && open !== 'pass';
  return { ...rest, ...(failing && { open, openAt: item.since }) };
}

test('a database from before findings could be asked for by region, check and cluster is answered like any other', async () => {
  const { items, told } = await older(async (table) => {
    await fourAudits(table.table);
    return { items: (await scan(table)) as readonly Item[], told: await answers(table) };
  });
  await rm(join(folder, 'table'), { recursive: true });
  const client = await startDynamoTable({ path: join(folder, 'table'), definition: olderDefinition });
  await client.store.putAll(items.flatMap((item) => asOlder(item) ?? []));
  await client.close();
  await migrated(async (local) => {
    const known = (of: readonly Item[]) => new Map(of.map(({ fleet, expires, ...item }) => [`${item.pk} ${item.sk}`, item]));
    // Item by item what would have been written, but for two things that the next audit writes.
    expect(
      known(
        await itemsOf(
          local.store,
          items.map(({ pk }) => pk),
        ),
      ),
    ).toEqual(known(items.map((i) => (i.pk === 'fleet' ? { ...i, factsAt: hour(11) } : i))));
    const same = (of: typeof told) => JSON.stringify(of).replaceAll(/"factsAt":"[^"]+","orLater"/g, '"orLater"');
    expect(same(await answers(local))).toBe(same(told));
    expect(await save(local.table, place, hour(12), result({ findings: [finding()] }))).toMatchObject({ commit: 5 });
  });
});

test('what an earlier version left between two tables is the whole one of them', async () => {
  await older((table) => fourAudits(table.table));
  const path = join(folder, 'table');
  // It had copied the table, and was killed before the copy got its name.
  await rename(path, `${path}.new`);
  await mkdir(`${path}.old`);
  await migrated(async ({ table }) => expect((await table.currentState(place))?.seq).toBe(4));
  expect(await names()).toEqual(['findings.sqlite', 'lock']);
});

test('a copy that an earlier version had only begun does not count', async () => {
  await older((table) => fourAudits(table.table));
  await mkdir(join(folder, 'table.new'));
  await migrated(async ({ table }) => expect((await table.currentState(place))?.seq).toBe(4));
  expect(await names()).toEqual(['findings.sqlite', 'lock']);
});

/** A module in a process of its own. */
function other(code: string): { readonly child: ChildProcess; readonly line: () => Promise<string | undefined> } {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return { child, line: async () => (await lines.next()).value };
}

describe('a migration that is killed', () => {
  const killed = `() => process.kill(process.pid, 'SIGKILL')`;
  test.each([
    ['before it has stored anything', `DatabaseSync.prototype.prepare = ${killed};`, 'older'],
    [
      'before it commits',
      `const real = DatabaseSync.prototype.exec; DatabaseSync.prototype.exec = function (sql) { if (sql === 'commit') (${killed})(); return real.call(this, sql); };`,
      'older',
    ],
    ['before the new file has its name', `fsp.rename = ${killed};`, 'older'],
    [
      'when the new file has its name',
      `const real = fsp.rename; fsp.rename = async (...paths) => { await real(...paths); (${killed})(); };`,
      'both',
    ],
    [
      'while it deletes the older one',
      `let n = 0; const real = fsp.rm; fsp.rm = async (path, options) => { await real(path, options); if (path.endsWith('table')) (${killed})(); };`,
      'new',
    ],
  ])('%s leaves one that the next command opens whole', async (_, failure, left) => {
    const items = await older(async (table) => {
      await fourAudits(table.table);
      return scan(table);
    });
    const { child } = other(`
      import fsp from 'node:fs/promises';
      import { syncBuiltinESMExports } from 'node:module';
      import { DatabaseSync } from 'node:sqlite';
      ${failure}
      syncBuiltinESMExports();
      const { openLocalStore } = await import('./shared/aws/findings/local/local-store.ts');
      await openLocalStore(${JSON.stringify(folder)});
      console.log('open');
    `);
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
    const found = await names();
    expect([found.includes('table'), found.includes('findings.sqlite')]).toEqual([left !== 'new', left !== 'older']);
    // The older one is still what it was.
    if (left !== 'new') {
      const copy = join(folder, 'copy');
      await cp(join(folder, 'table'), copy, { recursive: true });
      const table = await startDynamoTable({ path: copy });
      expect(byKey(await scan(table))).toEqual(byKey(items));
      await table.close();
      await rm(copy, { recursive: true });
    }
    await migrated(async ({ store, table }) => {
      expect(
        byKey(
          await itemsOf(
            store,
            items.map(({ pk }) => pk),
          ),
        ),
      ).toEqual(byKey(items));
      expect((await table.changesBetween(place, {})).items.map((c) => c.seq)).toEqual([4, 3, 2, 1]);
    });
    expect(await names()).toEqual(['findings.sqlite', 'lock']);
  });
});

test('one that another process has open is waited for, and then named', async () => {
  await older((table) => fourAudits(table.table));
  const held = await lock();
  const lines: string[] = [];
  await expect(openLocalStore(folder, { patienceMs: 1500, say: (line) => lines.push(line) })).rejects.toMatchObject({
    failure: 'locked',
    reason: `the database in ${folder} is open in another process, which may be an earlier version of this tool`,
  });
  expect(lines).toEqual([`waiting for another process that has the database of an earlier version in ${folder} open …`]);
  const opening = openLocalStore(folder, { now });
  await held.close();
  const local = await opening;
  expect((await local.table.currentState(place))?.seq).toBe(4);
  local.close();
});

test('a damaged one is named, and nothing of it is changed', async () => {
  await mkdir(join(folder, 'table'));
  await writeFile(join(folder, 'table', 'CURRENT'), 'not a manifest');
  await expect(openLocalStore(folder)).rejects.toMatchObject({
    failure: 'damaged',
    reason: expect.stringContaining(`${join(folder, 'table')}, the database of an earlier version, cannot be read`),
    fix: expect.stringContaining('Nothing was changed.'),
  });
  expect(await readdir(join(folder, 'table'))).toContain('CURRENT');
  expect((await readdir(folder)).filter((name) => name === 'findings.sqlite')).toEqual([]);
});

test('twenty databases whose writers were killed: every commit once, records and histories as the log adds up', async () => {
  const write = (folder: string) => `
    import { findingsTable } from './shared/aws/findings-table.ts';
    import { finding, result } from './test/core/results.ts';
    import { save } from './test/query/inventory.ts';
    import { startDynamoTable } from './test/store/dynamo-table.ts';
    const folders = ${JSON.stringify(folder)};
    const { table } = await startDynamoTable({ path: folders + '/table' });
    console.log('ready');
    for (let n = 0; ; n++) {
      const at = new Date(Date.UTC(2026, 10, 20) + n * 60000).toISOString();
      const findings = Array.from({ length: 30 }, (_, i) => finding({ resource: 'sg-' + i, status: (n + i) % 2 ? 'fail' : 'pass' }));
      await save(table, { account: '111122223333', region: 'us-west-2' }, at, result({ findings }));
    }
  `;
  let commits = 0;
  let damaged = 0;
  for (let n = 0; n < 20; n++) {
    const own = join(folder, `killed-${n}`);
    await mkdir(own);
    const { child, line } = other(write(own));
    expect(await line()).toBe('ready');
    await new Promise((done) => setTimeout(done, 100 + n * 37));
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;

    const before = await startDynamoTable({ path: join(own, 'table') });
    const items = (await scan(before)) as readonly Item[];
    const listed = (await before.table.changesBetween(place, {}, { limit: 10_000 })).items.map((c) => c.seq);
    if (new Set(listed).size !== listed.length) damaged += 1;
    await before.close();

    const { store, table, close } = await openLocalStore(own, { now });
    const found = await itemsOf(
      store,
      items.map(({ pk }) => pk),
    );
    expect(byKey(found.filter(({ pk }) => pk !== 'fleet'))).toEqual(byKey(items.filter(({ pk }) => pk !== 'fleet')));
    const log = (await table.changesBetween(place, {}, { limit: 10_000, oldestFirst: true })).items;
    expect(log.map((c) => c.seq)).toEqual(log.map((_, i) => i + 1));
    commits += log.length;
    // The next audit finishes what was begun, as it would have before.
    await save(table, place, '2027-01-01T00:00:00.000Z', result({ findings: [] }));
    expect((await table.currentState(place))?.findings.size).toBe(0);
    close();
    await rm(own, { recursive: true });
  }
  expect(commits).toBeGreaterThan(20);
  // Seldom enough that it may be none: the test above makes one that is damaged so.
  console.log(`${damaged} of 20 databases listed a commit twice`);
});
