import { clusterCheck } from '../evaluation/check.ts';
import { requireValue } from '../evaluation/facts.ts';
import { noCompetition } from '../quotas/competition.ts';
import { clusterUse, evaluateQuota, heldBy, notOffered } from '../quotas/quota-usage.ts';
import { findQuota, quotaNames } from '../quotas/quotas.ts';

export default clusterCheck({
  id: 'cluster-size-quota',
  level: 'required',
  title: 'The quota of nodes per cluster covers the cluster',
  rationale: 'A cluster with more nodes than this quota is refused; the default is 20, for on-demand and for Spot nodes each.',
  applies: 'every cluster; for Spot nodes, clusters with a Spot group',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-prerequisites.html',
  needs: ['quotas', 'quotaRequests', 'clusterNames', 'runningClusters'],
  *cases({ facts, region }, cluster) {
    for (const spot of [false, true]) {
      if (!cluster.groups.some((g) => g.spot === spot)) continue;
      const name = spot ? quotaNames.clusterSpot : quotaNames.cluster;
      yield {
        resource: name,
        evaluate: () => {
          const quota = findQuota(facts, 'sagemaker', [name]);
          if (!quota) return notOffered(name, region);
          const own = clusterUse(cluster, spot);
          const use = { held: heldBy(requireValue(cluster.running), spot), before: noCompetition, own: own.adds, nodes: own };
          return evaluateQuota({
            cluster,
            what: `${spot ? 'Spot' : 'On-demand'} nodes of ${cluster.name}`,
            unit: 'nodes',
            use,
            quota,
            facts,
            region,
          });
        },
      };
    }
  },
});
