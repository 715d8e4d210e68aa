/**
 * What Lambda's event source mappings do with records and messages, by the parameters of the template and nothing else.
 * No waiting: the pauses between tries are left out, their number and their order are not.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
 */
import type { Outcome } from './runtime.ts';

type Json = Readonly<Record<string, unknown>>;
export type Invoke = (event: unknown) => Promise<Outcome>;

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether an event matches a pattern, as far as this stack's patterns go: nested members, lists of values, `prefix`. */
export function matchesPattern(pattern: Json, event: unknown): boolean {
  return Object.entries(pattern).every(([name, expected]) => {
    const value = isObject(event) ? event[name] : undefined;
    if (!Array.isArray(expected)) return isObject(expected) && matchesPattern(expected, value);
    return expected.some((w: unknown) =>
      isObject(w) ? typeof w.prefix === 'string' && typeof value === 'string' && value.startsWith(w.prefix) : w === value,
    );
  });
}

/** The properties of `AWS::Lambda::EventSourceMapping` that shape what a poller of a stream does. */
export interface StreamMapping {
  readonly BatchSize: number;
  readonly MaximumRetryAttempts?: number;
  readonly BisectBatchOnFunctionError?: boolean;
  readonly FunctionResponseTypes?: readonly string[];
  readonly FilterCriteria?: { readonly Filters: readonly { readonly Pattern: string }[] };
  readonly DestinationConfig?: object;
}

interface StreamRecord extends Json {
  readonly dynamodb: { readonly SequenceNumber?: string };
}

/** What Lambda puts into the dead-letter queue: where the records were, and none of them. */
export interface StreamDeadLetter {
  readonly requestContext: { readonly condition: 'RetryAttemptsExhausted'; readonly approximateInvokeCount: number };
  readonly responseContext: { readonly statusCode: 200; readonly functionError?: 'Unhandled' };
  readonly version: '1.0';
  readonly DDBStreamBatchInfo: {
    readonly shardId: string;
    readonly startSequenceNumber: string;
    readonly endSequenceNumber: string;
    readonly batchSize: number;
    readonly streamArn: string;
  };
}

const sequenceOf = (record: StreamRecord | undefined): string => record?.dynamodb.SequenceNumber ?? '';

interface Failures {
  readonly batchItemFailures?: readonly { readonly itemIdentifier?: string }[];
}

/**
 * Where in a batch to begin again: behind its end if all went well, at the lowest sequence number that was named, at the
 * beginning where the answer is no list of names from this batch.
 */
function resumeAt(batch: readonly StreamRecord[], outcome: Outcome, reports: boolean): number {
  if (!outcome.ok) return 0;
  const failures = reports ? ((outcome.payload as Failures | null)?.batchItemFailures ?? []) : [];
  if (failures.length === 0) return batch.length;
  const at = failures.map((f) => batch.findIndex((r) => sequenceOf(r) === f.itemIdentifier));
  return at.some((n) => n < 0) ? 0 : Math.min(...at);
}

/**
 * Hands a shard's records to a function until each was taken or given up. After an error of the function a batch is
 * split, which uses up no try; after a partial failure it begins again at the lowest that failed. What fails as often
 * as the mapping allows becomes a dead letter with all of what was left of its batch.
 */
export async function pollStream(
  records: readonly StreamRecord[],
  mapping: StreamMapping,
  invoke: Invoke,
): Promise<readonly StreamDeadLetter[]> {
  const patterns = mapping.FilterCriteria?.Filters.map((f): Json => JSON.parse(f.Pattern));
  const expected = patterns ? records.filter((r) => patterns.some((p) => matchesPattern(p, r))) : records;
  const reports = mapping.FunctionResponseTypes?.includes('ReportBatchItemFailures') === true;
  const tries = (mapping.MaximumRetryAttempts ?? Number.POSITIVE_INFINITY) + 1;
  const dead: StreamDeadLetter[] = [];

  async function work(batch: readonly StreamRecord[], failed: number): Promise<void> {
    if (batch.length === 0) return;
    const outcome = await invoke({ Records: batch });
    const from = resumeAt(batch, outcome, reports);
    const left = batch.slice(from);
    if (left.length === 0) return;
    if (!outcome.ok && mapping.BisectBatchOnFunctionError && batch.length > 1) {
      const half = Math.ceil(batch.length / 2);
      await work(batch.slice(0, half), failed);
      return work(batch.slice(half), failed);
    }
    // A batch that came a little further is another batch.
    const count = from > 0 ? 1 : failed + 1;
    if (count < tries) return work(left, count);
    dead.push({
      requestContext: { condition: 'RetryAttemptsExhausted', approximateInvokeCount: count },
      responseContext: { statusCode: 200, ...(!outcome.ok && { functionError: 'Unhandled' }) },
      version: '1.0',
      DDBStreamBatchInfo: {
        shardId: 'shardId-00000001',
        startSequenceNumber: sequenceOf(left[0]),
        endSequenceNumber: sequenceOf(left.at(-1)),
        batchSize: left.length,
        streamArn: 'arn:aws:dynamodb:us-west-2:111122223333:table/findings/stream/2026-11-24T00:00:00.000',
      },
    });
  }

  for (let n = 0; n < expected.length; n += mapping.BatchSize) await work(expected.slice(n, n + mapping.BatchSize), 0);
  return mapping.DestinationConfig ? dead : [];
}

/** The properties of the mapping of a queue, and of the queue itself. */
export interface QueueMapping {
  readonly BatchSize: number;
  readonly FunctionResponseTypes?: readonly string[];
}
export interface QueueProperties {
  readonly RedrivePolicy?: { readonly maxReceiveCount: number };
}

interface Message {
  readonly messageId: string;
  readonly body: string;
  received: number;
}

/**
 * Hands the bodies of messages to a function until each was taken or received as often as the queue allows; those lie in
 * the dead-letter queue afterwards, whole. `between`: what happens while a message is invisible again.
 */
export async function pollQueue(
  bodies: readonly string[],
  mapping: QueueMapping,
  queue: QueueProperties,
  invoke: Invoke,
  between: (round: number) => void = () => undefined,
): Promise<{ readonly dead: readonly string[]; readonly receives: readonly number[] }> {
  const messages = bodies.map((body, n): Message => ({ messageId: `message-${n}`, body, received: 0 }));
  const reports = mapping.FunctionResponseTypes?.includes('ReportBatchItemFailures') === true;
  const most = queue.RedrivePolicy?.maxReceiveCount ?? Number.POSITIVE_INFINITY;
  const dead: string[] = [];
  let visible = messages;
  for (let round = 1; visible.length > 0; round++) {
    const again: Message[] = [];
    const ready = visible.filter((m) => m.received < most);
    dead.push(...visible.filter((m) => m.received >= most).map((m) => m.body));
    for (let n = 0; n < ready.length; n += mapping.BatchSize) {
      const batch = ready.slice(n, n + mapping.BatchSize);
      for (const m of batch) m.received += 1;
      const outcome = await invoke({
        Records: batch.map(({ messageId, body, received }) => ({
          messageId,
          receiptHandle: `${messageId}-${received}`,
          body,
          attributes: { ApproximateReceiveCount: String(received) },
          messageAttributes: {},
          eventSource: 'aws:sqs',
          eventSourceARN: 'arn:aws:sqs:us-west-2:111122223333:audits',
          awsRegion: 'us-west-2',
        })),
      });
      const named =
        outcome.ok && reports ? ((outcome.payload as Failures | null)?.batchItemFailures ?? []).map((f) => f.itemIdentifier) : [];
      const strange = named.some((id) => !batch.some((m) => m.messageId === id));
      again.push(...batch.filter((m) => !outcome.ok || strange || named.includes(m.messageId)));
    }
    visible = again;
    if (visible.length > 0) between(round);
  }
  return { dead, receives: messages.map((m) => m.received) };
}
