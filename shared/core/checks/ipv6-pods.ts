import { type CheckContext, type CheckResult, clusterCheck, fail, pass } from '../evaluation/check.ts';
import type { Cluster } from '../evaluation/cluster.ts';
import { type EksCluster, NotEvaluatedError, requireKey, requireValue } from '../evaluation/facts.ts';
import type { Level } from '../evaluation/finding.ts';
import { isOnlyChoice } from '../network/placement-units.ts';
import { subnetOf, subnetsNamed } from '../network/resources.ts';
import { aws } from '../text/command-line.ts';
import { subnetConsole } from '../text/console-links.ts';
import { listed } from '../text/words.ts';

const needs = ['subnets', 'eksClusters'] as const;
type Ipv6Context = CheckContext<(typeof needs)[number]>;

const have = (ids: readonly string[]): string => `${listed(ids)} ${ids.length > 1 ? 'have' : 'has'}`;

/** The named subnets that exist, with IPv6 or without it. Of others network-resources says that they do not exist. */
function named({ facts }: Ipv6Context, cluster: Cluster, ipv6: boolean): readonly string[] {
  const subnets = requireValue(facts.subnets);
  return subnetsNamed(cluster).filter((id) => subnets.some((s) => s.id === id && s.ipv6.length > 0 === ipv6));
}

/**
 * Nodes of an IPv6 cluster cannot be deployed in subnets without an IPv6 block, and its pods have IPv6 addresses alone
 * (https://docs.aws.amazon.com/eks/latest/userguide/cni-ipv6.html). Where some subnets have one, HyperPod may choose those.
 */
function levelWithout(cluster: Cluster, without: readonly string[]): Level {
  if (cluster.plan?.ipv6Pods === true) return 'required';
  return without.some((id) => isOnlyChoice(cluster, id, (subnet) => without.includes(subnet))) ? 'required' : 'recommended';
}

function evaluateSubnets(context: Ipv6Context, cluster: Cluster, { name }: EksCluster): CheckResult {
  const expected = cluster.plan?.ipv6Pods === true;
  if (expected) for (const id of subnetsNamed(cluster)) subnetOf(context.facts, id);
  const without = named(context, cluster, false);
  const [first] = without;
  if (first === undefined) return pass(`EKS cluster ${name} has IP family ipv6. Its pods use the IPv6 blocks of the subnets.`);
  const said = `EKS cluster ${name} has IP family ipv6, but ${have(without)} no IPv6 block`;
  return fail(
    expected
      ? `${said}. The plan expects IPv6 for pods.`
      : `${said}. According to AWS documentation its nodes cannot be deployed there, and its pods get no other addresses.`,
    {
      text: `Associate an IPv6 block of the VPC with ${listed(without)}. The command lists the blocks of the VPC.`,
      command: aws(['ec2', 'describe-vpcs'], {
        region: context.region,
        'vpc-ids': [subnetOf(context.facts, first).vpc],
        query: 'Vpcs[].Ipv6CidrBlockAssociationSet[].Ipv6CidrBlock',
      }),
      console: subnetConsole(context, first),
    },
    { level: levelWithout(cluster, without) },
  );
}

function evaluateFamily(context: Ipv6Context, cluster: Cluster, arn: string): CheckResult | undefined {
  const expected = cluster.plan?.ipv6Pods === true;
  const eks = requireKey(context.facts.eksClusters, arn, 'EKS cluster');
  if (eks?.ipFamily === 'ipv6') return evaluateSubnets(context, cluster, eks);
  const withIpv6 = expected ? [] : named(context, cluster, true);
  if (!expected && withIpv6.length === 0) return undefined;
  if (!eks) throw new NotEvaluatedError(`EKS cluster ${arn} does not exist, so its IP family is unknown`);
  return fail(
    `EKS cluster ${eks.name} has IP family ${eks.ipFamily}, ipv6 expected. ${expected ? 'The plan expects IPv6 for pods' : `${have(withIpv6)} IPv6`}, but pods get no IPv6 address.`,
    {
      text: `Create another EKS cluster with IP family ipv6, ${expected ? 'or remove ipv6Pods from the plan' : 'or use IPv4 for pods'}. The IP family cannot be changed.`,
    },
    { level: expected ? 'required' : 'recommended' },
  );
}

/** An IPv6-native subnet has no IPv4 amounts to evaluate. */
function evaluateNative(context: Ipv6Context, id: string): CheckResult | undefined {
  if (!requireValue(context.facts.subnets).some((s) => s.id === id && s.ipv6Native)) return undefined;
  return fail(`Subnet ${id} is IPv6-native. AWS does not document whether HyperPod supports it. IPv4 addresses are not evaluated.`, {
    text: 'Name a subnet that has an IPv4 block (dual-stack where IPv6 is required).',
    console: subnetConsole(context, id),
  });
}

export default clusterCheck({
  id: 'ipv6-pods',
  level: 'required',
  levelNote:
    'required where the plan expects IPv6 for pods, and on an IPv6 EKS cluster without an IPv6 block in any subnet of a group; else recommended',
  title: 'The EKS cluster and its subnets have the same IP family, and no subnet is IPv6 only',
  rationale:
    'Pods use IPv6 only on an EKS cluster with IP family ipv6, which cannot be changed. AWS does not document whether HyperPod supports IPv6-native subnets.',
  applies: 'EKS clusters of IP family ipv6, with IPv6 in their subnets or expected by the plan; every IPv6-native subnet',
  reference: 'https://docs.aws.amazon.com/eks/latest/userguide/cni-ipv6.html',
  needs,
  *cases(context, cluster) {
    const arn = cluster.eksCluster;
    if (arn !== undefined) yield { resource: arn, evaluate: () => evaluateFamily(context, cluster, arn) };
    for (const id of subnetsNamed(cluster)) yield { resource: id, level: 'recommended', evaluate: () => evaluateNative(context, id) };
  },
});
