/** Error events of running clusters in words, for the terminal and the page. Pure. */
import type { ClusterEvents } from '../evaluation/finding.ts';
import { count, timeWords } from './words.ts';

/** `3 Error events in the last 7 days`, with what was not read. */
export function eventsHeading({ errors, partial, unread }: ClusterEvents): string {
  if (unread !== undefined) return `Error events could not be read: ${unread}`;
  const more = partial ? '; older events of these days were not read' : '';
  return `${count(errors.length, 'Error event')} in the last 7 days, newest first${more}`;
}

/** `2026-11-20 08:00 UTC  workers i-0abc  "the message"`, each part by itself. */
export const eventParts = ({ time, group, node, text }: ClusterEvents['errors'][number]): readonly string[] => [
  timeWords(time),
  [group, node].filter((part) => part !== undefined).join(' ') || 'cluster',
  text,
];
