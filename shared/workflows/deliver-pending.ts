/** Alerts that were not delivered when their commit was written. */
import { type DeliveryOutcome, deliverCommit } from './deliver-commit.ts';
import type { DispatchWork } from './dispatch-work.ts';
import { messageOf } from './run-all.ts';
import { countRefusals } from './topic-refusals.ts';

const minute = 60_000;

const pendingFor = 10 * minute;
export interface PendingDelivery {
  readonly notified: number;
  /** Not delivered, and not because they are debounced. */
  readonly pending: number;
  /** The age of the oldest of these, in seconds. */
  readonly oldestSeconds: number;
}

/**
 * Publishes what has been pending for more than ten minutes: the stream retains records for a day, the table for longer. Commits
 * with debounced changes are included. `failed`: the errors.
 */
export async function deliverPending(work: DispatchWork): Promise<PendingDelivery & { readonly failed: readonly unknown[] }> {
  const { table, now } = work;
  const { topics, refuse } = countRefusals(work.topics);
  const failed: unknown[] = [];
  let notified = 0;
  let pending = 0;
  let oldestSeconds = 0;
  let cursor: string | undefined;
  do {
    const page = await table.pendingCommits(cursor === undefined ? {} : { cursor });
    for (const { account, region, seq, at } of page.items) {
      const age = now().getTime() - Date.parse(at);
      // What a wrong clock dated ahead is not young.
      if (Math.abs(age) <= pendingFor) continue;
      const outcome: DeliveryOutcome | 'failed' | 'left' = refuse()
        ? 'left'
        : await deliverCommit({ account, region }, seq, { ...work, topics }).catch((error: unknown) => {
            failed.push(new Error(`Commit ${seq} of ${account}/${region} could not be delivered: ${messageOf(error)}`, { cause: error }));
            return 'failed' as const;
          });
      if (outcome === 'notified') notified += 1;
      if (outcome === 'failed' || outcome === 'left') {
        pending += 1;
        oldestSeconds = Math.max(oldestSeconds, Math.round(Math.abs(age) / 1000));
      }
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
  return { notified, pending, oldestSeconds, failed };
}
