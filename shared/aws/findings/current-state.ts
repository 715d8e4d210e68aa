/** The present state of a region, and its HEAD with what the records do not include yet. */
import type { RegionState } from '../../core/history/log.ts';
import { commitsAfter } from './commits.ts';
import { headAfter, readHead } from './head.ts';
import { partitionOf, type RegionKey } from './keys.ts';
import { unpackAmounts } from './packed-amounts.ts';
import type { RegionHead } from './port.ts';
import { lostRace, untilWon } from './races.ts';
import { readRecords } from './records.ts';
import type { ReadContext } from './store-context.ts';

/** HEAD, the commits after it, and HEAD as those would leave it. */
async function readLogEnd(context: ReadContext, region: RegionKey) {
  const head = await readHead(context, region);
  const seq = head?.seq ?? 0;
  const unfinished = await commitsAfter(context, region, seq);
  const last = unfinished.at(-1);
  return { seq, unfinished, reached: last ? { ...headAfter(head, last), version: 0 } : head };
}

/** Never writes: what a commit has not yet put into the records is put into what was read of them. */
export const currentState = (context: ReadContext, region: RegionKey): Promise<RegionState | undefined> =>
  untilWon(
    async () => {
      const { reached, unfinished } = await readLogEnd(context, region);
      if (!reached?.audit) return undefined;
      const records = await readRecords(context, region, reached, unfinished);
      return records ? records.shown : lostRace;
    },
    () => `The findings of ${partitionOf(region)} changed repeatedly while they were read.`,
  );

export async function regionHead(context: ReadContext, region: RegionKey): Promise<RegionHead | undefined> {
  const { seq, reached, unfinished } = await readLogEnd(context, region);
  if (!reached?.audit) return undefined;
  return { seq, audit: reached.audit, readiness: reached.readiness, amounts: unpackAmounts(reached.amounts), unfinished };
}
