/**
 * Reads of many regions at once, by the indexes of the findings table: records in their one order, commits by time, the
 * inventory. What is read may be a moment old, as indexes are. Never writes.
 */
import type { Commit, CoverageRecord, FindingRecord, Versioned } from '../../core/history/log.ts';
import type { IndexName, ItemStore, Position } from './item-store.ts';
import {
  type CommitItem,
  commitOf,
  expiryOf,
  type FindingItem,
  findingRecordOf,
  type InventoryItem,
  inventoryRegionKey,
  type PartItem,
  type RegionEntry,
  type RowItem,
  rowRecordOf,
} from './items.ts';
import {
  endOf,
  indexes,
  inventoryPartition,
  type Key,
  keysOf,
  orderStart,
  partitionOf,
  type RegionKey,
  regionKeyOf,
  sortKeys,
} from './keys.ts';

/** A stretch of one partition in its order. */
export interface RankedPage<T> {
  readonly items: readonly Ranked<T>[];
  /** Items read for it, those left out too. */
  readonly scanned: number;
  /** Where it ends, whatever it shows: the next begins there. Absent: there is nothing after it. */
  readonly end?: string;
}

/** Something with its place in the order of all of its kind. */
export interface Ranked<T> {
  readonly order: string;
  readonly value: T;
}

/** A partition of the indexes of records. */
export type RecordPartition =
  | { readonly of: 'region'; readonly place: RegionKey }
  | { readonly of: 'open' | 'check' | 'cluster'; readonly value: string };

export type RegionFinding = RegionKey & Versioned<FindingRecord> & { readonly refreshed?: string };
export type RegionRow = RegionKey & Versioned<CoverageRecord> & { readonly id: string };
export type InventoryEntry = RegionKey & RegionEntry & { readonly seq: number; readonly factsAt: string };

export interface InventoryReader {
  /** Findings below a place in the order; absent: from the newest on. */
  readonly findings: (partition: RecordPartition, below: string | undefined, limit: number) => Promise<RankedPage<RegionFinding>>;
  readonly rows: (partition: RecordPartition, below: string | undefined, limit: number) => Promise<RankedPage<RegionRow>>;
  /** Commits of one region, or of all in one month (YYYY-MM), below a place in their order and not below `from`. */
  readonly commits: (
    of: RegionKey | { readonly month: string },
    range: { readonly from: string; readonly below: string },
    limit: number,
  ) => Promise<RankedPage<RegionKey & { readonly seq: number }>>;
  /** Commits of a region by their numbers, ends included, the oldest first; without those that are no longer kept. */
  readonly log: (place: RegionKey, first: number, last: number) => Promise<readonly Commit[]>;
  /** Regions of all accounts, or of one, by account and region, each in short. */
  readonly regions: (account: string | undefined, after: string | undefined, limit: number) => Promise<RankedPage<InventoryEntry>>;
  readonly region: (place: RegionKey) => Promise<InventoryEntry | undefined>;
  /** A finding by its id; `undefined` where it is not, or no longer. */
  readonly finding: (place: RegionKey, id: string) => Promise<RegionFinding | undefined>;
  /** Findings of a region that have an amount, by id; all of them or those of one check. */
  readonly counted: (
    place: RegionKey,
    check: string | undefined,
    after: string | undefined,
    limit: number,
  ) => Promise<RankedPage<RegionFinding>>;
}

export interface InventoryReaderOptions {
  readonly store: Pick<ItemStore, 'get' | 'query'>;
  readonly now?: () => Date;
}

const entryOf = ({ pk, sk, expires, ...entry }: InventoryItem): InventoryEntry => ({ ...inventoryRegionKey(sk), ...entry });

/** The reader on an item store. */
export function inventoryReader({ store, now = () => new Date() }: InventoryReaderOptions): InventoryReader {
  /** Newest first. A range of keys holds both of its ends, so what stands at `below` itself is dropped. */
  const stretch = async <I extends object, T>(
    index: IndexName,
    partition: string,
    from: string,
    below: string | undefined,
    limit: number,
    made: (item: I) => T | undefined,
  ): Promise<RankedPage<T>> => {
    const { range } = keysOf(index);
    const read = await store.query<Record<string, unknown>>({
      index,
      partition,
      from,
      to: below ?? endOf(from),
      descending: true,
      limit: below === undefined ? limit : limit + 1,
      now: expiryOf(now(), 0),
    });
    const items = read.items.flatMap((item): readonly Ranked<T>[] => {
      const order = String(item[range]);
      const value = order === below ? undefined : made(item as I);
      return value === undefined ? [] : [{ order, value }];
    });
    return { items, scanned: read.scanned, ...(read.last && { end: String(read.last[range]) }) };
  };

  const partitionIn = (partition: RecordPartition): string => (partition.of === 'region' ? partitionOf(partition.place) : partition.value);

  const findingOf = (item: FindingItem): RegionFinding | undefined => {
    const record = findingRecordOf(item);
    return record && { ...regionKeyOf(item.pk), ...record, ...(item.refreshed !== undefined && { refreshed: item.refreshed }) };
  };
  const rowOf = (item: RowItem): RegionRow | undefined => {
    const record = rowRecordOf(item);
    return record && { ...regionKeyOf(item.pk), ...record, id: item.id };
  };

  /** All of a range of sort keys, in order. */
  const everything = async (pk: string, from: string, to: string): Promise<readonly unknown[]> => {
    const items: unknown[] = [];
    let last: Position | undefined;
    do {
      const read = await store.query({ partition: pk, from, to, now: expiryOf(now(), 0), ...(last && { after: last }) });
      items.push(...read.items);
      last = read.last;
    } while (last !== undefined);
    return items;
  };

  /** By sort key, after one. */
  const ascending = async <I extends Key, T>(
    pk: string,
    prefix: string,
    after: string | undefined,
    limit: number,
    made: (item: I) => T | undefined,
  ): Promise<RankedPage<T>> => {
    const read = await store.query<I>({
      partition: pk,
      from: after ?? prefix,
      to: endOf(prefix),
      limit: after === undefined ? limit : limit + 1,
      now: expiryOf(now(), 0),
    });
    const items = read.items.flatMap((item): readonly Ranked<T>[] => {
      const value = item.sk === after ? undefined : made(item);
      return value === undefined ? [] : [{ order: item.sk, value }];
    });
    return { items, scanned: read.scanned, ...(read.last && { end: String(read.last.sk) }) };
  };

  return {
    findings: (partition, below, limit) =>
      stretch(indexes[partition.of], partitionIn(partition), orderStart.finding, below, limit, findingOf),
    rows: (partition, below, limit) => stretch(indexes[partition.of], partitionIn(partition), orderStart.row, below, limit, rowOf),
    commits: (of, { from, below }, limit) => {
      const [index, partition] = 'month' in of ? ([indexes.log, of.month] as const) : ([indexes.time, partitionOf(of)] as const);
      return stretch(index, partition, from, below, limit, (item: Key & { readonly seq: number }) => ({
        ...regionKeyOf(item.pk),
        seq: item.seq,
      }));
    },
    log: async (place, first, last) => {
      const range = (from: string, to: string) => everything(partitionOf(place), from, to);
      const items = (await range(sortKeys.commit(first), sortKeys.commit(last))) as readonly CommitItem[];
      return Promise.all(
        items.map(async (item) => {
          if (item.parts === undefined || item.writer === undefined) return commitOf(item, []);
          const prefix = sortKeys.parts(item.seq, item.writer);
          return commitOf(item, (await range(prefix, endOf(prefix))) as readonly PartItem[]);
        }),
      );
    },
    regions: (account, after, limit) =>
      ascending(inventoryPartition, account === undefined ? sortKeys.regions : sortKeys.regionsOf(account), after, limit, entryOf),
    region: async (place) => {
      const item = await store.get<InventoryItem>({ pk: inventoryPartition, sk: sortKeys.region(place) }, { consistent: false });
      return item && item.expires > expiryOf(now(), 0) ? entryOf(item) : undefined;
    },
    finding: async (place, id) => {
      const item = await store.get<FindingItem>({ pk: partitionOf(place), sk: sortKeys.finding(id) }, { consistent: false });
      return item && findingOf(item);
    },
    counted: (place, check, after, limit) =>
      ascending(
        partitionOf(place),
        check === undefined ? sortKeys.findings : sortKeys.findingsOf(check),
        after,
        limit,
        (item: FindingItem) => (item.finding?.have === undefined ? undefined : findingOf(item)),
      ),
  };
}
