/**
 * Marks of those who drive audits, in the findings table and beside the log, which never looks at them: changes that
 * wait for an audit, when people were last reminded, how the routes of alerts are. Small items, conditional writes.
 */
import type { BrokenRoute, PlannedRoute } from '../../core/alerts/alert-routes.ts';
import type { ItemStore } from './item-store.ts';
import { deploymentPartition, type Key, partitionOf, type RegionKey, sortKeys } from './keys.ts';

/** Changes that wait for an audit. */
export interface DirtyMarker {
  /** When the first of them arrived. */
  readonly since: string;
  /** When the last of them arrived: an audit has seen it if its facts are newer. */
  readonly last: string;
  /** When an audit was last asked for because of them. */
  readonly queued?: string;
}

/** What was seen of the routes of alerts, and when. */
export interface RoutesMarker {
  readonly at: string;
  readonly broken: readonly BrokenRoute[];
  /** Addresses that hear, until anybody follows the link for unsubscribing in one of their mails. */
  readonly weak: readonly PlannedRoute[];
}

/** Cluster → when people were last reminded of it. */
export type Reminded = Readonly<Record<string, string>>;

export interface MarkersTable {
  /** Notes that something changed at `now`. The marks as they are from then on. */
  readonly markDirty: (place: RegionKey, now: string) => Promise<DirtyMarker>;
  /** Notes that an audit was asked for. */
  readonly markQueued: (place: RegionKey, now: string) => Promise<void>;
  /** Takes the mark away if nothing arrived at `factsAt` or later. What is left of it. */
  readonly clearDirty: (place: RegionKey, factsAt: string) => Promise<DirtyMarker | undefined>;
  readonly reminded: (place: RegionKey) => Promise<Reminded>;
  readonly saveReminded: (place: RegionKey, reminded: Reminded) => Promise<void>;
  /** Number of the last commit that Security Hub was told of; `undefined`: of none. */
  readonly imported: (place: RegionKey) => Promise<number | undefined>;
  /** Never moves back: of two that import at once, the slower one has told nothing newer. */
  readonly saveImported: (place: RegionKey, seq: number) => Promise<void>;
  readonly routes: () => Promise<RoutesMarker | undefined>;
  readonly saveRoutes: (routes: RoutesMarker) => Promise<void>;
}

export function markersTable({ store }: { readonly store: Pick<ItemStore, 'get' | 'update'> }): MarkersTable {
  const dirtyKey = (place: RegionKey): Key => ({ pk: partitionOf(place), sk: sortKeys.dirty });
  const remindedKey = (place: RegionKey): Key => ({ pk: partitionOf(place), sk: sortKeys.reminded });
  const importedKey = (place: RegionKey): Key => ({ pk: partitionOf(place), sk: sortKeys.imported });
  const routesKey: Key = { pk: deploymentPartition, sk: sortKeys.routes };

  /** A cleared mark is an item without these. */
  const dirtyOf = (item: Partial<DirtyMarker> | undefined): DirtyMarker | undefined =>
    item?.since === undefined || item.last === undefined
      ? undefined
      : { since: item.since, last: item.last, ...(item.queued !== undefined && { queued: item.queued }) };

  return {
    markDirty: async (place, now) => {
      const update = { set: { last: now }, setIfAbsent: { since: now } };
      const { item } = await store.update<Key & Partial<DirtyMarker>>(dirtyKey(place), update, { returns: 'after' });
      return dirtyOf(item) ?? { since: now, last: now };
    },
    markQueued: async (place, now) => {
      await store.update(dirtyKey(place), { set: { queued: now } }, { when: ['present', 'since'] });
    },
    clearDirty: async (place, factsAt) => {
      const cleared = await store.update(dirtyKey(place), { remove: ['since', 'last', 'queued'] }, { when: ['<', 'last', factsAt] });
      return cleared.held ? undefined : dirtyOf(await store.get<Key & DirtyMarker>(dirtyKey(place)));
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
      const item = await store.get<Key & RoutesMarker>(routesKey);
      return item && { at: item.at, broken: item.broken, weak: item.weak };
    },
    saveRoutes: async ({ at, broken, weak }) => {
      await store.update(routesKey, { set: { at, broken, weak } });
    },
  };
}
