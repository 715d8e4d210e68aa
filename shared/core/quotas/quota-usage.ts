/**
 * How much of a quota is spoken for, and whether a cluster still fits. What runs counts first, then the planned clusters
 * in plan order: each sees what runs, what those before it add, and what it adds itself.
 */
import { type CheckResult, compareAmount } from '../evaluation/check.ts';
import { allRunning, type Cluster, type Group, runningGroup } from '../evaluation/cluster.ts';
import type { GroupSpec, RunningCluster, RunningGroup } from '../evaluation/cluster-spec.ts';
import { type Facts, type Quota, requireValue } from '../evaluation/facts.ts';
import { heldNodes, plannedNodes, type Requirement, total } from '../network/requirements.ts';
import { quotaValue, raiseQuota, requestNote } from './quotas.ts';

export type Part = keyof Requirement;

type ClusterAlternatives = readonly (readonly Cluster[])[];

/** Follows `alternativeTo` to the cluster that all of its alternatives stand for. */
function rootOf(cluster: Cluster, byName: ReadonlyMap<string, Cluster>): string {
  const seen = new Set<string>();
  for (let at = cluster.name; ; ) {
    const next = byName.get(at)?.plan?.alternativeTo;
    if (next === undefined || seen.has(next)) return at;
    seen.add(next);
    at = next;
  }
}

/** Every check that adds up asks for them again, of the same list of clusters. */
const rivalsKnown = new WeakMap<readonly Cluster[], ReadonlyMap<Cluster, ClusterAlternatives>>();

/**
 * The planned clusters that stand before `of` in the plan, alternatives of one another together. Its own alternatives
 * are left out: only one of them will be there. A cluster that only runs has no rivals, it is there already.
 */
export function earlierClusters(clusters: readonly Cluster[], of: Cluster): ClusterAlternatives {
  const known = rivalsKnown.get(clusters) ?? rivalsOfEach(clusters);
  rivalsKnown.set(clusters, known);
  return known.get(of) ?? [];
}

function rivalsOfEach(clusters: readonly Cluster[]): ReadonlyMap<Cluster, ClusterAlternatives> {
  const byName = new Map(clusters.map((c) => [c.name, c]));
  const before = new Map<string, readonly Cluster[]>();
  const known = new Map<Cluster, ClusterAlternatives>();
  for (const cluster of clusters) {
    if (!cluster.plan) continue;
    const root = rootOf(cluster, byName);
    known.set(
      cluster,
      [...before].filter(([other]) => other !== root).map(([, members]) => members),
    );
    before.set(root, [...(before.get(root) ?? []), cluster]);
  }
  return known;
}

/** What the rivals of a cluster take, and the names of those that take anything. */
export interface Competition {
  readonly amount: Requirement;
  readonly names: readonly string[];
}

export const noCompetition: Competition = { amount: { required: 0, recommended: 0 }, names: [] };

const largest = (amounts: readonly Requirement[]): Requirement => ({
  required: Math.max(0, ...amounts.map((a) => a.required)),
  recommended: Math.max(0, ...amounts.map((a) => a.recommended)),
});

/** Of alternatives the largest amount counts; `amountOf` may throw `NotEvaluatedError`, then nobody knows the sum. */
export function competition(clusters: readonly Cluster[], of: Cluster, amountOf: (cluster: Cluster) => Requirement): Competition {
  const names: string[] = [];
  const sum = { required: 0, recommended: 0 };
  // Asked by each check for each pair of planned clusters: plain loops, for there may be very many.
  for (const root of earlierClusters(clusters, of)) {
    const most = { required: 0, recommended: 0 };
    for (const rival of root) {
      const amount = amountOf(rival);
      most.required = Math.max(most.required, amount.required);
      most.recommended = Math.max(most.recommended, amount.recommended);
      if (amount.recommended > 0) names.push(rival.name);
    }
    sum.required += most.required;
    sum.recommended += most.recommended;
  }
  return { amount: sum, names };
}

/** Nodes of one kind, on-demand or Spot, that all running clusters hold; `NotEvaluatedError` where one of them could not be read. */
export const heldInRegion = (facts: Pick<Facts, 'clusterNames' | 'runningClusters'>, spot: boolean): number =>
  allRunning(facts)
    .map((c) => heldBy(c, spot))
    .reduce((a, b) => a + b, 0);

/** Nodes of one kind that one running cluster holds. */
export const heldBy = (running: RunningCluster | null, spot: boolean): number =>
  running ? running.groups.filter((g) => g.spot === spot).reduce((sum, g) => sum + heldNodes(running, g), 0) : 0;

/** A group's nodes: those it has, those it would add, and those it would add without headroom and growTo. */
export interface GroupUse {
  readonly has: number;
  readonly adds: Requirement;
  readonly asks: number;
}

/**
 * What a planned group adds to what it holds already. Nodes of another kind (Spot for on-demand) are no part of it, and
 * `heldOf` may tell further which of the running group's nodes are. Nothing for a group that only runs.
 */
export function groupUse(
  cluster: Cluster,
  group: Group,
  heldOf: (running: RunningCluster, group: RunningGroup) => number = heldNodes,
): GroupUse {
  const running = requireValue(cluster.running);
  const same = runningGroup(cluster, group.name);
  const has = running && same?.spot === group.spot ? heldOf(running, same) : 0;
  if (!group.planned) return { has, adds: noCompetition.amount, asks: 0 };
  const { required, recommended } = plannedNodes(cluster, group);
  const beyond = (nodes: number) => Math.max(0, nodes - has);
  return { has, adds: { required: beyond(required), recommended: beyond(recommended) }, asks: beyond(group.planned.count) };
}

/** Several groups' use as one. */
export const together = (uses: readonly GroupUse[]): GroupUse => ({
  has: uses.reduce((sum, u) => sum + u.has, 0),
  adds: total(uses.map((u) => u.adds)),
  asks: uses.reduce((sum, u) => sum + u.asks, 0),
});

/** What a cluster's groups of one kind add to that kind's quotas. */
export function clusterUse(cluster: Cluster, spot: boolean): GroupUse {
  const known = clusterUses[spot ? 'spot' : 'onDemand'];
  const use = known.get(cluster) ?? together(cluster.groups.filter((g) => g.spot === spot).map((g) => groupUse(cluster, g)));
  known.set(cluster, use);
  return use;
}

/** Each cluster that comes later in the plan asks again; a cluster to judge is made anew for each evaluation. */
const clusterUses = { spot: new WeakMap<Cluster, GroupUse>(), onDemand: new WeakMap<Cluster, GroupUse>() };

/** All that is to be held against a quota for one cluster. */
export interface QuotaUse {
  /** Taken by what runs. */
  readonly held: number;
  readonly before: Competition;
  readonly own: Requirement;
  /** The cluster's own nodes, where the amounts are nodes: for "would start with 12 of 32". */
  readonly nodes?: Pick<GroupUse, 'has' | 'asks'>;
}

/** A cluster that asks for nothing more needs no more than what runs, whoever else asks. */
export function sumOf(use: QuotaUse): Requirement {
  const part = (p: Part) => (use.own[p] > 0 ? use.held + use.before.amount[p] + use.own[p] : use.held);
  return { required: part('required'), recommended: part('recommended') };
}

/** At most three decimals: amounts of storage are no whole numbers. */
export const formatAmount = (amount: number): string => String(Number(amount.toFixed(3)));

/** `a`, `a and b`, `a, b and c`. */
export const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

/** "16 in use, 8 for a and b before it in the plan, 4 more for llm-train: 28 in all". */
function usageText(cluster: Cluster, use: QuotaUse, part: Part): string {
  const asks = use.own[part] > 0;
  const before = asks && use.before.amount[part] > 0;
  const parts = [
    `${formatAmount(use.held)} in use`,
    ...(before ? [`${formatAmount(use.before.amount[part])} for ${listed(use.before.names)} before it in the plan`] : []),
    ...(asks ? [`${formatAmount(use.own[part])} more for ${cluster.name}`] : []),
  ];
  return parts.join(', ') + (asks ? `: ${formatAmount(sumOf(use)[part])} in all` : '');
}

/** Why the required part fits and the recommended does not. */
export function partialFitText(cluster: Cluster, use: QuotaUse, have: number): string {
  const { nodes } = use;
  const start = nodes && Math.min(nodes.asks, Math.max(use.own.required, Math.floor(have) - use.held - use.before.amount.recommended));
  if (nodes && start !== undefined && start < nodes.asks)
    return `${cluster.name} would start with ${nodes.has + start} of ${nodes.has + nodes.asks} nodes.`;
  return 'What has to be there fits; all that is asked for beyond it (over MinInstanceCount, headroom, growTo) does not.';
}

/** The verdict on one quota that a sum is held against. `what` begins the sentence: "Nodes of ml.p5.48xlarge". */
export function evaluateQuota(of: {
  readonly cluster: Cluster;
  readonly what: string;
  readonly unit: string;
  readonly use: QuotaUse;
  readonly quota: Quota;
  readonly facts: Pick<Facts, 'quotaRequests'>;
  readonly region: string;
}): CheckResult {
  const { cluster, use, quota, unit } = of;
  const have = quotaValue(quota);
  const sum = sumOf(use);
  const judged = compareAmount(have, sum);
  const required = judged.status === 'fail' && judged.level === undefined;
  const said = `${of.what}: ${usageText(cluster, use, required ? 'required' : 'recommended')}; the quota "${quota.name}" allows ${formatAmount(have)}`;
  if (judged.status === 'pass') return { ...judged, unit, message: `${said}.` };
  return {
    ...judged,
    unit,
    message: `${said}${requestNote(of.facts, quota)}.${required ? '' : ` ${partialFitText(cluster, use, have)}`}`,
    remediation: raiseQuota(quota, Math.ceil(sum.recommended), of.region),
  };
}

/** The verdict where Service Quotas lists no row of that name: another thing than a quota of 0, and nothing to be raised. */
export const notOffered = (name: string, region: string, level?: CheckResult['level']): CheckResult => ({
  status: 'fail',
  ...(level && { level }),
  message: `Service Quotas in ${region} lists no "${name}": HyperPod does not offer it there.`,
  remediation: { text: `Plan the cluster for a region whose Service Quotas list "${name}", or for another instance type.` },
});

/** Nodes that any of these types can serve. */
export interface Demand {
  readonly types: readonly string[];
  readonly nodes: Requirement;
}

/** More than anybody asks for; finite, so that it can be counted with. */
export const unlimited = 2 ** 40;

const distinct = (types: readonly string[]): readonly string[] => (types.length < 2 ? types : [...new Set(types)].toSorted());

/** Demands for the same types as one. */
function merged(demands: readonly Demand[]): ReadonlyMap<string, Demand> {
  const map = new Map<string, Demand>();
  for (const { types, nodes } of demands) {
    const names = distinct(types);
    const key = names.join(' ');
    const known = map.get(key);
    map.set(key, { types: names, nodes: known ? total([known.nodes, nodes]) : nodes });
  }
  return map;
}

/** Fewer demands that say the same. */
export const mergeDemands = (demands: readonly Demand[]): readonly Demand[] => [...merged(demands).values()];

/**
 * What alternatives take at most: for each set of types the largest amount any of them asks of it. An upper bound where
 * they ask for different types, for then only one of the sets will be asked for.
 */
export function largestDemands(alternatives: readonly (readonly Demand[])[]): readonly Demand[] {
  const [only, another] = alternatives;
  if (only && !another) return only;
  const each = alternatives.map(merged);
  const types = new Map(each.flatMap((m) => [...m].map(([key, d]) => [key, d.types] as const)));
  return [...types].map(([key, names]) => ({ types: names, nodes: largest(each.flatMap((m) => m.get(key)?.nodes ?? [])) }));
}

/**
 * How many of the demanded nodes the types can serve at most, each type with its room (a type without one has none).
 * A maximum flow from demands to types: filling types one by one would depend on the order and could refuse what fits.
 */
export function servableNodes(demands: readonly Demand[], part: Part, room: ReadonlyMap<string, number>): number {
  const sources = mergeDemands(demands).filter((d) => d.nodes[part] > 0);
  const left = new Map(room);
  const flow = sources.map(() => new Map<string, number>());
  const flowOf = (source: number, type: string) => flow[source]?.get(type) ?? 0;
  let sum = 0;
  for (const [first, demand] of sources.entries()) {
    for (let rest = demand.nodes[part]; rest > 0; ) {
      const path = pathToCapacity(first, sources, left, flowOf);
      if (!path) break;
      const moved = Math.min(rest, ...path.map((step) => step.capacity));
      for (const { source, type, back } of path) {
        flow[source]?.set(type, flowOf(source, type) + moved);
        if (back === undefined) left.set(type, (left.get(type) ?? 0) - moved);
        else flow[back]?.set(type, flowOf(back, type) - moved);
      }
      rest -= moved;
      sum += moved;
    }
  }
  return sum;
}

/** One step of a path: `source` takes room of `type`, which `back`, if named, gives up and finds elsewhere. */
interface FlowStep {
  readonly source: number;
  readonly type: string;
  readonly back?: number;
  readonly capacity: number;
}

/** The shortest way by which a source gets room, moving others to where they fit as well; `undefined` if there is none. */
function pathToCapacity(
  first: number,
  sources: readonly Demand[],
  left: ReadonlyMap<string, number>,
  flowOf: (source: number, type: string) => number,
): readonly FlowStep[] | undefined {
  const reached = new Map<number, readonly FlowStep[]>([[first, []]]);
  const types = new Set<string>();
  for (const [source, path] of reached) {
    for (const type of sources[source]?.types ?? []) {
      if (types.has(type)) continue;
      types.add(type);
      const free = left.get(type) ?? 0;
      if (free > 0) return [...path, { source, type, capacity: free }];
      for (const back of sources.keys())
        if (!reached.has(back) && flowOf(back, type) > 0)
          reached.set(back, [...path, { source, type, back, capacity: flowOf(back, type) }]);
    }
  }
  return undefined;
}

/** How many nodes of one type the demands cannot do without, whatever else serves them: exact for any mix of flexible groups. */
export function unavoidableNodes(type: string, demands: readonly Demand[], part: Part, room: ReadonlyMap<string, number>): number {
  const withRoom = (nodes: number) => servableNodes(demands, part, new Map(room).set(type, nodes));
  return withRoom(unlimited) - withRoom(0);
}

const both = (nodes: number): Requirement => ({ required: nodes, recommended: nodes });

/** A running group's nodes as demands: where AWS breaks them down by type, those that exist have theirs. */
export function heldDemands(cluster: Pick<RunningCluster, 'status'>, group: RunningGroup): readonly Demand[] {
  const held = heldNodes(cluster, group);
  const placed = held > 0 && new Set(group.types).size > 1 ? Object.entries(group.currentByType ?? {}) : [];
  const rest = held - placed.reduce((sum, [, nodes]) => sum + nodes, 0);
  return [...placed.map(([type, nodes]) => ({ types: [type], nodes: both(nodes) })), { types: group.types, nodes: both(rest) }].filter(
    (d) => d.nodes.required > 0,
  );
}

/** Of a running group's nodes those that a planned group of these types would keep. */
export const heldAs =
  (types: GroupSpec['types']) =>
  (cluster: RunningCluster, group: RunningGroup): number =>
    heldDemands(cluster, group)
      .filter((d) => d.types.every((t) => types.includes(t)))
      .reduce((sum, d) => sum + d.nodes.required, 0);
