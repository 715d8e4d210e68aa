/**
 * The findings table: the log of each region, the records it adds up to, and what is read from them. How an audit is saved
 * stands in save.ts; the marks of those who drive audits, in the same table, have a file of their own
 * (markers.ts).
 */
import { type RegionState, replay } from '../../core/history/log.ts';
import type { ItemReader, ItemStore } from './item-store.ts';
import {
  type AuditItem,
  type CheckpointItem,
  type CheckpointPartItem,
  type CommitItem,
  checkpointState,
  type DayItem,
  expiryOf,
  type FindingItem,
  findingRecordOf,
  type Head,
  type HeadItem,
  type HistoryItem,
  isRetained,
  type PartItem,
} from './items.ts';
import { endOf, indexes, type Key, openPartitions, partitionOf, pendingMark, type RegionKey, regionKeyOf, sortKeys } from './keys.ts';
import type { FactsPeriod, FindingsReader, FindingsTable, FindingsTableOptions } from './port.ts';
import { accessTo } from './records.ts';
import { saving } from './save.ts';

export type * from './port.ts';
export { auditDays } from './records.ts';

type ReaderStore = ItemReader & Pick<ItemStore, 'update'>;

/** The findings table on an item store, for those who save audits too. */
export const findingsTable = (options: FindingsTableOptions): FindingsTable => ({ ...findingsReader(options), save: saving(options) });

/** The findings table on an item store, for those who only read it and confirm what was notified. */
export function findingsReader(
  options: Pick<FindingsTableOptions, 'retentionDays' | 'now'> & { readonly store: ReaderStore },
): FindingsReader {
  const access = accessTo(options);
  const { store, now, retentionDays, keptUntil, all, allUnder, page, headKey, partsOf } = access;
  const { readCommit, commitsBetween, readRecords, currentState, regionHead } = access;
  const commitKey = (place: RegionKey, seq: number): Key => ({ pk: partitionOf(place), sk: sortKeys.commit(seq) });

  const checkpointUpTo = async (
    place: RegionKey,
    seq: number,
  ): Promise<{ readonly from: string; readonly state: RegionState } | undefined> => {
    const items = await all<CheckpointItem>(place, sortKeys.checkpoint(0), sortKeys.checkpoint(seq));
    for (const item of items.toReversed()) {
      const state = checkpointState(item, await partsOf<CheckpointPartItem>(place, item));
      if (state) return { from: item.from, state };
    }
    return undefined;
  };

  const stateAt = async (place: RegionKey, moment: string): Promise<RegionState | { readonly notKeptBefore: string | undefined }> => {
    const head = await store.get<HeadItem>(headKey(place));
    const nearest = async (side: 'from' | 'to') => {
      const query = { index: indexes.time, partition: partitionOf(place), [side]: endOf(moment) };
      return (await page<{ readonly seq: number }>(query, { limit: 1, oldestFirst: side === 'from' })).items[0];
    };
    const [before, after] = await Promise.all([nearest('to'), nearest('from')]);
    // The last commit up to then, by the one after it: a pending one can outlive what followed it.
    const seq = after ? after.seq - 1 : Math.max(before?.seq ?? 0, head?.seq ?? 0);
    const base = await checkpointUpTo(place, seq);
    const commits = await commitsBetween(place, (base?.state.seq ?? 0) + 1, seq);
    const whole = commits.length === seq - (base?.state.seq ?? 0);
    const reached = before?.seq === seq || (base?.state.seq === seq && base.from <= moment);
    const state = whole && reached ? replay(commits, base?.state) : undefined;
    return (
      state ??
      (head && after === undefined ? await stateOfRecords(place, head, moment) : undefined) ?? {
        notKeptBefore: await keptSince(place, head),
      }
    );
  };

  /** Where the log is gone, as after a long silence, the records still say what has been so since its last commit. */
  const stateOfRecords = async (place: RegionKey, head: Head, moment: string): Promise<RegionState | undefined> => {
    const { loggedAt } = head;
    if (loggedAt === undefined || loggedAt > moment) return undefined;
    const stored = (await readRecords(place, head))?.stored;
    return stored && { ...stored, audit: { ...stored.audit, factsAt: loggedAt } };
  };

  /** The first commit after which none is missing; one more than the last where the log is gone. */
  const oldestOf = async (place: RegionKey, head: Head | undefined): Promise<number> => {
    const query = { index: indexes.time, partition: partitionOf(place) };
    let oldest = (head?.seq ?? 0) + 1;
    let cursor: string | undefined;
    do {
      const read = await page<{ readonly seq: number }>(query, { limit: 1000, ...(cursor !== undefined && { cursor }) });
      for (const { seq } of read.items) {
        if (seq < oldest - 1) return oldest;
        oldest = Math.min(oldest, seq);
      }
      cursor = read.cursor;
    } while (cursor !== undefined);
    return oldest;
  };

  const keptSince = async (place: RegionKey, head: Head | undefined): Promise<string | undefined> => {
    const oldest = await oldestOf(place, head);
    const first = oldest === 1 ? await store.get<CommitItem>(commitKey(place, 1)) : undefined;
    if (first) return first.factsAt;
    const checkpoints = await allUnder<CheckpointItem>(place, sortKeys.checkpoints);
    return checkpoints.find((c) => c.seq >= oldest - 1)?.from ?? head?.loggedAt;
  };

  const range = (place: RegionKey, prefix: string, { from = '', to }: FactsPeriod = {}) => ({
    partition: partitionOf(place),
    from: `${prefix}${from}`,
    to: endOf(to === undefined ? prefix : `${prefix}${to}`),
  });

  return {
    currentState,
    regionHead,
    stateAt,
    commit: async (place, seq) => {
      const item = await store.get<CommitItem>(commitKey(place, seq));
      return item && isRetained(item, expiryOf(now(), 0)) ? readCommit(place, item) : undefined;
    },
    changesBetween: async (place, { from = ' ', to = '' }, of) => {
      const query = { index: indexes.time, partition: partitionOf(place), from, to: endOf(to) };
      const found = await page<{ readonly seq: number }>(query, of);
      const items = await store.getAll<CommitItem>(found.items.map(({ seq }) => commitKey(place, seq)));
      return { ...found, items: await Promise.all(items.flatMap((item) => (item ? [readCommit(place, item)] : []))) };
    },
    historyOf: async (place, id, { before, ...of } = {}) => {
      const from = sortKeys.histories(id);
      const to = before === undefined ? endOf(from) : sortKeys.history(id, before - 1);
      const found = await page<HistoryItem>({ partition: partitionOf(place), from, to }, of);
      return { ...found, items: found.items.map(({ pk, sk, expires, ...entry }) => entry) };
    },
    audits: async (place, period, of) => {
      const found = await page<AuditItem>(range(place, sortKeys.audits, period), of);
      return { ...found, items: found.items.map(({ pk, sk, expires, ...entry }) => entry) };
    },
    days: async (place, period, of) => {
      const found = await page<DayItem>(range(place, sortKeys.days, period), of);
      return { ...found, items: found.items.map(({ pk, sk, expires, ...entry }) => entry) };
    },
    openFailures: async (level, of) => {
      const found = await page<FindingItem>({ index: indexes.open, partition: openPartitions.fail[level] }, of);
      return {
        ...found,
        items: found.items.flatMap((item) => {
          const record = findingRecordOf(item);
          return record ? [{ ...regionKeyOf(item.pk), ...record }] : [];
        }),
      };
    },
    pendingCommits: async (of) => {
      const found = await page<CommitItem>({ index: indexes.pending, partition: pendingMark }, { oldestFirst: true, ...of });
      return {
        ...found,
        items: found.items.map(({ pk, sk, at }) => ({ ...regionKeyOf(pk), seq: Number(sk.slice(sortKeys.commits.length)), at })),
      };
    },
    summary: async (place) => {
      const head = await store.get<HeadItem>(headKey(place));
      if (!head?.audit) return undefined;
      const { factsAt, coverage, regionState, reason, alias } = head.audit;
      return {
        factsAt,
        coverage,
        regionState,
        ...(reason !== undefined && { reason }),
        ...(alias !== undefined && { alias }),
        readiness: head.readiness,
      };
    },
    markAccepted: async (place, seq, topics) => {
      await store.update(commitKey(place, seq), { set: { accepted: topics } }, { when: ['present', 'pending'] });
    },
    markNotified: async (place, seq) => {
      await store.update(commitKey(place, seq), { set: { told: true }, remove: ['accepted'] }, { when: ['present', 'pending'] });
    },
    confirmNotified: async (place, seq) => {
      const set = { expires: keptUntil(retentionDays) };
      const { item } = await store.update<CommitItem>(
        commitKey(place, seq),
        { set, remove: ['pending', 'told', 'accepted'] },
        { when: ['present', 'pending'], returns: 'before' },
      );
      if (!item) return;
      for (const part of await partsOf<PartItem>(place, item)) await store.update(part, { set }, { when: ['present', 'pk'] });
    },
  };
}
