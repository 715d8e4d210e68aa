import { type CheckContext, type CheckResult, clusterCheck, fail, pass } from '../evaluation/check.ts';
import type { Cluster } from '../evaluation/cluster.ts';
import { type EksCluster, NotEvaluatedError, type Route, type RouteTable, requireKey, requireValue } from '../evaluation/facts.ts';
import type { Level } from '../evaluation/finding.ts';
import { covers, everyIpv4, parseBlocks } from '../network/cidr.ts';
import { brokenNat, natNeeds, waysOut } from '../network/nat-gateways.ts';
import { isOnlyChoice, placementUnits } from '../network/placement-units.ts';
import { sharedBy, subnetOf } from '../network/resources.ts';
import { effectiveRouteTable, egressRoutes, routeText, tableText, wide } from '../network/route-tables.ts';
import { aws } from '../text/command-line.ts';
import { some } from '../text/words.ts';

const needs = ['eksClusters', 'subnets', ...natNeeds] as const;
type ApiEndpointContext = CheckContext<(typeof needs)[number]>;

type ApiEndpoint = NonNullable<EksCluster['endpoint']>;

/** What keeps nodes of a subnet from the public endpoint. */
interface ApiObstacle {
  readonly level: Level;
  readonly text: string;
}

/** The Elastic IP addresses of a route's NAT gateway; `undefined` where calls leave from addresses that are not known. */
function sourcesOf({ facts }: ApiEndpointContext, { target }: Route): readonly string[] | undefined {
  const nat = target.startsWith('nat-') ? requireValue(facts.natGateways).find((n) => n.id === target) : undefined;
  return nat?.connectivity === 'public' && nat.addresses.length > 0 ? nat.addresses : undefined;
}

/** Whether publicAccessCidrs let in the addresses from which calls of a subnet come. */
function sourceObstacle(context: ApiEndpointContext, cidrs: readonly string[], table: RouteTable, subnet: string): ApiObstacle | undefined {
  const allowed = parseBlocks(cidrs);
  if (covers(allowed, [everyIpv4])) return undefined;
  const owner = sharedBy(context, table.vpc);
  if (owner !== undefined)
    throw new NotEvaluatedError(`VPC ${table.vpc} belongs to account ${owner}, and only that account sees its NAT gateways`);
  const routes = egressRoutes(table).filter((r) => brokenNat(context, table, r) === undefined);
  const hidden = routes.find((r) => sourcesOf(context, r) === undefined);
  const addresses = [...new Set(routes.flatMap((r) => sourcesOf(context, r) ?? []))].toSorted();
  const outside = addresses.filter((a) => !covers(allowed, parseBlocks([a])));
  if (outside.length > 0)
    return {
      level: !hidden && outside.length === addresses.length ? 'required' : 'recommended',
      text: `${outside.length} of ${addresses.length} NAT addresses of ${subnet} (${some(outside, 4)}) are not among the publicAccessCidrs (${some(cidrs, 4)})`,
    };
  if (!hidden) return undefined;
  return {
    level: 'recommended',
    text: `calls from ${subnet} leave by ${routeText(hidden)}, from addresses that are not visible here and have to be among the publicAccessCidrs (${some(cidrs, 4)})`,
  };
}

/** IPv6 routes that lead out; an egress-only internet gateway takes no IPv4. */
const leadsOutByIpv6 = (table: RouteTable): boolean =>
  table.routes.some((r) => r.state === 'active' && r.cidr?.includes(':') === true && wide(r.cidr) && /^e?igw-/.test(r.target));

function obstacleOf(
  context: ApiEndpointContext,
  { ipFamily, endpoint }: EksCluster & { readonly endpoint: ApiEndpoint },
  id: string,
): ApiObstacle | undefined {
  const subnet = subnetOf(context.facts, id);
  const table = effectiveRouteTable(context.facts, subnet);
  const { open, broken } = waysOut(context, table);
  if (open) return sourceObstacle(context, endpoint.publicCidrs, table, id);
  if (ipFamily === 'ipv6' && leadsOutByIpv6(table))
    return {
      level: 'recommended',
      text: `${id} leads out of its VPC over IPv6 only, and the endpoint of an EKS cluster created before October 2024 has no IPv6 address`,
    };
  const why = broken.length > 0 ? broken.map((b) => b.text).join(', and ') : `${tableText(table, subnet)} has none`;
  return { level: 'required', text: `${id} has no route out of its VPC: ${why}` };
}

function evaluateEndpoint(context: ApiEndpointContext, cluster: Cluster, arn: string): CheckResult | undefined {
  const eks = requireKey(context.facts.eksClusters, arn, 'EKS cluster');
  // eks-cluster says that it does not exist.
  if (!eks) return undefined;
  const { name, endpoint } = eks;
  if (!endpoint) throw new NotEvaluatedError('an older version collected the facts: collect them again');
  if (endpoint.privateAccess) return pass(`Nodes reach the API server of EKS cluster ${name} within the VPC: private access is on.`);
  const ids = [...new Set(placementUnits(cluster).flatMap((u) => u.subnets))];
  const obstacles = new Map(ids.map((id) => [id, obstacleOf(context, { ...eks, endpoint }, id)]));
  const texts = [...new Set([...obstacles.values()].flatMap((o) => o?.text ?? []))];
  const amounts = { have: ids.length - texts.length, need: ids.length, unit: 'subnets' };
  if (texts.length === 0)
    return pass(`Private access of EKS cluster ${name} is off, and nodes reach the public endpoint of its API server.`, amounts);
  const only = ids.some((id) => isOnlyChoice(cluster, id, (subnet) => obstacles.get(subnet)?.level === 'required'));
  return fail(
    `${amounts.have} of ${amounts.need} subnets are sure to reach the API server of EKS cluster ${name}: private access is off, and ${texts.join('; ')}.`,
    {
      text: `Turn private access of EKS cluster ${name} on, so that nodes reach its API server within the VPC.`,
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
  levelNote: 'required; recommended where only some subnets or addresses reach it, or the addresses of calls are not visible',
  title: 'Nodes reach the API server of their EKS cluster',
  rationale:
    'Nodes register with the API server. Where its private access is off, they call its public endpoint: that takes a route out of the VPC, and an address that its publicAccessCidrs let in.',
  applies: 'clusters on EKS with a VPC',
  reference: 'https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html',
  needs,
  *cases(context, cluster) {
    const arn = cluster.eksCluster;
    if (arn !== undefined && placementUnits(cluster).length > 0)
      yield { resource: arn, evaluate: () => evaluateEndpoint(context, cluster, arn) };
  },
});
