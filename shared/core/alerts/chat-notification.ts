/**
 * The notification for Amazon Q Developer in chat applications.
 * https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
 */

import { type StatusCommand, statusLine } from '../text/own-command.ts';
import { printable } from '../text/printable.ts';

/** Amazon Q Developer's custom notification, as far as it is used. */
export interface ChatNotification {
  readonly version: '1.0';
  readonly source: 'custom';
  readonly id?: string;
  readonly content: {
    readonly textType: 'client-markdown';
    readonly title: string;
    readonly description: string;
    readonly nextSteps?: readonly string[];
    readonly keywords?: readonly string[];
  };
  readonly metadata: { readonly threadId: string; readonly summary: string; readonly additionalContext: Readonly<Record<string, string>> };
}

export const chatLimits = { title: 250, description: 8000, line: 1500, step: 350, steps: 5, keyword: 75 } as const;

/** At most so many characters, with a mark where something is cut; never half of a character of two units. */
export const cut = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…`;

/** Angle brackets begin mentions and links in chats. */
const harmless = (text: string): string => printable(text).replaceAll('<', '‹').replaceAll('>', '›');

export interface ChatParts {
  readonly title: string;
  readonly lines: readonly string[];
  readonly steps?: readonly string[];
  readonly keywords: readonly string[];
  /** Alerts of one thread belong to one incident. */
  readonly threadId: string;
  readonly id?: string;
  readonly context: Readonly<Record<string, string>>;
  readonly where: string;
  /** Comes last, however many lines find no room. */
  readonly status?: StatusCommand;
}

/** A notification within the chatLimits of its schema. Lines that find no room are counted, and it says where they are. */
export function chatOf({ title, lines, steps = [], keywords, threadId, id, context, where, status }: ChatParts): ChatNotification {
  const rest = (left: number) => `… and ${left} more. ${where}`;
  const last = status === undefined ? [] : [harmless(statusLine(status))];
  const shown: string[] = [];
  let room = chatLimits.description - [rest(lines.length), ...last].join('\n').length - 1;
  for (const line of lines.map((l) => harmless(cut(l, chatLimits.line)))) {
    if (line.length + 1 > room) break;
    shown.push(line);
    room -= line.length + 1;
  }
  if (shown.length < lines.length) shown.push(rest(lines.length - shown.length));
  // Half a command is worse than none.
  const next = steps.map(harmless).filter((s) => s.length <= chatLimits.step);
  return {
    version: '1.0',
    source: 'custom',
    ...(id !== undefined && { id }),
    content: {
      textType: 'client-markdown',
      title: cut(harmless(title), chatLimits.title),
      description: [...shown, ...last].join('\n'),
      ...(next.length > 0 && { nextSteps: next.slice(0, chatLimits.steps) }),
      keywords: keywords.map((k) => cut(harmless(k), chatLimits.keyword)),
    },
    metadata: { threadId, summary: cut(harmless(title), chatLimits.title), additionalContext: context },
  };
}
