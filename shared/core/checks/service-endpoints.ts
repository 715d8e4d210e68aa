import { type CheckContext, type CheckRemediation, type CheckResult, clusterCheck, fail, pass } from '../evaluation/check.ts';
import { type Cluster, networkOf } from '../evaluation/cluster.ts';
import { NotEvaluatedError, requireValue, type Subnet, type VpcEndpoint } from '../evaluation/facts.ts';
import { sortedUnique } from '../evaluation/order.ts';
import { roleArn } from '../iam/access.ts';
import { callsOf, endpointDecision } from '../iam/endpoint-policy.ts';
import type { PolicyDecision } from '../iam/policy-evaluation.ts';
import { type BrokenNat, type NatContext, natNeeds, waysOut } from '../network/nat-gateways.ts';
import { answersPrivateDns, endpointServices, existingSubnets, sharedBy } from '../network/resources.ts';
import { effectiveRouteTable } from '../network/route-tables.ts';
import { aws, type CommandLine, inOrder } from '../text/command-line.ts';
import { vpcConsole } from '../text/console-links.ts';
import { listed, some } from '../text/words.ts';

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

/** A service, its endpoint in the VPC, and what the policy of that decides for the nodes. */
interface ServiceAccess {
  readonly service: string;
  readonly use: string;
  readonly endpoint: VpcEndpoint | undefined;
  readonly decision: PolicyDecision | undefined;
}

/** Roles of this account that nodes in the VPC have; execution-role evaluates the others. */
const rolesIn = ({ account, facts }: EndpointContext, cluster: Cluster, vpc: string): readonly string[] =>
  sortedUnique(
    cluster.groups
      .filter((g) => networkOf(cluster, g)?.subnets.some((id) => requireValue(facts.subnets).some((s) => s.id === id && s.vpc === vpc)))
      .map((g) => g.role)
      .filter((role) => roleArn(role)?.account === account),
  );

function accessOf(context: EndpointContext, cluster: Cluster, vpc: string): readonly ServiceAccess[] {
  const usable = requireValue(context.facts.endpoints).filter((e) => e.vpc === vpc && answersPrivateDns(e));
  const roles = rolesIn(context, cluster, vpc);
  const place = { ...context, cluster: cluster.name, vpc };
  return servicesOf(cluster).map(([service, use]) => {
    const endpoint = usable.find((e) => endpointServices(context.region, service).includes(e.service));
    return { service, use, endpoint, decision: endpoint && endpointDecision(place, service, endpoint, roles) };
  });
}

/** How to let the nodes use an endpoint: one more statement, or, where a statement denies it, a look at the policy. */
function allowCalls({ region }: EndpointContext, { service, endpoint, decision }: ServiceAccess, roles: readonly string[]): CommandLine {
  const id = endpoint?.id ?? '';
  if (decision?.explicit)
    return aws(['ec2', 'describe-vpc-endpoints'], {
      region,
      'vpc-endpoint-ids': [id],
      query: 'VpcEndpoints[0].PolicyDocument',
      output: 'text',
    });
  const document: { readonly Statement?: unknown } = JSON.parse(endpoint?.policy ?? '{}');
  const statement = {
    Effect: 'Allow',
    Principal: { AWS: roles },
    Action: callsOf(service).map((c) => `${c.split(':')[0]}:*`),
    Resource: '*',
  };
  const wider = JSON.stringify({ ...document, Statement: [document.Statement ?? [], statement].flat() });
  return aws(['ec2', 'modify-vpc-endpoint'], { region, 'vpc-endpoint-id': id, 'policy-document': wider });
}

/** The remediation: what is missing first, since without an endpoint its policy does not matter. */
function repair(
  context: EndpointContext,
  cluster: Cluster,
  vpc: string,
  found: { readonly enclosed: readonly Subnet[]; readonly broken: readonly BrokenNat[] },
  missing: readonly ServiceAccess[],
  refused: readonly ServiceAccess[],
): CheckRemediation {
  const { region } = context;
  const [next] = missing;
  const [subnet] = found.enclosed;
  const console = vpcConsole(context)`Endpoints:`;
  if (!next || !subnet) {
    const lines = refused.map((r) => allowCalls(context, r, rolesIn(context, cluster, vpc)));
    return {
      text: 'Allow the calls of nodes in the endpoint policies. The command adds a statement for the execution role, or shows the policy where a statement denies the calls.',
      command: inOrder(lines),
      console,
    };
  }
  if (found.broken[0]) return found.broken[0].remediation;
  const groups = cluster.groups.find((g) => g.network?.subnets.includes(subnet.id))?.network ?? cluster.network;
  return {
    text: `Create an interface endpoint with private DNS in ${vpc} for each of ${listed(missing.map((m) => m.service))}. Its security group has to allow tcp 443 from the nodes.`,
    command: aws(['ec2', 'create-vpc-endpoint'], {
      region,
      'vpc-id': vpc,
      'vpc-endpoint-type': 'Interface',
      'service-name': `com.amazonaws.${region}.${next.service}`,
      'subnet-ids': [subnet.id],
      'security-group-ids': groups?.securityGroups,
      'private-dns-enabled': true,
    }),
    console,
  };
}

/** "logs (lifecycle logs)". */
const named = ({ service, use }: ServiceAccess): string => `${service} (${use})`;

function evaluateVpc(context: EndpointContext, cluster: Cluster, vpc: string, subnets: readonly Subnet[]): CheckResult | undefined {
  const found = enclosedSubnets(context, subnets);
  const { enclosed, broken } = found;
  const owner = sharedBy(context, vpc);
  if (owner !== undefined && enclosed.length === 0) return undefined;
  if (owner !== undefined) throw new NotEvaluatedError(`the endpoints of ${vpc} are visible only to its owner, account ${owner}`);
  const services = accessOf(context, cluster, vpc);
  // Where a route leads out, an endpoint that takes over the name of its service still decides for that service.
  const counted = enclosed.length > 0 ? services : services.filter((s) => s.decision !== undefined);
  if (counted.length === 0) return undefined;
  const missing = counted.filter((s) => s.endpoint === undefined);
  const refused = counted.filter((s) => s.decision?.answer === 'denied');
  const amounts = { have: counted.length - missing.length - refused.length, need: counted.length, unit: 'endpoints' };
  const why = broken.length > 0 ? ` (${broken.map((b) => b.text).join('; ')})` : '';
  const where = `${listed(enclosed.map((s) => s.id))} ${enclosed.length > 1 ? 'have' : 'has'} no route out of the VPC${why}`;
  const parts = [
    ...(missing.length > 0
      ? [
          `${counted.length - missing.length} of ${counted.length} endpoints with private DNS exist in ${vpc}. Missing (estimate, AWS publishes no list for HyperPod): ${listed(missing.map(named))}. ${where}`,
        ]
      : []),
    ...(refused.length > 0
      ? [
          `${refused.length} endpoint ${refused.length === 1 ? 'policy' : 'policies'} in ${vpc} ${refused.length === 1 ? 'denies' : 'deny'} the calls of nodes: ${listed(refused.map((r) => `${r.endpoint?.id} (${r.service}, ${r.use})`))}. Reason: ${some(sortedUnique(refused.map((r) => r.decision?.reason ?? '')), 2)}`,
        ]
      : []),
  ];
  if (parts.length > 0) return fail(`${parts.join('. ')}.`, repair(context, cluster, vpc, found, missing, refused), amounts);
  const doubt = counted.find((s) => s.decision?.answer === 'undecidable');
  if (doubt)
    throw new NotEvaluatedError(
      `cannot determine whether the policy of endpoint ${doubt.endpoint?.id} allows nodes: ${doubt.decision?.reason}`,
    );
  return enclosed.length > 0
    ? pass(`${counted.length} of ${counted.length} endpoints with private DNS exist in ${vpc}. ${where}.`, amounts)
    : pass(`Endpoint policies in ${vpc} allow the nodes ${listed(counted.map((s) => s.service))}.`, amounts);
}

export default clusterCheck({
  id: 'service-endpoints',
  level: 'recommended',
  title: 'A VPC without a route out has endpoints for the services that nodes use, and endpoint policies allow nodes',
  rationale:
    'Without NAT gateway and endpoints, nodes cannot send logs and metrics, start sessions or, on EKS, pull images. An endpoint with private DNS replaces the public address of its service, so its policy decides even in a VPC with a NAT gateway.',
  applies: 'VPCs with a subnet of the cluster that has no working route out, or with an endpoint policy for a service that nodes use',
  reference: 'https://docs.aws.amazon.com/eks/latest/userguide/private-clusters.html',
  needs,
  *cases(context, cluster) {
    const { facts } = context;
    for (const [vpc, subnets] of Map.groupBy(existingSubnets(facts, cluster), (s) => s.vpc))
      yield { resource: vpc, evaluate: () => evaluateVpc(context, cluster, vpc, subnets) };
  },
});
