import { leastPolicy } from '../../../shared/aws/policy.ts';
import { sandboxPlan } from '../aws.ts';
import { Ending } from '../ending.ts';
import { emit } from '../output.ts';
import { readPlan } from '../plan-file.ts';

export interface PolicyOptions {
  readonly plan?: string;
  readonly sandbox?: boolean;
  readonly account: string;
  readonly partition: string;
  readonly output?: string;
}

/** Prints the policy as JSON, ready for `aws iam create-policy --policy-document file://…`. */
export async function policy(options: PolicyOptions): Promise<number> {
  if (!/^(\d{12}|\*)$/.test(options.account)) throw new Ending(`--account takes an account id of 12 digits, not "${options.account}".`);
  const { plan } = readPlan(options.plan ?? (options.sandbox ? sandboxPlan : undefined));
  await emit(`${JSON.stringify(leastPolicy(plan, { partition: options.partition, account: options.account }), null, 2)}\n`, options.output);
  return 0;
}
