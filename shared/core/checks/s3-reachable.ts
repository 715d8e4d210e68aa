import { clusterCheck, fail, pass } from '../evaluation/check.ts';
import { subnetOf, subnetsWithGroups } from '../network/resources.ts';
import { routeToS3, s3RouteNeeds } from '../network/s3-route.ts';

export default clusterCheck({
  id: 's3-reachable',
  level: 'required',
  title: 'Nodes reach S3 from their subnet through an endpoint of the VPC',
  rationale: 'A node fetches its lifecycle scripts from S3 when it starts; where it cannot, the cluster fails and rolls back.',
  applies: 'every subnet that groups of the cluster may be placed in',
  reference: 'https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-s3.html',
  needs: ['subnets', ...s3RouteNeeds],
  *cases(context, cluster) {
    for (const id of subnetsWithGroups(cluster).keys())
      yield {
        resource: id,
        evaluate: () => {
          const way = routeToS3(context, subnetOf(context.facts, id));
          if (way.reach === 'sure') return pass(`Subnet ${id} reaches S3 through ${way.text}.`);
          if (way.reach === 'unsure')
            return fail(`Subnet ${id} reaches S3 only through ${way.text}: not verifiable beyond the VPC.`, way.remediation, {
              level: 'recommended',
            });
          return fail(`Subnet ${id} does not reach S3: ${way.text}.`, way.remediation);
        },
      };
  },
});
