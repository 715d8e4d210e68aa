/** Route tables: which one a subnet uses, and which of its routes lead to the internet or out of the VPC. */
import { type Facts, NotEvaluatedError, type Route, type RouteTable, requireKey, requireValue, type Subnet } from '../evaluation/facts.ts';
import { type Block, contains, parseBlock, parseBlocks } from './cidr.ts';

/** The table of a subnet: the one it is associated with, else its VPC's main one. `NotEvaluatedError` where neither is visible. */
export function effectiveRouteTable(facts: Pick<Facts, 'routeTables'>, subnet: Pick<Subnet, 'id' | 'vpc'>): RouteTable {
  const tables = requireValue(facts.routeTables);
  const table = tables.find((t) => t.subnets.includes(subnet.id)) ?? tables.find((t) => t.main && t.vpc === subnet.vpc);
  if (!table)
    throw new NotEvaluatedError(`the route table of subnet ${subnet.id} and the main route table of ${subnet.vpc} are not visible`);
  return table;
}

/** How a sentence names a subnet's table, and says where it is the main one by default. */
export const tableText = (table: RouteTable, subnet: Pick<Subnet, 'id'>): string =>
  table.subnets.includes(subnet.id) ? `route table ${table.id}` : `main route table ${table.id}`;

/** Addresses that are never S3's: routes to them say nothing about the path to S3. */
const privateSpace = parseBlocks(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '169.254.0.0/16', '198.18.0.0/15']);

export const isPrivate = (block: Block): boolean => privateSpace.some((space) => contains(space, block));

/** Whether a route holds only for private addresses. */
export function toPrivateAddresses(route: Route): boolean {
  const block = route.cidr === undefined ? undefined : parseBlock(route.cidr);
  return block !== undefined && isPrivate(block);
}

/**
 * Whether a destination is as good as a default route. Two halves (0.0.0.0/1 and 128.0.0.0/1) or all of IPv6's global
 * addresses (2000::/3) do what 0.0.0.0/0 and ::/0 do, so anything wider than /8 counts.
 */
export const wide = (cidr: string): boolean => Number(cidr.split('/')[1]) < 8;

export const toInternetGateway = (route: Route): boolean => route.target.startsWith('igw-');
/** A gateway endpoint: a prefix list's route to it. (A CIDR's route to a vpce- is a Gateway Load Balancer's.) */
export const toGatewayEndpoint = (route: Route): boolean => route.prefixList !== undefined && route.target.startsWith('vpce-');
/** Other networks that may hold endpoints for many VPCs: a transit gateway or a Cloud WAN core network. */
export const toHub = (route: Route): boolean => /^tgw-|core-network/.test(route.target);

/** "0.0.0.0/0 → nat-0123". */
export const routeText = (route: Route): string =>
  `${route.cidr ?? route.prefixList} → ${route.target}${route.state === 'active' ? '' : ` (${route.state})`}`;

export const byText = (a: Route, b: Route): number => (routeText(a) < routeText(b) ? -1 : 1);

export const entriesOf = (facts: Pick<Facts, 'prefixListEntries'>, id: string): readonly string[] =>
  requireKey(facts.prefixListEntries, id, 'the content of prefix list');

/** Active routes that send all or most of the internet to an internet gateway: what makes a subnet public. */
export function internetRoutes(facts: Pick<Facts, 'prefixListEntries'>, table: RouteTable): readonly Route[] {
  return table.routes
    .filter((r) => r.state === 'active' && toInternetGateway(r))
    .filter((r) => (r.prefixList === undefined ? [r.cidr ?? ''] : entriesOf(facts, r.prefixList)).some(wide))
    .toSorted(byText);
}

/** Active routes by which nodes may reach AWS's public endpoints, or endpoints in another network. An internet gateway does not count: nodes have no public address. */
export function egressRoutes(table: RouteTable): readonly Route[] {
  return table.routes
    .filter((r) => r.state === 'active' && !/^(igw|eigw)-/.test(r.target) && !toGatewayEndpoint(r))
    .filter((r) => toHub(r) || r.prefixList !== undefined || wide(r.cidr ?? ''))
    .toSorted(byText);
}
