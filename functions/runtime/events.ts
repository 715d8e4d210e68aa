/** The events that invoke the functions, parsed before anything else happens. Any other event is refused. */

import type { AlertData } from '../../shared/core/alerts/alert-data.ts';
import { notificationOf } from '../../shared/core/alerts/alert-webhook.ts';
import type { ChatNotification } from '../../shared/core/alerts/chat-notification.ts';
import { type AuditRequest, auditRequestOf } from '../../shared/core/events/audit-request.ts';
import { type ChangeEvent, changeEventOf } from '../../shared/core/events/change-events.ts';
import { alertDataOf } from '../../shared/core/events/published-events.ts';
import { isObject, jsonOf } from '../../shared/core/text/json.ts';
import type { QueryRequest } from '../../shared/query/run-query.ts';
import { ForeignEventError } from './middleware.ts';

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The records of a batch, all of them from one source; Lambda never sends an empty batch. */
function recordsOf(event: unknown, source: string, expected: string): readonly Readonly<Record<string, unknown>>[] {
  const records = isObject(event) ? event.Records : undefined;
  const own = (r: unknown): r is Readonly<Record<string, unknown>> => isObject(r) && (r.eventSource ?? r.EventSource) === source;
  if (!Array.isArray(records) || records.length === 0 || !records.every(own)) throw new ForeignEventError(expected);
  return records;
}

export interface Tick {
  readonly kind: 'schedule' | 'sweep' | 'digest';
  /** The time the schedule stands for, as it was sent: an audit's identity. */
  readonly at: string;
}

function tickOf(event: unknown, kinds: readonly Tick['kind'][]): Tick | undefined {
  if (!isObject(event)) return undefined;
  const kind = kinds.find((k) => k === event.kind);
  const at = textOf(event.at);
  return kind === undefined || Number.isNaN(Date.parse(at)) ? undefined : { kind, at };
}

/** One message of the queue of changes; `change` is absent where it holds none. */
export interface QueuedChange {
  readonly messageId: string;
  readonly change?: ChangeEvent;
}

export type DispatchEvent =
  | Tick
  | { readonly kind: 'change'; readonly change: ChangeEvent }
  | { readonly kind: 'changes'; readonly messages: readonly QueuedChange[] };

export function dispatchEvent(event: unknown): DispatchEvent {
  const tick = tickOf(event, ['schedule', 'sweep']);
  if (tick) return tick;
  // Events of an earlier version's rules, which invoked it directly, and of people.
  const change = changeEventOf(event);
  if (change) return { kind: 'change', change };
  const expected = 'dispatch takes a time of its schedule, {"kind":"schedule","at":…}, or a change from CloudTrail or SageMaker';
  const messages = recordsOf(event, 'aws:sqs', expected).map((record) => ({
    messageId: textOf(record.messageId),
    change: changeEventOf(jsonOf(textOf(record.body))),
  }));
  return { kind: 'changes', messages };
}

export function digestEvent(event: unknown): Tick {
  const tick = tickOf(event, ['digest']);
  if (tick) return tick;
  throw new ForeignEventError('digest takes a time of its schedule, {"kind":"digest","at":…}');
}

/** One message of the audit queue; `request` is absent where it holds no request. */
export interface QueuedRequest {
  readonly messageId: string;
  readonly request?: AuditRequest;
}

export function auditEvent(event: unknown): readonly QueuedRequest[] {
  return recordsOf(event, 'aws:sqs', 'audit takes messages of its queue').map((record) => {
    const request = auditRequestOf(jsonOf(textOf(record.body)));
    return { messageId: textOf(record.messageId), request };
  });
}

/** One record of the table's stream; `place` stands where it is the birth of a commit. */
export interface StreamRecord {
  readonly sequenceNumber: string;
  readonly commit?: { readonly account: string; readonly region: string; readonly seq: number };
  /** It is not a record of this table. */
  readonly foreign?: true;
}

const attribute = (keys: unknown, name: string): string => {
  const value = isObject(keys) ? keys[name] : undefined;
  return isObject(value) ? textOf(value.S) : '';
};

function streamRecord(record: Readonly<Record<string, unknown>>): StreamRecord {
  const change = isObject(record.dynamodb) ? record.dynamodb : {};
  const sequenceNumber = textOf(change.SequenceNumber);
  const pk = attribute(change.Keys, 'pk');
  const sk = attribute(change.Keys, 'sk');
  if (pk === '' || sk === '') return { sequenceNumber, foreign: true };
  const [, account, region] = /^(\d{12})#([a-z0-9-]+)$/.exec(pk) ?? [];
  const [, seq] = /^LOG#(\d+)$/.exec(sk) ?? [];
  if (record.eventName !== 'INSERT' || seq === undefined) return { sequenceNumber };
  if (account === undefined || region === undefined) return { sequenceNumber, foreign: true };
  return { sequenceNumber, commit: { account, region, seq: Number(seq) } };
}

export const notifyEvent = (event: unknown): readonly StreamRecord[] =>
  recordsOf(event, 'aws:dynamodb', "notify takes records of the table's stream").map(streamRecord);

export type ImportEvent =
  | { readonly of: 'commits'; readonly records: readonly StreamRecord[] }
  | { readonly of: 'notifications'; readonly notifications: readonly AlertData[] };

/** Records of the table's stream, or notifications of an SNS event from the topic of alerts. */
export function importEvent(event: unknown): ImportEvent {
  const expected = "import takes records of the table's stream, or messages of the topic of alerts";
  const records = isObject(event) && Array.isArray(event.Records) ? event.Records : [];
  if (!records.some((r) => isObject(r) && r.EventSource === 'aws:sns'))
    return { of: 'commits', records: recordsOf(event, 'aws:dynamodb', expected).map(streamRecord) };
  const notifications = recordsOf(event, 'aws:sns', expected).map((record) => {
    const data = alertDataOf(textOf(isObject(record.Sns) ? record.Sns.Message : undefined));
    if (!data) throw new ForeignEventError(expected);
    return data;
  });
  return { of: 'notifications', notifications };
}

export interface WebhookEvent {
  readonly chats: readonly ChatNotification[];
  readonly alerts: readonly PublishedAlert[];
}

/** A notification as SNS delivers it. */
export interface PublishedAlert {
  readonly id: string;
  /** https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html */
  readonly publishedAt: string;
  readonly data: AlertData;
}

/** The notifications of an SNS event: from the chat topic, or as JSON from the topic of alerts. */
export function webhookEvent(event: unknown): WebhookEvent {
  const expected = 'webhook takes messages of the chat topic, or of the topic of alerts';
  const messages = recordsOf(event, 'aws:sns', expected).map((record) => {
    const { Message, MessageId, Timestamp } = isObject(record.Sns) ? record.Sns : {};
    const [chat, data] = [notificationOf(textOf(Message)), alertDataOf(textOf(Message))];
    if (!chat && !data) throw new ForeignEventError(expected);
    return { chat, alert: data && { id: textOf(MessageId), publishedAt: textOf(Timestamp), data } };
  });
  return { chats: messages.flatMap(({ chat }) => chat ?? []), alerts: messages.flatMap(({ alert }) => alert ?? []) };
}

/** A request to the Function URL, payload format 2.0: header names come in lower case. */
export function queryEvent(event: unknown): QueryRequest & { readonly headers: Readonly<Record<string, string>> } {
  const http = isObject(event) && isObject(event.requestContext) ? event.requestContext.http : undefined;
  if (
    !isObject(event) ||
    event.version !== '2.0' ||
    !isObject(http) ||
    typeof http.method !== 'string' ||
    typeof event.rawPath !== 'string'
  )
    throw new ForeignEventError('query takes requests to its Function URL, payload format 2.0');
  const headers = isObject(event.headers) ? Object.entries(event.headers).map(([name, value]) => [name, textOf(value)]) : [];
  return { method: http.method, path: event.rawPath, query: textOf(event.rawQueryString), headers: Object.fromEntries(headers) };
}
