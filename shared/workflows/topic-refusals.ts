/** When to stop publishing, because the topics accept nothing at the moment. */
import { type AlertTopics, NotAcceptedError } from '../aws/messaging/alert-topics.ts';

/** After so many refusals in a row the topic takes nothing at the moment, and the rest waits for the next time. */
const refusals = 5;

/** Whether a topic accepted the message, now or before: the refusal of another one does not count. */
export const isPartial = (error: unknown): boolean => error instanceof NotAcceptedError && error.accepted.length > 0;
/** The topic takes the message for wrong, and will every time. */
const isWrong = (error: unknown): boolean =>
  error instanceof Error &&
  (error.name.startsWith('InvalidParameter') || (error instanceof AggregateError ? error.errors : [error.cause]).some(isWrong));

/**
 * The topics, counting in a row what none of them took. What they take for wrong does not count: it says nothing of other
 * messages, and such a one must not keep them back for ever.
 */
export function countRefusals(topics: Pick<AlertTopics, 'publish' | 'names'>): {
  readonly topics: Pick<AlertTopics, 'publish' | 'names'>;
  readonly refuse: () => boolean;
} {
  let inARow = 0;
  return {
    topics: {
      names: topics.names,
      publish: async (message, before) => {
        try {
          await topics.publish(message, before);
          inARow = 0;
        } catch (error) {
          if (!isPartial(error) && !isWrong(error)) inARow += 1;
          throw error;
        }
      },
    },
    refuse: () => inARow >= refusals,
  };
}
