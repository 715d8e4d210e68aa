/** Parts: what does not fit into the item of a commit or a checkpoint. */
import type { Key, RegionKey } from './keys.ts';
import { sortKeys } from './keys.ts';
import { itemsUnder, type RangeContext, type RangeOptions } from './store-context.ts';

/** DynamoDB's items hold 400 KB. JSON is never shorter than what DynamoDB counts, and the rest is for keys. */
export const itemBytes = 300 * 1024;

export const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value), 'utf8');

/** Splits a list so that no part exceeds the size of an item. One entry alone never does. */
export function splitIntoParts<T>(entries: readonly T[]): readonly (readonly T[])[] {
  const parts: T[][] = [[]];
  let size = 0;
  for (const entry of entries) {
    const bytes = bytesOf(entry);
    if (size > 0 && size + bytes > itemBytes) {
      parts.push([]);
      size = 0;
    }
    parts.at(-1)?.push(entry);
    size += bytes;
  }
  return parts;
}

/** An item that may have parts: how many, and who wrote them. */
export interface PartedItem extends Key {
  readonly seq: number;
  readonly parts?: number;
  readonly writer?: string;
}

/** The parts of an item, in order; none where it has none. */
export const readParts = async <T>(
  context: RangeContext,
  region: RegionKey,
  { seq, parts, writer }: PartedItem,
  options?: RangeOptions,
): Promise<readonly T[]> =>
  parts === undefined || writer === undefined ? [] : itemsUnder<T>(context, region, sortKeys.parts(seq, writer), options);
