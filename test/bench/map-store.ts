/** The item store in maps, for simulations of so many items that a database would take most of the time. */
import type { ItemPage, ItemQuery, ItemStore, QueryPosition } from '../../shared/aws/findings/item-store.ts';
import { type IndexName, indexes, type Key, keysOf } from '../../shared/aws/findings/keys.ts';
import { holds, updated } from '../../shared/aws/findings/local/item-change.ts';

type Item = Key & Readonly<Record<string, unknown>>;
type Partitions = Map<string, Map<string, Item>>;

const idOf = ({ pk, sk }: Key): string => `${pk}\n${sk}`;

/** What is written as an item: without members that are undefined. */
const stored = (item: Key): Item => Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined)) as Item;

/** A store with the named indexes; a query of another fails. */
export function mapStore(of: readonly IndexName[] = [indexes.pending]): ItemStore {
  const table: Partitions = new Map();
  const byIndex = new Map(of.map((name): [IndexName, Partitions] => [name, new Map()]));
  const partitionIn = (partitions: Partitions, name: string): Map<string, Item> => {
    const known = partitions.get(name) ?? new Map<string, Item>();
    partitions.set(name, known);
    return known;
  };
  const get = ({ pk, sk }: Key): Item | undefined => table.get(pk)?.get(sk);
  const put = (item: Item): void => {
    const before = get(item);
    for (const [name, partitions] of byIndex) {
      const { hash, range } = keysOf(name);
      if (before?.[hash] !== undefined) partitions.get(String(before[hash]))?.delete(idOf(item));
      if (item[hash] !== undefined && item[range] !== undefined) partitionIn(partitions, String(item[hash])).set(idOf(item), item);
    }
    partitionIn(table, item.pk).set(item.sk, item);
  };
  const query = ({ index, partition, from = '', to, descending = false, limit, after, now }: ItemQuery): ItemPage<Item> => {
    const partitions = index === undefined ? table : byIndex.get(index);
    if (!partitions) throw new Error(`This store has no index ${index}.`);
    const { range } = keysOf(index);
    const order = (item: Readonly<Record<string, unknown>>) => `${item[range]}\n${item.pk}\n${item.sk}`;
    const inRange = (item: Item) => String(item[range]) >= from && (to === undefined || String(item[range]) <= to);
    const sorted = [...(partitions.get(partition)?.values() ?? [])].filter(inRange).toSorted((a, b) => (order(a) < order(b) ? -1 : 1));
    if (descending) sorted.reverse();
    const rest = after ? sorted.filter((item) => (descending ? order(item) < order(after) : order(item) > order(after))) : sorted;
    const page = limit === undefined ? rest : rest.slice(0, limit);
    const end = page.length < rest.length ? page.at(-1) : undefined;
    const last = end && ({ pk: end.pk, sk: end.sk, [range]: String(end[range]) } as QueryPosition);
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
