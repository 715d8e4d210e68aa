/** The state of a region at a moment in the past. */
import { type RegionState, replay } from '../../core/history/log.ts';
import { type CheckpointItem, checkpointUpTo } from './checkpoints.ts';
import { type CommitItem, commitKey, commitsBetween } from './commits.ts';
import { type Head, readHead } from './head.ts';
import { endOf, indexes, partitionOf, type RegionKey, sortKeys } from './keys.ts';
import { readPage } from './pages.ts';
import type { StateAt } from './port.ts';
import { readRecords } from './records.ts';
import { itemsUnder, type ReadContext } from './store-context.ts';

interface CommitNumber {
  readonly seq: number;
}

/** The commit nearest to a moment on one side of it, the moment included. */
async function nearestCommit(context: ReadContext, region: RegionKey, side: 'from' | 'to', moment: string) {
  const query = { index: indexes.time, partition: partitionOf(region), [side]: endOf(moment) };
  return (await readPage<CommitNumber>(context, query, { limit: 1, oldestFirst: side === 'from' })).items[0];
}

/** The state at a moment, or the first moment after it for which a state is retained. */
export async function stateAt(context: ReadContext, region: RegionKey, moment: string): Promise<StateAt> {
  const head = await readHead(context, region);
  const [before, after] = await Promise.all([nearestCommit(context, region, 'to', moment), nearestCommit(context, region, 'from', moment)]);
  // The last commit up to then, by the one after it: a pending commit can outlive those that followed it.
  const seq = after ? after.seq - 1 : Math.max(before?.seq ?? 0, head?.seq ?? 0);
  const base = await checkpointUpTo(context, region, seq);
  const baseSeq = base?.state.seq ?? 0;
  const commits = await commitsBetween(context, region, baseSeq + 1, seq);
  const isWhole = commits.length === seq - baseSeq;
  const isReached = before?.seq === seq || (baseSeq === seq && base !== undefined && base.from <= moment);
  const replayed = isWhole && isReached ? replay(commits, base?.state) : undefined;
  if (replayed) return replayed;
  const recorded = head && after === undefined ? await stateOfRecords(context, region, head, moment) : undefined;
  return recorded ?? { notKeptBefore: await retainedSince(context, region, head) };
}

/** The state since the last commit, from the records: where the log has expired, as after months without a change. */
async function stateOfRecords(context: ReadContext, region: RegionKey, head: Head, moment: string): Promise<RegionState | undefined> {
  const { loggedAt } = head;
  if (loggedAt === undefined || loggedAt > moment) return undefined;
  const stored = (await readRecords(context, region, head))?.stored;
  return stored && { ...stored, audit: { ...stored.audit, factsAt: loggedAt } };
}

/** The first commit after which none is missing; one more than the last where the log has expired. */
async function oldestRetained(context: ReadContext, region: RegionKey, head: Head | undefined): Promise<number> {
  const query = { index: indexes.time, partition: partitionOf(region) };
  let oldest = (head?.seq ?? 0) + 1;
  let cursor: string | undefined;
  do {
    const page = await readPage<CommitNumber>(context, query, { limit: 1000, cursor });
    for (const { seq } of page.items) {
      if (seq < oldest - 1) return oldest;
      oldest = Math.min(oldest, seq);
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
  return oldest;
}

async function retainedSince(context: ReadContext, region: RegionKey, head: Head | undefined): Promise<string | undefined> {
  const oldest = await oldestRetained(context, region, head);
  const first = oldest === 1 ? await context.store.get<CommitItem>(commitKey(region, 1)) : undefined;
  if (first) return first.factsAt;
  const checkpoints = await itemsUnder<CheckpointItem>(context, region, sortKeys.checkpoints);
  return checkpoints.find((c) => c.seq >= oldest - 1)?.from ?? head?.loggedAt;
}
