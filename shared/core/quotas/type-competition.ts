/** What competes for the quotas of instance types: running clusters, earlier planned clusters, and flexible groups. */
import type { CheckContext } from '../evaluation/check.ts';
import { allRunning, type Cluster, type Group } from '../evaluation/cluster.ts';
import type { GroupSpec } from '../evaluation/cluster-spec.ts';
import { earlierClusters } from './competition.ts';
import { type Demand, heldAs, heldDemands, largestDemands, mergeDemands } from './demands.ts';
import { type GroupUse, groupUse } from './quota-usage.ts';
import { findQuota, quotaValue, typeQuotaNames } from './quotas.ts';

type QuotaContext = CheckContext<'quotas' | 'quotaRequests' | 'clusterNames' | 'runningClusters'>;

export const typesOf = (group: GroupSpec): readonly string[] => (group.types.length < 2 ? group.types : [...new Set(group.types)]);

export const flexible = (group: GroupSpec): boolean => typesOf(group).length > 1;

export const touch = (a: readonly string[], b: ReadonlySet<string>): boolean => a.some((t) => b.has(t));

/** What one group of the cluster takes: nodes of its types that it has, and those it adds. */
export const useOf = (cluster: Cluster, group: Group): GroupUse => groupUse(cluster, group, heldAs(group.types));

/** Clusters later in the plan ask again. Keyed by group, which each evaluation builds again. */
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
export function demandOf(cluster: Cluster, group: Group): Demand {
  const known = demands.get(group);
  if (known) return known;
  const demand = { types: group.types, nodes: useOf(cluster, group).adds };
  demands.set(group, demand);
  return demand;
}

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
  const groupsOf = (c: Cluster) => plannedGroups(c, spot);
  const sets = running.map((d) => d.types).filter((t) => t.length > 1);
  // Plain loops here and below: asked for each pair of planned clusters, of which there may be very many.
  for (const root of [...roots, [cluster]])
    for (const c of root) for (const { types: set } of groupsOf(c)) if (set.length > 1) sets.push(set);
  const near = new Set(types);
  for (let size = -1; size !== near.size; ) {
    size = near.size;
    for (const set of sets) if (touch(set, near)) for (const type of set) near.add(type);
  }
  const before: Demand[] = [];
  const names: string[] = [];
  for (const root of roots) {
    const demandsOfRoot = root.map((c) => {
      const demands: Demand[] = [];
      for (const g of groupsOf(c)) if (touch(g.types, near)) demands.push(demandOf(c, g));
      if (demands.some((d) => d.nodes.recommended > 0)) names.push(c.name);
      return demands;
    });
    before.push(...largestDemands(demandsOfRoot));
  }
  const room = new Map(
    [...near].map((type) => {
      const quota = findQuota(facts, 'sagemaker', typeQuotaNames(type, spot));
      return [type, quota ? Math.max(0, Math.floor(quotaValue(quota))) : 0] as const;
    }),
  );
  return {
    held: running.filter((d) => touch(d.types, near)),
    before: mergeDemands(before),
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
