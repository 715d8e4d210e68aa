/** A chat notification as incoming webhooks take it: blocks and text for Slack, or an adaptive card for Teams. Neither has threads. */

import { printable, printableLines } from '../text/printable.ts';
import { type ChatNotification, cut } from './chat-notification.ts';

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

/**
 * A message has at most 50 blocks, a section 3,000 characters, a header 150. Of all blocks together Slack documents no limit, and
 * refuses about 11,000: https://docs.slack.dev/reference/block-kit/blocks, https://docs.slack.dev/reference/block-kit/blocks/section-block,
 * https://docs.slack.dev/reference/block-kit/blocks/header-block, https://github.com/slackapi/bolt-js/issues/2867
 */
export const slackLimits = { blocks: 50, section: 3000, header: 150, all: 9000 } as const;
/** Slack cuts a text at 40,000 characters; no one reads as much. */
const mostText = 12_000;
const leftOut = '… The e-mail has the rest.';

/** What Slack reads as markup, said as text. */
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** A command as code, in which a backtick of its own would end the code. */
const codeBlock = (command: string): string => `\`\`\`${escaped(printable(command)).replaceAll('`', "'")}\`\`\``;

/** Lines joined to texts of at most so many characters. */
function packed(lines: readonly string[], most: number): readonly string[] {
  const texts: string[] = [];
  for (const line of lines.map((l) => cut(l, most))) {
    const last = texts.at(-1);
    if (last !== undefined && last.length + 1 + line.length <= most) texts[texts.length - 1] = `${last}\n${line}`;
    else texts.push(line);
  }
  return texts;
}

/** The first lines that fit into so many characters; the last says whether there are more. */
function firstOf(lines: readonly string[], most: number): readonly string[] {
  const shown: string[] = [];
  let room = most - leftOut.length - 1;
  for (const line of lines) {
    room -= line.length + 1;
    if (room < 0) return [...shown, leftOut];
    shown.push(line);
  }
  return shown;
}

/**
 * `verbatim`: otherwise Slack makes links and mentions of addresses, #channels and @names in texts of the account:
 * https://docs.slack.dev/reference/block-kit/composition-objects/text-object
 */
const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text, verbatim: true } });

const console = /^https:\/\/(?:[\w-]+\.)*console\.(?:aws\.amazon\.com|amazonaws\.cn|amazonaws-us-gov\.com)\//;

/** An escaped line in which only pages of the AWS console are links. After a bar, Slack would show another text for the link. */
const linked = (line: string): string =>
  line
    .split(codeOrAddress)
    .map((part) => (console.test(part) ? `<${part}>` : part))
    .join('');

/** `text` is what Slack shows on a locked screen, and all that other chats read, which take the same form. */
function slack({ content }: ChatNotification): object {
  const title = printable(content.title);
  const commands = (content.nextSteps ?? []).map(codeBlock);
  const lines = printableLines(content.description).split('\n').map(escaped);
  const room = slackLimits.all - slackLimits.header - commands.join('').length;
  const sections = [...packed(firstOf(lines.map(linked), room), slackLimits.section), ...packed(commands, slackLimits.section)];
  return {
    text: cut([`*${escaped(title)}*`, ...lines, ...commands].join('\n'), mostText),
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: cut(title, slackLimits.header) } },
      ...sections
        .filter((text) => text !== '')
        .slice(0, slackLimits.blocks - 1)
        .map(section),
    ],
  };
}

/** Teams takes 28 KB: https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using */
const teamsBytes = 24_000;

const codeOrAddress = /(`[^`]*`|https:\/\/[^\s|]+)/;

/**
 * A line as runs of text, in which nothing is markup: https://adaptivecards.io/explorer/TextRun.html. Between backticks in monospace;
 * only pages of the AWS console are links.
 */
const runsOf = (line: string): readonly object[] =>
  line
    .split(codeOrAddress)
    .filter((part) => part !== '')
    .map((part) => {
      if (part.length > 1 && part.startsWith('`')) return { type: 'TextRun', text: part.slice(1, -1), fontType: 'Monospace' };
      if (console.test(part)) return { type: 'TextRun', text: part, selectAction: { type: 'Action.OpenUrl', url: part } };
      return { type: 'TextRun', text: part };
    });

const richText = (inlines: readonly object[]) => ({ type: 'RichTextBlock', inlines });

function teams({ content }: ChatNotification): object {
  const title = richText([{ type: 'TextRun', text: printable(content.title), weight: 'Bolder', size: 'Medium' }]);
  const commands = (content.nextSteps ?? []).map((s) => richText([{ type: 'TextRun', text: printable(s), fontType: 'Monospace' }]));
  const body: object[] = [];
  let room = teamsBytes - JSON.stringify([title, ...commands]).length;
  for (const line of printableLines(content.description).split('\n')) {
    const block = richText(runsOf(line));
    room -= new TextEncoder().encode(JSON.stringify(block)).length;
    if (room < 0) {
      body.push(richText(runsOf(leftOut)));
      break;
    }
    if (line !== '') body.push(block);
  }
  const card = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    // Across the whole message: commands are long.
    msteams: { width: 'Full' },
    body: [title, ...body, ...commands],
  };
  return { type: 'message', attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content: card }] };
}

const teamsHosts = ['.webhook.office.com', '.logic.azure.com', '.powerplatform.com', '.azure-api.net'];

/** The body for the webhook on that host: a card for Teams and Power Automate, for all others Slack's form, which others take too. */
export const webhookBodyOf = (notification: ChatNotification, host: string): object =>
  teamsHosts.some((end) => host.endsWith(end)) ? teams(notification) : slack(notification);
