/** Invoked by the table's stream when a commit is saved. One that cannot be published delays only those after it in its region. */
import type { DynamoDBBatchResponse } from 'aws-lambda';
import { partitionOf } from '../../shared/aws/findings/keys.ts';
import { deliverCommit } from '../../shared/workflows/deliver-commit.ts';
import { onceFor } from '../runtime/environment.ts';
import { notifyEvent } from '../runtime/events.ts';
import { ForeignEventError, lambda } from '../runtime/middleware.ts';
import { now, readerOf, statusOf, topicsOf } from '../runtime/wiring.ts';

const wired = onceFor((environment) => ({
  table: readerOf(environment),
  topics: topicsOf(environment),
  plan: environment.plan.plan,
  now,
  stack: environment.of('STACK_NAME'),
}));

export const handler = lambda('notify', notifyEvent, async (records, tools): Promise<DynamoDBBatchResponse> => {
  let lowest: string | undefined;
  // A later commit of such a region waits: its message must not arrive before the one that failed.
  const failed = new Set<string>();
  for (const { sequenceNumber, commit, foreign } of records) {
    try {
      if (foreign) throw new ForeignEventError("a record of the stream carries the keys of the findings table's items");
      if (!commit || failed.has(partitionOf(commit))) continue;
      const { stack, ...work } = wired();
      const status = statusOf(stack, tools.home);
      const outcome = await deliverCommit({ account: commit.account, region: commit.region }, commit.seq, { ...work, status });
      tools.log('commit', { ...commit, outcome });
    } catch (error) {
      tools.logError('commit could not be published', error, { ...commit, sequenceNumber });
      // Lambda begins again here; what was published after it is no longer pending, and so not published twice.
      lowest ??= sequenceNumber;
      if (commit) failed.add(partitionOf(commit));
    }
  }
  return { batchItemFailures: lowest === undefined ? [] : [{ itemIdentifier: lowest }] };
});
