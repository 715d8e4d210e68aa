import { clusterCheck, fail, pass } from '../evaluation/check.ts';

export default clusterCheck({
  id: 'override-vpc-config',
  level: 'required',
  title: 'Groups have an OverrideVpcConfig only if the request has a VpcConfig',
  rationale: 'AWS refuses OverrideVpcConfig of a group if the cluster has no VpcConfig.',
  applies: 'groups of planned clusters with an OverrideVpcConfig',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-prerequisites.html',
  needs: [],
  *cases(_, cluster) {
    if (!cluster.plan) return;
    for (const group of cluster.groups) {
      const own = group.network;
      if (!own) continue;
      yield {
        group: group.name,
        resource: group.name,
        evaluate: () => {
          const subnets = own.subnets.join(', ');
          if (cluster.network) return pass(`Group ${group.name} has OverrideVpcConfig ${subnets}, and the cluster has a VpcConfig.`);
          const made = cluster.plan?.newVpc ? ' These subnets cannot be in a VPC that the console creates with the cluster.' : '';
          return fail(
            `Group ${group.name} has OverrideVpcConfig ${subnets}, and the request of ${cluster.name} has no VpcConfig, which is required.${made}`,
            {
              text: `Add a VpcConfig to the request of ${cluster.name}, such as the subnets and security groups of ${group.name}, or remove OverrideVpcConfig.`,
            },
          );
        },
      };
    }
  },
});
