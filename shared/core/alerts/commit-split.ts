/**
 * Which changes of a commit are notified at once, which are deferred, and which wait for a summary: what has one cause in
 * many places (first audits, access lost or regained, new rules, an edited plan) is one notification.
 */

import { type Change, type Commit, type CoverageChange, isFirst } from '../history/log.ts';
import { whyUnread } from '../render/words.ts';
import { fails, isNotified } from './alert-selection.ts';

/** What the commits of a summary have in common. `limit`: changes of accounts beyond the number of messages an hour. */
export const summaryKinds = ['first', 'lost', 'back', 'rules', 'plan', 'limit'] as const;
export type SummaryKind = (typeof summaryKinds)[number];

/** A kind, and of `lost` the reason. */
export const kindOfGroup = (group: string): SummaryKind => summaryKinds.find((kind) => group.split('#')[0] === kind) ?? 'limit';

export interface CommitSplit {
  /** Notified at once, and what is never notified. */
  readonly own: readonly Change[];
  /** Deferred because the amount fluctuates. */
  readonly held: readonly Change[];
  /** To be summed up with those of other places. */
  readonly summed: readonly Change[];
  /** Absent where nothing is summed up. */
  readonly group?: string;
}

export interface SummaryPlace {
  readonly account: string;
  readonly region: string;
}

/** How often a call was tried. */
const tries = / (?:once|in \d+ attempts|\d+ times)\b/g;

/** A reason without what differs from place to place, so that the same reason is the same text everywhere. */
export const reasonOf = (row: Parameters<typeof whyUnread>[0], { account, region }: SummaryPlace): string =>
  whyUnread(row).replaceAll(account, 'ACCOUNT').replaceAll(region, 'REGION').replaceAll(tries, '');

/** A sort key holds 1,024 bytes: reasons beyond this are one. */
const longestReason = 200;

/**
 * Whether a place may have clusters: it has or had one, or not all that is required could be read, so that a running one may
 * be missing in the list. What has none never notifies.
 */
export const mayHaveClusters = ({ readiness, changes, regionState, coverage }: Commit): boolean =>
  readiness.length > 0 ||
  regionState === 'failed' ||
  coverage.required > 0 ||
  changes.some((c) => c.of === 'readiness' || (c.of === 'coverage' && c.kind === 'seen' && (c.level ?? 'required') === 'required'));

const isLost = (c: Change): c is CoverageChange => c.of === 'coverage' && c.kind === 'unseen' && c.cause === 'account';

/** Whether a change has a cause that other places may have as well. */
function isSummed(change: Change, lost: ReadonlySet<string>): boolean {
  if (!isNotified(change)) return false;
  if (change.of === 'coverage') return true;
  // No one was notified of a failure that was muted, so it is reported whatever ended the mute.
  if (change.of === 'finding') return change.cause !== 'account' && !(change.kind === 'unmuted' && fails(change.after));
  return change.cause !== 'account' || (change.because.length > 0 && change.because.every((id) => lost.has(id)));
}

function groupOf(place: SummaryPlace, commit: Commit, summed: readonly Change[]): string {
  if (isFirst(commit)) return 'first';
  const rows = summed.filter(isLost).flatMap((c) => c.after?.row ?? []);
  const reasons = [...new Set(rows.map((row) => reasonOf(row, place)))].toSorted().join('; ');
  if (reasons !== '') return `lost#${reasons.slice(0, longestReason)}`;
  const has = (...causes: readonly Change['cause'][]) => summed.some((c) => causes.includes(c.cause));
  if (has('plan')) return 'plan';
  return has('auditor', 'baseline') ? 'rules' : 'back';
}

/** The changes of a commit by when they are notified. Nothing of a place that has no clusters is. */
export function splitCommit(place: SummaryPlace, commit: Commit): CommitSplit {
  if (!mayHaveClusters(commit)) return { own: [], held: [], summed: [] };
  const lost = new Set(commit.changes.filter(isLost).map((c) => c.id));
  const by = Map.groupBy(commit.changes, (c) => {
    if (isSummed(c, lost)) return 'summed';
    return isNotified(c) && c.of !== 'coverage' && c.alertAfter !== undefined ? 'held' : 'own';
  });
  const { own = [], held = [], summed = [] } = { own: by.get('own'), held: by.get('held'), summed: by.get('summed') };
  return { own, held, summed, ...(summed.length > 0 && { group: groupOf(place, commit, summed) }) };
}
