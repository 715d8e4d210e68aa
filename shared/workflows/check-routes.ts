/** Whether the planned alert routes exist, and which of them a recipient could end. */
import { toUnread } from '../aws/client/errors.ts';
import type { RoutesMarker } from '../aws/findings/markers.ts';
import type { AlertTopics } from '../aws/messaging/alert-topics.ts';
import {
  type BrokenRoute,
  carrying,
  type PlannedRoute,
  plannedRoutes,
  routeState,
  type Subscription,
  type TopicName,
} from '../core/alerts/alert-routes.ts';
import type { DispatchWork } from './dispatch-work.ts';
import { clockToleranceMs } from './perform-audit.ts';

const minute = 60_000;
const hour = 60 * minute;

/**
 * Whether only the account can end a subscription; `undefined` where nobody may look. AWS's own lists differ in what that
 * call is granted on, and a note that cannot be written is no reason to stop looking at who listens.
 */
async function guardedAsFarAsSeen(arn: string, topics: AlertTopics): Promise<boolean | undefined> {
  try {
    return await topics.isGuarded(arn);
  } catch (error) {
    if (toUnread(error, 'sns:GetSubscriptionAttributes').action === undefined) throw error;
    return undefined;
  }
}

/** What of the planned routes is broken, and which of the addresses that hear anybody could silence. */
async function seenRoutes({ plan, topics, webhookFunction }: DispatchWork): Promise<Omit<RoutesMarker, 'at'>> {
  const listening = new Map<TopicName, readonly Subscription[]>();
  const broken: BrokenRoute[] = [];
  const weak: PlannedRoute[] = [];
  for (const route of plannedRoutes(plan.alerts, webhookFunction)) {
    const { topic, protocol } = route;
    const subscriptions = listening.get(topic) ?? (await topics.subscriptions(topic));
    listening.set(topic, subscriptions);
    const state = routeState(route, subscriptions);
    if (state !== 'well') broken.push({ ...route, topicArn: topics.arnOf(topic), state });
    else if (protocol === 'email') {
      const arns = carrying(route, subscriptions).flatMap((s) => s.arn ?? []);
      const guarded = await Promise.all(arns.map((arn) => guardedAsFarAsSeen(arn, topics)));
      if (guarded.every((of) => of === false)) weak.push(route);
    }
  }
  return { broken, weak };
}

/**
 * Looks at the subscriptions once a day, and every hour while a route is broken, and keeps what it saw; in between, what
 * it saw last. `looked`: it looked just now.
 */
export async function checkRoutes(work: DispatchWork): Promise<RoutesMarker & { readonly looked: boolean }> {
  const { marks, now } = work;
  const at = now();
  const before = await marks.routes();
  const age = before === undefined ? Number.POSITIVE_INFINITY : at.getTime() - Date.parse(before.at);
  // A little less than that, so that sweeps that come late do not put it off.
  const kept = before && before.broken.length > 0 ? 50 * minute : 23 * hour;
  if (before && age < kept && age > -clockToleranceMs) return { ...before, looked: false };
  const routes = { at: at.toISOString(), ...(await seenRoutes(work)) };
  await marks.saveRoutes(routes);
  return { ...routes, looked: true };
}
