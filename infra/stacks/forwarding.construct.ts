/** The rules for changes, in a region or an account other than the auditor's: they forward to its bus. */
import { Aws } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { type ChangeRule, changeRules } from './change-rules.ts';
import { deadLettersOfOthers } from './dead-letters.construct.ts';
import { exactRole } from './function.construct.ts';

export interface ForwardingProps {
  /** ARN of the auditor's bus. */
  readonly busArn: string;
  readonly rules?: readonly ChangeRule[];
  readonly permissionsBoundary?: string;
  /** Where the name of the stack is not that of the deployment, as in a stack set. */
  readonly roleName?: string;
}

export class Forwarding extends Construct {
  constructor(scope: Construct, id: string, { busArn, rules = changeRules, permissionsBoundary, roleName }: ForwardingProps) {
    super(scope, id);
    const role = exactRole(this, 'Role', {
      service: 'events.amazonaws.com',
      ownAccountOnly: true,
      policies: { Service: [{ actions: ['events:PutEvents'], resources: [busArn], why: "changes go to the auditor's bus" }] },
      permissionsBoundary,
      roleName,
    });
    // In the region and account of the rules: EventBridge takes no other. The key of the plan is in the auditor's region. No alarm watches it, because the schedule finds what
    // changed, and an alarm costs in each region of each account. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
    const undelivered = deadLettersOfOthers(this, 'Undelivered');
    undelivered.addToResourcePolicy(
      new PolicyStatement({
        sid: 'Rules',
        principals: [new ServicePrincipal('events.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [undelivered.queueArn],
        conditions: { ArnLike: { 'aws:SourceArn': `arn:${Aws.PARTITION}:events:${Aws.REGION}:${Aws.ACCOUNT_ID}:rule/*` } },
      }),
    );
    for (const { id: name, description, pattern } of rules)
      new CfnRule(this, name, {
        description,
        eventPattern: {
          source: pattern.source,
          'detail-type': pattern.detailType,
          detail: pattern.detail,
        },
        targets: [{ id: 'Auditor', arn: busArn, roleArn: role.roleArn, deadLetterConfig: { arn: undelivered.queueArn } }],
      });
  }
}
