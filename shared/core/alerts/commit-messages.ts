/**
 * The messages of a commit: one for each cluster whose readiness changed, so that each cluster has a thread of its own, in which its
 * recovery arrives as well. What is about no such cluster is in the first.
 */
import { type Change, type Commit, isFirst, type ReadinessChange } from '../history/log.ts';
import type { AlertContext } from './alert.ts';
import { type AlertMessage, messageOf } from './alert-message.ts';
import { byState, isNotified } from './alert-selection.ts';

export interface CommitMessage {
  /** Identifies it among the messages of its commit. */
  readonly key: string;
  readonly message: AlertMessage;
  /** What it notifies of. */
  readonly changes: readonly Change[];
}

const isOf = (change: Change, { id, because }: ReadinessChange): boolean =>
  change.of === 'readiness' ? change.id === id : because.includes(change.id) || change.id.split('/')[1] === encodeURIComponent(id);

/** The changes by the message that notifies of them. A failure for which two clusters are BLOCKED is in both. */
function messageParts(commit: Commit): readonly Pick<CommitMessage, 'key' | 'changes'>[] {
  const clusters = commit.changes
    .filter((c) => c.of === 'readiness')
    .filter(isNotified)
    .toSorted(byState);
  if (isFirst(commit) || clusters.length < 2) return [{ key: clusters[0]?.id ?? '', changes: commit.changes }];
  const mine = clusters.map((cluster) => new Set(commit.changes.filter((c) => isOf(c, cluster))));
  const rest = commit.changes.filter((c) => !mine.some((of) => of.has(c)));
  return clusters.map(({ id }, n) => ({ key: id, changes: [...(mine[n] ?? []), ...(n === 0 ? rest : [])] }));
}

/** What the messages that were not sent before are about. A failure may be in several of them. */
export const unsentChanges = (commit: Commit, sent: readonly string[] = []): readonly Change[] => [
  ...new Set(messageParts(commit).flatMap(({ key, changes }) => (sent.includes(key) ? [] : changes))),
];

/** Those that were not sent before, by their keys: the worst first. Empty where nothing is to be notified. */
export function messagesOf(commit: Commit, context: AlertContext, where: string, sent: readonly string[] = []): readonly CommitMessage[] {
  const parts = messageParts(commit);
  return parts
    .filter(({ key }) => !sent.includes(key))
    .flatMap(({ key, changes }) => {
      const isPart = parts.length > 1;
      const message = messageOf({ ...commit, changes }, { ...context, ...(isPart && { cluster: key }) }, where);
      return message ? [{ key, message, changes }] : [];
    });
}
