/**
 * From a commit to the people: every message of it is accepted by every topic, and only then it is no longer pending. So
 * whoever dies on the way leaves it pending, and the next one who looks tells it again.
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
 * told: a message went out; silent: there was nothing to say; held: what flaps waits to be told, or dropped; done: nothing
 * was left to do, because it was told before or is no longer kept.
 */
export type DeliveryOutcome = 'told' | 'silent' | 'held' | 'done';

const whereOf = (place: RegionKey, seq: number): string =>
  `All of it is in the findings table: partition key ${partitionOf(place)}, sort key ${sortKeys.commit(seq)}.`;

const alertAfterOf = (c: Change): string | undefined => (c.of === 'coverage' ? undefined : c.alertAfter);

/** Whether what a held change brought is the case without a break since then. What can no longer be seen was so when it was last seen. */
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

/** So long an audit is waited for that tells whether it lasted. Then none will come: the region left the plan, or audits stopped. */
const longestHoldMs = 24 * 3_600_000;

/** Facts of a time to come are a wrong clock's: nobody waits for such a time. */
const isDue = (after: string, commit: Commit, factsAt: string, now: Date): boolean =>
  factsAt >= after || Date.parse(commit.factsAt) > now.getTime() || now.getTime() - Date.parse(after) > longestHoldMs;

/** Tells what of a commit is to be told now. Rejects where a topic did not accept it; then it is still pending. */
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
  const held = chosen.changes.filter((c) => isNotified(c) && alertAfterOf(c) !== undefined);

  /** To each topic that has not got it yet; what those that took it now took is kept, so that they are not sent it again. */
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
      said = 'told';
    }
    if (held.length > 0) {
      await table.markNotified(place, seq);
      return said === 'told' ? 'told' : 'held';
    }
  } else if (held.length > 0) {
    const after =
      held
        .map((c) => alertAfterOf(c) ?? '')
        .toSorted()
        .at(-1) ?? '';
    const last = await table.summary(place);
    if (!last || !isDue(after, commit, last.factsAt, now())) return 'held';
    const state = await table.currentState(place);
    const still = state ? held.filter((c) => isStill(c, state)) : held;
    const message = messageOf({ ...chosen, changes: still }, { ...context, held: true }, where);
    if (message) {
      await publish(message);
      said = 'told';
    }
  }
  await table.confirmNotified(place, seq);
  return said;
}
