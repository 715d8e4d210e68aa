/** What goes over the wire to SNS: within its 256 KB, however many changes there are. What does not fit is counted, with the place to read it. */
import type { AlertData, ChangeData } from './alert-data.ts';
import type { AlertMessage } from './alert-message.ts';

/**
 * A topic takes 262,144 bytes, message, subject and attributes together.
 * https://docs.aws.amazon.com/sns/latest/dg/large-message-payloads.html
 */
const mostBytes = 250_000;
/** An e-mail longer than this is read by no one. */
const textBytes = 60_000;
/** A summary names every cluster, so it is rather long than many. */
const summaryBytes = 90_000;
/** Clusters in one region are a handful; a list beyond this would leave no room for what changed. */
const mostClusters = 200;

const encoder = new TextEncoder();
export const bytesOf = (text: string): number => encoder.encode(text).length;
/** Bytes as a string inside JSON inside JSON. */
export const nested = (value: unknown): number => bytesOf(JSON.stringify(JSON.stringify(value)));

/** The text up to a whole line. */
export function fittingText(
  { text, where, data }: Pick<AlertMessage, 'text' | 'where'> & { readonly data: Pick<AlertData, 'statusCommand'> },
  most: number = textBytes,
): string {
  if (bytesOf(text) <= most) return text;
  const lines = text.split('\n');
  const shown: string[] = [];
  let size = 0;
  for (const line of lines) {
    size += bytesOf(line) + 1;
    if (size > most - bytesOf(where) - bytesOf(data.statusCommand ?? '') - 100) break;
    shown.push(line);
  }
  // The command stood at the end of what is left out.
  const status = data.statusCommand === undefined ? '' : `$ ${data.statusCommand}\n`;
  return `${shown.join('\n')}\n\n(${lines.length - shown.length} more lines are left out. ${where})\n${status}`;
}

/** Room for the clusters that a message of a summary names, as text and as data. The rest is for its head. */
export const summaryRoom = { text: summaryBytes - 10_000, body: mostBytes - 30_000 } as const;

function fittingData(data: AlertData, where: string, room: number): AlertData {
  const readiness = data.readiness.slice(0, mostClusters);
  if (nested({ ...data, readiness }) <= room) return { ...data, readiness };
  const omitted = { changes: data.changes.length, where };
  let left = room - nested({ ...data, readiness, changes: [], omitted });
  const changes: ChangeData[] = [];
  for (const change of data.changes) {
    left -= nested(change) + 1;
    if (left < 0) break;
    changes.push(change);
  }
  return { ...data, readiness, changes, omitted: { ...omitted, changes: data.changes.length - changes.length } };
}

/**
 * The body of a publication with MessageStructure `json`: text for e-mail, a line for phones, JSON for everyone else
 * (queues, functions, web hooks): one copy of it, as `default`, since four would leave a quarter of the room to each.
 */
export function bodyOf(message: AlertMessage): string {
  const people = { email: fittingText(message, message.data.summary ? summaryBytes : textBytes), sms: message.subject };
  const room = mostBytes - bytesOf(JSON.stringify(people)) - bytesOf(JSON.stringify(message.attributes)) - 1000;
  return JSON.stringify({ default: JSON.stringify(fittingData(message.data, message.where, room)), ...people });
}

/** The body for the chat topic: nothing but the notification, because the chat service drops anything else. */
export const chatBodyOf = (message: AlertMessage): string => JSON.stringify(message.chat);
