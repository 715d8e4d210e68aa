import { clusterCheck } from '../evaluation/check.ts';
import { competition } from '../quotas/competition.ts';
import { clusterUse, evaluateQuota, heldInRegion, notOffered } from '../quotas/quota-usage.ts';
import { findQuota, quotaNames } from '../quotas/quotas.ts';

export default clusterCheck({
  id: 'total-instance-quota',
  level: 'required',
  title: 'The quota of nodes over all clusters covers those that run and those planned',
  rationale: 'Nodes of all clusters of the account in a region share this quota; its default is 0, for on-demand and for Spot nodes each.',
  applies: 'every cluster; for Spot nodes, clusters with a Spot group',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-prerequisites.html',
  needs: ['quotas', 'quotaRequests', 'clusterNames', 'runningClusters'],
  *cases({ facts, region, clusters }, cluster) {
    for (const spot of [false, true]) {
      if (!cluster.groups.some((g) => g.spot === spot)) continue;
      const name = spot ? quotaNames.totalSpot : quotaNames.total;
      yield {
        resource: name,
        evaluate: () => {
          const quota = findQuota(facts, 'sagemaker', [name]);
          if (!quota) return notOffered(name, region);
          const own = clusterUse(cluster, spot);
          const use = {
            held: heldInRegion(facts, spot),
            before: competition(clusters, cluster, (c) => clusterUse(c, spot).adds),
            own: own.adds,
            nodes: own,
          };
          return evaluateQuota({
            cluster,
            what: `${spot ? 'Spot' : 'On-demand'} nodes of all clusters`,
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
