/** What invokes functions in batches: queues, and the stream of the findings table. */
import {
  EventSourceMapping,
  type EventSourceMappingOptions,
  FilterCriteria,
  FilterRule,
  type IFunction,
  StartingPosition,
} from 'aws-cdk-lib/aws-lambda';
import { SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { sortKeys } from '../../shared/aws/findings/keys.ts';

/**
 * Invokes a function for messages of a queue. Its calls at once are limited here and not by reserved concurrency, which accounts
 * with a limit of 10 could not deploy. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html#events-sqs-max-concurrency
 */
export function feedFromQueue(
  scope: Construct,
  id: string,
  target: IFunction,
  queue: IQueue,
  options: Pick<EventSourceMappingOptions, 'batchSize' | 'maxBatchingWindow' | 'maxConcurrency'>,
): void {
  new EventSourceMapping(scope, id, { target, eventSourceArn: queue.queueArn, reportBatchItemFailures: true, ...options });
}

/** Invokes a function for every commit that is saved. */
export function feedCommits(scope: Construct, id: string, target: IFunction, streamArn: string, dead: IQueue): void {
  new EventSourceMapping(scope, id, {
    target,
    eventSourceArn: streamArn,
    // From the beginning: a commit written while the mapping is made is not passed over.
    startingPosition: StartingPosition.TRIM_HORIZON,
    batchSize: 10,
    // One call for each shard of the stream, which so limits calls at once.
    // https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html
    parallelizationFactor: 1,
    filters: [
      FilterCriteria.filter({
        eventName: FilterRule.isEqual('INSERT'),
        dynamodb: { Keys: { sk: { S: FilterRule.beginsWith(sortKeys.commits) } } },
      }),
    ],
    reportBatchItemFailures: true,
    bisectBatchOnError: true,
    // About five minutes with the waits between them. The sweep publishes what is left, so nothing depends on the stream alone.
    retryAttempts: 8,
    onFailure: new SqsDlq(dead),
  });
}
