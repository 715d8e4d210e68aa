import { amountRule, clusterCheck } from '../evaluation/check.ts';
import { requireValue } from '../evaluation/facts.ts';
import { noCompetition } from '../quotas/competition.ts';
import { nodeQuotaCases } from '../quotas/node-quota.ts';
import { existingNodes, heldBy } from '../quotas/quota-usage.ts';
import { quotaNames } from '../quotas/quotas.ts';

export default clusterCheck({
  id: 'cluster-size-quota',
  level: 'required',
  title: 'The quota of instances per cluster covers the cluster',
  rationale: 'AWS refuses a cluster with more nodes than this quota. The default is 20 on-demand nodes and 20 Spot nodes.',
  applies: 'every cluster; for Spot nodes, clusters with a Spot group',
  rule: amountRule,
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-prerequisites.html',
  needs: ['quotas', 'quotaRequests', 'clusterNames', 'runningClusters'],
  cases: (context, cluster) =>
    nodeQuotaCases(context, cluster, {
      names: { onDemand: quotaNames.cluster, spot: quotaNames.clusterSpot },
      of: cluster.name,
      others: (spot) => {
        const running = requireValue(cluster.running);
        return { held: heldBy(running, spot), existing: existingNodes([running], spot), before: noCompetition };
      },
    }),
});
