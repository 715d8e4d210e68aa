import { type CheckContext, clusterCheck, fail, pass } from '../evaluation/check.ts';
import { tryRequire } from '../evaluation/facts.ts';
import { isOnlyChoice } from '../network/placement-units.ts';
import { subnetOf, subnetsWithGroups } from '../network/resources.ts';
import { routeToS3, s3RouteNeeds } from '../network/s3-route.ts';

const needs = ['subnets', ...s3RouteNeeds] as const;

function doesNotReachS3(context: CheckContext<(typeof needs)[number]>, subnet: string): boolean {
  const route = tryRequire(() => routeToS3(context, subnetOf(context.facts, subnet)));
  return route.ok && route.value.reach === 'none';
}

export default clusterCheck({
  id: 's3-reachable',
  level: 'required',
  levelNote: 'required where no subnet that HyperPod may choose reaches S3, else recommended',
  title: 'Nodes reach S3 from their subnet through an endpoint of the VPC',
  rationale: 'A node downloads its lifecycle scripts from S3 when it starts. Without them, the cluster fails and rolls back.',
  applies: 'every subnet that groups of the cluster may be placed in',
  reference: 'https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-s3.html',
  needs,
  *cases(context, cluster) {
    for (const id of subnetsWithGroups(cluster).keys())
      yield {
        resource: id,
        evaluate: () => {
          const route = routeToS3(context, subnetOf(context.facts, id));
          if (route.reach === 'sure') return pass(`Subnet ${id} reaches S3 through ${route.text}.`);
          if (route.reach === 'unsure')
            return fail(
              `Cannot determine whether subnet ${id} reaches S3: traffic leaves the VPC through ${route.text}.`,
              route.remediation,
              {
                level: 'recommended',
              },
            );
          if (isOnlyChoice(cluster, id, (subnet) => doesNotReachS3(context, subnet)))
            return fail(`Subnet ${id} does not reach S3: ${route.text}.`, route.remediation);
          return fail(
            `Subnet ${id} does not reach S3: ${route.text}. The nodes start only if HyperPod chooses another of their subnets.`,
            route.remediation,
            { level: 'recommended' },
          );
        },
      };
  },
});
