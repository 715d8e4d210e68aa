/** Hands a notification to an incoming webhook, and incidents to on-call services, as fast as they take them. */
import { setTimeout as pause } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { IncidentSecret } from '../aws/messaging/incident-secret.ts';
import type { WebhookSecret } from '../aws/messaging/webhook-secret.ts';
import { webhookBodyOf } from '../core/alerts/alert-webhook.ts';
import type { ChatNotification } from '../core/alerts/chat-notification.ts';
import type { IncidentEvent, IncidentRequest, IncidentService } from '../core/alerts/incidents.ts';

const timeoutMs = 10_000;
/** Less time than this is left: no further request is begun, because one may take its whole timeout. */
const reservedMs = timeoutMs + 5000;
/** So long to wait for a service that takes no more at the moment and does not say how long. */
const defaultWaitMs = 10_000;
const shortestWaitMs = 1000;
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
) => Promise<Pick<Response, 'ok' | 'status'> & { readonly body: { cancel: () => unknown } | null; readonly retryAfter?: string | null }>;

const fetched: SendWebhook = async (url, request) => {
  const { ok, status, body, headers } = await fetch(url, { ...request, redirect: 'error' });
  return { ok, status, body, retryAfter: headers.get('retry-after') };
};

/** The time for handing over. */
export interface PostTime {
  readonly remainingMs: () => number;
  readonly wait: (ms: number) => Promise<unknown>;
}

/** Of a function, so long as it has. */
export const timeOf = (remainingMs: () => number): PostTime => ({ remainingMs, wait: (ms) => pause(ms) });
const noTime: PostTime = timeOf(() => 0);

/** Seconds, or a date: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after */
function waitMsOf(after: string | null | undefined): number {
  const text = after ?? '';
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isNaN(ms) ? defaultWaitMs : Math.max(shortestWaitMs, ms);
}

/** The service takes no more for longer than there is time. */
class BusyError extends Error {
  override readonly name = 'BusyError';
}

interface PostOptions {
  readonly forget: () => void;
  readonly send: SendWebhook;
  readonly time: PostTime;
}

/**
 * Resolves when `what` took it, waiting for as long as it says that it takes no more. Rejects with the status or the network's error,
 * and never with the whole address.
 */
async function post(what: string, request: IncidentRequest, options: PostOptions): Promise<void> {
  const { forget, time } = options;
  for (;;) {
    const { ok, status, retryAfter } = await sendOnce(what, request, options);
    if (ok) return;
    const waitMs = waitMsOf(retryAfter);
    if (status !== 429 || time.remainingMs() - waitMs < reservedMs) {
      if (revoked.includes(status)) forget();
      const text = `${what} on ${request.url.hostname} refused the message (HTTP ${status}).`;
      throw status === 429 ? new BusyError(text) : new Error(text);
    }
    await time.wait(waitMs);
  }
}

async function sendOnce(what: string, { url, headers, body }: IncidentRequest, { send }: PostOptions) {
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
  return response;
}

export async function postTo(
  secret: WebhookSecret,
  notification: ChatNotification,
  send: SendWebhook = fetched,
  time: PostTime = noTime,
): Promise<void> {
  const url = await secret.address();
  await post('The webhook', { url, headers: {}, body: webhookBodyOf(notification, url.hostname) }, { forget: secret.forget, send, time });
}

/** What a notification means for incidents, and where it stands among others. */
export interface IncidentMessage {
  readonly id: string;
  /** When it was published. SNS promises no order, and hands a message that failed over again later. */
  readonly publishedAt: string;
  readonly events: readonly IncidentEvent[];
}

/** The last event that the service took of each incident, by its key. */
type TakenEvents = Map<string, Pick<IncidentMessage, 'id' | 'publishedAt'> & { readonly n: number }>;

/** An on-call service of the plan. */
export interface IncidentRoute {
  readonly name: string;
  readonly secret: IncidentSecret;
  readonly requestOf: (event: IncidentEvent, service: IncidentService) => IncidentRequest;
  /** Lives as long as the process: what is not remembered is handed over again, which changes nothing. */
  readonly taken: TakenEvents;
}

/** Requests side by side: a summary may name hundreds of clusters. */
const incidentsAtOnce = 5;
/** Keys that are remembered. */
const mostTaken = 20_000;

function remember(taken: TakenEvents, key: string, last: Pick<IncidentMessage, 'id' | 'publishedAt'> & { readonly n: number }): void {
  taken.delete(key);
  taken.set(key, last);
  const [oldest] = taken.keys();
  if (taken.size > mostTaken && oldest !== undefined) taken.delete(oldest);
}

/** Whether the service took the event before, or one of the same incident that was published later. */
function isPast(taken: TakenEvents, key: string, { id, publishedAt }: IncidentMessage, n: number): boolean {
  const last = taken.get(key);
  return last !== undefined && (last.id === id ? n <= last.n : publishedAt < last.publishedAt);
}

const isTrigger = ([first]: readonly NumberedEvent[]): boolean => first?.event.action === 'trigger';
interface NumberedEvent {
  readonly event: IncidentEvent;
  readonly n: number;
}

/**
 * Hands over the incidents of a message, those of one key in their order, and clusters that are BLOCKED first. Rejects where the
 * service did not take one, after all were offered, and where time is up before: the message is then delivered again, and goes on
 * with what is left as far as this process remembers what the service took.
 */
export async function postIncidents(
  { name, secret, requestOf, taken }: IncidentRoute,
  message: IncidentMessage,
  time: PostTime,
  send: SendWebhook = fetched,
): Promise<void> {
  const limit = pLimit(incidentsAtOnce);
  let left = 0;
  let isBusy = false;
  const postAll = async (key: string, mine: readonly NumberedEvent[]): Promise<void> => {
    for (const { event, n } of mine) {
      if (isPast(taken, key, message, n)) continue;
      if (isBusy || time.remainingMs() < reservedMs) {
        left += 1;
        return;
      }
      await post(name, requestOf(event, await secret.service()), { forget: secret.forget, send, time });
      remember(taken, key, { id: message.id, publishedAt: message.publishedAt, n });
    }
  };
  const numbered = message.events.map((event, n) => ({ event, n }));
  const byKey = [...Map.groupBy(numbered, ({ event }) => event.key)].toSorted(
    ([, a], [, b]) => Number(isTrigger(b)) - Number(isTrigger(a)),
  );
  const postMine = ([key, mine]: (typeof byKey)[number]) =>
    postAll(key, mine).catch((error: unknown) => {
      if (!(error instanceof BusyError)) throw error;
      isBusy = true;
      left += 1;
    });
  const done = await Promise.allSettled(byKey.map((of) => limit(postMine, of)));
  const failed = done.flatMap((d): readonly unknown[] => (d.status === 'rejected' ? [d.reason] : []));
  if (failed.length > 0) throw failed[0];
  if (left > 0) throw new Error(`${name} has still to get ${left} of ${byKey.length} incidents: the message is delivered again.`);
}
