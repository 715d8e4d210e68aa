/**
 * The port that the findings table is built on: a table of items with a partition key, a sort key and the indexes of
 * keys.ts. Two adapters implement it, DynamoDB (dynamodb-store.ts) and SQLite (local/sqlite-store.ts);
 * one contract test suite runs against both (test/aws/findings/contract.test.ts).
 */
import type { IndexName, Key } from './keys.ts';

/** What an attribute is compared with. Strings are compared by their UTF-8 bytes, numbers by value. */
export type ItemScalar = string | number;

/** A comparison with an attribute that is missing or of another type is false. */
export type ItemCondition =
  | readonly [is: 'absent' | 'present', attribute: string]
  | readonly [is: '=' | '<' | '<=' | '>', attribute: string, value: ItemScalar]
  | readonly [is: 'and' | 'or', one: ItemCondition, other: ItemCondition];

/** Changes of one item, which is created if it does not exist. An attribute may be named once. */
export interface ItemUpdate {
  readonly set?: Readonly<Record<string, unknown>>;
  /** Set only where the attribute is missing. */
  readonly setIfAbsent?: Readonly<Record<string, ItemScalar>>;
  readonly remove?: readonly string[];
}

export interface UpdateOptions {
  /** The update is made only if this holds of the item as it is; a missing item has no attributes. */
  readonly when?: ItemCondition;
  /** The item to return: as it was before the update, or as it is after it. Default: none. */
  readonly returns?: 'before' | 'after';
}

export interface Updated<T> {
  /** Whether the condition held. If not, nothing was changed. */
  readonly held: boolean;
  readonly item?: T | undefined;
}

/** Where a query ended: the keys of its last item. Opaque to callers; survives JSON. */
export type QueryPosition = Readonly<Record<string, string>>;

export interface ItemQuery {
  /** Default: the table itself. An index holds only items that have both of its keys, and of them what its projection says. */
  readonly index?: IndexName;
  /** Value of the partition key of the table or index. */
  readonly partition: string;
  /** Bounds of the sort key, both included. */
  readonly from?: string;
  readonly to?: string;
  readonly descending?: boolean;
  /** At most so many items are read, expired ones included. */
  readonly limit?: number;
  /** The query continues after this position. */
  readonly after?: QueryPosition | undefined;
  /** Items whose `expires` is not after this epoch second are read but not returned. Not in an index without that attribute. */
  readonly now: number;
  /** Every write that was acknowledged is seen. Not for indexes. */
  readonly consistent?: boolean;
  /** Only these attributes. */
  readonly only?: readonly string[] | undefined;
}

export interface ItemPage<T> {
  readonly items: readonly T[];
  /** Items read, those not returned included. */
  readonly scanned: number;
  /** Present: there may be more after this position. */
  readonly last?: QueryPosition | undefined;
}

export interface GetOptions {
  /** Default true: every write that was acknowledged is seen. */
  readonly consistent?: boolean;
  readonly signal?: AbortSignal;
}

export interface PutOptions {
  /** The item is put only if this holds of the item that is there; a missing item has no attributes. */
  readonly when?: ItemCondition;
  readonly signal?: AbortSignal;
}

/** The reads of a store. */
export interface ItemReader {
  readonly get: <T extends Key>(key: Key, options?: GetOptions) => Promise<T | undefined>;
  /** Batch read, consistent: items in the order of their keys, `undefined` for those that do not exist. `only`: these attributes. */
  readonly getAll: <T extends Key>(keys: readonly Key[], only?: readonly string[]) => Promise<readonly (T | undefined)[]>;
  readonly query: <T>(query: ItemQuery) => Promise<ItemPage<T>>;
}

/**
 * Items are objects of JSON values, `Uint8Array` and `Set`; properties that are `undefined` are left out. Each write of one
 * item is atomic.
 */
export interface ItemStore extends ItemReader {
  /** Replaces the whole item. Whether the condition held; if not, nothing was changed. */
  readonly put: (item: Key, options?: PutOptions) => Promise<boolean>;
  /** Puts many items without conditions, in no particular order. On failure some may have been put. */
  readonly putAll: (items: readonly Key[]) => Promise<void>;
  readonly update: <T extends Key>(key: Key, update: ItemUpdate, options?: UpdateOptions) => Promise<Updated<T>>;
  /**
   * Runs `work` on a store whose writes take effect together when `work` is done, or not at all, where the adapter can do
   * that (SQLite); else each write takes effect by itself (DynamoDB). `work` must use only the store it is given and must
   * not wait for anything else: others cannot write meanwhile.
   */
  readonly atomically: <T>(work: (store: ItemStore) => Promise<T>) => Promise<T>;
}
