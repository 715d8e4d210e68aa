/**
 * The simulated table for audits, which make by far the most calls: the port itself, each call with the latency of DynamoDB, without
 * the SDK, whose processor time would be most of the simulation's. As many calls at once as the store on DynamoDB makes.
 */
import pLimit from 'p-limit';
import type { ItemPage, ItemStore } from '../../../shared/aws/findings/item-store.ts';
import type { Key } from '../../../shared/aws/findings/keys.ts';
import { type Item, itemBytes } from '../item-size.ts';
import { type PackedItem, PackedValue } from './packed-items.ts';
import { latencies } from './simulated-aws.ts';
import type { VirtualTime } from './virtual-time.ts';

/** As in shared/aws/findings/dynamodb-store.ts. */
const inFlight = 25;
const itemsOfAWrite = 25;
const keysOfARead = 100;

/** A value as it goes over the wire. */
function wireOf(value: unknown): object {
  if (value === null) return { NULL: true };
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (value instanceof Uint8Array) return { B: Buffer.from(value).toString('base64') };
  if (Array.isArray(value)) return { L: value.map(wireOf) };
  return { M: Object.fromEntries(Object.entries(value as object).flatMap(([name, of]) => (of === undefined ? [] : [[name, wireOf(of)]]))) };
}

function plainOf(wire: Readonly<Record<string, unknown>>): unknown {
  const [[kind, of] = ['', undefined]] = Object.entries(wire);
  if (kind === 'NULL') return null;
  if (kind === 'N') return Number(of);
  if (kind === 'B') return new Uint8Array(Buffer.from(String(of), 'base64'));
  if (kind === 'L') return (of as readonly Readonly<Record<string, unknown>>[]).map(plainOf);
  if (kind === 'M') return Object.fromEntries(Object.entries(of as Item).map(([name, value]) => [name, plainOf(value)]));
  return of;
}

function packValue(value: unknown): unknown {
  if (value === undefined || typeof value === 'string' || typeof value === 'number') return value;
  const wire = wireOf(value);
  return new PackedValue(JSON.stringify(wire), itemBytes({ '': wire as Item[string] }));
}

const packed = <T extends object>(of: T): T => Object.fromEntries(Object.entries(of).map(([name, value]) => [name, packValue(value)])) as T;
const plain = <T>(item: PackedItem | undefined): T | undefined =>
  item &&
  (Object.fromEntries(Object.entries(item).map(([name, v]) => [name, v instanceof PackedValue ? plainOf(JSON.parse(v.text)) : v])) as T);

export function directStore(store: ItemStore, time: VirtualTime, onCall: () => void): ItemStore {
  const limited = pLimit(inFlight);
  const call = <T>(work: () => Promise<T>): Promise<T> =>
    limited(async () => {
      onCall();
      await time.wait(latencies.dynamodb);
      return work();
    });
  const inBatches = async <T>(of: readonly T[], size: number, work: (some: readonly T[]) => Promise<unknown>): Promise<void> => {
    const batches = Array.from({ length: Math.ceil(of.length / size) }, (_, n) => of.slice(n * size, (n + 1) * size));
    await Promise.all(batches.map((some) => call(() => work(some))));
  };
  const direct: ItemStore = {
    get: <T extends Key>(key: Key) => call(async () => plain<T>(await store.get<PackedItem>(key))),
    getAll: async <T extends Key>(keys: readonly Key[]) => {
      await inBatches(keys, keysOfARead, async () => undefined);
      return (await store.getAll<PackedItem>(keys)).map(plain<T>);
    },
    query: <T>(query: Parameters<ItemStore['query']>[0]) =>
      call(async (): Promise<ItemPage<T>> => {
        const page = await store.query<PackedItem>(query);
        return { ...page, items: page.items.map((item) => plain<T>(item) as T) };
      }),
    put: (item, options) => call(() => store.put(packed(item), options)),
    putAll: (items) => inBatches(items, itemsOfAWrite, (some) => Promise.all(some.map((item) => store.put(packed(item))))),
    update: <T extends Key>(key: Key, { set, ...rest }: Parameters<ItemStore['update']>[1], options?: Parameters<ItemStore['update']>[2]) =>
      call(async () => {
        const { held, item } = await store.update<PackedItem>(key, { ...rest, ...(set && { set: packed(set) }) }, options);
        const found = plain<T>(item);
        return { held, ...(found && { item: found }) };
      }),
    atomically: (work) => work(direct),
  };
  return direct;
}
