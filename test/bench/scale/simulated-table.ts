/** DynamoDB for simulations: answers the requests of the item store from maps, and counts what they take. */

import type { ItemStore, QueryPosition } from '../../../shared/aws/findings/item-store.ts';
import { type IndexName, indexes, type Key, keysOf } from '../../../shared/aws/findings/keys.ts';
import type { Item } from '../item-size.ts';
import { mapStore } from '../map-store.ts';
import { conditionOf, keyRangeOf, namesOf, type Placeholders, updateOf } from './expressions.ts';
import { bytesOfItem, type KeyWrite, type PackedItem, pack, packItem, wireItem, writesOfItem } from './packed-items.ts';

interface Request extends Placeholders {
  readonly Item?: Item;
  readonly Key?: Item;
  readonly IndexName?: IndexName;
  readonly ConditionExpression?: string;
  readonly UpdateExpression?: string;
  readonly KeyConditionExpression?: string;
  readonly ProjectionExpression?: string;
  readonly ReturnValues?: 'ALL_OLD' | 'ALL_NEW';
  readonly Limit?: number;
  readonly ScanIndexForward?: boolean;
  readonly ExclusiveStartKey?: Item;
  readonly RequestItems?: Readonly<Record<string, unknown>>;
}

export interface TableAnswer {
  readonly status: number;
  readonly body: string;
}

export interface SimulatedTable {
  readonly store: ItemStore;
  /** Puts what the simulation begins with; it is not counted. */
  readonly fill: (items: readonly Key[]) => Promise<void>;
  /** Answers a request. What it takes is counted at that time. */
  readonly answer: (operation: string, body: string) => Promise<TableAnswer>;
}

/** A page ends here. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html */
const pageBytes = 1024 * 1024;

const refused: TableAnswer = {
  status: 400,
  body: JSON.stringify({
    __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException',
    message: 'The conditional request failed',
  }),
};

const answerOf = (members: Readonly<Record<string, string | undefined>>): TableAnswer => ({
  status: 200,
  body: `{${Object.entries(members)
    .flatMap(([name, json]) => (json === undefined ? [] : [`"${name}":${json}`]))
    .join()}}`,
});

/** `onWrites`: what each write takes. `onInsert`: items that did not exist before. */
export function simulatedTable(onWrites: (writes: readonly KeyWrite[]) => void, onInsert: (item: Key) => void): SimulatedTable {
  let isCounting = true;
  const items = mapStore(Object.values(indexes), (before, after) => {
    if (!isCounting) return;
    onWrites(writesOfItem(before, after));
    if (before === undefined) onInsert(after);
  });
  /** A write whose condition does not hold takes what the item takes that is there. */
  const countRefused = async ({ pk, sk }: Key): Promise<void> => {
    const there = await items.get<PackedItem>({ pk, sk });
    onWrites(writesOfItem(undefined, there ?? { pk, sk }).slice(0, 1));
  };
  const store: ItemStore = {
    ...items,
    put: async (item, options) => {
      const isPut = await items.put(item, options);
      if (!isPut) await countRefused(item);
      return isPut;
    },
    update: async (key, update, options) => {
      const updated = await items.update<never>(key, update, options);
      if (!updated.held) await countRefused(key);
      return updated;
    },
  };

  const projectionOf = ({ ProjectionExpression, ExpressionAttributeNames = {} }: Request): readonly string[] | undefined =>
    ProjectionExpression?.split(', ').map((name) => ExpressionAttributeNames[name] ?? name);

  async function query(request: Request): Promise<TableAnswer> {
    const { IndexName: index, KeyConditionExpression = '', Limit, ScanIndexForward = true, ExclusiveStartKey } = request;
    const only = projectionOf(request);
    const names = namesOf(request, pack);
    // The filter of the store compares with this moment.
    const now = Number(
      Object.values(request.ExpressionAttributeValues ?? {})
        .map(pack)
        .find((v) => typeof v === 'number') ?? 0,
    );
    const page = await store.query<PackedItem>({
      ...(index !== undefined && { index }),
      ...keyRangeOf(KeyConditionExpression, names),
      descending: !ScanIndexForward,
      limit: Limit ?? 10_000,
      after: ExclusiveStartKey && (packItem(ExclusiveStartKey) as unknown as QueryPosition),
      now,
    });
    let bytes = 0;
    const fitting = page.items.findIndex((item) => {
      bytes += bytesOfItem(item);
      return bytes > pageBytes;
    });
    const items = fitting > 0 ? page.items.slice(0, fitting) : page.items;
    const end = items.at(-1);
    const last = items.length < page.items.length && end ? positionOf(end, index) : page.last;
    const scanned = items.length < page.items.length ? items.length : page.scanned;
    return answerOf({
      Items: `[${items.map((item) => wireItem(item, only)).join()}]`,
      Count: String(items.length),
      ScannedCount: String(scanned),
      LastEvaluatedKey: last && wireItem(last),
    });
  }

  async function put(item: PackedItem, request: Request): Promise<TableAnswer> {
    const { ConditionExpression } = request;
    const when = ConditionExpression === undefined ? undefined : conditionOf(ConditionExpression, namesOf(request, pack));
    return (await store.put(item, when && { when })) ? answerOf({}) : refused;
  }

  async function update(request: Request): Promise<TableAnswer> {
    const { Key: key = {}, UpdateExpression = '', ConditionExpression, ReturnValues } = request;
    const names = namesOf(request, pack);
    const returns = ReturnValues === 'ALL_OLD' ? ('before' as const) : ReturnValues === 'ALL_NEW' ? ('after' as const) : undefined;
    const { held, item } = await store.update<PackedItem>(packItem(key), updateOf(UpdateExpression, names), {
      ...(ConditionExpression !== undefined && { when: conditionOf(ConditionExpression, names) }),
      ...(returns && { returns }),
    });
    return held ? answerOf({ Attributes: item && wireItem(item) }) : refused;
  }

  async function getMany({ RequestItems = {} }: Request): Promise<TableAnswer> {
    const [[table = '', asked] = []] = Object.entries(RequestItems);
    const { Keys, ...rest } = asked as Request & { readonly Keys: readonly Item[] };
    const only = projectionOf(rest);
    const items = await store.getAll<PackedItem>(Keys.map(packItem));
    return answerOf({
      Responses: `{"${table}":[${items.flatMap((item) => (item ? [wireItem(item, only)] : [])).join()}]}`,
      UnprocessedKeys: '{}',
    });
  }

  async function putMany({ RequestItems = {} }: Request): Promise<TableAnswer> {
    const requests = Object.values(RequestItems).flat() as readonly { readonly PutRequest: { readonly Item: Item } }[];
    await store.putAll(requests.map(({ PutRequest }) => packItem(PutRequest.Item)));
    return answerOf({ UnprocessedItems: '{}' });
  }

  return {
    store,
    fill: async (items) => {
      isCounting = false;
      await store.putAll(items);
      isCounting = true;
    },
    answer: async (operation, body) => {
      const request: Request = JSON.parse(body);
      switch (operation) {
        case 'GetItem': {
          const item = await store.get<PackedItem>(packItem(request.Key ?? {}));
          return answerOf({ Item: item && wireItem(item) });
        }
        case 'BatchGetItem':
          return getMany(request);
        case 'Query':
          return query(request);
        case 'PutItem':
          return put(packItem(request.Item ?? {}), request);
        case 'UpdateItem':
          return update(request);
        case 'BatchWriteItem':
          return putMany(request);
        default:
          throw new Error(`The simulated table has no ${operation}.`);
      }
    },
  };
}

const positionOf = (item: PackedItem, index: IndexName | undefined): QueryPosition => {
  const { range } = keysOf(index);
  return { pk: item.pk, sk: item.sk, [range]: String(item[range]) };
};
