import { type CheckContext, type CheckResult, clusterCheck, fail, pass } from '../evaluation/check.ts';
import type { Cluster } from '../evaluation/cluster.ts';
import { NotEvaluatedError, requireValue, type Subnet } from '../evaluation/facts.ts';
import { type BrokenNat, type NatContext, natNeeds, waysOut } from '../network/nat-gateways.ts';
import { answersPrivateDns, endpointServices, sharedBy, subnetOf, subnetsWithGroups } from '../network/resources.ts';
import { effectiveRouteTable } from '../network/route-tables.ts';
import { aws } from '../text/command-line.ts';
import { vpcConsole } from '../text/console-links.ts';
import { listed } from '../text/words.ts';

/**
 * What nodes call in addition to S3. AWS publishes no list for HyperPod: this one follows from the managed policy of the nodes'
 * role, from Systems Manager, and on EKS from what its page on private clusters asks for. `ec2messages` is left out, newer
 * agents do without it.
 */
function servicesOf(cluster: Cluster): readonly (readonly [service: string, use: string])[] {
  return [
    ['logs', 'lifecycle logs'],
    ['monitoring', 'metrics'],
    ['ssm', 'sessions'],
    ['ssmmessages', 'sessions'],
    ['sts', 'credentials'],
    ...(cluster.orchestrator === 'eks'
      ? ([
          ['ec2', 'interfaces of pods'],
          ['ecr.api', 'container images'],
          ['ecr.dkr', 'container images'],
          ['eks', 'joining the cluster'],
          ['eks-auth', 'EKS Pod Identity'],
        ] as const)
      : []),
    ...(cluster.autoScaling ? ([['sagemaker.api', 'scaling from inside the cluster']] as const) : []),
  ];
}

const needs = ['subnets', 'endpoints', ...natNeeds] as const;
type EndpointContext = CheckContext<(typeof needs)[number]>;

/** The subnets from which no route leads out, and the NAT gateways that do not work, each once. */
function enclosedSubnets(context: NatContext, subnets: readonly Subnet[]) {
  const ways = subnets.map((subnet) => ({ subnet, ...waysOut(context, effectiveRouteTable(context.facts, subnet)) }));
  const enclosed = ways.filter((w) => !w.open);
  const broken = new Map(enclosed.flatMap((w) => w.broken).map((b): [string, BrokenNat] => [b.text, b]));
  return { enclosed: enclosed.map((w) => w.subnet), broken: [...broken.values()] };
}

function evaluateVpc(context: EndpointContext, cluster: Cluster, vpc: string, ids: readonly string[]): CheckResult | undefined {
  const { facts, region } = context;
  const { enclosed, broken } = enclosedSubnets(
    context,
    ids.map((id) => subnetOf(facts, id)).filter((s) => s.vpc === vpc),
  );
  const first = enclosed[0];
  if (!first) return undefined;
  const owner = sharedBy(context, vpc);
  if (owner !== undefined)
    throw new NotEvaluatedError(`${vpc} belongs to account ${owner}, and its endpoints are visible only to that account`);
  const usable = requireValue(facts.endpoints).filter((e) => e.vpc === vpc && answersPrivateDns(e));
  const services = servicesOf(cluster);
  const missing = services.filter(([s]) => !usable.some((e) => endpointServices(region, s).includes(e.service)));
  const amounts = { have: services.length - missing.length, need: services.length, unit: 'endpoints' };
  const why = broken.length > 0 ? ` (${broken.map((b) => b.text).join('; ')})` : '';
  const where = `No route leads out of ${listed(enclosed.map((s) => s.id))}${why}`;
  const [next] = missing;
  if (!next) return pass(`${where}, and ${vpc} has endpoints with private DNS for what nodes use.`, amounts);
  const groups = cluster.groups.find((g) => g.network?.subnets.includes(first.id))?.network ?? cluster.network;
  return fail(
    `${where}, and ${vpc} has no endpoint with private DNS for ${listed(missing.map(([s, use]) => `${s} (${use})`))}; an estimate, AWS publishes no list for HyperPod.`,
    broken[0]?.remediation ?? {
      text: `Make an interface endpoint with private DNS in ${vpc} for each of ${listed(missing.map(([s]) => s))}; its security group lets the nodes in on port 443.`,
      command: aws(['ec2', 'create-vpc-endpoint'], {
        region,
        'vpc-id': vpc,
        'vpc-endpoint-type': 'Interface',
        'service-name': `com.amazonaws.${region}.${next[0]}`,
        'subnet-ids': [first.id],
        'security-group-ids': groups?.securityGroups,
        'private-dns-enabled': true,
      }),
      console: vpcConsole(context)`Endpoints:`,
    },
    amounts,
  );
}

export default clusterCheck({
  id: 'service-endpoints',
  level: 'recommended',
  title: 'Where no route leads out of the VPC, it has endpoints for the services that nodes use',
  rationale: 'Without NAT and without endpoints, nodes send no logs and metrics, take no sessions, and on EKS pull no images.',
  applies: 'VPCs with a subnet of the cluster from which no route leads out; a NAT gateway that does not work is no way out',
  reference: 'https://docs.aws.amazon.com/eks/latest/userguide/private-clusters.html',
  needs,
  *cases(context, cluster) {
    const { facts } = context;
    const ids = [...subnetsWithGroups(cluster).keys()].filter((id) => requireValue(facts.subnets).some((s) => s.id === id));
    for (const vpc of new Set(ids.map((id) => subnetOf(facts, id).vpc)))
      yield { resource: vpc, evaluate: () => evaluateVpc(context, cluster, vpc, ids) };
  },
});
