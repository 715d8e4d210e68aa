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
 * Whether only the account can end a subscription; `undefined` if the caller may not read it. AWS's own lists differ in what that
 * call is granted on, and a denied call must not end the check of the routes.
 */
async function guardedIfReadable(arn: string, topics: AlertTopics): Promise<boolean | undefined> {
  try {
    return await topics.isGuarded(arn);
  } catch (error) {
    if (toUnread(error, 'sns:GetSubscriptionAttributes').action === undefined) throw error;
    return undefined;
  }
}

/** The planned routes that are broken, and the addresses whose subscription any recipient of a message can end. */
async function readRoutes({ plan, topics, webhookFunction }: DispatchWork): Promise<Omit<RoutesMarker, 'at'>> {
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
      const guarded = await Promise.all(arns.map((arn) => guardedIfReadable(arn, topics)));
      if (guarded.every((of) => of === false)) weak.push(route);
    }
  }
  return { broken, weak };
}

/**
 * Reads the subscriptions once a day, and every hour while a route is broken, and stores the result; in between, returns
 * the stored one. `isNew`: they were read now.
 */
export async function checkRoutes(work: DispatchWork): Promise<RoutesMarker & { readonly isNew: boolean }> {
  const { marks, now } = work;
  const at = now();
  const before = await marks.routes();
  const age = before === undefined ? Number.POSITIVE_INFINITY : at.getTime() - Date.parse(before.at);
  // A little less than that, so that sweeps that come late do not put it off.
  const validMs = before && before.broken.length > 0 ? 50 * minute : 23 * hour;
  if (before && age < validMs && age > -clockToleranceMs) return { ...before, isNew: false };
  const routes = { at: at.toISOString(), ...(await readRoutes(work)) };
  await marks.saveRoutes(routes);
  return { ...routes, isNew: true };
}
