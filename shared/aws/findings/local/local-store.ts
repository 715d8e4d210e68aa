/**
 * The findings table on this machine: a SQLite database in a folder, readable only by its owner. No socket is opened; any
 * number of processes may have it open, and one at a time writes.
 */
import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { emptyPlan } from '../../../core/plan/plan.ts';
import type { ItemStore } from '../item-store.ts';
import { expiryOf } from '../retention.ts';
import { type FindingsTable, findingsTable } from '../table.ts';
import { isWritten, makePrivateFile, makePrivateFolder } from './files.ts';
import { type FileSystemProbe, requireLocalFileSystem } from './filesystem.ts';
import { deleteOlder, holdsOlderTable, leftover, type MigrationOptions, migrate, olderNames } from './migrate.ts';
import { openSqliteStore, type SqliteStore } from './sqlite-store.ts';
import { movedError } from './store-error.ts';

export interface LocalStore {
  readonly store: ItemStore;
  readonly table: FindingsTable;
  /** Deletes items that expired more than a month ago. */
  readonly deleteExpired: () => Promise<void>;
  readonly close: () => void;
}

/** `patienceMs`: how long to wait for another process that writes or migrates. */
export interface LocalStoreOptions extends MigrationOptions {
  readonly retentionDays?: number;
  readonly fileSystem?: FileSystemProbe;
}

const fileName = 'findings.sqlite';
const isOwn = (name: string): boolean => name.startsWith(fileName) || name.startsWith('looked') || olderNames.includes(name);

/** Days from an item's expiry to its deletion: a clock that is a month ahead deletes nothing that is still retained. */
const deletedAfterDays = 30;

/** Whether findings are stored in a folder, by this version or an earlier one. Creates nothing. */
export const holdsFindings = async (folder: string): Promise<boolean> =>
  (await isWritten(join(resolve(folder), fileName))) || (await holdsOlderTable(resolve(folder)));

/** Throws if the file is no longer the one that was opened: what is written into a deleted file is lost without an error. */
function sameFile(file: string): () => void {
  const opened = statSync(file);
  return () => {
    const now = statSync(file, { throwIfNoEntry: false });
    if (now?.ino === opened.ino && now.dev === opened.dev) return;
    throw movedError(file);
  };
}

const tableOn = (
  sqlite: SqliteStore,
  { retentionDays = emptyPlan.retentionDays, now = () => new Date() }: LocalStoreOptions,
): LocalStore => ({
  store: sqlite.store,
  table: findingsTable({ store: sqlite.store, retentionDays, now }),
  deleteExpired: () => sqlite.deleteExpired(expiryOf(now(), -deletedAfterDays)),
  close: sqlite.close,
});

/** Opens the findings in a folder. Both are created if need be, and findings of an earlier version are migrated. */
export async function openLocalStore(folder: string, options: LocalStoreOptions = {}): Promise<LocalStore> {
  const home = resolve(folder);
  const file = join(home, fileName);
  await makePrivateFolder(home, isOwn);
  await requireLocalFileSystem(home, options.fileSystem);
  if (!(await isWritten(file)) && (await holdsOlderTable(home))) await migrate(home, file, options);
  await makePrivateFile(file);
  const { patienceMs, say } = options;
  const sqlite = await openSqliteStore(file, {
    patienceMs,
    onWait: () => say?.('waiting for another audit to finish saving …'),
    beforeCommit: sameFile(file),
  });
  try {
    if ((await sqlite.meta(leftover)) !== undefined) {
      await deleteOlder(home, options);
      await sqlite.setMeta(leftover, undefined);
    }
    return tableOn(sqlite, options);
  } catch (error) {
    sqlite.close();
    throw error;
  }
}

/** A store that ends with its process. */
export const openMemoryStore = async (options: LocalStoreOptions = {}): Promise<LocalStore> =>
  tableOn(await openSqliteStore(':memory:'), options);
