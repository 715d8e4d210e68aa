/** A queue for what could not be done: stored for two weeks, with an alarm from the first message on. */
import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

/** SQS stores no message for longer. */
const longest = Duration.days(14);

export function deadLetters(scope: Construct, id: string): Queue {
  return new Queue(scope, id, { retentionPeriod: longest, encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true });
}

/** Dead letters of what is no queue: cdk-nag knows only the redrive of queues. */
export function deadLettersOfOthers(scope: Construct, id: string): Queue {
  const queue = deadLetters(scope, id);
  acknowledge(queue, 'AwsSolutions-SQS3', 'This is a dead-letter queue: what arrives here goes nowhere else, and an alarm says so.');
  return queue;
}
