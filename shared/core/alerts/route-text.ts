/** The state of an alert route in words, and how to fix it. */

import { aws } from '../text/command-line.ts';
import { ownExample } from '../text/own-command.ts';
import { type BrokenRoute, chatService, type PlannedRoute, type TopicName } from './alert-routes.ts';

const topicWords: Readonly<Record<TopicName, string>> = {
  alerts: 'alerts',
  chat: 'alerts',
  operations: 'alarms of the auditor about itself',
};

const chatConsole = 'https://console.aws.amazon.com/chatbot/home';

const nameOf = ({ protocol, endpoint, topic }: PlannedRoute): string => {
  const who = endpoint === chatService ? 'Slack or Teams' : protocol === 'email' ? `e-mail to ${endpoint}` : `webhook function ${endpoint}`;
  return `${who}, for ${topicWords[topic]}`;
};

/** Deploying again would not fix it: to CloudFormation nothing has changed. */
const subscribe = ({ topicArn, protocol, endpoint }: BrokenRoute): string =>
  aws(['sns', 'subscribe'], { region: topicArn.split(':')[3], 'topic-arn': topicArn, protocol, 'notification-endpoint': endpoint });

/** A sentence about a route that reaches no one, then what to do, a line each. */
export function routeWords(route: BrokenRoute): readonly string[] {
  const name = nameOf(route);
  if (route.endpoint === chatService)
    return [
      `${name}: the chat service does not listen to ${route.topicArn}.`,
      `Open the channel in its console, and save it with that topic: ${chatConsole}`,
    ];
  if (route.state === 'gone') return [`${name}: not subscribed any more. Subscribe it again:`, `$ ${subscribe(route)}`];
  return [
    `${name}: never confirmed. Whoever reads it hands the link of its first message to \`${ownExample("alert confirm 'LINK'")}\`.`,
    'A link lasts for two days; this sends a new one:',
    `$ ${subscribe(route)}`,
  ];
}

/** A sentence about a route that anyone with one of its mails could end. */
export const weakWords = (route: PlannedRoute): string =>
  `${nameOf(route)}: the link at the foot of its mails unsubscribes it, whoever follows it. It was not confirmed by \`${ownExample("alert confirm 'LINK'")}\`; unsubscribe it, subscribe it again, and confirm it that way.`;
