/** The topics by which people and programs are told, and who listens there. */
import { ListSubscriptionsByTopicCommand, PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { AlertMessage } from '../core/render/alert-message.ts';
import { bodyOf, chatBodyOf } from '../core/render/alert-size.ts';
import { messagingConfig } from './client-config.ts';
import type { BrokenRoute } from './marks-table.ts';
import { type AwsSettings, defaultSettings } from './settings.ts';

export interface Topics {
  /** Text for e-mail, JSON for everyone else. */
  readonly alerts?: string;
  /** The form that Amazon Q Developer in chat applications reads, and the webhook function. */
  readonly chat?: string;
}

export interface Subscription {
  readonly protocol: string;
  readonly endpoint: string;
  readonly confirmed: boolean;
}

export interface AlertTopics {
  /** Resolves when every topic accepted it. */
  readonly publish: (message: AlertMessage) => Promise<void>;
  /** Who listens at the topic of alerts. */
  readonly subscriptions: () => Promise<readonly Subscription[]>;
}

const regionOf = (arn: string | undefined): string | undefined => arn?.split(':')[3];

export function alertTopics(topics: Topics, settings: AwsSettings = defaultSettings): AlertTopics {
  // A topic is called in its own region.
  const client = new SNSClient(messagingConfig(settings, regionOf(topics.alerts ?? topics.chat)));
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
    subscriptions: async () => {
      const found: Subscription[] = [];
      let next: string | undefined;
      do {
        const page = await client.send(
          new ListSubscriptionsByTopicCommand({ TopicArn: topics.alerts, ...(next !== undefined && { NextToken: next }) }),
        );
        found.push(
          ...(page.Subscriptions ?? []).map((s) => ({
            protocol: s.Protocol ?? '',
            endpoint: s.Endpoint ?? '',
            // Until it is confirmed, and after it was deleted, the ARN is a word instead.
            confirmed: s.SubscriptionArn?.startsWith('arn:') === true,
          })),
        );
        next = page.NextToken;
      } while (next !== undefined && next !== '');
      return found;
    },
  };
}

/** The planned e-mail routes by which nobody hears anything, in the plan's order. */
export function brokenRoutes(emails: readonly string[], subscriptions: readonly Subscription[]): readonly BrokenRoute[] {
  return emails.flatMap((endpoint): readonly BrokenRoute[] => {
    const mine = subscriptions.filter((s) => s.protocol === 'email' && s.endpoint.toLowerCase() === endpoint.toLowerCase());
    if (mine.some((s) => s.confirmed)) return [];
    return [{ protocol: 'email', endpoint, state: mine.length > 0 ? 'pending' : 'gone' }];
  });
}
