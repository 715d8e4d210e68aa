/**
 * One page out of several partitions, the newest first. All of them have one order, so the position of a page is a point
 * in that order and works for any partitions. Each is read a little at a time: a page of one partition is
 * one query, and one of many reads little more than it shows.
 */
import type { Ranked, RankedPage } from '../aws/findings/inventory-reader.ts';

/** A partition: the items below a point in the order. */
export type RecordSource<T> = (below: string | undefined, limit: number) => Promise<RankedPage<T>>;

export interface MergeOptions<T> {
  /** Where the page before ended; absent: from the newest on. */
  readonly below: string | undefined;
  readonly limit: number;
  /** What the page shows; the others are only counted. */
  readonly matches: (value: T) => boolean;
}

export interface MergedPage<T> {
  readonly items: readonly T[];
  readonly scanned: number;
  /** Where the page ends; absent: there is nothing below. */
  readonly end?: string;
}

/** A page looks at no more than this, and ends short where that is not enough. */
export const mostScanned = 1000;
const largestStretch = 200;

interface SourceReading<T> {
  readonly source: RecordSource<T>;
  ahead: readonly Ranked<T>[];
  below: string | undefined;
  more: boolean;
  size: number;
}

type Ordered = { readonly order: string };
/** Nothing is older than everything. */
const isNewer = (a: Ordered | undefined, b: Ordered | undefined): boolean => a !== undefined && (b === undefined || a.order > b.order);

/** Items held in memory, as a source. */
export function sourceOf<T>(items: readonly Ranked<T>[]): RecordSource<T> {
  const sorted = items.toSorted((a, b) => (isNewer(a, b) ? -1 : 1));
  return async (below, limit) => {
    const rest = below === undefined ? sorted : sorted.filter((item) => item.order < below);
    const items = rest.slice(0, limit);
    const last = items.at(-1);
    return { items, scanned: items.length, ...(rest.length > limit && last && { end: last.order }) };
  };
}

/** The next page of all sources together. */
export async function merged<T>(sources: readonly RecordSource<T>[], { below, limit, matches }: MergeOptions<T>): Promise<MergedPage<T>> {
  if (sources.length === 0) return { items: [], scanned: 0 };
  const size = sources.length === 1 ? limit : Math.ceil(limit / sources.length) + 1;
  const readings = sources.map((source): SourceReading<T> => ({ source, ahead: [], below, more: true, size }));
  const items: T[] = [];
  let scanned = 0;
  let end: string | undefined;
  // While everything that is read is shown, no more is read than the page still needs.
  let leftOut = false;
  const isShort = (reading: SourceReading<T>): boolean => reading.ahead.length === 0 && reading.more;
  const fill = async (reading: SourceReading<T>): Promise<void> => {
    while (isShort(reading) && scanned < mostScanned) {
      const size = leftOut ? reading.size : Math.min(reading.size, limit - items.length + 1);
      const read = await reading.source(reading.below, size);
      scanned += read.scanned;
      leftOut ||= read.items.length < size;
      reading.ahead = read.items;
      reading.below = read.end;
      reading.more = read.end !== undefined;
      reading.size = Math.min(largestStretch, reading.size * 2);
    }
  };
  while (items.length < limit) {
    // Nothing can be said of the newest before each source has shown its own.
    await Promise.all(readings.map(fill));
    if (readings.some(isShort)) return { items, scanned, end: startOf(readings) };
    const first = readings.reduce((a, b) => (isNewer(b.ahead[0], a.ahead[0]) ? b : a));
    const [next, ...rest] = first.ahead;
    if (!next) return { items, scanned };
    first.ahead = rest;
    end = next.order;
    if (matches(next.value)) items.push(next.value);
    else leftOut = true;
  }
  const over = readings.every((r) => r.ahead.length === 0 && !r.more);
  return { items, scanned, ...(!over && end !== undefined && { end }) };
}

/** Keeps the order with each item. */
const ranked =
  <T>(source: RecordSource<T>): RecordSource<Ranked<T>> =>
  async (below, limit) => {
    const stretch = await source(below, limit);
    return { ...stretch, items: stretch.items.map((item) => ({ order: item.order, value: item })) };
  };

/** Several sources as one. */
export const mergedSource =
  <T>(sources: readonly RecordSource<T>[]): RecordSource<T> =>
  (below, limit) =>
    merged(sources.map(ranked), { below, limit, matches: () => true });

/**
 * A source that is merged several times for one page, each time from where the time before ended. What was read ahead is not
 * read again, a source that has no more is not asked again, and one that has is asked for more each time.
 */
export function buffered<T>(source: RecordSource<T>): RecordSource<T> {
  let last: RankedPage<T> | undefined;
  let size = 0;
  return async (below, limit) => {
    let start = below;
    if (last && below !== undefined) {
      const { end } = last;
      const items = last.items.filter((item) => item.order < below);
      if (items.length > 0 || end === undefined) return { ...last, items, scanned: 0 };
      start = end < below ? end : below;
    }
    size = Math.max(limit, Math.min(largestStretch, 2 * size));
    last = await source(start, size);
    return last;
  };
}

/** A point above everything that was read ahead, or is still to be read, and below everything that the page covers. */
const startOf = <T>(readings: readonly SourceReading<T>[]): string =>
  readings
    .map(({ ahead: [next], below = '' }) => (next ? justAbove(next.order) : below))
    .toSorted()
    .at(-1) ?? '';

/** A point in the order so that what stands at `order` is the first below it: no key goes on after its end with a sign like this. */
export const justAbove = (order: string): string => `${order}~`;
