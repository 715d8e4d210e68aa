import { type CheckRemediation, clusterCheck, fail, pass } from '../evaluation/check.ts';
import type { RouteTable, Subnet } from '../evaluation/facts.ts';
import { subnetOf, subnetsNamed } from '../network/resources.ts';
import { effectiveRouteTable, internetRoutes, routeText, tableText } from '../network/route-tables.ts';
import { aws } from '../text/command-line.ts';
import { subnetConsole } from '../text/console-links.ts';

/** The route may be deleted without harm only where the table serves this one subnet. */
function goPrivate(
  context: Parameters<typeof subnetConsole>[0],
  subnet: Subnet,
  table: RouteTable,
  routes: RouteTable['routes'],
): CheckRemediation {
  const alone = !table.main && table.subnets.every((id) => id === subnet.id);
  const cidr = routes.length === 1 ? routes[0]?.cidr : undefined;
  const flag = cidr?.includes(':') ? 'destination-ipv6-cidr-block' : 'destination-cidr-block';
  return {
    text: `Associate subnet ${subnet.id} with a route table without a default route to an internet gateway. Nodes leave the VPC through a NAT gateway in another subnet, or use endpoints.`,
    ...(alone &&
      cidr !== undefined && {
        command: aws(['ec2', 'delete-route'], { region: context.region, 'route-table-id': table.id, [flag]: cidr }),
      }),
    console: subnetConsole(context, subnet.id),
  };
}

export default clusterCheck({
  id: 'subnet-private',
  level: 'required',
  levelNote: 'required for EKS, else recommended',
  title: 'The subnets of the cluster are private',
  rationale: 'HyperPod on EKS requires private subnets. Nodes have no public address, so an internet gateway alone gives them no access.',
  applies: 'every subnet that the cluster names',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-eks-prerequisites.html',
  needs: ['subnets', 'routeTables', 'prefixListEntries'],
  *cases(context, cluster) {
    for (const id of subnetsNamed(cluster))
      yield {
        resource: id,
        level: cluster.orchestrator === 'eks' ? 'required' : 'recommended',
        evaluate: () => {
          const subnet = subnetOf(context.facts, id);
          const table = effectiveRouteTable(context.facts, subnet);
          const routes = internetRoutes(context.facts, table);
          if (routes.length === 0)
            return pass(`Subnet ${id} is private: ${tableText(table, subnet)} has no default route to an internet gateway.`);
          return fail(
            `Subnet ${id} is public: ${tableText(table, subnet)} has ${routes.map(routeText).join(', ')}.`,
            goPrivate(context, subnet, table, routes),
          );
        },
      };
  },
});
