import { pass, regionCheck } from '../evaluation/check.ts';
import { allRunning, type Cluster } from '../evaluation/cluster.ts';
import { type Quota, requireKey, requireValue } from '../evaluation/facts.ts';
import { byName } from '../evaluation/order.ts';
import { isHyperPodQuota, quotaNames, quotaValue, requestsFor, typeQuotaNames } from '../quotas/quotas.ts';

/** Names of the quotas that the clusters of the plan and those that run fall under. */
function quotasInUse(clusters: readonly Cluster[]): ReadonlySet<string> {
  const groups = clusters.flatMap((c) => c.groups);
  return new Set([
    ...groups.flatMap((g) => g.types.flatMap((t) => typeQuotaNames(t, g.spot))),
    ...groups.flatMap((g) => (g.spot ? [quotaNames.clusterSpot, quotaNames.totalSpot] : [quotaNames.cluster, quotaNames.total])),
    ...groups.flatMap((g) => (g.volumesGb.length > 0 ? [quotaNames.volume] : [])),
    ...groups.flatMap((g) => (g.restricted ? [quotaNames.restrictedLustre] : [])),
  ]);
}

const raised = (quota: Quota): boolean => quota.applied !== undefined && quota.applied > (quota.default ?? 0);

export default regionCheck({
  id: 'applied-quotas',
  level: 'recommended',
  title: 'Values and increase requests of HyperPod quotas are watched',
  rationale: 'AWS grants and refuses increases, and can lower values. Each change decides which clusters can start, and notifies.',
  applies: 'every HyperPod quota of the region that is raised, has a request of the last 90 days, or that a cluster uses; never fails',
  reference: 'https://docs.aws.amazon.com/servicequotas/latest/userguide/request-quota-increase.html',
  needs: ['quotas', 'quotaRequests', 'clusterNames', 'runningClusters'],
  *cases({ facts, clusters }) {
    const rows = requireKey(facts.quotas, 'sagemaker', 'quotas of');
    // Which quotas have a request is part of the list, so nothing is listed without the requests.
    requireKey(facts.quotaRequests, 'sagemaker', 'quota requests of');
    const inUse = quotasInUse(clusters);
    const watched = rows
      .filter((q) => isHyperPodQuota(q.name) && (inUse.has(q.name) || raised(q) || requestsFor(facts, q).length > 0))
      .toSorted(byName);
    for (const quota of watched)
      yield {
        resource: quota.name,
        evaluate: () => {
          const have = quotaValue(quota);
          const [newest] = requestsFor(facts, quota);
          const request = newest ? ` request=${newest.status}:${newest.desired}` : '';
          return pass(
            newest
              ? `Quota is ${have}. Increase to ${newest.desired} requested on ${newest.created.slice(0, 10)} (${newest.status}${newest.caseId ? `, case ${newest.caseId}` : ''}).`
              : `Quota is ${have}. No increase requested in the last 90 days.`,
            { have, watched: `value=${have}${request}` },
          );
        },
      };
    // Without these reads it is unknown which other quotas are in use.
    requireValue(facts.clusterNames);
    allRunning(facts);
  },
});
