/** What of a plan cannot be deployed to an account and region. The plan alone does not know where it will be deployed. */
import type { Plan } from '../../shared/core/plan/plan.ts';
import { regionOfArn } from '../../shared/core/plan/regions.ts';
import type { DeployTarget } from './target.ts';

/** Each mistake: where, expected, actual, what to do. What is not known of the target is not compared. */
export function planFaults({ deployment }: Plan, { identity, region, regionAssumed }: DeployTarget): readonly string[] {
  const { kmsKey, permissionsBoundary } = deployment ?? {};
  const keyRegion = kmsKey === undefined || regionAssumed ? undefined : regionOfArn(kmsKey);
  const [, owner] = /^arn:[^:]+:iam::(\d{12}):/.exec(permissionsBoundary ?? '') ?? [];
  return [
    ...(keyRegion === undefined || keyRegion === region
      ? []
      : [
          `deployment.kmsKey: expected a key of ${region}, got one of ${keyRegion} (${kmsKey}). A table and a topic take a key of their own region. Name a key of ${region}, or deploy with --region ${keyRegion}.`,
        ]),
    ...(owner === undefined || identity === undefined || owner === identity.account
      ? []
      : [
          `deployment.permissionsBoundary: expected a policy of account ${identity.account} or of AWS, got one of ${owner} (${permissionsBoundary}). A role takes a boundary of its own account. Name the policy of ${identity.account}.`,
        ]),
  ];
}
