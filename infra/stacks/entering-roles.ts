/** The roles of functions that enter other accounts. Their path and names are fixed, so that trust policies can name them. */
import { createHash } from 'node:crypto';
import { deploymentName, type Plan } from '../../shared/core/plan/plan.ts';
import type { FunctionName } from './functions.ts';

const entering = ['audit', 'dispatch', 'digest'] as const satisfies readonly FunctionName[];

/** Path of these roles. */
export const enteringRolePath = ({ deployment }: Pick<Plan, 'deployment'>): string => deployment?.rolePath ?? '/hyperpod-auditor/';

/**
 * The end of each fixed name of a role under the path of the plan: another path is another role, and CloudFormation replaces a role
 * with a name only under another one. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html
 */
export const pathMark = ({ deployment }: Pick<Plan, 'deployment'>): string =>
  deployment?.rolePath === undefined ? '' : `-${createHash('sha256').update(deployment.rolePath).digest('hex').slice(0, 6)}`;

/** IAM is the same in all regions, and an account may have an auditor in several. */
const nameIn = (plan: Pick<Plan, 'deployment'>, region: string, name: FunctionName): string =>
  `${deploymentName(plan)}-${name}-${region}${pathMark(plan)}`;

/** Name of the function's role; `undefined` where CloudFormation may choose one. */
export const enteringRoleName = (plan: Pick<Plan, 'accounts' | 'deployment'>, region: string, name: FunctionName): string | undefined =>
  plan.accounts !== undefined && (entering as readonly FunctionName[]).includes(name) ? nameIn(plan, region, name) : undefined;

/** ARNs of these roles in the auditor's account and region. */
export const enteringRoleArns = (plan: Pick<Plan, 'deployment'>, partition: string, account: string, region: string): readonly string[] =>
  entering.map((name) => `arn:${partition}:iam::${account}:role${enteringRolePath(plan)}${nameIn(plan, region, name)}`);

/** Whether a role of a stack in the region is one of them, by its name. */
export const isEnteringRole = (plan: Pick<Plan, 'deployment'>, region: string, name: string | undefined): boolean =>
  entering.some((of) => name === nameIn(plan, region, of));
