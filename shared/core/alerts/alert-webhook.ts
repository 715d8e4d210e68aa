/** A chat notification as incoming webhooks take it: Slack's text, or an adaptive card for Teams. */

import { printable, printableLines } from '../text/printable.ts';
import { type ChatNotification, cut } from './chat-notification.ts';

/** Slack cuts a text at 40,000 characters; no one reads as much. */
const mostText = 12_000;

/** The notification in a message of the chat topic; `undefined` for anything else. */
export function notificationOf(text: string): ChatNotification | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const { version, source, content } = (typeof value === 'object' && value !== null ? value : {}) as Partial<ChatNotification>;
  const whole = version === '1.0' && source === 'custom' && typeof content?.description === 'string' && typeof content.title === 'string';
  return whole ? (value as ChatNotification) : undefined;
}

/** What Slack reads as markup, said as text. */
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

function slack({ content }: ChatNotification): object {
  const steps = (content.nextSteps ?? []).map((s) => `\`\`\`${escaped(printable(s))}\`\`\``);
  return {
    text: cut([`*${escaped(printable(content.title))}*`, escaped(printableLines(content.description)), ...steps].join('\n'), mostText),
  };
}

const block = (text: string, more: object = {}) => ({ type: 'TextBlock', text, wrap: true, ...more });

function teams({ content }: ChatNotification): object {
  const card = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body: [
      block(printable(content.title), { weight: 'Bolder', size: 'Medium' }),
      // A card's markdown ignores a single line break.
      block(cut(printableLines(content.description), mostText).replaceAll('\n', '\n\n')),
      ...(content.nextSteps ?? []).map((s) => block(printable(s), { fontType: 'Monospace' })),
    ],
  };
  return { type: 'message', attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content: card }] };
}

const teamsHosts = ['.webhook.office.com', '.logic.azure.com', '.powerplatform.com', '.azure-api.net'];

/** The body for the webhook on that host: a card for Teams and Power Automate, for all others Slack's form, which others take too. */
export const webhookBodyOf = (notification: ChatNotification, host: string): object =>
  teamsHosts.some((end) => host.endsWith(end)) ? teams(notification) : slack(notification);
