import { clusterCheck } from '../evaluation/check.ts';
import { allRunning, type Cluster, runningGroup } from '../evaluation/cluster.ts';
import type { ClusterSpec } from '../evaluation/cluster-spec.ts';
import { requireValue } from '../evaluation/facts.ts';
import { both, type Requirement, times, total } from '../network/requirements.ts';
import { competition } from '../quotas/competition.ts';
import { evaluateQuota, notOffered } from '../quotas/quota-usage.ts';
import { findQuota, quotaNames } from '../quotas/quotas.ts';

const gibPerTib = 1024;

/** Lustre capacity that stays with a cluster until it is gone, GiB: its restricted groups' and what they share. */
const heldGib = (cluster: ClusterSpec): number =>
  cluster.groups.filter((g) => g.restricted).reduce((sum, g) => sum + (g.lustreGib ?? 0), cluster.sharedLustreGib ?? 0);

/** What a planned cluster adds to what it has already. */
function addedGib(cluster: Cluster): Requirement {
  const running = requireValue(cluster.running);
  if (!cluster.plan) return { required: 0, recommended: 0 };
  const current = running?.status === 'Deleting' ? null : running;
  const percent = 100 + (cluster.plan.headroom ?? 0);
  const beyond = (gib: number, has: number): Requirement => ({
    required: Math.max(0, gib - has),
    recommended: Math.max(0, Math.ceil((gib * percent) / 100) - has),
  });
  return total([
    beyond(cluster.sharedLustreGib ?? 0, current?.sharedLustreGib ?? 0),
    ...cluster.groups
      .filter((g) => g.restricted)
      .map((g) => beyond(g.lustreGib ?? 0, (current && runningGroup(cluster, g.name)?.lustreGib) ?? 0)),
  ]);
}

const tib = (gib: Requirement): Requirement => times(gib, 1 / gibPerTib);

export default clusterCheck({
  id: 'restricted-storage-quota',
  level: 'required',
  title: 'The quota of Lustre capacity covers the restricted instance groups',
  rationale: 'Each restricted instance group has its own file system. All of them in a region share this quota, whose default is 0 TiB.',
  applies: 'clusters with restricted instance groups',
  reference: 'https://docs.aws.amazon.com/general/latest/gr/sagemaker.html',
  needs: ['quotas', 'quotaRequests', 'clusterNames', 'runningClusters'],
  *cases({ facts, region, clusters }, cluster) {
    if (!cluster.groups.some((g) => g.restricted)) return;
    yield {
      resource: quotaNames.restrictedLustre,
      evaluate: () => {
        const quota = findQuota(facts, 'sagemaker', [quotaNames.restrictedLustre]);
        if (!quota) return notOffered(quotaNames.restrictedLustre, region);
        const running = allRunning(facts).filter((c) => c.status !== 'Deleting');
        const use = {
          held: both(running.reduce((sum, c) => sum + heldGib(c), 0) / gibPerTib),
          before: competition(clusters, cluster, (c) => tib(addedGib(c))),
          own: tib(addedGib(cluster)),
        };
        return evaluateQuota({ cluster, what: 'TiB of Lustre capacity for restricted groups', unit: 'TiB', use, quota, facts, region });
      },
    };
  },
});
