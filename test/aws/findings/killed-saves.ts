/** Saves into the database on this machine by processes that are killed, and by several at once. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLocalStore } from '../../../shared/aws/findings/local/local-store.ts';
import { replay } from '../../../shared/core/history/log.ts';
import { finding, hour, result } from '../../core/results.ts';
import { save } from '../../query/inventory.ts';
import { startModule } from './processes.ts';

const region = { account: '111122223333', region: 'us-west-2' };
const resources = Array.from({ length: 200 }, (_, n) => `sg-${n}`);
const message = 'x'.repeat(2_000);
const seen = (status: 'pass' | 'fail') => result({ findings: resources.map((resource) => finding({ resource, status, message })) });

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'local-store-'));
  try {
    await work(join(folder, 'findings'));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A process that saves an audit with 200 regressions, and kills itself before a write of its transaction. */
const killedBefore = (write: number, folder: string) => `
  import { openLocalStore } from './shared/aws/findings/local/local-store.ts';
  import { findingsTable } from './shared/aws/findings/table.ts';
  import { storeThrough } from './test/aws/findings/store-through.ts';
  import { finding, result } from './test/core/results.ts';
  import { save } from './test/query/inventory.ts';
  const { store } = await openLocalStore(${JSON.stringify(folder)});
  let left = ${write};
  const dying = (inside) => storeThrough(inside, (send, { isWrite }) => {
    if (isWrite && left-- === 0) process.kill(process.pid, 'SIGKILL');
    return send();
  });
  const table = findingsTable({ store: { ...store, atomically: (work) => store.atomically((inside) => work(dying(inside))) }, retentionDays: 400 });
  const findings = ${JSON.stringify(resources)}.map((resource) => finding({ resource, status: 'fail', message: 'x'.repeat(2000) }));
  await save(table, ${JSON.stringify(region)}, ${JSON.stringify(hour(9))}, result({ findings }));
  console.log('saved');
`;

/** Number beyond the writes of a save. */
export const noKill = 1000;

/** Tests kills after so many writes of a save. */
export const testKilledSaves = (writes: readonly number[]): void =>
  test.each(writes)('killed after %i writes of its transaction, a save leaves the state before, and the next save is whole', (write) =>
    inFolder(async (folder) => {
      const { table, close } = await openLocalStore(folder);
      await save(table, region, hour(8), seen('pass'));
      const before = await table.currentState(region);
      const { child, line } = startModule(killedBefore(write, folder));
      const ended = once(child, 'exit');
      const saved = (await line()) === 'saved';
      expect([saved, ...(await ended)]).toEqual(write === noKill ? [true, 0, null] : [false, null, 'SIGKILL']);
      if (!saved) expect(await table.currentState(region)).toEqual(before);
      await save(table, region, hour(10), seen(saved ? 'pass' : 'fail'));
      const log = (await table.changesBetween(region, {}, { oldestFirst: true })).items;
      expect(log.map((c) => [c.seq, c.changes.length])).toEqual([[1, 201], [2, 201], ...(saved ? [[3, 201]] : [])]);
      expect((await table.audits(region)).items.map((a) => a.commit)).toEqual(log.map((c) => c.seq).toReversed());
      expect((await table.currentState(region))?.findings).toEqual(replay(log)?.findings);
      expect((await table.historyOf(region, finding({ resource: 'sg-7' }).id)).items).toHaveLength(log.length);
      close();
    }),
  );

/** Tests so many processes that each save ten audits into one new database. */
export const testSavesAtOnce = (processes: number): void =>
  test(`${processes} processes that save into one new database all succeed, and the log is whole`, () =>
    inFolder(async (folder) => {
      const code = (n: number) => `
        import { openLocalStore } from './shared/aws/findings/local/local-store.ts';
        import { finding, result } from './test/core/results.ts';
        import { save } from './test/query/inventory.ts';
        const { table, close } = await openLocalStore(${JSON.stringify(folder)});
        for (let i = 0; i < 10; i++) {
          const seen = result({ findings: [finding({ status: (i + ${n}) % 2 ? 'fail' : 'pass' })] });
          await save(table, ${JSON.stringify(region)}, new Date().toISOString(), seen);
        }
        close();
      `;
      const children = Array.from({ length: processes }, (_, n) => startModule(code(n)).child);
      const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0]));
      expect(codes).toEqual(children.map(() => 0));
      const { table, close } = await openLocalStore(folder);
      const log = (await table.changesBetween(region, {}, { limit: 1000, oldestFirst: true })).items;
      expect(log.map((c) => c.seq)).toEqual(log.map((_, n) => n + 1));
      expect(log.length).toBeGreaterThan(1);
      expect((await table.currentState(region))?.findings).toEqual(replay(log)?.findings);
      close();
    }));
