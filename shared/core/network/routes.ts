/**
 * Routes: which table a subnet uses, what leads to the internet, and whether S3 can be reached. Longest prefix wins, and
 * a blackhole that wins drops what it matches.
 */
import type { CheckContext, CheckRemediation } from '../evaluation/check.ts';
import {
  type Facts,
  NotEvaluatedError,
  type Route,
  type RouteTable,
  requireKey,
  requireValue,
  type Subnet,
  type VpcEndpoint,
} from '../evaluation/facts.ts';
import { aws } from '../text/command-line.ts';
import { vpcConsole } from '../text/console-links.ts';
import { type Block, contains, everyIpv4, overlap, parseBlocks, without } from './cidr.ts';
import { answersPrivateDns, endpointServices, isAvailable, sharedBy } from './resources.ts';

/** The table of a subnet: the one it is associated with, else its VPC's main one. `NotEvaluatedError` where neither is visible. */
export function effectiveRouteTable(facts: Pick<Facts, 'routeTables'>, subnet: Pick<Subnet, 'id' | 'vpc'>): RouteTable {
  const tables = requireValue(facts.routeTables);
  const table = tables.find((t) => t.subnets.includes(subnet.id)) ?? tables.find((t) => t.main && t.vpc === subnet.vpc);
  if (!table) throw new NotEvaluatedError(`neither a route table of subnet ${subnet.id} nor the main one of ${subnet.vpc} is visible`);
  return table;
}

/** How a sentence names a subnet's table, and says where it is the main one by default. */
export const tableText = (table: RouteTable, subnet: Pick<Subnet, 'id'>): string =>
  table.subnets.includes(subnet.id)
    ? `route table ${table.id}`
    : `route table ${table.id} (the VPC's main one, ${subnet.id} has none of its own)`;

/** Addresses that are never S3's: routes to them say nothing about the path to S3. */
const privateSpace = parseBlocks(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '169.254.0.0/16', '198.18.0.0/15']);

/**
 * Whether a destination is as good as a default route. Two halves (0.0.0.0/1 and 128.0.0.0/1) or all of IPv6's global
 * addresses (2000::/3) do what 0.0.0.0/0 and ::/0 do, so anything wider than /8 counts.
 */
const wide = (cidr: string): boolean => Number(cidr.split('/')[1]) < 8;

const isV6 = (cidr: string): boolean => cidr.includes(':');

const toInternetGateway = (route: Route): boolean => route.target.startsWith('igw-');
/** A gateway endpoint: a prefix list's route to it. (A CIDR's route to a vpce- is a Gateway Load Balancer's.) */
const toGatewayEndpoint = (route: Route): boolean => route.prefixList !== undefined && route.target.startsWith('vpce-');
/** Other networks that may hold endpoints for many VPCs: a transit gateway or a Cloud WAN core network. */
const toHub = (route: Route): boolean => /^tgw-|core-network/.test(route.target);

/** "0.0.0.0/0 → nat-0123". */
export const routeText = (route: Route): string =>
  `${route.cidr ?? route.prefixList} → ${route.target}${route.state === 'active' ? '' : ` (${route.state})`}`;

const byText = (a: Route, b: Route): number => (routeText(a) < routeText(b) ? -1 : 1);

/** AWS's own prefix lists by name; anything else in a route is a list that someone made. */
const awsListName = (facts: Pick<Facts, 'prefixLists'>, id: string): string | undefined => {
  const name = requireValue(facts.prefixLists).find((l) => l.id === id)?.name;
  return name !== undefined && /^(cn\.)?com\.amazonaws\./.test(name) ? name : undefined;
};

const entriesOf = (facts: Pick<Facts, 'prefixListEntries'>, id: string): readonly string[] =>
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

type S3Facts = 'routeTables' | 'vpcs' | 'endpoints' | 'prefixLists' | 'prefixListEntries';
type S3RouteContext = Pick<CheckContext<S3Facts>, 'account' | 'partition' | 'region' | 'facts'>;

/**
 * The path from a subnet to S3. `sure`: through an endpoint for S3 of the VPC. `unsure`: by a route that leads
 * out of what this account can see. `none`: certainly not. `text` completes "subnet-… reaches S3 through …" for the first two,
 * and is a clause of its own for the last.
 */
export type S3Route =
  | { readonly reach: 'sure'; readonly text: string; readonly endpoint: string }
  | { readonly reach: 'unsure' | 'none'; readonly text: string; readonly remediation: CheckRemediation };

/** What becomes of traffic that a route decides. */
interface RouteEffect {
  readonly route: Route | undefined;
  readonly reach: S3Route['reach'];
  readonly text: string;
}

/** A route for S3's prefix list. */
const isS3 = (context: S3RouteContext, route: Route): boolean =>
  route.prefixList !== undefined && endpointServices(context.region, 's3').includes(awsListName(context.facts, route.prefixList) ?? '');

/** The id of S3's prefix list in this region. */
function s3List(context: S3RouteContext): string {
  const names = endpointServices(context.region, 's3');
  const list = requireValue(context.facts.prefixLists).find((l) => names.includes(l.name));
  if (!list) throw new NotEvaluatedError(`cannot evaluate routes to S3: no prefix list named ${names[0]} is visible`);
  return list.id;
}

/** `endpoints`: those for S3 in the VPC, `undefined` where only the owner of a shared VPC sees them. */
function routeEffect(route: Route | undefined, table: string, endpoints: readonly VpcEndpoint[] | undefined): RouteEffect {
  if (!route) return { route, reach: 'none', text: `${table} has no route that S3's addresses match` };
  if (route.state !== 'active') return { route, reach: 'none', text: `${table} drops what goes to S3 by ${routeText(route)}` };
  if (toInternetGateway(route))
    return {
      route,
      reach: 'none',
      text: `${table} leads to S3 only by ${routeText(route)}, and nodes have no public address to use it with`,
    };
  if (!toGatewayEndpoint(route)) return { route, reach: 'unsure', text: `${routeText(route)} of ${table}` };
  const endpoint = endpoints?.find((e) => e.id === route.target);
  if (endpoints && !(endpoint?.type === 'Gateway' && isAvailable(endpoint)))
    return {
      route,
      reach: 'none',
      text: `${table} leads to S3 by ${route.target}, ${endpoint ? `which is ${endpoint.state}` : 'which is no gateway endpoint for S3 of this VPC'}`,
    };
  return { route, reach: 'sure', text: `gateway endpoint ${route.target} of ${table}` };
}

interface RoutedBlock {
  readonly block: Block;
  readonly route: Route;
}

/** To be compared only: one less than the number of addresses. */
const size = (b: Block): bigint => b.last - b.first;

/**
 * The routes that decide what becomes of traffic to S3, `undefined` among them where some of it matches none. Where the
 * table has routes to parts of the public internet, S3's own addresses decide which of them matter: a narrower CIDR takes
 * its part of S3 away even from a gateway endpoint.
 */
function decidingRoutes(context: S3RouteContext, table: RouteTable): readonly (Route | undefined)[] {
  const { facts } = context;
  const s3Route = table.routes.filter((r) => isS3(context, r)).toSorted(byText)[0];
  const paths = table.routes
    .filter((r) => r.target !== 'local' && !isS3(context, r))
    .flatMap((route): RoutedBlock[] => {
      if (route.prefixList !== undefined && awsListName(facts, route.prefixList) !== undefined) return [];
      const cidrs = route.prefixList === undefined ? [route.cidr ?? ''] : entriesOf(facts, route.prefixList);
      return parseBlocks(cidrs).map((b) => ({ block: b, route }));
    })
    .filter((p) => p.block.version === 4 && !privateSpace.some((space) => contains(space, p.block)))
    .toSorted((a, b) => Number(size(a.block) - size(b.block)) || byText(a.route, b.route));
  const fallback = paths.find((p) => contains(p.block, everyIpv4))?.route;
  const parts = paths.filter((p) => !contains(p.block, everyIpv4));
  if (parts.length === 0) return [s3Route ?? fallback];
  const entries = parseBlocks(entriesOf(facts, s3List(context))).filter((b) => b.version === 4);
  const decide = entries.flatMap((entry) => {
    let left: readonly Block[] = [entry];
    const taken: (Route | undefined)[] = [];
    for (const { block, route } of parts) {
      // A route as narrow as the entry itself: which of the two wins is unknown, so both count.
      if (s3Route && size(block) > size(entry)) break;
      if (left.some((l) => overlap(l, block))) taken.push(route);
      if (!(s3Route && size(block) === size(entry))) left = left.flatMap((l) => without(l, block));
    }
    return left.length > 0 ? [...taken, s3Route ?? fallback] : taken;
  });
  if (decide.length === 0) return [s3Route ?? fallback];
  const found = [...new Set(decide)];
  return [...found.filter((r) => r !== undefined).toSorted(byText), ...found.filter((r) => r === undefined)];
}

/** IPv6-native subnets: whether an endpoint for S3 answers over IPv6 is not visible, so nothing is sure. */
function ipv6RouteEffects(
  context: S3RouteContext,
  table: RouteTable,
  tableName: string,
  endpoints: readonly VpcEndpoint[] | undefined,
): readonly RouteEffect[] {
  const list = table.routes.filter((r) => isS3(context, r)).toSorted(byText)[0];
  const out = table.routes
    .filter((r) => r.state === 'active' && r.cidr !== undefined && isV6(r.cidr) && (wide(r.cidr) || r.cidr.startsWith('64:ff9b::')))
    .filter((r) => !toInternetGateway(r))
    .toSorted(byText)[0];
  const legs = [
    ...(list ? [routeEffect(list, tableName, endpoints)] : []),
    ...(out ? [{ route: out, reach: 'unsure' as const, text: `${routeText(out)} of ${tableName}` }] : []),
  ];
  const best = legs.find((l) => l.reach !== 'none') ?? legs[0] ?? routeEffect(undefined, tableName, endpoints);
  return [best.reach === 'sure' ? { ...best, reach: 'unsure', text: `${best.text}, if that answers over IPv6` } : best];
}

/**
 * Evaluates the path from a subnet to S3: an interface endpoint with private DNS, else what the effective route table does
 * with S3's addresses. In a shared VPC an active route to a gateway endpoint is evidence enough; without one,
 * `NotEvaluatedError` names the owner.
 */
export function routeToS3(context: S3RouteContext, subnet: Subnet): S3Route {
  const { facts, region } = context;
  const owner = sharedBy(context, subnet.vpc);
  const services = endpointServices(region, 's3');
  const endpoints =
    owner === undefined ? requireValue(facts.endpoints).filter((e) => e.vpc === subnet.vpc && services.includes(e.service)) : undefined;
  const byInterface = endpoints
    ?.filter(answersPrivateDns)
    .map((e) => e.id)
    .toSorted()[0];
  if (byInterface && !subnet.ipv6Native)
    return { reach: 'sure', text: `interface endpoint ${byInterface} with private DNS`, endpoint: byInterface };

  const table = effectiveRouteTable(facts, subnet);
  const remediation = addS3Endpoint(context, subnet, table, endpoints, owner);
  if (byInterface)
    return { reach: 'unsure', text: `interface endpoint ${byInterface} with private DNS, if that answers over IPv6`, remediation };
  const name = tableText(table, subnet);
  const legs = subnet.ipv6Native
    ? ipv6RouteEffects(context, table, name, endpoints)
    : decidingRoutes(context, table).map((route) => routeEffect(route, name, endpoints));
  const sure = legs.find((l) => l.reach === 'sure');
  const unsure = legs.find((l) => l.reach === 'unsure');
  const none = legs.find((l) => l.reach === 'none');
  if (sure?.route && !unsure && !none) return { reach: 'sure', text: sure.text, endpoint: sure.route.target };
  if (sure || (unsure && none)) {
    const part = none ?? unsure;
    return { reach: 'unsure', text: `${(sure ?? unsure)?.text}, but part of S3's addresses goes another way: ${part?.text}`, remediation };
  }
  if (unsure) return { reach: 'unsure', text: unsure.text, remediation };
  const hub = table.routes.filter((r) => r.state === 'active' && toHub(r)).toSorted(byText)[0];
  if (hub)
    return { reach: 'unsure', text: `${routeText(hub)} of ${name} at most, if S3's names resolve to an endpoint behind it`, remediation };
  if (owner !== undefined)
    throw new NotEvaluatedError(
      `${none?.text}; ${subnet.vpc} belongs to account ${owner}, and whether that has an interface endpoint for S3 there is visible only to it`,
    );
  return { reach: 'none', text: none?.text ?? `${name} has no route to S3`, remediation };
}

/** The fix: associate the VPC's gateway endpoint with the table, or create one; in a shared VPC only its owner can. */
function addS3Endpoint(
  context: S3RouteContext,
  subnet: Subnet,
  table: RouteTable,
  endpoints: readonly VpcEndpoint[] | undefined,
  owner: string | undefined,
): CheckRemediation {
  const { region } = context;
  const console = vpcConsole(context)`RouteTableDetails:RouteTableId=${table.id}`;
  if (owner !== undefined)
    return {
      text: `Ask account ${owner}, which owns ${subnet.vpc}, to associate a gateway endpoint for S3 with route table ${table.id}.`,
      console,
    };
  const gateway = endpoints
    ?.filter((e) => e.type === 'Gateway' && isAvailable(e))
    .map((e) => e.id)
    .toSorted()[0];
  if (gateway)
    return {
      text: `Associate gateway endpoint ${gateway} with route table ${table.id}. If it is already associated, disassociate and re-associate it.`,
      command: aws(['ec2', 'modify-vpc-endpoint'], { region, 'vpc-endpoint-id': gateway, 'add-route-table-ids': [table.id] }),
      console,
    };
  return {
    text: `Create a gateway endpoint for S3 in ${subnet.vpc} and associate it with route table ${table.id}. Gateway endpoints are free of charge.`,
    command: aws(['ec2', 'create-vpc-endpoint'], {
      region,
      'vpc-id': subnet.vpc,
      'vpc-endpoint-type': 'Gateway',
      'service-name': `com.amazonaws.${region}.s3`,
      'route-table-ids': [table.id],
    }),
    console,
  };
}
