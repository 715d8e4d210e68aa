/** What an execution role grants of all that the nodes of a cluster need. */
import type { CheckContext } from '../evaluation/check.ts';
import { type Cluster, networkOf } from '../evaluation/cluster.ts';
import type { Role } from '../evaluation/facts.ts';
import { memoizedPair, memoizedWithin } from '../evaluation/memoized.ts';
import { sortedUnique } from '../evaluation/order.ts';
import { evaluateRole, organizationContext } from './access.ts';
import { type NodeActions, nodeActions, nodeRequests } from './node-actions.ts';
import { blank, blankCharacter } from './patterns.ts';
import { policyOf } from './policy-document.ts';
import { evaluatePolicies, type PolicyDecision, requireAll } from './policy-evaluation.ts';

export type RoleContext = CheckContext<'roles' | 'subnets' | 'securityGroups'>;

/** `inline`: the resource that a statement granting the action would name; absent where the managed policy grants it. */
export type ActionDecision = PolicyDecision & { readonly action: string; readonly inline?: string };

/** The service principal that has to assume the role. */
export const service = 'sagemaker.amazonaws.com';

/** ARNs of the subnets and security groups that the nodes' interfaces are made with; `undefined` without a VPC. */
function networkArns({ facts, partition, region }: RoleContext, cluster: Cluster, role: string): readonly string[] | undefined {
  const networks = cluster.groups.filter((g) => g.role === role).flatMap((g) => networkOf(cluster, g) ?? []);
  if (networks.length === 0) return undefined;
  const arn = (owner: string, rest: string) => `arn:${partition}:ec2:${region}:${owner}:${rest}`;
  // Where the owner could not be read the account is unknown: only a policy that names one depends on it.
  const subnets = facts.subnets.ok ? facts.subnets.value : [];
  const groups = facts.securityGroups.ok ? facts.securityGroups.value : [];
  const arns = networks.flatMap((n) => [
    ...n.subnets.map((id) => subnets.find((s) => s.id === id)?.arn ?? arn(blank, `subnet/${id}`)),
    ...n.securityGroups.map((id) => arn(groups.find((g) => g.id === id)?.owner ?? blank, `security-group/${id}`)),
  ]);
  return sortedUnique(arns);
}

/** The id of a cluster that is not created yet: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateCluster.html */
const unknownId = blankCharacter.repeat(12);

/** The ARN of a cluster of the region: its id is made with it. */
export const clusterArn = ({ account, partition, region }: Pick<CheckContext, 'account' | 'partition' | 'region'>, id: string): string =>
  `arn:${partition}:sagemaker:${region}:${account}:cluster/${id}`;

/**
 * Whether the trust policy lets a service assume the role, by default SageMaker. The source is a cluster of this account and region,
 * as in AWS's form against the confused deputy (https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html); AWS gives no
 * example for HyperPod.
 */
export const trustDecision = (
  context: Pick<CheckContext, 'account' | 'partition' | 'region' | 'at' | 'organization'>,
  role: Role,
  by: string = service,
): PolicyDecision =>
  evaluatePolicies([policyOf(role, 'trust', role.trust)], {
    action: 'sts:AssumeRole',
    resource: role.arn,
    principal: { service: by },
    context: {
      'aws:principalisawsservice': ['true'],
      'aws:principalservicename': [by],
      'aws:resourceaccount': [context.account],
      'aws:securetransport': ['true'],
      'aws:currenttime': [context.at],
      // A service is in no organization; the cluster, its source, is in that of the account.
      ...organizationContext(context.organization),
      'aws:principalorgid': [],
      'aws:principalorgpaths': [],
      'aws:sourceaccount': [context.account],
      'aws:sourcearn': [clusterArn(context, unknownId)],
      'sts:externalid': [],
    },
  });

export interface RoleGrants {
  readonly trust: ActionDecision;
  readonly actions: readonly ActionDecision[];
  /** The owner of a subnet or security group is unknown, so a policy that names one cannot be decided. */
  readonly ownerUnknown: boolean;
}

/** By role and by actions: most of what nodes need is the same for all clusters of a role. */
const decisionsOf = memoizedPair((context: RoleContext, role: Role) =>
  memoizedWithin((arn: string) =>
    memoizedWithin(({ actions, touches, inline }: NodeActions): readonly ActionDecision[] => {
      const requestsOf = nodeRequests(touches, context, arn);
      return actions.map((action) => ({ action, inline, ...requireAll(requestsOf(action).map((r) => evaluateRole(role, r))) }));
    }),
  ),
);

const trustOf = memoizedPair(
  (context: RoleContext, role: Role): ActionDecision => ({ action: 'sts:AssumeRole', ...trustDecision(context, role) }),
);

/** Decides the trust policy and every action that the nodes of `cluster` need. */
export function roleGrants(context: RoleContext, cluster: Cluster, role: Role, arn: string): RoleGrants {
  const network = networkArns(context, cluster, arn);
  const needed = nodeActions(context, { cluster: cluster.name, eks: cluster.orchestrator === 'eks', network });
  const actions = needed.flatMap(decisionsOf(context, role)(arn));
  const ownerUnknown = network?.some((n) => n.includes(blank)) ?? false;
  return { trust: trustOf(context, role), actions, ownerUnknown };
}
