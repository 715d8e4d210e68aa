/**
 * The findings table on this machine: dynalite, which speaks DynamoDB's API, on a folder. The same table code works on
 * it as on DynamoDB, by endpoint alone.
 */
import { once } from 'node:events';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { ClassicLevel } from 'classic-level';
import dynalite from 'dynalite';
import { createTable, documentClient, type FindingsTable, findingsTable, tableStatus } from './aws/findings-table.ts';
import { copyUpgraded, isCurrent } from './aws/upgrade-table.ts';
import { emptyPlan } from './core/plan.ts';

export interface EmbeddedTable {
  readonly table: FindingsTable;
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  /** Ends the server and gives the folder free. What was written stays. */
  readonly close: () => Promise<void>;
}

/** Another process, or this one, has the folder open. */
export class TableInUse extends Error {
  constructor(folder: string, cause: unknown) {
    super(`The findings in ${folder} are in use by another process.`, { cause });
    this.name = 'TableInUse';
  }
}

const tableName = 'hyperpod-findings';

const isLocked = (error: unknown): boolean =>
  error instanceof Error && error.cause instanceof Error && 'code' in error.cause && error.cause.code === 'LEVEL_LOCKED';

/**
 * Takes the folder for this process. The lock is one that the operating system lifts when the process ends, however it
 * ends: LevelDB's own, on a database that is there for nothing else, since dynalite gives no clear sign of its own.
 */
async function lock(folder: string): Promise<ClassicLevel> {
  const held = new ClassicLevel(join(folder, 'lock'));
  try {
    await held.open();
  } catch (error) {
    if (isLocked(error)) throw new TableInUse(folder, error);
    throw error;
  }
  return held;
}

/** A database that cannot be opened says so here; inside dynalite it would end the process at the first call. */
async function probe(path: string, folder: string): Promise<void> {
  const database = new ClassicLevel(path);
  try {
    await database.open();
  } catch (error) {
    throw new Error(`The findings in ${folder} cannot be read: their database is damaged or not one of ours.`, { cause: error });
  }
  await database.close();
}

interface Served {
  readonly client: DynamoDBDocumentClient;
  readonly stop: () => Promise<void>;
}

async function serve(path: string): Promise<Served> {
  const server = dynalite({ path, createTableMs: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  // Whatever account and region the environment names, this endpoint is ours alone.
  const client = documentClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'embedded', secretAccessKey: 'embedded' },
  });
  const stop = async () => {
    client.destroy();
    await new Promise<void>((done, failed) => server.close((error) => (error ? failed(error) : done())));
  };
  return { client, stop };
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );

/** Beside the table while it is copied, and after that the one it was copied from. */
const [fresh, old] = ['.new', '.old'];

/** Whether findings are kept in a folder, or were while their table was changed. Makes nothing. */
export const holdsTable = async (folder: string): Promise<boolean> =>
  (await isThere(join(folder, 'table'))) || (await isThere(join(folder, `table${old}`)));

/** Ends a change of tables that a process did not live to end: the copy is whole from the moment the table made room for it. */
async function endUpgrade(path: string): Promise<void> {
  if (!(await isThere(path)) && (await isThere(path + old))) await rename(path + fresh, path);
  await Promise.all([fresh, old].map((suffix) => rm(path + suffix, { recursive: true, force: true })));
}

/** Copies a table that an older version made into one as it has to be, beside it. */
async function copyBeside(path: string, { client }: Served): Promise<void> {
  await rm(path + fresh, { recursive: true, force: true });
  const to = await serve(path + fresh);
  try {
    await createTable(to.client, tableName);
    await copyUpgraded(client, to.client, tableName);
  } finally {
    await to.stop();
  }
}

/** A served database with the table in it. */
async function serveTable(path: string): Promise<Served> {
  const served = await serve(path);
  let status: string | undefined;
  try {
    status = await tableStatus(served.client, tableName);
    if (status === undefined) await createTable(served.client, tableName);
    if (status === undefined || (status === 'ACTIVE' && (await isCurrent(served.client, tableName)))) return served;
    if (status === 'ACTIVE') await copyBeside(path, served);
  } catch (error) {
    await served.stop();
    throw error;
  }
  await served.stop();
  if (status === 'ACTIVE') {
    await rename(path, path + old);
    await endUpgrade(path);
  }
  // A process ended while it made the table. Nothing was ever written to it, and it would stay half-made for ever.
  else await rm(path, { recursive: true });
  return serveTable(path);
}

/**
 * Opens the findings kept in a folder, making both if need be, and serves them on loopback until `close`.
 * `TableInUse` when someone else has them open.
 */
export async function startEmbeddedTable(
  folder: string,
  options: { readonly retentionDays?: number; readonly now?: () => Date } = {},
): Promise<EmbeddedTable> {
  const home = resolve(folder);
  const path = join(home, 'table');
  await mkdir(home, { recursive: true });
  const held = await lock(home);
  try {
    await endUpgrade(path);
    await probe(path, home);
    const { client, stop } = await serveTable(path);
    const { retentionDays = emptyPlan.retentionDays, now } = options;
    return {
      table: findingsTable({ client, tableName, retentionDays, ...(now && { now }) }),
      client,
      tableName,
      close: async () => {
        await stop();
        await held.close();
      },
    };
  } catch (error) {
    await held.close();
    throw error;
  }
}
