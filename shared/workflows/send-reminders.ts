/** Reminders of clusters that stay BLOCKED. */
import pLimit from 'p-limit';
import { partitionOf, type RegionKey } from '../aws/findings/keys.ts';
import type { Reminders } from '../aws/findings/markers.ts';
import type { AlertMessage } from '../core/alerts/alert-message.ts';
import { reminderOf } from '../core/alerts/alert-reminder.ts';
import { summaryMessages } from '../core/alerts/alert-summary.ts';
import { summaryCollector } from '../core/alerts/summary-collector.ts';
import { reminderEntryOf, type SummaryEntry } from '../core/alerts/summary-entry.ts';
import { longestGapMinutes } from '../core/events/schedule.ts';
import { type FindingRecord, type ReadinessRecord, severity } from '../core/history/log.ts';
import type { Plan } from '../core/plan/plan.ts';
import { regionsOf } from '../core/plan/regions.ts';
import type { DispatchWork } from './dispatch-work.ts';
import { perHourOf, publishWithin } from './message-limit.ts';
import { clockToleranceMs } from './perform-audit.ts';
import { messageOf } from './run-all.ts';
import { isPartial } from './topic-refusals.ts';

const minute = 60_000;
const hour = 60 * minute;
const regionsAtOnce = 1000;
const statesAtOnce = 5;

/** Regions with a cluster that has been BLOCKED since before `since`, by the inventory, in which a region is one small item. */
async function* blockedPlaces(reader: DispatchWork['inventory'], since: string): AsyncIterable<readonly RegionKey[]> {
  let after: string | undefined;
  do {
    const page = await reader.regions(undefined, after, regionsAtOnce);
    yield page.items.flatMap(({ value: { account, region, clusters } }) =>
      clusters.some((c) => c.state === 'BLOCKED' && c.since <= since) ? [{ account, region }] : [],
    );
    after = page.end;
  } while (after !== undefined);
}

/** The failures that a reminder can be about: required ones that are not muted and were evaluated by the last audit. */
async function failuresOf(place: RegionKey, table: DispatchWork['table']): Promise<readonly FindingRecord[]> {
  const state = await table.currentState(place);
  return [...(state?.findings.values() ?? [])].filter(
    (r) => severity(r.finding) > 0 && r.finding.level === 'required' && !r.finding.muted && !r.carried,
  );
}

const concerns = (cluster: ReadinessRecord) => (r: FindingRecord) =>
  r.finding.cluster === undefined || r.finding.cluster === cluster.cluster;

/** Whether the plan still has a place, as far as it names any. */
function isPlanned({ account, region }: RegionKey, plan: Plan): boolean {
  const regions = regionsOf(plan);
  return (regions?.includes(region) ?? true) && (!Array.isArray(plan.accounts) || plan.accounts.includes(account));
}

/** A state older than this is no longer certain; other notifications report that audits stopped. */
const longestKnownMs = (schedule: string): number => Math.max(48 * hour, 2 * (longestGapMinutes(schedule) ?? 0) * minute);

interface ReminderPolicy {
  /** Hours. */
  readonly every: number;
  readonly knownMs: number;
}

/** A place with clusters to remind of, if they still have a failure. */
interface ReminderCandidate {
  readonly place: RegionKey;
  readonly clusters: readonly ReadinessRecord[];
  readonly alias?: string;
  readonly factsAt: string;
  /** Those that are due now. The others will be within half of the time between reminders. */
  readonly due: ReadonlySet<string>;
  /** The last reminders of the clusters that are BLOCKED. */
  readonly reminded: Reminders;
}

/** The clusters of one place that have been BLOCKED long enough, or soon will have been: so that a day has one reminder. */
async function candidateOf(
  place: RegionKey,
  { every, knownMs }: ReminderPolicy,
  { table, marks, now }: DispatchWork,
): Promise<ReminderCandidate | undefined> {
  const summary = await table.summary(place);
  const at = now();
  const blocked = (summary?.readiness ?? []).filter((r) => r.state === 'BLOCKED');
  if (!summary || blocked.length === 0 || at.getTime() - Date.parse(summary.factsAt) > knownMs) return undefined;
  const reminded = await marks.reminded(place);
  const silentFor = (r: ReadinessRecord) => {
    const last = reminded[r.cluster];
    // What was reminded of before it became BLOCKED this time was another trouble; what is dated ahead, a wrong clock.
    const since = last !== undefined && last > r.since && Date.parse(last) <= at.getTime() + clockToleranceMs ? last : r.since;
    return at.getTime() - Date.parse(since);
  };
  const clusters = blocked.filter((r) => silentFor(r) >= (every / 2) * hour);
  if (clusters.length === 0) return undefined;
  const names = new Set(blocked.map((r) => r.cluster));
  return {
    place,
    clusters,
    factsAt: summary.factsAt,
    ...(summary.alias !== undefined && { alias: summary.alias }),
    due: new Set(clusters.filter((r) => silentFor(r) >= every * hour).map((r) => r.cluster)),
    reminded: Object.fromEntries(Object.entries(reminded).filter(([cluster]) => names.has(cluster))),
  };
}

/** A reminder of one place: what it says alone, and among others. */
interface PlaceReminder extends ReminderCandidate {
  readonly entry: SummaryEntry;
  readonly alone: () => AlertMessage;
}

/** The candidate with what fails there; `undefined` where no failure is left to remind of. */
async function withFailures(candidate: ReminderCandidate, { table, now, status }: DispatchWork): Promise<PlaceReminder | undefined> {
  const { place, alias, factsAt } = candidate;
  const failures = await failuresOf(place, table);
  const clusters = candidate.clusters.filter((r) => failures.some(concerns(r)));
  if (clusters.length === 0) return undefined;
  const named = { ...place, ...(alias !== undefined && { alias }) };
  const where = `The failures are in the findings table under ${partitionOf(place)}, sort keys F#….`;
  return {
    ...candidate,
    clusters,
    entry: reminderEntryOf({ ...named, factsAt }, clusters, failures),
    alone: () => reminderOf({ ...named, at: now().toISOString(), clusters, failures, where, status }),
  };
}

/** One place has a reminder of its own, with every fix; several have one together. */
function messagesOf([first, ...more]: readonly PlaceReminder[], { now, status, plan }: DispatchWork): readonly AlertMessage[] {
  if (!first) return [];
  if (more.length === 0) return [first.alone()];
  const collector = summaryCollector();
  for (const { entry } of [first, ...more]) collector.add(entry);
  return summaryMessages('reminder', collector, { status, id: `reminder/${now().toISOString()}`, perHour: perHourOf(plan) });
}

/** Hours between reminders, unless the plan sets them. */
const daily = 24;

/**
 * Reminds of each cluster that has been BLOCKED for as many hours as the plan says, and again after as many, all of them in
 * one message. `sent`: how many messages went out; `failed`: what stood in the way of others.
 */
export async function sendReminders(work: DispatchWork): Promise<{ readonly sent: number; readonly failed: readonly unknown[] }> {
  const { marks, plan, now, inventory } = work;
  const every = plan.alerts.remindAfterHours ?? daily;
  const failed: unknown[] = [];
  if (every === 0) return { sent: 0, failed };
  const reminding = { every, knownMs: longestKnownMs(plan.schedule) };
  const limit = pLimit(statesAtOnce);
  const each = async <T, R>(items: readonly T[], placeOf: (item: T) => RegionKey, run: (item: T) => Promise<R | undefined>) => {
    const done = await Promise.all(
      items.map((item) =>
        limit(run, item).catch((error: unknown) => {
          const name = partitionOf(placeOf(item)).replace('#', '/');
          failed.push(new Error(`No reminder could be sent for ${name}: ${messageOf(error)}`, { cause: error }));
          return undefined;
        }),
      ),
    );
    return done.flatMap((value) => value ?? []);
  };
  const candidates: ReminderCandidate[] = [];
  const since = new Date(now().getTime() - (every / 2) * hour).toISOString();
  for await (const places of blockedPlaces(inventory, since)) {
    const planned = places.filter((place) => isPlanned(place, plan));
    candidates.push(
      ...(await each(
        planned,
        (place) => place,
        (place) => candidateOf(place, reminding, work),
      )),
    );
  }
  // What fails is read only where a reminder is due: it takes the whole state of a region.
  if (candidates.every(({ due }) => due.size === 0)) return { sent: 0, failed };
  const found = await each(
    candidates,
    ({ place }) => place,
    (candidate) => withFailures(candidate, work),
  );
  if (!found.some(({ clusters, due }) => clusters.some((r) => due.has(r.cluster)))) return { sent: 0, failed };
  const sent = await send(messagesOf(found, work), work, failed);
  const at = now().toISOString();
  if (sent > 0)
    for (const { place, clusters, reminded } of found)
      await marks.saveReminded(place, { ...reminded, ...Object.fromEntries(clusters.map((r) => [r.cluster, at])) });
  return { sent, failed };
}

/** How many of the messages were sent. What stood in the way of others is added to `failed`. */
async function send(messages: readonly AlertMessage[], work: DispatchWork, failed: unknown[]): Promise<number> {
  let sent = 0;
  for (const message of messages) {
    const isSent = await publishWithin(message, 'summary', { ...work, sent: work.table.sent }).catch((error: unknown) => {
      failed.push(new Error(`The reminder could not be sent: ${messageOf(error)}`, { cause: error }));
      // One topic accepted the reminder. The failure of another is reported, and not repeated with every sweep.
      return isPartial(error);
    });
    if (!isSent) break;
    sent += 1;
  }
  return sent;
}
