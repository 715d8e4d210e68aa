/** Whether nodes reach the public endpoint of the API server of their EKS cluster. */

import type { CheckContext } from '../evaluation/check.ts';
import { type EksCluster, NotEvaluatedError, type Route, type RouteTable, requireValue } from '../evaluation/facts.ts';
import type { Level } from '../evaluation/finding.ts';
import { some } from '../text/words.ts';
import { covers, everyIpv4, parseBlocks } from './cidr.ts';
import { brokenNat, natNeeds, waysOut } from './nat-gateways.ts';
import { sharedBy, subnetOf } from './resources.ts';
import { effectiveRouteTable, egressRoutes, routeText, tableText, wide } from './route-tables.ts';

export const apiEndpointNeeds = ['eksClusters', 'subnets', ...natNeeds] as const;
export type ApiEndpointContext = CheckContext<(typeof apiEndpointNeeds)[number]>;

type ApiEndpoint = NonNullable<EksCluster['endpoint']>;

/** Why nodes of a subnet do not reach the public endpoint, or not for certain. */
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
    throw new NotEvaluatedError(`the NAT gateways of VPC ${table.vpc} are visible only to its owner, account ${owner}`);
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
    text: `${subnet}: calls leave by ${routeText(hidden)}, and publicAccessCidrs (${some(cidrs, 4)}) have to include their source addresses, which are not visible`,
  };
}

/** IPv6 routes that lead out; an egress-only internet gateway takes no IPv4. */
const leadsOutByIpv6 = (table: RouteTable): boolean =>
  table.routes.some((r) => r.state === 'active' && r.cidr?.includes(':') === true && wide(r.cidr) && /^e?igw-/.test(r.target));

/** What keeps nodes of a subnet from the public endpoint of an EKS cluster whose private access is off; `undefined`: nothing. */
export function apiObstacle(
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
      text: `${id} has a route out of its VPC over IPv6 only, and endpoints of EKS clusters created before October 2024 have no IPv6 address`,
    };
  const why = broken.length > 0 ? broken.map((b) => b.text).join(', and ') : `${tableText(table, subnet)} has no default route`;
  return { level: 'required', text: `${id} has no route out of its VPC: ${why}` };
}
