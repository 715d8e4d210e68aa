/**
 * Reads of many regions at once, by the indexes of the findings table: records in their one order, commits by time, the
 * inventory. The answers may be a moment old, as indexes are. Never writes.
 */
import type { Commit, CoverageRecord, FindingRecord, Versioned } from '../../core/history/log.ts';
import { commitsBetween } from './commits.ts';
import { type InventoryItem, inventoryRegionKey, type RegionEntry } from './inventory.ts';
import type { ItemPage, ItemQuery, ItemStore } from './item-store.ts';
import {
  endOf,
  indexes,
  inventoryPartition,
  type Key,
  keysOf,
  orderStart,
  partitionOf,
  partitionsOfValue,
  type RegionKey,
  regionKeyOf,
  type ShardedIndex,
  sortKeys,
} from './keys.ts';
import { type FindingItem, findingRecordOf, type RowItem, rowRecordOf } from './records.ts';
import { isRetained } from './retention.ts';
import { epochSecond, type RangeContext } from './store-context.ts';

/** A page of one partition in its order. */
export interface RankedPage<T> {
  readonly items: readonly Ranked<T>[];
  /** Items read for it, those left out too. */
  readonly scanned: number;
  /** Where it ends and the next page begins, whether or not it shows that item. Absent on the last page. */
  readonly end?: string | undefined;
}

/** Something with its position in the order of all of its kind. */
export interface Ranked<T> {
  readonly order: string;
  readonly value: T;
}

/** A partition of the indexes of records. */
export type RecordPartition = { readonly of: 'region'; readonly place: RegionKey } | { readonly of: ShardedIndex; readonly value: string };

/** The partitions that hold the records of a status, a check or a cluster. */
export const recordPartitions = (of: ShardedIndex, value: string): readonly RecordPartition[] =>
  partitionsOfValue(of, value).map((partition): RecordPartition => ({ of, value: partition }));

export type RegionFinding = RegionKey & Versioned<FindingRecord> & { readonly refreshed?: string | undefined };
export type RegionRow = RegionKey & Versioned<CoverageRecord> & { readonly id: string };
export type InventoryEntry = RegionKey & RegionEntry & { readonly seq: number; readonly factsAt: string };

export interface InventoryReader {
  /** Findings below a position in the order; absent: from the newest on. */
  readonly findings: (partition: RecordPartition, below: string | undefined, limit: number) => Promise<RankedPage<RegionFinding>>;
  readonly rows: (partition: RecordPartition, below: string | undefined, limit: number) => Promise<RankedPage<RegionRow>>;
  /** Commits of one region, or of all in one partition of the log, below a position in their order and not below `from`. */
  readonly commits: (
    of: RegionKey | { readonly partition: string },
    range: { readonly from: string; readonly below: string },
    limit: number,
  ) => Promise<RankedPage<RegionKey & { readonly seq: number }>>;
  /** Commits of a region by their numbers, ends included, the oldest first; without those that have expired. */
  readonly log: (region: RegionKey, first: number, last: number) => Promise<readonly Commit[]>;
  /** Regions of all accounts, or of one, by account and region, each in short. */
  readonly regions: (account: string | undefined, after: string | undefined, limit: number) => Promise<RankedPage<InventoryEntry>>;
  readonly region: (region: RegionKey) => Promise<InventoryEntry | undefined>;
  /** A finding by its id; `undefined` where it does not exist, or no longer. */
  readonly finding: (region: RegionKey, id: string) => Promise<RegionFinding | undefined>;
  /** Findings of a region that have an amount, by id; all of them or those of one check. */
  readonly counted: (
    region: RegionKey,
    check: string | undefined,
    after: string | undefined,
    limit: number,
  ) => Promise<RankedPage<RegionFinding>>;
}

export interface InventoryReaderOptions {
  readonly store: Pick<ItemStore, 'get' | 'query'>;
  readonly now?: () => Date;
}
type InventoryContext = Required<InventoryReaderOptions>;

/** The reader on an item store. */
export function inventoryReader({ store, now = () => new Date() }: InventoryReaderOptions): InventoryReader {
  const context = { store, now };
  return { ...recordReads(context), ...regionReads(context), ...commitReads(context) };
}

function recordReads(context: InventoryContext): Pick<InventoryReader, 'findings' | 'rows' | 'finding' | 'counted'> {
  const newest = <I extends object, T>(partition: RecordPartition, from: string, page: PageFrom, toValue: (item: I) => T | undefined) => {
    const value = partition.of === 'region' ? partitionOf(partition.place) : partition.value;
    return newestFirst(context, { index: indexes[partition.of], partition: value, from }, page, toValue);
  };
  return {
    findings: (partition, start, limit) => newest(partition, orderStart.finding, { start, limit }, findingOf),
    rows: (partition, start, limit) => newest(partition, orderStart.row, { start, limit }, rowOf),
    finding: async (region, id) => {
      const key = { pk: partitionOf(region), sk: sortKeys.finding(id) };
      const item = await context.store.get<FindingItem>(key, { consistent: false });
      return item && findingOf(item);
    },
    counted: (region, check, start, limit) => {
      const prefix = check === undefined ? sortKeys.findings : sortKeys.findingsOf(check);
      return bySortKey(context, partitionOf(region), prefix, { start, limit }, (item: FindingItem) =>
        item.finding?.have === undefined ? undefined : findingOf(item),
      );
    },
  };
}

function regionReads(context: InventoryContext): Pick<InventoryReader, 'regions' | 'region'> {
  return {
    regions: (account, start, limit) => {
      const prefix = account === undefined ? sortKeys.regions : sortKeys.regionsOf(account);
      return bySortKey(context, inventoryPartition, prefix, { start, limit }, entryOf);
    },
    region: async (region) => {
      const item = await context.store.get<InventoryItem>({ pk: inventoryPartition, sk: sortKeys.region(region) }, { consistent: false });
      return item && isRetained(item, epochSecond(context)) ? entryOf(item) : undefined;
    },
  };
}

function commitReads(context: InventoryContext): Pick<InventoryReader, 'commits' | 'log'> {
  return {
    commits: (of, { from, below }, limit) => {
      const query =
        'partition' in of ? { index: indexes.log, partition: of.partition } : { index: indexes.time, partition: partitionOf(of) };
      return newestFirst(context, { ...query, from }, { start: below, limit }, ({ pk, seq }: Key & { readonly seq: number }) => ({
        ...regionKeyOf(pk),
        seq,
      }));
    },
    log: (region, first, last) => commitsBetween(context, region, first, last, { consistent: false }),
  };
}

const entryOf = ({ pk, sk, expires, ...entry }: InventoryItem): InventoryEntry => ({ ...inventoryRegionKey(sk), ...entry });

function findingOf(item: FindingItem): RegionFinding | undefined {
  const record = findingRecordOf(item);
  return record && { ...regionKeyOf(item.pk), ...record, refreshed: item.refreshed };
}

function rowOf(item: RowItem): RegionRow | undefined {
  const record = rowRecordOf(item);
  return record && { ...regionKeyOf(item.pk), ...record, id: item.id };
}

interface PageFrom {
  /** The last item of the page before; it is not on this one. */
  readonly start: string | undefined;
  readonly limit: number;
}

/** Newest first, by the sort key of an index. */
async function newestFirst<I extends object, T>(
  context: RangeContext,
  query: Required<Pick<ItemQuery, 'index' | 'partition' | 'from'>>,
  page: PageFrom,
  toValue: (item: I) => T | undefined,
): Promise<RankedPage<T>> {
  const to = page.start ?? endOf(query.from);
  return rankedPage(await readFrom(context, { ...query, to, descending: true }, page), keysOf(query.index).range, page, toValue);
}

/** By the sort key of the table. */
async function bySortKey<I extends Key, T>(
  context: RangeContext,
  partition: string,
  prefix: string,
  page: PageFrom,
  toValue: (item: I) => T | undefined,
): Promise<RankedPage<T>> {
  const query = { partition, from: page.start ?? prefix, to: endOf(prefix) };
  return rankedPage(await readFrom(context, query, page), 'sk', page, toValue);
}

/** A range of keys includes both of its ends, so one item more is read where a page has a start. */
const readFrom = (
  context: RangeContext,
  query: Omit<ItemQuery, 'now' | 'limit'>,
  { start, limit }: PageFrom,
): Promise<ItemPage<Readonly<Record<string, unknown>>>> =>
  context.store.query({ ...query, limit: start === undefined ? limit : limit + 1, now: epochSecond(context) });

function rankedPage<I extends object, T>(
  { items, scanned, last }: ItemPage<Readonly<Record<string, unknown>>>,
  rangeKey: string,
  { start }: PageFrom,
  toValue: (item: I) => T | undefined,
): RankedPage<T> {
  const ranked = items.flatMap((item): readonly Ranked<T>[] => {
    const order = String(item[rangeKey]);
    const value = order === start ? undefined : toValue(item as I);
    return value === undefined ? [] : [{ order, value }];
  });
  return { items: ranked, scanned, end: last && String(last[rangeKey]) };
}
