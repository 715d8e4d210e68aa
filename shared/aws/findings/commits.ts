/** The log of a region: commits, how they are stored, appended and read. */
import { randomUUID } from 'node:crypto';
import type { AlertTopic } from '../../core/history/delivery-progress.ts';
import { type AuditRef, auditRefOf, type Change, type Commit, type ReadinessRecord } from '../../core/history/log.ts';
import { type Key, logPartition, orderOf, partitionOf, pendingPartitions, type RegionKey, sortKeys } from './keys.ts';
import { bytesOf, itemBytes, type PartedItem, readParts, splitIntoParts } from './parts.ts';
import { expiryIn, itemsBetween, type RangeContext, type RangeOptions, type StoreContext } from './store-context.ts';

export interface CommitItem extends PartedItem, AuditRef {
  readonly at: string;
  /** Position in the indexes of commits. */
  readonly logOrder: string;
  readonly month: string;
  readonly readiness: readonly ReadinessRecord[];
  readonly triggeredBy?: Commit['triggeredBy'];
  /** The changes; absent where parts hold them. */
  readonly changes?: readonly Change[];
  readonly pending?: string;
  readonly told?: true;
  readonly summed?: true;
  readonly accepted?: readonly AlertTopic[];
  readonly sent?: readonly string[];
  /** Absent while it is pending. */
  readonly expires?: number;
}

export interface PartItem extends Key {
  readonly changes: readonly Change[];
  readonly expires: number;
}

/**
 * Days by which the parts of a pending commit outlive its retention. They must expire, unlike the commit itself: parts are
 * written first, and a process that ends before it appends the commit leaves parts that belong to no commit.
 */
const pendingPartDays = 400;

export const commitKey = (region: RegionKey, seq: number): Key => ({ pk: partitionOf(region), sk: sortKeys.commit(seq) });

/**
 * A commit as items: the parts, which are to be written first, and the commit itself. A pending commit does not expire, or
 * its alert would be lost. `expires`: when the commit expires if it is not pending.
 */
export function commitItems(
  region: RegionKey,
  commit: Commit,
  writer: string,
  expires: number,
): { readonly parts: readonly PartItem[]; readonly item: CommitItem } {
  const { pk, sk } = commitKey(region, commit.seq);
  const { changes, readiness, triggeredBy, pending, seq, at } = commit;
  const split = splitIntoParts(changes);
  const inOne = split.length === 1 && bytesOf(changes) + bytesOf(readiness) <= itemBytes;
  const item = {
    pk,
    sk,
    ...auditRefOf(commit),
    seq,
    at,
    logOrder: orderOf.commit(commit.factsAt, region, seq),
    month: logPartition(commit.factsAt, region),
    readiness,
    ...(triggeredBy && { triggeredBy }),
    ...(inOne ? { changes } : { parts: split.length, writer }),
    ...(pending ? { pending: pendingPartitions.commit(region) } : { expires }),
  };
  const last = pending ? expires + pendingPartDays * 86_400 : expires;
  const partOf = (part: readonly Change[], n: number) => ({ pk, sk: sortKeys.part(seq, writer, n), changes: part, expires: last });
  return { item, parts: inOne ? [] : split.map(partOf) };
}

/** A commit from its item and, where the item holds no changes, those of its parts. */
export function commitOf(item: CommitItem, parts: readonly PartItem[]): Commit {
  if (item.parts !== undefined && item.parts !== parts.length)
    throw new Error(`Commit ${item.seq} of ${item.pk} has ${item.parts} parts, ${parts.length} of them were found.`);
  const { seq, at, changes = parts.flatMap((part) => part.changes), readiness, triggeredBy, pending, told, summed, accepted, sent } = item;
  const delivery = { pending: pending === undefined ? undefined : (true as const), told, summed, accepted, sent };
  return { ...auditRefOf(item), seq, at, changes, readiness, ...(triggeredBy && { triggeredBy }), ...delivery };
}

/** Appends a commit. False if its number is taken. */
export async function appendCommit(context: StoreContext, region: RegionKey, commit: Commit): Promise<boolean> {
  const { item, parts } = commitItems(region, commit, randomUUID(), expiryIn(context, context.retentionDays));
  for (const part of parts) await context.store.put(part);
  return context.store.put(item, { when: ['absent', 'pk'] });
}

export const readCommit = async (context: RangeContext, region: RegionKey, item: CommitItem, options?: RangeOptions): Promise<Commit> =>
  commitOf(item, await readParts<PartItem>(context, region, item, options));

/** Commits by number, ends included, the oldest first; without those that have expired. */
export async function commitsBetween(
  context: RangeContext,
  region: RegionKey,
  first: number,
  last: number,
  options?: RangeOptions,
): Promise<readonly Commit[]> {
  if (last < first) return [];
  const items = await itemsBetween<CommitItem>(context, region, sortKeys.commit(first), sortKeys.commit(last), options);
  return Promise.all(items.map((item) => readCommit(context, region, item, options)));
}

const lastNumber = 9_999_999_999;

/** Commits after the one with this number. */
export const commitsAfter = (context: RangeContext, region: RegionKey, seq: number): Promise<readonly Commit[]> =>
  commitsBetween(context, region, seq + 1, lastNumber);
