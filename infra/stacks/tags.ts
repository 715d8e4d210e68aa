/** The tags of everything that is deployed: the auditor's own, and those of the plan. */
import { type Stack, Tags } from 'aws-cdk-lib';
import type { Plan } from '../../shared/core/plan/plan.ts';

/** Tags that a stack has beside the plan's. */
const own = { application: 'hyperpod-auditor' };

/**
 * On the stack, from which CloudFormation gives them to every resource that takes tags, and on the resources of the template, which the
 * stacks of other accounts are made from.
 */
export function addTags(stack: Stack, { deployment }: Pick<Plan, 'deployment'>): void {
  for (const [key, value] of Object.entries({ ...own, ...deployment?.tags })) {
    stack.tags.setTag(key, value);
    Tags.of(stack).add(key, value);
  }
}
