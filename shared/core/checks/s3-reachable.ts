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
  rationale: 'A node fetches its lifecycle scripts from S3 when it starts; where it cannot, the cluster fails and rolls back.',
  applies: 'every subnet that groups of the cluster may be placed in',
  reference: 'https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-s3.html',
  needs,
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
          if (isOnlyChoice(cluster, id, (subnet) => doesNotReachS3(context, subnet)))
            return fail(`Subnet ${id} does not reach S3: ${way.text}.`, way.remediation);
          return fail(
            `Subnet ${id} does not reach S3: ${way.text}. The nodes come up only if HyperPod chooses another of their subnets.`,
            way.remediation,
            { level: 'recommended' },
          );
        },
      };
  },
});
