/**
 * Markers of the workflows that drive audits, in the findings table, which the log does not use: changes that
 * wait for an audit, regions that were never audited, the last reminders, the state of alert routes. Small items, conditional writes.
 */
import type { BrokenRoute, PlannedRoute } from '../../core/alerts/alert-routes.ts';
import type { Trigger } from '../../core/events/triggers.ts';
import type { ItemStore, QueryPosition } from './item-store.ts';
import {
  changedMark,
  changedMarks,
  deploymentPartition,
  indexes,
  type Key,
  partitionOf,
  type RegionKey,
  regionKeyOf,
  sortKeys,
} from './keys.ts';
import { addTrigger, removeTriggers, type TriggerAttributes, triggerAttributes, triggersIn } from './mark-triggers.ts';
import { epochSecond } from './store-context.ts';

/** Changes that wait for an audit. */
export interface DirtyMarker {
  /** When the first of them arrived. */
  readonly since: string;
  /** When the last of them arrived: an audit has seen it if its facts are newer. */
  readonly last: string;
  /** When an audit was last requested because of them. */
  readonly queued?: string;
  /** An audit came too early for the last of them: another one is to be requested. */
  readonly again?: true;
}

export interface DirtyPlace extends RegionKey {
  readonly marker: DirtyMarker;
}

/** The alert routes as last observed. */
export interface RoutesMarker {
  readonly at: string;
  readonly broken: readonly BrokenRoute[];
  /** Addresses that any reader of their mails can unsubscribe by its link. */
  readonly weak: readonly PlannedRoute[];
}

/** When the last reminder of each cluster was sent. */
export type Reminders = Readonly<Record<string, string>>;

export interface MarkersTable {
  /** Notes that something changed at `now`, and the call that did it. Returns the marker as it is then. */
  readonly markDirty: (region: RegionKey, now: string, trigger?: Trigger) => Promise<DirtyMarker>;
  /** The first recorded calls among the changes that wait for an audit; `undefined`: no change waits. */
  readonly triggers: (region: RegionKey) => Promise<readonly Trigger[] | undefined>;
  /** Notes that an audit was requested. */
  readonly markQueued: (region: RegionKey, now: string) => Promise<void>;
  /** Notes that another audit is to be requested. */
  readonly markAgain: (region: RegionKey) => Promise<void>;
  /** All places with a marker, page by page; a marker may be a moment old. */
  readonly dirtyPlaces: () => AsyncIterable<readonly DirtyPlace[]>;
  /** Clears the marker if nothing arrived at `factsAt` or later, else what arrived before. Returns it if it stays. */
  readonly clearDirty: (region: RegionKey, factsAt: string) => Promise<DirtyMarker | undefined>;
  /** Since when a region that has no audit yet is expected to have one: `now` where it was not noted before. */
  readonly expectedSince: (region: RegionKey, now: string) => Promise<string>;
  /** Of each region, in order; a hundred regions take one call. */
  readonly reminded: (regions: readonly RegionKey[]) => Promise<readonly Reminders[]>;
  readonly saveReminded: (region: RegionKey, reminded: Reminders) => Promise<void>;
  /** Number of the last commit that was imported into Security Hub; `undefined`: none. */
  readonly imported: (region: RegionKey) => Promise<number | undefined>;
  /** Never moves back: of two concurrent imports, the slower one imported nothing newer. */
  readonly saveImported: (region: RegionKey, seq: number) => Promise<void>;
  /** The same of the event bus. */
  readonly published: (region: RegionKey) => Promise<number | undefined>;
  readonly savePublished: (region: RegionKey, seq: number) => Promise<void>;
  readonly routes: () => Promise<RoutesMarker | undefined>;
  readonly saveRoutes: (routes: RoutesMarker) => Promise<void>;
}

/** An item of which the attributes may be missing: a cleared marker has none. */
export type DirtyItem = Key & Partial<DirtyMarker> & TriggerAttributes & { readonly pending?: string; readonly at?: string };

/** All of them go when a marker is cleared. */
const dirtyAttributes = ['since', 'last', 'queued', 'again', 'pending', 'at', ...triggerAttributes] as const;

const dirtyOf = (item: DirtyItem | undefined): DirtyMarker | undefined =>
  item?.since === undefined || item.last === undefined
    ? undefined
    : { since: item.since, last: item.last, queued: item.queued, ...(item.again && { again: true }) };

/** By these a marker is found among all. */
const listed = (region: RegionKey, since: string) => ({ pending: changedMark(region), at: since });

async function* readDirtyPlaces(store: Pick<ItemStore, 'getAll' | 'query'>): AsyncIterable<readonly DirtyPlace[]> {
  for (const partition of changedMarks) {
    let after: QueryPosition | undefined;
    do {
      const now = epochSecond({ now: () => new Date() });
      const page = await store.query<Key>({ index: indexes.pending, partition, now, limit: 100, after });
      const items = await store.getAll<DirtyItem>(page.items.map(({ pk, sk }) => ({ pk, sk })));
      yield items.flatMap((item) => {
        const marker = dirtyOf(item);
        return item && marker ? [{ ...regionKeyOf(item.pk), marker }] : [];
      });
      after = page.last;
    } while (after);
  }
}

const keyOf = (region: RegionKey, sk: string): Key => ({ pk: partitionOf(region), sk });

type ChangeMarks = Pick<MarkersTable, 'markDirty' | 'markQueued' | 'markAgain' | 'triggers' | 'dirtyPlaces' | 'clearDirty'>;

function changeMarks(store: Pick<ItemStore, 'get' | 'getAll' | 'query' | 'update'>): ChangeMarks {
  const dirtyKey = (region: RegionKey) => keyOf(region, sortKeys.dirty);
  return {
    markDirty: async (region, now, trigger) => {
      const update = { set: { last: now }, setIfAbsent: { since: now, ...listed(region, now) } };
      const { item } = await store.update<DirtyItem>(dirtyKey(region), update, { returns: 'after' });
      if (trigger) await addTrigger(store, item ?? dirtyKey(region), { ...trigger, arrived: now });
      return dirtyOf(item) ?? { since: now, last: now };
    },
    markQueued: async (region, now) => {
      await store.update(dirtyKey(region), { set: { queued: now }, remove: ['again'] }, { when: ['present', 'since'] });
    },
    markAgain: async (region) => {
      // Markers of earlier versions were not listed; the time only orders them.
      const update = { set: { again: true }, setIfAbsent: listed(region, new Date().toISOString()) };
      await store.update(dirtyKey(region), update, { when: ['present', 'since'] });
    },
    triggers: async (region) => {
      const item = await store.get<DirtyItem>(dirtyKey(region));
      return item && dirtyOf(item) && triggersIn(item);
    },
    dirtyPlaces: () => readDirtyPlaces(store),
    clearDirty: async (region, factsAt) => {
      const cleared = await store.update(dirtyKey(region), { remove: [...dirtyAttributes] }, { when: ['<', 'last', factsAt] });
      if (cleared.held) return undefined;
      const item = await store.get<DirtyItem>(dirtyKey(region));
      if (item) await removeTriggers(store, item, factsAt);
      return dirtyOf(item);
    },
  };
}

export function markersTable({ store }: { readonly store: Pick<ItemStore, 'get' | 'getAll' | 'query' | 'update'> }): MarkersTable {
  const lastOf = async (region: RegionKey, sk: string): Promise<number | undefined> =>
    (await store.get<Key & { readonly seq: number }>(keyOf(region, sk)))?.seq;
  const saveLast = async (region: RegionKey, sk: string, seq: number): Promise<void> => {
    await store.update(keyOf(region, sk), { set: { seq } }, { when: ['or', ['absent', 'seq'], ['<', 'seq', seq]] });
  };
  const routesKey: Key = { pk: deploymentPartition, sk: sortKeys.routes };
  return {
    ...changeMarks(store),
    expectedSince: async (region, now) => {
      const { item } = await store.update<Key & { readonly since?: string }>(
        keyOf(region, sortKeys.expected),
        { setIfAbsent: { since: now } },
        { returns: 'after' },
      );
      return item?.since ?? now;
    },
    reminded: async (regions) => {
      const keys = regions.map((region) => keyOf(region, sortKeys.reminded));
      const items = await store.getAll<Key & { readonly clusters?: Reminders }>(keys, ['clusters']);
      return items.map((item) => item?.clusters ?? {});
    },
    saveReminded: async (region, clusters) => {
      await store.update(keyOf(region, sortKeys.reminded), { set: { clusters } });
    },
    imported: (region) => lastOf(region, sortKeys.imported),
    saveImported: (region, seq) => saveLast(region, sortKeys.imported, seq),
    published: (region) => lastOf(region, sortKeys.published),
    savePublished: (region, seq) => saveLast(region, sortKeys.published, seq),
    routes: async () => {
      const item = await store.get<Key & RoutesMarker>(routesKey);
      return item && { at: item.at, broken: item.broken, weak: item.weak };
    },
    saveRoutes: async ({ at, broken, weak }) => {
      await store.update(routesKey, { set: { at, broken, weak } });
    },
  };
}
