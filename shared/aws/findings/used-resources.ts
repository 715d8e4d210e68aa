/** What the clusters of each region used of IAM and KMS at its last audit: one item of a region, written where it changes. */
import { isDeepStrictEqual } from 'node:util';
import type { UsedResources } from '../../core/events/used-resources.ts';
import type { ItemStore } from './item-store.ts';
import { type Key, partitionOf, type RegionKey, sortKeys } from './keys.ts';

/** By the plan that the audit was made for: another plan may use others. */
interface StoredUses extends UsedResources {
  readonly planHash: string;
}

export interface UsedResourcesTable {
  /** `undefined`: not known for this plan. While a change waits for its audit, that may be about to find others. */
  readonly read: (place: RegionKey, planHash: string) => Promise<UsedResources | undefined>;
  readonly save: (place: RegionKey, planHash: string, used: UsedResources) => Promise<void>;
}

export function usedResourcesTable({ store }: { readonly store: Pick<ItemStore, 'get' | 'update'> }): UsedResourcesTable {
  const keyOf = (place: RegionKey, sk: string): Key => ({ pk: partitionOf(place), sk });
  const stored = async (place: RegionKey) => (await store.get<Key & { readonly uses?: StoredUses }>(keyOf(place, sortKeys.uses)))?.uses;
  return {
    read: async (place, planHash) => {
      const [uses, waiting] = await Promise.all([
        stored(place),
        store.get<Key & { readonly since?: string }>(keyOf(place, sortKeys.dirty)),
      ]);
      return uses?.planHash === planHash && waiting?.since === undefined ? uses : undefined;
    },
    save: async (place, planHash, used) => {
      const uses: StoredUses = { planHash, ...used };
      if (!isDeepStrictEqual(await stored(place), uses)) await store.update(keyOf(place, sortKeys.uses), { set: { uses } });
    },
  };
}
