/** Nodes that one of several instance types can serve, and how many of them the types' quotas allow together. */

import type { GroupSpec, RunningCluster, RunningGroup } from '../evaluation/cluster-spec.ts';
import { sortedUnique } from '../evaluation/order.ts';
import { type AmountLevel, both, heldNodes, type Requirement, total } from '../network/requirements.ts';

export const largest = (amounts: readonly Requirement[]): Requirement => ({
  required: Math.max(0, ...amounts.map((a) => a.required)),
  recommended: Math.max(0, ...amounts.map((a) => a.recommended)),
});

/** Nodes that any of these types can serve. */
export interface Demand {
  readonly types: readonly string[];
  readonly nodes: Requirement;
}

/** More than anybody asks for; finite, so that it can be counted with. */
export const unlimited = 2 ** 40;

const distinct = (types: readonly string[]): readonly string[] => (types.length < 2 ? types : sortedUnique(types));

/** Demands, those for the same types as one. */
export class DemandSum {
  readonly #sums = new Map<string, { readonly types: readonly string[]; readonly nodes: { required: number; recommended: number } }>();

  add({ types, nodes }: Demand): void {
    const names = distinct(types);
    const key = names.length === 1 ? (names[0] ?? '') : names.join(' ');
    const known = this.#sums.get(key)?.nodes;
    if (known) {
      known.required += nodes.required;
      known.recommended += nodes.recommended;
    } else this.#sums.set(key, { types: names, nodes: { ...nodes } });
  }

  get byTypes(): ReadonlyMap<string, Demand> {
    return this.#sums;
  }
}

function merged(demands: readonly Demand[]): ReadonlyMap<string, Demand> {
  const sum = new DemandSum();
  for (const demand of demands) sum.add(demand);
  return sum.byTypes;
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
export function servableNodes(demands: readonly Demand[], part: AmountLevel, room: ReadonlyMap<string, number>): number {
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

/** The shortest chain of moves that makes room for a source, other nodes moving to where they fit as well; `undefined`: none. */
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

/** How many nodes of one type the demands need at least, with all other types in use: exact for any mix of flexible groups. */
export function unavoidableNodes(type: string, demands: readonly Demand[], part: AmountLevel, room: ReadonlyMap<string, number>): number {
  // Where no demand has a choice, those for the type need it and the others do not.
  if (demands.every((d) => distinct(d.types).length < 2))
    return demands.reduce((sum, d) => (d.types[0] === type ? sum + d.nodes[part] : sum), 0);
  const withRoom = (nodes: number) => servableNodes(demands, part, new Map(room).set(type, nodes));
  return withRoom(unlimited) - withRoom(0);
}

/** A running group's nodes as demands: where AWS breaks them down by type, those that exist have theirs. */
export function heldDemands(cluster: Pick<RunningCluster, 'status'>, group: RunningGroup): readonly Demand[] {
  const held = heldNodes(cluster, group);
  const placed = held.recommended > 0 && new Set(group.types).size > 1 ? Object.entries(group.currentByType ?? {}) : [];
  const known = placed.reduce((sum, [, nodes]) => sum + nodes, 0);
  const rest = { required: Math.max(0, held.required - known), recommended: Math.max(0, held.recommended - known) };
  return [...placed.map(([type, nodes]) => ({ types: [type], nodes: both(nodes) })), { types: group.types, nodes: rest }].filter(
    (d) => d.nodes.recommended > 0,
  );
}

/** Of a running group's nodes those that a planned group of these types would keep. */
export const heldAs =
  (types: GroupSpec['types']) =>
  (cluster: RunningCluster, group: RunningGroup): Requirement =>
    total(heldDemands(cluster, group).flatMap((d) => (d.types.every((t) => types.includes(t)) ? [d.nodes] : [])));
