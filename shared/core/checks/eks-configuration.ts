import { type Case, clusterCheck, fail, pass } from '../evaluation/check.ts';
import type { Level } from '../evaluation/finding.ts';
import type { ClusterRequest, GroupRequest } from '../plan/plan.ts';
import { groupsOfRequest } from '../plan/provisioning.ts';

/** Members for EKS alone: required where AWS documents that others refuse them, else recommended. */
const clusterMembers: readonly (readonly [keyof ClusterRequest, Level, (request: ClusterRequest) => boolean])[] = [
  ['AutoScaling', 'required', (request) => request.AutoScaling?.Mode === 'Enable'],
  ['TieredStorageConfig', 'recommended', (request) => request.TieredStorageConfig?.Mode === 'Enable'],
  ['RestrictedInstanceGroups', 'recommended', (request) => (request.RestrictedInstanceGroups ?? []).length > 0],
];
const groupMembers: readonly (readonly [keyof GroupRequest, Level])[] = [
  ['KubernetesConfig', 'required'],
  ['AutoPatchConfig', 'recommended'],
];

function* onSlurm(request: ClusterRequest): Iterable<Case> {
  const refused = (member: string, level: Level, group?: string): Case => ({
    ...(group !== undefined && { group }),
    resource: member,
    level,
    evaluate: () =>
      fail(
        `${member}${group === undefined ? '' : ` of group ${group}`} requires an EKS cluster according to AWS documentation, and the orchestrator is Slurm.`,
        { text: `Remove ${member}, or request an EKS cluster with Orchestrator.Eks.` },
      ),
  });
  for (const [member, level, isUsed] of clusterMembers) if (isUsed(request)) yield refused(member, level);
  for (const group of groupsOfRequest(request))
    for (const [member, level] of groupMembers) if (group[member] !== undefined) yield refused(member, level, group.InstanceGroupName);
}

/** AWS: deep health checks taint nodes and need them otherwise untainted, so custom taints keep them from becoming ready. */
function* taintCases(request: ClusterRequest): Iterable<Case> {
  for (const group of groupsOfRequest(request)) {
    const taints = group.KubernetesConfig?.Taints ?? [];
    if (taints.length === 0) continue;
    yield {
      group: group.InstanceGroupName,
      resource: 'KubernetesConfig.Taints',
      evaluate: () =>
        (group.OnStartDeepHealthChecks ?? []).length === 0
          ? pass(`Group ${group.InstanceGroupName} has ${taints.length} taints and no deep health checks.`)
          : fail(
              `Group ${group.InstanceGroupName} has ${taints.length} custom ${taints.length === 1 ? 'taint' : 'taints'} and deep health checks. Its nodes remain unschedulable, because deep health checks require nodes without custom taints.`,
              { text: 'Remove OnStartDeepHealthChecks or the taints from the group.' },
            ),
    };
  }
}

export default clusterCheck({
  id: 'eks-configuration',
  level: 'required',
  levelNote: 'required, recommended where AWS does not document that the request is refused',
  title: 'Members for EKS clusters are set only on EKS, with valid values',
  rationale: 'AWS accepts some members only on EKS clusters. Some combinations leave nodes that pods cannot use.',
  applies: 'planned clusters with AutoScaling, TieredStorageConfig, RestrictedInstanceGroups, KubernetesConfig or AutoPatchConfig',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateCluster.html',
  needs: [],
  *cases(_, cluster) {
    const request = cluster.plan?.request;
    if (!request) return;
    if (cluster.orchestrator === 'slurm') {
      yield* onSlurm(request);
      return;
    }
    yield* taintCases(request);
    const percent = request.TieredStorageConfig?.InstanceMemoryAllocationPercentage;
    if (request.TieredStorageConfig?.Mode === 'Enable' && percent !== undefined)
      yield {
        resource: 'InstanceMemoryAllocationPercentage',
        level: 'recommended',
        evaluate: () =>
          percent < 20
            ? fail(
                `InstanceMemoryAllocationPercentage is ${percent}, 20 to 100 expected according to AWS documentation.`,
                { text: 'Set InstanceMemoryAllocationPercentage to at least 20, or remove it.' },
                { have: percent, need: 20, unit: 'percent' },
              )
            : pass(`InstanceMemoryAllocationPercentage is ${percent}.`, { have: percent, need: 20, unit: 'percent' }),
      };
  },
});
