/** Alerts that were not delivered when their commit was written. */
import { type DeliveryOutcome, deliverCommit } from './deliver-commit.ts';
import type { DispatchWork } from './dispatch-work.ts';
import { messageOf } from './run-all.ts';
import { countRefusals } from './topic-refusals.ts';

const minute = 60_000;

const pendingFor = 10 * minute;
export interface PendingDelivery {
  readonly told: number;
  /** Still to be told, and not because they are held back. */
  readonly pending: number;
  /** How long the oldest of these waits, in seconds. */
  readonly oldestSeconds: number;
}

/**
 * Publishes what has been pending for more than ten minutes: the stream forgets after a day, the table does not. What
 * was told and held part of it back is looked at as well. `failed`: what stood in the way.
 */
export async function deliverPending(work: DispatchWork): Promise<PendingDelivery & { readonly failed: readonly unknown[] }> {
  const { table, now } = work;
  const { topics, refuse } = countRefusals(work.topics);
  const failed: unknown[] = [];
  let told = 0;
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
            failed.push(new Error(`Commit ${seq} of ${account}/${region} could not be told: ${messageOf(error)}`, { cause: error }));
            return 'failed' as const;
          });
      if (outcome === 'told') told += 1;
      if (outcome === 'failed' || outcome === 'left') {
        pending += 1;
        oldestSeconds = Math.max(oldestSeconds, Math.round(Math.abs(age) / 1000));
      }
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
  return { told, pending, oldestSeconds, failed };
}
