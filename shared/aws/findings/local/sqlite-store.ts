/**
 * The item store on SQLite. One connection writes, one transaction at a time; another reads and is never blocked by a
 * writer, of this process or of another (WAL: https://sqlite.org/wal.html#concurrency).
 */
import type { DatabaseSync } from 'node:sqlite';
import type { ItemStore } from '../item-store.ts';
import { expiryAttribute, type Key } from '../keys.ts';
import { openDatabase } from './sqlite.ts';
import { getItem, queryItems, type Statements, statementsOf, storeInside } from './sqlite-items.ts';
import { createSchema, quoted, rollBack } from './sqlite-schema.ts';
import { isBusy, lockedError, sqliteError } from './store-error.ts';
import { held, untilFree } from './wait-until-free.ts';

export interface SqliteOptions {
  /** How long to wait for another process that writes. */
  readonly patienceMs?: number;
  /** Called once for each wait of more than a second. */
  readonly onWait?: () => void;
  /** Called before each commit; throws where what was written would be lost. */
  readonly beforeCommit?: () => void;
}

export interface SqliteStore {
  readonly store: ItemStore;
  /** Deletes items that have expired before this epoch second. */
  readonly deleteExpired: (before: number) => Promise<void>;
  /** Small facts about the database itself. */
  readonly meta: (name: string) => Promise<string | undefined>;
  readonly setMeta: (name: string, value: string | undefined) => Promise<void>;
  /** Items of the whole table. */
  readonly count: () => Promise<number>;
  readonly close: () => void;
}

/** A minute for each of many audits that wait for one another on a busy machine. */
const usualPatienceMs = 5 * 60_000;

/** Calls until no other connection is in the way. */
function whenFree<T>(file: string, { patienceMs = usualPatienceMs, onWait = () => {} }: SqliteOptions, call: () => T): Promise<T> {
  let busy: unknown;
  const attempt = () => {
    try {
      return call();
    } catch (error) {
      if (!isBusy(error)) throw sqliteError(error, file);
      busy = error;
      return held;
    }
  };
  // Not SQLite's own busy timeout: that would stop the event loop, and with it the audits of other regions.
  const pauseMs = () => 10 + Math.random() * 40;
  return untilFree(attempt, { patienceMs, pauseMs, onWait, tooLong: () => lockedError(file, patienceMs, busy) });
}

/**
 * Opens the store in a file, which is created if need be; `:memory:` is a database that ends with the store.
 * Synchronous is `full`: a transaction is on the disk before its audit is reported as stored, also when power fails; with
 * `normal` WAL loses the last ones then (https://sqlite.org/pragma.html#pragma_synchronous).
 */
export async function openSqliteStore(file: string, options: SqliteOptions = {}): Promise<SqliteStore> {
  const isMemory = file === ':memory:';
  const free = <T>(call: () => T) => whenFree(file, options, call);
  const opened: DatabaseSync[] = [];
  const close = () => {
    for (const database of opened) database.close();
  };
  const open = async (pragmas: string): Promise<DatabaseSync> => {
    const database = await free(() => openDatabase(file));
    opened.push(database);
    await free(() => database.exec(pragmas));
    return database;
  };

  try {
    const writer = await open('pragma busy_timeout = 0; pragma synchronous = full; pragma temp_store = memory');
    await createSchema(writer, file, free);
    const reader = isMemory ? writer : await open('pragma busy_timeout = 0; pragma query_only = on; pragma temp_store = memory');
    return { ...storeOn({ file, writer, reader, options }), close };
  } catch (error) {
    close();
    throw error;
  }
}

/** An open database: the connection that writes and the one that reads. */
interface OpenDatabase {
  readonly file: string;
  readonly writer: DatabaseSync;
  /** The writer itself where the database is in memory, which has one connection. */
  readonly reader: DatabaseSync;
  readonly options: SqliteOptions;
}

type Turns = <T>(work: () => Promise<T>) => Promise<T>;

/** Runs one piece of work after the other: a connection has one transaction. */
function oneByOne(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
}

/** Runs `work` as one transaction, which the caller's turn guarantees to be the only one. */
async function transact<T>(
  { file, writer, options }: OpenDatabase,
  statements: Statements,
  work: (store: ItemStore) => Promise<T>,
): Promise<T> {
  await whenFree(file, options, () => writer.exec('begin immediate'));
  let failed: unknown;
  let isOver = false;
  // After an error nothing more is written: SQLite may have ended the transaction, and each write would be one of its own.
  const call = <V>(write: () => V): V => {
    if (failed !== undefined) throw failed;
    if (isOver) throw new Error('A transaction of the store was used after its end.');
    try {
      return write();
    } catch (error) {
      failed = sqliteError(error, file);
      throw failed;
    }
  };
  try {
    const result = await work(storeInside(statements, call));
    call(() => {
      options.beforeCommit?.();
      writer.exec('commit');
    });
    return result;
  } catch (error) {
    rollBack(writer);
    throw sqliteError(error, file);
  } finally {
    isOver = true;
  }
}

function storeOn(database: OpenDatabase): Omit<SqliteStore, 'close'> {
  const { file, writer, reader, options } = database;
  const [writing, reading] = [statementsOf(writer), statementsOf(reader)];
  const inTurn = oneByOne();
  const free = <T>(call: () => T) => whenFree(file, options, call);
  const transaction: ItemStore['atomically'] = (work) => inTurn(() => transact(database, writing, work));
  const write = (sql: string, ...values: readonly (string | number)[]) =>
    transaction(async () => {
      writing(sql).run(...values);
    });
  // A database in memory has one connection: a read would see what a transaction has not committed.
  const read = <T>(call: () => T): Promise<T> => (reader === writer ? inTurn(() => free(call)) : free(call));

  return {
    store: {
      get: <T>(key: Key) => read(() => getItem<T>(reading, key)),
      getAll: <T>(keys: readonly Key[]) => read(() => keys.map((key) => getItem<T>(reading, key))),
      query: (query) => read(() => queryItems(reading, query)),
      put: (item, when) => transaction((store) => store.put(item, when)),
      putAll: (items) => transaction((store) => store.putAll(items)),
      update: (key, update, when) => transaction((store) => store.update(key, update, when)),
      atomically: transaction,
    },
    deleteExpired: (before) => write(`delete from item where ${quoted(expiryAttribute)} <= ?`, before),
    meta: (name) =>
      read(() => {
        const row = reading('select value from meta where name = ?').get(name);
        return row && String(row.value);
      }),
    setMeta: (name, value) =>
      value === undefined
        ? write('delete from meta where name = ?', name)
        : write('insert into meta (name, value) values (?, ?) on conflict (name) do update set value = excluded.value', name, value),
    count: () => read(() => Number(reading('select count(*) as n from item').get()?.n)),
  };
}
