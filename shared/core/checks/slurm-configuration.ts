import { type Case, clusterCheck, fail, pass } from '../evaluation/check.ts';
import { runningRequestOf } from '../evaluation/cluster.ts';
import type { ClusterRequest, GroupRequest } from '../plan/plan.ts';
import { controllerGroups, groupsOfRequest, type ProvisioningMode, provisioningMode } from '../plan/provisioning.ts';
import { listed } from '../text/words.ts';

const isContinuous = (mode: ProvisioningMode): boolean => mode === 'continuous' || mode === 'implied';

const nodeType = (group: GroupRequest): string | undefined => group.SlurmConfig?.NodeType;

/** AWS: "Passing any SlurmConfigStrategy value results in an API error" in Continuous mode. */
function* strategyCases(request: ClusterRequest, mode: () => ProvisioningMode): Iterable<Case> {
  const strategy = request.Orchestrator?.Slurm?.SlurmConfigStrategy;
  if (strategy === undefined) return;
  yield {
    resource: 'SlurmConfigStrategy',
    evaluate: () => {
      const found = mode();
      if (isContinuous(found))
        return fail(`SlurmConfigStrategy is ${strategy}, but with Continuous provisioning AWS refuses every SlurmConfigStrategy.`, {
          text: 'Remove SlurmConfigStrategy: Continuous provisioning merges its changes into slurm.conf.',
        });
      const reason = found === 'other' ? 'the cluster runs without' : '0 members require';
      return pass(`SlurmConfigStrategy is ${strategy}, and ${reason} Continuous provisioning, which refuses it.`);
    },
  };
}

/** Compute groups have one partition, the others none: the Slurm reference of HyperPod (sagemaker-hyperpod-ref). */
function* partitionCases(groups: readonly GroupRequest[]): Iterable<Case> {
  for (const group of groups) {
    const type = nodeType(group);
    const name = group.InstanceGroupName;
    const partitions = group.SlurmConfig?.PartitionNames ?? [];
    const expected = type === 'Compute' ? 1 : type === 'Controller' || type === 'Login' ? 0 : undefined;
    if (expected === undefined) continue;
    yield {
      group: name,
      resource: 'PartitionNames',
      evaluate: () => {
        const amounts = { have: partitions.length, need: expected, unit: 'partitions' };
        if (partitions.length === expected) return pass(`Group ${name} of NodeType ${type} has ${expected} partitions.`, amounts);
        return fail(
          `Group ${name} of NodeType ${type} has ${partitions.length} partitions, ${expected} expected.`,
          { text: expected === 1 ? 'Add one name to PartitionNames.' : 'Remove PartitionNames.' },
          amounts,
        );
      },
    };
  }
}

/** One controller group of one node, and at most one login group. AWS supports no multi-head topology in Continuous mode. */
function* topologyCases(request: ClusterRequest, mode: () => ProvisioningMode): Iterable<Case> {
  const groups = groupsOfRequest(request);
  const logins = groups.filter((group) => nodeType(group) === 'Login');
  const controllers = controllerGroups(request);
  yield {
    resource: 'Controller',
    evaluate: () => {
      const count = controllers.reduce((sum, group) => sum + group.InstanceCount, 0);
      const names = listed(controllers.map((group) => group.InstanceGroupName));
      const amounts = { have: count, need: 1, unit: 'controller nodes' };
      if (count === 0)
        return fail(
          `0 controller nodes, 1 required: ${controllers.length === 0 ? 'no group has NodeType Controller' : `InstanceCount of ${names} is 0`}. Slurm does not start without a controller.`,
          { text: 'Request one group with SlurmConfig.NodeType Controller and InstanceCount 1.' },
          amounts,
        );
      if (controllers.length > 1)
        return fail(
          `${controllers.length} groups of NodeType Controller, 1 allowed: ${names}.`,
          { text: 'Leave one controller group in the request.' },
          amounts,
        );
      if (count > 1)
        return fail(
          `${count} controller nodes in ${names}, 1 expected. AWS does not support several controllers with Continuous provisioning.`,
          { text: `Request one controller group with InstanceCount 1.` },
          { ...amounts, level: isContinuous(mode()) ? undefined : 'recommended' },
        );
      return pass(`1 controller node, in group ${names}.`, amounts);
    },
  };
  if (logins.length > 1)
    yield {
      resource: 'Login',
      evaluate: () =>
        fail(`${logins.length} groups of NodeType Login, at most 1 allowed: ${listed(logins.map((group) => group.InstanceGroupName))}.`, {
          text: 'Leave one login group in the request, with a larger InstanceCount.',
        }),
    };
  for (const group of controllers)
    if (group.TrainingPlanArn)
      yield {
        group: group.InstanceGroupName,
        resource: 'TrainingPlanArn',
        level: 'recommended',
        evaluate: () =>
          fail(
            `Controller group ${group.InstanceGroupName} uses training plan ${group.TrainingPlanArn}. When the plan ends, the controller stops, and with it the cluster.`,
            { text: 'Run the controller on demand: remove TrainingPlanArn from its group.' },
          ),
      };
}

/** A group without SlurmConfig. */
function setupCase({ InstanceGroupName: name, LifeCycleConfig: scripts }: GroupRequest, needsNodeType: () => boolean): Case {
  return {
    group: name,
    resource: 'SlurmConfig',
    evaluate: () => {
      if (needsNodeType())
        return fail(
          `Group ${name} has no SlurmConfig. With Continuous provisioning every group requires SlurmConfig.NodeType, because provisioning_parameters.json is not read.`,
          { text: `Add SlurmConfig with NodeType Controller, Login or Compute to group ${name}.` },
        );
      if (scripts?.OnCreate !== undefined) return undefined;
      return fail(
        `Group ${name} has no SlurmConfig and no lifecycle script, one of them is required. Slurm is not set up on its nodes.`,
        { text: `Add SlurmConfig, or LifeCycleConfig with a script that sets up Slurm, to group ${name}.` },
        { level: 'recommended' },
      );
    },
  };
}

export default clusterCheck({
  id: 'slurm-configuration',
  level: 'required',
  levelNote: 'required, recommended where AWS does not document that the request is refused',
  title: 'AWS accepts the Slurm topology of the request',
  rationale:
    'HyperPod configures Slurm from SlurmConfig of each group or from lifecycle scripts. A topology that AWS refuses fails the request. Without a controller no job runs.',
  applies: 'planned Slurm clusters, and SlurmConfig on any cluster',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-ref.html',
  needs: ['clusterNames', 'runningClusters'],
  *cases(_, cluster) {
    const request = cluster.plan?.request;
    if (!request) return;
    const groups = groupsOfRequest(request);
    const configured = groups.filter((group) => group.SlurmConfig !== undefined);
    if (cluster.orchestrator === 'eks') {
      for (const group of configured)
        yield {
          group: group.InstanceGroupName,
          resource: 'SlurmConfig',
          evaluate: () =>
            fail(
              `Group ${group.InstanceGroupName} has SlurmConfig, which requires Slurm, and the orchestrator of ${cluster.name} is EKS.`,
              {
                text: 'Remove SlurmConfig, or Orchestrator.Eks.',
              },
            ),
        };
      return;
    }
    const mode = () => provisioningMode(request, () => runningRequestOf(cluster));
    yield* strategyCases(request, mode);
    if (configured.length > 0) yield* topologyCases(request, mode);
    yield* partitionCases(configured);
    // Members that imply the mode are not enough where no group has SlurmConfig: scripts may set up Slurm.
    const needsNodeTypes = () => (configured.length > 0 ? isContinuous(mode()) : mode() === 'continuous');
    for (const group of groups) if (group.SlurmConfig === undefined) yield setupCase(group, needsNodeTypes);
  },
});
