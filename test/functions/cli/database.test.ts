/** What an audit does with a database that fails: it goes on, and says so. */
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { withAuditStore } from '../../../functions/cli/audit-store.ts';
import { withDatabase, withExistingDatabase } from '../../../functions/cli/database.ts';
import { NoAuditError, NoResultError } from '../../../functions/process/exit.ts';
import { openLocalStore } from '../../../shared/aws/findings/local/local-store.ts';
import { rules } from '../../../shared/core/evaluation/rules.ts';
import { finding, hour, result } from '../../core/results.ts';
import { save } from '../../query/inventory.ts';

let database: string;
beforeEach(async () => {
  database = await mkdtemp(join(tmpdir(), 'database-'));
});
afterEach(() => rm(database, { recursive: true, force: true }));

const west = { account: '111122223333', region: 'us-west-2' };
const east = { account: '111122223333', region: 'us-east-1' };
const seen = result({ findings: [finding({ status: 'fail' })] });

test('an audit is stored, and what a later command reads', async () => {
  const saved = await withAuditStore({ database }, async ({ table, failure, withResults }) => {
    const { commit = 0 } = await save(table, west, hour(8), seen);
    expect(await table.commit(west, commit)).toMatchObject({ seq: 1 });
    expect(failure()).toBeUndefined();
    return withResults(({ table: stored }) => stored.currentState(west));
  });
  expect(saved?.findings.size).toBe(1);
  expect(await withExistingDatabase({ database }, ({ table }) => table.currentState(west))).toEqual(saved);
});

describe('where the database cannot be opened', () => {
  test('results are computed as those of a first audit, and can all be read', async () => {
    await rm(database, { recursive: true });
    await withAuditStore({ database: join('/dev/null', 'folder') }, async ({ table, failure, withResults }) => {
      expect(failure()).toMatchObject({ failure: 'access' });
      for (const place of [west, east]) {
        const saved = await save(table, place, hour(8), seen);
        expect(saved.commit).toBeUndefined();
        expect(saved.changes.map((c) => c.cause)).toContain('baseline');
        expect(saved.result.findings).toMatchObject([{ status: 'fail', since: hour(8) }]);
      }
      expect(await table.commit(west, 1)).toBeUndefined();
      const found = await withResults((local) => Promise.all([west, east].map((place) => local.table.currentState(place))));
      expect(found.map((state) => state?.findings.size)).toEqual([1, 1]);
    });
  });
});

describe('where it fails between two saves', () => {
  test('later results are compared with what was stored, and a report holds all of them', async () => {
    await withAuditStore({ database }, async ({ table, failure, withResults }) => {
      await save(table, west, hour(8), seen);
      await rename(database, `${database}-moved`);
      const second = await save(table, west, hour(9), result({ findings: [finding()] }));
      // Since when it has been so is known of the stored one, and what has changed.
      expect(second.changes.map((c) => [c.kind, c.cause])).toContainEqual(['recovered', 'account']);
      expect(second.commit).toBeUndefined();
      expect(failure()).toMatchObject({ failure: 'moved' });
      // It is not tried again.
      await rename(`${database}-moved`, database);
      expect((await save(table, east, hour(9), seen)).commit).toBeUndefined();
      const found = await withResults((local) => Promise.all([west, east].map((place) => local.table.currentState(place))));
      expect(found.map((state) => state?.audit.factsAt)).toEqual([hour(9), hour(9)]);
    });
    // What was stored before is still there, whole.
    await withDatabase({ database }, async ({ table }) => {
      expect((await table.currentState(west))?.audit.factsAt).toBe(hour(8));
      expect(await table.currentState(east)).toBeUndefined();
    });
  });

  test('one that another process keeps locked does not stop the audit', async () => {
    const holder = await openLocalStore(database);
    await holder.store.atomically(async (inside) => {
      await inside.put({ pk: 'a', sk: 'a' });
      await withAuditStore({ database, patienceMs: 200 }, async ({ table, failure }) => {
        expect((await save(table, west, hour(8), seen)).result.findings).toHaveLength(1);
        expect(failure()).toMatchObject({ failure: 'locked' });
      });
      // Commands that read go on.
      await expect(withExistingDatabase({ database }, ({ table }) => table.currentState(west))).resolves.toBeUndefined();
    });
    holder.close();
  });
});

test('a defect is a defect', async () => {
  const failing = withAuditStore({ database }, ({ table }) =>
    table.save({ ...west, auditId: 'a', factsAt: hour(8), planHash: 'p', toolVersion: '1', rules }, () => {
      throw new TypeError('a defect');
    }),
  );
  await expect(failing).rejects.toThrow(TypeError);
});

test('a command that reads ends in a sentence, or says that nothing is stored', async () => {
  await expect(withExistingDatabase({ database }, async () => 1)).rejects.toThrow(NoAuditError);
  await expect(withDatabase({ database: '/dev/null/folder' }, async () => 1)).rejects.toThrow(NoResultError);
  await expect(withDatabase({ database: '/dev/null/folder' }, async () => 1)).rejects.toThrow(
    'The database cannot be used: /dev/null/folder cannot be used (ENOTDIR). Check that it is a folder that you may write to, or name another folder with --database.',
  );
});
