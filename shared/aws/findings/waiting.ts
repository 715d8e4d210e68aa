/**
 * Commits that wait for a summary: one further item for each, with what it adds to the summary, so that a summary of
 * 18,000 places reads no commit. The item stands in the index `pending` until the summary was accepted, sorted by group
 * and time.
 */
import type { SummaryEntry } from '../../core/alerts/summary-entry.ts';
import type { AlertTopic } from '../../core/history/delivery-progress.ts';
import type { ItemReader, ItemStore } from './item-store.ts';
import { deploymentPartition, type Key, partitionOf, pendingPartitions, type RegionKey, regionKeyOf, sortKeys } from './keys.ts';
import { expiryOf } from './retention.ts';
import { allOfIndex, type StoreContext } from './store-context.ts';

/** A commit that waits for the summary of a group. */
export interface WaitingCommit extends RegionKey {
  readonly seq: number;
  readonly group: string;
  /** When it began to wait. */
  readonly at: string;
}

/** What stands in its item. */
export interface WaitingEntry {
  readonly entry: SummaryEntry;
  /** held: the deferred changes of the commit wait, now: the others. */
  readonly of: 'now' | 'held';
  /** Nothing else of the commit is to be notified. */
  readonly whole: boolean;
}

/** How far the summary of a group has been sent. */
export interface SummaryProgress {
  /** It is about the commits that began to wait until then. */
  readonly upTo: string;
  /** Hash of its messages: other messages are sent from the first. */
  readonly digest?: string;
  /** How many of its messages every topic accepted. */
  readonly done: number;
  /** Topics that accepted the next message. */
  readonly accepted?: readonly AlertTopic[];
  /** All were accepted: its commits are to be confirmed, and nothing more is to be sent. */
  readonly isSent?: true;
}

export interface WaitingTable {
  readonly has: (region: RegionKey, seq: number) => Promise<boolean>;
  /** Lets a commit wait. One that waits or waited already is left as it is. */
  readonly add: (commit: WaitingCommit, entry: WaitingEntry) => Promise<void>;
  /** All that wait, in no particular order. */
  readonly list: () => Promise<readonly WaitingCommit[]>;
  readonly entries: (commits: readonly WaitingCommit[]) => Promise<readonly (WaitingEntry | undefined)[]>;
  /** Replaces what a commit adds to its summary. One that no longer waits is left as it is. */
  readonly replace: (commit: WaitingCommit, entry: SummaryEntry) => Promise<void>;
  /** The summary was accepted, and the commit says so. */
  readonly end: (commit: WaitingCommit) => Promise<void>;
  /** How far a group's summary is. `undefined`: another process is sending it. Reserves it until `end`. */
  readonly claim: (group: string, now: Date, until: Date) => Promise<{ readonly progress?: SummaryProgress } | undefined>;
  readonly progress: (group: string) => Promise<SummaryProgress | undefined>;
  readonly saveProgress: (group: string, progress: SummaryProgress) => Promise<void>;
  /** Ends the claim. `isOver`: every commit of the summary is confirmed. */
  readonly release: (group: string, isOver: boolean) => Promise<void>;
}

export interface WaitingItem extends Key, Partial<WaitingEntry> {
  readonly pending?: string;
  /** Group and time: the sort key of the index. */
  readonly at?: string;
  /** Absent while it waits. */
  readonly expires?: number;
}

export interface SummaryItem extends Key {
  readonly claimed?: string;
  readonly progress?: SummaryProgress;
}

/** Days for which an item that no longer waits shows a late delivery of its commit that it was sent. */
const endedDays = 2;

const keyOf = (region: RegionKey, seq: number): Key => ({ pk: partitionOf(region), sk: sortKeys.waiting(seq) });
const summaryKey = (group: string): Key => ({ pk: deploymentPartition, sk: sortKeys.summary(group) });

function waitingOf({ pk, sk, at = '' }: WaitingItem): WaitingCommit {
  const cut = at.lastIndexOf('#');
  return { ...regionKeyOf(pk), seq: Number(sk.slice(sk.indexOf('#') + 1)), group: at.slice(0, cut), at: at.slice(cut + 1) };
}

export function waitingTable(context: StoreContext<ItemReader & Pick<ItemStore, 'update'>>): WaitingTable {
  const { store, now } = context;
  return {
    has: async (region, seq) => (await store.get<WaitingItem>(keyOf(region, seq)))?.pending !== undefined,
    add: async ({ group, at, seq, ...region }, entry) => {
      const set = { pending: pendingPartitions.waiting(region), at: `${group}#${at}`, ...entry };
      // Deferred changes may come to wait after the others did.
      const when = entry.of === 'held' ? (['absent', 'pending'] as const) : (['absent', 'pk'] as const);
      await store.update(keyOf(region, seq), { set, remove: ['expires'] }, { when });
    },
    list: async () => {
      const pages = await Promise.all(
        pendingPartitions.allWaiting.map((partition) => allOfIndex<WaitingItem>(context, 'pending', partition)),
      );
      return pages.flat().map(waitingOf);
    },
    entries: async (commits) => {
      const items = await store.getAll<WaitingItem>(commits.map((c) => keyOf(c, c.seq)));
      return items.map((item) => {
        const { entry, of, whole } = item ?? {};
        return entry && of !== undefined && whole !== undefined ? { entry, of, whole } : undefined;
      });
    },
    replace: async (commit, entry) => {
      await store.update(keyOf(commit, commit.seq), { set: { entry } }, { when: ['present', 'pending'] });
    },
    end: async (commit) => {
      const update = { set: { expires: expiryOf(now(), endedDays) }, remove: ['pending', 'at', 'entry', 'of', 'whole'] };
      await store.update(keyOf(commit, commit.seq), update, { when: ['present', 'pending'] });
    },
    claim: async (group, at, until) => {
      const when = ['or', ['absent', 'claimed'], ['<', 'claimed', at.toISOString()]] as const;
      const update = { set: { claimed: until.toISOString() } };
      const { held, item } = await store.update<SummaryItem>(summaryKey(group), update, { when, returns: 'after' });
      return held ? { ...(item?.progress && { progress: item.progress }) } : undefined;
    },
    progress: async (group) => (await store.get<SummaryItem>(summaryKey(group)))?.progress,
    saveProgress: async (group, progress) => {
      await store.update(summaryKey(group), { set: { progress } });
    },
    release: async (group, isOver) => {
      await store.update(summaryKey(group), { remove: ['claimed', ...(isOver ? ['progress'] : [])] });
    },
  };
}
