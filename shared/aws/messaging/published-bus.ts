/** The bus on which other programs get findings and notifications as events. */
import { setTimeout as wait } from 'node:timers/promises';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import pLimit from 'p-limit';
import type { PublishedEvent } from '../../core/events/published-events.ts';
import { messagingConfig } from '../client/client-config.ts';
import { type AwsSettings, defaultSettings } from '../client/settings.ts';

export interface PublishedBus {
  /**
   * Puts events. Those that the bus did not take are put again, four times in all; rejects where some are still left,
   * having put all that it would take.
   */
  readonly put: (events: readonly PublishedEvent[]) => Promise<void>;
}

/** PutEvents takes ten entries at most: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
const entriesAtOnce = 10;
/**
 * All entries of a request together are less than 256 KB, as AWS counts them:
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html. The rest is a reserve for the names around them.
 */
const bytesAtOnce = 250_000;
const batchesAtOnce = 10;
/** Milliseconds between two tries. */
const pauses = [100, 400, 1600];

interface RefusedEvents {
  readonly events: readonly PublishedEvent[];
  readonly why: string;
}

const nameOf = ({ detailType, detail }: PublishedEvent): string =>
  'id' in detail && detail.id !== undefined ? detail.id : `${detailType} of ${detail.account}/${detail.region}`;

const bytesOf = (text: string): number => Buffer.byteLength(text);
const sizeOf = ({ source, detailType, detail }: PublishedEvent): number =>
  bytesOf(source) + bytesOf(detailType) + bytesOf(JSON.stringify(detail));

/** The events in order, in as few requests as hold them. */
export function batchesOf(events: readonly PublishedEvent[]): readonly (readonly PublishedEvent[])[] {
  const batches: PublishedEvent[][] = [];
  let room = 0;
  for (const event of events) {
    const size = sizeOf(event);
    const last = batches.at(-1);
    if (last && last.length < entriesAtOnce && size <= room) last.push(event);
    else {
      batches.push([event]);
      room = bytesAtOnce;
    }
    room -= size;
  }
  return batches;
}

export function publishedBus(busName: string, settings: AwsSettings = defaultSettings): PublishedBus {
  const client = new EventBridgeClient(messagingConfig(settings, settings.homeRegion));

  /** What of a batch the bus did not take. */
  const send = async (events: readonly PublishedEvent[]): Promise<RefusedEvents> => {
    const { Entries = [] } = await client.send(
      new PutEventsCommand({
        Entries: events.map(({ source, detailType, detail }) => ({
          EventBusName: busName,
          Source: source,
          DetailType: detailType,
          Detail: JSON.stringify(detail),
        })),
      }),
    );
    const refused = events.flatMap((event, n) => {
      const why = Entries[n]?.ErrorCode;
      return why === undefined ? [] : [{ event, why }];
    });
    return { events: refused.map((r) => r.event), why: refused[0]?.why ?? '' };
  };

  const insist = async (batch: readonly PublishedEvent[]): Promise<RefusedEvents> => {
    let left: RefusedEvents = await send(batch);
    for (const pause of pauses) {
      if (left.events.length === 0) return left;
      await wait(pause);
      left = await send(left.events);
    }
    return left;
  };

  return {
    put: async (events) => {
      const limit = pLimit(batchesAtOnce);
      const batches = batchesOf(events);
      const done = await Promise.allSettled(batches.map((batch) => limit(insist, batch)));
      const left = done.flatMap((d): readonly RefusedEvents[] => (d.status === 'fulfilled' && d.value.events.length > 0 ? [d.value] : []));
      const errors = done.flatMap((d): readonly unknown[] => (d.status === 'rejected' ? [d.reason] : []));
      const failed = done.flatMap((d, n) => (d.status === 'rejected' ? (batches[n] ?? []) : d.value.events));
      if (failed.length === 0) return;
      const why = left[0]?.why ?? (errors[0] instanceof Error ? errors[0].message : String(errors[0]));
      const names = failed.slice(0, 3).map(nameOf);
      throw new Error(
        `The bus ${busName} did not take ${failed.length} of ${events.length} events (${why}): ${names.join(', ')}${failed.length > 3 ? ', …' : ''}.`,
        { cause: errors[0] },
      );
    },
  };
}
