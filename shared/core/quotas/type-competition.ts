/** What competes for the quotas of instance types: running clusters, earlier planned clusters, and flexible groups. */
import type { CheckContext } from '../evaluation/check.ts';
import { allRunning, type Cluster, type Group } from '../evaluation/cluster.ts';
import type { GroupSpec } from '../evaluation/cluster-spec.ts';
import { memoized, memoizedPair } from '../evaluation/memoized.ts';
import { earlierClusters } from './competition.ts';
import { type Demand, DemandSum, heldAs, heldDemands, largestDemands } from './demands.ts';
import { type GroupUse, groupUse } from './quota-usage.ts';
import { findQuota, quotaValue, typeQuotaNames } from './quotas.ts';

type QuotaContext = CheckContext<'quotas' | 'quotaRequests' | 'clusterNames' | 'runningClusters'>;

export const typesOf = (group: GroupSpec): readonly string[] => (group.types.length < 2 ? group.types : [...new Set(group.types)]);

export const flexible = (group: GroupSpec): boolean => typesOf(group).length > 1;

/** Asked for each pair of planned clusters, of which there may be very many: a plain loop. */
export function touch(a: readonly string[], b: ReadonlySet<string>): boolean {
  for (const type of a) if (b.has(type)) return true;
  return false;
}

/** What one group of the cluster takes: nodes of its types that it has, and those it adds. */
export const useOf = (cluster: Cluster, group: Group): GroupUse => groupUse(cluster, group, heldAs(group.types));

/** A cluster's planned groups of either kind. */
const plannedGroups = memoized((cluster: Cluster) => {
  const groups = cluster.groups.filter((g) => g.planned);
  return { spot: groups.filter((g) => g.spot), onDemand: groups.filter((g) => !g.spot) };
});

/** Clusters with a planned group that lists several types. */
const withChoice = memoized(
  (clusters: readonly Cluster[]): ReadonlySet<Cluster> =>
    new Set(clusters.filter((c) => c.groups.some((g) => g.planned && g.types.length > 1))),
);

/** The nodes a planned group adds, any of its types. */
export const demandOf = memoizedPair(
  (cluster: Cluster, group: Group): Demand => ({ types: group.types, nodes: useOf(cluster, group).adds }),
);

/**
 * All that competes for the quotas of some types: what runs, and what the planned clusters before this one add. Types
 * that a flexible group offers as an alternative are included, so does who else may take those; the rest is left unread.
 */
function contest({ facts, clusters }: QuotaContext, cluster: Cluster, spot: boolean, types: readonly string[]) {
  const running = allRunning(facts).flatMap((c) =>
    c.groups
      .filter((g) => g.spot === spot)
      .flatMap((g) => heldDemands(c, g).map((d) => ({ ...d, own: c.name === cluster.name ? g.name : undefined }))),
  );
  const roots = earlierClusters(clusters, cluster);
  const groupsOf = (c: Cluster) => plannedGroups(c)[spot ? 'spot' : 'onDemand'];
  const choosing = withChoice(clusters);
  const sets = [
    ...running.map((d) => d.types),
    ...(choosing.size > 0 ? [...roots.flat(), cluster] : []).flatMap((c) => (choosing.has(c) ? groupsOf(c).map((g) => g.types) : [])),
  ].filter((t) => t.length > 1);
  const near = new Set(types);
  for (let size = -1; size !== near.size; ) {
    size = near.size;
    for (const set of sets) if (touch(set, near)) for (const type of set) near.add(type);
  }
  const before = new DemandSum();
  const names: string[] = [];
  const demandsOf = (c: Cluster, take: (demand: Demand) => void) => {
    let adds = false;
    groupsOf(c).forEach((g) => {
      if (!touch(g.types, near)) return;
      const demand = demandOf(c, g);
      take(demand);
      adds ||= demand.nodes.recommended > 0;
    });
    if (adds) names.push(c.name);
  };
  const add = (demand: Demand) => before.add(demand);
  const addLargest = (root: readonly Cluster[]) => {
    const alternatives = root.map((c) => {
      const own: Demand[] = [];
      demandsOf(c, (demand) => own.push(demand));
      return own;
    });
    largestDemands(alternatives).forEach(add);
  };
  for (const root of roots)
    if (root.length === 1 && root[0]) demandsOf(root[0], add);
    else addLargest(root);
  const room = new Map(
    [...near].map((type) => {
      const quota = findQuota(facts, 'sagemaker', typeQuotaNames(type, spot));
      return [type, quota ? Math.max(0, Math.floor(quotaValue(quota))) : 0] as const;
    }),
  );
  return {
    held: running.filter((d) => touch(d.types, near)),
    before: [...before.byTypes.values()],
    names,
    room,
  };
}

type Contest = ReturnType<typeof contest>;

/** The contests of one cluster, each worked out once for all types that hang together. */
export function contestsOf(context: QuotaContext, cluster: Cluster, spot: boolean): (types: readonly string[]) => Contest {
  const known: Contest[] = [];
  return (types) => {
    const same = known.find((c) => types.every((t) => c.room.has(t)));
    if (same) return same;
    const found = contest(context, cluster, spot, types);
    known.push(found);
    return found;
  };
}

/** What a case is evaluated by. */
export interface Bout {
  readonly context: QuotaContext;
  readonly cluster: Cluster;
  readonly spot: boolean;
  readonly contestOf: (types: readonly string[]) => Contest;
}
