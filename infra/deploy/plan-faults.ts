/** What of a plan cannot be deployed to an account and region. The plan alone does not know where it will be deployed. */
import type { Read } from '../../shared/core/evaluation/facts.ts';
import { deploymentName, type Plan } from '../../shared/core/plan/plan.ts';
import { regionOfArn } from '../../shared/core/plan/regions.ts';
import { some } from '../../shared/core/text/words.ts';
import { reservedInAll } from '../stacks/functions.ts';
import type { DeployTarget } from './target.ts';

/** Executions at once that an account has which can reserve the auditor's. */
export const neededToReserve = 100 + reservedInAll;

/**
 * `undefined` where the account can reserve what the plan reserves, or where that is not known. Lambda leaves 100 executions without
 * reservation: https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
 */
export function reservationFault(plan: Plan, concurrency: Read<number>): string | undefined {
  if (!plan.deployment?.reserveConcurrency || !concurrency.ok || concurrency.value >= neededToReserve) return undefined;
  return `deployment.reserveConcurrency: expected an account that runs ${neededToReserve} functions at once, got one that runs ${concurrency.value}. Leave it out, or request an increase of the quota "Concurrent executions" of Lambda to ${neededToReserve}.`;
}

/**
 * `undefined` where no other region has a deployment of that name. Two of one name would replace each other's forwarding stacks in
 * regions that both audit, and share the names of chats and of the roles in other accounts.
 */
export function nameFault(plan: Plan, elsewhere: readonly string[]): string | undefined {
  const [other] = elsewhere;
  if (other === undefined) return undefined;
  const name = deploymentName(plan);
  return `deployment.name: expected a name that no other region of the account has, got ${name}, which is deployed in ${some(elsewhere)}. Its forwarding stacks, roles and chats would be replaced. Give the plan another name, or deploy with --region ${other}.`;
}

/** Each mistake: where, expected, actual, what to do. What is not known of the target is not compared. */
export function planFaults({ deployment }: Plan, { identity, region, regionAssumed }: DeployTarget): readonly string[] {
  const { kmsKey, permissionsBoundary, cloudFormationRole } = deployment ?? {};
  const keyRegion = kmsKey === undefined || regionAssumed ? undefined : regionOfArn(kmsKey);
  const owner = (arn = ''): string | undefined => /^arn:[^:]+:iam::(\d{12}):/.exec(arn)?.[1];
  const isElsewhere = (arn: string | undefined): boolean =>
    identity !== undefined && owner(arn) !== undefined && owner(arn) !== identity.account;
  return [
    ...(keyRegion === undefined || keyRegion === region
      ? []
      : [
          `deployment.kmsKey: expected a key of ${region}, got one of ${keyRegion} (${kmsKey}). A table and a topic take a key of their own region. Name a key of ${region}, or deploy with --region ${keyRegion}.`,
        ]),
    ...(isElsewhere(permissionsBoundary)
      ? [
          `deployment.permissionsBoundary: expected a policy of account ${identity?.account} or of AWS, got one of ${owner(permissionsBoundary)} (${permissionsBoundary}). A role takes a boundary of its own account. Name the policy of ${identity?.account}.`,
        ]
      : []),
    ...(isElsewhere(cloudFormationRole)
      ? [
          `deployment.cloudFormationRole: expected a role of account ${identity?.account}, got one of ${owner(cloudFormationRole)} (${cloudFormationRole}). CloudFormation takes a service role of the stack's account. Name the role of ${identity?.account}.`,
        ]
      : []),
  ];
}
