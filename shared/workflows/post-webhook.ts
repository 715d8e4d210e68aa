/** Hands a notification to an incoming webhook. */
import type { WebhookSecret } from '../aws/messaging/webhook-secret.ts';
import { webhookBodyOf } from '../core/alerts/alert-webhook.ts';
import type { ChatNotification } from '../core/alerts/chat-notification.ts';

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

/** Resolves when the webhook took it. Rejects with the status or the network's error, and never with the address. */
export async function postTo(secret: WebhookSecret, notification: ChatNotification, send: SendWebhook = fetched): Promise<void> {
  const url = await secret.address();
  const response = await send(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(webhookBodyOf(notification, url.hostname)),
    signal: AbortSignal.timeout(timeoutMs),
  }).catch((error: unknown) => {
    // Without its cause: the address would stand in it, and this error goes into the log.
    throw new Error(`The webhook on ${url.hostname} could not be reached (${nameOf(error)}).`);
  });
  await response.body?.cancel();
  if (response.ok) return;
  if (revoked.includes(response.status)) secret.forget();
  throw new Error(`The webhook on ${url.hostname} refused the message (HTTP ${response.status}).`);
}
