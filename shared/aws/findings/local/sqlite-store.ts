/**
 * The item store on SQLite. One connection writes, one transaction at a time; another reads and is never blocked by a
 * writer, of this process or of another (WAL: https://sqlite.org/wal.html#concurrency).
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { IndexName, ItemPage, ItemQuery, ItemStore, Position } from '../item-store.ts';
import { expiryAttribute, type Key, keysOf, tableDefinition } from '../keys.ts';
import { attributesOf, holds, updated } from './item-change.ts';
import { itemFromJson, itemToJson } from './item-json.ts';
import { openDatabase } from './sqlite.ts';
import { foreignError, isBusy, LocalStoreError, lockedError, sqliteError } from './store-error.ts';
import { held, untilFree } from './wait-until-free.ts';

/** `HPAd`: says in the file's header whose database it is (https://sqlite.org/pragma.html#pragma_application_id). */
const applicationId = 0x48504164;
/** Goes up with every change of `schema` or of the meaning of what is stored. */
export const schemaVersion = 1;

const keyColumns = tableDefinition.AttributeDefinitions.map(({ AttributeName }) => AttributeName).filter(
  (name) => name !== 'pk' && name !== 'sk',
);
const numberColumns = [
  ...new Set(
    tableDefinition.GlobalSecondaryIndexes.flatMap(({ Projection }) =>
      'NonKeyAttributes' in Projection ? Projection.NonKeyAttributes : [],
    ),
  ),
];
/** Attributes that have a column of their own beside the item as JSON: keys of indexes and what is projected into them. */
const columns: readonly string[] = ['pk', 'sk', ...keyColumns, ...numberColumns];

const quoted = (name: string): string => `"${name}"`;

/** Columns in the order of an index, after its partition key: the keys of the table make it total. */
function orderOf(index: IndexName | undefined): readonly string[] {
  const { hash, range } = keysOf(index);
  return [...new Set([range, ...['pk', 'sk'].filter((key) => key !== hash)])];
}

/**
 * A plain table: one without rowid stores rows of this size in three times the space. An index is partial, as DynamoDB's are
 * sparse: only rows that have both keys are in it.
 */
const schema = [
  `create table item (pk text not null, sk text not null, ${keyColumns.map((c) => `${quoted(c)} text`).join(', ')},
    ${numberColumns.map((c) => `${quoted(c)} numeric`).join(', ')}, body text not null, unique (pk, sk))`,
  ...tableDefinition.GlobalSecondaryIndexes.map(({ IndexName }) => {
    const { hash, range } = keysOf(IndexName);
    return `create index ${quoted(`item_${IndexName}`)} on item (${[hash, ...orderOf(IndexName)].map(quoted).join(', ')})
      where ${[hash, range].map((key) => `${quoted(key)} is not null`).join(' and ')}`;
  }),
  `create index item_expires on item (${quoted(expiryAttribute)}) where ${quoted(expiryAttribute)} is not null`,
  'create table meta (name text primary key, value text not null)',
  `pragma application_id = ${applicationId}`,
  `pragma user_version = ${schemaVersion}`,
];

const put = `insert into item (${columns.map(quoted).join(', ')}, body) values (${columns.map(() => '?').join(', ')}, ?)
  on conflict (pk, sk) do update set ${[...columns.slice(2), 'body'].map((c) => `${quoted(c)} = excluded.${quoted(c)}`).join(', ')}`;

/** The attributes that an index holds; `undefined`: all. */
function projectionOf(index: IndexName | undefined): readonly string[] | undefined {
  const definition = tableDefinition.GlobalSecondaryIndexes.find(({ IndexName }) => IndexName === index);
  if (!definition || definition.Projection.ProjectionType === 'ALL') return undefined;
  const { hash, range } = keysOf(index);
  return [
    ...new Set(['pk', 'sk', hash, range, ...('NonKeyAttributes' in definition.Projection ? definition.Projection.NonKeyAttributes : [])]),
  ];
}

function columnValue(item: Readonly<Record<string, unknown>>, name: string): SQLInputValue {
  const value = item[name];
  if (value === undefined && name !== 'pk' && name !== 'sk') return null;
  const expected = numberColumns.some((column) => column === name) ? 'number' : 'string';
  if (typeof value !== expected || value === '') throw new TypeError(`The attribute ${name} of an item is a ${expected} and not empty.`);
  return value as string | number;
}

const chosen = (item: object, names: readonly string[]): object =>
  Object.fromEntries(Object.entries(item).filter(([name, value]) => value !== null && names.includes(name)));

/** Statements of one connection, each prepared once. */
function statementsOf(database: DatabaseSync): (sql: string) => StatementSync {
  const prepared = new Map<string, StatementSync>();
  return (sql) => {
    const known = prepared.get(sql) ?? database.prepare(sql);
    prepared.set(sql, known);
    return known;
  };
}
type Statements = ReturnType<typeof statementsOf>;

function getItem<T>(statement: Statements, { pk, sk }: Key): T | undefined {
  const row = statement('select body from item where pk = ? and sk = ?').get(pk, sk);
  return row && itemFromJson<T>(String(row.body));
}

function queryItems<T>(statement: Statements, query: ItemQuery): ItemPage<T> {
  const { index, partition, from, to, after, limit = -1, descending = false, now, only } = query;
  const { hash, range } = keysOf(index);
  const order = orderOf(index);
  const names = projectionOf(index);
  const isExpiryKnown = names === undefined || names.includes(expiryAttribute);
  const selected = names ?? (only?.every((name) => columns.includes(name)) ? only : undefined);
  const where = [`${quoted(hash)} = ?`, `${quoted(range)} is not null`];
  const values: SQLInputValue[] = [partition];
  const bound = (text: string, ...bounds: readonly SQLInputValue[]) => {
    where.push(text);
    values.push(...bounds);
  };
  if (from !== undefined) bound(`${quoted(range)} >= ?`, from);
  if (to !== undefined) bound(`${quoted(range)} <= ?`, to);
  if (after) {
    if (after[hash] !== partition || order.some((name) => typeof after[name] !== 'string'))
      throw new RangeError('The position of a query is of another partition or index.');
    bound(
      `(${order.map(quoted).join(', ')}) ${descending ? '<' : '>'} (${order.map(() => '?').join(', ')})`,
      ...order.map((name) => after[name] ?? null),
    );
  }
  const columnsRead = [...new Set(['pk', 'sk', hash, range, expiryAttribute, ...(selected ?? ['body'])])];
  const rows = statement(
    `select ${columnsRead.map(quoted).join(', ')} from item ${index === undefined ? '' : `indexed by ${quoted(`item_${index}`)}`}
      where ${where.join(' and ')} order by ${order.map((name) => `${quoted(name)} ${descending ? 'desc' : 'asc'}`).join(', ')} limit ?`,
  ).all(...values, limit);
  const items = rows.flatMap((row) => {
    const expires = row[expiryAttribute];
    if (isExpiryKnown && typeof expires === 'number' && expires <= now) return [];
    const item = selected ? chosen(row, selected) : itemFromJson<object>(String(row.body));
    return [(only ? chosen(item, only) : item) as T];
  });
  const end = rows.length === limit ? rows.at(-1) : undefined;
  return { items, scanned: rows.length, ...(end && { last: chosen(end, ['pk', 'sk', hash, range]) as Position }) };
}

function putItem(statement: Statements, item: Key): void {
  const attributes = item as Key & Readonly<Record<string, unknown>>;
  statement(put).run(...columns.map((name) => columnValue(attributes, name)), itemToJson(item));
}

/** What a condition has to know of an item; without its JSON where columns say it all. */
function attributesFor(statement: Statements, key: Key, names: readonly string[]): Readonly<Record<string, unknown>> {
  if (!names.every((name) => columns.includes(name))) return getItem(statement, key) ?? {};
  const row = statement(`select ${columns.map(quoted).join(', ')} from item where pk = ? and sk = ?`).get(key.pk, key.sk);
  return row ? (chosen(row, columns) as Readonly<Record<string, unknown>>) : {};
}

/** The store inside a transaction. `call` runs a statement, or throws if the transaction cannot go on. */
function storeInside(statement: Statements, call: <T>(work: () => T) => T): ItemStore {
  const store: ItemStore = {
    get: async <T>(key: Key) => call(() => getItem<T>(statement, key)),
    getAll: async <T>(keys: readonly Key[]) => call(() => keys.map((key) => getItem<T>(statement, key))),
    query: async (query) => call(() => queryItems(statement, query)),
    put: async (item, { when } = {}) =>
      call(() => {
        if (when && !holds(when, attributesFor(statement, item, attributesOf(when)))) return false;
        putItem(statement, item);
        return true;
      }),
    putAll: async (items) =>
      call(() => {
        for (const item of items) putItem(statement, item);
      }),
    update: async <T>(key: Key, update: Parameters<ItemStore['update']>[1], { when, returns }: Parameters<ItemStore['update']>[2] = {}) =>
      call(() => {
        const before = getItem<Record<string, unknown>>(statement, key);
        if (when && !holds(when, before ?? {})) return { held: false };
        const after = updated(key, before, update);
        putItem(statement, after);
        // Read back: what JSON leaves out is left out of the answer too.
        const item = returns === 'after' ? getItem<T>(statement, key) : returns === 'before' ? (before as T | undefined) : undefined;
        return { held: true, ...(item !== undefined && { item }) };
      }),
    atomically: (work) => work(store),
  };
  return store;
}

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

/** Whether the database is one of ours and of this version; `empty` if nothing was ever written into it. */
function checkedVersion(database: DatabaseSync, file: string): 'empty' | 'current' {
  const value = (name: string) => Object.values(database.prepare(`pragma ${name}`).get() ?? {})[0];
  const [owner, version] = [value('application_id'), value('user_version')];
  const tables = Number(Object.values(database.prepare('select count(*) from sqlite_schema').get() ?? {})[0]);
  if (owner === 0 && version === 0 && tables === 0) return 'empty';
  if (owner !== applicationId) throw foreignError(file);
  if (version === schemaVersion) return 'current';
  throw new LocalStoreError(
    'newer',
    `${file} has schema version ${version}, and this version of the tool reads ${schemaVersion}`,
    'Use the newer version of the tool that wrote it, or name another folder with --database.',
  );
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
    if ((await free(() => checkedVersion(writer, file))) === 'empty') {
      await free(() => writer.exec('pragma journal_mode = wal'));
      await free(() => {
        writer.exec('begin immediate');
        try {
          // Another process may have been faster.
          if (checkedVersion(writer, file) === 'empty') for (const statement of schema) writer.exec(statement);
          writer.exec('commit');
        } catch (error) {
          rollBack(writer);
          throw error;
        }
      });
    }
    const reader = isMemory ? writer : await open('pragma busy_timeout = 0; pragma query_only = on; pragma temp_store = memory');
    return { ...storeOn(file, writer, reader, options), close };
  } catch (error) {
    close();
    throw error;
  }
}

/** SQLite may have rolled back by itself, as it does when the disk is full. */
function rollBack(database: DatabaseSync): void {
  try {
    database.exec('rollback');
  } catch {}
}

function storeOn(file: string, writer: DatabaseSync, reader: DatabaseSync, options: SqliteOptions): Omit<SqliteStore, 'close'> {
  const [writing, reading] = [statementsOf(writer), statementsOf(reader)];
  const free = <T>(call: () => T) => whenFree(file, options, call);
  let last: Promise<unknown> = Promise.resolve();
  /** One after the other: a connection has one transaction. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };

  const transaction = <T>(work: (store: ItemStore) => Promise<T>): Promise<T> =>
    inTurn(async () => {
      await free(() => writer.exec('begin immediate'));
      let failed: unknown;
      let over = false;
      // After an error nothing more is written: SQLite may have ended the transaction, and each write would be one of its own.
      const call = <V>(write: () => V): V => {
        if (failed !== undefined) throw failed;
        if (over) throw new Error('A transaction of the store was used after its end.');
        try {
          return write();
        } catch (error) {
          failed = sqliteError(error, file);
          throw failed;
        }
      };
      try {
        const result = await work(storeInside(writing, call));
        call(() => {
          options.beforeCommit?.();
          writer.exec('commit');
        });
        return result;
      } catch (error) {
        rollBack(writer);
        throw sqliteError(error, file);
      } finally {
        over = true;
      }
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
    deleteExpired: (before) =>
      transaction(async () => {
        writing(`delete from item where ${quoted(expiryAttribute)} <= ?`).run(before);
      }),
    meta: (name) =>
      read(() => {
        const row = reading('select value from meta where name = ?').get(name);
        return row && String(row.value);
      }),
    setMeta: (name, value) =>
      transaction(async () => {
        if (value === undefined) writing('delete from meta where name = ?').run(name);
        else
          writing('insert into meta (name, value) values (?, ?) on conflict (name) do update set value = excluded.value').run(name, value);
      }),
    count: () => read(() => Number(reading('select count(*) as n from item').get()?.n)),
  };
}
