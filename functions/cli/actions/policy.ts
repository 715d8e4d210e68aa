import { type AuditorPolicy, leastPolicy } from '../../../shared/aws/policies/auditor-policy.ts';
import { fitPolicy, quotaRequestPolicy } from '../../../shared/aws/policies/command-policies.ts';
import { jsonText } from '../../../shared/core/text/json.ts';
import { quotaFacts } from '../../../shared/workflows/request-quotas.ts';
import { NoResultError } from '../../process/exit.ts';
import { emit } from '../../process/output.ts';
import { readPlan, sayWarnings, warningsOf } from '../../process/plan-file.ts';
import { sandboxPlan } from '../account-access.ts';
import { lifecycleOf, roleOf } from '../requested-cluster.ts';

export interface PolicyOptions {
  readonly plan?: string;
  readonly sandbox?: boolean;
  readonly account: string;
  readonly partition: string;
  readonly for: 'audit' | 'fit' | 'quota-request';
  /** As fit is asked to look at them. */
  readonly role?: string;
  readonly lifecycle?: string;
  readonly output?: string;
}

/** Prints the policy as JSON, ready for `aws iam create-policy --policy-document file://…`. */
export async function policy(options: PolicyOptions): Promise<number> {
  if (!/^(\d{12}|\*)$/.test(options.account))
    throw new NoResultError(`--account takes an account id of 12 digits, not "${options.account}".`);
  await emit(`${jsonText(policyFor(options), 2)}\n`, options.output);
  return 0;
}

function policyFor({ for: errand, plan: file, sandbox, partition, account, ...fitOptions }: PolicyOptions): AuditorPolicy {
  const at = { partition, account };
  if (errand === 'fit') {
    if (file !== undefined)
      throw new NoResultError('--plan says nothing to a fit, which looks for places by no plan: leave it out with --for fit.');
    const role = roleOf(fitOptions.role);
    const lifecycle = lifecycleOf(fitOptions.lifecycle);
    return fitPolicy({ ...(role !== undefined && { role }), ...(lifecycle && { lifecycle }) }, at);
  }
  if (fitOptions.role !== undefined || fitOptions.lifecycle !== undefined)
    throw new NoResultError('--role and --lifecycle go with --for fit; the plan names its own.');
  const read = readPlan(file ?? (sandbox ? sandboxPlan : undefined));
  sayWarnings(warningsOf(read));
  const { plan } = read;
  return errand === 'audit' ? leastPolicy(plan, at) : quotaRequestPolicy(plan, quotaFacts, at);
}
