/** Events of running clusters as a result shows them. */
import type { Cluster } from './cluster.ts';
import type { Facts } from './facts.ts';
import { readAt } from './facts.ts';
import { quotedFailure } from './failure-message.ts';
import type { ClusterEvents } from './finding.ts';

/** Of clusters that have Error events, or whose events could not be read. The others have nothing to show. */
export const eventsOf = (clusters: readonly Cluster[], facts: Pick<Facts, 'clusterEvents'>): readonly ClusterEvents[] =>
  clusters.flatMap(({ name }): readonly ClusterEvents[] => {
    const read = readAt(facts.clusterEvents, name);
    if (!read) return [];
    if (!read.ok)
      return [{ cluster: name, errors: [], unread: read.action === undefined ? read.reason : `${read.reason}: ${read.action}` }];
    const { errors, partial } = read.value;
    if (errors.length === 0) return [];
    return [{ cluster: name, errors: errors.map((e) => ({ ...e, text: quotedFailure(e.text) })), ...(partial && { partial }) }];
  });
