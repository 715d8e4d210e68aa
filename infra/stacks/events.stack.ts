/** Changes in a region where the auditor does not run: forwarded to it, since EventBridge sees its own region alone. */
import { Aws, BootstraplessSynthesizer, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Plan } from '../../shared/core/plan/plan.ts';
import { regionsOf } from '../../shared/core/plan/regions.ts';
import { changeRules } from './change-rules.ts';
import { Forwarding } from './forwarding.construct.ts';
import { busArnOf } from './member.stack.ts';
import { setRolePaths } from './role-paths.ts';
import { addTags } from './tags.ts';

export interface EventsStackProps extends StackProps {
  readonly plan: Plan;
  /** Region of the auditor. */
  readonly home: string;
  readonly region: string;
}

/** Calls that are recorded in `globalEventsRegion` alone, even those about another region. */
const global = ['Iam', 'ServiceQuotas'];

export class EventsStack extends Stack {
  constructor(scope: Construct, id: string, { plan, home, region, ...props }: EventsStackProps) {
    super(scope, id, {
      description: `Forwards changes in ${region} to the HyperPod auditor in ${home}.`,
      ...props,
      synthesizer: new BootstraplessSynthesizer(),
    });
    const planned = regionsOf(plan)?.includes(region) ?? true;
    new Forwarding(this, 'Changes', {
      busArn: busArnOf(plan, home, Aws.ACCOUNT_ID),
      rules: planned ? changeRules : changeRules.filter((rule) => global.includes(rule.id)),
      permissionsBoundary: plan.deployment?.permissionsBoundary,
    });
    setRolePaths(this, plan);
    addTags(this, plan);
  }
}
