/** The inventory: every region in short, one item each. */
import { createHash } from 'node:crypto';
import { findingId, type RegionResult } from '../../core/evaluation/finding.ts';
import type { AuditRef, CoverageCount, ReadinessRecord } from '../../core/history/log.ts';
import { stateOrder, whyUnread } from '../../core/render/words.ts';
import { inventoryPartition, type Key, type RegionKey, sortKeys } from './keys.ts';
import { bytesOf, itemBytes } from './parts.ts';

/** A cluster with the first few of the `reasons` for its state; without them where the region has more than one item holds. */
export interface ClusterEntry extends Omit<ReadinessRecord, 'notReadySince'> {
  readonly because: readonly { readonly id: string; readonly text: string }[];
  readonly reasons: number;
}

/** A region as the inventory has it. */
export interface RegionEntry {
  readonly regionState: RegionResult['state'];
  readonly reason?: string;
  readonly coverage: CoverageCount;
  readonly alias?: string;
  readonly gapMinutes?: number;
  readonly clusters: readonly ClusterEntry[];
}

export interface InventoryItem extends Key, RegionEntry {
  readonly seq: number;
  /** Facts of the audit that wrote it: the first of each day, and each that changes something. */
  readonly factsAt: string;
  /** A region that is no longer audited leaves the inventory. */
  readonly expires: number;
}

/** Digest of an entry, and factsAt of the audit that last wrote it. */
export interface InventoryMark {
  readonly digest: string;
  readonly factsAt: string;
}

const shownReasons = 2;
const longestText = 200;

/** Whether reasons of a cluster did not fit. */
export const isCut = ({ because, reasons }: Pick<ClusterEntry, 'because' | 'reasons'>): boolean =>
  because.length < Math.min(reasons, shownReasons);

/** The entry as one item holds it: of very many clusters only those in the worst states have reasons. */
function cutToItem(entry: RegionEntry): RegionEntry {
  if (bytesOf(entry) <= itemBytes) return entry;
  const bare = entry.clusters.map((c): ClusterEntry => ({ ...c, because: [] }));
  let room = itemBytes - bytesOf({ ...entry, clusters: bare });
  const worstFirst = entry.clusters.toSorted((a, b) => stateOrder.indexOf(a.state) - stateOrder.indexOf(b.state));
  const shown = new Set<string>();
  for (const { cluster, because } of worstFirst) {
    room -= bytesOf(because);
    if (room < 0) break;
    shown.add(cluster);
  }
  return { ...entry, clusters: entry.clusters.map((c, n) => (shown.has(c.cluster) ? c : (bare[n] ?? c))) };
}

/**
 * A region in short. The reason for a cluster's state is the check that fails and its resource: a finding's message changes
 * with its amounts, and its title describes the expected state.
 */
export function regionEntry(
  { regionState, reason, alias, gapMinutes, coverage }: Pick<AuditRef, 'regionState' | 'reason' | 'alias' | 'gapMinutes' | 'coverage'>,
  result: Pick<RegionResult, 'findings' | 'coverage' | 'readiness'>,
  readiness: readonly ReadinessRecord[],
): RegionEntry {
  const texts = new Map([
    ...result.coverage.unevaluated.map((row) => [findingId(row), `${row.check} not evaluated: ${whyUnread(row)}`] as const),
    ...result.findings.map((f) => [f.id, `${f.check} fails: ${f.resource}`] as const),
  ]);
  const because = new Map(result.readiness.map((r) => [r.cluster, r.because]));
  const clusters = readiness.map(({ notReadySince, ...record }) => {
    // By id: the same reasons come first whether the result is fresh or was replayed from the log.
    const ids = (because.get(record.cluster) ?? []).toSorted();
    const first = ids.slice(0, shownReasons).map((id) => ({ id, text: (texts.get(id) ?? '').slice(0, longestText) }));
    return { ...record, because: first, reasons: ids.length };
  });
  return cutToItem({ regionState, reason, coverage, alias, gapMinutes, clusters });
}

export const inventoryMark = (entry: RegionEntry, factsAt: string): InventoryMark => ({
  digest: createHash('sha256').update(JSON.stringify(entry)).digest('base64url').slice(0, 16),
  factsAt,
});

/** Whether an entry has to be written: it differs from the last one, or is the first of a day. */
export const isInventoryDue = (before: InventoryMark | undefined, now: InventoryMark): boolean =>
  before === undefined || before.digest !== now.digest || before.factsAt.slice(0, 10) !== now.factsAt.slice(0, 10);

export const inventoryItem = (region: RegionKey, seq: number, factsAt: string, entry: RegionEntry, expires: number): InventoryItem => ({
  pk: inventoryPartition,
  sk: sortKeys.region(region),
  seq,
  factsAt,
  ...entry,
  expires,
});

/** The region of an item, from its sort key. */
export function inventoryRegionKey(sk: string): RegionKey {
  const [, account = '', region = ''] = sk.split('#');
  return { account, region };
}
