/** The topics that notify people and programs, and their subscriptions. */
import {
  ConfirmSubscriptionCommand,
  GetSubscriptionAttributesCommand,
  ListSubscriptionsByTopicCommand,
  PublishCommand,
  type PublishCommandInput,
  SNSClient,
} from '@aws-sdk/client-sns';
import type { AlertMessage } from '../../core/alerts/alert-message.ts';
import type { Subscription, TopicName } from '../../core/alerts/alert-routes.ts';
import { bodyOf, chatBodyOf } from '../../core/alerts/alert-size.ts';
import type { AlertTopic } from '../../core/history/delivery-progress.ts';
import { messagingConfig } from '../client/client-config.ts';
import { type AwsSettings, defaultSettings } from '../client/settings.ts';

/** ARNs of topics, all in one region. */
export interface TopicArns {
  /** Text for e-mail, JSON for everyone else. */
  readonly alerts?: string;
  /** The form that Amazon Q Developer in chat applications reads, and the webhook function. */
  readonly chat?: string;
  /** What CloudWatch says about the auditor itself; nothing is published there from here. */
  readonly operations?: string;
}

/** Of several topics not all took a message. */
export class NotAcceptedError extends Error {
  /** Those that took it, now or before. */
  readonly accepted: readonly AlertTopic[];
  constructor(accepted: readonly AlertTopic[], refused: readonly AlertTopic[], causes: readonly unknown[]) {
    const reasons = [...new Set(causes.map((e) => (e instanceof Error ? e.message : String(e))))];
    super(`${refused.join(' and ')}: ${reasons.join(' / ')}`, { cause: causes.length === 1 ? causes[0] : new AggregateError(causes) });
    this.name = 'NotAcceptedError';
    this.accepted = accepted;
  }
}

export interface AlertTopics {
  /** The topics that messages are published to. */
  readonly names: readonly AlertTopic[];
  /**
   * Resolves when every topic accepted it but those that did `before`. One that refuses keeps it from no other: then it
   * rejects with `NotAcceptedError`, or, where there is but one topic, with that one's own error.
   */
  readonly publish: (message: AlertMessage, before?: readonly AlertTopic[]) => Promise<void>;
  /** ARN of a topic; throws if the topic does not exist. */
  readonly arnOf: (topic: TopicName) => string;
  /** Who listens at a topic. */
  readonly subscriptions: (topic: TopicName) => Promise<readonly Subscription[]>;
  /** Whether only the account can end a subscription: it was confirmed with AuthenticateOnUnsubscribe. */
  readonly isGuarded: (subscriptionArn: string) => Promise<boolean>;
}

const bodies: { readonly [name in AlertTopic]: (message: AlertMessage) => PublishCommandInput } = {
  alerts: (message) => ({ Subject: message.subject, MessageStructure: 'json', Message: bodyOf(message) }),
  chat: (message) => ({ Message: chatBodyOf(message) }),
};

const regionOf = (arn: string | undefined): string | undefined => arn?.split(':')[3];

export function alertTopics(topics: TopicArns, settings: AwsSettings = defaultSettings): AlertTopics {
  // A topic is called in its own region.
  const client = new SNSClient(messagingConfig(settings, regionOf(topics.alerts ?? topics.chat ?? topics.operations)));
  const arnOf = (topic: TopicName): string => {
    const arn = topics[topic];
    if (arn === undefined) throw new Error(`No topic of ${topic} exists here.`);
    return arn;
  };
  const named = (['alerts', 'chat'] as const).flatMap((name) => (topics[name] === undefined ? [] : [[name, topics[name]] as const]));
  const attributesOf = (message: AlertMessage) =>
    Object.fromEntries(Object.entries(message.attributes).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]));
  return {
    names: named.map(([name]) => name),
    publish: async (message, before = []) => {
      const accepted: AlertTopic[] = [...before];
      const refused: AlertTopic[] = [];
      const causes: unknown[] = [];
      for (const [name, TopicArn] of named) {
        if (before.includes(name)) continue;
        try {
          await client.send(new PublishCommand({ TopicArn, ...bodies[name](message), MessageAttributes: attributesOf(message) }));
          accepted.push(name);
        } catch (error) {
          if (named.length === 1) throw error;
          refused.push(name);
          causes.push(error);
        }
      }
      if (refused.length > 0) throw new NotAcceptedError(accepted, refused, causes);
    },
    arnOf,
    subscriptions: async (topic) => {
      const found: Subscription[] = [];
      let next: string | undefined;
      do {
        const page = await client.send(
          new ListSubscriptionsByTopicCommand({ TopicArn: arnOf(topic), ...(next !== undefined && { NextToken: next }) }),
        );
        found.push(
          ...(page.Subscriptions ?? []).map((s) => ({
            protocol: s.Protocol ?? '',
            endpoint: s.Endpoint ?? '',
            // Until it is confirmed, and after it was deleted, the ARN is a word instead.
            ...(s.SubscriptionArn?.startsWith('arn:') && { arn: s.SubscriptionArn }),
          })),
        );
        next = page.NextToken;
      } while (next !== undefined && next !== '');
      return found;
    },
    isGuarded: async (subscriptionArn) => {
      const { Attributes } = await client.send(new GetSubscriptionAttributesCommand({ SubscriptionArn: subscriptionArn }));
      return Attributes?.ConfirmationWasAuthenticated === 'true';
    },
  };
}

/**
 * Confirms a subscription by the token of its first message, so that from then on only the account can end it. Resolves
 * to the subscription's ARN. It is asked for in the region of the topic.
 */
export async function confirmSubscription(
  { topicArn, token }: { readonly topicArn: string; readonly token: string },
  settings: AwsSettings = defaultSettings,
): Promise<string> {
  const client = new SNSClient(messagingConfig(settings, regionOf(topicArn)));
  const { SubscriptionArn } = await client.send(
    new ConfirmSubscriptionCommand({ TopicArn: topicArn, Token: token, AuthenticateOnUnsubscribe: 'true' }),
  );
  return SubscriptionArn ?? '';
}
