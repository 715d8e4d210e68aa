/** `alert test`: a sample down every route, so that a route that leads nowhere is found before it matters. */
import { alertTopics, type Subscription } from '../../../shared/aws/alert-topics.ts';
import { Failed, unread } from '../../../shared/aws/errors.ts';
import { type AwsSettings, defaultSettings } from '../../../shared/aws/settings.ts';
import { webhookSecret } from '../../../shared/aws/webhook-secret.ts';
import { sampleOf } from '../../../shared/core/render/alert-sample.ts';
import { postTo } from '../../../shared/post-webhook.ts';
import { Ending } from '../ending.ts';
import { emit } from '../output.ts';

export interface AlertTestOptions {
  readonly topic?: string;
  readonly chat?: string;
  readonly webhook?: string;
  readonly profile?: string;
}

/** How one route fared. */
interface Route {
  readonly name: string;
  readonly said: string;
  readonly ok: boolean;
}

const topicShape = /^arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_.-]+$/;
const secretShape = /^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:\S+$/;

function checked(option: string, arn: string | undefined, shape: RegExp, what: string): void {
  if (arn !== undefined && !shape.test(arn)) throw new Ending(`${option} takes the ARN of ${what}, not "${arn}".`);
}

/** The work on a route, or why it came to nothing; defects of this program fly on. */
async function attempt(name: string, action: string, work: () => Promise<readonly Route[]>): Promise<readonly Route[]> {
  try {
    return await work();
  } catch (error) {
    const read = unread(error, action);
    return [{ name, said: `failed: ${read.reason}${read.action === undefined ? '' : ` (${read.action})`}`, ok: false }];
  }
}

const routeOf = ({ protocol, endpoint, confirmed }: Subscription): Route => ({
  name: `${protocol} ${endpoint}`,
  said: confirmed ? 'sent' : 'not sent: the subscription waits to be confirmed',
  ok: confirmed,
});

async function testTopic(arn: string, settings: AwsSettings, message: ReturnType<typeof sampleOf>): Promise<readonly Route[]> {
  const topics = alertTopics({ alerts: arn }, settings);
  const sent = await attempt(arn, 'sns:Publish', async () => {
    await topics.publish(message);
    return [];
  });
  if (sent.length > 0) return sent;
  return attempt(arn, 'sns:ListSubscriptionsByTopic', async () => {
    const routes = (await topics.subscriptions()).map(routeOf);
    return routes.length > 0 ? routes : [{ name: arn, said: 'accepted, but nobody is subscribed', ok: false }];
  });
}

async function testChat(arn: string, settings: AwsSettings, message: ReturnType<typeof sampleOf>): Promise<readonly Route[]> {
  return attempt(arn, 'sns:Publish', async () => {
    await alertTopics({ chat: arn }, settings).publish(message);
    return [{ name: `chat ${arn}`, said: 'accepted; look into the channel, for the chat service answers nobody', ok: true }];
  });
}

async function testWebhook(arn: string, settings: AwsSettings, message: ReturnType<typeof sampleOf>): Promise<readonly Route[]> {
  const secret = webhookSecret(arn, settings);
  const read = await attempt(`webhook ${arn}`, 'secretsmanager:GetSecretValue', async () => {
    try {
      await secret.address();
    } catch (error) {
      if (error instanceof Error && error.message.includes('does not hold')) throw new Failed({ ok: false, reason: error.message }, error);
      throw error;
    }
    return [];
  });
  if (read.length > 0) return read;
  try {
    await postTo(secret, message.chat);
    return [{ name: `webhook ${arn}`, said: 'sent', ok: true }];
  } catch (error) {
    return [{ name: `webhook ${arn}`, said: `failed: ${error instanceof Error ? error.message : String(error)}`, ok: false }];
  }
}

/** Sends a sample to each route that is named. 0: all of them took it; 1: one did not, or waits to be confirmed. */
export async function testAlerts(options: AlertTestOptions): Promise<number> {
  const { topic, chat, webhook, profile } = options;
  checked('--topic', topic, topicShape, 'an SNS topic');
  checked('--chat', chat, topicShape, 'an SNS topic');
  checked('--webhook', webhook, secretShape, 'a secret in Secrets Manager');
  const arn = topic ?? chat ?? webhook;
  if (arn === undefined)
    throw new Ending('alert test needs at least one of --topic, --chat and --webhook; the stack prints them as outputs.');
  const [, , , region = '', account = ''] = arn.split(':');
  const settings: AwsSettings = { ...defaultSettings, ...(profile !== undefined && { profile }) };
  const message = sampleOf({ account, region, at: new Date().toISOString() });
  const routes = [
    ...(topic === undefined ? [] : await testTopic(topic, settings, message)),
    ...(chat === undefined ? [] : await testChat(chat, settings, message)),
    ...(webhook === undefined ? [] : await testWebhook(webhook, settings, message)),
  ];
  await emit(`${routes.map((r) => `${r.ok ? 'ok  ' : 'FAIL'}  ${r.name}: ${r.said}`).join('\n')}\n`);
  return routes.every((r) => r.ok) ? 0 : 1;
}
