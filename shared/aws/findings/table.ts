/**
 * The findings table: the log of each region, the records it adds up to, and what is read from them. save.ts describes how
 * an audit is saved; markers.ts has the markers of workflows that drive audits, in the same table.
 */
import type { AuditItem } from './audits.ts';
import { clusterReports } from './cluster-reports.ts';
import { type CommitItem, commitKey, type PartItem, readCommit } from './commits.ts';
import { currentState, regionHead } from './current-state.ts';
import { type Head, readHead, readHeads } from './head.ts';
import type { HistoryItem } from './history.ts';
import type { ItemReader, ItemStore } from './item-store.ts';
import { endOf, indexes, type Key, partitionOf, pendingPartitions, type RegionKey, regionKeyOf, sortKeys } from './keys.ts';
import { readPage } from './pages.ts';
import { readParts } from './parts.ts';
import type { AuditSummary, FactsPeriod, FindingsReader, FindingsTable, FindingsTableOptions, Page, PageOptions } from './port.ts';
import { isRetained } from './retention.ts';
import type { DayItem } from './roll-up.ts';
import { saving } from './save.ts';
import { sentMessages } from './sent-messages.ts';
import { stateAt } from './state-at.ts';
import { allOfIndex, contextOf, epochSecond, expiryIn, type ReadContext, type StoreContext } from './store-context.ts';
import { waitingTable } from './waiting.ts';

export type * from './port.ts';
export { auditDays } from './retention.ts';

type ReaderStore = ItemReader & Pick<ItemStore, 'update'>;
type ReaderContext = StoreContext<ReaderStore>;

/** The findings table on an item store, for those who save audits too. */
export const findingsTable = (options: FindingsTableOptions): FindingsTable => ({ ...findingsReader(options), save: saving(options) });

/** The findings table on an item store, for those who only read it and confirm notifications. */
export function findingsReader(
  options: Pick<FindingsTableOptions, 'retentionDays' | 'now'> & { readonly store: ReaderStore },
): FindingsReader {
  const context = contextOf(options);
  return {
    ...stateReads(context),
    ...logReads(context),
    ...entryReads(context),
    ...notificationMarks(context),
    waiting: waitingTable(context),
    sent: sentMessages(context.store),
  };
}

function stateReads(context: ReadContext): Pick<FindingsReader, 'currentState' | 'regionHead' | 'stateAt' | 'summary' | 'summaries'> {
  return {
    currentState: (region) => currentState(context, region),
    regionHead: (region) => regionHead(context, region),
    stateAt: (region, moment) => stateAt(context, region, moment),
    summary: async (region) => summaryOf(await readHead(context, region)),
    summaries: async (regions) => (await readHeads(context, regions)).map(summaryOf),
  };
}

function summaryOf(head: Pick<Head, 'audit' | 'readiness' | 'failures'> | undefined): AuditSummary | undefined {
  if (!head?.audit) return undefined;
  const { factsAt, coverage, regionState, reason, alias } = head.audit;
  return { factsAt, coverage, regionState, reason, alias, readiness: head.readiness, ...(head.failures && { failures: head.failures }) };
}

function logReads(context: ReadContext): Pick<FindingsReader, 'commit' | 'changesBetween' | 'pendingCommits'> {
  const { store } = context;
  return {
    commit: async (region, seq) => {
      const item = await store.get<CommitItem>(commitKey(region, seq));
      return item && isRetained(item, epochSecond(context)) ? readCommit(context, region, item) : undefined;
    },
    changesBetween: async (region, { from = ' ', to = '' }, options) => {
      const query = { index: indexes.time, partition: partitionOf(region), from, to: endOf(to) };
      const page = await readPage<{ readonly seq: number }>(context, query, options);
      const items = await store.getAll<CommitItem>(page.items.map(({ seq }) => commitKey(region, seq)));
      return { ...page, items: await Promise.all(items.flatMap((item) => (item ? [readCommit(context, region, item)] : []))) };
    },
    pendingCommits: async () => {
      const pages = await Promise.all(pendingPartitions.commits.map((partition) => allOfIndex<CommitItem>(context, 'pending', partition)));
      const commits = pages.flat().map(({ pk, sk, at }) => ({ ...regionKeyOf(pk), seq: Number(sk.slice(sortKeys.commits.length)), at }));
      return commits.toSorted((a, b) => (a.at < b.at ? -1 : 1));
    },
  };
}

function entryReads(context: ReadContext): Pick<FindingsReader, 'historyOf' | 'audits' | 'days' | 'clusterReports'> {
  const read = async <Item extends Key & { readonly expires: number }>(
    region: RegionKey,
    prefix: string,
    { from = '', to }: FactsPeriod = {},
    options?: PageOptions,
  ) => {
    const range = { from: `${prefix}${from}`, to: endOf(to === undefined ? prefix : `${prefix}${to}`) };
    return mapPage(await readPage<Item>(context, { partition: partitionOf(region), ...range }, options), entryOf<Item>);
  };
  return {
    historyOf: async (region, id, { before, ...options } = {}) => {
      const from = sortKeys.histories(id);
      const to = before === undefined ? endOf(from) : sortKeys.history(id, before - 1);
      return mapPage(await readPage<HistoryItem>(context, { partition: partitionOf(region), from, to }, options), entryOf<HistoryItem>);
    },
    audits: (region, period, options) => read<AuditItem>(region, sortKeys.audits, period, options),
    clusterReports: (region, cluster) => clusterReports(context, region, cluster),
    days: (region, period, options) => read<DayItem>(region, sortKeys.days, period, options),
  };
}

/** An item without what only the table needs. */
function entryOf<Item extends Key & { readonly expires: number }>(item: Item): Omit<Item, keyof Key | 'expires'> {
  const { pk, sk, expires, ...entry } = item;
  return entry;
}

const mapPage = <From, To>({ items, cursor }: Page<From>, map: (item: From) => To | undefined): Page<To> => ({
  items: items.flatMap((item) => map(item) ?? []),
  cursor,
});

function notificationMarks(
  context: ReaderContext,
): Pick<FindingsReader, 'markAccepted' | 'markSent' | 'markNotified' | 'markSummed' | 'confirmNotified'> {
  const { store, retentionDays } = context;
  const when = ['present', 'pending'] as const;
  return {
    markAccepted: async (region, seq, topics) => {
      await store.update(commitKey(region, seq), { set: { accepted: topics } }, { when });
    },
    markSent: async (region, seq, keys) => {
      await store.update(commitKey(region, seq), { set: { sent: keys }, remove: ['accepted'] }, { when });
    },
    markNotified: async (region, seq) => {
      await store.update(commitKey(region, seq), { set: { told: true }, remove: ['accepted', 'sent'] }, { when });
    },
    markSummed: async (region, seq) => {
      await store.update(commitKey(region, seq), { set: { told: true, summed: true }, remove: ['accepted', 'sent'] }, { when });
    },
    confirmNotified: async (region, seq) => {
      const set = { expires: expiryIn(context, retentionDays) };
      const update = { set, remove: ['pending', 'told', 'summed', 'accepted', 'sent'] };
      // A commit holds up to 300 KB, of which only the names of its parts are needed: a summary confirms thousands at once.
      const [item] = await store.getAll<CommitItem>([commitKey(region, seq)], ['pending', 'parts', 'writer']);
      if (item?.pending === undefined || !(await store.update(commitKey(region, seq), update, { when })).held) return;
      for (const part of await readParts<PartItem>(context, region, { ...item, seq }))
        await store.update(part, { set }, { when: ['present', 'pk'] });
    },
  };
}
