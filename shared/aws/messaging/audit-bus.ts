/** The bus on which audits are asked for. */
import { setTimeout as wait } from 'node:timers/promises';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import pLimit from 'p-limit';
import { type AuditRequest, auditRequested, auditSource } from '../../core/events/audit-request.ts';
import { messagingConfig } from '../client/client-config.ts';
import { type AwsSettings, defaultSettings } from '../client/settings.ts';

export interface AuditBus {
  /**
   * Asks for audits, one event each. Entries that the bus did not take are put again, four times in all; rejects where
   * some are still left, having put all that it would take.
   */
  readonly put: (requests: readonly AuditRequest[]) => Promise<void>;
}

/** PutEvents takes ten entries at most. */
const entriesAtOnce = 10;
const batchesAtOnce = 10;
/** Milliseconds between two tries. */
const pauses = [100, 400, 1600];

interface RefusedBatch {
  readonly requests: readonly AuditRequest[];
  readonly why: string;
}

export function auditBus(busName: string, settings: AwsSettings = defaultSettings): AuditBus {
  const client = new EventBridgeClient(messagingConfig(settings, settings.homeRegion));

  /** What of a batch the bus did not take. */
  const send = async (requests: readonly AuditRequest[]): Promise<RefusedBatch> => {
    const { Entries = [] } = await client.send(
      new PutEventsCommand({
        Entries: requests.map((request) => ({
          EventBusName: busName,
          Source: auditSource,
          DetailType: auditRequested,
          Detail: JSON.stringify(request),
        })),
      }),
    );
    const refused = requests.flatMap((request, n) => {
      const why = Entries[n]?.ErrorCode;
      return why === undefined ? [] : [{ request, why }];
    });
    return { requests: refused.map((r) => r.request), why: refused[0]?.why ?? '' };
  };

  const insist = async (batch: readonly AuditRequest[]): Promise<RefusedBatch> => {
    let left: RefusedBatch = await send(batch);
    for (const pause of pauses) {
      if (left.requests.length === 0) return left;
      await wait(pause);
      left = await send(left.requests);
    }
    return left;
  };

  return {
    put: async (requests) => {
      const limit = pLimit(batchesAtOnce);
      const batches = Array.from({ length: Math.ceil(requests.length / entriesAtOnce) }, (_, n) =>
        requests.slice(n * entriesAtOnce, (n + 1) * entriesAtOnce),
      );
      const done = await Promise.allSettled(batches.map((batch) => limit(insist, batch)));
      const left = done.flatMap((d): readonly RefusedBatch[] => (d.status === 'fulfilled' && d.value.requests.length > 0 ? [d.value] : []));
      const errors = done.flatMap((d): readonly unknown[] => (d.status === 'rejected' ? [d.reason] : []));
      const failed = done.flatMap((d, n) => (d.status === 'rejected' ? (batches[n] ?? []) : d.value.requests));
      if (failed.length === 0) return;
      const why = left[0]?.why ?? (errors[0] instanceof Error ? errors[0].message : String(errors[0]));
      const names = failed.slice(0, 3).map((r) => `${r.account}/${r.region}`);
      throw new Error(
        `The bus ${busName} did not take ${failed.length} of ${requests.length} audits (${why}): ${names.join(', ')}${failed.length > 3 ? ', …' : ''}.`,
        { cause: errors[0] },
      );
    },
  };
}
