/** When messages were sent to each topic, so that functions that run side by side stay within one limit. */
import type { AlertTopic } from '../../core/history/delivery-progress.ts';
import type { ItemReader, ItemStore } from './item-store.ts';
import { deploymentPartition, type Key, sortKeys } from './keys.ts';
import { lostRace, untilWon } from './races.ts';

export interface SentMessages {
  /** Counts a message that is about to be sent. False, and nothing is counted, if as many were sent in the hour before. */
  readonly reserve: (topic: AlertTopic, at: Date, most: number) => Promise<boolean>;
  /** Takes back what was counted at that time, because the topic did not accept the message. */
  readonly release: (topic: AlertTopic, at: Date) => Promise<void>;
}

export interface SentItem extends Key {
  readonly version: number;
  readonly times: readonly string[];
}

const hourMs = 3_600_000;

/** The times of the hour before. What a wrong clock dated ahead is not among them. */
const recent = (times: readonly string[], at: Date): readonly string[] =>
  times.filter((time) => Math.abs(at.getTime() - Date.parse(time)) < hourMs);

export function sentMessages(store: Pick<ItemReader, 'get'> & Pick<ItemStore, 'update'>): SentMessages {
  /** Replaces the times by those that `change` makes of them; `undefined` leaves them. Whether they were replaced. */
  const replace = (topic: AlertTopic, change: (times: readonly string[]) => readonly string[] | undefined): Promise<boolean> => {
    const key = { pk: deploymentPartition, sk: sortKeys.sent(topic) };
    return untilWon(
      async () => {
        const item = await store.get<SentItem>(key);
        const times = change(item?.times ?? []);
        if (times === undefined) return false;
        const when = item ? (['=', 'version', item.version] as const) : (['absent', 'pk'] as const);
        const { held } = await store.update(key, { set: { times, version: (item?.version ?? 0) + 1 } }, { when });
        return held ? true : lostRace;
      },
      (attempts) => `The count of messages to the topic ${topic} lost ${attempts} races in a row.`,
    );
  };
  return {
    reserve: (topic, at, most) =>
      replace(topic, (times) => {
        const last = recent(times, at);
        return last.length < most ? [...last, at.toISOString()] : undefined;
      }),
    release: async (topic, at) => {
      await replace(topic, (times) => {
        const mine = times.lastIndexOf(at.toISOString());
        return mine < 0 ? undefined : times.toSpliced(mine, 1);
      });
    },
  };
}
