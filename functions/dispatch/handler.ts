/** Invoked by the schedule, by a sweep every five minutes, and by the queue of changes in the accounts. */
import type { SQSBatchResponse } from 'aws-lambda';
import { runAll } from '../../shared/workflows/run-all.ts';
import { dispatchEvent, type QueuedChange } from '../runtime/events.ts';
import { type FunctionTools, lambda } from '../runtime/middleware.ts';
import { again, change, reminders, routes, schedule, sweep, watch } from './actions.ts';

/** One after the other: changes of one region write the same mark. A message that fails comes again alone. */
async function changes(messages: readonly QueuedChange[], tools: FunctionTools): Promise<SQSBatchResponse> {
  const failed: string[] = [];
  for (const { messageId, change: event } of messages)
    try {
      if (!event) throw new Error('The message is no change from CloudTrail or SageMaker.');
      await change(event, tools);
    } catch (error) {
      tools.logError('change failed', error, { account: event?.account, region: event?.region, what: event?.what, messageId });
      failed.push(messageId);
    }
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
}

export const handler = lambda('dispatch', dispatchEvent, async (event, tools): Promise<SQSBatchResponse | undefined> => {
  if (event.kind === 'changes') return changes(event.messages, tools);
  // A schedule that also swept would meet the sweep of the same minute, and both would publish the same commits.
  if (event.kind === 'change') await change(event.change, tools);
  else if (event.kind === 'schedule') await schedule(event.at, tools);
  else {
    const others = [again, sweep, reminders, routes].map((action) => () => action(tools));
    const actions = [() => schedule(undefined, tools), ...others, () => watch(event.at, tools)];
    await runAll('the sweep did not get everything done', ...actions);
  }
  return undefined;
});
