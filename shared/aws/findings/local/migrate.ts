/**
 * Findings that a version before this one stored: a LevelDB database in `<folder>/table`, written by dynalite, under a lock in
 * `<folder>/lock`. They are copied into a new SQLite file, which takes its name only when it is complete; until then the
 * older database is untouched, and after that it is deleted. dynalite's index entries are not copied: SQLite makes its own
 * of the items, so entries of items that were never written are gone.
 */
import { rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ClassicLevel } from 'classic-level';
import { regionKeyOf, sortKeys } from '../keys.ts';
import { addInventoryItem, type StoredItem, upgradedItem } from '../upgrade-items.ts';
import { exists, isWritten, makePrivateFile, onPath, syncFolder } from './files.ts';
import { openSqliteStore } from './sqlite-store.ts';
import { LocalStoreError, otherFolder } from './store-error.ts';
import { held, untilFree } from './wait-until-free.ts';

export interface MigrationOptions {
  readonly patienceMs?: number;
  /** Lines for people who wait. */
  readonly say?: (line: string) => void;
  readonly now?: () => Date;
}

const tableName = 'hyperpod-findings';
/** A copy that a version before began, and the table that it had copied from. */
const [copy, copied] = ['.new', '.old'];

/** Names that versions before this one use in the folder. */
const lockName = 'lock';
export const olderNames: readonly string[] = [lockName, 'table', `table${copy}`, `table${copied}`];

/** The older database that counts: the table, or what a process that was killed between two renames has left of it. */
async function olderTable(folder: string): Promise<string | undefined> {
  const table = join(folder, 'table');
  if (await exists(table)) return table;
  if (!(await exists(table + copied))) return undefined;
  // The table makes room for its copy only once that is complete.
  return (await exists(table + copy)) ? table + copy : table + copied;
}

export const holdsOlderTable = async (folder: string): Promise<boolean> => (await olderTable(folder)) !== undefined;

interface AttributeValue {
  readonly S?: string;
  readonly N?: string;
  readonly B?: string;
  readonly BOOL?: boolean;
  readonly NULL?: true;
  readonly L?: readonly AttributeValue[];
  readonly M?: Readonly<Record<string, AttributeValue>>;
  readonly SS?: readonly string[];
  readonly NS?: readonly string[];
  readonly BS?: readonly string[];
}

const bytes = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'));

function number(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value))) return value;
  throw new RangeError(`the number ${text} cannot be stored exactly`);
}

/** A value as DynamoDB's API writes it: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html */
function valueIn(attribute: AttributeValue): unknown {
  const { S, N, B, BOOL, NULL, L, M, SS, NS, BS } = attribute;
  if (S !== undefined) return S;
  if (N !== undefined) return number(N);
  if (B !== undefined) return bytes(B);
  if (BOOL !== undefined) return BOOL;
  if (NULL !== undefined) return null;
  if (L) return L.map(valueIn);
  if (M) return itemOf(M);
  if (SS) return new Set(SS);
  if (NS) return new Set(NS.map(number));
  if (BS) return new Set(BS.map(bytes));
  throw new TypeError(`an attribute has the unknown type ${Object.keys(attribute).join(', ')}`);
}

const itemOf = (attributes: Readonly<Record<string, AttributeValue>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, valueIn(value)]));

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);
const causeOf = (error: unknown): unknown => (error instanceof Error && error.cause !== undefined ? error.cause : error);

/** Opens a LevelDB database; `undefined` while another process has it open, for LevelDB allows only one. */
async function openLevel(path: string): Promise<ClassicLevel | undefined> {
  // Loaded only here: a native module that nothing else needs.
  const { ClassicLevel } = await import('classic-level').catch((error: unknown) => {
    const fix = 'Install the package again, with its optional dependencies, or name another folder with --database.';
    throw new LocalStoreError(
      'unsupported',
      `the database of an earlier version in ${path} needs the package classic-level, which cannot be loaded`,
      fix,
      error,
    );
  });
  const database = new ClassicLevel(path);
  try {
    await database.open();
    return database;
  } catch (error) {
    if (codeOf(causeOf(error)) === 'LEVEL_LOCKED') return undefined;
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): LocalStoreError {
  if (error instanceof LocalStoreError) return error;
  const cause = causeOf(error);
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new LocalStoreError(
    'damaged',
    `${path}, the database of an earlier version, cannot be read (${detail})`,
    `Nothing was changed. Move ${path} away to start a new database, or name another folder with --database.`,
    error,
  );
}

async function* itemsIn(database: ClassicLevel): AsyncGenerator<readonly StoredItem[]> {
  const prefix = `item-${tableName}~`;
  // dynalite's keys are ASCII.
  const values = database.values({ gte: prefix, lt: `${prefix}\u007f` });
  try {
    for (;;) {
      const some = await values.nextv(500);
      if (some.length === 0) return;
      yield some.map((text) => itemOf(JSON.parse(text)) as StoredItem);
    }
  } finally {
    await values.close();
  }
}

/** Copies everything into a new file. */
async function copyItems(from: string, to: string, { say, now = () => new Date() }: MigrationOptions): Promise<void> {
  const database = await openLevel(from);
  if (!database) throw new LocalStoreError('locked', `${from} is open in another process`, otherFolder);
  say?.(`converting the database of an earlier version in ${dirname(from)} …`);
  try {
    await makePrivateFile(to);
    const sqlite = await openSqliteStore(to);
    try {
      let count = 0;
      await sqlite.store.atomically(async (store) => {
        const heads: string[] = [];
        for await (const items of itemsIn(database)) {
          await store.putAll(items.map(upgradedItem));
          heads.push(...items.filter(({ sk }) => sk === sortKeys.head).map(({ pk }) => pk));
          count += items.length;
        }
        for (const pk of heads) if (await addInventoryItem(store, regionKeyOf(pk), now())) count += 1;
      });
      const stored = await sqlite.count();
      if (stored !== count) throw new Error(`${stored} items were stored of ${count}`);
      await sqlite.setMeta(leftover, 'yes');
    } finally {
      sqlite.close();
    }
  } catch (error) {
    throw unreadable(from, error);
  } finally {
    await database.close();
  }
  // Closing writes the log into the database and deletes it, unless the disk is full.
  if (await exists(`${to}-wal`))
    throw new LocalStoreError('full', `no space is left for ${to}`, `Free disk space, or name another folder with --database.`);
}

/** Set in the new database until the older one is deleted. */
export const leftover = 'older database not deleted';

const sqliteFiles = (file: string): readonly string[] => [file, `${file}-wal`, `${file}-shm`];

const remove = (path: string): Promise<void> => onPath(path, () => rm(path, { recursive: true, force: true, maxRetries: 3 }));

const usualPatienceMs = 60_000;

/** Takes the lock under which versions before this one work, and every process of this one that migrates. */
const lockOlder = (folder: string, { patienceMs = usualPatienceMs, say }: MigrationOptions): Promise<ClassicLevel> =>
  untilFree(async () => (await openLevel(join(folder, lockName))) ?? held, {
    patienceMs,
    pauseMs: () => 100,
    onWait: () => say?.(`waiting for another process that has the database of an earlier version in ${folder} open …`),
    tooLong: () =>
      new LocalStoreError(
        'locked',
        `the database in ${folder} is open in another process, which may be an earlier version of this tool`,
        'Wait until that process has ended, or name another folder with --database.',
      ),
  });

/**
 * Deletes the older database, but for its lock, which another process may be about to open. Can be repeated, also after a
 * kill.
 */
export async function deleteOlder(folder: string, options: MigrationOptions): Promise<void> {
  const lock = await lockOlder(folder, options);
  try {
    for (const name of olderNames.filter((n) => n !== lockName)) await remove(join(folder, name));
  } finally {
    await lock.close();
  }
  await syncFolder(folder);
}

/** Makes `file` of the older database in the folder. Nothing is done where another process has done it. */
export async function migrate(folder: string, file: string, options: MigrationOptions): Promise<void> {
  const lock = await lockOlder(folder, options);
  try {
    const from = await olderTable(folder);
    // Another process may have had the lock before.
    if (from === undefined || (await isWritten(file))) return;
    const unfinished = `${file}.new`;
    for (const path of sqliteFiles(unfinished)) await remove(path);
    await copyItems(from, unfinished, options);
    await onPath(file, () => rename(unfinished, file));
    await syncFolder(folder);
  } finally {
    await lock.close();
  }
}
