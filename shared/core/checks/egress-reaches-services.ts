import { type CheckContext, type CheckResult, clusterCheck, pass } from '../evaluation/check.ts';
import { NotEvaluatedError, requireValue, type VpcEndpoint } from '../evaluation/facts.ts';
import {
  endpointEnd,
  endpointLevel,
  failBlocked,
  type NodeSet,
  nodeEnd,
  nodeSets,
  nodesOf,
  privateDnsEndpoints,
  s3End,
  s3List,
  servesS3,
  vpcOfSubnets,
} from '../network/connections.ts';
import { sharedBy, subnetOf } from '../network/resources.ts';
import { effectiveRouteTable } from '../network/route-tables.ts';
import { blockedTraffic, type TrafficEnd, tcp } from '../network/traffic.ts';
import { capitalize } from '../text/words.ts';

const needs = ['securityGroups', 'subnets', 'vpcs', 'endpoints', 'routeTables', 'prefixLists', 'prefixListEntries'] as const;
type EgressContext = CheckContext<(typeof needs)[number]>;

/** In a shared VPC the owner's interface endpoints are dark, but a route to a gateway endpoint for S3 is evidence enough. */
function routedToGateway({ facts, region }: EgressContext, set: NodeSet): boolean {
  const list = requireValue(s3List(facts, region));
  return set.subnets.every((id) =>
    effectiveRouteTable(facts, subnetOf(facts, id)).routes.some(
      (r) => r.prefixList === list && r.target.startsWith('vpce-') && r.state === 'active',
    ),
  );
}

/** What nodes open a connection to when they call S3: an interface endpoint, where one has taken over its names. */
function s3Of(context: EgressContext, set: NodeSet): TrafficEnd {
  const { facts, region } = context;
  const vpc = requireValue(vpcOfSubnets(facts, set.subnets));
  if (sharedBy(context, vpc) !== undefined && routedToGateway(context, set)) return s3End(facts, region);
  const endpoint = requireValue(privateDnsEndpoints(context, vpc)).find((e) => servesS3(e, region));
  return endpoint ? guarded(facts, endpoint) : s3End(facts, region);
}

function guarded(facts: EgressContext['facts'], endpoint: VpcEndpoint): TrafficEnd {
  if (endpoint.groups.length === 0) throw new NotEvaluatedError(`no security group of endpoint ${endpoint.id} is known`);
  return endpointEnd(facts, endpoint);
}

export default clusterCheck({
  id: 'egress-reaches-services',
  level: 'required',
  levelNote: 'required for S3, and on EKS for the endpoint of EC2; recommended for endpoints of other services',
  title: 'Security groups let nodes out to S3 and to the interface endpoints of the services they use',
  rationale:
    'Lifecycle scripts come from S3: without egress on port 443 they time out and the cluster fails. An interface endpoint with private DNS takes over the name of its service, so that one that refuses nodes is worse than none.',
  applies: 'clusters with a VPC',
  reference: 'https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-s3.html',
  needs,
  *cases(context, cluster) {
    const { facts, region } = context;
    const evaluate = (set: NodeSet, to: TrafficEnd): CheckResult => {
      const found = requireValue(blockedTraffic(nodeEnd(facts, set), to, [tcp(443)], facts.prefixListEntries));
      if (found.length > 0) return failBlocked(context, found);
      return pass(`${capitalize(nodesOf(set))} reach ${to.name} on tcp 443 through their security groups.`);
    };
    for (const set of nodeSets(cluster)) {
      yield { resource: `${set.key} s3`, evaluate: () => evaluate(set, s3Of(context, set)) };
      const vpc = vpcOfSubnets(facts, set.subnets);
      const endpoints = vpc.ok ? privateDnsEndpoints(context, vpc.value) : vpc;
      if (!endpoints.ok) {
        yield { resource: `${set.key} endpoints`, level: 'recommended', evaluate: () => void requireValue(endpoints) };
        continue;
      }
      for (const endpoint of endpoints.value.filter((e) => !servesS3(e, region))) {
        const level = endpointLevel(endpoint, region, cluster.orchestrator);
        if (level !== undefined)
          yield { resource: `${set.key} ${endpoint.id}`, level, evaluate: () => evaluate(set, guarded(facts, endpoint)) };
      }
    }
  },
});
