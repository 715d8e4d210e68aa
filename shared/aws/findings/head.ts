/** HEAD: the last completed audit of a region, and how much of the log its records include. */
import { type AuditRef, auditRefOf, type Commit, type ReadinessRecord } from '../../core/history/log.ts';
import type { OpenCount } from '../../core/history/open-count.ts';
import type { InventoryMark } from './inventory.ts';
import { type Key, partitionOf, type RegionKey, sortKeys } from './keys.ts';
import type { ReadContext, StoreContext } from './store-context.ts';

export interface Head {
  /** Counts the writes of this item: moving it proves that nothing moved since it was read. */
  readonly version: number;
  /** Commits up to this one are in the records. */
  readonly seq: number;
  /** factsAt of that commit. */
  readonly loggedAt?: string;
  /** The last completed audit; absent before the first. */
  readonly audit?: AuditRef;
  /** When that was written, by the writer's clock. */
  readonly at?: string;
  /** Ids of the last completed audits, the newest first. */
  readonly done: readonly string[];
  readonly readiness: readonly ReadinessRecord[];
  /** Open failures after that audit; absent where an earlier version, or the roll-forward of a commit, wrote the item. */
  readonly failures?: OpenCount;
  /** Amounts that differ from those in the records, packed. */
  readonly amounts?: string;
  readonly checkpoint?: CheckpointMark;
  /** The writer that is about to append the next commit, or that ended before it did. */
  readonly appending?: string;
  /** What the region's item in the inventory was last written with. */
  readonly fleet?: InventoryMark;
}
export type HeadItem = Key & Head;

/** The newest checkpoint: its commit, and the facts and plan of the audit that wrote it. */
export interface CheckpointMark {
  readonly seq: number;
  readonly at: string;
  readonly planHash: string;
}

export const emptyHead: Head = { version: 0, seq: 0, done: [], readiness: [] };

const headKey = (region: RegionKey): Key => ({ pk: partitionOf(region), sk: sortKeys.head });

export const readHead = ({ store }: ReadContext, region: RegionKey): Promise<HeadItem | undefined> => store.get<HeadItem>(headKey(region));

/** What summaries need of the HEADs of many regions. */
export const readHeads = (
  { store }: ReadContext,
  regions: readonly RegionKey[],
): Promise<readonly (Pick<Head, 'audit' | 'readiness' | 'failures'> | undefined)[]> =>
  store.getAll<HeadItem>(regions.map(headKey), ['audit', 'readiness', 'failures']);

/** Replaces the HEAD that was read. HEAD as it is now, or `undefined` if another process moved it since. */
export async function moveHead(
  { store }: StoreContext,
  region: RegionKey,
  read: Head | undefined,
  head: Omit<Head, 'version'>,
): Promise<Head | undefined> {
  const item = { ...head, ...headKey(region), version: (read?.version ?? 0) + 1 };
  return (await store.put(item, { when: read ? ['=', 'version', read.version] : ['absent', 'pk'] })) ? item : undefined;
}

/**
 * HEAD as the writer of a commit would have left it. The commit's audit did not complete, so it is missing in `done`. `fleet` stays:
 * the next audit sees that the item in the inventory differs from the one it would write.
 */
export const headAfter = (head: Head | undefined, commit: Commit): Omit<Head, 'version'> => ({
  seq: commit.seq,
  loggedAt: commit.factsAt,
  audit: auditRefOf(commit),
  at: commit.at,
  done: head?.done ?? [],
  readiness: commit.readiness,
  checkpoint: head?.checkpoint,
  fleet: head?.fleet,
});

/** A HEAD further ahead than this was written by a wrong clock, and must not discard audits until that time. */
export const clockToleranceMs = 15 * 60_000;

/** Whether a time can be that of a past audit, and not of a wrong clock. */
export const isBelievable = (factsAt: string, now: Date): boolean => Date.parse(factsAt) <= now.getTime() + clockToleranceMs;
