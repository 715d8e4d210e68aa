/**
 * Requests for audits: of every planned region once in a scheduled run, and of one region after a change there.
 *
 * Lambda stops chains in which a function sends the message that invokes it again, after about 16 invocations
 * (https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html). So a message is sent only when it is due within the
 * longest delay of SQS, by dispatch, which a schedule invokes; audit sends none.
 */
import type { RegionKey } from '../aws/findings/keys.ts';
import type { DirtyMarker, DirtyPlace, MarkersTable } from '../aws/findings/markers.ts';
import type { ScheduledRun, ScheduledRuns } from '../aws/findings/scheduled-runs.ts';
import type { AuditQueue, DelayedRequest } from '../aws/messaging/audit-queue.ts';
import { changeId, scheduledId } from '../core/events/audit-request.ts';
import type { ChangeEvent } from '../core/events/change-events.ts';
import { delayOf, spreadSeconds, turnOf, turnsDue, turnsOfRun } from '../core/events/turns.ts';
import type { Plan } from '../core/plan/plan.ts';
import { clockToleranceMs } from './perform-audit.ts';

const minute = 60_000;

/** Sent between two notes of how far a run is: a function that dies sends so many again at most. */
const requestsAtOnce = 1000;

interface RequestWork {
  readonly queue: AuditQueue;
  readonly now: () => Date;
  /** Whether the rest is to be left to the next sweep. */
  readonly isTimeUp: () => boolean;
}

export interface ScheduleWork extends RequestWork {
  readonly plan: Pick<Plan, 'schedule'>;
  readonly runs: ScheduledRuns;
  /** Every account and region of the plan. */
  readonly places: () => Promise<readonly RegionKey[]>;
}

export interface ChangeWork extends Omit<RequestWork, 'isTimeUp'> {
  readonly marks: Pick<MarkersTable, 'dirtyPlaces' | 'markDirty' | 'markQueued'>;
}

/** Turns of a run that are to be sent now. */
interface DueTurns {
  readonly run: ScheduledRun;
  readonly end: number;
}

const contains = ({ run, end }: DueTurns, turn: number): boolean => turn >= run.sent && turn < end;

const isOpen = (run: ScheduledRun): boolean => run.sent < turnsOfRun;

/**
 * Sends the requests that are due before the next sweep comes, of the run that stands for `at` and of earlier ones. A place that
 * is due in several is audited in the newest. How many were sent: none where another process is sending, such as the sweep of the
 * minute in which a run begins.
 */
export async function requestScheduled(work: ScheduleWork, at?: string): Promise<number> {
  const runs = await (at === undefined ? work.runs.all() : work.runs.start(at));
  if (!runs.some(isOpen)) return 0;
  const claim = await work.runs.claim(work.now());
  if (claim === undefined) return 0;
  const held = { claim };
  try {
    return await sendDue(work, held);
  } finally {
    await work.runs.release(held.claim);
  }
}

/** Sends what is due, extending the claim with each chunk. Another process may have sent until it was made, so runs are read again. */
async function sendDue(work: ScheduleWork, held: { claim: string }): Promise<number> {
  const open = (await work.runs.all()).filter(isOpen);
  const places = (await work.places()).map((place) => ({ ...place, turn: turnOf(place) }));
  const spread = spreadSeconds(places.length, work.plan.schedule);
  const due = open.map((run): DueTurns => ({ run, end: turnsDue(run.at, work.now(), spread) }));
  let sent = 0;
  for (const [n, turns] of due.entries()) {
    const newer = due.slice(0, n);
    const inTurn = places
      .filter(({ turn }) => contains(turns, turn) && !newer.some((other) => contains(other, turn)))
      .toSorted((a, b) => a.turn - b.turn);
    for (let first = 0; first < inTurn.length; first += requestsAtOnce) {
      if (work.isTimeUp()) return sent;
      const claim = await work.runs.claim(work.now(), held.claim);
      if (claim === undefined) return sent;
      held.claim = claim;
      const chunk = inTurn.slice(first, first + requestsAtOnce);
      await work.queue.send(
        chunk.map(({ account, region, turn }): DelayedRequest => {
          return { account, region, auditId: scheduledId(turns.run.at), afterSeconds: delayOf(turn, turns.run.at, work.now(), spread) };
        }),
      );
      sent += chunk.length;
      // Of places that share a turn some may be in the next chunk: these are sent again where that one never comes.
      const next = inTurn[first + requestsAtOnce];
      if (next) await work.runs.advance(turns.run.at, next.turn);
    }
    if (turns.end > turns.run.sent) await work.runs.advance(turns.run.at, turns.end);
  }
  return sent;
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
export async function recordChange(change: ChangeEvent, places: readonly RegionKey[], work: ChangeWork): Promise<number> {
  const at = work.now();
  const marked = await Promise.all(
    places.map(async (place) => {
      const dirty = await work.marks.markDirty(place, at.toISOString(), change.trigger);
      return isForgotten(dirty, at) ? [place] : [];
    }),
  );
  return requestChanged(marked.flat(), changeId(change.id), settleSeconds, work);
}

/** Asks for the audits of these places and notes that on their marks. */
async function requestChanged(places: readonly RegionKey[], auditId: string, afterSeconds: number, work: ChangeWork): Promise<number> {
  if (places.length === 0) return 0;
  await work.queue.send(places.map(({ account, region }) => ({ account, region, auditId, afterSeconds })));
  const at = work.now().toISOString();
  await Promise.all(places.map((place) => work.marks.markQueued(place, at)));
  return places.length;
}

/**
 * Asks for an audit of each changed place that an audit came too early for, or whose request was lost. How many were asked for.
 * Each request has a separate id: one of an audit that was completed would not be audited again.
 */
export async function requestAgain(work: ChangeWork & RequestWork): Promise<number> {
  const at = work.now();
  // A mark without a request may be one that dispatch is about to send.
  const isDue = ({ marker }: DirtyPlace): boolean =>
    marker.again === true || isForgotten({ ...marker, queued: marker.queued ?? marker.since }, at);
  let asked = 0;
  for await (const changed of work.marks.dirtyPlaces()) {
    if (work.isTimeUp()) return asked;
    asked += await requestChanged(changed.filter(isDue), changeId(at.toISOString()), 0, work);
  }
  return asked;
}
