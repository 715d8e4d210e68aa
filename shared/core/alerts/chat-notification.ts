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

/**
 * Angle brackets begin mentions and links in chats, a bracket before a parenthesis a link, and some chats read these words after
 * an @ as everyone.
 */
const harmless = (text: string): string =>
  printable(text)
    .replaceAll('<', '‹')
    .replaceAll('>', '›')
    .replaceAll('](', '] (')
    .replaceAll(/@(?=(?:here|channel|everyone|all)\b)/gi, '＠');

/** Text in which nothing begins or ends code. */
export const withoutCode = (text: string): string => text.replaceAll('`', "'");
/** A name or a command as code. */
export const code = (text: string): string => `\`${withoutCode(text)}\``;

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

/**
 * The commands that find room as next steps, and lines with the others: whole, or where one is longer than a line, where it is. Half a
 * command is worse than none.
 */
function sortedSteps(steps: readonly string[]): { readonly next: readonly string[]; readonly others: readonly string[] } {
  const next = steps.filter((s) => s.length <= chatLimits.step).slice(0, chatLimits.steps);
  const others = steps.filter((s) => !next.includes(s));
  return {
    next,
    others: others.map((s) =>
      s.length + 2 <= chatLimits.line
        ? code(s)
        : `A command of ${s.length.toLocaleString('en-US')} characters is in the e-mail, and \`findings\` in place of \`readiness\` in the last command prints it.`,
    ),
  };
}

/** A notification within the chatLimits of its schema. Lines that find no room are counted, and it says where they are. */
export function chatOf({ title, lines, steps = [], keywords, threadId, id, context, where, status }: ChatParts): ChatNotification {
  const rest = (left: number) => `… and ${left} more. ${where}`;
  const last = status === undefined ? [] : [harmless(statusLine(status))];
  const { next, others } = sortedSteps(steps.map(harmless));
  const all = [...lines.map((l) => harmless(cut(l, chatLimits.line))), ...others];
  const shown: string[] = [];
  let room = chatLimits.description - [rest(all.length), ...last].join('\n').length - 1;
  for (const line of all) {
    if (line.length + 1 > room) break;
    shown.push(line);
    room -= line.length + 1;
  }
  if (shown.length < all.length) shown.push(rest(all.length - shown.length));
  return {
    version: '1.0',
    source: 'custom',
    ...(id !== undefined && { id }),
    content: {
      textType: 'client-markdown',
      title: cut(withoutCode(harmless(title)), chatLimits.title),
      description: [...shown, ...last].join('\n'),
      ...(next.length > 0 && { nextSteps: next }),
      keywords: keywords.map((k) => cut(harmless(k), chatLimits.keyword)),
    },
    metadata: { threadId, summary: cut(withoutCode(harmless(title)), chatLimits.title), additionalContext: context },
  };
}
