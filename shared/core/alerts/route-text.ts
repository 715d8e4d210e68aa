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
    `${name}: never confirmed. The recipient passes the link of the first message to \`${ownExample("alert confirm 'LINK'")}\`.`,
    'A link is valid for two days. To send a new one:',
    `$ ${subscribe(route)}`,
  ];
}

/** A sentence about a route that anyone with one of its mails could end. */
export const weakWords = (route: PlannedRoute): string =>
  `${nameOf(route)}: anyone who follows the link at the end of its e-mails unsubscribes it, because it was not confirmed by \`${ownExample("alert confirm 'LINK'")}\`. Unsubscribe it, subscribe it again, and confirm it with that command.`;
