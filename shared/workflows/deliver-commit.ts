/**
 * Delivers the notifications of a commit. It stays pending until every topic accepted all of its messages, so that after a
 * crash the next delivery sends them again.
 */

import { partitionOf, type RegionKey, sortKeys } from '../aws/findings/keys.ts';
import type { FindingsTable } from '../aws/findings/table.ts';
import type { WaitingEntry } from '../aws/findings/waiting.ts';
import { type AlertTopics, NotAcceptedError } from '../aws/messaging/alert-topics.ts';
import type { AlertContext } from '../core/alerts/alert.ts';
import { atLeast } from '../core/alerts/alert-minimum.ts';
import { type CommitMessage, messagesOf } from '../core/alerts/commit-messages.ts';
import { type CommitSplit, splitCommit } from '../core/alerts/commit-split.ts';
import { summaryEntryOf } from '../core/alerts/summary-entry.ts';
import { type Change, type Commit, type RegionState, severity } from '../core/history/log.ts';
import type { Plan } from '../core/plan/plan.ts';
import type { StatusCommand } from '../core/text/own-command.ts';
import { publishWithin } from './message-limit.ts';

/** The group of changes beyond the limit of messages. */
const limitGroup = 'limit';

export interface DeliveryWork {
  readonly table: Pick<
    FindingsTable,
    'commit' | 'confirmNotified' | 'markAccepted' | 'markNotified' | 'markSent' | 'summary' | 'currentState' | 'waiting' | 'sent'
  >;
  readonly topics: Pick<AlertTopics, 'publish' | 'names'>;
  readonly plan: Pick<Plan, 'alerts'>;
  readonly now: () => Date;
  /** What alerts say of how to ask for current readiness. */
  readonly status: StatusCommand;
}

/**
 * notified: a message was published; silent: no change notifies; debounced: changes wait until they have lasted, or are dropped;
 * waiting: changes wait for a summary; done: the commit was delivered before, or has expired.
 */
export type DeliveryOutcome = 'notified' | 'silent' | 'debounced' | 'waiting' | 'done';

export const whereOf = (place: RegionKey, seq: number): string =>
  `All of it is in the findings table: partition key ${partitionOf(place)}, sort key ${sortKeys.commit(seq)}.`;

const alertAfterOf = (c: Change): string | undefined => (c.of === 'coverage' ? undefined : c.alertAfter);

/** Whether the result of a debounced change has lasted since. What is no longer evaluated counts with its last result. */
function isStill(change: Change, state: RegionState): boolean {
  if (change.of === 'readiness') {
    const now = state.readiness.get(change.id);
    return now !== undefined && now.state === change.after?.state && now.since === change.after.since;
  }
  if (change.of === 'coverage' || !change.after) return false;
  const now = state.findings.get(change.id);
  if (now === undefined || now.finding.muted !== undefined) return false;
  return now.since === change.after.since && severity(now.finding) === severity(change.after.finding);
}

/** The deferred changes that have lasted. Without a state of the region all count. */
export async function lastingChanges(
  held: readonly Change[],
  place: RegionKey,
  table: Pick<DeliveryWork['table'], 'currentState'>,
): Promise<readonly Change[]> {
  const state = await table.currentState(place);
  return state ? held.filter((c) => isStill(c, state)) : held;
}

/** How long to wait for an audit that shows whether a change lasted. Later none is expected: the region left the plan, or audits stopped. */
const longestDebounceMs = 24 * 3_600_000;

/** Facts dated in the future come from a wrong clock and count as due. */
const isDue = (after: string, commit: Commit, factsAt: string, now: Date): boolean =>
  factsAt >= after || Date.parse(commit.factsAt) > now.getTime() || now.getTime() - Date.parse(after) > longestDebounceMs;

/** A commit while it is delivered. */
interface Delivery extends DeliveryWork {
  readonly place: RegionKey;
  readonly commit: Commit;
  readonly split: CommitSplit;
  readonly context: AlertContext;
}

/** A commit with some of its changes. */
export const commitWith = (commit: Commit, changes: readonly Change[]): Commit => ({ ...commit, changes });

/** Where an alert says that the rest of a commit is. */
export const contextOf = (place: RegionKey, { alias }: Commit, status: StatusCommand): AlertContext => ({
  ...place,
  status,
  ...(alias !== undefined && { alias }),
});

/**
 * Publishes each message to the topics that have not accepted it yet, and stores which accepted it, so that none receives it twice.
 * The messages that would be more than the plan allows in an hour.
 */
async function publish(messages: readonly CommitMessage[], delivery: Delivery): Promise<readonly CommitMessage[]> {
  const { table, place, commit, ...work } = delivery;
  const { seq, sent = [] } = commit;
  for (const [n, { message }] of messages.entries()) {
    // Of the first message some topics may have accepted it before.
    const before = n === 0 ? commit.accepted : undefined;
    try {
      if (!(await publishWithin(message, 'change', { ...work, sent: table.sent }, before))) return messages.slice(n);
    } catch (error) {
      if (error instanceof NotAcceptedError && error.accepted.length > 0) await table.markAccepted(place, seq, error.accepted);
      throw error;
    }
    if (n + 1 < messages.length) await table.markSent(place, seq, [...sent, ...messages.slice(0, n + 1).map(({ key }) => key)]);
  }
  return [];
}

/** What messages that are left are about; a failure may be in several of them. */
const changesOf = (messages: readonly CommitMessage[]): readonly Change[] => [...new Set(messages.flatMap(({ changes }) => changes))];

/** Lets changes of the commit wait for the summary of a group. */
async function wait(group: string, changes: readonly Change[], of: WaitingEntry['of'], delivery: Delivery): Promise<'waiting'> {
  const { table, place, commit, split, now } = delivery;
  const entry = summaryEntryOf(place, commitWith(commit, changes));
  const whole = of === 'held' || split.held.length === 0;
  await table.waiting.add({ ...place, seq: commit.seq, group, at: now().toISOString() }, { entry, of, whole });
  return 'waiting';
}

/** One topic accepted the message. The other receives it as soon as its limit allows, not as part of a summary. */
const isHalfAccepted = (left: readonly CommitMessage[], messages: readonly CommitMessage[], { accepted }: Commit): boolean =>
  accepted !== undefined && left[0] === messages[0];

/** Notifies of what is not deferred: at once, or by a summary. */
async function deliverNow(delivery: Delivery): Promise<'notified' | 'silent' | 'waiting'> {
  const { table, place, commit, split, context } = delivery;
  const { own, held, summed, group } = split;
  const messages = commit.told ? [] : messagesOf(commitWith(commit, own), context, whereOf(place, commit.seq), commit.sent);
  const isSent = messages.length > 0 || (!commit.told && commit.sent !== undefined);
  const left = await publish(messages, delivery);
  if (left.length > 0)
    return isHalfAccepted(left, messages, commit) ? 'waiting' : wait(limitGroup, [...changesOf(left), ...summed], 'now', delivery);
  if (isSent && (held.length > 0 || group !== undefined)) await table.markNotified(place, commit.seq);
  if (group !== undefined && !commit.summed) await wait(group, summed, 'now', delivery);
  else return isSent ? 'notified' : 'silent';
  return isSent ? 'notified' : 'waiting';
}

/** Notifies of the deferred changes that lasted; the others are dropped. */
async function deliverHeld(delivery: Delivery): Promise<'notified' | 'silent' | 'debounced' | 'waiting'> {
  const { table, place, commit, split, context, now } = delivery;
  const after =
    split.held
      .map((c) => alertAfterOf(c) ?? '')
      .toSorted()
      .at(-1) ?? '';
  const last = await table.summary(place);
  if (!last || !isDue(after, commit, last.factsAt, now())) return 'debounced';
  const still = await lastingChanges(split.held, place, table);
  const messages = messagesOf(commitWith(commit, still), { ...context, held: true }, whereOf(place, commit.seq), commit.sent);
  if (messages.length === 0) return commit.sent === undefined ? 'silent' : 'notified';
  const left = await publish(messages, delivery);
  if (left.length === 0) return 'notified';
  return isHalfAccepted(left, messages, commit) ? 'waiting' : wait(limitGroup, changesOf(left), 'held', delivery);
}

/** Publishes what of a commit is due. Rejects if a topic did not accept it; the commit is then still pending. */
export async function deliverCommit(place: RegionKey, seq: number, work: DeliveryWork): Promise<DeliveryOutcome> {
  const { table, plan, status } = work;
  const stored = await table.commit(place, seq);
  if (!stored?.pending) return 'done';
  // What it has to notify at once was published before it began to wait.
  if (await table.waiting.has(place, seq)) return 'waiting';
  const commit = atLeast(stored, plan.alerts.minimum);
  const delivery: Delivery = { ...work, place, commit, split: splitCommit(place, commit), context: contextOf(place, commit, status) };
  const said = await deliverNow(delivery);
  const { held, group } = delivery.split;
  if (said === 'waiting' || (group !== undefined && !commit.summed)) return said;
  if (held.length > 0) {
    if (!commit.told) {
      if (said !== 'notified') await table.markNotified(place, seq);
      return said === 'notified' ? 'notified' : 'debounced';
    }
    const later = await deliverHeld(delivery);
    if (later === 'debounced' || later === 'waiting') return later;
    await table.confirmNotified(place, seq);
    return later;
  }
  await table.confirmNotified(place, seq);
  return said;
}
