/** `node:sqlite`, loaded when the first database is opened. */
import type { DatabaseSync } from 'node:sqlite';
import { LocalStoreError } from './store-error.ts';

type Sqlite = typeof import('node:sqlite');

const isExperimentalSqlite = (warning: unknown): boolean => String(warning).startsWith('SQLite is an experimental feature');

/**
 * Node 22 warns on loading the module. That one warning is dropped: the module is loaded synchronously, so no other
 * warning can fall into the time in which `emitWarning` is replaced.
 */
function load(): Sqlite {
  const { emitWarning } = process;
  process.emitWarning = ((warning: string | Error, ...rest: readonly unknown[]) => {
    if (!isExperimentalSqlite(warning)) (emitWarning as (...all: readonly unknown[]) => void).call(process, warning, ...rest);
  }) as typeof emitWarning;
  try {
    const sqlite = process.getBuiltinModule?.('node:sqlite');
    if (sqlite) return sqlite;
  } finally {
    process.emitWarning = emitWarning;
  }
  throw new LocalStoreError('unsupported', `Node ${process.versions.node} has no SQLite`, 'Use Node 22.13 or newer.');
}

let sqlite: Sqlite | undefined;

/** Opens a database; the file is created if it does not exist. */
export function openDatabase(path: string): DatabaseSync {
  sqlite ??= load();
  return new sqlite.DatabaseSync(path);
}
