/** Whether S3 can be reached by the routes of a subnet. Longest prefix wins, and a blackhole that wins drops what it matches. */
import type { CheckContext, CheckRemediation } from '../evaluation/check.ts';
import {
  type Facts,
  NotEvaluatedError,
  type Route,
  type RouteTable,
  requireValue,
  type Subnet,
  type VpcEndpoint,
} from '../evaluation/facts.ts';
import { memoizedPair } from '../evaluation/memoized.ts';
import { aws } from '../text/command-line.ts';
import { vpcConsole } from '../text/console-links.ts';
import { type Block, contains, everyIpv4, overlap, parseBlocks, without } from './cidr.ts';
import { brokenNat, natNeeds } from './nat-gateways.ts';
import { answersPrivateDns, endpointServices, isAvailable, sharedBy } from './resources.ts';
import {
  byText,
  effectiveRouteTable,
  entriesOf,
  isPrivate,
  routeText,
  tableText,
  toGatewayEndpoint,
  toHub,
  toInternetGateway,
  wide,
} from './route-tables.ts';

const isV6 = (cidr: string): boolean => cidr.includes(':');

/** AWS's own prefix lists by name; anything else in a route is a list that someone made. */
export const awsListName = (facts: Pick<Facts, 'prefixLists'>, id: string): string | undefined => {
  const name = requireValue(facts.prefixLists).find((l) => l.id === id)?.name;
  return name !== undefined && /^(cn\.)?com\.amazonaws\./.test(name) ? name : undefined;
};

/** The facts that routes to S3 rest on. */
export const s3RouteNeeds = [...natNeeds, 'endpoints', 'prefixLists', 'prefixListEntries'] as const;

type S3RouteContext = Pick<CheckContext<(typeof s3RouteNeeds)[number]>, 'account' | 'partition' | 'region' | 'facts'>;

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
  if (!list) throw new NotEvaluatedError(`prefix list ${names[0]} is missing in this region`);
  return list.id;
}

/** A subnet's table, and the endpoints for S3 of its VPC: `undefined` where only the owner of a shared VPC sees them. */
interface S3Table {
  readonly table: RouteTable;
  /** How sentences name it. */
  readonly name: string;
  readonly endpoints: readonly VpcEndpoint[] | undefined;
}

function routeEffect(context: S3RouteContext, { table: rows, name: table, endpoints }: S3Table, route: Route | undefined): RouteEffect {
  if (!route) return { route, reach: 'none', text: `${table} has no route to S3` };
  if (route.state !== 'active') return { route, reach: 'none', text: `${table} drops traffic to S3 (${routeText(route)})` };
  if (toInternetGateway(route))
    return {
      route,
      reach: 'none',
      text: `${table} routes S3 traffic only by ${routeText(route)}, and nodes have no public address`,
    };
  if (!toGatewayEndpoint(route)) {
    const broken = brokenNat(context, rows, route);
    if (broken) return { route, reach: 'none', text: `${table} routes S3 traffic only by ${routeText(route)}, and ${broken.text}` };
    return { route, reach: 'unsure', text: `${routeText(route)} of ${table}` };
  }
  const endpoint = endpoints?.find((e) => e.id === route.target);
  if (endpoints && !(endpoint?.type === 'Gateway' && isAvailable(endpoint)))
    return {
      route,
      reach: 'none',
      text: `${table} routes S3 traffic to ${route.target}, ${endpoint ? `which is ${endpoint.state}` : 'which is not a gateway endpoint for S3 of this VPC'}`,
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
    .filter((p) => p.block.version === 4 && !isPrivate(p.block))
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
function ipv6RouteEffects(context: S3RouteContext, of: S3Table): readonly RouteEffect[] {
  const { table } = of;
  const list = table.routes.filter((r) => isS3(context, r)).toSorted(byText)[0];
  const out = table.routes
    .filter((r) => r.state === 'active' && r.cidr !== undefined && isV6(r.cidr) && (wide(r.cidr) || r.cidr.startsWith('64:ff9b::')))
    .filter((r) => !toInternetGateway(r))
    .toSorted(byText)[0];
  const legs = [...(list ? [routeEffect(context, of, list)] : []), ...(out ? [routeEffect(context, of, out)] : [])];
  const best = legs.find((l) => l.reach !== 'none') ?? legs[0] ?? routeEffect(context, of, undefined);
  return [best.reach === 'sure' ? { ...best, reach: 'unsure', text: `${best.text}, if it answers over IPv6` } : best];
}

/**
 * Evaluates the path from a subnet to S3: an interface endpoint with private DNS, else what the effective route table does
 * with S3's addresses. In a shared VPC an active route to a gateway endpoint is evidence enough; without one,
 * `NotEvaluatedError` names the owner.
 */
export const routeToS3 = memoizedPair((context: S3RouteContext, subnet: Subnet): S3Route => {
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
    return { reach: 'unsure', text: `interface endpoint ${byInterface} with private DNS, if it answers over IPv6`, remediation };
  const name = tableText(table, subnet);
  const of = { table, name, endpoints };
  const legs = subnet.ipv6Native
    ? ipv6RouteEffects(context, of)
    : decidingRoutes(context, table).map((route) => routeEffect(context, of, route));
  const sure = legs.find((l) => l.reach === 'sure');
  const unsure = legs.find((l) => l.reach === 'unsure');
  const none = legs.find((l) => l.reach === 'none');
  if (sure?.route && !unsure && !none) return { reach: 'sure', text: sure.text, endpoint: sure.route.target };
  if (sure || (unsure && none)) {
    const part = none ?? unsure;
    return { reach: 'unsure', text: `${(sure ?? unsure)?.text}, but not for all S3 addresses (${part?.text})`, remediation };
  }
  if (unsure) return { reach: 'unsure', text: unsure.text, remediation };
  const hub = table.routes.filter((r) => r.state === 'active' && toHub(r)).toSorted(byText)[0];
  if (hub)
    return { reach: 'unsure', text: `${routeText(hub)} of ${name}, if the names of S3 resolve to an endpoint behind it`, remediation };
  if (owner !== undefined)
    throw new NotEvaluatedError(`${none?.text}, and interface endpoints of ${subnet.vpc} are visible only to its owner, account ${owner}`);
  return { reach: 'none', text: none?.text ?? `${name} has no route to S3`, remediation };
});

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
