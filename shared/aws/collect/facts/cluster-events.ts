import {
  type ClusterEventSummary,
  DescribeClusterEventCommand,
  type DescribeClusterEventResponse,
  ListClusterEventsCommand,
  type ListClusterEventsResponse,
} from '@aws-sdk/client-sagemaker';
import type { ClusterErrors } from '../../../core/evaluation/cluster-spec.ts';
import { explanationOf, withoutIds } from '../../../core/explain/failure-messages.ts';
import { AwsError } from '../../client/errors.ts';
import { collector } from '../collector.ts';
import { clusterArns, readByKey, readOfCluster, runningHere } from '../referenced.ts';
import { after, list, moment, text } from '../response.ts';
import { given } from '../running-request.ts';

const days = 7;
const mostErrors = 20;
/** ListClusterEvents has no filter for levels, and a cluster that scales has very many events. */
const mostPages = 5;
/** Events of one failure repeat themselves: a few details say why. */
const mostDetails = 5;

type ReportedError = ClusterErrors['errors'][number];
type ErrorSummary = ReportedError & { readonly eventId: string };

const reduced = (event: ClusterEventSummary): ErrorSummary => ({
  eventId: text(event.EventId, 'EventId'),
  time: moment(event.EventTime, 'EventTime'),
  group: given(text, event.InstanceGroupName, 'InstanceGroupName'),
  node: given(text, event.InstanceId, 'InstanceId'),
  text: given(text, event.Description, 'Description') ?? `${text(event.ResourceType, 'ResourceType')} event without a description`,
});

/** The newest events come first, so the first errors are the last ones. */
async function lastErrors(
  ask: (token: string | undefined) => Promise<ListClusterEventsResponse>,
): Promise<{ readonly errors: readonly ErrorSummary[]; readonly partial: boolean }> {
  const errors: ErrorSummary[] = [];
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

/** The FailureMessage of the one kind of metadata that an event has. */
function causeOf({ EventDetails }: DescribeClusterEventResponse): string | undefined {
  const { Cluster, InstanceGroup, InstanceGroupScaling, Instance } = EventDetails?.EventDetails?.EventMetadata ?? {};
  const metadata = Cluster ?? InstanceGroup ?? InstanceGroupScaling ?? Instance;
  return given(text, metadata?.FailureMessage, 'FailureMessage');
}

/** A description that names no cause. */
function isOpen({ text: description }: ErrorSummary): boolean {
  const known = explanationOf(description);
  return !known || known.isGeneral === true;
}

/**
 * Which details are read: descriptions that give no hint first, of those that say the same one before the next, and the newest
 * before older ones.
 */
function inOrderOfDetails(errors: readonly ErrorSummary[]): readonly ErrorSummary[] {
  const known = new Set<string>();
  const isRepeated = ({ group, text: description }: ErrorSummary): boolean => {
    const key = JSON.stringify([group, withoutIds(description)]);
    const repeated = known.has(key);
    known.add(key);
    return repeated;
  };
  const ranked = errors.map((error) => ({ error, rank: (isRepeated(error) ? 2 : 0) + (isOpen(error) ? 0 : 1) }));
  return ranked.toSorted((a, b) => a.rank - b.rank).map(({ error }) => error);
}

/** Descriptions say what failed, the details why. */
async function withCauses(
  errors: readonly ErrorSummary[],
  ask: (eventId: string) => Promise<DescribeClusterEventResponse>,
): Promise<Pick<ClusterErrors, 'errors' | 'causesUnread'>> {
  const causes = new Map<string, string>();
  let causesUnread: ClusterErrors['causesUnread'];
  for (const { eventId } of inOrderOfDetails(errors).slice(0, mostDetails)) {
    try {
      const cause = causeOf(await ask(eventId));
      if (cause !== undefined) causes.set(eventId, cause);
    } catch (error) {
      // The descriptions are worth having by themselves; an answer of a wrong shape is a defect and not hidden.
      if (!(error instanceof AwsError)) throw error;
      // The event may have expired since it was listed.
      if (['ResourceNotFound', 'ResourceNotFoundException'].includes(error.code)) continue;
      const { reason, action } = error.read;
      causesUnread = { reason, ...(action !== undefined && { action }) };
      break;
    }
  }
  return {
    errors: errors.map(({ eventId, ...error }) => ({ ...error, cause: causes.get(eventId) })),
    ...(causesUnread && { causesUnread }),
  };
}

export default collector({
  fact: 'clusterEvents',
  grants: [
    {
      action: 'sagemaker:ListClusterEvents',
      resources: clusterArns,
      why: 'the last errors of the clusters that run in Continuous mode',
    },
    {
      action: 'sagemaker:DescribeClusterEvent',
      resources: clusterArns,
      why: 'why something failed, where the description of an Error event does not say it',
    },
  ],
  collect: async ({ call, factsAt, ...scope }) => {
    const running = (await runningHere(scope)).filter((c) => c.request?.NodeProvisioningMode === 'Continuous');
    const EventTimeAfter = new Date(Date.parse(factsAt) - days * 86_400_000);
    return readByKey(
      running.map((c) => c.name),
      (ClusterName) =>
        readOfCluster(ClusterName, async () => {
          const { errors, partial } = await lastErrors((token) =>
            call('sagemaker:ListClusterEvents', (sagemaker, options) =>
              sagemaker.send(new ListClusterEventsCommand({ ClusterName, EventTimeAfter, MaxResults: 100, ...after(token) }), options),
            ),
          );
          const described = await withCauses(errors, (EventId) =>
            call('sagemaker:DescribeClusterEvent', (sagemaker, options) =>
              sagemaker.send(new DescribeClusterEventCommand({ ClusterName, EventId }), options),
            ),
          );
          return { ...described, partial };
        }),
    );
  },
});
