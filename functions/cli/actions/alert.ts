/** `alert test`: a sample down every route, so that a route that leads nowhere is found before it matters. */

import { AwsError, toUnread } from '../../../shared/aws/client/errors.ts';
import { sendWith } from '../../../shared/aws/client/send.ts';
import type { AwsSettings } from '../../../shared/aws/client/settings.ts';
import { IdentificationError } from '../../../shared/aws/credentials/identity.ts';
import { type AlertTopics, alertTopics } from '../../../shared/aws/messaging/alert-topics.ts';
import { webhookSecret } from '../../../shared/aws/messaging/webhook-secret.ts';
import { chatService, type Subscription, type TopicName } from '../../../shared/core/alerts/alert-routes.ts';
import { sampleOf } from '../../../shared/core/alerts/alert-sample.ts';
import { isTopicArn, regionOf } from '../../../shared/core/alerts/confirmation-link.ts';
import { columns } from '../../../shared/core/render/layout.ts';
import { whyUnread } from '../../../shared/core/render/words.ts';
import { printable } from '../../../shared/core/text/printable.ts';
import { postTo } from '../../../shared/workflows/post-webhook.ts';
import { awsSettings, rethrowAsNoResult } from '../../process/aws-settings.ts';
import { currentIo, timestamp } from '../../process/io.ts';
import { emit } from '../../process/output.ts';
import { wrongValue } from '../../process/wrong-value.ts';
import { deployedParts, regionFor } from '../deployed.ts';
import { screenOf } from '../screen.ts';

export interface AlertTestOptions {
  /** Name of the deployed stack, which tells its topics. */
  readonly stack?: string;
  /** Where the stack is. */
  readonly stackRegion?: string;
  readonly topic?: string;
  readonly operations?: string;
  readonly chat?: string;
  readonly webhook?: string;
  readonly profile?: string;
}

/** How one route fared. */
interface AlertRouteResult {
  readonly name: string;
  readonly said: string;
  readonly ok: boolean;
}

const secretShape = /^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:\S+$/;
const isSecretArn = (text: string): boolean => secretShape.test(text);

function checked(option: string, arn: string | undefined, isShaped: (arn: string) => boolean, what: string): void {
  if (arn !== undefined && !isShaped(arn)) throw wrongValue(option, `the ARN of ${what}`, arn);
}

const failed = (error: unknown, action: string): string => whyUnread(toUnread(error, action));

/** The work on a route, or why it came to nothing; defects of this program fly on. */
async function attempt(
  name: string,
  action: string,
  work: () => Promise<readonly AlertRouteResult[]>,
): Promise<readonly AlertRouteResult[]> {
  try {
    return await work();
  } catch (error) {
    // Without credentials every other route would fail alike.
    if (error instanceof IdentificationError) return rethrowAsNoResult(error);
    return [{ name, said: `failed: ${failed(error, action)}`, ok: false }];
  }
}

/** What can be added about an address that hears: whether anybody else can end that. */
async function guardWords(arn: string, topics: AlertTopics): Promise<string> {
  try {
    const guarded = await topics.isGuarded(arn);
    return guarded ? '' : '; anybody with one of its mails can unsubscribe it, since it was not confirmed by `alert confirm`';
  } catch (error) {
    return `; whether anybody can unsubscribe it could not be read: ${failed(error, 'sns:GetSubscriptionAttributes')}`;
  }
}

async function routeOf({ protocol, endpoint, arn }: Subscription, topic: TopicName, topics: AlertTopics): Promise<AlertRouteResult> {
  const name = `${topic}: ${protocol} ${endpoint}`;
  if (arn === undefined) return { name, said: 'not sent: the subscription waits to be confirmed, see `alert confirm --help`', ok: false };
  if (endpoint === chatService) {
    // Messages that are neither AWS's own events nor custom notifications are dropped there without a word.
    const said =
      topic === 'chat' ? 'handed to the chat service, which sends no answer: look into the channel' : 'subscribed; only alarms show there';
    return { name, said, ok: true };
  }
  if (protocol === 'lambda') return { name, said: 'handed to the function: look where it posts', ok: true };
  return { name, said: `sent${protocol === 'email' ? await guardWords(arn, topics) : ''}`, ok: true };
}

type Sampled = Pick<Parameters<typeof sampleOf>[0], 'account' | 'region' | 'at'>;

async function testTopic(topic: TopicName, arn: string, settings: AwsSettings, of: Sampled): Promise<readonly AlertRouteResult[]> {
  // Operations take no alerts of ours otherwise: only here something is published as if it were of that topic.
  const target = topic === 'chat' ? alertTopics({ chat: arn }, settings) : alertTopics({ alerts: arn }, settings);
  const asked: TopicName = topic === 'chat' ? 'chat' : 'alerts';
  const sent = await attempt(`${topic}: ${arn}`, 'sns:Publish', async () => {
    await target.publish(sampleOf({ ...of, topic }));
    return [];
  });
  if (sent.length > 0) return sent;
  return attempt(`${topic}: ${arn}`, 'sns:ListSubscriptionsByTopic', async () => {
    const routes = await Promise.all((await target.subscriptions(asked)).map((s) => routeOf(s, topic, target)));
    return routes.length > 0 ? routes : [{ name: `${topic}: ${arn}`, said: 'accepted, but no one is subscribed', ok: false }];
  });
}

async function testWebhook(arn: string, settings: AwsSettings, of: Sampled): Promise<readonly AlertRouteResult[]> {
  const secret = webhookSecret(arn, settings);
  const read = await attempt(`webhook ${arn}`, 'secretsmanager:GetSecretValue', async () => {
    try {
      await secret.address();
    } catch (error) {
      if (error instanceof Error && error.message.includes('does not hold'))
        throw new AwsError({ ok: false, reason: error.message }, error);
      throw error;
    }
    return [];
  });
  if (read.length > 0) return read;
  const send = sendWith(settings);
  let onTheWay: string | undefined;
  try {
    await postTo(secret, sampleOf({ ...of, topic: 'chat' }).chat, (url, request) =>
      send(url, request).catch((error: unknown) => {
        // `postTo` tells only the kind of an error, as in Lambda; here the proxy is worth a name.
        if (error instanceof AwsError) onTheWay = error.read.reason;
        throw error;
      }),
    );
    return [{ name: `webhook ${arn}`, said: 'sent', ok: true }];
  } catch (error) {
    return [{ name: `webhook ${arn}`, said: `failed: ${onTheWay ?? (error instanceof Error ? error.message : String(error))}`, ok: false }];
  }
}

interface Arns {
  readonly topics: readonly (readonly [TopicName, string])[];
  readonly webhook?: string;
}

async function arnsOf(options: AlertTestOptions, settings: AwsSettings): Promise<Arns> {
  const { stack, topic, operations, chat, webhook } = options;
  const named = { alerts: topic, operations, chat };
  checked('--topic', topic, isTopicArn, 'an SNS topic');
  checked('--operations', operations, isTopicArn, 'an SNS topic');
  checked('--chat', chat, isTopicArn, 'an SNS topic');
  checked('--webhook', webhook, isSecretArn, 'a secret in Secrets Manager');
  const found: { alerts?: string | undefined; operations?: string | undefined; chat?: string | undefined } = { ...named };
  if (stack === undefined) {
    if (options.stackRegion !== undefined) throw wrongValue('--stack-region', '--stack with it', undefined, 'ARNs name their own region.');
  } else {
    const part = await deployedParts(stack, await regionFor('the stack', options.stackRegion, settings), settings);
    found.alerts ??= part('DriftAlerts');
    found.operations ??= part('Operations');
    found.chat ??= part('ChatAlerts');
  }
  const topics = (['alerts', 'operations', 'chat'] as const).flatMap((name) => {
    const arn = found[name];
    return arn === undefined ? [] : [[name, arn] as const];
  });
  return { topics, ...(webhook !== undefined && { webhook }) };
}

/**
 * Sends a sample to each route that is named, or to every route of the stack. 0: all of them took it; 1: one did not, or
 * waits to be confirmed.
 */
export async function testAlerts(options: AlertTestOptions): Promise<number> {
  const settings = await awsSettings({ profile: options.profile });
  const { topics, webhook } = await arnsOf(options, settings);
  const first = topics[0]?.[1] ?? webhook;
  if (first === undefined)
    throw wrongValue(
      'alert test',
      '--stack, or at least one of --topic, --operations, --chat and --webhook',
      undefined,
      'The stack prints them as outputs.',
    );
  const of: Sampled = { account: first.split(':')[4] ?? '', region: regionOf(first), at: timestamp() };
  const routes: AlertRouteResult[] = [];
  for (const [topic, arn] of topics) routes.push(...(await testTopic(topic, arn, settings, of)));
  if (webhook !== undefined) routes.push(...(await testWebhook(webhook, settings, of)));
  // Programs read a route and its result from one line, so lines are wrapped only for people.
  const { stdout, env } = currentIo();
  const width = stdout.isTTY || env.COLUMNS ? screenOf({}).width : Number.POSITIVE_INFINITY;
  const lines = printable(routes).flatMap((r) => columns([[r.ok ? 'ok  ' : 'FAIL', `${r.name}: ${r.said}`]], { width }));
  await emit(`${lines.join('\n')}\n`);
  return routes.every((r) => r.ok) ? 0 : 1;
}
