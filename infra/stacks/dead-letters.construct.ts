/** A queue for what could not be done: stored for two weeks, with an alarm from the first message on. */
import { Arn, Duration, Stack } from 'aws-cdk-lib';
import { type AddToResourcePolicyResult, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

/** SQS stores no message for longer. */
const longest = Duration.days(14);

/** How a queue is encrypted: with the key of the plan, else by SQS. */
export const encryptedBy = (key?: IKey): Pick<QueueProps, 'encryption' | 'encryptionMasterKey'> =>
  key ? { encryption: QueueEncryption.KMS, encryptionMasterKey: key } : { encryption: QueueEncryption.SQS_MANAGED };

const stored = (key?: IKey): QueueProps => ({ retentionPeriod: longest, ...encryptedBy(key), enforceSSL: true });

export const deadLetters = (scope: Construct, id: string, key?: IKey): Queue => new Queue(scope, id, stored(key));

/** On behalf of what services put messages into a queue. */
const senders: { readonly [service: string]: { readonly service: string; readonly resource: string } } = {
  'events.amazonaws.com': { service: 'events', resource: 'rule/*' },
  'sns.amazonaws.com': { service: 'sns', resource: '*' },
};

/**
 * A queue with one statement for all rules of this account that send to it, and one for all topics. CDK adds a statement for
 * each rule and each topic, of which the policy of a queue holds 20.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html
 */
export class SharedQueue extends Queue {
  override addToResourcePolicy(statement: PolicyStatement): AddToResourcePolicyResult {
    const name = statement.principals.find((p) => p instanceof ServicePrincipal)?.service;
    const sender = name === undefined ? undefined : senders[name];
    if (name === undefined || !sender) return super.addToResourcePolicy(statement);
    // Statements that are the same become one.
    return super.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal(name)],
        actions: ['sqs:SendMessage'],
        resources: [this.queueArn],
        conditions: { ArnLike: { 'aws:SourceArn': Arn.format(sender, Stack.of(this)) } },
      }),
    );
  }
}

/** Dead letters of rules, topics and calls. */
export const sharedDeadLetters = (scope: Construct, id: string, key?: IKey): Queue => new SharedQueue(scope, id, stored(key));

/** The same where no queue has its dead letters there too: cdk-nag knows only the redrive of queues. */
export function deadLettersOfOthers(scope: Construct, id: string, key?: IKey): Queue {
  const queue = sharedDeadLetters(scope, id, key);
  acknowledge(queue, 'AwsSolutions-SQS3', 'This is a dead-letter queue: what arrives here goes nowhere else, and an alarm says so.');
  return queue;
}
