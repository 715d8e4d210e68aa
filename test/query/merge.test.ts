import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { merged, mostScanned, type RecordSource, sourceOf } from '../../shared/query/merge.ts';

const ranked = (values: readonly number[]) => values.map((value) => ({ order: `F#${String(value).padStart(6, '0')}`, value }));
const evens = (n: number): boolean => n % 2 === 0;
const range = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i);

/** Follows the pages of sources to the end. */
async function pages(sources: readonly RecordSource<number>[], limit: number, matches: (n: number) => boolean) {
  const found: number[][] = [];
  let below: string | undefined;
  do {
    const page = await merged(sources, { below, limit, matches });
    found.push([...page.items]);
    below = page.end;
  } while (below !== undefined);
  return found;
}

/** Values of one order, each in one of the partitions. */
const spread = fc.uniqueArray(fc.record({ value: fc.nat({ max: 5000 }), in: fc.nat({ max: 6 }) }), {
  selector: (s) => s.value,
  maxLength: 120,
});

test('pages of any partitions hold every matching item once, the newest first', async () => {
  await fc.assert(
    fc.asyncProperty(spread, fc.integer({ min: 1, max: 60 }), async (values, limit) => {
      const sources = range(7).map((n) => sourceOf(ranked(values.filter((v) => v.in === n).map((v) => v.value))));
      const found = await pages(sources, limit, evens);
      const expected = values.map((v) => v.value).filter(evens);
      expect(found.flat()).toEqual(expected.toSorted((a, b) => b - a));
      for (const page of found.slice(0, -1)) expect(page.length).toBe(limit);
      expect(found.at(-1)?.length).toBeLessThanOrEqual(limit);
    }),
    { seed: 20261120, numRuns: 200 },
  );
});

test('items that come and go between two pages move nothing that was there', async () => {
  const before = [50, 40, 30, 20, 10];
  const first = await merged([sourceOf(ranked(before))], { below: undefined, limit: 2, matches: () => true });
  expect(first.items).toEqual([50, 40]);
  const after = [60, 45, 30, 25, 10];
  const next = await merged([sourceOf(ranked(after))], { below: first.end, limit: 9, matches: () => true });
  expect(next).toMatchObject({ items: [30, 25, 10] });
  expect(next.end).toBeUndefined();
});

test('one partition is read once for a page, and many little more than is shown', async () => {
  const reads: number[] = [];
  const counting =
    (source: RecordSource<number>): RecordSource<number> =>
    async (below, limit) => {
      reads.push(limit);
      return source(below, limit);
    };
  await merged([counting(sourceOf(ranked(range(500))))], { below: undefined, limit: 50, matches: () => true });
  expect(reads).toEqual([50]);
  reads.length = 0;
  const many = range(10).map((n) => counting(sourceOf(ranked(range(500).filter((i) => i % 10 === n)))));
  const page = await merged(many, { below: undefined, limit: 50, matches: () => true });
  expect(page.items).toHaveLength(50);
  expect(page.scanned).toBeLessThan(80);
  const uneven = [true, false].map((third) => counting(sourceOf(ranked(range(500).filter((i) => (i % 3 === 0) === third)))));
  expect((await merged(uneven, { below: undefined, limit: 50, matches: () => true })).scanned).toBeLessThan(70);
});

test('a page that finds little ends after so many, and the next goes on where it ended', async () => {
  const all = range(4 * mostScanned);
  const rare = (n: number): boolean => n === 5;
  const first = await merged([sourceOf(ranked(all))], { below: undefined, limit: 50, matches: rare });
  expect(first.items).toEqual([]);
  expect(first.scanned).toBeGreaterThanOrEqual(mostScanned);
  expect(first.scanned).toBeLessThan(1.5 * mostScanned);
  expect((await pages([sourceOf(ranked(all)), sourceOf(ranked([]))], 50, rare)).flat()).toEqual([5]);
});

test('a partition of which everything that is read has expired is read on', async () => {
  // Pages of ten, of which all but the oldest are empty.
  const expired: RecordSource<number> = async (below) => {
    const at = below === undefined ? 9 : Number(below);
    return at === 0 ? { items: ranked([7]), scanned: 10 } : { items: [], scanned: 10, end: String(at - 1) };
  };
  expect(await merged([expired], { below: undefined, limit: 5, matches: () => true })).toMatchObject({ items: [7], scanned: 100 });
});
