/** Items in a SQLite database: how they are read, queried and put by the statements of one connection. */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { ItemPage, ItemQuery, ItemStore, QueryPosition } from '../item-store.ts';
import { expiryAttribute, type Key, keysOf } from '../keys.ts';
import { attributesOf, holds, updated } from './item-change.ts';
import { itemFromJson, itemToJson } from './item-json.ts';
import { columns, isNumberColumn, orderOf, projectionOf, quoted } from './sqlite-schema.ts';

const put = `insert into item (${columns.map(quoted).join(', ')}, body) values (${columns.map(() => '?').join(', ')}, ?)
  on conflict (pk, sk) do update set ${[...columns.slice(2), 'body'].map((c) => `${quoted(c)} = excluded.${quoted(c)}`).join(', ')}`;

function columnValue(item: Readonly<Record<string, unknown>>, name: string): SQLInputValue {
  const value = item[name];
  if (value === undefined && name !== 'pk' && name !== 'sk') return null;
  const expected = isNumberColumn(name) ? 'number' : 'string';
  if (typeof value !== expected || value === '') throw new TypeError(`The attribute ${name} of an item is a ${expected} and not empty.`);
  return value as string | number;
}

const chosen = (item: object, names: readonly string[]): object =>
  Object.fromEntries(Object.entries(item).filter(([name, value]) => value !== null && names.includes(name)));

/** Statements of one connection, each prepared once. */
export function statementsOf(database: DatabaseSync): (sql: string) => StatementSync {
  const prepared = new Map<string, StatementSync>();
  return (sql) => {
    const known = prepared.get(sql) ?? database.prepare(sql);
    prepared.set(sql, known);
    return known;
  };
}
export type Statements = ReturnType<typeof statementsOf>;

export function getItem<T>(statement: Statements, { pk, sk }: Key): T | undefined {
  const row = statement('select body from item where pk = ? and sk = ?').get(pk, sk);
  return row && itemFromJson<T>(String(row.body));
}

export function queryItems<T>(statement: Statements, query: ItemQuery): ItemPage<T> {
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
  return { items, scanned: rows.length, ...(end && { last: chosen(end, ['pk', 'sk', hash, range]) as QueryPosition }) };
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
export function storeInside(statement: Statements, call: <T>(work: () => T) => T): ItemStore {
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
