/** Who of other accounts may subscribe to what the auditor publishes, as policies of resources name them. */
import { Aws } from 'aws-cdk-lib';
import type { Plan } from '../../shared/core/plan/plan.ts';

export interface SubscriberPrincipals {
  /** ARNs of accounts, or everyone, with the condition that follows. */
  readonly arns: readonly string[];
  readonly organization?: string;
}

/** `undefined` where only the auditor's own account subscribes. */
export function subscribersOf({ alerts, deployment }: Plan): SubscriberPrincipals | undefined {
  const { subscribers } = alerts;
  if (subscribers === undefined) return undefined;
  if (subscribers !== 'organization') return { arns: subscribers.map((account) => `arn:${Aws.PARTITION}:iam::${account}:root`) };
  const organization = deployment?.organization;
  // A plan without the id is not accepted.
  if (organization === undefined) throw new Error('subscribers: organization needs deployment.organization.');
  return { arns: ['*'], organization };
}

/** The condition that holds everyone to the organization. */
export const ofOrganization = ({ organization }: SubscriberPrincipals): { readonly StringEquals?: { readonly [key: string]: string } } =>
  organization === undefined ? {} : { StringEquals: { 'aws:PrincipalOrgID': organization } };
