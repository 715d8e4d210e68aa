/** Reminders of clusters that stay BLOCKED. */
import pLimit from 'p-limit';
import { partitionOf, type RegionKey } from '../aws/findings/keys.ts';
import { reminderOf } from '../core/alerts/alert-reminder.ts';
import { longestGapMinutes } from '../core/events/schedule.ts';
import { type FindingRecord, type ReadinessRecord, severity } from '../core/history/log.ts';
import type { Plan } from '../core/plan/plan.ts';
import { regionsOf } from '../core/plan/regions.ts';
import type { DispatchWork } from './dispatch-work.ts';
import { clockToleranceMs } from './perform-audit.ts';
import { messageOf } from './run-all.ts';
import { countRefusals, isPartial } from './topic-refusals.ts';

const minute = 60_000;
const hour = 60 * minute;
const regionsAtOnce = 1000;
const remindersAtOnce = 5;

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

/** Reminds of the clusters of one place that have been BLOCKED long enough. Whether a message went out. */
async function remindOf(place: RegionKey, { every, knownMs }: ReminderPolicy, work: DispatchWork): Promise<boolean> {
  const { table, marks, topics, now } = work;
  const summary = await table.summary(place);
  const at = now();
  const blocked = (summary?.readiness ?? []).filter((r) => r.state === 'BLOCKED');
  if (!summary || blocked.length === 0 || at.getTime() - Date.parse(summary.factsAt) > knownMs) return false;
  const reminded = await marks.reminded(place);
  const isDue = (r: ReadinessRecord) => {
    const last = reminded[r.cluster];
    // What was reminded of before it became BLOCKED this time was another trouble; what is dated ahead, a wrong clock.
    const since = last !== undefined && last > r.since && Date.parse(last) <= at.getTime() + clockToleranceMs ? last : r.since;
    return at.getTime() - Date.parse(since) >= every * hour;
  };
  const inTime = blocked.filter(isDue);
  if (inTime.length === 0) return false;
  const failures = await failuresOf(place, table);
  const due = inTime.filter((r) => failures.some(concerns(r)));
  if (due.length === 0) return false;
  const where = `The failures are in the findings table under ${partitionOf(place)}, sort keys F#….`;
  const alias = summary.alias === undefined ? {} : { alias: summary.alias };
  const refused = await topics
    .publish(reminderOf({ ...place, ...alias, at: at.toISOString(), clusters: due, failures, where, status: work.status }))
    .catch((error: unknown) => {
      if (isPartial(error)) return error;
      throw error;
    });
  const names = new Set(blocked.map((r) => r.cluster));
  const remaining = Object.entries(reminded).filter(([cluster]) => names.has(cluster));
  await marks.saveReminded(place, {
    ...Object.fromEntries(remaining),
    ...Object.fromEntries(due.map((r) => [r.cluster, at.toISOString()])),
  });
  // One topic accepted the reminder. The failure of another is reported, and not repeated with every sweep.
  if (refused !== undefined) throw refused;
  return true;
}

/** Hours between reminders, unless the plan sets them. */
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
  const { topics, refuse } = countRefusals(work.topics);
  const reminding = { every: hours, knownMs: longestKnownMs(work.plan.schedule) };
  const limit = pLimit(remindersAtOnce);
  const remind = async (place: RegionKey): Promise<void> => {
    if (!isPlanned(place, work.plan) || refuse()) return;
    try {
      if (await remindOf(place, reminding, { ...work, topics: { ...work.topics, ...topics } })) sent += 1;
    } catch (error) {
      failed.push(
        new Error(`No reminder could be sent for ${partitionOf(place).replace('#', '/')}: ${messageOf(error)}`, { cause: error }),
      );
    }
  };
  const since = new Date(work.now().getTime() - hours * hour).toISOString();
  for await (const places of blockedPlaces(work.inventory, since)) await Promise.all(places.map((place) => limit(remind, place)));
  return { sent, failed };
}
