import { type CheckResult, clusterCheck, fail, pass } from '../evaluation/check.ts';
import type { Cluster } from '../evaluation/cluster.ts';
import { NotEvaluatedError, outdatedFacts, requireKey } from '../evaluation/facts.ts';
import { type ApiEndpointContext, apiEndpointNeeds, apiObstacle } from '../network/api-endpoint.ts';
import { isOnlyChoice, placementUnits } from '../network/placement-units.ts';
import { aws } from '../text/command-line.ts';

function evaluateEndpoint(context: ApiEndpointContext, cluster: Cluster, arn: string): CheckResult | undefined {
  const eks = requireKey(context.facts.eksClusters, arn, 'EKS cluster');
  // eks-cluster says that it does not exist.
  if (!eks) return undefined;
  const { name, endpoint } = eks;
  if (!endpoint) throw new NotEvaluatedError(outdatedFacts);
  if (endpoint.privateAccess) return pass(`Nodes reach the API server of EKS cluster ${name} within the VPC: private access is on.`);
  const ids = [...new Set(placementUnits(cluster).flatMap((u) => u.subnets))];
  const obstacles = new Map(ids.map((id) => [id, apiObstacle(context, { ...eks, endpoint }, id)]));
  const texts = [...new Set([...obstacles.values()].flatMap((o) => o?.text ?? []))];
  const amounts = { have: ids.length - texts.length, need: ids.length, unit: 'subnets' };
  if (texts.length === 0)
    return pass(`Private access of EKS cluster ${name} is off, and nodes reach the public endpoint of its API server.`, amounts);
  const only = ids.some((id) => isOnlyChoice(cluster, id, (subnet) => obstacles.get(subnet)?.level === 'required'));
  return fail(
    `${amounts.have} of ${amounts.need} ${amounts.need === 1 ? 'subnet has' : 'subnets have'} a route to the API server of EKS cluster ${name}. Private access is off. ${texts.join('. ')}.`,
    {
      text: `Turn on private access of EKS cluster ${name}. Nodes then reach its API server within the VPC.`,
      command: aws(['eks', 'update-cluster-config'], {
        name,
        'resources-vpc-config': { endpointPrivateAccess: 'true' },
        region: context.region,
      }),
    },
    { level: only ? 'required' : 'recommended', ...amounts },
  );
}

export default clusterCheck({
  id: 'eks-api-endpoint',
  level: 'required',
  levelNote: 'required; recommended where only some subnets or addresses reach it, or source addresses are not visible',
  title: 'Nodes reach the API server of their EKS cluster',
  rationale:
    'Nodes register with the API server. Without private access, they call its public endpoint. That requires a route out of the VPC and a source address within publicAccessCidrs.',
  applies: 'clusters on EKS with a VPC',
  reference: 'https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html',
  needs: apiEndpointNeeds,
  *cases(context, cluster) {
    const arn = cluster.eksCluster;
    if (arn !== undefined && placementUnits(cluster).length > 0)
      yield { resource: arn, evaluate: () => evaluateEndpoint(context, cluster, arn) };
  },
});
