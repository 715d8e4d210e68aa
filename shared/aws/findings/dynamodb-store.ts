/** The item store on DynamoDB. */
import { setTimeout as wait } from 'node:timers/promises';
import {
  BatchGetCommand,
  BatchWriteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import pLimit, { type LimitFunction } from 'p-limit';
import type { GetOptions, ItemCondition, ItemQuery, ItemReader, ItemStore, ItemUpdate, UpdateOptions } from './item-store.ts';
import { expiryAttribute, type Key, keysOf } from './keys.ts';

export interface DynamoTable {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
}

/** Calls at a time: enough to hide the latency, few enough not to be throttled by a new table. */
const inFlight = 25;
/** BatchWriteItem takes at most 25 items, BatchGetItem 100 keys. */
const batchSize = 25;
const keysAtOnce = 100;
/** Items that DynamoDB returns unprocessed are sent again, more and more slowly, until the pause is longer than this. */
const longestPauseMs = 10_000;

/** Writes expressions with placeholders, since any attribute name may be a reserved word of DynamoDB. */
class ExpressionWriter {
  private readonly names = new Map<string, string>();
  private readonly values: unknown[] = [];

  name = (attribute: string): string => {
    const placeholder = this.names.get(attribute) ?? `#n${this.names.size}`;
    this.names.set(attribute, placeholder);
    return placeholder;
  };

  value = (value: unknown): string => `:v${this.values.push(value) - 1}`;

  condition = (condition: ItemCondition): string => {
    switch (condition[0]) {
      case 'absent':
        return `attribute_not_exists(${this.name(condition[1])})`;
      case 'present':
        return `attribute_exists(${this.name(condition[1])})`;
      case 'and':
      case 'or': {
        const [operator, one, other] = condition;
        return `(${this.condition(one)}) ${operator.toUpperCase()} (${this.condition(other)})`;
      }
      default: {
        const [operator, attribute, value] = condition;
        return `${this.name(attribute)} ${operator} ${this.value(value)}`;
      }
    }
  };

  update = ({ set = {}, setIfAbsent = {}, remove = [] }: ItemUpdate): string => {
    const sets = [
      ...Object.entries(set).map(([attribute, to]) => `${this.name(attribute)} = ${this.value(to)}`),
      ...Object.entries(setIfAbsent).map(([attribute, to]) => {
        const name = this.name(attribute);
        return `${name} = if_not_exists(${name}, ${this.value(to)})`;
      }),
    ];
    const clauses = [sets.length > 0 && `SET ${sets.join(', ')}`, remove.length > 0 && `REMOVE ${remove.map(this.name).join(', ')}`];
    return clauses.filter((clause) => clause !== false).join(' ');
  };

  keys = ({ index, partition, from, to }: ItemQuery): string => {
    const { hash, range } = keysOf(index);
    const of = `${this.name(hash)} = ${this.value(partition)}`;
    if (from === undefined && to === undefined) return of;
    if (to === undefined) return `${of} AND ${this.name(range)} >= ${this.value(from)}`;
    if (from === undefined) return `${of} AND ${this.name(range)} <= ${this.value(to)}`;
    return `${of} AND ${this.name(range)} BETWEEN ${this.value(from)} AND ${this.value(to)}`;
  };

  /** Only where there are any: DynamoDB refuses empty ones. */
  placeholders = () => ({
    ...(this.names.size > 0 && {
      ExpressionAttributeNames: Object.fromEntries([...this.names].map(([attribute, placeholder]) => [placeholder, attribute])),
    }),
    ...(this.values.length > 0 && {
      ExpressionAttributeValues: Object.fromEntries(this.values.map((value, n) => [`:v${n}`, value])),
    }),
  });
}

/** The answer to a write; `undefined` where its condition did not hold. */
async function ifHeld<T>(write: Promise<T>): Promise<T | undefined> {
  try {
    return await write;
  } catch (error) {
    if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return undefined;
    throw error;
  }
}

const batchesOf = <T>(of: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(of.length / size) }, (_, n) => of.slice(n * size, (n + 1) * size));

/** Repeats a batch call with what DynamoDB returned unprocessed, more and more slowly. */
async function untilProcessed<T>(batch: readonly T[], send: (rest: readonly T[]) => Promise<readonly T[]>, what: string): Promise<void> {
  let rest = batch;
  for (let pause = 50; rest.length > 0; pause *= 2) {
    rest = await send(rest);
    if (rest.length > 0 && pause > longestPauseMs) throw new Error(`${what} ${rest.length} items in time.`);
    if (rest.length > 0) await wait(pause);
  }
}

const nameOf = ({ pk, sk }: Key): string => `${pk} ${sk}`;

/** Items of a batch of different keys, in no particular order. */
async function getBatch<T extends Key>(
  { client, tableName }: DynamoTable,
  keys: readonly Key[],
  only?: readonly string[],
): Promise<readonly T[]> {
  const expression = new ExpressionWriter();
  const projection = only && { ProjectionExpression: [...new Set(['pk', 'sk', ...only])].map(expression.name).join(', ') };
  const options = { ConsistentRead: true, ...projection, ...expression.placeholders() };
  const items: T[] = [];
  const send = async (rest: readonly Key[]): Promise<readonly Key[]> => {
    const Keys = rest.map(({ pk, sk }) => ({ pk, sk }));
    const { Responses, UnprocessedKeys } = await client.send(new BatchGetCommand({ RequestItems: { [tableName]: { ...options, Keys } } }));
    items.push(...((Responses?.[tableName] ?? []) as T[]));
    return (UnprocessedKeys?.[tableName]?.Keys ?? []) as unknown as readonly Key[];
  };
  await untilProcessed(keys, send, `Table ${tableName} did not return`);
  return items;
}

/** Reads cost what DynamoDB's Query and GetItem cost; only expired items are read in vain. */
function readsOf(table: DynamoTable, limited: LimitFunction): ItemReader {
  const { client, tableName: TableName } = table;
  const get = async <T extends Key>({ pk, sk }: Key, { consistent = true, signal }: GetOptions = {}): Promise<T | undefined> => {
    const command = new GetCommand({ TableName, Key: { pk, sk }, ConsistentRead: consistent });
    const { Item } = await limited(() => client.send(command, signal && { abortSignal: signal }));
    return Item as T | undefined;
  };
  return {
    get,
    getAll: async <T extends Key>(keys: readonly Key[], only?: readonly string[]) => {
      // A batch with a key twice is refused.
      const distinct = [...new Map(keys.map((key) => [nameOf(key), key])).values()];
      const found = await Promise.all(batchesOf(distinct, keysAtOnce).map((batch) => limited(getBatch<T>, table, batch, only)));
      const byKey = new Map(found.flat().map((item) => [nameOf(item), item]));
      return keys.map((key) => byKey.get(nameOf(key)));
    },
    query: async <T>(query: ItemQuery) => {
      const { index, after, limit, descending = false, consistent, only, now } = query;
      const expression = new ExpressionWriter();
      const expires = expression.name(expiryAttribute);
      const command = new QueryCommand({
        TableName,
        IndexName: index,
        KeyConditionExpression: expression.keys(query),
        FilterExpression: `attribute_not_exists(${expires}) OR ${expires} > ${expression.value(now)}`,
        ProjectionExpression: only?.map(expression.name).join(', '),
        ...expression.placeholders(),
        Limit: limit,
        ScanIndexForward: !descending,
        ExclusiveStartKey: after && { ...after },
        ConsistentRead: consistent,
      });
      const { Items = [], ScannedCount = 0, LastEvaluatedKey } = await limited(() => client.send(command));
      return { items: Items as T[], scanned: ScannedCount, last: LastEvaluatedKey };
    },
  };
}

function updatesOf({ client, tableName: TableName }: DynamoTable, limited: LimitFunction): Pick<ItemStore, 'update'> {
  return {
    update: async <T extends Key>({ pk, sk }: Key, update: ItemUpdate, { when, returns }: UpdateOptions = {}) => {
      const expression = new ExpressionWriter();
      const command = new UpdateCommand({
        TableName,
        Key: { pk, sk },
        UpdateExpression: expression.update(update),
        ConditionExpression: when && expression.condition(when),
        ...expression.placeholders(),
        ReturnValues: returns && (returns === 'before' ? 'ALL_OLD' : 'ALL_NEW'),
      });
      const answer = await ifHeld(limited(() => client.send(command)));
      return { held: answer !== undefined, item: answer?.Attributes as T | undefined };
    },
  };
}

function putsOf({ client, tableName: TableName }: DynamoTable, limited: LimitFunction): Pick<ItemStore, 'put' | 'putAll'> {
  type PutRequest = { readonly PutRequest: { Item: Record<string, unknown> } };
  const send = async (requests: readonly PutRequest[]): Promise<readonly PutRequest[]> => {
    const { UnprocessedItems } = await client.send(new BatchWriteCommand({ RequestItems: { [TableName]: [...requests] } }));
    return (UnprocessedItems?.[TableName] ?? []) as readonly PutRequest[];
  };
  const putBatch = (items: readonly Key[]): Promise<void> =>
    untilProcessed(
      items.map((Item): PutRequest => ({ PutRequest: { Item: { ...Item } } })),
      send,
      `Table ${TableName} did not accept`,
    );
  return {
    put: async (Item, { when, signal } = {}) => {
      const expression = new ExpressionWriter();
      const command = new PutCommand({
        TableName,
        Item,
        ConditionExpression: when && expression.condition(when),
        ...expression.placeholders(),
      });
      return (await ifHeld(limited(() => client.send(command, signal && { abortSignal: signal })))) !== undefined;
    },
    putAll: async (items) => {
      await Promise.all(batchesOf(items, batchSize).map((batch) => limited(putBatch, batch)));
    },
  };
}

/** Without puts: a bundle of a function that only reads and updates holds no code that puts items. */
export function dynamoUpdater(table: DynamoTable): ItemReader & Pick<ItemStore, 'update'> {
  const limited = pLimit(inFlight);
  return { ...readsOf(table, limited), ...updatesOf(table, limited) };
}

export function dynamoStore(table: DynamoTable): ItemStore {
  const limited = pLimit(inFlight);
  const store: ItemStore = {
    ...readsOf(table, limited),
    ...updatesOf(table, limited),
    ...putsOf(table, limited),
    atomically: (work) => work(store),
  };
  return store;
}
