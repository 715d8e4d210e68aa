/** The queues of changes and of requests for audits with their dead letters, and the bus that changes are forwarded to. */
import { Annotations, Aws, Duration } from 'aws-cdk-lib';
import { CfnEventBusPolicy, EventBus } from 'aws-cdk-lib/aws-events';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type IQueue, Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Plan } from '../../shared/core/plan/plan.ts';
import { deadLetters, encryptedBy, SharedQueue } from './dead-letters.construct.ts';
import { functionSizes } from './functions.ts';
import { busNameOf } from './stack-names.ts';

/** Tries of one audit before it counts as dead: with the waits between them, over an hour. */
const tries = 4;

export class Requests extends Construct {
  readonly bus: EventBus;
  readonly queue: Queue;
  readonly dead: Queue;
  /** Changes in this region, and those that are forwarded. They wait here, so that many at once take no more of the account's executions. */
  readonly changes: Queue;

  constructor(
    scope: Construct,
    id: string,
    { plan, undelivered, key }: { readonly plan: Plan; readonly undelivered: IQueue; readonly key?: IKey },
  ) {
    super(scope, id);
    this.bus = new EventBus(this, 'Bus', {
      // Given, so that other accounts and regions know where to forward to.
      eventBusName: busNameOf(plan),
      description: 'Changes that other regions and accounts forward.',
    });
    this.dead = deadLetters(this, 'Dead', key);
    this.queue = new Queue(this, 'Queue', {
      ...encryptedBy(key),
      enforceSSL: true,
      // Lambda's own advice: six times as long as the function may take.
      visibilityTimeout: Duration.seconds(6 * functionSizes.audit.timeoutSeconds),
      retentionPeriod: Duration.days(4),
      deadLetterQueue: { queue: this.dead, maxReceiveCount: tries },
    });
    this.changes = new SharedQueue(this, 'Changes', {
      ...encryptedBy(key),
      enforceSSL: true,
      visibilityTimeout: Duration.seconds(6 * functionSizes.dispatch.timeoutSeconds),
      retentionPeriod: Duration.days(4),
      // At least five: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
      deadLetterQueue: { queue: undelivered, maxReceiveCount: 5 },
    });
    this.admitMembers(plan);
  }

  /** Lets the audited accounts put events here. EventBridge sets the account of an event, so it cannot be forged. */
  private admitMembers({ accounts, deployment }: Plan): void {
    if (accounts === 'organization' && deployment?.organization === undefined)
      Annotations.of(this).addWarningV2(
        'hyperpod-auditor:members',
        'Changes in the accounts of the organization cannot be forwarded here: the bus admits them by the id of the organization, which deployment.organization of the plan does not give. They are audited by the schedule alone.',
      );
    const base = { Sid: 'Members', Effect: 'Allow', Action: 'events:PutEvents', Resource: this.bus.eventBusArn };
    const statement =
      deployment?.organization !== undefined && accounts !== undefined
        ? { ...base, Principal: { AWS: '*' }, Condition: { StringEquals: { 'aws:PrincipalOrgID': deployment.organization } } }
        : Array.isArray(accounts)
          ? { ...base, Principal: { AWS: accounts.map((account) => `arn:${Aws.PARTITION}:iam::${account}:root`) } }
          : undefined;
    if (statement) new CfnEventBusPolicy(this, 'Members', { eventBusName: this.bus.eventBusName, statementId: 'Members', statement });
  }
}
