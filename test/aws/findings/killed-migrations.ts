/** Migrations that are killed, and databases of earlier versions with killed writers. */
import { once } from 'node:events';
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { result } from '../../core/results.ts';
import { save } from '../../query/inventory.ts';
import { scan, startDynamoTable } from './dynamo-table.ts';
import { byKey, folder, fourAudits, type Item, itemsOf, migrated, names, place } from './older-database.ts';
import { kill, startModule } from './processes.ts';

const killed = `() => process.kill(process.pid, 'SIGKILL')`;

/** When a migration is killed, how, and which databases that leaves. */
const moments = {
  'before it has stored anything': [`DatabaseSync.prototype.prepare = ${killed};`, 'older'],
  'before it commits': [
    `const real = DatabaseSync.prototype.exec; DatabaseSync.prototype.exec = function (sql) { if (sql === 'commit') (${killed})(); return real.call(this, sql); };`,
    'older',
  ],
  'before the new file has its name': [`fsp.rename = ${killed};`, 'older'],
  'when the new file has its name': [
    `const real = fsp.rename; fsp.rename = async (...paths) => { await real(...paths); (${killed})(); };`,
    'both',
  ],
  'while it deletes the older one': [
    `const real = fsp.rm; fsp.rm = async (path, options) => { await real(path, options); if (path.endsWith('table')) (${killed})(); };`,
    'new',
  ],
} as const;
export type KillMoment = keyof typeof moments;
export const killMoments = Object.keys(moments) as readonly KillMoment[];

/** Tests that the next command opens the whole database after a migration was killed. */
export const testKilledMigrations = (at: readonly KillMoment[]): void =>
  test.each(at)('a migration that is killed %s leaves a database that the next command opens whole', async (moment) => {
    const [failure, left] = moments[moment];
    const { items } = await fourAudits();
    const { child } = startModule(`
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
    if (left !== 'new') await expectOlder(items);
    await migrated(async ({ store, table }) => {
      expect(byKey(await itemsOf(store, items))).toEqual(byKey(items));
      expect((await table.changesBetween(place, {})).items.map((c) => c.seq)).toEqual([4, 3, 2, 1]);
    });
    expect(await names()).toEqual(['findings.sqlite', 'lock']);
  });

/** The older database still has these items; reads a copy, for reading writes into it. */
async function expectOlder(items: readonly Item[]): Promise<void> {
  const copy = join(folder, 'copy');
  await cp(join(folder, 'table'), copy, { recursive: true });
  const table = await startDynamoTable({ path: copy });
  expect(byKey(await scan(table))).toEqual(byKey(items));
  await table.close();
  await rm(copy, { recursive: true });
}

/** An earlier version that saves audits for ever, and prints a line after each. */
const writer = (path: string) => `
  import { finding, result } from './test/core/results.ts';
  import { save } from './test/query/inventory.ts';
  import { startDynamoTable } from './test/aws/findings/dynamo-table.ts';
  const { table } = await startDynamoTable({ path: ${JSON.stringify(path)} });
  for (let n = 0; ; n++) {
    const at = new Date(Date.UTC(2026, 10, 20) + n * 60000).toISOString();
    const findings = Array.from({ length: 30 }, (_, i) => finding({ resource: 'sg-' + i, status: (n + i) % 2 ? 'fail' : 'pass' }));
    await save(table, ${JSON.stringify(place)}, at, result({ findings }));
    console.log(String(n));
  }
`;

/** Tests migrations of databases with a writer that was killed so many milliseconds after it saved so many audits. */
export const testKilledWriters = (kills: readonly { readonly saved: number; readonly ms: number }[]): void =>
  test.each(kills)(
    'a database with a writer that was killed $ms ms after audit $saved: every commit once, records and histories as the log adds up',
    async ({ saved, ms }) => {
      const path = join(folder, 'table');
      const { child, line } = startModule(writer(path));
      for (let n = 0; n < saved; n++) expect(await line()).toBe(String(n));
      await new Promise((done) => setTimeout(done, ms));
      await kill(child);

      const before = await startDynamoTable({ path });
      const items = (await scan(before)) as readonly Item[];
      await before.close();
      await migrated(async ({ store, table }) => {
        const stored = (of: readonly Item[]) => byKey(of.filter(({ pk }) => pk !== 'fleet'));
        expect(stored(await itemsOf(store, items))).toEqual(stored(items));
        const log = (await table.changesBetween(place, {}, { limit: 10_000, oldestFirst: true })).items;
        expect(log.map((c) => c.seq)).toEqual(log.map((_, i) => i + 1));
        expect(log.length).toBeGreaterThanOrEqual(saved);
        // The next audit finishes what was begun, as it would have before.
        await save(table, place, '2027-01-01T00:00:00.000Z', result({ findings: [] }));
        expect((await table.currentState(place))?.findings.size).toBe(0);
      });
    },
  );
