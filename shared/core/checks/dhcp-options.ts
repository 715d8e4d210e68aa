import { type CheckContext, clusterCheck, fail, pass } from '../evaluation/check.ts';
import type { Cluster } from '../evaluation/cluster.ts';
import { NotEvaluatedError, requireKey, requireValue, type Subnet, type Vpc } from '../evaluation/facts.ts';
import { sortedUnique } from '../evaluation/order.ts';
import { parseBlocks } from '../network/cidr.ts';
import { natNeeds, waysOut } from '../network/nat-gateways.ts';
import { answersPrivateDns, existingSubnets, sharedBy } from '../network/resources.ts';
import { effectiveRouteTable } from '../network/route-tables.ts';
import { aws } from '../text/command-line.ts';
import { vpcConsole } from '../text/console-links.ts';
import { listed, some } from '../text/words.ts';

const needs = ['dhcpOptions', 'subnets', 'endpoints', 'eksClusters', ...natNeeds] as const;
type DhcpContext = CheckContext<(typeof needs)[number]>;

/** https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html: the addresses of the DNS server that AWS provides. */
function isAmazonDns(server: string, vpc: Vpc): boolean {
  const plusTwo = parseBlocks(vpc.ipv4).map((b) => b.first + 2n);
  const [address] = parseBlocks([server]);
  return (
    ['AmazonProvidedDNS', '169.254.169.253', 'fd00:ec2::253'].includes(server) ||
    (address?.version === 4 && plusTwo.includes(address.first))
  );
}

/** What only the DNS server of AWS resolves by itself; `undefined` where nothing of the cluster needs it. */
function needsAmazonDns(context: DhcpContext, cluster: Cluster, vpc: string): string | undefined {
  const { facts } = context;
  const eks = cluster.eksCluster === undefined ? null : requireKey(facts.eksClusters, cluster.eksCluster, 'EKS cluster');
  if (eks && eks.endpoint?.privateAccess !== false) return `the private endpoint of EKS cluster ${eks.name}`;
  if (sharedBy(context, vpc) !== undefined) return undefined;
  const endpoints = requireValue(facts.endpoints)
    .filter((e) => e.vpc === vpc && answersPrivateDns(e))
    .map((e) => e.id)
    .toSorted();
  return endpoints.length > 0 ? `the private DNS of ${some(endpoints, 3)}` : undefined;
}

/** Names that do not resolve to an endpoint lead to AWS's public addresses, which nodes reach where a route leads out. */
const enclosed = (context: DhcpContext, subnets: readonly Subnet[]): boolean =>
  subnets.some((subnet) => !waysOut(context, effectiveRouteTable(context.facts, subnet)).open);

export default clusterCheck({
  id: 'dhcp-options',
  level: 'recommended',
  levelNote: 'recommended on EKS and where no route leads out of the VPC, else advice',
  title: 'The DHCP options of the VPC name the DNS server that AWS provides',
  rationale:
    'Private DNS of interface endpoints and of the EKS API server resolves at the DNS server that AWS provides. Nodes with other DNS servers reach neither, unless those forward the queries.',
  applies: 'VPCs of EKS clusters with private access, or with interface endpoints with private DNS',
  reference: 'https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html',
  needs,
  *cases(context, cluster) {
    const { facts, region } = context;
    for (const [id, subnets] of Map.groupBy(existingSubnets(facts, cluster), (s) => s.vpc))
      yield {
        resource: id,
        evaluate: () => {
          const need = needsAmazonDns(context, cluster, id);
          if (need === undefined) return undefined;
          const vpc = requireValue(facts.vpcs).find((v) => v.id === id);
          if (vpc?.dhcpOptions === undefined) throw new NotEvaluatedError(`the DHCP options of ${id} were not read`);
          // https://docs.aws.amazon.com/vpc/latest/userguide/DHCPOptionSetConcepts.html: instances on Nitro are given 169.254.169.253.
          if (vpc.dhcpOptions === 'default') return pass(`${id} has no DHCP options, so nodes use the DNS server that AWS provides.`);
          const options = requireValue(facts.dhcpOptions).find((o) => o.id === vpc.dhcpOptions);
          if (!options || options.dnsServers.length === 0)
            throw new NotEvaluatedError(`the DNS servers of DHCP options ${vpc.dhcpOptions} are not visible in this account`);
          if (options.dnsServers.some((s) => isAmazonDns(s, vpc)))
            return pass(`DHCP options ${options.id} of ${id} name the DNS server that AWS provides.`);
          const level = cluster.orchestrator === 'eks' || enclosed(context, subnets) ? 'recommended' : 'advice';
          return fail(
            `DHCP options ${options.id} of ${id} name ${listed(sortedUnique(options.dnsServers))}, AmazonProvidedDNS expected. According to AWS documentation, ${need} resolves only if these servers forward its names to the DNS server that AWS provides.`,
            {
              text: `Create DHCP options with AmazonProvidedDNS and associate them with ${id}. Or configure the servers to forward names of amazonaws.com to the DNS server that AWS provides. The command shows the present options.`,
              command: aws(['ec2', 'describe-dhcp-options'], { region, 'dhcp-options-ids': [options.id] }),
              console: vpcConsole(context)`DhcpOptionsSetDetails:DhcpOptionsId=${options.id}`,
            },
            { level },
          );
        },
      };
  },
});
