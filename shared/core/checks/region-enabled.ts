import { fail, pass, regionCheck } from '../evaluation/check.ts';
import { requireKey, requireValue } from '../evaluation/facts.ts';
import { isTypeQuota } from '../quotas/quotas.ts';
import { aws } from '../text/command-line.ts';

export default regionCheck({
  id: 'region-enabled',
  level: 'required',
  levelNote: 'required, recommended where no cluster is planned or runs',
  title: 'The region is enabled for the account and offers HyperPod',
  rationale:
    'AWS refuses every call in a region that is not enabled for the account. HyperPod is not offered in regions without cluster quotas.',
  applies: 'regions with planned or running clusters, and regions that are not enabled',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod.html',
  needs: ['regionOptIn', 'quotas'],
  *cases({ facts, region, partition, clusters }) {
    yield {
      resource: region,
      level: clusters.length > 0 ? 'required' : 'recommended',
      evaluate: () => {
        const state = requireValue(facts.regionOptIn);
        if (state === 'not-opted-in')
          return fail(`Region ${region} is not enabled for this account.`, {
            text: `Enable ${region} for the account (takes minutes to hours), or remove it from the plan.`,
            // Regions are switched in the account service, which in each partition answers in one region only.
            ...(partition === 'aws' && {
              command: aws(['account', 'enable-region'], { 'region-name': region, region: 'us-east-1' }),
              console: 'https://us-east-1.console.aws.amazon.com/billing/home#/account',
            }),
          });
        if (clusters.length === 0) return undefined;
        const types = requireKey(facts.quotas, 'sagemaker', 'quotas of').filter((q) => isTypeQuota(q.name)).length;
        if (types > 0) return pass(`Region ${region} is enabled (${state}) and lists ${types} quotas for cluster usage.`);
        return fail(`0 quotas "for cluster usage" in ${region}. HyperPod is not offered in this region.`, {
          text: 'Plan the cluster in a region that offers HyperPod.',
        });
      },
    };
  },
});
