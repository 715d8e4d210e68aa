/** Error events of running clusters in words, for the terminal and the page. Pure. */
import type { ClusterEvents } from '../evaluation/finding.ts';
import { count, timeWords } from './words.ts';

/** Without those that report nothing but a FailureMessage: cluster-health has that. */
export const withEvents = (all: readonly ClusterEvents[]): readonly ClusterEvents[] =>
  all.filter(({ errors, unread }) => errors.length > 0 || unread !== undefined);

/** `3 Error events in the last 7 days`, with what was not read. */
export function eventsHeading({ errors, partial, unread, causesUnread }: ClusterEvents): string {
  if (unread !== undefined) return `Error events could not be read: ${unread}`;
  const more = partial ? '; older events of these days were not read' : '';
  const causes = causesUnread === undefined ? '' : `; details not read: ${causesUnread}`;
  return `${count(errors.length, 'Error event')} in the last 7 days, newest first${more}${causes}`;
}

/** `2026-11-20 08:00 UTC  workers i-0abc  "the message"  "its cause"`, each part by itself. */
export const eventParts = ({ time, group, node, text, cause }: ClusterEvents['errors'][number]): readonly string[] => [
  timeWords(time),
  [group, node].filter((part) => part !== undefined).join(' ') || 'cluster',
  text,
  ...(cause === undefined ? [] : [cause]),
];
