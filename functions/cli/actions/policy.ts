import { type AuditorPolicy, leastPolicy } from '../../../shared/aws/policies/auditor-policy.ts';
import { fitPolicy, quotaRequestPolicy } from '../../../shared/aws/policies/command-policies.ts';
import { keyPolicy } from '../../../shared/aws/policies/key-policy.ts';
import { documentSize, explainExcluded, iamQuotas, managedRooms, packStatements } from '../../../shared/aws/policies/policy-size.ts';
import { jsonText } from '../../../shared/core/text/json.ts';
import { quotaFacts } from '../../../shared/workflows/request-quotas.ts';
import { NoResultError } from '../../process/exit.ts';
import { sayLine } from '../../process/io.ts';
import { emit } from '../../process/output.ts';
import { readPlan, sayWarnings, warningsOf } from '../../process/plan-file.ts';
import { wrongPair, wrongValue } from '../../process/wrong-value.ts';
import { sandboxPlan } from '../account-access.ts';
import { lifecycleOf, roleOf } from '../requested-cluster.ts';

export interface PolicyOptions {
  readonly plan?: string;
  readonly sandbox?: boolean;
  readonly account: string;
  readonly partition: string;
  readonly for: 'audit' | 'fit' | 'quota-request' | 'key';
  /** As fit is asked to look at them. */
  readonly role?: string;
  readonly lifecycle?: string;
  readonly output?: string;
}

/**
 * Prints the policy as JSON, ready for `aws iam create-policy --policy-document file://…`. One that is longer than IAM
 * takes is printed as a list of policies with their names.
 */
export async function policy(options: PolicyOptions): Promise<number> {
  if (!/^(\d{12}|\*)$/.test(options.account)) throw wrongValue('--account', 'an account id of 12 digits', options.account);
  if (options.for === 'key') {
    await emit(`${jsonText(policyOfKey(options), 2)}\n`, options.output);
    return 0;
  }
  const whole = policyFor(options);
  const parts = partsOf(whole);
  const [, ...more] = parts;
  const named = parts.map((PolicyDocument, n) => ({ PolicyName: `HyperPodAuditor-${options.for}-${n + 1}`, PolicyDocument }));
  await emit(`${jsonText(more.length === 0 ? whole : named, 2)}\n`, options.output);
  if (more.length > 0)
    sayLine(
      `${parts.length} policies: IAM takes ${iamQuotas.managedPolicy} characters in each. Create each PolicyDocument under its PolicyName, and attach all of them.`,
    );
  return 0;
}

/** The documents of managed policies that say the same. */
function partsOf(whole: AuditorPolicy): readonly AuditorPolicy[] {
  if (documentSize(whole.Statement) <= iamQuotas.managedPolicy) return [whole];
  const { documents, excluded } = packStatements(whole.Statement, managedRooms);
  if (excluded !== undefined)
    throw new NoResultError(
      explainExcluded(excluded, `IAM takes ${iamQuotas.managedPolicies} managed policies of ${iamQuotas.managedPolicy} characters`),
    );
  return documents.map((Statement) => ({ ...whole, Statement }));
}

/** Statements that the policy of the plan's key needs. */
function policyOfKey({ plan: file }: PolicyOptions): object {
  const found = keyPolicy(readPlan(file).plan);
  if (!found)
    throw wrongValue('--for key', 'a plan with deployment.kmsKey', undefined, 'Without it, keys of AWS encrypt, which need no policy.');
  return found;
}

function policyFor({ for: errand, plan: file, sandbox, partition, account, ...fitOptions }: PolicyOptions): AuditorPolicy {
  const at = { partition, account };
  if (errand === 'fit') {
    if (file !== undefined) throw wrongPair(['--plan', '--for fit'], 'A fit uses no plan: leave --plan away.');
    const role = roleOf(fitOptions.role);
    const lifecycle = lifecycleOf(fitOptions.lifecycle);
    return fitPolicy({ ...(role !== undefined && { role }), ...(lifecycle && { lifecycle }) }, at);
  }
  if (fitOptions.role !== undefined || fitOptions.lifecycle !== undefined)
    throw wrongValue('--role, --lifecycle', '--for fit with them', `--for ${errand}`, 'The plan names its own.');
  const read = readPlan(file ?? (sandbox ? sandboxPlan : undefined));
  sayWarnings(warningsOf(read));
  const { plan } = read;
  return errand === 'audit' ? leastPolicy(plan, at) : quotaRequestPolicy(plan, quotaFacts, at);
}
