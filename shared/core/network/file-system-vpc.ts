/** Whether nodes in the VPC of their cluster reach a file system: it is in the same VPC, or routes lead to its own. */
import { type CheckContext, type CheckResult, fail, pass } from '../evaluation/check.ts';
import type { Cluster, Group } from '../evaluation/cluster.ts';
import { type FileSystem, NotEvaluatedError, type Read, type RouteTable, requireValue } from '../evaluation/facts.ts';
import { sortedUnique } from '../evaluation/order.ts';
import { vpcConsole } from '../text/console-links.ts';
import { capitalize, listed } from '../text/words.ts';
import { type Block, overlap, parseBlocks, without } from './cidr.ts';
import { groupSubnets, subnetOf } from './resources.ts';
import { effectiveRouteTable, routeText, tableText } from './route-tables.ts';
import { prefixListEntries } from './traffic.ts';

export const vpcFacts = ['subnets', 'routeTables', 'vpcs', 'prefixLists', 'prefixListEntries'] as const;
type FileSystemContext = CheckContext<(typeof vpcFacts)[number]>;

/** Where the file system's address lies: its subnet's block where that is visible, else all of its VPC's. */
function blocksOf({ facts }: FileSystemContext, fs: FileSystem): readonly Block[] {
  const own = facts.subnets.ok ? facts.subnets.value.filter((s) => fs.subnets.includes(s.id)) : [];
  const cidrs =
    own.length === fs.subnets.length && own.length > 0
      ? own.map((s) => s.ipv4)
      : requireValue(facts.vpcs).find((v) => v.id === fs.vpc)?.ipv4;
  const blocks = parseBlocks(cidrs ?? []);
  if (blocks.length === 0)
    throw new NotEvaluatedError(`the addresses of VPC ${fs.vpc} of file system ${fs.id} are not visible in this account`);
  return blocks;
}

/** Targets that may carry traffic to another VPC: peering, a transit gateway or core network, an appliance. */
const leadsOn = (target: string): boolean => /^(pcx|tgw|vpce|eni|i)-|core-network/.test(target);

const size = (b: Block): bigint => b.last - b.first;

/** Prefix lists of AWS's own hold public addresses of services: no route by one leads to a VPC. */
const ofService = ({ prefixLists }: FileSystemContext['facts'], id: string | undefined): boolean =>
  prefixLists.ok && prefixLists.value.some((l) => l.id === id && /^(cn\.)?com\.amazonaws\./.test(l.name));

interface RouteResult {
  readonly leads: boolean;
  readonly text: string;
}

/** Where a table sends those addresses: by the narrowest route that matches each of them. */
function routeTo({ facts }: FileSystemContext, table: RouteTable, blocks: readonly Block[]): RouteResult {
  const routes = table.routes.filter((r) => !ofService(facts, r.prefixList));
  const read = routes.map((route): Read<readonly { block: Block; text: string; leads: boolean }[]> => {
    const cidrs =
      route.prefixList === undefined
        ? { ok: true as const, value: [route.cidr ?? ''] }
        : prefixListEntries(facts.prefixListEntries, route.prefixList);
    if (!cidrs.ok) return cidrs;
    const leads = route.state === 'active' && leadsOn(route.target);
    return { ok: true, value: parseBlocks(cidrs.value).map((block) => ({ block, text: routeText(route), leads })) };
  });
  const steps = read
    .flatMap((r) => (r.ok ? r.value : []))
    .toSorted((a, b) => (size(a.block) < size(b.block) ? -1 : size(a.block) > size(b.block) ? 1 : a.text < b.text ? -1 : 1));
  let left = blocks;
  const taken: RouteResult[] = [];
  for (const { block, text, leads } of steps) {
    if (!left.some((l) => overlap(l, block))) continue;
    taken.push({ leads, text });
    left = left.flatMap((l) => without(l, block));
  }
  const stray = taken.find((t) => !t.leads);
  if (!stray && left.length === 0) return { leads: true, text: listed([...new Set(taken.map((t) => t.text))]) };
  // A prefix list whose entries could not be read may hold the missing route.
  const dark = read.filter((r) => !r.ok).toSorted((a, b) => (a.reason < b.reason ? -1 : 1))[0];
  if (dark) requireValue(dark);
  return { leads: false, text: stray ? `routes its addresses by ${stray.text}` : 'has no route to all of its addresses' };
}

/** The result for a file system that the nodes of `groups` mount. Another VPC with a route to it is softer: the route back is not visible. */
export function evaluateVpc(context: FileSystemContext, cluster: Cluster, fs: FileSystem, groups: readonly Group[]): CheckResult {
  const { facts } = context;
  const ids = groupSubnets(cluster, groups);
  const subnets = ids.map((s) => subnetOf(facts, s));
  const apart = subnets.filter((s) => s.vpc !== fs.vpc);
  if (apart.length === 0) return pass(`File system ${fs.id} and its nodes are in ${fs.vpc}.`);
  const where = `File system ${fs.id} is in ${fs.vpc}, and its nodes are in ${listed(sortedUnique(apart.map((s) => s.vpc)))}`;
  const blocks = blocksOf(context, fs);
  const routes = apart.map((subnet) => {
    const table = effectiveRouteTable(facts, subnet);
    return { subnet, table, ...routeTo(context, table, blocks) };
  });
  const closed = routes.find((r) => !r.leads);
  if (closed)
    return fail(`${where}. ${capitalize(tableText(closed.table, closed.subnet))} of ${closed.subnet.id} ${closed.text}.`, {
      text: `Name a file system in ${closed.subnet.vpc}, or connect the two VPCs with a peering connection or transit gateway and add routes on both sides.`,
      console: vpcConsole(context)`RouteTableDetails:RouteTableId=${closed.table.id}`,
    });
  return fail(
    `${where}. Routes: ${listed(sortedUnique(routes.map((r) => `${r.text} of ${r.table.id}`)))}. Cannot determine whether the return route and name resolution work.`,
    {
      text: `Use a file system in the VPC of the nodes. Or make sure that ${fs.vpc} has return routes and that the DNS name resolves in both VPCs. Across a transit gateway, replace rules that name security groups by CIDRs unless it supports them.`,
      console: vpcConsole(context)`RouteTableDetails:RouteTableId=${routes[0]?.table.id ?? ''}`,
    },
    { level: 'recommended' },
  );
}
