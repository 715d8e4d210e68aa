import { type Case, type CheckResult, clusterCheck, fail, pass } from '../evaluation/check.ts';
import type { RunningCluster, RunningGroup } from '../evaluation/cluster-spec.ts';
import { NotEvaluatedError, outdatedFacts, requireValue } from '../evaluation/facts.ts';
import { sortedUnique } from '../evaluation/order.ts';
import type { GroupRequest } from '../plan/plan.ts';
import { groupsOfRequest } from '../plan/provisioning.ts';
import { aws, type CommandLine } from '../text/command-line.ts';
import { lastSegment } from '../text/words.ts';

/** Each key with its volume: a group has at most one key for the root volume and one for the other. */
const keysByVolume = (group: GroupRequest): string =>
  sortedUnique(
    (group.InstanceStorageConfigs ?? []).flatMap(({ EbsVolumeConfig: ebs }) =>
      ebs?.VolumeKmsKeyId ? [`${lastSegment(ebs.VolumeKmsKeyId)}${ebs.RootVolume ? ' on the root volume' : ''}`] : [],
    ),
  ).join(', ');

const nodeType = 'SlurmConfig.NodeType';

/** Members that an update cannot change and a request may leave out, as text to compare. */
const settings: readonly (readonly [string, (group: GroupRequest) => string | undefined])[] = [
  ['ThreadsPerCore', (group) => group.ThreadsPerCore?.toString()],
  ['VolumeKmsKeyId', (group) => keysByVolume(group) || undefined],
  // "NodeType is immutable": https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-ref.html
  [nodeType, (group) => group.SlurmConfig?.NodeType],
];

interface Compared {
  /** As the sentence begins: "ThreadsPerCore of group workers". */
  readonly what: string;
  readonly group: string;
  readonly command: CommandLine;
}

function changed({ what, group, command }: Compared, how: string, level?: 'recommended'): CheckResult {
  return fail(
    `${what}: ${how}. According to AWS documentation, this setting cannot be changed.`,
    { text: `Plan group ${group} with its current value, or plan a new group with the new value.`, command },
    { level },
  );
}

function compare(compared: Compared, runs: string, planned: string): CheckResult {
  return runs === planned ? pass(`${compared.what} is unchanged: ${runs}.`) : changed(compared, `${runs} running, ${planned} planned`);
}

/** A group keeps InstanceType. With InstanceRequirements it may lose the types that no node of it has. */
function compareTypes(compared: Compared, same: RunningGroup, wasFlexible: boolean, planned: GroupRequest): CheckResult {
  const types = planned.InstanceRequirements?.InstanceTypes;
  const runs = sortedUnique(same.types).join(', ');
  if (types === undefined && !wasFlexible) return compare(compared, runs, planned.InstanceType ?? 'no type');
  if (types === undefined || !wasFlexible)
    return changed(
      compared,
      wasFlexible ? 'InstanceRequirements running, InstanceType planned' : 'InstanceType running, InstanceRequirements planned',
    );
  const inUse = Object.entries(same.currentByType ?? {}).flatMap(([type, count]) => (count > 0 ? [type] : []));
  const dropped = sortedUnique(inUse.filter((type) => !types.includes(type)));
  return dropped.length > 0
    ? changed(compared, `nodes of ${dropped.join(', ')} running, and the plan does not list this type`)
    : pass(`${compared.what} may change: 0 nodes run with a type that the plan does not list.`);
}

/**
 * AWS's migration from provisioning_parameters.json adds SlurmConfig to running groups. It "requires a SageMaker HyperPod Amazon
 * Machine Image (AMI) released in January 2026 or later":
 * https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-slurm-api-config-migration.html
 */
function evaluateMigration({ what }: Compared, planned: string, same: RunningGroup, cluster: string, region: string): CheckResult {
  if (same.imageStatus === 'UpToDate') return pass(`${what} can be added as ${planned}: the image is up to date.`);
  return fail(
    `${what}: no value running, ${planned} planned. The change requires an image of January 2026 or later, according to AWS documentation. AWS does not report when the image in use was released.`,
    {
      text: `If the image of group ${same.name} is older, update its software first. The update replaces root volumes and runs the lifecycle scripts again.`,
      command: aws(['sagemaker', 'update-cluster-software'], {
        'cluster-name': cluster,
        'instance-groups': [{ InstanceGroupName: same.name }],
        region,
      }),
    },
    { level: 'recommended' },
  );
}

const capacity = (isSpot: boolean): string => (isSpot ? 'Spot' : 'on-demand');

function* groupCases(region: string, running: RunningCluster, same: RunningGroup, planned: GroupRequest): Iterable<Case> {
  const command = aws(['sagemaker', 'describe-cluster'], { region, 'cluster-name': running.name });
  const group = same.name;
  const request = running.request && groupsOfRequest(running.request).find((one) => one.InstanceGroupName === group);
  const compared = (resource: string): Compared => ({ what: `${resource} of group ${group}`, group, command });
  const wasFlexible = request ? request.InstanceRequirements !== undefined : same.types.length > 1;
  yield {
    group,
    resource: 'InstanceType',
    evaluate: () => compareTypes(compared('Instance type'), same, wasFlexible, planned),
  };
  yield {
    group,
    resource: 'ExecutionRole',
    evaluate: () => compare(compared('ExecutionRole'), same.role, planned.ExecutionRole),
  };
  yield {
    group,
    resource: 'CapacityRequirements',
    evaluate: () => compare(compared('Capacity'), capacity(same.spot), capacity(planned.CapacityRequirements?.Spot !== undefined)),
  };
  for (const [resource, read] of settings) {
    const value = read(planned);
    const runs = request && read(request);
    if (value === undefined && runs === undefined) continue;
    yield {
      group,
      resource,
      // AWS does not say whether an update that leaves the member out keeps it.
      level: value === undefined ? 'recommended' : 'required',
      evaluate: () => {
        if (!request) throw new NotEvaluatedError(outdatedFacts);
        if (runs === undefined && value !== undefined && resource === nodeType && running.orchestrator === 'slurm')
          return evaluateMigration(compared(resource), value, same, running.name, region);
        return value === undefined
          ? changed(compared(resource), `${runs} running, not set in the plan`)
          : compare(compared(resource), runs ?? 'none', value);
      },
    };
  }
}

export default clusterCheck({
  id: 'group-settings-unchanged',
  level: 'required',
  levelNote:
    'required; recommended where the plan does not set a member of the running group, or adds SlurmConfig to a running Slurm group',
  title: 'The plan of a running group has the current value of settings that cannot be changed',
  rationale:
    'An update cannot change the instance type, execution role, capacity, threads per core, volume keys and Slurm node type of a group.',
  applies: 'groups of planned clusters that run',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-eks-operate-cli-command-update-cluster.html',
  needs: ['clusterNames', 'runningClusters'],
  *cases({ region }, cluster) {
    if (!cluster.plan) return;
    const running = requireValue(cluster.running);
    // A cluster that is being deleted may be created again with other groups.
    if (!running || running.status === 'Deleting') return;
    for (const planned of groupsOfRequest(cluster.plan.request)) {
      const same = running.groups.find((group) => group.name === planned.InstanceGroupName);
      if (same) yield* groupCases(region, running, same, planned);
    }
  },
});
