import { type ClusterEventSummary, ListClusterEventsCommand, type ListClusterEventsResponse } from '@aws-sdk/client-sagemaker';
import type { ClusterErrors } from '../../../core/evaluation/cluster-spec.ts';
import { collector } from '../collector.ts';
import { clusterArns, readByKey, readOfCluster, runningHere } from '../referenced.ts';
import { after, list, moment, text } from '../response.ts';
import { given } from '../running-request.ts';

const days = 7;
const mostErrors = 20;
/** ListClusterEvents has no filter for levels, and a cluster that scales has very many events. */
const mostPages = 5;

const reduced = (event: ClusterEventSummary): ClusterErrors['errors'][number] => ({
  time: moment(event.EventTime, 'EventTime'),
  group: given(text, event.InstanceGroupName, 'InstanceGroupName'),
  node: given(text, event.InstanceId, 'InstanceId'),
  text: given(text, event.Description, 'Description') ?? `${text(event.ResourceType, 'ResourceType')} event without a description`,
});

/** The newest events come first, so the first errors are the last ones. */
async function lastErrors(ask: (token: string | undefined) => Promise<ListClusterEventsResponse>): Promise<ClusterErrors> {
  const errors: ClusterErrors['errors'][number][] = [];
  let token: string | undefined;
  for (let page = 0; page < mostPages; page++) {
    const { Events, NextToken } = await ask(token);
    errors.push(
      ...list(Events, 'Events')
        .filter((event) => event.EventLevel === 'Error')
        .map(reduced),
    );
    token = NextToken || undefined;
    if (token === undefined || errors.length >= mostErrors) return { errors: errors.slice(0, mostErrors), partial: false };
  }
  return { errors, partial: true };
}

export default collector({
  fact: 'clusterEvents',
  grants: [
    {
      action: 'sagemaker:ListClusterEvents',
      resources: clusterArns,
      why: 'the last errors of the clusters that run in Continuous mode',
    },
  ],
  collect: async ({ call, factsAt, ...scope }) => {
    const running = (await runningHere(scope)).filter((c) => c.request?.NodeProvisioningMode === 'Continuous');
    const EventTimeAfter = new Date(Date.parse(factsAt) - days * 86_400_000);
    return readByKey(
      running.map((c) => c.name),
      (ClusterName) =>
        readOfCluster(ClusterName, () =>
          lastErrors((token) =>
            call('sagemaker:ListClusterEvents', (sagemaker, options) =>
              sagemaker.send(new ListClusterEventsCommand({ ClusterName, EventTimeAfter, MaxResults: 100, ...after(token) }), options),
            ),
          ),
        ),
    );
  },
});
