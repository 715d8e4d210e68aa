import { amountRule, type CheckContext, type CheckResult, clusterCheck, fail, pass } from '../evaluation/check.ts';
import { allRunning, type Cluster, networkOf } from '../evaluation/cluster.ts';
import { NotEvaluatedError, requireValue } from '../evaluation/facts.ts';
import { memoized, memoizedPair, memoizedWithin } from '../evaluation/memoized.ts';
import { both, interfacesPerNode, plus, type Requirement, times, total, typesOf, unplacedNodes, zero } from '../network/requirements.ts';
import { inherits, subnetOf } from '../network/resources.ts';
import { type Competition, competition } from '../quotas/competition.ts';
import { servableNodes } from '../quotas/demands.ts';
import { findQuota, quotaNames, quotaValue, raiseQuota, requestNote } from '../quotas/quotas.ts';
import { listed } from '../text/words.ts';

type InterfaceContext = CheckContext<
  'quotas' | 'quotaRequests' | 'interfaces' | 'instanceTypes' | 'subnets' | 'clusterNames' | 'runningClusters'
>;

/** Interfaces still to be made, and the zones any of which they may be made in. */
interface Landing {
  readonly inherited: boolean;
  readonly zones: readonly string[];
  readonly need: Requirement;
}

/** Where a cluster's nodes to come may take interfaces; `zonesOf` turns subnets into zone ids. */
function landings(
  { facts }: InterfaceContext,
  cluster: Cluster,
  zonesOf: (subnets: readonly string[]) => readonly string[],
): readonly Landing[] {
  return cluster.groups.flatMap((group) => {
    const network = networkOf(cluster, group);
    const nodes = network ? unplacedNodes(cluster, group) : zero;
    if (!network || nodes.recommended === 0) return [];
    // A flexible group may get nodes of its largest type.
    const each = Math.max(...typesOf(group, requireValue(facts.instanceTypes)).map((t) => interfacesPerNode(t, group.interfaceType)));
    return [{ inherited: inherits(group), zones: zonesOf(network.subnets), need: times(nodes, each) }];
  });
}

const inZone = (all: readonly Landing[], zone: string): Requirement => total(all.filter((l) => l.zones.includes(zone)).map((l) => l.need));

/** Zones of one's own subnets, each of which must exist. */
const ownZones = (facts: InterfaceContext['facts']) => (subnets: readonly string[]) => [
  ...new Set(subnets.map((id) => subnetOf(facts, id).zone)),
];

/** Where nodes of other clusters may take interfaces; a subnet that does not exist takes none. */
const otherLandings = memoizedPair((context: InterfaceContext, cluster: Cluster): readonly Landing[] =>
  landings(context, cluster, (subnets) => requireValue(context.facts.subnets).flatMap((s) => (subnets.includes(s.id) ? [s.zone] : []))),
);

/** Interfaces that another cluster may take in a zone. */
const demandsOf = memoized((context: InterfaceContext) =>
  memoizedWithin((zone: string) => memoizedWithin((cluster: Cluster) => inZone(otherLandings(context, cluster), zone))),
);

/** What stands in one zone: in use, still coming for clusters that run, and for the planned ones before this. */
interface ZoneInterfaces {
  readonly zone: string;
  readonly taken: Requirement;
  readonly before: Competition;
  readonly own: Requirement;
}

/**
 * Whether the required interfaces could be made at all: some zone takes all groups that inherit the cluster's subnets
 * (they land in one), and those with subnets of their own find room in theirs, spread as may be.
 */
function couldFit(own: readonly Landing[], zones: readonly ZoneInterfaces[], quota: number): boolean {
  const inherited = own.filter((l) => l.inherited && l.need.required > 0);
  const placed = own.filter((l) => !l.inherited && l.need.required > 0).map((l) => ({ types: l.zones, nodes: l.need }));
  const together = total(inherited.map((l) => l.need)).required;
  const required = total(placed.map((d) => d.nodes)).required;
  const room = new Map(zones.map((z) => [z.zone, Math.max(0, quota - z.taken.required - z.before.amount.required)]));
  return (inherited[0]?.zones ?? [undefined]).some((zone) => {
    const left = zone === undefined ? 0 : (room.get(zone) ?? 0) - together;
    return left >= 0 && servableNodes(placed, 'required', zone === undefined ? room : new Map(room).set(zone, left)) >= required;
  });
}

function evaluateInterfaces(context: InterfaceContext, cluster: Cluster): CheckResult {
  const { facts, clusters, region } = context;
  const row = findQuota(facts, 'vpc', [quotaNames.interfaces]);
  if (!row) throw new NotEvaluatedError(`Service Quotas in ${region} does not list "${quotaNames.interfaces}"`);
  const have = Math.floor(quotaValue(row));
  const used = requireValue(facts.interfaces);
  // Throws where a running cluster could not be read: it may be about to grow into the same zone.
  allRunning(facts);
  const own = landings(context, cluster, ownZones(facts));
  const coming = clusters.filter((c) => !c.plan && c !== cluster).flatMap((c) => otherLandings(context, c));
  const possible = ownZones(facts)(cluster.groups.flatMap((g) => networkOf(cluster, g)?.subnets ?? [])).toSorted();
  // Those after it in the plan are left alone: what is unknown of them is no reason to know nothing here.
  const zones = possible.map(
    (zone): ZoneInterfaces => ({
      zone,
      taken: plus(both(used.byZone[zone] ?? 0), inZone(coming, zone)),
      before: competition(clusters, cluster, demandsOf(context)(zone)),
      own: inZone(own, zone),
    }),
  );
  const sum = (z: ZoneInterfaces, part: keyof Requirement) => z.taken[part] + (z.own[part] > 0 ? plus(z.before.amount, z.own)[part] : 0);
  const part: keyof Requirement = couldFit(own, zones, have) ? 'recommended' : 'required';
  const [busiest] = zones.toSorted((a, b) => sum(b, part) - sum(a, part));
  if (!busiest) throw new NotEvaluatedError(`${cluster.name} has no subnet that exists in ${region}`);
  const { before } = busiest;
  const need = sum(busiest, part);
  const asks = busiest.own[part] > 0;
  const parts = [
    `${busiest.taken[part]} in use or for running clusters`,
    ...(asks && before.amount[part] > 0 ? [`${before.amount[part]} planned earlier for ${listed(before.names)}`] : []),
    ...(asks ? [`${busiest.own[part]} for ${cluster.name}`] : []),
  ];
  const flexible = cluster.groups.some((g) => new Set(g.types).size > 1);
  const said = [
    `${need} network interfaces required in zone ${busiest.zone} (${parts.join(' + ')}), quota is ${have} in each zone.`,
    ` ${used.total} in use in the region.`,
    flexible ? ' Estimate by the largest type of each flexible group.' : '',
  ].join('');
  const amounts = { have, need, unit: 'interfaces' };
  if (need <= have) return pass(said, amounts);
  const fitting = zones.filter((z) => sum(z, 'required') <= have).map((z) => z.zone);
  const hope =
    fitting.length > 0
      ? ` The minimum fits in ${listed(fitting)}; the extra capacity from headroom or growTo does not.`
      : ' The minimum fits if it is spread over the zones; the extra capacity from headroom or growTo does not.';
  return fail(
    `${said}${requestNote(facts, row)}${part === 'recommended' ? hope : ''}`,
    raiseQuota(row, Math.max(...zones.map((z) => sum(z, 'recommended'))), region),
    { level: part === 'recommended' ? 'recommended' : undefined, ...amounts },
  );
}

export default clusterCheck({
  id: 'network-interface-quota',
  level: 'required',
  title: 'The quota of network interfaces covers all nodes, in each zone where HyperPod may place them',
  rationale:
    'Each node takes one interface for each network card, 32 for a P5. The quota counts all interfaces of a zone, also those of other services. Beyond it nodes fail without an error message.',
  applies: 'clusters with a VPC',
  rule: amountRule,
  reference: 'https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html',
  needs: ['quotas', 'quotaRequests', 'interfaces', 'instanceTypes', 'subnets', 'clusterNames', 'runningClusters'],
  *cases(context, cluster) {
    if (!cluster.groups.some((g) => networkOf(cluster, g))) return;
    yield { resource: quotaNames.interfaces, evaluate: () => evaluateInterfaces(context, cluster) };
  },
});
