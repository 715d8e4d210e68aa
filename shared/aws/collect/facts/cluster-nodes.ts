import { type ClusterNodeSummary, ListClusterNodesCommand } from '@aws-sdk/client-sagemaker';
import { type ClusterNodes, unhealthyStatuses } from '../../../core/evaluation/cluster-spec.ts';
import { collector } from '../collector.ts';
import { clusterArns, readByKey, readOfCluster, runningHere } from '../referenced.ts';
import { after, allPages, list, present, text } from '../response.ts';
import { given } from '../running-request.ts';

/** More are only counted: the first show what is wrong, and one request replaces at most 25. */
const mostUnhealthy = 20;

/** Counts nodes page by page, so that those of a large cluster are never held together. */
function tally() {
  const groups = new Map<string, Map<string, number>>();
  const unhealthy: ClusterNodes['unhealthy'][number][] = [];
  return {
    add(node: ClusterNodeSummary): void {
      const group = text(node.InstanceGroupName, 'InstanceGroupName');
      const { Status, Message } = present(node.InstanceStatus, 'InstanceStatus');
      const status = text(Status, 'Status');
      const statuses = groups.get(group) ?? new Map<string, number>();
      groups.set(group, statuses.set(status, (statuses.get(status) ?? 0) + 1));
      if (unhealthyStatuses.includes(status) && unhealthy.length < mostUnhealthy)
        unhealthy.push({ group, id: text(node.InstanceId, 'InstanceId'), status, message: given(text, Message, 'Message') });
    },
    nodes: (): ClusterNodes => ({
      groups: Object.fromEntries([...groups].map(([group, statuses]) => [group, Object.fromEntries(statuses)])),
      unhealthy,
    }),
  };
}

export default collector({
  fact: 'clusterNodes',
  grants: [
    {
      action: 'sagemaker:ListClusterNodes',
      resources: clusterArns,
      why: 'status of the nodes of the clusters that run',
    },
  ],
  collect: async ({ call, ...scope }) => {
    const running = await runningHere(scope);
    return readByKey(
      running.map((c) => c.name),
      (name) =>
        readOfCluster(name, async () => {
          const { add, nodes } = tally();
          await allPages(
            (token) =>
              call('sagemaker:ListClusterNodes', (sagemaker, options) =>
                sagemaker.send(new ListClusterNodesCommand({ ClusterName: name, MaxResults: 100, ...after(token) }), options),
              ),
            (page) => {
              list(page.ClusterNodeSummaries, 'ClusterNodeSummaries').forEach(add);
              return [];
            },
          );
          return nodes();
        }),
    );
  },
});
