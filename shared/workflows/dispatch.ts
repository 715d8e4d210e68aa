/**
 * What the clock and the account's own events set going: audits of every place, the audit after a change, alerts that
 * are still to be told, reminders, and a look at who listens. Each of these goes its own way: one that fails ends none of
 * the others, and is told at the end.
 */

import { toUnread } from '../aws/client/errors.ts';
import { partitionOf, type RegionKey } from '../aws/findings/keys.ts';
import type { DirtyMarker, MarkersTable, RoutesMarker } from '../aws/findings/markers.ts';
import type { FindingsTable } from '../aws/findings/table.ts';
import { type AlertTopics, NotAcceptedError } from '../aws/messaging/alert-topics.ts';
import type { AuditQueue } from '../aws/messaging/audit-queue.ts';
import { reminderOf } from '../core/alerts/alert-reminder.ts';
import {
  type BrokenRoute,
  carrying,
  type PlannedRoute,
  plannedRoutes,
  routeState,
  type Subscription,
  type TopicName,
} from '../core/alerts/alert-routes.ts';
import { type AuditRequest, changeId, scheduledId } from '../core/events/audit-request.ts';
import type { ChangeEvent } from '../core/events/change-events.ts';
import { longestGapMinutes, periodMinutes } from '../core/events/schedule.ts';
import type { FindingRecord, ReadinessRecord } from '../core/history/log.ts';
import type { Plan } from '../core/plan/plan.ts';
import { regionsOf } from '../core/plan/regions.ts';
import type { StatusCommand } from '../core/text/own-command.ts';
import { type DeliveryOutcome, deliverCommit } from './deliver-commit.ts';
import { clockToleranceMs } from './perform-audit.ts';

export interface DispatchWork {
  readonly plan: Plan;
  readonly table: Pick<
    FindingsTable,
    'commit' | 'confirmNotified' | 'markAccepted' | 'markNotified' | 'summary' | 'currentState' | 'pendingCommits' | 'openFailures'
  >;
  readonly marks: MarkersTable;
  readonly topics: AlertTopics;
  readonly queue: AuditQueue;
  readonly now: () => Date;
  /** What alerts say of how to ask for current readiness. */
  readonly status: StatusCommand;
  /** ARN of the function for the plan's webhook, where it has one. */
  readonly webhookFunction?: string;
}

const minute = 60_000;
const hour = 60 * minute;

// Audits

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

// Changes

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

// Alerts that are still to be told

const pendingFor = 10 * minute;
/** After so many refusals in a row the topic takes nothing at the moment, and the rest waits for the next time. */
const refusals = 5;

/** One topic has it or got it now; the other's trouble is no reason to leave what this one would take. */
const isPartial = (error: unknown): boolean => error instanceof NotAcceptedError && error.accepted.length > 0;
/** The topic takes the message for wrong, and will every time. */
const isWrong = (error: unknown): boolean =>
  error instanceof Error &&
  (error.name.startsWith('InvalidParameter') || (error instanceof AggregateError ? error.errors : [error.cause]).some(isWrong));

/**
 * The topics, counting in a row what none of them took. What they take for wrong does not count: it says nothing of other
 * messages, and such a one must not keep them back for ever.
 */
function counting(topics: DispatchWork['topics']): { readonly topics: Pick<AlertTopics, 'publish'>; readonly refuse: () => boolean } {
  let inARow = 0;
  return {
    topics: {
      publish: async (message, before) => {
        try {
          await topics.publish(message, before);
          inARow = 0;
        } catch (error) {
          if (!isPartial(error) && !isWrong(error)) inARow += 1;
          throw error;
        }
      },
    },
    refuse: () => inARow >= refusals,
  };
}

export interface PendingDelivery {
  readonly told: number;
  /** Still to be told, and not because they are held back. */
  readonly pending: number;
  /** How long the oldest of these waits, in seconds. */
  readonly oldestSeconds: number;
}

/** Failures of several ways at once: each is told, none hides another. */
export class CombinedError extends AggregateError {
  constructor(errors: readonly unknown[], what: string) {
    const reasons = [...new Set(errors.map((e) => (e instanceof Error ? e.message : String(e))))];
    super(errors, `${what}: ${reasons.slice(0, 3).join(' / ')}${reasons.length > 3 ? ` and ${reasons.length - 3} more` : ''}`);
    this.name = 'CombinedError';
  }
}

/**
 * Publishes what has been pending for more than ten minutes: the stream forgets after a day, the table does not. What
 * was told and held part of it back is looked at as well. `failed`: what stood in the way.
 */
export async function deliverPending(work: DispatchWork): Promise<PendingDelivery & { readonly failed: readonly unknown[] }> {
  const { table, now } = work;
  const { topics, refuse } = counting(work.topics);
  const failed: unknown[] = [];
  let told = 0;
  let pending = 0;
  let oldestSeconds = 0;
  let cursor: string | undefined;
  do {
    const page = await table.pendingCommits(cursor === undefined ? {} : { cursor });
    for (const { account, region, seq, at } of page.items) {
      const age = now().getTime() - Date.parse(at);
      // What a wrong clock dated ahead is not young.
      if (Math.abs(age) <= pendingFor) continue;
      const outcome: DeliveryOutcome | 'failed' | 'left' = refuse()
        ? 'left'
        : await deliverCommit({ account, region }, seq, { ...work, topics }).catch((error: unknown) => {
            failed.push(new Error(`Commit ${seq} of ${account}/${region} could not be told: ${wordsOf(error)}`, { cause: error }));
            return 'failed' as const;
          });
      if (outcome === 'told') told += 1;
      if (outcome === 'failed' || outcome === 'left') {
        pending += 1;
        oldestSeconds = Math.max(oldestSeconds, Math.round(Math.abs(age) / 1000));
      }
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
  return { told, pending, oldestSeconds, failed };
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

// Reminders

/** Places with a required failure that nobody muted: only there can a cluster be BLOCKED and someone want to hear of it. */
async function openPlaces(table: DispatchWork['table']): Promise<ReadonlyMap<string, readonly (RegionKey & FindingRecord)[]>> {
  const records: (RegionKey & FindingRecord)[] = [];
  let cursor: string | undefined;
  do {
    const page = await table.openFailures('required', { limit: 200, ...(cursor !== undefined && { cursor }) });
    records.push(...page.items.filter((r) => !r.finding.muted && !r.carried));
    cursor = page.cursor;
  } while (cursor !== undefined);
  return Map.groupBy(records, partitionOf);
}

const concerns = (cluster: ReadinessRecord) => (r: FindingRecord) =>
  r.finding.cluster === undefined || r.finding.cluster === cluster.cluster;

/** Whether the plan still has a place, as far as it names any. */
function isPlanned({ account, region }: RegionKey, plan: Plan): boolean {
  const regions = regionsOf(plan);
  return (regions?.includes(region) ?? true) && (!Array.isArray(plan.accounts) || plan.accounts.includes(account));
}

/** What was last seen longer ago than this is no longer known to be so; that audits stopped is told in other ways. */
const longestKnownMs = (schedule: string): number => Math.max(48 * hour, 2 * (longestGapMinutes(schedule) ?? 0) * minute);

interface ReminderPolicy {
  /** Hours. */
  readonly every: number;
  readonly knownMs: number;
}

/** Reminds of the clusters of one place that have been BLOCKED long enough. Whether a message went out. */
async function remindOf(
  place: RegionKey,
  failures: readonly FindingRecord[],
  { every, knownMs }: ReminderPolicy,
  work: DispatchWork,
): Promise<boolean> {
  const { table, marks, topics, now } = work;
  const last = await table.summary(place);
  const at = now();
  const blocked = (last?.readiness ?? []).filter((r) => r.state === 'BLOCKED');
  if (!last || blocked.length === 0 || at.getTime() - Date.parse(last.factsAt) > knownMs) return false;
  const reminded = await marks.reminded(place);
  const isDue = (r: ReadinessRecord) => {
    const told = reminded[r.cluster];
    // What was reminded of before it became BLOCKED this time was another trouble; what is dated ahead, a wrong clock.
    const since = told !== undefined && told > r.since && Date.parse(told) <= at.getTime() + clockToleranceMs ? told : r.since;
    return at.getTime() - Date.parse(since) >= every * hour;
  };
  const due = blocked.filter((r) => isDue(r) && failures.some(concerns(r)));
  if (due.length === 0) return false;
  const where = `The failures are in the findings table under ${partitionOf(place)}, sort keys F#….`;
  const alias = last.alias === undefined ? {} : { alias: last.alias };
  const refused = await topics
    .publish(reminderOf({ ...place, ...alias, at: at.toISOString(), clusters: due, failures, where, status: work.status }))
    .catch((error: unknown) => {
      if (isPartial(error)) return error;
      throw error;
    });
  const names = new Set(blocked.map((r) => r.cluster));
  const kept = Object.entries(reminded).filter(([cluster]) => names.has(cluster));
  await marks.saveReminded(place, { ...Object.fromEntries(kept), ...Object.fromEntries(due.map((r) => [r.cluster, at.toISOString()])) });
  // Somebody was reminded; that another topic does not work is told, and not made good by a flood.
  if (refused !== undefined) throw refused;
  return true;
}

/** Nobody wants to hear of the same trouble more often, nor less often unless they say so. */
const daily = 24;

/**
 * Reminds of each cluster that has been BLOCKED for as many hours as the plan says, and again after as many. `sent`: how
 * many messages went out; `failed`: what stood in the way of others.
 */
export async function sendReminders(work: DispatchWork): Promise<{ readonly sent: number; readonly failed: readonly unknown[] }> {
  const hours = work.plan.alerts.remindAfterHours ?? daily;
  const failed: unknown[] = [];
  let sent = 0;
  if (hours === 0) return { sent, failed };
  const { topics, refuse } = counting(work.topics);
  const reminding = { every: hours, knownMs: longestKnownMs(work.plan.schedule) };
  for (const records of (await openPlaces(work.table)).values()) {
    const [first] = records;
    if (!first || !isPlanned(first, work.plan) || refuse()) continue;
    const { account, region } = first;
    try {
      if (await remindOf({ account, region }, records, reminding, { ...work, topics: { ...work.topics, ...topics } })) sent += 1;
    } catch (error) {
      failed.push(new Error(`Nobody could be reminded of ${account}/${region}: ${wordsOf(error)}`, { cause: error }));
    }
  }
  return { sent, failed };
}

// Routes

/**
 * Whether only the account can end a subscription; `undefined` where nobody may look. AWS's own lists differ in what that
 * call is granted on, and a note that cannot be written is no reason to stop looking at who listens.
 */
async function guardedAsFarAsSeen(arn: string, topics: AlertTopics): Promise<boolean | undefined> {
  try {
    return await topics.isGuarded(arn);
  } catch (error) {
    if (toUnread(error, 'sns:GetSubscriptionAttributes').action === undefined) throw error;
    return undefined;
  }
}

/** What of the planned routes is broken, and which of the addresses that hear anybody could silence. */
async function seenRoutes({ plan, topics, webhookFunction }: DispatchWork): Promise<Omit<RoutesMarker, 'at'>> {
  const listening = new Map<TopicName, readonly Subscription[]>();
  const broken: BrokenRoute[] = [];
  const weak: PlannedRoute[] = [];
  for (const route of plannedRoutes(plan.alerts, webhookFunction)) {
    const { topic, protocol } = route;
    const subscriptions = listening.get(topic) ?? (await topics.subscriptions(topic));
    listening.set(topic, subscriptions);
    const state = routeState(route, subscriptions);
    if (state !== 'well') broken.push({ ...route, topicArn: topics.arnOf(topic), state });
    else if (protocol === 'email') {
      const arns = carrying(route, subscriptions).flatMap((s) => s.arn ?? []);
      const guarded = await Promise.all(arns.map((arn) => guardedAsFarAsSeen(arn, topics)));
      if (guarded.every((of) => of === false)) weak.push(route);
    }
  }
  return { broken, weak };
}

/**
 * Looks at the subscriptions once a day, and every hour while a route is broken, and keeps what it saw; in between, what
 * it saw last. `looked`: it looked just now.
 */
export async function checkRoutes(work: DispatchWork): Promise<RoutesMarker & { readonly looked: boolean }> {
  const { marks, now } = work;
  const at = now();
  const before = await marks.routes();
  const age = before === undefined ? Number.POSITIVE_INFINITY : at.getTime() - Date.parse(before.at);
  // A little less than that, so that sweeps that come late do not put it off.
  const kept = before && before.broken.length > 0 ? 50 * minute : 23 * hour;
  if (before && age < kept && age > -clockToleranceMs) return { ...before, looked: false };
  const routes = { at: at.toISOString(), ...(await seenRoutes(work)) };
  await marks.saveRoutes(routes);
  return { ...routes, looked: true };
}

// All of it

/** Every way to its end; then whatever failed on any of them, at once. */
export async function runAll<T extends readonly (() => Promise<unknown>)[]>(
  what: string,
  ...ways: T
): Promise<{ [K in keyof T]: Awaited<ReturnType<T[K]>> }> {
  const done = await Promise.allSettled(ways.map((way) => way()));
  const errors = done.flatMap((d) => (d.status === 'rejected' ? [d.reason] : []));
  if (errors.length > 0) throw errors.length === 1 ? errors[0] : new CombinedError(errors, what);
  return done.map((d) => (d.status === 'fulfilled' ? d.value : undefined)) as { [K in keyof T]: Awaited<ReturnType<T[K]>> };
}
