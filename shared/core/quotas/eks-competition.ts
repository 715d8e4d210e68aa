/** Which HyperPod clusters compete for an EKS cluster, which serves one of them only. */
import type { CheckContext } from '../evaluation/check.ts';
import type { Cluster } from '../evaluation/cluster.ts';
import { requireValue } from '../evaluation/facts.ts';
import { sortedUnique } from '../evaluation/order.ts';

/**
 * Other clusters that use an EKS cluster: those that run on it, and those planned before this one, unless this one runs on
 * it already. Alternatives of the cluster do not count. `leaving`: clusters being deleted. Clusters that could not be read
 * are left out, because a conflict with another one is certain all the same.
 */
export function otherEksUsers(
  { clusters, facts }: Pick<CheckContext<'clusterNames' | 'runningClusters'>, 'clusters' | 'facts'>,
  cluster: Cluster,
  arn: string,
): { readonly users: readonly string[]; readonly leaving: readonly string[] } {
  const alternatives = new Set(clusters.filter((c) => c.plan?.alternativeTo === cluster.name).map((c) => c.name));
  const isAlternative = (other: string) => cluster.plan?.alternativeTo === other || alternatives.has(other);
  const position = cluster.plan ? clusters.findIndex((c) => c.name === cluster.name) : 0;
  const before = clusters.slice(0, Math.max(0, position)).filter((c) => c.eksCluster === arn && !isAlternative(c.name));
  const names = facts.clusterNames.ok ? facts.clusterNames.value : [];
  const running = names.flatMap((name) => {
    const read = facts.runningClusters[name];
    return read?.ok && read.value.eksCluster === arn && name !== cluster.name && !isAlternative(name) ? [read.value] : [];
  });
  const staying = running.filter((r) => r.status !== 'Deleting').map((r) => r.name);
  const runsOnIt = () => requireValue(cluster.running)?.eksCluster === arn;
  const planned = staying.length === 0 && before.length > 0 && runsOnIt() ? [] : before.map((c) => c.name);
  return { users: sortedUnique([...staying, ...planned]), leaving: running.map((r) => r.name).toSorted() };
}
