/** The rules for changes, in a region or an account other than the auditor's: they forward to its bus. */
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { type ChangeRule, changeRules } from './change-rules.ts';
import { exactRole } from './function.construct.ts';

export interface ForwardingProps {
  /** ARN of the auditor's bus. */
  readonly busArn: string;
  readonly rules?: readonly ChangeRule[];
  readonly permissionsBoundary?: string;
}

export class Forwarding extends Construct {
  constructor(scope: Construct, id: string, { busArn, rules = changeRules, permissionsBoundary }: ForwardingProps) {
    super(scope, id);
    const role = exactRole(this, 'Role', {
      service: 'events.amazonaws.com',
      ownAccountOnly: true,
      policies: { Service: [{ actions: ['events:PutEvents'], resources: [busArn], why: "changes go to the auditor's bus" }] },
      permissionsBoundary,
    });
    for (const { id: name, description, pattern } of rules)
      new CfnRule(this, name, {
        description,
        eventPattern: {
          source: pattern.source,
          'detail-type': pattern.detailType,
          detail: pattern.detail,
        },
        targets: [{ id: 'Auditor', arn: busArn, roleArn: role.roleArn }],
      });
  }
}
