/** Publishes within the plan's number of messages an hour and topic. */
import type { SentMessages } from '../aws/findings/sent-messages.ts';
import { type AlertTopics, NotAcceptedError } from '../aws/messaging/alert-topics.ts';
import type { AlertMessage } from '../core/alerts/alert-message.ts';
import type { AlertTopic } from '../core/history/delivery-progress.ts';
import { type AlertSettings, defaultPerHour } from '../core/plan/plan.ts';

/**
 * What a message is about. Changes leave a fifth of the limit to summaries, which tell what was beyond the limit; both leave
 * one message to the digest.
 */
export type MessageKind = 'change' | 'summary' | 'digest';

export interface LimitWork {
  readonly topics: Pick<AlertTopics, 'publish' | 'names'>;
  readonly sent: SentMessages;
  readonly plan: { readonly alerts: AlertSettings };
  readonly now: () => Date;
}

export const perHourOf = ({ alerts }: LimitWork['plan']): number => alerts.perHour ?? defaultPerHour;

/** Messages an hour of a kind and those before it. */
function most(kind: MessageKind, perHour: number): number {
  if (kind === 'digest') return perHour;
  const shared = perHour - 1;
  return kind === 'summary' ? shared : Math.max(0, shared - Math.ceil(perHour / 5));
}

/**
 * Publishes to the topics that did not accept the message `before`. False, and nothing was published, where one of them was
 * sent as many as its limit in the last hour. Rejects as `AlertTopics.publish` does; what no topic accepted is not counted.
 */
export async function publishWithin(
  message: AlertMessage,
  kind: MessageKind,
  { topics, sent, plan, now }: LimitWork,
  before: readonly AlertTopic[] = [],
): Promise<boolean> {
  const at = now();
  const reserved: AlertTopic[] = [];
  // A failed release only counts a message too many for an hour. It must not replace the error that names who accepted the message.
  const release = (of: readonly AlertTopic[]) => Promise.allSettled(of.map((topic) => sent.release(topic, at)));
  try {
    for (const topic of topics.names.filter((name) => !before.includes(name))) {
      if (await sent.reserve(topic, at, most(kind, perHourOf(plan)))) reserved.push(topic);
      else {
        await release(reserved);
        return false;
      }
    }
    await topics.publish(message, before);
    return true;
  } catch (error) {
    const accepted = error instanceof NotAcceptedError ? error.accepted : [];
    await release(reserved.filter((topic) => !accepted.includes(topic)));
    throw error;
  }
}
