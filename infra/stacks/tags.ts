/** The tags of everything that is deployed: the auditor's own, and those of the plan. */
import { type Stack, Tags } from 'aws-cdk-lib';
import type { Plan } from '../../shared/core/plan/plan.ts';

/** Tags that a stack has in addition to the plan's. */
const own = { application: 'hyperpod-auditor' };

/**
 * On the stack, from which CloudFormation gives them to every resource that takes tags, and on the resources of the template, which the
 * stacks of other accounts are made from.
 */
export function addTags(stack: Stack, { deployment }: Pick<Plan, 'deployment'>): void {
  const named = Object.entries(deployment?.tags ?? {});
  // IAM takes no two keys that differ in case alone: the plan's spelling stands for ours.
  const ofPlan = new Set(named.map(([key]) => key.toLowerCase()));
  for (const [key, value] of [...Object.entries(own).filter(([key]) => !ofPlan.has(key)), ...named]) {
    stack.tags.setTag(key, value);
    Tags.of(stack).add(key, value);
  }
}
