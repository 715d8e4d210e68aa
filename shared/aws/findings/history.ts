/** The history of each finding: one item for each of its changes. */
import { briefOf, type Commit, type FindingChange, type FindingSummary } from '../../core/history/log.ts';
import { type Key, partitionOf, type RegionKey, sortKeys } from './keys.ts';

/** A change of a finding as its history shows it. */
export interface HistoryEntry {
  readonly seq: number;
  readonly auditId: string;
  readonly factsAt: string;
  readonly kind: FindingChange['kind'];
  readonly cause: FindingChange['cause'];
  readonly before?: FindingSummary;
  readonly after?: FindingSummary;
  readonly message?: string;
}
export type HistoryItem = Key & HistoryEntry & { readonly expires: number };

export const historyItem = (region: RegionKey, { seq, auditId, factsAt }: Commit, change: FindingChange, expires: number): HistoryItem => ({
  pk: partitionOf(region),
  sk: sortKeys.history(change.id, seq),
  seq,
  auditId,
  factsAt,
  kind: change.kind,
  cause: change.cause,
  before: change.before,
  after: change.after && briefOf(change.after),
  message: change.after?.finding.message,
  expires,
});
