/** The IAM path of roles: that of the plan for all of them, else one of the auditor's own for those whose names other accounts trust. */
import type { Stack } from 'aws-cdk-lib';
import { CfnRole } from 'aws-cdk-lib/aws-iam';
import type { Plan } from '../../shared/core/plan/plan.ts';
import { enteringRolePath, isEnteringRole } from './entering-roles.ts';

export function setRolePaths(stack: Stack, plan: Plan): void {
  for (const child of stack.node.findAll()) {
    if (!(child instanceof CfnRole)) continue;
    const path = plan.deployment?.rolePath ?? (isEnteringRole(plan, stack.region, child.roleName) ? enteringRolePath(plan) : undefined);
    if (path !== undefined) child.path = path;
  }
}
