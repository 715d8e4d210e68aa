/** Invoked by the chat topic where there is no chat configuration: posts each notification to an incoming webhook. */
import { webhookSecret } from '../../shared/aws/messaging/webhook-secret.ts';
import { postTo } from '../../shared/workflows/post-webhook.ts';
import { onceFor } from '../runtime/environment.ts';
import { webhookEvent } from '../runtime/events.ts';
import { lambda } from '../runtime/middleware.ts';

const wired = onceFor((environment) => webhookSecret(environment.of('WEBHOOK_SECRET_ARN')));

export const handler = lambda('webhook', webhookEvent, async (notifications, { log }) => {
  // What fails is thrown: SNS delivers it again, and in the end puts it into the dead-letter queue.
  for (const notification of notifications) await postTo(wired(), notification);
  log('posted', { messages: notifications.length });
});
