import { amountRule, clusterCheck } from '../evaluation/check.ts';
import { allRunning } from '../evaluation/cluster.ts';
import { competition } from '../quotas/competition.ts';
import { nodeQuotaCases } from '../quotas/node-quota.ts';
import { clusterUse, existingNodes, heldInRegion } from '../quotas/quota-usage.ts';
import { quotaNames } from '../quotas/quotas.ts';

export default clusterCheck({
  id: 'total-instance-quota',
  level: 'required',
  title: 'The quota of instances over all clusters covers running and planned nodes',
  rationale: 'All clusters of the account in a region share this quota. Its default is 0 for on-demand and for Spot nodes.',
  applies: 'every cluster; for Spot nodes, clusters with a Spot group',
  rule: amountRule,
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-prerequisites.html',
  needs: ['quotas', 'quotaRequests', 'clusterNames', 'runningClusters'],
  cases: (context, cluster) =>
    nodeQuotaCases(context, cluster, {
      names: { onDemand: quotaNames.total, spot: quotaNames.totalSpot },
      of: 'all clusters',
      others: (spot) => ({
        held: heldInRegion(context.facts, spot),
        existing: existingNodes(allRunning(context.facts), spot),
        before: competition(context.clusters, cluster, (c) => clusterUse(c, spot).adds),
      }),
    }),
});
