/**
 * An organization that is too large to simulate its audits: what the first audits leave of two accounts, one in which every cluster
 * fails, stands in the table for all of them, and dispatch, the sweeps and the digest of an hour run over all of it.
 */
import {
  inventoryPartition,
  type Key,
  logPartition,
  partitionOf,
  pendingPartitions,
  type RegionKey,
  sortKeys,
} from '../../../shared/aws/findings/keys.ts';
import { accountsOf, busyRegions, type HourOutcome, hours, organization } from './organization.ts';
import { type PackedItem, PackedValue } from './packed-items.ts';
import type { SimulatedTable } from './simulated-table.ts';

const inventoryKey = (place: RegionKey): Key => ({ pk: inventoryPartition, sk: sortKeys.region(place) });

/** Items of a place that dispatch, sweeps and digest read. */
const isRead = ({ sk }: Key): boolean => sk === sortKeys.head || sk === sortKeys.commit(1) || sk === sortKeys.waiting(1);

/** A value with another account; that of a commit, which is by far the largest and which nothing here reads, stays as it is. */
function withAccount(value: unknown, from: string, to: string): unknown {
  if (value instanceof PackedValue)
    return value.text.includes(from) ? new PackedValue(value.text.replaceAll(from, to), value.bytes) : value;
  return typeof value === 'string' ? value.replaceAll(from, to) : value;
}

function copyOf(item: PackedItem, from: RegionKey, to: RegionKey): PackedItem {
  const isCommit = item.sk === sortKeys.commit(1);
  const copied = Object.entries(item).map(([name, value]) => [
    name,
    isCommit && name === 'changes' ? value : withAccount(value, from.account, to.account),
  ]);
  const copy: PackedItem = Object.fromEntries(copied);
  const { factsAt } = copy as PackedItem & { readonly factsAt?: string };
  if (item.sk === sortKeys.waiting(1)) return { ...copy, pending: pendingPartitions.waiting(to) };
  if (!isCommit) return copy;
  return { ...copy, month: logPartition(factsAt ?? '', to), ...(item.pending !== undefined && { pending: pendingPartitions.commit(to) }) };
}

async function itemsOf(place: RegionKey, { store }: SimulatedTable): Promise<readonly PackedItem[]> {
  const page = await store.query<PackedItem>({ partition: partitionOf(place), now: 0 });
  const entry = await store.get<PackedItem>(inventoryKey(place));
  return [...page.items.filter(isRead), ...(entry ? [entry] : [])];
}

/** One hour of dispatch, sweeps and digest. */
export async function simulateLargeOrganization(accounts: number, countsCpu = true): Promise<HourOutcome> {
  const [first] = hours;
  using large = organization({ accounts, countsCpu });
  const [bad = '', good = '', ...others] = accountsOf(accounts);
  await large.firstAudits([bad, good], (n) => n < busyRegions.length);
  const regions = large.places.filter(({ account }) => account === good).map(({ region }) => region);
  for (const region of regions) {
    const templates = await Promise.all([bad, good].map((account) => itemsOf({ account, region }, large.table)));
    const at = busyRegions.indexOf(region);
    const copies = others.flatMap((account, n) => {
      const isFailing = at >= 0 && first?.fails((n + 2) * busyRegions.length + at);
      const from = { account: isFailing ? bad : good, region };
      return (templates[isFailing ? 0 : 1] ?? []).map((item) => {
        const copy = copyOf(item, from, { account, region });
        return copy.pk.includes('#') && item.pk === partitionOf(from) ? copy : { ...copy, ...inventoryKey({ account, region }) };
      });
    });
    await large.table.fill(copies);
  }
  return await large.idleHour();
}
