/** Writes the region's item in the inventory. */
import type { AuditRef } from '../../core/history/log.ts';
import { clockToleranceMs } from './head.ts';
import { type InventoryMark, inventoryItem, inventoryMark, isInventoryDue, type RegionEntry } from './inventory.ts';
import type { ItemCondition } from './item-store.ts';
import type { RegionKey } from './keys.ts';
import { auditDays } from './retention.ts';
import { expiryIn, type StoreContext } from './store-context.ts';

/** Writes the item where it is due, but never over one of a later commit or of newer facts. The mark for HEAD. */
export async function updateInventory(
  context: StoreContext,
  region: RegionKey,
  seq: number,
  { factsAt }: AuditRef,
  entry: RegionEntry,
  before: InventoryMark | undefined,
): Promise<InventoryMark> {
  const mark = inventoryMark(entry, factsAt);
  if (before && !isInventoryDue(before, mark)) return before;
  const latest = new Date(context.now().getTime() + clockToleranceMs).toISOString();
  const older: ItemCondition = ['and', ['=', 'seq', seq], ['or', ['<=', 'factsAt', factsAt], ['>', 'factsAt', latest]]];
  await context.store.put(inventoryItem(region, seq, factsAt, entry, expiryIn(context, auditDays)), {
    when: ['or', ['absent', 'pk'], ['or', ['<', 'seq', seq], older]],
  });
  return mark;
}
