/** From a request to its audit: an own bus, a rule, a queue with its dead letters. */
import { Annotations, Aws, Duration } from 'aws-cdk-lib';
import { CfnEventBusPolicy, EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { type IQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { auditRequested, auditSource } from '../../shared/core/events/audit-request.ts';
import type { Plan } from '../../shared/core/plan/plan.ts';
import { deadLetters } from './dead-letters.construct.ts';
import { functionSizes } from './functions.ts';
import { busNameOf } from './stack-names.ts';

/** Tries of one audit before it counts as dead: with the waits between them, over an hour. */
const tries = 4;

export class Requests extends Construct {
  readonly bus: EventBus;
  readonly queue: Queue;
  readonly dead: Queue;

  constructor(scope: Construct, id: string, { plan, undelivered }: { readonly plan: Plan; readonly undelivered: IQueue }) {
    super(scope, id);
    this.bus = new EventBus(this, 'Bus', {
      // Given, so that other accounts and regions know where to forward to.
      eventBusName: busNameOf(plan),
      description: 'Requests for audits, and changes that other accounts forward.',
    });
    this.dead = deadLetters(this, 'Dead');
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      // Lambda's own advice: six times as long as the function may take.
      visibilityTimeout: Duration.seconds(6 * functionSizes.audit.timeoutSeconds),
      retentionPeriod: Duration.days(4),
      deadLetterQueue: { queue: this.dead, maxReceiveCount: tries },
    });
    new Rule(this, 'ToQueue', {
      description: 'Requests for audits.',
      eventBus: this.bus,
      // Accounts that may forward their changes to this bus cannot ask for audits.
      eventPattern: { source: [auditSource], detailType: [auditRequested], account: [Aws.ACCOUNT_ID] },
      targets: [new SqsQueue(this.queue, { deadLetterQueue: undelivered })],
    });
    this.admitMembers(plan);
  }

  /** Lets the audited accounts put events here. EventBridge sets the account of an event, so it cannot be forged. */
  private admitMembers({ accounts, deployment }: Plan): void {
    if (accounts === 'organization' && deployment?.organization === undefined)
      Annotations.of(this).addWarningV2(
        'hyperpod-auditor:members',
        'Changes in the accounts of the organisation cannot be forwarded here: the bus admits them by the id of the organisation, which deployment.organization of the plan does not give. They are audited by the schedule alone.',
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
