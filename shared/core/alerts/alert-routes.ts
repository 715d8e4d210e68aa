/**
 * The alert routes of the plan, compared with the subscriptions that exist. SNS deletes a subscription that is not confirmed, and
 * ends one when anyone follows the link at the foot of its mails; it reports neither.
 */
import type { AlertSettings } from '../plan/plan.ts';

export type TopicName = 'alerts' | 'operations' | 'chat';

/** A subscription that the plan means to be there. */
export interface PlannedRoute {
  readonly topic: TopicName;
  readonly protocol: 'email' | 'lambda' | 'https';
  /** An address, the ARN of the webhook function, or the address of the chat service. */
  readonly endpoint: string;
}

export interface Subscription {
  /** There once it is confirmed. */
  readonly arn?: string;
  readonly protocol: string;
  readonly endpoint: string;
}

/** A planned route that reaches no one: `pending` waits for the click in its first message, `gone` is not subscribed. */
export interface BrokenRoute extends PlannedRoute {
  readonly topicArn: string;
  readonly state: 'pending' | 'gone';
}

/** Where the service behind Slack and Teams channels listens: one subscription a topic, however many channels there are. */
export const chatService = 'https://global.sns-api.chatbot.amazonaws.com';

/**
 * Every subscription that the plan's routes rest on. `webhookFunction`: the ARN of the function that hands alerts to the
 * plan's webhook. Of a channel only the service before it can be seen: whether the channel is still there it does not say.
 */
export function plannedRoutes(alerts: AlertSettings, webhookFunction?: string): readonly PlannedRoute[] {
  const { email = [], slack, teams, webhookSecret, pagerDutySecret, jiraSecret } = alerts;
  const route = (topic: TopicName, protocol: PlannedRoute['protocol'], endpoint: string): PlannedRoute => ({ topic, protocol, endpoint });
  return [
    ...email.map((address) => route('alerts', 'email', address)),
    ...email.map((address) => route('operations', 'email', address)),
    ...(slack || teams ? [route('chat', 'https', chatService), route('operations', 'https', chatService)] : []),
    ...(webhookSecret !== undefined && webhookFunction !== undefined ? [route('chat', 'lambda', webhookFunction)] : []),
    ...((pagerDutySecret !== undefined || jiraSecret !== undefined) && webhookFunction !== undefined
      ? [route('alerts', 'lambda', webhookFunction)]
      : []),
  ];
}

const sameEndpoint = (a: string, b: string, protocol: string): boolean =>
  protocol === 'lambda' ? a === b : a.toLowerCase() === b.toLowerCase();

/** The subscriptions of a topic that would carry a route. */
export const carrying = ({ protocol, endpoint }: PlannedRoute, subscriptions: readonly Subscription[]): readonly Subscription[] =>
  subscriptions.filter((s) => s.protocol === protocol && sameEndpoint(s.endpoint, endpoint, protocol));

/** How a route is, by the subscriptions of its topic. One confirmed subscription is enough. */
export function routeState(route: PlannedRoute, subscriptions: readonly Subscription[]): 'well' | BrokenRoute['state'] {
  const mine = carrying(route, subscriptions);
  if (mine.some((s) => s.arn !== undefined)) return 'well';
  return mine.length > 0 ? 'pending' : 'gone';
}
