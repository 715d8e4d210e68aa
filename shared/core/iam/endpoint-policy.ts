/**
 * Whether the policy of an interface endpoint lets a role call its service. A service that takes no endpoint policies has
 * AWS's default one, which allows everything: https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
 */
import type { VpcEndpoint } from '../evaluation/facts.ts';
import { callerContext, roleContext } from './access.ts';
import { nodeActions } from './node-actions.ts';
import { blank } from './patterns.ts';
import { policyOf } from './policy-document.ts';
import { evaluatePolicies, type PolicyDecision, requireAll } from './policy-evaluation.ts';

/** Calls of nodes by service: where a policy allows none of them, the service is out of reach. */
const calls: { readonly [service: string]: readonly string[] } = {
  logs: ['logs:PutLogEvents'],
  monitoring: ['cloudwatch:PutMetricData'],
  ssm: ['ssm:UpdateInstanceInformation'],
  ssmmessages: ['ssmmessages:CreateControlChannel'],
  sts: ['sts:AssumeRole', 'sts:AssumeRoleWithWebIdentity', 'sts:GetCallerIdentity'],
  ec2: ['ec2:AssignPrivateIpAddresses'],
  'ecr.api': ['ecr:GetAuthorizationToken'],
  'ecr.dkr': ['ecr:BatchGetImage'],
  eks: ['eks:DescribeCluster'],
  'eks-auth': ['eks-auth:AssumeRoleForPodIdentity'],
};

/** The cluster and the place of its nodes. */
type NodePlace = Parameters<typeof roleContext>[0] & { readonly cluster: string; readonly vpc: string };

/** What the policy decides of a service for these roles; `undefined` where no call of nodes is known. */
export function endpointDecision(
  place: NodePlace,
  service: string,
  endpoint: VpcEndpoint,
  roles: readonly string[],
): PolicyDecision | undefined {
  const actions = calls[service];
  const { policy } = endpoint;
  if (policy === undefined || actions === undefined) return undefined;
  const documents = [policyOf(endpoint, `of endpoint ${endpoint.id}`, policy)];
  const touched = nodeActions(place, { cluster: place.cluster, eks: true, network: [] });
  const decisions = roles.map((role) => {
    const principal = { arn: role, account: place.account };
    const context = { ...roleContext(place, role), ...callerContext({ vpc: place.vpc, endpoint }), 'aws:viaawsservice': ['false'] };
    const answers = actions.map((action) => {
      // Of other calls it is not known which resource they name.
      const resources = touched.find((t) => t.actions.includes(action))?.touches ?? [blank];
      return requireAll(resources.map((resource) => evaluatePolicies(documents, { action, resource, principal, context })));
    });
    return answers.find((a) => a.answer === 'allowed') ?? answers.find((a) => a.answer === 'undecidable') ?? requireAll(answers);
  });
  return requireAll(decisions);
}

/** The calls that a policy has to allow. */
export const callsOf = (service: string): readonly string[] => calls[service] ?? [];
