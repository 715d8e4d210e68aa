/** The item store in maps, for simulations of so many items that a database would take most of the time. */
import type { ItemPage, ItemQuery, ItemStore, QueryPosition } from '../../shared/aws/findings/item-store.ts';
import { type IndexName, indexes, type Key, keysOf } from '../../shared/aws/findings/keys.ts';
import { holds, updated } from '../../shared/aws/findings/local/item-change.ts';

export type MapItem = Key & Readonly<Record<string, unknown>>;

interface Partition {
  readonly items: Map<string, MapItem>;
  /** By their order; absent after a write. */
  sorted?: readonly { readonly order: string; readonly item: MapItem }[] | undefined;
}
type Partitions = Map<string, Partition>;

const idOf = ({ pk, sk }: Key): string => `${pk}\n${sk}`;
const orderIn = (range: string, item: Readonly<Record<string, unknown>>): string => `${item[range]}\n${item.pk}\n${item.sk}`;

/** What is written as an item: without members that are undefined. */
const stored = (item: Key): MapItem => Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined)) as MapItem;

function partitionIn(partitions: Partitions, name: string): Partition {
  const known = partitions.get(name) ?? { items: new Map<string, MapItem>() };
  partitions.set(name, known);
  return known;
}

function sortedBy(range: string, partition: Partition): NonNullable<Partition['sorted']> {
  partition.sorted ??= [...partition.items.values()]
    .map((item) => ({ order: orderIn(range, item), item }))
    .sort((a, b) => (a.order < b.order ? -1 : 1));
  return partition.sorted;
}

/** Number of the first whose order is not below, or is above. */
function firstFrom(sorted: NonNullable<Partition['sorted']>, order: string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle]?.order ?? '') < order) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Above the order of every item with this sort key, and of no other. */
const afterAll = (range: string): string => `${range}\n\uffff`;

/** Called for every write with the item as it was and as it is. */
export type OnWrite = (before: MapItem | undefined, after: MapItem) => void;

/** A store with the named indexes; a query of another fails. */
export function mapStore(of: readonly IndexName[] = [indexes.pending], onWrite?: OnWrite): ItemStore {
  const table: Partitions = new Map();
  const byIndex = new Map(of.map((name): [IndexName, Partitions] => [name, new Map()]));
  const get = ({ pk, sk }: Key): MapItem | undefined => table.get(pk)?.items.get(sk);
  const put = (item: MapItem): void => {
    const before = get(item);
    for (const [name, partitions] of byIndex) {
      const { hash, range } = keysOf(name);
      const last = before?.[hash] === undefined ? undefined : partitions.get(String(before[hash]));
      if (last?.items.delete(idOf(item))) last.sorted = undefined;
      if (item[hash] === undefined || item[range] === undefined) continue;
      const partition = partitionIn(partitions, String(item[hash]));
      partition.items.set(idOf(item), item);
      partition.sorted = undefined;
    }
    const partition = partitionIn(table, item.pk);
    partition.items.set(item.sk, item);
    partition.sorted = undefined;
    onWrite?.(before, item);
  };
  const query = ({ index, partition, from, to, descending = false, limit, after, now }: ItemQuery): ItemPage<MapItem> => {
    const partitions = index === undefined ? table : byIndex.get(index);
    if (!partitions) throw new Error(`This store has no index ${index}.`);
    const { range } = keysOf(index);
    const found = partitions.get(partition);
    const sorted = found ? sortedBy(range, found) : [];
    const start = after === undefined ? undefined : orderIn(range, after);
    let first = from === undefined ? 0 : firstFrom(sorted, from);
    let end = to === undefined ? sorted.length : firstFrom(sorted, afterAll(to));
    if (start !== undefined && descending) end = Math.min(end, firstFrom(sorted, start));
    if (start !== undefined && !descending) first = Math.max(first, firstFrom(sorted, `${start}\0`));
    const most = Math.max(0, end - first);
    const count = Math.min(limit ?? most, most);
    const taken = descending ? sorted.slice(end - count, end).reverse() : sorted.slice(first, first + count);
    const page = taken.map(({ item }) => item);
    const final = count < most ? page.at(-1) : undefined;
    const last = final && ({ pk: final.pk, sk: final.sk, [range]: String(final[range]) } as QueryPosition);
    return { items: page.filter((item) => !(Number(item.expires) <= now)), scanned: page.length, last };
  };
  const store: ItemStore = {
    get: async <T extends Key>(key: Key) => get(key) as T | undefined,
    getAll: async <T extends Key>(keys: readonly Key[]) => keys.map((key) => get(key) as T | undefined),
    query: async <T>(of: ItemQuery) => query(of) as ItemPage<T>,
    put: async (item, { when } = {}) => {
      if (when && !holds(when, get(item) ?? {})) return false;
      put(stored(item));
      return true;
    },
    putAll: async (items) => {
      for (const item of items) put(stored(item));
    },
    update: async <T extends Key>(
      key: Key,
      update: Parameters<ItemStore['update']>[1],
      { when, returns }: Parameters<ItemStore['update']>[2] = {},
    ) => {
      const before = get(key);
      if (when && !holds(when, before ?? {})) return { held: false };
      const after = stored(updated(key, before, update));
      put(after);
      const item = returns === 'after' ? after : returns === 'before' ? before : undefined;
      return { held: true, ...(item && { item: item as unknown as T }) };
    },
    atomically: (work) => work(store),
  };
  return store;
}
