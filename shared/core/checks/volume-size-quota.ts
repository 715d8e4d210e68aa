import { clusterCheck, fail, pass } from '../evaluation/check.ts';
import { notOffered } from '../quotas/quota-usage.ts';
import { findQuota, quotaNames, quotaValue, raiseQuota, requestNote } from '../quotas/quotas.ts';

export default clusterCheck({
  id: 'volume-size-quota',
  level: 'required',
  title: 'The EBS volume size quota covers the largest volume of the cluster',
  rationale: 'AWS refuses to create a group whose volume is larger than the quota. The default quota is 0 GB.',
  applies: 'clusters with a group that requests an EBS volume',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-prerequisites.html',
  needs: ['quotas', 'quotaRequests'],
  *cases({ facts, region }, cluster) {
    const need = Math.max(0, ...cluster.groups.flatMap((g) => g.volumesGb));
    if (need === 0) return;
    yield {
      resource: quotaNames.volume,
      evaluate: () => {
        const quota = findQuota(facts, 'sagemaker', [quotaNames.volume]);
        if (!quota) return { ...notOffered(quotaNames.volume, region), need, unit: 'GB' };
        const have = quotaValue(quota);
        if (have >= need) return pass(`${need} GB required for the largest volume, quota is ${have} GB.`, { have, need, unit: 'GB' });
        return fail(
          `${need} GB required for the largest volume, quota is ${have} GB.${requestNote(facts, quota)}`,
          raiseQuota(quota, need, region),
          { have, need, unit: 'GB' },
        );
      },
    };
  },
});
