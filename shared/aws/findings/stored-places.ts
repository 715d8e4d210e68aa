/** The accounts of the organization and their enabled regions as they were last asked for: one item of the findings table. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { ItemStore } from './item-store.ts';
import { deploymentPartition, type Key, sortKeys } from './keys.ts';

/** Accounts with the same regions, which were asked for on the same day. */
export interface AccountGroup {
  readonly accounts: readonly string[];
  readonly regions: readonly string[];
  /** YYYY-MM-DD, UTC; absent: the plan names the regions, or they could not be asked for yet. */
  readonly day?: string;
}

export interface StoredPlaces {
  /** What of the plan it depends on. */
  readonly of: string;
  /** When the accounts were listed. */
  readonly at: string;
  readonly groups: readonly AccountGroup[];
}

/** 12 digits take 6 bytes when packed: an item holds the 50,000 accounts that an organization can have. */
export type PlacesItem = Key & Omit<StoredPlaces, 'groups'> & { readonly packed: Uint8Array };

const key: Key = { pk: deploymentPartition, sk: sortKeys.places };

export async function readPlaces({ get }: Pick<ItemStore, 'get'>): Promise<StoredPlaces | undefined> {
  const item = await get<PlacesItem>(key);
  return item && { of: item.of, at: item.at, groups: JSON.parse(inflateRawSync(item.packed).toString()) };
}

export async function storePlaces({ update }: Pick<ItemStore, 'update'>, { of, at, groups }: StoredPlaces): Promise<void> {
  await update(key, { set: { of, at, packed: new Uint8Array(deflateRawSync(JSON.stringify(groups))) } });
}
