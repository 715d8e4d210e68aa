/** The plan's permissions boundary in accounts other than the auditor's. */
import type { Plan } from '../../shared/core/plan/plan.ts';

/**
 * A boundary is a policy of the account that the role is in, so another account has its own by the same name, its path
 * included; a policy of AWS (`byAws`) is there in every account. `undefined`: the plan names none.
 */
export function boundaryElsewhere({
  deployment,
}: Pick<Plan, 'deployment'>): { readonly name: string; readonly byAws: boolean } | undefined {
  const arn = deployment?.permissionsBoundary;
  return arn === undefined ? undefined : { name: arn.replace(/^.*?:policy\//, ''), byAws: arn.includes(':iam::aws:') };
}
