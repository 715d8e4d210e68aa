/** Records: what the log adds up to, one item for each finding and each coverage row. */
import { findingId } from '../../core/evaluation/finding.ts';
import { withAmounts } from '../../core/history/amounts.ts';
import {
  type Commit,
  type CoverageRecord,
  checkOf,
  type FindingRecord,
  type RecordWrite,
  type RegionState,
  severity,
  type Versioned,
  writesOf,
} from '../../core/history/log.ts';
import type { Head } from './head.ts';
import { type Key, openPartitions, orderOf, partitionOf, type RegionKey, shardOfValue, sortKeys } from './keys.ts';
import { shortName, unpackAmounts } from './packed-amounts.ts';
import { itemsUnder, type RangeContext } from './store-context.ts';

/** Partitions and position in the indexes of records. A tombstone has none, so it is in none of them. */
interface RecordIndexKeys {
  readonly open?: string;
  readonly check?: string;
  readonly cluster?: string;
  readonly order?: string;
}
interface RecordItem extends Key, RecordIndexKeys {
  readonly id: string;
  readonly seq: number;
  /** A tombstone: the version stays, so that no older write restores the record. */
  readonly gone?: true;
  readonly expires?: number;
  /** factsAt of the audit that last updated its texts. */
  readonly refreshed?: string;
}
export type FindingItem = RecordItem & Partial<FindingRecord>;
export type RowItem = RecordItem & Partial<CoverageRecord>;

/** The item that a commit writes over one record. A tombstone expires, a live record does not. */
export function recordItem(region: RegionKey, write: RecordWrite, expires: number): FindingItem | RowItem {
  const sk = write.of === 'finding' ? sortKeys.finding(write.id) : sortKeys.row(write.id);
  const base = { pk: partitionOf(region), sk, id: write.id, seq: write.seq };
  if (!write.record) return { ...base, gone: true, expires };
  return { ...base, ...write.record, ...(write.of === 'finding' ? findingKeys(region, write.record) : rowKeys(region, write.record)) };
}

export const findingKeys = (region: RegionKey, { finding, since }: Pick<FindingRecord, 'finding' | 'since'>): RecordIndexKeys => ({
  open: shardOfValue('open', severity(finding) === 0 ? openPartitions.pass : openPartitions.fail[finding.level], region),
  check: shardOfValue('check', finding.check, region),
  cluster: finding.cluster === undefined ? undefined : shardOfValue('cluster', finding.cluster, region),
  order: orderOf.finding(since, region, finding.id),
});

export const rowKeys = (region: RegionKey, { row, since }: CoverageRecord): RecordIndexKeys => ({
  open: shardOfValue('open', openPartitions.notEvaluated[row.level], region),
  check: shardOfValue('check', row.check, region),
  cluster: row.cluster === undefined ? undefined : shardOfValue('cluster', row.cluster, region),
  order: orderOf.row(since, region, findingId(row)),
});

/** The record in an item; `undefined` where it is a tombstone. */
export function findingRecordOf(item: FindingItem): Versioned<FindingRecord> | undefined {
  const { finding, firstSeen, since, lastChanged, carried, seq } = item;
  if (item.gone || !finding || firstSeen === undefined || since === undefined || lastChanged === undefined) return undefined;
  return { finding, firstSeen, since, lastChanged, carried, seq };
}

/** The record in an item; `undefined` where it is a tombstone. */
export function rowRecordOf(item: RowItem): Versioned<CoverageRecord> | undefined {
  const { row, since, seq } = item;
  return item.gone || !row || since === undefined ? undefined : { row, since, seq };
}

/** Records as stored, and the state they make: as stored, and with the amounts of the last audit. */
export interface Records {
  readonly findings: ReadonlyMap<string, Versioned<FindingRecord>>;
  readonly rows: ReadonlyMap<string, Versioned<CoverageRecord>>;
  readonly stored: RegionState | undefined;
  readonly shown: RegionState | undefined;
}

/** The records as of HEAD and the commits after it; `undefined` if a later commit was written into them meanwhile. */
export async function readRecords(
  context: RangeContext,
  region: RegionKey,
  head: Head,
  commits: readonly Commit[] = [],
): Promise<Records | undefined> {
  const [findings, rows] = await Promise.all([
    itemsUnder<FindingItem>(context, region, sortKeys.findings),
    itemsUnder<RowItem>(context, region, sortKeys.rows),
  ]);
  if ([...findings, ...rows].some((item) => item.seq > head.seq)) return undefined;
  const items = { findings: new Map(findings.map((item) => [item.id, item])), rows: new Map(rows.map((item) => [item.id, item])) };
  applyToItems(region, items, commits);
  return recordsOf(head, [...items.findings.values()], [...items.rows.values()]);
}

interface RecordItems {
  readonly findings: Map<string, FindingItem>;
  readonly rows: Map<string, RowItem>;
}

/** Writes commits into items that were read, as `applyCommit` does in the table. */
function applyToItems(region: RegionKey, { findings, rows }: RecordItems, commits: readonly Commit[]): void {
  for (const write of commits.flatMap(writesOf)) {
    const items: Map<string, FindingItem | RowItem> = write.of === 'finding' ? findings : rows;
    const before = items.get(write.id);
    if (!before || before.seq < write.seq) items.set(write.id, recordItem(region, write, 0));
  }
}

function recordsOf(head: Head, findingItems: readonly FindingItem[], rowItems: readonly RowItem[]): Records {
  const records = findingItems.flatMap((item) => findingRecordOf(item) ?? []);
  const rows = new Map(
    rowItems.flatMap((item) => {
      const record = rowRecordOf(item);
      return record ? [[item.id, record] as const] : [];
    }),
  );
  const byId = (of: readonly Versioned<FindingRecord>[]) => new Map(of.map((record) => [record.finding.id, record]));
  const findings = byId(records);
  const stored = head.audit && {
    seq: head.seq,
    audit: head.audit,
    findings,
    coverage: rows,
    readiness: new Map(head.readiness.map((r) => [r.cluster, r])),
    evaluatedChecks: new Set(findingItems.map(({ id }) => checkOf(id))),
  };
  return { findings, rows, stored, shown: stored && { ...stored, findings: byId(withAmountsOf(head, records)) } };
}

function withAmountsOf(head: Head, records: readonly Versioned<FindingRecord>[]): readonly Versioned<FindingRecord>[] {
  const amounts = unpackAmounts(head.amounts);
  // A short name is a hash: none is computed where no amount differs.
  if (amounts.size === 0) return records;
  return records.map((record) => {
    const moved = amounts.get(shortName(record.finding.id));
    return moved ? { ...record, finding: withAmounts(record.finding, moved) } : record;
  });
}
