import { type CheckContext, type CheckResult, clusterCheck, pass } from '../evaluation/check.ts';
import type { Cluster } from '../evaluation/cluster.ts';
import { NotEvaluatedError, type Read, requireValue, tryRequire, type VpcEndpoint } from '../evaluation/facts.ts';
import { compareLevels, type Level } from '../evaluation/finding.ts';
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
import { selfRuleNeeds, unreportedTraffic } from '../network/self-rules.ts';
import { type BlockedTraffic, blockedTraffic, type TrafficEnd, tcp } from '../network/traffic.ts';
import { capitalize, listed } from '../text/words.ts';

const needs = [...selfRuleNeeds, 'vpcs', 'endpoints', 'routeTables', 'prefixLists'] as const;
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
  if (endpoint.groups.length === 0) throw new NotEvaluatedError(`EC2 reports no security group for endpoint ${endpoint.id}`);
  return endpointEnd(facts, endpoint);
}

/** A service that nodes call: S3, or an interface endpoint. */
interface NodeService {
  readonly resource: string;
  readonly level: Level;
  /** Throws `NotEvaluatedError` where it is not known what the nodes connect to. */
  readonly end: () => TrafficEnd;
}

/** The missing rule behind blocked traffic: the security groups that would need it, and its direction. */
const cause = ({ way, at }: BlockedTraffic): string => `${way} ${at.ids.join('+')}`;

/** How many services a finding is about, with the names of those that its sentence does not have: ends that let nothing in. */
function affectedNote(affected: readonly (readonly BlockedTraffic[])[]): string {
  if (affected.length < 2) return '';
  const refusing = affected.flatMap((holes) => (holes.some((h) => h.way === 'out') ? [] : holes.slice(0, 1).map((h) => h.at.name)));
  return `${affected.length} services affected${refusing.length > 0 ? `: ${listed(refusing)}` : ''}.`;
}

/** The results of the services of some nodes, the strongest level first: the first service that a missing rule cuts off reports all of them. */
function serviceResults(
  context: EgressContext,
  cluster: Cluster,
  set: NodeSet,
  services: readonly NodeService[],
): (index: number) => CheckResult | undefined {
  const { facts } = context;
  let known: readonly Read<readonly BlockedTraffic[]>[] | undefined;
  const answers = () => {
    known ??= services.map(({ end }) =>
      tryRequire(() => requireValue(blockedTraffic(nodeEnd(facts, set), end(), [tcp(443)], facts.prefixListEntries))),
    );
    return known;
  };
  const blockedOf = (index: number): readonly BlockedTraffic[] => {
    const answer = answers()[index];
    return answer?.ok ? unreportedTraffic(context, cluster, set, answer.value) : [];
  };
  return (index) => {
    const answer = answers()[index];
    if (answer && requireValue(answer).length === 0)
      return pass(`${capitalize(nodesOf(set))} reach ${services[index]?.end().name} on tcp 443 through their security groups.`);
    const before = new Set(services.slice(0, index).flatMap((_, i) => blockedOf(i).map(cause)));
    const own = new Set(blockedOf(index).map(cause));
    const reported = (hole: BlockedTraffic) => own.has(cause(hole)) && !before.has(cause(hole));
    const affected = services.map((_, i) => blockedOf(i).filter(reported)).filter((holes) => holes.length > 0);
    if (affected.length === 0) return undefined;
    return failBlocked(context, affected.flat(), affectedNote(affected));
  };
}

export default clusterCheck({
  id: 'egress-reaches-services',
  level: 'required',
  levelNote: 'required for S3, and on EKS for the endpoint of EC2; recommended for endpoints of other services',
  title: 'Security groups allow traffic from nodes to S3 and to the interface endpoints of the services they use',
  rationale:
    'Nodes download lifecycle scripts from S3. Without egress on port 443 the downloads time out, and the cluster fails. An interface endpoint with private DNS replaces the public address of its service, so nodes it refuses have no other route.',
  applies:
    'clusters with a VPC: one finding for each missing rule, with all services that it cuts off; none for a rule that the nodes miss among themselves',
  reference: 'https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-s3.html',
  needs,
  *cases(context, cluster) {
    const { facts, region } = context;
    for (const set of nodeSets(cluster)) {
      const vpc = vpcOfSubnets(facts, set.subnets);
      const endpoints = vpc.ok ? privateDnsEndpoints(context, vpc.value) : vpc;
      const others = (endpoints.ok ? endpoints.value : []).flatMap((endpoint): NodeService[] => {
        const level = servesS3(endpoint, region) ? undefined : endpointLevel(endpoint, region, cluster.orchestrator);
        return level === undefined ? [] : [{ resource: `${set.key} ${endpoint.id}`, level, end: () => guarded(facts, endpoint) }];
      });
      const services: readonly NodeService[] = [
        { resource: `${set.key} s3`, level: 'required', end: () => s3Of(context, set) },
        ...others.toSorted((one, other) => compareLevels(one.level, other.level)),
      ];
      const resultOf = serviceResults(context, cluster, set, services);
      for (const [index, { resource, level }] of services.entries()) yield { resource, level, evaluate: () => resultOf(index) };
      if (!endpoints.ok) yield { resource: `${set.key} endpoints`, level: 'recommended', evaluate: () => void requireValue(endpoints) };
    }
  },
});
