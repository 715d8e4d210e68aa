/**
 * Invoked by the table's stream like notify, if the plan has Security Hub or events: brings both up to date with the log. With events,
 * the topic of alerts invokes it too, and each notification becomes an event. One function does it all, because more than two
 * readers of a shard may be throttled: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetRecords.html
 */
import type { DynamoDBBatchResponse } from 'aws-lambda';
import { partitionOf, type RegionKey } from '../../shared/aws/findings/keys.ts';
import { publishedBus } from '../../shared/aws/messaging/published-bus.ts';
import { securityHub } from '../../shared/aws/messaging/security-hub.ts';
import { eventOfNotification } from '../../shared/core/events/published-events.ts';
import { importFindings } from '../../shared/workflows/import-findings.ts';
import { publishChanges } from '../../shared/workflows/publish-changes.ts';
import { onceFor } from '../runtime/environment.ts';
import { importEvent, type StreamRecord } from '../runtime/events.ts';
import { type FunctionTools, lambda } from '../runtime/middleware.ts';
import { tablesOf } from '../runtime/wiring.ts';

const wired = onceFor((environment) => {
  const busName = environment.optional('PUBLISHED_BUS_NAME');
  return {
    ...tablesOf(environment),
    withHub: environment.plan.plan.alerts.securityHub === true,
    ...(busName !== undefined && { bus: publishedBus(busName) }),
  };
});

interface RegionTask {
  readonly done: 'imported' | 'published';
  readonly failed: string;
  readonly run: () => Promise<number>;
}

/** What is to be done for a region. One that fails keeps the other from nothing. */
function tasksOf(place: RegionKey, home: FunctionTools['home']): readonly RegionTask[] {
  const { table, marks, withHub, bus } = wired();
  return [
    ...(withHub
      ? [
          {
            done: 'imported',
            failed: 'findings could not be imported',
            run: () => importFindings(place, { table, marks, hub: securityHub(home) }),
          } as const,
        ]
      : []),
    ...(bus
      ? [
          {
            done: 'published',
            failed: 'changes could not be published',
            run: () => publishChanges(place, { table, marks, bus }),
          } as const,
        ]
      : []),
  ];
}

/** One look at a region brings all its commits. The answer to Lambda: where it begins again. */
async function bringUpToDate(records: readonly StreamRecord[], { home, log, logError }: FunctionTools): Promise<DynamoDBBatchResponse> {
  const commits = records.flatMap(({ commit, sequenceNumber }) => (commit ? [{ ...commit, sequenceNumber }] : []));
  const failed = new Set<string>();
  for (const [key, [of]] of Map.groupBy(commits, partitionOf)) {
    if (!of) continue;
    const place = { account: of.account, region: of.region };
    for (const task of tasksOf(place, home)) {
      try {
        const number = await task.run();
        log(task.done, { ...place, ...(task.done === 'imported' ? { findings: number } : { events: number }) });
      } catch (error) {
        logError(task.failed, error, place);
        failed.add(key);
      }
    }
  }
  const lowest = commits.find((of) => failed.has(partitionOf(of)))?.sequenceNumber;
  return { batchItemFailures: lowest === undefined ? [] : [{ itemIdentifier: lowest }] };
}

export const handler = lambda('import', importEvent, async (input, tools): Promise<DynamoDBBatchResponse | undefined> => {
  if (input.of === 'commits') return bringUpToDate(input.records, tools);
  // What fails is thrown: Lambda calls again, and in the end puts the message into the dead-letter queue.
  await wired().bus?.put(input.notifications.map(eventOfNotification));
  tools.log('published', { notifications: input.notifications.length });
  return undefined;
});
