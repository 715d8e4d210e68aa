import { type CheckContext, type CheckResult, clusterCheck, fail, pass } from '../evaluation/check.ts';
import { type Cluster, ec2Type, type Group, requireKnownTypes, runningGroup } from '../evaluation/cluster.ts';
import { requireKey, requireValue } from '../evaluation/facts.ts';
import { aws } from '../text/command-line.ts';
import { lastSegment } from '../text/words.ts';

const needs = ['eksClusters', 'instanceTypes', 'nodeGroups'] as const;

/** HyperPod's table of pods for each type never has more. */
const most = 49;
/**
 * Estimates. Each node has pods of the VPC CNI, kube-proxy, the health monitoring agent, device plug-ins and Pod Identity. Once
 * for the cluster there are CoreDNS, cert-manager, and the operators of HyperPod's Helm chart and add-ons.
 */
const perNode = 6;
const perCluster = 12;

/** Nodes share one interface for all pods: https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-eks-prerequisites.html */
function podsOf(group: Group, known: CheckContext<'instanceTypes'>['facts']['instanceTypes']): number {
  const types = requireValue(known);
  requireKnownTypes(types, group.types);
  return Math.min(most, ...group.types.map((type) => (types[ec2Type(type)]?.ipv4PerInterface ?? 1) - 1));
}

function evaluateRoom(context: CheckContext<(typeof needs)[number]>, cluster: Cluster, arn: string): CheckResult | undefined {
  const { facts, region } = context;
  const name = lastSegment(arn);
  const groups = cluster.groups
    .filter((group) => !group.restricted)
    .map((group) => ({
      pods: () => podsOf(group, facts.instanceTypes),
      nodes: group.planned?.count ?? runningGroup(cluster, group.name)?.target ?? 0,
    }))
    .filter(({ nodes }) => nodes > 0);
  if (groups.length === 0) return undefined;
  const nodes = groups.reduce((sum, group) => sum + group.nodes, 0);
  const have = groups.reduce((sum, group) => sum + group.nodes * group.pods(), 0);
  const need = nodes * perNode + perCluster;
  const amounts = { have, need, unit: 'pods' };
  const said = `${have} pods fit on ${nodes} node${nodes > 1 ? 's' : ''} of ${cluster.name}, ${need} system pods required (estimate: ${perNode} on each node, ${perCluster} once)`;
  if (have >= need) return pass(`${said}.`, amounts);
  const eks = requireKey(facts.eksClusters, arn, 'EKS cluster');
  const others = requireKey(facts.nodeGroups, arn, 'node groups of EKS cluster');
  // eks-cluster reports an EKS cluster that does not exist.
  if (eks === null || others === null) return undefined;
  if (others.length > 0)
    return pass(`${said}. The ${others.length} node group${others.length > 1 ? 's' : ''} of EKS cluster ${name} can run more.`);
  return fail(
    `${said}. Add-ons whose pods do not fit do not start, according to one report (https://github.com/awslabs/ai-on-sagemaker-hyperpod/issues/142).`,
    {
      text: 'Add nodes, choose an instance type with more IPv4 addresses per interface, or add a node group for system pods to the EKS cluster.',
      command: aws(['ec2', 'describe-instance-types'], {
        'instance-types': [...new Set(cluster.groups.flatMap((group) => group.types.map(ec2Type)))],
        query: 'InstanceTypes[].[InstanceType,NetworkInfo.Ipv4AddressesPerInterface]',
        output: 'table',
        region,
      }),
    },
    amounts,
  );
}

export default clusterCheck({
  id: 'system-pods',
  level: 'recommended',
  title: 'The system pods fit on the nodes of the cluster',
  rationale:
    'A HyperPod node runs one pod for each IPv4 address of its first interface except one: 14 on ml.g5.xlarge. The pods of add-ons do not fit on a very small cluster without other nodes.',
  applies: 'clusters on EKS without autoscaling; numbers of system pods are estimates',
  rule: 'Required: 6 pods on each node and 12 once for the cluster. Available: the IPv4 addresses of the first interface of each node less one, at most 49.',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-eks-prerequisites.html',
  needs,
  *cases(context, cluster) {
    const arn = cluster.eksCluster;
    // Autoscaling adds nodes for pods that find no room.
    if (arn === undefined || cluster.autoScaling) return;
    yield { resource: `${arn}#pods`, evaluate: () => evaluateRoom(context, cluster, arn) };
  },
});
