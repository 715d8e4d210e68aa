/** The embedded database as commands share it: one at a time, each waiting for the other. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withDatabase } from '../../../functions/cli/database.ts';
import { startEmbeddedTable } from '../../../shared/embedded-table.ts';

let database: string;
beforeAll(async () => {
  database = await mkdtemp(join(tmpdir(), 'database-'));
});
afterAll(() => rm(database, { recursive: true }));

const nobody = { account: '111122223333', region: 'us-west-2' };

test('while another command has it open it is waited for', async () => {
  const other = await startEmbeddedTable(database);
  const asked = withDatabase({ database }, (table) => table.currentState(nobody));
  await wait(300);
  await other.close();
  expect(await asked).toBeUndefined();
});

test('who has waited long enough is told so', async () => {
  const other = await startEmbeddedTable(database);
  const asked = withDatabase({ database, until: AbortSignal.abort() }, (table) => table.currentState(nobody));
  await expect(asked).rejects.toThrow(
    `The findings in ${database} are in use by another process. Wait for it, or name another folder with --database.`,
  );
  await other.close();
});
