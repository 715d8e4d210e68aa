/**
 * Marks of those who drive audits, in the findings table and beside the log, which never looks at them: changes that
 * wait for an audit, when people were last reminded, how the routes of alerts are. Small items, conditional writes.
 */
import type { BrokenRoute, PlannedRoute } from '../../core/alerts/alert-routes.ts';
import type { ItemStore } from './item-store.ts';
import { deploymentPartition, type Key, type Place, partitionOf, sortKeys } from './keys.ts';

/** Changes that wait for an audit. */
export interface Dirty {
  /** When the first of them arrived. */
  readonly since: string;
  /** When the last of them arrived: an audit has seen it if its facts are newer. */
  readonly last: string;
  /** When an audit was last asked for because of them. */
  readonly queued?: string;
}

/** What was seen of the routes of alerts, and when. */
export interface Routes {
  readonly at: string;
  readonly broken: readonly BrokenRoute[];
  /** Addresses that hear, until anybody follows the link for unsubscribing in one of their mails. */
  readonly weak: readonly PlannedRoute[];
}

/** Cluster → when people were last reminded of it. */
export type Reminded = Readonly<Record<string, string>>;

export interface MarksTable {
  /** Notes that something changed at `now`. The marks as they are from then on. */
  readonly markDirty: (place: Place, now: string) => Promise<Dirty>;
  /** Notes that an audit was asked for. */
  readonly markQueued: (place: Place, now: string) => Promise<void>;
  /** Takes the mark away if nothing arrived at `factsAt` or later. What is left of it. */
  readonly clearDirty: (place: Place, factsAt: string) => Promise<Dirty | undefined>;
  readonly reminded: (place: Place) => Promise<Reminded>;
  readonly saveReminded: (place: Place, reminded: Reminded) => Promise<void>;
  /** Number of the last commit that Security Hub was told of; `undefined`: of none. */
  readonly imported: (place: Place) => Promise<number | undefined>;
  /** Never moves back: of two that import at once, the slower one has told nothing newer. */
  readonly saveImported: (place: Place, seq: number) => Promise<void>;
  readonly routes: () => Promise<Routes | undefined>;
  readonly saveRoutes: (routes: Routes) => Promise<void>;
}

export function marksTable({ store }: { readonly store: Pick<ItemStore, 'get' | 'update'> }): MarksTable {
  const dirtyKey = (place: Place): Key => ({ pk: partitionOf(place), sk: sortKeys.dirty });
  const remindedKey = (place: Place): Key => ({ pk: partitionOf(place), sk: sortKeys.reminded });
  const importedKey = (place: Place): Key => ({ pk: partitionOf(place), sk: sortKeys.imported });
  const routesKey: Key = { pk: deploymentPartition, sk: sortKeys.routes };

  /** A cleared mark is an item without these. */
  const dirtyOf = (item: Partial<Dirty> | undefined): Dirty | undefined =>
    item?.since === undefined || item.last === undefined
      ? undefined
      : { since: item.since, last: item.last, ...(item.queued !== undefined && { queued: item.queued }) };

  return {
    markDirty: async (place, now) => {
      const update = { set: { last: now }, setIfAbsent: { since: now } };
      const { item } = await store.update<Key & Partial<Dirty>>(dirtyKey(place), update, { returns: 'after' });
      return dirtyOf(item) ?? { since: now, last: now };
    },
    markQueued: async (place, now) => {
      await store.update(dirtyKey(place), { set: { queued: now } }, { when: ['present', 'since'] });
    },
    clearDirty: async (place, factsAt) => {
      const cleared = await store.update(dirtyKey(place), { remove: ['since', 'last', 'queued'] }, { when: ['<', 'last', factsAt] });
      return cleared.held ? undefined : dirtyOf(await store.get<Key & Dirty>(dirtyKey(place)));
    },
    reminded: async (place) => (await store.get<Key & { readonly clusters: Reminded }>(remindedKey(place)))?.clusters ?? {},
    saveReminded: async (place, clusters) => {
      await store.update(remindedKey(place), { set: { clusters } });
    },
    imported: async (place) => (await store.get<Key & { readonly seq: number }>(importedKey(place)))?.seq,
    saveImported: async (place, seq) => {
      await store.update(importedKey(place), { set: { seq } }, { when: ['or', ['absent', 'seq'], ['<', 'seq', seq]] });
    },
    routes: async () => {
      const item = await store.get<Key & Routes>(routesKey);
      return item && { at: item.at, broken: item.broken, weak: item.weak };
    },
    saveRoutes: async ({ at, broken, weak }) => {
      await store.update(routesKey, { set: { at, broken, weak } });
    },
  };
}
