import { clusterCheck, fail, pass } from '../evaluation/check.ts';
import { groupsOfRequest } from '../plan/provisioning.ts';

/** https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-eks.html names 20 groups; the API takes 100. */
const mostOnEks = 20;

export default clusterCheck({
  id: 'instance-groups',
  level: 'recommended',
  title: 'The request has instance groups, and at most as many as AWS documents',
  rationale: 'A cluster without groups has no nodes, and other checks are not evaluated. AWS documents at most 20 groups for EKS clusters.',
  applies: 'planned clusters',
  rule: '1 to 20 groups on EKS, 1 to 100 on Slurm.',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-eks-operate-cli-command-create-cluster.html',
  needs: [],
  *cases(_, cluster) {
    if (!cluster.plan) return;
    const count = groupsOfRequest(cluster.plan.request).length;
    yield {
      resource: 'InstanceGroups',
      evaluate: () => {
        if (count === 0)
          return fail(
            `0 instance groups in the request of ${cluster.name}, at least 1 required. Without one, other checks are not evaluated.`,
            {
              text: 'Add InstanceGroups to the request.',
            },
          );
        const most = cluster.orchestrator === 'eks' ? mostOnEks : 100;
        const amounts = { have: most, need: count, unit: 'groups' };
        if (count > most)
          return fail(
            `${count} instance groups requested, at most ${most} according to AWS documentation for EKS clusters.`,
            { text: `Request at most ${most} groups. Flexible groups (InstanceRequirements) can have several instance types.` },
            amounts,
          );
        return pass(`${count} instance ${count === 1 ? 'group' : 'groups'} requested, at most ${most} allowed.`, amounts);
      },
    };
  },
});
