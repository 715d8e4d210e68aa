import { clusterCheck, fail, pass } from '../evaluation/check.ts';

export default clusterCheck({
  id: 'override-vpc-config',
  level: 'required',
  title: 'Groups override the network only where the request has a VpcConfig of its own',
  rationale: 'Without a VpcConfig on the cluster an OverrideVpcConfig on a group is refused.',
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
          if (cluster.network) return pass(`Group ${group.name} overrides the network with ${subnets}, and the cluster has a VpcConfig.`);
          const made = cluster.plan?.newVpc ? '; these subnets cannot lie in a VPC that is yet to be made' : '';
          return fail(
            `Group ${group.name} overrides the network with ${subnets}, but the request of ${cluster.name} has no VpcConfig${made}.`,
            {
              text: `Add a VpcConfig to the request of ${cluster.name}, for instance with the subnets and security groups of ${group.name}, or remove the override.`,
            },
          );
        },
      };
    }
  },
});
