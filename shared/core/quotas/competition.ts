/** What planned clusters earlier in the plan take before a cluster gets its share. */
import type { Cluster } from '../evaluation/cluster.ts';
import { memoized } from '../evaluation/memoized.ts';
import type { Requirement } from '../network/requirements.ts';

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
const rivalsOfEach = memoized((clusters: readonly Cluster[]): ReadonlyMap<Cluster, ClusterAlternatives> => {
  const byName = new Map(clusters.map((c) => [c.name, c]));
  const places = new Map<string, number>();
  const before: (readonly Cluster[])[] = [];
  const known = new Map<Cluster, ClusterAlternatives>();
  for (const cluster of clusters) {
    if (!cluster.plan) continue;
    const root = rootOf(cluster, byName);
    const place = places.get(root);
    known.set(cluster, place === undefined ? before.slice() : before.toSpliced(place, 1));
    places.set(root, place ?? before.length);
    before[place ?? before.length] = [...(place === undefined ? [] : (before[place] ?? [])), cluster];
  }
  return known;
});

/**
 * The planned clusters that stand before `of` in the plan, alternatives of one another together. Its own alternatives
 * are left out: only one of them will be there. A cluster that only runs has no rivals, it is there already.
 */
export const earlierClusters = (clusters: readonly Cluster[], of: Cluster): ClusterAlternatives => rivalsOfEach(clusters).get(of) ?? [];

/** What the rivals of a cluster take, and the names of those that take anything. */
export interface Competition {
  readonly amount: Requirement;
  readonly names: readonly string[];
}

export const noCompetition: Competition = { amount: { required: 0, recommended: 0 }, names: [] };

/** Of alternatives the largest amount counts; `amountOf` may throw `NotEvaluatedError`, then the sum is unknown. */
export function competition(clusters: readonly Cluster[], of: Cluster, amountOf: (cluster: Cluster) => Requirement): Competition {
  const names: string[] = [];
  const sum = { required: 0, recommended: 0 };
  // Asked by each check for each pair of planned clusters: plain loops, for there may be very many.
  for (const root of earlierClusters(clusters, of)) {
    let required = 0;
    let recommended = 0;
    for (const rival of root) {
      const amount = amountOf(rival);
      required = Math.max(required, amount.required);
      recommended = Math.max(recommended, amount.recommended);
      if (amount.recommended > 0) names.push(rival.name);
    }
    sum.required += required;
    sum.recommended += recommended;
  }
  return { amount: sum, names };
}
