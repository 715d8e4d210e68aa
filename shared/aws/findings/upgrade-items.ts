/** Rewrites items of an older findings table as the present code writes them. Only local databases are ever of an older version. */
import { resultOf } from '../../core/history/state-result.ts';
import type { CommitItem } from './commits.ts';
import { inventoryItem, regionEntry } from './inventory.ts';
import type { ItemStore } from './item-store.ts';
import { type Key, logPartition, orderOf, type RegionKey, regionKeyOf, sortKeys } from './keys.ts';
import { type FindingItem, findingKeys, findingRecordOf, type RowItem, rowKeys, rowRecordOf } from './records.ts';
import { auditDays, expiryOf } from './retention.ts';
import { findingsTable } from './table.ts';

export type StoredItem = Key & Readonly<Record<string, unknown>>;

/** The item with the keys that indexes need now; one that has them stays as it is. */
export function upgradedItem(item: StoredItem): StoredItem {
  const region = regionKeyOf(item.pk);
  const { commitAt, openAt, ...rest } = item;
  if (item.sk.startsWith(sortKeys.commits)) {
    const { factsAt, seq } = item as unknown as CommitItem;
    return { ...rest, logOrder: orderOf.commit(factsAt, region, seq), month: logPartition(factsAt, region) };
  }
  const finding = item.sk.startsWith(sortKeys.findings) ? findingRecordOf(item as unknown as FindingItem) : undefined;
  if (finding) return { ...rest, ...findingKeys(region, finding) };
  const row = item.sk.startsWith(sortKeys.rows) ? rowRecordOf(item as unknown as RowItem) : undefined;
  return row ? { ...rest, ...rowKeys(region, row) } : rest;
}

/** Adds the region's item of the inventory, which audits write now, where it does not exist. Whether it added one. */
export async function addInventoryItem(store: ItemStore, region: RegionKey, now: Date): Promise<boolean> {
  const state = await findingsTable({ store, retentionDays: 1, now: () => now }).currentState(region);
  if (!state) return false;
  const entry = regionEntry(state.audit, resultOf(state, region.region), [...state.readiness.values()]);
  return store.put(inventoryItem(region, state.seq, state.audit.factsAt, entry, expiryOf(now, auditDays)), { when: ['absent', 'pk'] });
}
