/** The queue of audit requests. */
import { setTimeout as wait } from 'node:timers/promises';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import pLimit from 'p-limit';
import { type AuditRequest, auditRequested, auditSource } from '../../core/events/audit-request.ts';
import { messagingConfig } from '../client/client-config.ts';
import { type AwsSettings, defaultSettings } from '../client/settings.ts';

export interface DelayedRequest extends AuditRequest {
  /** The delay of the message, at most 900. */
  readonly afterSeconds: number;
}

export interface AuditQueue {
  /**
   * Sends requests, as the bus would deliver them. Messages that the queue does not take are sent again, four times in all;
   * rejects where some are still left, after everything else was sent.
   */
  readonly send: (requests: readonly DelayedRequest[]) => Promise<void>;
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const messagesAtOnce = 10;
const batchesAtOnce = 20;
/** Milliseconds between two tries. */
const pauses = [100, 400, 1600];

interface RefusedBatch {
  readonly requests: readonly DelayedRequest[];
  readonly why: string;
}

export function auditQueue(queueUrl: string, settings: AwsSettings = defaultSettings, now: () => Date = () => new Date()): AuditQueue {
  const client = new SQSClient(messagingConfig(settings, settings.homeRegion));

  /** What of a batch the queue did not take. */
  const sendOnce = async (requests: readonly DelayedRequest[]): Promise<RefusedBatch> => {
    const time = now().toISOString();
    const { Failed = [] } = await client.send(
      new SendMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: requests.map(({ afterSeconds, ...detail }, n) => ({
          Id: String(n),
          DelaySeconds: afterSeconds,
          MessageBody: JSON.stringify({ source: auditSource, 'detail-type': auditRequested, time, detail }),
        })),
      }),
    );
    const left = Failed.flatMap(({ Id }) => requests[Number(Id)] ?? []);
    return { requests: left, why: Failed[0]?.Code ?? '' };
  };

  const sendBatch = async (batch: readonly DelayedRequest[]): Promise<RefusedBatch> => {
    let left = await sendOnce(batch);
    for (const pause of pauses) {
      if (left.requests.length === 0) return left;
      await wait(pause);
      left = await sendOnce(left.requests);
    }
    return left;
  };

  return {
    send: async (requests) => {
      const limit = pLimit(batchesAtOnce);
      const batches = Array.from({ length: Math.ceil(requests.length / messagesAtOnce) }, (_, n) =>
        requests.slice(n * messagesAtOnce, (n + 1) * messagesAtOnce),
      );
      const done = await Promise.allSettled(batches.map((batch) => limit(sendBatch, batch)));
      const left = done.flatMap((d): readonly RefusedBatch[] => (d.status === 'fulfilled' && d.value.requests.length > 0 ? [d.value] : []));
      const errors = done.flatMap((d): readonly unknown[] => (d.status === 'rejected' ? [d.reason] : []));
      const failed = done.flatMap((d, n) => (d.status === 'rejected' ? (batches[n] ?? []) : d.value.requests));
      if (failed.length === 0) return;
      const why = left[0]?.why ?? (errors[0] instanceof Error ? errors[0].message : String(errors[0]));
      const names = failed.slice(0, 3).map((r) => `${r.account}/${r.region}`);
      throw new Error(
        `The audit queue did not take ${failed.length} of ${requests.length} requests (${why}): ${names.join(', ')}${failed.length > 3 ? ', …' : ''}.`,
        { cause: errors[0] },
      );
    },
  };
}
