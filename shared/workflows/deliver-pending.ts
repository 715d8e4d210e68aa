/** Notifications that were not delivered when their commit was written, and those that wait for a summary. */
import { partitionOf } from '../aws/findings/keys.ts';
import type { PendingCommit } from '../aws/findings/table.ts';
import type { WaitingCommit } from '../aws/findings/waiting.ts';
import type { AlertTopics } from '../aws/messaging/alert-topics.ts';
import { type DeliveryOutcome, deliverCommit } from './deliver-commit.ts';
import { deliverSummaries } from './deliver-summaries.ts';
import type { DispatchWork } from './dispatch-work.ts';
import { messageOf } from './run-all.ts';
import { countRefusals } from './topic-refusals.ts';

const minute = 60_000;

const pendingFor = 10 * minute;
/** So long a sweep works on pending commits; the next goes on. Summaries have as much of the five minutes that it has. */
const workMs = 2 * minute;
/** So long a commit that fails delays the later ones of its region; one that never succeeds must not lose their alerts. */
const delaysFor = 120 * minute;

export interface PendingDelivery {
  readonly notified: number;
  /** Not delivered, and not because they are debounced or wait for a summary. */
  readonly pending: number;
  /** The age of the oldest of these, in seconds. */
  readonly oldestSeconds: number;
  /** Commits that wait for a summary. */
  readonly waiting: number;
}

export type PendingWork = Pick<DispatchWork, 'table' | 'plan' | 'now' | 'status'> & {
  readonly topics: Pick<AlertTopics, 'publish' | 'names'>;
};

const idOf = (commit: WaitingCommit | PendingCommit): string => `${partitionOf(commit)}#${commit.seq}`;

/**
 * Publishes what has been pending for more than ten minutes: the stream retains records for a day, the table for longer. Commits
 * with debounced changes are included. Then the summaries that are due. `failed`: the errors.
 */
export async function deliverPending(work: PendingWork): Promise<PendingDelivery & { readonly failed: readonly unknown[] }> {
  const { table, now } = work;
  const { topics, refuse } = countRefusals(work.topics);
  const failed: unknown[] = [];
  // Later commits of such a region wait: their messages must not arrive before the one that failed.
  const failedPlaces = new Set<string>();
  let notified = 0;
  let pending = 0;
  let oldestSeconds = 0;
  const until = new Date(now().getTime() + workMs);
  const waiting = new Set((await table.waiting.list()).map(idOf));
  for (const commit of await table.pendingCommits()) {
    const { account, region, seq, at } = commit;
    const age = now().getTime() - Date.parse(at);
    // What a wrong clock dated ahead is not young.
    if (Math.abs(age) <= pendingFor || waiting.has(idOf(commit))) continue;
    const outcome: DeliveryOutcome | 'failed' | 'left' =
      refuse() || now() >= until || failedPlaces.has(partitionOf(commit))
        ? 'left'
        : await deliverCommit({ account, region }, seq, { ...work, topics }).catch((error: unknown) => {
            failed.push(new Error(`Commit ${seq} of ${account}/${region} could not be delivered: ${messageOf(error)}`, { cause: error }));
            if (age < delaysFor) failedPlaces.add(partitionOf(commit));
            return 'failed' as const;
          });
    if (outcome === 'notified') notified += 1;
    if (outcome === 'failed' || outcome === 'left') {
      pending += 1;
      oldestSeconds = Math.max(oldestSeconds, Math.round(Math.abs(age) / 1000));
    }
  }
  const summaries = await deliverSummaries({ ...work, topics }, refuse);
  return {
    notified: notified + summaries.messages,
    pending,
    oldestSeconds,
    waiting: summaries.waiting,
    failed: [...failed, ...summaries.failed],
  };
}
