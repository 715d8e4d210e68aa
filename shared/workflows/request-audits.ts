/** Requests for audits: of every planned region at a scheduled time, and of one region after a change there. */
import type { RegionKey } from '../aws/findings/keys.ts';
import type { DirtyMarker } from '../aws/findings/markers.ts';
import { type AuditRequest, changeId, scheduledId } from '../core/events/audit-request.ts';
import type { ChangeEvent } from '../core/events/change-events.ts';
import { periodMinutes } from '../core/events/schedule.ts';
import type { DispatchWork } from './dispatch-work.ts';
import { clockToleranceMs } from './perform-audit.ts';

const minute = 60_000;

/** So many audits begin at once; the queue lets no more of them run side by side than AWS's rates allow. */
const atOnce = 20;

/**
 * The requests of one scheduled time. More than a few are spread over the first four fifths of the period, so that the
 * last ends before the next begins; the same place keeps its turn for as long as the list does.
 */
export function scheduledRequests(places: readonly RegionKey[], at: string, schedule: string): readonly AuditRequest[] {
  // A cron expression has no one period; a quarter of an hour is within most.
  const seconds = (periodMinutes(schedule) ?? 15) * 60 * 0.8;
  return places.map(({ account, region }, n) => ({
    account,
    region,
    auditId: scheduledId(at),
    delaySeconds: places.length <= atOnce ? 0 : Math.floor((n / places.length) * seconds),
  }));
}

/** Changes come in swarms: the audit waits until this one has settled. */
const settleSeconds = 45;
/** A mark that has waited this long was forgotten: its message was lost, or never sent. */
const forgottenMs = 10 * minute;

const isForgotten = ({ queued }: DirtyMarker, now: Date): boolean => {
  const age = queued === undefined ? Number.POSITIVE_INFINITY : now.getTime() - Date.parse(queued);
  return age > forgottenMs || age < -clockToleranceMs;
};

/** Marks each place as changed, and asks for one audit a little later where none is on its way. How many were asked for. */
export async function recordChange(
  change: ChangeEvent,
  places: readonly RegionKey[],
  { marks, queue, now }: Pick<DispatchWork, 'marks' | 'queue' | 'now'>,
): Promise<number> {
  const asked = await Promise.all(
    places.map(async (place) => {
      const at = now();
      const dirty = await marks.markDirty(place, at.toISOString());
      if (!isForgotten(dirty, at)) return 0;
      await queue.send({ ...place, auditId: changeId(change.id), delaySeconds: 0 }, settleSeconds);
      await marks.markQueued(place, at.toISOString());
      return 1;
    }),
  );
  return asked.reduce<number>((sum, n) => sum + n, 0);
}
