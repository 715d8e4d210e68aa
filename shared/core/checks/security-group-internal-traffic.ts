import { type Case, type CheckContext, type CheckResult, clusterCheck, pass } from '../evaluation/check.ts';
import type { Cluster } from '../evaluation/cluster.ts';
import { type EksCluster, NotEvaluatedError, requireKey, requireValue } from '../evaluation/facts.ts';
import { failBlocked, type NodeSet, nodeEnd, nodeSets, nodesOf, servedEnd } from '../network/connections.ts';
import { blockedWithin, missingForEfa, moreThanOneNode, nodeTraffic, selfRuleNeeds, unreportedTraffic } from '../network/self-rules.ts';
import { allTcp, allUdp, type BlockedTraffic, blockedBetween, blockedTraffic, type TrafficEnd, tcp, udp } from '../network/traffic.ts';
import { capitalize } from '../text/words.ts';

const needs = [...selfRuleNeeds, 'eksClusters'] as const;
type InternalTrafficContext = CheckContext<(typeof needs)[number]>;
/** Name lookups of pods. */
const dns = udp(53);

type NodeSetEnd = { readonly set: NodeSet; readonly end: TrafficEnd };

/** Nodes with the same security groups among themselves. */
function withinSet(context: InternalTrafficContext, cluster: Cluster, of: NodeSetEnd): Case {
  const { set, end } = of;
  return {
    resource: set.key,
    // A single node has no other node of its kind to talk to.
    level: moreThanOneNode(cluster, set) ? 'required' : 'recommended',
    evaluate: () => {
      const needed = requireValue(blockedWithin(context, cluster, set));
      const usual = needed.length > 0 ? [] : requireValue(blockedBetween(end, end, [allUdp], context.facts.prefixListEntries));
      if (needed.length + usual.length > 0 && missingForEfa(context, set)) return undefined;
      if (needed.length > 0) return failBlocked(context, needed);
      if (usual.length > 0) return { ...failBlocked(context, usual), level: 'recommended' };
      return pass(`${set.key} allows traffic among ${nodesOf(set)} on all TCP and UDP ports.`);
    },
  };
}

/** Nodes with different security groups. */
const betweenSets = (context: InternalTrafficContext, cluster: Cluster, one: NodeSetEnd, other: NodeSetEnd): Case => ({
  resource: `${one.set.key} ${other.set.key}`,
  level: 'recommended',
  evaluate: () => {
    const found = requireValue(blockedBetween(one.end, other.end, nodeTraffic(cluster), context.facts.prefixListEntries));
    if (found.length > 0) return failBlocked(context, found, 'Whether these groups exchange traffic depends on your workload.');
    return pass(`${capitalize(nodesOf(one.set))} and ${nodesOf(other.set)} reach one another.`);
  },
});

function requireEks(facts: InternalTrafficContext['facts'], arn: string): EksCluster {
  const found = requireKey(facts.eksClusters, arn, 'EKS cluster');
  if (!found) throw new NotEvaluatedError(`EKS cluster ${arn} does not exist`);
  return found;
}

function controlPlane(facts: InternalTrafficContext['facts'], found: EksCluster): TrafficEnd {
  const ids = [...(found.clusterSecurityGroup ? [found.clusterSecurityGroup] : []), ...found.securityGroups];
  if (ids.length === 0) throw new NotEvaluatedError(`EKS reports no security group for cluster ${found.name}`);
  return servedEnd(facts, `the control plane of EKS cluster ${found.name}`, ids, found.subnets);
}

/** The result for traffic that is stopped, except by rules that are reported already. */
function failUnreported(
  context: InternalTrafficContext,
  cluster: Cluster,
  set: NodeSet,
  blocked: readonly BlockedTraffic[],
  note?: string,
): CheckResult | undefined {
  const unreported = unreportedTraffic(context, cluster, set, blocked);
  return unreported.length > 0 ? failBlocked(context, unreported, note) : undefined;
}

/** Nodes and the EKS control plane. Rules that both are missing, because they share a security group, are reported once. */
const withControlPlane = (context: InternalTrafficContext, cluster: Cluster, eks: string, of: NodeSetEnd): Case => ({
  resource: `${of.set.key} ${eks}`,
  evaluate: () => {
    const { set, end } = of;
    const lists = context.facts.prefixListEntries;
    const found = requireEks(context.facts, eks);
    const control = controlPlane(context.facts, found);
    // Without private access nodes call the API server at its public addresses: see eks-api-endpoint.
    const outside = found.endpoint?.privateAccess === false;
    const calls = outside ? [] : [blockedTraffic(end, control, [tcp(443)], lists)];
    const needed = [...calls, blockedTraffic(control, end, [tcp(10250)], lists)];
    const blocked = needed.flatMap((n) => (n.ok ? n.value : []));
    if (blocked.length > 0) return failUnreported(context, cluster, set, blocked);
    needed.forEach(requireValue);
    const usual = requireValue(blockedBetween(end, control, [allTcp, dns], lists));
    const note = `${outside ? 'Port 10250 is' : 'Ports 443 and 10250 are'} open, but admission webhooks and DNS on nodes with the cluster security group may use other ports.`;
    const softer = failUnreported(context, cluster, set, usual, note);
    if (usual.length > 0) return softer && { ...softer, level: 'recommended' };
    return pass(`${capitalize(nodesOf(set))} and ${control.name} reach one another.`);
  },
});

export default clusterCheck({
  id: 'security-group-internal-traffic',
  level: 'required',
  levelNote: 'required among nodes with the same groups and with the EKS control plane, recommended between different groups',
  title: 'Security groups allow traffic among the nodes of a cluster and with its EKS control plane',
  rationale:
    'Schedulers and collective communication use ports chosen at run time. On EKS the kubelet calls the API server on 443, and the API server calls the kubelet on 10250.',
  applies: 'clusters with a VPC, except for what efa-self-traffic requires of the same security groups',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-prerequisites.html',
  needs,
  *cases(context, cluster) {
    const sets = nodeSets(cluster).map((set) => ({ set, end: nodeEnd(context.facts, set) }));
    for (const one of sets) yield withinSet(context, cluster, one);
    for (const [i, one] of sets.entries()) for (const other of sets.slice(i + 1)) yield betweenSets(context, cluster, one, other);
    const eks = cluster.eksCluster;
    if (eks !== undefined) for (const one of sets) yield withControlPlane(context, cluster, eks, one);
  },
});
