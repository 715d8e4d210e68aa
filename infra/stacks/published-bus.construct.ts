/**
 * The bus on which other programs get findings and notifications. It is apart from the bus of requests, so that a rule of another
 * account sees none of the changes that members forward, and nothing but the auditor puts events here.
 */
import { Aws, Stack } from 'aws-cdk-lib';
import { CfnEventBusPolicy, EventBus } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import type { Plan } from '../../shared/core/plan/plan.ts';
import { ofOrganization, subscribersOf } from './subscribers.ts';

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-example-policy-same-account-creator.html */
const ruleActions = ['PutRule', 'DeleteRule', 'DescribeRule', 'DisableRule', 'EnableRule', 'PutTargets', 'RemoveTargets'];

export class PublishedBusConstruct extends Construct {
  readonly bus: EventBus;

  constructor(scope: Construct, id: string, plan: Plan) {
    super(scope, id);
    this.bus = new EventBus(this, 'Bus', {
      eventBusName: `${Stack.of(this).stackName}-published`,
      description: 'Findings and notifications of the HyperPod auditor, for other programs.',
    });
    const subscribers = subscribersOf(plan);
    if (!subscribers) return;
    new CfnEventBusPolicy(this, 'Subscribers', {
      eventBusName: this.bus.eventBusName,
      statementId: 'Subscribers',
      statement: {
        Sid: 'Subscribers',
        Effect: 'Allow',
        Principal: { AWS: subscribers.organization === undefined ? [...subscribers.arns] : '*' },
        Action: ruleActions.map((action) => `events:${action}`),
        Resource: `arn:${Aws.PARTITION}:events:${Aws.REGION}:${Aws.ACCOUNT_ID}:rule/${this.bus.eventBusName}/*`,
        // Each account changes its own rules only.
        Condition: { ...ofOrganization(subscribers), StringEqualsIfExists: { 'events:creatorAccount': '${aws:PrincipalAccount}' } },
      },
    });
  }
}
