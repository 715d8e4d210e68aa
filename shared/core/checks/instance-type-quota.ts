import { type CheckContext, type CheckResult, clusterCheck } from '../evaluation/check.ts';
import { allRunning, type Cluster, type Group, groupsInOrder } from '../evaluation/cluster.ts';
import type { GroupSpec } from '../evaluation/cluster-spec.ts';
import { zero } from '../network/requirements.ts';
import {
  type Demand,
  earlierClusters,
  evaluateQuota,
  type GroupUse,
  groupUse,
  heldAs,
  heldDemands,
  largestDemands,
  listed,
  mergeDemands,
  notOffered,
  type Part,
  partialFitText,
  servableNodes,
  together,
  unavoidableNodes,
  unlimited,
} from '../quotas/quota-usage.ts';
import { findQuota, quotaValue, raiseQuota, requestNote, typeQuotaName, typeQuotaNames } from '../quotas/quotas.ts';

type QuotaContext = CheckContext<'quotas' | 'quotaRequests' | 'clusterNames' | 'runningClusters'>;

const typesOf = (group: GroupSpec): readonly string[] => (group.types.length < 2 ? group.types : [...new Set(group.types)]);
const flexible = (group: GroupSpec): boolean => typesOf(group).length > 1;
const touch = (a: readonly string[], b: ReadonlySet<string>): boolean => a.some((t) => b.has(t));

/** What one group of the cluster takes: nodes of its types that it has, and those it adds. */
const useOf = (cluster: Cluster, group: Group): GroupUse => groupUse(cluster, group, heldAs(group.types));

/** Asked for again by each cluster that comes later in the plan; a planned group is made anew for each evaluation. */
const demands = new WeakMap<Group, Demand>();

const planned = { spot: new WeakMap<Cluster, readonly Group[]>(), onDemand: new WeakMap<Cluster, readonly Group[]>() };

/** A cluster's planned groups of one kind. */
function plannedGroups(cluster: Cluster, spot: boolean): readonly Group[] {
  const known = planned[spot ? 'spot' : 'onDemand'];
  const groups = known.get(cluster) ?? cluster.groups.filter((g) => g.spot === spot && g.planned);
  known.set(cluster, groups);
  return groups;
}

/** The nodes a planned group adds, any of its types. */
function demandOf(cluster: Cluster, group: Group): Demand {
  const known = demands.get(group);
  if (known) return known;
  const demand = { types: group.types, nodes: useOf(cluster, group).adds };
  demands.set(group, demand);
  return demand;
}

/**
 * All that competes for the quotas of some types: what runs, and what the planned clusters before this one add. Types
 * that a flexible group offers as a way out come along, so does who else may take those; the rest is left unread.
 */
function contest({ facts, clusters }: QuotaContext, cluster: Cluster, spot: boolean, types: readonly string[]) {
  const running = allRunning(facts).flatMap((c) =>
    c.groups
      .filter((g) => g.spot === spot)
      .flatMap((g) => heldDemands(c, g).map((d) => ({ ...d, own: c.name === cluster.name ? g.name : undefined }))),
  );
  const roots = earlierClusters(clusters, cluster);
  const groupsOf = (c: Cluster) => plannedGroups(c, spot);
  const several = (types: readonly string[]) => types.length > 1;
  const sets = [...running.map((d) => d.types), ...[...roots.flat(), cluster].flatMap(groupsOf).map((g) => g.types)].filter(several);
  const near = new Set(types);
  for (let size = -1; size !== near.size; ) {
    size = near.size;
    for (const set of sets) if (touch(set, near)) for (const type of set) near.add(type);
  }
  const wanted = roots.map((root) =>
    root.map((c) => ({
      name: c.name,
      demands: groupsOf(c)
        .filter((g) => touch(g.types, near))
        .map((g) => demandOf(c, g)),
    })),
  );
  const room = new Map(
    [...near].map((type) => {
      const quota = findQuota(facts, 'sagemaker', typeQuotaNames(type, spot));
      return [type, quota ? Math.max(0, Math.floor(quotaValue(quota))) : 0] as const;
    }),
  );
  return {
    held: running.filter((d) => touch(d.types, near)),
    before: mergeDemands(wanted.flatMap((root) => largestDemands(root.map((c) => c.demands)))),
    names: wanted.flat().flatMap((c) => (c.demands.some((d) => d.nodes.recommended > 0) ? [c.name] : [])),
    room,
  };
}

type Contest = ReturnType<typeof contest>;

/** The contests of one cluster, each worked out once for all types that hang together. */
function contestsOf(context: QuotaContext, cluster: Cluster, spot: boolean): (types: readonly string[]) => Contest {
  const known: Contest[] = [];
  return (types) => {
    const same = known.find((c) => types.every((t) => c.room.has(t)));
    if (same) return same;
    const found = contest(context, cluster, spot, types);
    known.push(found);
    return found;
  };
}

/** What a case is judged by. */
interface Bout {
  readonly context: QuotaContext;
  readonly cluster: Cluster;
  readonly spot: boolean;
  readonly contestOf: (types: readonly string[]) => Contest;
}

/** A type that is asked for by name: nobody else's choice makes room for it, so what others cannot do without comes first. */
function evaluateType({ context, cluster, spot, contestOf }: Bout, type: string, groups: readonly Group[]): CheckResult {
  const { facts, region } = context;
  const quota = findQuota(facts, 'sagemaker', typeQuotaNames(type, spot));
  if (!quota) return missing(typeQuotaName(type, spot), region, cluster, groups);
  const { held, before, names, room } = contestOf([type]);
  const own = together(groups.map((g) => useOf(cluster, g)));
  const base = unavoidableNodes(type, held, 'required', room);
  const others = (part: Part) => unavoidableNodes(type, [...held, ...before], part, room) - base;
  const use = {
    held: base,
    before: { amount: { required: others('required'), recommended: others('recommended') }, names },
    own: own.adds,
    nodes: own,
  };
  const what = `${spot ? 'Spot nodes' : 'Nodes'} of ${type}`;
  return evaluateQuota({ cluster, what, unit: 'nodes', use, quota, facts, region });
}

/** A group that takes whichever of its types there is: it fails only where no combination of them reaches the count. */
function evaluateFlexible({ context, cluster, spot, contestOf }: Bout, group: Group): CheckResult {
  const { facts, region } = context;
  const types = typesOf(group);
  const [row] = types.flatMap((t) => findQuota(facts, 'sagemaker', typeQuotaNames(t, spot)) ?? []);
  if (!row) return missing(typeQuotaName(types.join(' or '), spot), region, cluster, [group]);
  const { held, before, names, room } = contestOf(types);
  const { has, adds, asks } = useOf(cluster, group);
  // What it adds comes after its own cluster's groups that have no choice, and after the flexible ones that stand before it.
  const place = cluster.groups.indexOf(group);
  const siblings = cluster.groups
    .filter((g, i) => g.planned && g.spot === spot && g !== group && (!flexible(g) || i < place) && touch(g.types, new Set(room.keys())))
    .map((g) => demandOf(cluster, g));
  const left = (part: Part, beside: readonly Demand[]) =>
    servableNodes([...beside, { types, nodes: { required: unlimited, recommended: unlimited } }], part, room) -
    servableNodes(beside, part, room);
  const others = held.filter((d) => d.own !== group.name);
  const judged = (part: Part) => ({
    have: adds[part] > 0 ? has + left(part, [...held, ...before, ...siblings]) : left(part, others),
    need: has + adds[part],
  });
  const [required, recommended] = [judged('required'), judged('recommended')];
  const short = required.have < required.need;
  const { have, need } = short ? required : recommended;
  const beside = adds.recommended > 0 && names.length > 0 ? ` beside ${listed(names)} before it in the plan` : '';
  const values = types.map((t) => `${t} ${room.get(t) ?? 0}`).join(', ');
  const said = `Group ${group.name} needs ${need} ${spot ? 'Spot nodes' : 'nodes'} of any of its types; their quotas (${values}) leave room for ${have}${beside}`;
  if (have >= need) return { status: 'pass', have, need, unit: 'nodes', message: `${said}.` };
  const use = { held: 0, before: { amount: zero, names }, own: adds, nodes: { has, asks } };
  return {
    status: 'fail',
    ...(!short && { level: 'recommended' as const }),
    have,
    need,
    unit: 'nodes',
    message: `${said}${requestNote(facts, row)}.${short ? '' : ` ${partialFitText(cluster, use, have - has)}`}`,
    remediation: raiseQuota(row, Math.ceil(quotaValue(row) + recommended.need - recommended.have), region),
  };
}

/** Where a type has no row no node of it will ever come; a group of none is only warned. */
function missing(name: string, region: string, cluster: Cluster, groups: readonly Group[]): CheckResult {
  const wants = (g: Group) => g.planned === undefined || g.planned.count > 0 || (g.growTo ?? 0) > 0 || cluster.autoScaling;
  return notOffered(name, region, groups.some(wants) ? undefined : 'recommended');
}

export default clusterCheck({
  id: 'instance-type-quota',
  level: 'required',
  title: 'The quota of each instance type covers the nodes that run and those planned',
  rationale:
    'Each instance type has a quota of its own for cluster usage, another for Spot; both are 0 until an increase is granted, and nodes of all clusters share them.',
  applies: 'every instance type of a cluster; flexible groups once for all their types',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-prerequisites.html',
  needs: ['quotas', 'quotaRequests', 'clusterNames', 'runningClusters'],
  *cases(context, cluster) {
    for (const spot of [false, true]) {
      const groups = groupsInOrder(cluster).filter((g) => g.spot === spot);
      const named = groups.filter((g) => !flexible(g));
      const bout: Bout = { context, cluster, spot, contestOf: contestsOf(context, cluster, spot) };
      for (const type of new Set(named.flatMap(typesOf)))
        yield {
          resource: typeQuotaName(type, spot),
          evaluate: () =>
            evaluateType(
              bout,
              type,
              named.filter((g) => g.types.includes(type)),
            ),
        };
      for (const group of groups.filter(flexible))
        yield {
          group: group.name,
          resource: typeQuotaName(typesOf(group).join(' or '), spot),
          evaluate: () => evaluateFlexible(bout, group),
        };
    }
  },
});
