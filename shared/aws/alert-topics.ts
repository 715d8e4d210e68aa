/** The topics by which people and programs are told, and who listens there. */
import {
  ConfirmSubscriptionCommand,
  GetSubscriptionAttributesCommand,
  ListSubscriptionsByTopicCommand,
  PublishCommand,
  SNSClient,
} from '@aws-sdk/client-sns';
import type { Subscription, TopicName } from '../core/alert-routes.ts';
import type { AlertMessage } from '../core/render/alert-message.ts';
import { bodyOf, chatBodyOf } from '../core/render/alert-size.ts';
import { messagingConfig } from './client-config.ts';
import { type AwsSettings, defaultSettings } from './settings.ts';

/** ARNs of topics, all in one region. */
export interface Topics {
  /** Text for e-mail, JSON for everyone else. */
  readonly alerts?: string;
  /** The form that Amazon Q Developer in chat applications reads, and the webhook function. */
  readonly chat?: string;
  /** What CloudWatch says about the auditor itself; nothing is published there from here. */
  readonly operations?: string;
}

export interface AlertTopics {
  /** Resolves when the topics of alerts and of chats accepted it. */
  readonly publish: (message: AlertMessage) => Promise<void>;
  /** ARN of a topic; throws where there is no such topic. */
  readonly arnOf: (topic: TopicName) => string;
  /** Who listens at a topic. */
  readonly subscriptions: (topic: TopicName) => Promise<readonly Subscription[]>;
  /** Whether only the account can end a subscription: it was confirmed with AuthenticateOnUnsubscribe. */
  readonly isGuarded: (subscriptionArn: string) => Promise<boolean>;
}

const regionOf = (arn: string | undefined): string | undefined => arn?.split(':')[3];

export function alertTopics(topics: Topics, settings: AwsSettings = defaultSettings): AlertTopics {
  // A topic is called in its own region.
  const client = new SNSClient(messagingConfig(settings, regionOf(topics.alerts ?? topics.chat ?? topics.operations)));
  const arnOf = (topic: TopicName): string => {
    const arn = topics[topic];
    if (arn === undefined) throw new Error(`There is no topic of ${topic} here.`);
    return arn;
  };
  const attributesOf = (message: AlertMessage) =>
    Object.fromEntries(Object.entries(message.attributes).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]));
  return {
    publish: async (message) => {
      const MessageAttributes = attributesOf(message);
      if (topics.alerts !== undefined)
        await client.send(
          new PublishCommand({
            TopicArn: topics.alerts,
            Subject: message.subject,
            MessageStructure: 'json',
            Message: bodyOf(message),
            MessageAttributes,
          }),
        );
      if (topics.chat !== undefined)
        await client.send(new PublishCommand({ TopicArn: topics.chat, Message: chatBodyOf(message), MessageAttributes }));
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
