import { type CheckRemediation, type CheckResult, clusterCheck, fail, pass } from '../evaluation/check.ts';
import { type ClusterNodes, unhealthyStatuses } from '../evaluation/cluster-spec.ts';
import { NotEvaluatedError, requireKey, requireValue } from '../evaluation/facts.ts';
import { quotedFailure } from '../evaluation/failure-message.ts';
import { aws } from '../text/command-line.ts';
import { clusterConsole } from '../text/console-links.ts';
import { listed, some } from '../text/words.ts';

/** ClusterInstanceStatus of nodes that work, or that are on their way up or down. */
const healthyStatuses = ['Running', 'Pending', 'SystemUpdating', 'DeepHealthCheckInProgress', 'ShuttingDown'];

/** A finding names as many nodes; the command shows the others. */
const mostNamed = 5;

const fixText =
  'With NodeRecovery Automatic HyperPod replaces faulty nodes. Otherwise reboot the nodes with batch-reboot-cluster-nodes. If they remain unhealthy, replace them with batch-replace-cluster-nodes, which deletes their volumes.';

const sum = (statuses: readonly (readonly [string, number])[]): number => statuses.reduce((all, [, nodes]) => all + nodes, 0);
const worded = (statuses: readonly (readonly [string, number])[]): string =>
  listed(statuses.map(([status, nodes]) => `${nodes} ${status}`));

function nodeHealth(nodes: ClusterNodes, group: string, fix: CheckRemediation): CheckResult {
  const statuses = Object.entries(nodes.groups[group] ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const unhealthy = statuses.filter(([status]) => unhealthyStatuses.includes(status));
  const need = sum(statuses);
  const amounts = { have: need - sum(unhealthy), need, unit: 'nodes' };
  if (unhealthy.length > 0) {
    const named = nodes.unhealthy.filter((node) => node.group === group).toSorted((a, b) => (a.id < b.id ? -1 : 1));
    const examples = named.map(({ id, message }) => (message === undefined ? id : `${id} ${quotedFailure(message)}`));
    const which = examples.length > 0 ? ` ${some(examples, mostNamed)}.` : '';
    return fail(`${sum(unhealthy)} of ${need} nodes of group ${group} are unhealthy: ${worded(unhealthy)}.${which}`, fix, amounts);
  }
  const unknown = statuses.filter(([status]) => !healthyStatuses.includes(status));
  if (unknown.length > 0)
    throw new NotEvaluatedError(
      `${worded(unknown)} among the nodes of group ${group}. This version does not know the status. Update the auditor`,
    );
  return pass(`Group ${group} has ${need === 0 ? 'no nodes' : `${need} ${need === 1 ? 'node' : 'nodes'}: ${worded(statuses)}`}.`, amounts);
}

export default clusterCheck({
  id: 'node-health',
  level: 'recommended',
  title: 'No node of the running cluster has failed',
  rationale: 'A failed node runs no jobs. Jobs that need all nodes of a group stop until it is replaced.',
  applies: 'groups of running clusters',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ClusterInstanceStatusDetails.html',
  needs: ['clusterNames', 'runningClusters', 'clusterNodes'],
  *cases(context, cluster) {
    const running = requireValue(cluster.running);
    if (!running || running.status === 'Deleting') return;
    for (const { name } of running.groups)
      yield {
        group: name,
        resource: 'Nodes',
        evaluate: () =>
          nodeHealth(requireKey(context.facts.clusterNodes, running.name, 'list of nodes of cluster'), name, {
            text: fixText,
            command: aws(['sagemaker', 'list-cluster-nodes'], {
              region: context.region,
              'cluster-name': running.name,
              'instance-group-name-contains': name,
              query: "ClusterNodeSummaries[?InstanceStatus.Status!='Running'].[InstanceId,InstanceStatus.Status,InstanceStatus.Message]",
              output: 'table',
            }),
            console: clusterConsole(context, running.name),
          }),
      };
  },
});
