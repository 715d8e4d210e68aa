import { type CheckContext, type CheckResult, clusterCheck, fail, pass } from '../evaluation/check.ts';
import type { Cluster } from '../evaluation/cluster.ts';
import { requireKey } from '../evaluation/facts.ts';
import { sortedUnique } from '../evaluation/order.ts';
import { aws } from '../text/command-line.ts';
import { consolePage } from '../text/console-links.ts';
import { lastSegment, listed, some } from '../text/words.ts';

const needs = ['accessEntries', 'nodeGroups'] as const;

/** The type of the entry that HyperPod creates for an execution role. */
const ofHyperPod = 'HYPERPOD_LINUX';

function evaluateRole(context: CheckContext<(typeof needs)[number]>, cluster: Cluster, eks: string, role: string): CheckResult | undefined {
  const { facts, region } = context;
  const name = lastSegment(eks);
  const entries = facts.accessEntries[eks];
  const groups = facts.nodeGroups[eks];
  const type = entries?.ok ? entries.value?.find((e) => e.principal === role)?.type : undefined;
  const sharing = groups?.ok ? (groups.value ?? []).filter((g) => g.role === role).map((g) => g.name) : [];
  const isForeign = type !== undefined && type !== ofHyperPod;
  if (!isForeign && sharing.length === 0) {
    const entriesRead = requireKey(facts.accessEntries, eks, 'access entries of EKS cluster');
    const groupsRead = requireKey(facts.nodeGroups, eks, 'node groups of EKS cluster');
    // eks-cluster reports an EKS cluster that does not exist or takes no access entries.
    if (entriesRead === null || groupsRead === null) return undefined;
    return pass(`Execution role ${role} has 0 node groups and 0 access entries of another type in EKS cluster ${name}.`);
  }
  const faults = [
    ...(isForeign ? [`has an access entry of type ${type} (${ofHyperPod} expected, and the type cannot be changed)`] : []),
    ...(sharing.length > 0
      ? [`is also the role of ${sharing.length} EKS node group${sharing.length > 1 ? 's' : ''} (${some(sharing.toSorted(), 4)})`]
      : []),
  ];
  const isSpare = type === 'STANDARD' && sharing.length === 0;
  return fail(
    `Execution role ${role} ${listed(faults)} in EKS cluster ${name}. HyperPod nodes and EKS nodes require different roles, according to AWS documentation.`,
    {
      text: `Set ExecutionRole of the groups of ${cluster.name} to another role.${isSpare ? ' Or delete the access entry if no one uses it. HyperPod then creates its own.' : ''}`,
      ...(isSpare && { command: aws(['eks', 'delete-access-entry'], { 'cluster-name': name, 'principal-arn': role, region }) }),
      console: consolePage(context)`eks/clusters/${name}?region=${region}`,
    },
  );
}

/** https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html: one entry for a role, of one type for ever. */
export default clusterCheck({
  id: 'eks-node-roles',
  level: 'recommended',
  title: 'Execution roles are used only by HyperPod nodes, not by EKS node groups or access entries of another type',
  rationale:
    'HyperPod joins its nodes to the EKS cluster through an access entry for the execution role. Where the role already has an entry of another type, the nodes may not join.',
  applies: 'execution roles of clusters on EKS',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-eks-prerequisites.html',
  needs,
  *cases(context, cluster) {
    const eks = cluster.eksCluster;
    if (eks === undefined) return;
    for (const role of sortedUnique(cluster.groups.map((g) => g.role)))
      yield { resource: role, evaluate: () => evaluateRole(context, cluster, eks, role) };
  },
});
