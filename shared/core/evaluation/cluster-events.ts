/** What AWS reports of running clusters, as a result shows it. */
import type { Cluster } from './cluster.ts';
import type { RunningCluster } from './cluster-spec.ts';
import { type Facts, readAt } from './facts.ts';
import { quotedFailure } from './failure-message.ts';
import type { ClusterEvents } from './finding.ts';

const why = ({ reason, action }: { readonly reason: string; readonly action?: string | undefined }): string =>
  action === undefined ? reason : `${reason}: ${action}`;

/** Error events of a cluster. A cluster whose provisioning mode is not Continuous has none. */
function reportedEvents(name: string, { clusterEvents }: Pick<Facts, 'clusterEvents'>): Omit<ClusterEvents, 'cluster'> {
  const read = readAt(clusterEvents, name);
  if (!read) return { errors: [] };
  if (!read.ok) return { errors: [], unread: why(read) };
  const { errors, partial, causesUnread } = read.value;
  return {
    errors: errors.map(({ cause, ...e }) => ({
      ...e,
      text: quotedFailure(e.text),
      ...(cause !== undefined && { cause: quotedFailure(cause) }),
    })),
    ...(partial && { partial }),
    ...(causesUnread && { causesUnread: why(causesUnread) }),
  };
}

function reportedFailures({ failureMessage, autoScalingStatus }: RunningCluster): Pick<ClusterEvents, 'failure' | 'autoScalingFailure'> {
  const autoScaling = autoScalingStatus?.failureMessage;
  return {
    ...(failureMessage !== undefined && { failure: quotedFailure(failureMessage) }),
    ...(autoScaling !== undefined && { autoScalingFailure: quotedFailure(autoScaling) }),
  };
}

/** Of clusters that report a failure or Error events, or whose events could not be read. The others have nothing to show. */
export const eventsOf = (clusters: readonly Cluster[], facts: Pick<Facts, 'clusterEvents'>): readonly ClusterEvents[] =>
  clusters.flatMap(({ name, running }): readonly ClusterEvents[] => {
    const cluster = running.ok ? running.value : null;
    const failures = cluster ? reportedFailures(cluster) : {};
    const events = reportedEvents(name, facts);
    if (events.errors.length === 0 && events.unread === undefined && Object.keys(failures).length === 0) return [];
    return [{ cluster: name, ...(cluster && { status: cluster.status }), ...failures, ...events }];
  });
