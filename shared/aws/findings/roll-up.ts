/** Roll-ups of amounts: one item for each day of a region. */
import { type Key, partitionOf, type RegionKey, sortKeys } from './keys.ts';
import { rollUp } from './packed-amounts.ts';
import { lostRace, untilWon } from './races.ts';
import { expiryIn, type StoreContext } from './store-context.ts';

export interface DayEntry {
  readonly date: string;
  /** factsAt of the last audit in it. */
  readonly factsAt: string;
  /** Packed; `unpackDay` reads it, `shortName` names. */
  readonly amounts: string;
}
export type DayItem = Key & DayEntry & { readonly expires: number };

/** Adds the packed amounts of an audit to its day. */
export async function rollUpDay(context: StoreContext, region: RegionKey, factsAt: string, amounts: string): Promise<void> {
  const date = factsAt.slice(0, 10);
  const key = { pk: partitionOf(region), sk: sortKeys.day(date) };
  const expires = expiryIn(context, context.retentionDays);
  await untilWon(
    async () => {
      const before = await context.store.get<DayItem>(key);
      const item: DayItem = { ...key, date, factsAt, amounts: rollUp(before?.amounts, amounts), expires };
      return (await context.store.put(item, { when: before ? ['=', 'factsAt', before.factsAt] : ['absent', 'pk'] })) || lostRace;
    },
    () => `The roll-up of ${date} in ${key.pk} changed repeatedly while it was written.`,
  );
}
