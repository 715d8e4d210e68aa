/** What every function of the store takes first: the items, the clock, and how long log and history are retained. */
import type { ItemQuery, ItemReader, ItemStore, QueryPosition } from './item-store.ts';
import { endOf, type IndexName, partitionOf, type RegionKey } from './keys.ts';
import { expiryOf } from './retention.ts';

/** What reads of ranges need. */
export interface RangeContext {
  readonly store: Pick<ItemReader, 'query'>;
  readonly now: () => Date;
}

/** `Store`: a reader needs less of it than a writer. */
export interface StoreContext<Store extends ItemReader = ItemStore> {
  readonly store: Store;
  readonly now: () => Date;
  readonly retentionDays: number;
}
export type ReadContext = StoreContext<ItemReader>;

export const contextOf = <Store extends ItemReader>({
  store,
  retentionDays,
  now = () => new Date(),
}: {
  readonly store: Store;
  readonly retentionDays: number;
  readonly now?: (() => Date) | undefined;
}): StoreContext<Store> => ({ store, retentionDays, now });

/** Epoch second `days` from now. */
export const expiryIn = ({ now }: Pick<RangeContext, 'now'>, days: number): number => expiryOf(now(), days);
export const epochSecond = (context: Pick<RangeContext, 'now'>): number => expiryIn(context, 0);

export interface RangeOptions extends Pick<ItemQuery, 'only'> {
  /** Default true: every acknowledged write is included. */
  readonly consistent?: boolean;
}

/** All items of a region from one sort key to another, both included, in order. */
export async function itemsBetween<T>(
  context: RangeContext,
  region: RegionKey,
  from: string,
  to: string,
  { consistent = true, only }: RangeOptions = {},
): Promise<readonly T[]> {
  const items: T[] = [];
  let after: QueryPosition | undefined;
  do {
    const query = { partition: partitionOf(region), from, to, now: epochSecond(context), consistent, only, after };
    const page = await context.store.query<T>(query);
    items.push(...page.items);
    after = page.last;
  } while (after);
  return items;
}

/** All items of a region whose sort keys begin with a prefix. */
export const itemsUnder = <T>(context: RangeContext, region: RegionKey, prefix: string, options?: RangeOptions): Promise<readonly T[]> =>
  itemsBetween(context, region, prefix, endOf(prefix), options);

/** All items in one partition of an index, in order. */
export async function allOfIndex<T>(context: RangeContext, index: IndexName, partition: string): Promise<readonly T[]> {
  const items: T[] = [];
  let after: QueryPosition | undefined;
  do {
    const page = await context.store.query<T>({ index, partition, now: epochSecond(context), after });
    items.push(...page.items);
    after = page.last;
  } while (after);
  return items;
}
