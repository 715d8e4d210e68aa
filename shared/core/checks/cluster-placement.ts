import { clusterCheck } from '../evaluation/check.ts';
import { evaluatePlacement } from '../network/placement.ts';
import { placementUnits } from '../network/placement-units.ts';
import { s3RouteNeeds } from '../network/s3-route.ts';
import { obstacleNeeds } from '../network/subnet-obstacles.ts';

export default clusterCheck({
  id: 'cluster-placement',
  level: 'required',
  title: 'Each subnet that HyperPod may choose can take the nodes',
  rationale:
    "Groups without OverrideVpcConfig share one of the cluster's subnets, which HyperPod chooses. That one subnet needs the IP addresses, network interfaces, instance types, route to S3 and reserved capacity together.",
  applies:
    'clusters with a VPC: once for the groups that inherit its subnets, once for each group with its own subnets or several instance types',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-prerequisites.html',
  needs: ['subnets', 'instanceTypes', 'interfaces', 'quotas', 'offerings', 'trainingPlans', ...s3RouteNeeds, ...obstacleNeeds],
  *cases(context, cluster) {
    for (const unit of placementUnits(cluster)) {
      const alone = unit.inherited && !unit.pool ? undefined : unit.groups[0]?.name;
      yield {
        ...(alone !== undefined && { group: alone }),
        resource: unit.inherited ? 'VpcConfig' : 'OverrideVpcConfig',
        evaluate: () => evaluatePlacement(context, cluster, unit),
      };
    }
  },
});
