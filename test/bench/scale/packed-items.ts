/**
 * Items of DynamoDB as a simulation keeps them: texts and numbers as they are, everything else as the text of the wire, which
 * takes a fraction of the memory of its objects. And what a write of one takes, in the table and in each index.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
import { isDeepStrictEqual } from 'node:util';
import { type Key, keysOf, tableDefinition } from '../../../shared/aws/findings/keys.ts';
import { type Item, itemBytes } from '../item-size.ts';

/** A value that no condition compares. */
export class PackedValue {
  readonly text: string;
  readonly bytes: number;
  constructor(text: string, bytes: number) {
    this.text = text;
    this.bytes = bytes;
  }
}

type Attributes = Readonly<Record<string, unknown>>;
export type PackedItem = Key & Attributes;

/** A value as it came over the wire. */
export function pack(value: unknown): unknown {
  const { S, N } = value as { readonly S?: string; readonly N?: string };
  if (S !== undefined) return S;
  if (N !== undefined) return Number(N);
  return new PackedValue(JSON.stringify(value), itemBytes({ '': value as Item[string] }));
}

export const packItem = (item: Item): PackedItem =>
  Object.fromEntries(Object.entries(item).map(([name, value]) => [name, pack(value)])) as unknown as PackedItem;

function wireValue(value: unknown): string {
  if (value instanceof PackedValue) return value.text;
  return typeof value === 'number' ? `{"N":"${value}"}` : `{"S":${JSON.stringify(value)}}`;
}

/** An item as it goes over the wire; `only`: with these attributes. */
export function wireItem(item: Attributes, only?: readonly string[]): string {
  const names = only ? only.filter((name) => item[name] !== undefined) : Object.keys(item);
  return `{${names.map((name) => `${JSON.stringify(name)}:${wireValue(item[name])}`).join()}}`;
}

function valueBytes(value: unknown): number {
  if (value instanceof PackedValue) return value.bytes;
  return typeof value === 'number' ? Math.ceil(String(value).length / 2) + 1 : Buffer.byteLength(String(value));
}

export const bytesOfItem = (item: Attributes): number =>
  Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueBytes(value), 0);

/** Write units that a write takes from one partition of the table, or of an index. */
export interface KeyWrite {
  /** `table`, or the name of the index. */
  readonly in: string;
  readonly key: string;
  readonly units: number;
}

const unitsOf = (bytes: number): number => Math.max(1, Math.ceil(bytes / 1024));
const { hash: tableHash, range: tableRange } = keysOf();

/** The part of an item that an index holds. */
function projected(item: Attributes, index: (typeof tableDefinition.GlobalSecondaryIndexes)[number]): Attributes {
  const { ProjectionType, NonKeyAttributes = [] } = index.Projection;
  if (ProjectionType === 'ALL') return item;
  const names = new Set([tableHash, tableRange, ...index.KeySchema.map((k) => k.AttributeName), ...NonKeyAttributes]);
  return Object.fromEntries([...names].flatMap((name) => (item[name] === undefined ? [] : [[name, item[name]]])));
}

const samePacked = (a: unknown, b: unknown): boolean =>
  a === b || (a instanceof PackedValue && b instanceof PackedValue ? a.text === b.text : isDeepStrictEqual(a, b));

const sameItem = (a: Attributes, b: Attributes): boolean => Object.keys({ ...a, ...b }).every((name) => samePacked(a[name], b[name]));

/**
 * What writing an item takes: the larger of before and after in the table; in an index one write where the item enters or leaves it
 * or changes there, two where it moves to another key, none where the index holds the same as before.
 */
export function writesOfItem(before: PackedItem | undefined, after: PackedItem): readonly KeyWrite[] {
  const writes: KeyWrite[] = [{ in: 'table', key: after.pk, units: unitsOf(Math.max(bytesOfItem(before ?? {}), bytesOfItem(after))) }];
  for (const index of tableDefinition.GlobalSecondaryIndexes) {
    const keys = index.KeySchema.map((k) => k.AttributeName);
    const of = (item: PackedItem | undefined) =>
      item && keys.every((key) => item[key] !== undefined)
        ? { item: projected(item, index), at: keys.map((key) => String(item[key])) }
        : undefined;
    const [was, is] = [of(before), of(after)];
    const isSamePlace = was && is && was.at.every((key, n) => key === is.at[n]);
    if (isSamePlace && sameItem(was.item, is.item)) continue;
    if (isSamePlace) {
      const units = unitsOf(Math.max(bytesOfItem(was.item), bytesOfItem(is.item)));
      writes.push({ in: index.IndexName, key: is.at[0] ?? '', units });
      continue;
    }
    for (const entry of [was, is])
      if (entry) writes.push({ in: index.IndexName, key: entry.at[0] ?? '', units: unitsOf(bytesOfItem(entry.item)) });
  }
  return writes;
}
