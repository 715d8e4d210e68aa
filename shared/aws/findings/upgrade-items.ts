/** Items of an older findings table as the present code writes them. Only local databases are ever of an older version. */
import { resultOf } from '../../core/history/log.ts';
import type { ItemStore } from './item-store.ts';
import {
  type CommitItem,
  expiryOf,
  type FindingItem,
  findingKeys,
  findingRecordOf,
  inventoryItem,
  type RowItem,
  regionEntry,
  rowKeys,
  rowRecordOf,
} from './items.ts';
import { type Key, monthOf, orderOf, type RegionKey, regionKeyOf, sortKeys } from './keys.ts';
import { auditDays, findingsTable } from './table.ts';

export type StoredItem = Key & Readonly<Record<string, unknown>>;

/** The item with the keys that indexes need now; one that has them stays as it is. */
export function upgradedItem(item: StoredItem): StoredItem {
  const place = regionKeyOf(item.pk);
  const { commitAt, openAt, ...rest } = item;
  if (item.sk.startsWith(sortKeys.commits)) {
    const { factsAt, seq } = item as unknown as CommitItem;
    return { ...rest, logOrder: orderOf.commit(factsAt, place, seq), month: monthOf(factsAt) };
  }
  const finding = item.sk.startsWith(sortKeys.findings) ? findingRecordOf(item as unknown as FindingItem) : undefined;
  if (finding) return { ...rest, ...findingKeys(place, finding) };
  const row = item.sk.startsWith(sortKeys.rows) ? rowRecordOf(item as unknown as RowItem) : undefined;
  return row ? { ...rest, ...rowKeys(place, row) } : rest;
}

/** Adds the item that says in short how a region is, as audits do now, where there is none. Whether it added one. */
export async function addInventoryItem(store: ItemStore, place: RegionKey, now: Date): Promise<boolean> {
  const state = await findingsTable({ store, retentionDays: 1, now: () => now }).currentState(place);
  if (!state) return false;
  const entry = regionEntry(state.audit, resultOf(state, place.region), [...state.readiness.values()]);
  return store.put(inventoryItem(place, state.seq, state.audit.factsAt, entry, expiryOf(now, auditDays)), { when: ['absent', 'pk'] });
}
