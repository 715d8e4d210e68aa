/** Findings that earlier versions stored, in LevelDB by dynalite, are all there after the first command of this version, and are answered as before. */
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { marshall } from '@aws-sdk/util-dynamodb';
import { ClassicLevel } from 'classic-level';
import dynalite from 'dynalite/db/index.js';
import * as fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { partitionsOfValue, tableDefinition } from '../../../shared/aws/findings/keys.ts';
import { type LocalStore, openLocalStore } from '../../../shared/aws/findings/local/local-store.ts';
import { finding, hour, result } from '../../core/results.ts';
import { save } from '../../query/inventory.ts';
import { startDynamoTable } from './dynamo-table.ts';
import { testKilledMigrations } from './killed-migrations.ts';
import {
  answers,
  byKey,
  folder,
  fourAudits,
  type Item,
  itemsOf,
  lock,
  migrated,
  names,
  now,
  older,
  place,
  seen,
} from './older-database.ts';

describe('a database of the version before', () => {
  test('has all of its items after the migration, with any content', async () => {
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
      const found = await itemsOf(store, items);
      expect(found).toHaveLength(1200);
      expect(byKey(found)).toEqual(byKey(items));
      // Indexes are made of the items.
      const clusters = await store.query({ index: 'cluster', partition: 'a', now: 0 });
      expect(clusters.items).toHaveLength(items.filter(({ cluster }) => cluster === 'a').length);
    });
  });

  test('is answered as before, audits go on where they were, and the older files are deleted', async () => {
    const { items, answers: expected } = await fourAudits();
    const lines: string[] = [];
    const local = await openLocalStore(folder, { now, say: (line) => lines.push(line) });
    expect(lines).toEqual([`converting the database of an earlier version in ${folder} …`]);
    expect(byKey(await itemsOf(local.store, items))).toEqual(byKey(items));
    expect(await answers(local)).toEqual(expected);
    expect(await save(local.table, place, hour(12), result({ findings: [finding()] }))).toMatchObject({ commit: 5 });
    local.close();
    expect(await names()).toEqual(['findings.sqlite', 'lock']);
    expect(((await stat(join(folder, 'findings.sqlite'))).mode & 0o777).toString(8)).toBe('600');
    await migrated(async ({ table }) => expect((await table.currentState(place))?.seq).toBe(5));
  });

  test('loses index entries of items that were never written, and gets those that were', async () => {
    await fourAudits();
    // dynalite writes the entries of an item before the item, and takes old ones away before: kills leave both.
    const level = new ClassicLevel(join(folder, 'table'));
    const commit = { pk: '111122223333#us-west-2', sk: 'LOG#0000000004', seq: 4, factsAt: hour(11) };
    const orphan = marshall({ ...commit, logOrder: `${hour(10)}#111122223333#us-west-2#0000000004`, month: '2026-11#2' });
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
      const pages = await Promise.all(
        partitionsOfValue('cluster', 'llm-train').map((partition) => local.store.query({ index: 'cluster', partition, now: 0 })),
      );
      expect(pages.flatMap((page) => page.items).length).toBeGreaterThan(0);
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
    await fourAudits();
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
  const { items, answers: expected } = await fourAudits();
  await rm(join(folder, 'table'), { recursive: true });
  const client = await startDynamoTable({ path: join(folder, 'table'), definition: olderDefinition });
  await client.store.putAll(items.flatMap((item) => asOlder(item) ?? []));
  await client.close();
  await migrated(async (local) => {
    const known = (of: readonly Item[]) => new Map(of.map(({ fleet, expires, ...item }) => [`${item.pk} ${item.sk}`, item]));
    // Item by item what would have been written, but for two things that the next audit writes.
    expect(known(await itemsOf(local.store, items))).toEqual(known(items.map((i) => (i.pk === 'fleet' ? { ...i, factsAt: hour(11) } : i))));
    const same = (of: typeof expected) => JSON.stringify(of).replaceAll(/"factsAt":"[^"]+","orLater"/g, '"orLater"');
    expect(same(await answers(local))).toBe(same(expected));
    expect(await save(local.table, place, hour(12), result({ findings: [finding()] }))).toMatchObject({ commit: 5 });
  });
});

test('what an earlier version left between two tables is the whole one of them', async () => {
  await fourAudits();
  const path = join(folder, 'table');
  // It had copied the table, and was killed before the copy got its name.
  await rename(path, `${path}.new`);
  await mkdir(`${path}.old`);
  await migrated(async ({ table }) => expect((await table.currentState(place))?.seq).toBe(4));
  expect(await names()).toEqual(['findings.sqlite', 'lock']);
});

test('a copy that an earlier version had only begun does not count', async () => {
  await fourAudits();
  await mkdir(join(folder, 'table.new'));
  await migrated(async ({ table }) => expect((await table.currentState(place))?.seq).toBe(4));
  expect(await names()).toEqual(['findings.sqlite', 'lock']);
});

test('one that another process has open is waited for, and named once patience ends', async () => {
  await fourAudits();
  const held = await lock();
  const lines: string[] = [];
  const opening = openLocalStore(folder, { now, patienceMs: 600_000, say: (line) => lines.push(line) });
  await vi.waitUntil(() => lines.length > 0, { timeout: 600_000 });
  expect(lines).toEqual([`waiting for another process that has the database of an earlier version in ${folder} open …`]);
  await expect(openLocalStore(folder, { patienceMs: 0 })).rejects.toMatchObject({
    failure: 'locked',
    reason: `the database in ${folder} is open in another process, which may be an earlier version of this tool`,
  });
  await held.close();
  const local = await opening;
  expect((await local.table.currentState(place))?.seq).toBe(4);
  local.close();
});

testKilledMigrations(['before it commits', 'when the new file has its name']);

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
