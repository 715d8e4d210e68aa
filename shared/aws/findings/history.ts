/** The history of each finding: one item for each of its changes. */
import type { TriggerCall } from '../../core/events/triggers.ts';
import { changedBy } from '../../core/history/change-triggers.ts';
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
  /** Recorded calls that name the finding's resource. */
  readonly changedBy?: readonly TriggerCall[];
}
export type HistoryItem = Key & HistoryEntry & { readonly expires: number };

export function historyItem(region: RegionKey, commit: Commit, change: FindingChange, expires: number): HistoryItem {
  const { seq, auditId, factsAt, triggeredBy } = commit;
  const calls = changedBy(change, triggeredBy);
  return {
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
    ...(calls.length > 0 && { changedBy: calls }),
    expires,
  };
}
