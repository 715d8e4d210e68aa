/**
 * Delivers the notifications of a commit. It stays pending until every topic accepted all of its messages, so that after a
 * crash the next delivery sends them again.
 */

import { partitionOf, type RegionKey, sortKeys } from '../aws/findings/keys.ts';
import type { FindingsTable } from '../aws/findings/table.ts';
import { type AlertTopics, NotAcceptedError } from '../aws/messaging/alert-topics.ts';
import type { AlertContext } from '../core/alerts/alert.ts';
import { type AlertMessage, messageOf } from '../core/alerts/alert-message.ts';
import { atLeast } from '../core/alerts/alert-minimum.ts';
import { isNotified } from '../core/alerts/alert-selection.ts';
import { type Change, type Commit, type RegionState, severity } from '../core/history/log.ts';
import type { Plan } from '../core/plan/plan.ts';
import type { StatusCommand } from '../core/text/own-command.ts';

export interface DeliveryWork {
  readonly table: Pick<FindingsTable, 'commit' | 'confirmNotified' | 'markAccepted' | 'markNotified' | 'summary' | 'currentState'>;
  readonly topics: Pick<AlertTopics, 'publish'>;
  readonly plan: Pick<Plan, 'alerts'>;
  readonly now: () => Date;
  /** What alerts say of how to ask for current readiness. */
  readonly status: StatusCommand;
}

/**
 * notified: a message was published; silent: no change notifies; debounced: changes wait until they have lasted, or are dropped;
 * done: the commit was delivered before, or has expired.
 */
export type DeliveryOutcome = 'notified' | 'silent' | 'debounced' | 'done';

const whereOf = (place: RegionKey, seq: number): string =>
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

/** How long to wait for an audit that shows whether a change lasted. Later none is expected: the region left the plan, or audits stopped. */
const longestDebounceMs = 24 * 3_600_000;

/** Facts dated in the future come from a wrong clock and count as due. */
const isDue = (after: string, commit: Commit, factsAt: string, now: Date): boolean =>
  factsAt >= after || Date.parse(commit.factsAt) > now.getTime() || now.getTime() - Date.parse(after) > longestDebounceMs;

/** Publishes what of a commit is due. Rejects if a topic did not accept it; the commit is then still pending. */
export async function deliverCommit(
  place: RegionKey,
  seq: number,
  { table, topics, plan, now, status }: DeliveryWork,
): Promise<DeliveryOutcome> {
  const commit = await table.commit(place, seq);
  if (!commit?.pending) return 'done';
  const chosen = atLeast(commit, plan.alerts.minimum);
  const context: AlertContext = { ...place, status, ...(commit.alias !== undefined && { alias: commit.alias }) };
  const where = whereOf(place, seq);
  const debounced = chosen.changes.filter((c) => isNotified(c) && alertAfterOf(c) !== undefined);

  /** Publishes to each topic that has not accepted it yet, and stores which topics accepted it, so that none receives it twice. */
  const publish = async (message: AlertMessage): Promise<void> => {
    try {
      await topics.publish(message, commit.accepted);
    } catch (error) {
      if (error instanceof NotAcceptedError && error.accepted.length > 0) await table.markAccepted(place, seq, error.accepted);
      throw error;
    }
  };

  let said: DeliveryOutcome = 'silent';
  if (!commit.told) {
    const message = messageOf(chosen, context, where);
    if (message) {
      await publish(message);
      said = 'notified';
    }
    if (debounced.length > 0) {
      await table.markNotified(place, seq);
      return said === 'notified' ? 'notified' : 'debounced';
    }
  } else if (debounced.length > 0) {
    const after =
      debounced
        .map((c) => alertAfterOf(c) ?? '')
        .toSorted()
        .at(-1) ?? '';
    const last = await table.summary(place);
    if (!last || !isDue(after, commit, last.factsAt, now())) return 'debounced';
    const state = await table.currentState(place);
    const still = state ? debounced.filter((c) => isStill(c, state)) : debounced;
    const message = messageOf({ ...chosen, changes: still }, { ...context, held: true }, where);
    if (message) {
      await publish(message);
      said = 'notified';
    }
  }
  await table.confirmNotified(place, seq);
  return said;
}
