import { clusterCheck, fail, pass } from '../evaluation/check.ts';
import { continuousMembers } from '../plan/provisioning.ts';
import { some } from '../text/words.ts';

export default clusterCheck({
  id: 'provisioning-mode',
  level: 'recommended',
  title: 'The request sets NodeProvisioningMode where members of it require Continuous',
  rationale:
    'AWS accepts some members in Continuous mode only. Its documentation calls Continuous the default for new clusters and, on the same pages, optional.',
  applies: 'planned clusters with MinInstanceCount, InstanceRequirements, ImageId, VolumeKmsKeyId, AutoScaling or AccountingDatabase',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-scaling-eks.html',
  needs: [],
  *cases(_, { plan }) {
    if (!plan) return;
    const members = continuousMembers(plan.request);
    if (members.length === 0) return;
    yield {
      resource: 'NodeProvisioningMode',
      evaluate: () =>
        plan.request.NodeProvisioningMode === undefined
          ? fail(
              `NodeProvisioningMode is missing. ${members.length} ${members.length === 1 ? 'member requires' : 'members require'} Continuous: ${some(members)}. AWS may refuse the request.`,
              { text: 'Set NodeProvisioningMode to Continuous in the request.' },
            )
          : pass(`NodeProvisioningMode is ${plan.request.NodeProvisioningMode}, which ${some(members)} require.`),
    };
  },
});
