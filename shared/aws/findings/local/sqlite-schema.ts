/** The schema of the SQLite database: one table of items with the indexes of keys.ts. */
import type { DatabaseSync } from 'node:sqlite';
import { expiryAttribute, type IndexName, indexDefinition, keysOf, tableDefinition } from '../keys.ts';
import { foreignError, LocalStoreError } from './store-error.ts';

/** `HPAd`: identifies the file as this tool's database (https://sqlite.org/pragma.html#pragma_application_id). */
const applicationId = 0x48504164;
/** Goes up with every change of `schema` or of the meaning of what is stored. */
export const schemaVersion = 1;

const keyColumns = tableDefinition.AttributeDefinitions.map(({ AttributeName }) => AttributeName).filter(
  (name) => name !== 'pk' && name !== 'sk',
);
const numberColumns = [...new Set(tableDefinition.GlobalSecondaryIndexes.flatMap(({ Projection }) => Projection.NonKeyAttributes ?? []))];
/** Attributes that have a column of their own in addition to the item as JSON: keys of indexes and what is projected into them. */
export const columns: readonly string[] = ['pk', 'sk', ...keyColumns, ...numberColumns];
export const isNumberColumn = (name: string): boolean => numberColumns.includes(name);

export const quoted = (name: string): string => `"${name}"`;

/** Columns in the order of an index, after its partition key: the keys of the table make it total. */
export function orderOf(index: IndexName | undefined): readonly string[] {
  const { hash, range } = keysOf(index);
  return [...new Set([range, ...['pk', 'sk'].filter((key) => key !== hash)])];
}

/** The attributes that an index holds; `undefined`: all. */
export function projectionOf(index: IndexName | undefined): readonly string[] | undefined {
  const projection = index && indexDefinition(index).Projection;
  if (!projection || projection.ProjectionType === 'ALL') return undefined;
  const { hash, range } = keysOf(index);
  return [...new Set(['pk', 'sk', hash, range, ...(projection.NonKeyAttributes ?? [])])];
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

/** Whether the database is this tool's and of this version; `empty` if nothing was ever written into it. */
function checkVersion(database: DatabaseSync, file: string): 'empty' | 'current' {
  const first = (sql: string) => Object.values(database.prepare(sql).get() ?? {})[0];
  const [owner, version] = [first('pragma application_id'), first('pragma user_version')];
  if (owner === 0 && version === 0 && Number(first('select count(*) from sqlite_schema')) === 0) return 'empty';
  if (owner !== applicationId) throw foreignError(file);
  if (version === schemaVersion) return 'current';
  throw new LocalStoreError(
    'newer',
    `${file} has schema version ${version}, and this version of the tool reads ${schemaVersion}`,
    'Use the newer version of the tool that wrote it, or name another folder with --database.',
  );
}

/** Creates the schema in an empty database; throws if the database is not this tool's. `free`: calls when no other process locks it. */
export async function createSchema(database: DatabaseSync, file: string, free: <T>(call: () => T) => Promise<T>): Promise<void> {
  if ((await free(() => checkVersion(database, file))) === 'current') return;
  await free(() => database.exec('pragma journal_mode = wal'));
  await free(() => {
    database.exec('begin immediate');
    try {
      // Another process may have been faster.
      if (checkVersion(database, file) === 'empty') for (const statement of schema) database.exec(statement);
      database.exec('commit');
    } catch (error) {
      rollBack(database);
      throw error;
    }
  });
}

/** SQLite may have rolled back by itself, as it does when the disk is full. */
export function rollBack(database: DatabaseSync): void {
  try {
    database.exec('rollback');
  } catch {}
}
