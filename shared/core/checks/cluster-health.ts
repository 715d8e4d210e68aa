import { type CheckRemediation, type CheckResult, clusterCheck, fail, pass } from '../evaluation/check.ts';
import type { RunningCluster, RunningGroup } from '../evaluation/cluster-spec.ts';
import { requireValue } from '../evaluation/facts.ts';
import { quotedFailure } from '../evaluation/failure-message.ts';
import { checksFor } from '../explain/failure-messages.ts';
import { operationHours } from '../plan/plan.ts';
import { aws } from '../text/command-line.ts';
import { clusterConsole } from '../text/console-links.ts';
import { listed } from '../text/words.ts';

type Fix = (text: string, operation: string) => CheckRemediation;

const reported = (message: string | undefined): string => (message === undefined ? '' : ` AWS reports: ${quotedFailure(message)}.`);

/** Failed and RollingBack clusters cannot be updated, and their name is in use until they are gone. */
function clusterHealth({ name, status, failureMessage }: RunningCluster, isPlanned: boolean, fix: Fix): CheckResult {
  const explaining = checksFor(failureMessage ?? '').slice(0, 3);
  const causes = explaining.length > 0 ? ` See ${listed(explaining)} for the cause.` : '';
  if (status === 'Failed')
    return fail(
      `Cluster ${name} is Failed. It cannot be updated, and its name is in use until it is deleted.${reported(failureMessage)}`,
      fix(`Delete the cluster before it is created again.${causes}`, 'delete-cluster'),
    );
  if (status === 'RollingBack')
    return fail(
      `Cluster ${name} is RollingBack. It cannot be updated until the rollback has ended.${reported(failureMessage)}`,
      fix(`Wait until the rollback has ended. Delete the cluster if it is Failed then.${causes}`, 'describe-cluster'),
    );
  if (status === 'Deleting' && isPlanned)
    return fail(
      `Cluster ${name} is Deleting. Its name is in use until it is deleted.`,
      fix('Wait until the cluster is deleted, then create it again.', 'describe-cluster'),
    );
  return pass(`Cluster ${name} is ${status}.`);
}

/** Of operations of a cluster DescribeCluster reports since when it is being created, and no other time. */
function creationTime({ name, status, created }: RunningCluster, limit: number, at: string, fix: Fix): CheckResult | undefined {
  if (status !== 'Creating' || created === undefined) return undefined;
  const hours = Math.floor((Date.parse(at) - Date.parse(created)) / 3_600_000);
  const said = `Cluster ${name} has been Creating for ${hours} hours (since ${created})`;
  if (hours < limit) return pass(`${said}.`);
  return fail(
    `${said}, at most ${limit} hours expected. It may wait for capacity, or a lifecycle script may not end.`,
    fix('List the nodes with their status and failure messages, and remove the cause.', 'list-cluster-nodes'),
  );
}

function groupHealth({ name, status, current, target, min }: RunningGroup, fix: Fix): CheckResult | undefined {
  // Snapshots of older versions do not have it.
  if (status === undefined) return undefined;
  const says = `Group ${name} is ${status}: ${current} of ${target} instances`;
  const amounts = { have: current, need: target, unit: 'instances' };
  const text = 'List the nodes with their status and failure messages, and remove the cause.';
  if (status === 'Failed') return fail(`${says}.`, fix(text, 'list-cluster-nodes'), amounts);
  if (status !== 'Degraded') return pass(`${says}.`, amounts);
  if (min !== undefined && current < min)
    return fail(`${says}, at least ${min} required (MinCount).`, fix(text, 'list-cluster-nodes'), { ...amounts, need: min });
  return fail(`${says}. Some instances failed to start or are unhealthy.`, fix(text, 'list-cluster-nodes'), {
    ...amounts,
    level: 'recommended',
  });
}

export default clusterCheck({
  id: 'cluster-health',
  level: 'required',
  levelNote: 'required; Degraded groups that have their MinCount, failed autoscaling and a creation that lasts: recommended',
  title: 'The running cluster, its instance groups and its autoscaling are healthy',
  rationale:
    'A Failed cluster cannot be updated, and no other cluster can have its name. A Failed or Degraded group has fewer instances than requested.',
  applies: 'running clusters, and planned clusters whose name is in use',
  rule: 'The creation of a cluster fails as recommended after operationHours of the plan, 24 by default.',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeCluster.html',
  needs: ['clusterNames', 'runningClusters'],
  *cases(context, cluster) {
    const running = requireValue(cluster.running);
    if (!running) return;
    const fix: Fix = (text, operation) => ({
      text,
      command: aws(['sagemaker', operation], { region: context.region, 'cluster-name': running.name }),
      console: clusterConsole(context, running.name),
    });
    const isPlanned = cluster.plan !== undefined;
    yield { resource: 'ClusterStatus', evaluate: () => clusterHealth(running, isPlanned, fix) };
    if (running.status === 'Deleting') return;
    const limit = cluster.plan?.operationHours ?? operationHours;
    yield { resource: 'CreationTime', level: 'recommended', evaluate: () => creationTime(running, limit, context.at, fix) };
    for (const group of running.groups) yield { group: group.name, resource: 'Status', evaluate: () => groupHealth(group, fix) };
    const scaling = running.autoScalingStatus;
    if (scaling)
      yield {
        resource: 'AutoScaling',
        level: 'recommended',
        evaluate: () =>
          scaling.status === 'Failed'
            ? fail(
                `AutoScaling of ${running.name} is Failed. The cluster does not scale.${reported(scaling.failureMessage)}`,
                fix('Check ClusterRole and its permissions, then turn AutoScaling off and on again.', 'describe-cluster'),
              )
            : pass(`AutoScaling of ${running.name} is ${scaling.status}.`),
      };
  },
});
