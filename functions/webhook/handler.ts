/** Woken by the chat topic, for those without a chat configuration: hands each notification to an incoming webhook. */
import { webhookSecret } from '../../shared/aws/webhook-secret.ts';
import { postTo } from '../../shared/post-webhook.ts';
import { onceFor } from '../environment.ts';
import { webhookEvent } from '../events.ts';
import { lambda } from '../middleware.ts';

const wired = onceFor((environment) => webhookSecret(environment.of('WEBHOOK_SECRET_ARN')));

export const handler = lambda('webhook', webhookEvent, async (notifications, { log }) => {
  // What fails is thrown: SNS delivers it again, and in the end puts it into the dead-letter queue.
  for (const notification of notifications) await postTo(wired(), notification);
  log('posted', { messages: notifications.length });
});
