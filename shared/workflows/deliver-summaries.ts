/**
 * Sends the summaries of what has one cause in many places. A summary is sent when no further place has come for ten minutes,
 * at the latest an hour after the first. Its commits stay pending until every topic accepted all of its messages. How far it is
 * stands in the table, so that the next sweep goes on where this one ended.
 */
import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { SummaryProgress, WaitingCommit, WaitingEntry } from '../aws/findings/waiting.ts';
import { type AlertTopics, NotAcceptedError } from '../aws/messaging/alert-topics.ts';
import { type AlertMessage, messageOf } from '../core/alerts/alert-message.ts';
import { atLeast } from '../core/alerts/alert-minimum.ts';
import { summaryMessages } from '../core/alerts/alert-summary.ts';
import { unsentChanges } from '../core/alerts/commit-messages.ts';
import { kindOfGroup, type SummaryKind, splitCommit } from '../core/alerts/commit-split.ts';
import { summaryCollector } from '../core/alerts/summary-collector.ts';
import { asItIsNow } from '../core/alerts/summary-refresh.ts';
import type { AlertTopic } from '../core/history/delivery-progress.ts';
import { commitWith, contextOf, lastingChanges, whereOf } from './deliver-commit.ts';
import type { DispatchWork } from './dispatch-work.ts';
import { perHourOf, publishWithin } from './message-limit.ts';
import { messageOf as errorText } from './run-all.ts';

const minute = 60_000;
/** No further place came for so long: the summary has them all. */
const quietMs = 10 * minute;
/** So long after the first place the summary is sent, whether or not others follow. */
const longestMs = 60 * minute;
/**
 * The next sweep comes no later than this: every five minutes (infra/stacks/triggers.construct.ts), and EventBridge Scheduler
 * invokes within a minute. https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
export const longestSweepMs = 6 * minute;
/** notify writes the time of a waiting commit at most so long before the item: it ends after a minute, clocks differ by less. */
const settleMs = 2 * minute;
/** dispatch ends after five minutes: what another one claimed longer ago, it did not finish. */
const claimMs = 6 * minute;
/** So long a sweep works on summaries; the next goes on. Pending commits have as much of its five minutes. */
const workMs = 2 * minute;
/**
 * SNS suspends an e-mail subscription at more than ten messages a second.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-email-notifications.html
 */
export const betweenMessagesMs = 150;
/** Items that are read or written side by side. */
const batch = 100;

export interface SummaryDelivery {
  readonly messages: number;
  /** Commits that still wait. */
  readonly waiting: number;
  readonly failed: readonly unknown[];
}

type SummaryWork = Pick<DispatchWork, 'table' | 'plan' | 'now' | 'status'> & { readonly topics: Pick<AlertTopics, 'publish' | 'names'> };

/** Whether the summary of these commits is to be sent now. What a wrong clock dated ahead does not wait for it. */
export function isSummaryDue(times: readonly string[], now: Date): boolean {
  const ages = times.map((at) => now.getTime() - Date.parse(at));
  const [newest, oldest] = [Math.min(...bounds(ages)), Math.max(...bounds(ages))];
  return newest >= quietMs || newest < -quietMs || oldest + longestSweepMs > longestMs;
}

/** Lowest and highest, of any number of values. */
const bounds = (values: readonly number[]): readonly [number, number] =>
  values.reduce<[number, number]>(
    ([low, high], v) => [Math.min(low, v), Math.max(high, v)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );

function* batchesOf<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let n = 0; n < items.length; n += batch) yield items.slice(n, n + batch);
}

/**
 * The message of one commit alone, as if it had not waited; `undefined` where the plan no longer notifies of it. Of deferred
 * changes, those that last until now: none where all ended while they waited for the limit of the hour.
 */
async function messageOfOne(
  commit: WaitingCommit,
  entry: WaitingEntry,
  { table, plan, status }: SummaryWork,
): Promise<AlertMessage | 'ended' | undefined> {
  const stored = await table.commit(commit, commit.seq);
  if (!stored) return undefined;
  const place = { account: commit.account, region: commit.region };
  const chosen = atLeast(stored, plan.alerts.minimum);
  const { own, held, summed } = splitCommit(place, chosen);
  const context = contextOf(place, chosen, status);
  const where = whereOf(place, commit.seq);
  if (entry.of === 'held') {
    const lasting = commitWith(chosen, await lastingChanges(held, place, table));
    return messageOf(commitWith(chosen, unsentChanges(lasting, stored.sent)), { ...context, held: true }, where) ?? 'ended';
  }
  const mine = kindOfGroup(commit.group) === 'limit' ? [...unsentChanges(commitWith(chosen, own), stored.sent), ...summed] : summed;
  return messageOf(commitWith(chosen, mine), context, where);
}

/**
 * What commits add to their summary, as it is now. It is stored, because once a topic accepted a message the next sweep has to
 * make the same messages again: others would be sent from the first, each time that something changed.
 */
async function presentEntries(
  commits: readonly WaitingCommit[],
  { done, accepted = [] }: SummaryProgress,
  { table }: SummaryWork,
): Promise<readonly (WaitingEntry | undefined)[]> {
  const entries = await table.waiting.entries(commits);
  if (done > 0 || accepted.length > 0) return entries;
  const heads = await table.summaries(commits);
  return Promise.all(
    commits.map(async (commit, n) => {
      const waiting = entries[n];
      if (!waiting) return undefined;
      const entry = asItIsNow(waiting.entry, heads[n]);
      if (entry !== waiting.entry) await table.waiting.replace(commit, entry);
      return { ...waiting, entry };
    }),
  );
}

async function messagesOf(
  group: string,
  commits: readonly WaitingCommit[],
  begun: SummaryProgress,
  work: SummaryWork,
): Promise<readonly AlertMessage[]> {
  const collector = summaryCollector();
  for (const some of batchesOf(commits)) {
    const entries = await presentEntries(some, begun, work);
    const [only] = some;
    const [alone] = entries;
    // A commit's own message says what was so at its audit: where that changed since, the summary of one place says what is.
    // Deferred changes are asked all the same whether they last: what was so when they began to wait decides nothing.
    const isAlone = commits.length === 1 && (alone?.entry.hasChanged !== true || alone.of === 'held');
    const one = only && alone && isAlone ? await messageOfOne(only, alone, work) : undefined;
    if (one) return one === 'ended' ? [] : [one];
    for (const waiting of entries) if (waiting) collector.add(waiting.entry);
  }
  // The list is an index, which is a moment late: another sweep may have sent and confirmed all of it.
  if (collector.totals().places === 0) return [];
  const id = `${kindOfGroup(group)}/${begun.upTo}`;
  return summaryMessages(kindOfGroup(group), collector, { status: work.status, id, perHour: perHourOf(work.plan) });
}

const digestOf = (messages: readonly AlertMessage[]): string => createHash('sha256').update(JSON.stringify(messages)).digest('base64url');

/** Publishes the messages that were not accepted yet. `progress.isSent`: all are accepted now; else the limit of the hour is reached. */
async function send(
  group: string,
  messages: readonly AlertMessage[],
  before: SummaryProgress,
  work: SummaryWork,
): Promise<{ readonly progress: SummaryProgress; readonly sent: number }> {
  const digest = digestOf(messages);
  const { upTo } = before;
  const isSame = before.digest === digest;
  let progress: SummaryProgress = isSame ? before : { upTo, digest, done: 0 };
  let sent = 0;
  for (const message of messages.slice(progress.done)) {
    if (sent > 0) await pause(betweenMessagesMs);
    // Chats get one message, which stands for all.
    const accepted: readonly AlertTopic[] = [...(progress.accepted ?? []), ...(progress.done > 0 ? (['chat'] as const) : [])];
    try {
      if (!(await publishWithin(message, 'summary', { ...work, sent: work.table.sent }, accepted))) return { progress, sent };
    } catch (error) {
      if (error instanceof NotAcceptedError) await work.table.waiting.saveProgress(group, { ...progress, accepted: error.accepted });
      throw error;
    }
    sent += 1;
    progress = { upTo, digest, done: progress.done + 1 };
    await work.table.waiting.saveProgress(group, progress);
  }
  progress = { ...progress, isSent: true };
  await work.table.waiting.saveProgress(group, progress);
  return { progress, sent };
}

/** Confirms the commits of a summary that was accepted. False if time is up before all are. */
async function confirm(commits: readonly WaitingCommit[], { table, now }: SummaryWork, until: Date): Promise<boolean> {
  for (const some of batchesOf(commits)) {
    if (now() >= until) return false;
    const entries = await table.waiting.entries(some);
    await Promise.all(
      some.map(async (commit, n) => {
        const entry = entries[n];
        if (!entry) return;
        // The commit first: one that no longer waits and is still pending would be summed up again.
        if (entry.whole) await table.confirmNotified(commit, commit.seq);
        else await table.markSummed(commit, commit.seq);
        await table.waiting.end(commit);
      }),
    );
  }
  return true;
}

/** Sends what is due of one group, and confirms its commits. The number of messages. */
async function deliverGroup(group: string, work: SummaryWork, until: Date): Promise<number> {
  const { table, now } = work;
  const at = now();
  const claim = await table.waiting.claim(group, at, new Date(at.getTime() + claimMs));
  if (!claim) return 0;
  let isOver = false;
  try {
    const upTo = claim.progress?.upTo ?? new Date(at.getTime() - settleMs).toISOString();
    const ahead = new Date(at.getTime() + quietMs).toISOString();
    // What was listed before the claim may be what another sweep has sent since.
    const waiting = (await waitingGroups(table)).get(group) ?? [];
    const commits = waiting.filter((c) => c.at <= upTo || c.at > ahead);
    const begun: SummaryProgress = claim.progress ?? { upTo, done: 0 };
    const outcome =
      begun.isSent || commits.length === 0
        ? { progress: begun, sent: 0 }
        : await send(group, await messagesOf(group, commits, begun, work), begun, work);
    isOver = commits.length === 0 || (outcome.progress.isSent === true && (await confirm(commits, work, until)));
    return outcome.sent;
  } finally {
    await table.waiting.release(group, isOver);
  }
}

const inOrder = (a: WaitingCommit, b: WaitingCommit): number => {
  const [x, y] = [a, b].map((c) => `${c.at}#${c.account}#${c.region}#${c.seq}`);
  return (x ?? '') < (y ?? '') ? -1 : 1;
};

/** So many reasons why checks can no longer be evaluated have a summary of their own. More are one, so that they leave room to others. */
const mostLostGroups = 5;
/** The group of all these reasons, once they are more. */
const lostGroup = 'lost';

/** All that waits, by the group whose summary it belongs to, the oldest first. */
async function waitingGroups(table: SummaryWork['table']): Promise<ReadonlyMap<string, readonly WaitingCommit[]>> {
  const waiting = (await table.waiting.list()).toSorted(inOrder);
  const reasons = [...new Set(waiting.map((c) => c.group))].filter((group) => kindOfGroup(group) === 'lost');
  const begun = reasons.length > 0 && (await table.waiting.progress(lostGroup)) !== undefined;
  if (!begun && reasons.length <= mostLostGroups) return Map.groupBy(waiting, (c) => c.group);
  // What was begun alone is finished alone.
  const alone = new Set<string>();
  for (const group of reasons) if ((await table.waiting.progress(group)) !== undefined) alone.add(group);
  return Map.groupBy(waiting, ({ group }) => (kindOfGroup(group) === 'lost' && !alone.has(group) ? lostGroup : group));
}

/** Changes of accounts first, lost access last: many reasons for it must not use up the messages of the hour before these are sent. */
const urgency: Readonly<Record<SummaryKind, number>> = { limit: 0, first: 1, back: 1, rules: 1, plan: 1, lost: 2 };

/** The more urgent kind first, of one kind what waits longest. */
const byUrgency = ([a, [x]]: GroupEntry, [b, [y]]: GroupEntry): number =>
  urgency[kindOfGroup(a)] - urgency[kindOfGroup(b)] || ((x?.at ?? '') < (y?.at ?? '') ? -1 : 1);
type GroupEntry = readonly [group: string, commits: readonly WaitingCommit[]];

/** Sends the summaries that are due. `refuse`: the topics accept nothing at the moment. */
export async function deliverSummaries(work: SummaryWork, refuse: () => boolean): Promise<SummaryDelivery> {
  const { table, now } = work;
  const until = new Date(now().getTime() + workMs);
  const groups = [...(await waitingGroups(table))].toSorted(byUrgency);
  const failed: unknown[] = [];
  let messages = 0;
  for (const [group, commits] of groups) {
    const times = commits.map((c) => c.at);
    if (refuse() || now() >= until) continue;
    // What was begun is finished, whatever came since.
    if (!isSummaryDue(times, now()) && (await table.waiting.progress(group)) === undefined) continue;
    try {
      messages += await deliverGroup(group, work, until);
    } catch (error) {
      failed.push(new Error(`The summary ${group} of ${commits.length} regions could not be sent: ${errorText(error)}`, { cause: error }));
    }
  }
  return { messages, waiting: groups.reduce((sum, [, of]) => sum + of.length, 0), failed };
}
