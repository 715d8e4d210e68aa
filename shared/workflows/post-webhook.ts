/** Hands a notification to an incoming webhook, and incidents to on-call services. */
import pLimit from 'p-limit';
import type { IncidentSecret } from '../aws/messaging/incident-secret.ts';
import type { WebhookSecret } from '../aws/messaging/webhook-secret.ts';
import { webhookBodyOf } from '../core/alerts/alert-webhook.ts';
import type { ChatNotification } from '../core/alerts/chat-notification.ts';
import type { IncidentEvent, IncidentRequest, IncidentService } from '../core/alerts/incidents.ts';

const timeoutMs = 10_000;
/** Answers of a webhook that was taken away or replaced. */
const revoked = [401, 403, 404, 410];

/** Node's own name for what went wrong; its messages may quote an address. */
const nameOf = (error: unknown): string => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
  return code ?? (cause instanceof Error ? cause.name : 'unknown');
};

interface WebhookRequest {
  readonly method: 'POST';
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly signal: AbortSignal;
}

/** What is needed of `fetch`. */
type SendWebhook = (
  url: URL,
  request: WebhookRequest,
) => Promise<Pick<Response, 'ok' | 'status'> & { readonly body: { cancel: () => unknown } | null }>;

const fetched: SendWebhook = (url, request) => fetch(url, { ...request, redirect: 'error' });

/** Resolves when `what` took it. Rejects with the status or the network's error, and never with the whole address. */
async function post(
  what: string,
  { url, headers, body }: IncidentRequest,
  { forget, send }: { readonly forget: () => void; readonly send: SendWebhook },
): Promise<void> {
  const response = await send(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(timeoutMs),
  }).catch((error: unknown) => {
    // Without its cause: the address would stand in it, and this error goes into the log.
    throw new Error(`${what} on ${url.hostname} could not be reached (${nameOf(error)}).`);
  });
  await response.body?.cancel();
  if (response.ok) return;
  if (revoked.includes(response.status)) forget();
  throw new Error(`${what} on ${url.hostname} refused the message (HTTP ${response.status}).`);
}

export async function postTo(secret: WebhookSecret, notification: ChatNotification, send: SendWebhook = fetched): Promise<void> {
  const url = await secret.address();
  await post('The webhook', { url, headers: {}, body: webhookBodyOf(notification, url.hostname) }, { forget: secret.forget, send });
}

/** An on-call service of the plan. */
export interface IncidentRoute {
  readonly name: string;
  readonly secret: IncidentSecret;
  readonly requestOf: (event: IncidentEvent, service: IncidentService) => IncidentRequest;
}

/** A summary may name hundreds of clusters. */
const incidentsAtOnce = 5;

/**
 * Hands over incidents, those of one key in their order. Rejects where the service did not take one, after all were offered. What it
 * took before it takes again for the same incident.
 */
export async function postIncidents({ name, secret, requestOf }: IncidentRoute, events: readonly IncidentEvent[]): Promise<void> {
  const limit = pLimit(incidentsAtOnce);
  const postAll = async (mine: readonly IncidentEvent[]): Promise<void> => {
    for (const event of mine) await post(name, requestOf(event, await secret.service()), { forget: secret.forget, send: fetched });
  };
  const done = await Promise.allSettled([...Map.groupBy(events, ({ key }) => key).values()].map((mine) => limit(postAll, mine)));
  const failed = done.flatMap((d): readonly unknown[] => (d.status === 'rejected' ? [d.reason] : []));
  if (failed.length > 0) throw failed[0];
}
