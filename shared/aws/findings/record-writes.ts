/** How records are written: by commits, and by audits that only update texts. */
import { type Finding, findingId, type RegionResult } from '../../core/evaluation/finding.ts';
import { difference, same } from '../../core/history/amounts.ts';
import { type Commit, writesOf } from '../../core/history/log.ts';
import { historyItem } from './history.ts';
import { type Key, partitionOf, type RegionKey, sortKeys } from './keys.ts';
import { amountsInItem } from './packed-amounts.ts';
import { type Records, recordItem } from './records.ts';
import { expiryIn, type StoreContext } from './store-context.ts';

/** Writes a commit into the records and the histories. Any process may do it, any number of times. */
export async function applyCommit(context: StoreContext, region: RegionKey, commit: Commit): Promise<void> {
  const { store, retentionDays } = context;
  const expires = expiryIn(context, retentionDays);
  const records = writesOf(commit).map((write) => recordItem(region, write, expires));
  await Promise.all(records.map((item) => store.put(item, { when: ['or', ['absent', 'pk'], ['<', 'seq', commit.seq]] })));
  await store.putAll(commit.changes.flatMap((c) => (c.of === 'finding' ? [historyItem(region, commit, c, expires)] : [])));
}

interface RecordUpdate {
  readonly key: Key;
  /** The record that is updated: never a later one. */
  readonly seq: number;
  readonly set: object;
}

/**
 * Updates findings and rows that differ from the stored ones without being a change. Returns those findings of which only
 * amounts differ, as many as HEAD holds: they are not written.
 */
export async function refreshRecords(
  { store }: StoreContext,
  region: RegionKey,
  records: Records,
  { findings, coverage }: RegionResult,
  factsAt: string,
): Promise<readonly Finding[]> {
  const pk = partitionOf(region);
  const moved: Finding[] = [];
  const updates: RecordUpdate[] = [];
  for (const { since, ...finding } of findings) {
    const stored = records.findings.get(finding.id);
    const how = stored ? difference(stored.finding, finding) : 'none';
    if (how === 'amounts' && moved.length < amountsInItem) moved.push(finding);
    else if (stored && how !== 'none') updates.push({ key: { pk, sk: sortKeys.finding(finding.id) }, seq: stored.seq, set: { finding } });
  }
  for (const { since, last, ...row } of coverage.unevaluated) {
    const id = findingId(row);
    const stored = records.rows.get(id);
    if (stored && !same(stored.row, row)) updates.push({ key: { pk, sk: sortKeys.row(id) }, seq: stored.seq, set: { row } });
  }
  await Promise.all(
    updates.map(({ key, seq, set }) =>
      store.update(
        key,
        { set: { ...set, refreshed: factsAt } },
        { when: ['and', ['=', 'seq', seq], ['or', ['absent', 'refreshed'], ['<=', 'refreshed', factsAt]]] },
      ),
    ),
  );
  return moved;
}
