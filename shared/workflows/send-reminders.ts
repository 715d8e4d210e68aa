/** Reminders of clusters that stay BLOCKED. */
import { setTimeout as pause } from 'node:timers/promises';
import pLimit from 'p-limit';
import { partitionOf, type RegionKey } from '../aws/findings/keys.ts';
import type { Reminders } from '../aws/findings/markers.ts';
import { NotAcceptedError } from '../aws/messaging/alert-topics.ts';
import type { AlertMessage } from '../core/alerts/alert-message.ts';
import { reminderOf } from '../core/alerts/alert-reminder.ts';
import { summaryMessages } from '../core/alerts/alert-summary.ts';
import { type SummaryCollector, summaryCollector } from '../core/alerts/summary-collector.ts';
import { reminderEntryOf } from '../core/alerts/summary-entry.ts';
import type { AlertTopic } from '../core/history/delivery-progress.ts';
import { type FindingRecord, type ReadinessRecord, severity } from '../core/history/log.ts';
import { betweenMessagesMs } from './deliver-summaries.ts';
import { perHourOf, publishWithin } from './message-limit.ts';
import { type ReminderCandidate, type ReminderWork, readCandidates } from './reminder-candidates.ts';
import { messageOf } from './run-all.ts';

const minute = 60_000;
const hour = 60 * minute;
/** What fails takes the whole state of a region. */
const statesAtOnce = 20;
const marksAtOnce = 100;
/** So long a sweep reads what fails: it sends that in the time that is left, and a later sweep reads the rest. */
const readMs = minute;
/** The name under which the table stores how far a reminder of several messages was sent. */
const group = 'reminder';

/** The failures that a reminder can be about: required ones that are not muted and were evaluated by the last audit. */
async function failuresOf(place: RegionKey, table: ReminderWork['table']): Promise<readonly FindingRecord[]> {
  const state = await table.currentState(place);
  return [...(state?.findings.values() ?? [])].filter(
    (r) => severity(r.finding) > 0 && r.finding.level === 'required' && !r.finding.muted && !r.carried,
  );
}

const concerns = (cluster: ReadinessRecord) => (r: FindingRecord) =>
  r.finding.cluster === undefined || r.finding.cluster === cluster.cluster;

/** What is to be sent: little of each place, because there may be thousands. */
interface Found {
  readonly collector: SummaryCollector;
  readonly places: Map<string, ReminderCandidate>;
  /** The message of the first place, in case that it is the only one. */
  alone?: AlertMessage;
}

/** Adds the candidate with what fails there, unless no failure is left to remind of. */
async function addFailures(candidate: ReminderCandidate, found: Found, { table, now, status }: ReminderWork): Promise<void> {
  const { place, alias, factsAt } = candidate;
  const failures = await failuresOf(place, table);
  const clusters = candidate.clusters.filter((r) => failures.some(concerns(r)));
  if (clusters.length === 0) return;
  const named = { ...place, ...(alias !== undefined && { alias }) };
  const where = `The failures are in the findings table under ${partitionOf(place)}, sort keys F#….`;
  if (found.places.size === 0) found.alone = reminderOf({ ...named, at: now().toISOString(), clusters, failures, where, status });
  found.places.set(partitionOf(place), { ...candidate, clusters });
  found.collector.add(reminderEntryOf({ ...named, factsAt }, clusters, failures));
}

/** What fails at the candidates, as far as the time suffices: first where a reminder is due, and elsewhere only if one is. */
async function readFailures(candidates: readonly ReminderCandidate[], work: ReminderWork, failed: unknown[]): Promise<Found> {
  const found: Found = { collector: summaryCollector(), places: new Map() };
  const limit = pLimit(statesAtOnce);
  const until = new Date(work.now().getTime() + readMs);
  const read = async (candidate: ReminderCandidate): Promise<void> => {
    if (work.isTimeUp() || work.now() >= until) return;
    try {
      await addFailures(candidate, found, work);
    } catch (error) {
      const name = partitionOf(candidate.place).replace('#', '/');
      failed.push(new Error(`No reminder could be sent for ${name}: ${messageOf(error)}`, { cause: error }));
    }
  };
  const [due, others] = [true, false].map((isDue) => candidates.filter((c) => c.due.size > 0 === isDue));
  await Promise.all((due ?? []).map((candidate) => limit(read, candidate)));
  const isAnyDue = [...found.places.values()].some(({ clusters, due: names }) => clusters.some((r) => names.has(r.cluster)));
  if (!isAnyDue) return { collector: found.collector, places: new Map() };
  await Promise.all((others ?? []).map((candidate) => limit(read, candidate)));
  return found;
}

/** A message, and the clusters it names by their place. */
interface ReminderMessage {
  readonly message: AlertMessage;
  readonly names: ReadonlyMap<string, readonly string[]>;
}

/** One place has a reminder of its own, with every fix; several have one together, in as many messages as it takes. */
function messagesOf({ collector, places, alone }: Found, { now, status, plan }: ReminderWork): readonly ReminderMessage[] {
  if (places.size === 0) return [];
  if (places.size === 1 && alone)
    return [{ message: alone, names: new Map([...places].map(([id, { clusters }]) => [id, clusters.map((r) => r.cluster)])) }];
  const messages = summaryMessages(group, collector, { status, id: `${group}/${now().toISOString()}`, perHour: perHourOf(plan) });
  return messages.map((message) => {
    const named = (message.data.summary?.clusters ?? []).flatMap(({ account, regions, cluster }) =>
      regions.map((region) => ({ id: partitionOf({ account, region }), cluster })),
    );
    const byPlace = [...Map.groupBy(named, ({ id }) => id)];
    return { message, names: new Map(byPlace.map(([id, of]) => [id, of.map(({ cluster }) => cluster)])) };
  });
}

/** Hours between reminders, unless the plan sets them. */
const daily = 24;

/**
 * Reminds of each cluster that has been BLOCKED for as many hours as the plan says, and again after as many, all of them
 * together. What the limit of an hour or the time of a sweep leaves out stays due. `sent`: how many messages went out; `failed`:
 * what stood in the way of others.
 */
export async function sendReminders(work: ReminderWork): Promise<{ readonly sent: number; readonly failed: readonly unknown[] }> {
  const every = work.plan.alerts.remindAfterHours ?? daily;
  const failed: unknown[] = [];
  if (every === 0) return { sent: 0, failed };
  const candidates = await readCandidates(every, work, failed);
  // What fails is read only where a reminder is due: it takes the whole state of a region.
  if (!candidates?.some(({ due }) => due.size > 0)) return { sent: 0, failed };
  const found = await readFailures(candidates, work, failed);
  const sent = await send(messagesOf(found, work), { every, places: found.places }, work, failed);
  return { sent, failed };
}

/** What is known of the reminder as a whole. */
interface WholeReminder {
  /** Hours. */
  readonly every: number;
  readonly places: ReadonlyMap<string, ReminderCandidate>;
}

/**
 * Sends the messages until time is up, or one is refused. The clusters that a message names are marked before the next is
 * sent: a function that ends in between repeats no more than that one. The number of messages that were sent.
 */
async function send(
  messages: readonly ReminderMessage[],
  { every, places }: WholeReminder,
  work: ReminderWork,
  failed: unknown[],
): Promise<number> {
  if (messages.length === 0) return 0;
  const { waiting } = work.table;
  const started = await waiting.progress(group);
  const age = started && work.now().getTime() - Date.parse(started.upTo);
  // What an earlier sweep left out: chats have the message that stands for all, and what it left out was due, or would be within this time.
  const isRest = age !== undefined && Math.abs(age) < (every / 2) * hour;
  let accepted: readonly AlertTopic[] = isRest ? (started?.accepted ?? []) : [];
  const reminded = new Map([...places].map(([id, candidate]) => [id, candidate.reminded]));
  let sent = 0;
  for (const { message, names } of messages) {
    if (work.isTimeUp()) return sent;
    if (sent > 0) await pause(betweenMessagesMs);
    const took = await publish(message, accepted, work, failed);
    if (!took) return sent;
    sent += 1;
    const at = work.now().toISOString();
    if (accepted.length === 0 && took.includes('chat')) {
      accepted = ['chat'];
      if (messages.length > 1) await waiting.saveProgress(group, { upTo: at, done: sent, accepted });
    }
    for (const [id, clusters] of names) reminded.set(id, { ...reminded.get(id), ...Object.fromEntries(clusters.map((c) => [c, at])) });
    const isMarked = await mark(
      [...names.keys()].flatMap((id) => {
        const place = places.get(id)?.place;
        return place ? [{ place, reminded: reminded.get(id) ?? {} }] : [];
      }),
      work,
      failed,
    );
    // Without its marks a message comes again with the next sweep: the others wait, so that they do not.
    if (!isMarked) return sent;
  }
  if (started || messages.length > 1) await waiting.release(group, true);
  return sent;
}

/** The topics that took the message now. `undefined`: none did, because it is refused or the limit of the hour is reached. */
async function publish(
  message: AlertMessage,
  before: readonly AlertTopic[],
  work: ReminderWork,
  failed: unknown[],
): Promise<readonly AlertTopic[] | undefined> {
  try {
    return (await publishWithin(message, 'summary', { ...work, sent: work.table.sent }, before)) ? work.topics.names : undefined;
  } catch (error) {
    failed.push(new Error(`The reminder could not be sent: ${messageOf(error)}`, { cause: error }));
    // One topic accepted the reminder. The failure of another is reported, and not repeated with every sweep.
    const took = error instanceof NotAcceptedError ? error.accepted.filter((topic) => !before.includes(topic)) : [];
    return took.length > 0 ? took : undefined;
  }
}

interface PlaceMark {
  readonly place: RegionKey;
  readonly reminded: Reminders;
}

/** Saves the marks. False where one could not be saved: the reminder of its place comes again. */
async function mark(of: readonly PlaceMark[], { marks }: ReminderWork, failed: unknown[]): Promise<boolean> {
  const limit = pLimit(marksAtOnce);
  const save = async ({ place, reminded }: PlaceMark): Promise<boolean> => {
    try {
      await marks.saveReminded(place, reminded);
      return true;
    } catch (error) {
      const name = partitionOf(place).replace('#', '/');
      failed.push(
        new Error(`The reminder of ${name} will be repeated, because it could not be noted: ${messageOf(error)}`, { cause: error }),
      );
      return false;
    }
  };
  return (await Promise.all(of.map((one) => limit(save, one)))).every(Boolean);
}
