/** Reminders of clusters that stay BLOCKED. */
import { partitionOf, type RegionKey } from '../aws/findings/keys.ts';
import { reminderOf } from '../core/alerts/alert-reminder.ts';
import { longestGapMinutes } from '../core/events/schedule.ts';
import type { FindingRecord, ReadinessRecord } from '../core/history/log.ts';
import type { Plan } from '../core/plan/plan.ts';
import { regionsOf } from '../core/plan/regions.ts';
import type { DispatchWork } from './dispatch-work.ts';
import { clockToleranceMs } from './perform-audit.ts';
import { messageOf } from './run-all.ts';
import { countRefusals, isPartial } from './topic-refusals.ts';

const minute = 60_000;
const hour = 60 * minute;

/** Regions with a required failure that is not muted: only there can a cluster be BLOCKED and need a reminder. */
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

/** A state older than this is no longer certain; other notifications report that audits stopped. */
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
  const due = blocked.filter((r) => isDue(r) && failures.some(concerns(r)));
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
  for (const records of (await openPlaces(work.table)).values()) {
    const [first] = records;
    if (!first || !isPlanned(first, work.plan) || refuse()) continue;
    const { account, region } = first;
    try {
      if (await remindOf({ account, region }, records, reminding, { ...work, topics: { ...work.topics, ...topics } })) sent += 1;
    } catch (error) {
      failed.push(new Error(`No reminder could be sent for ${account}/${region}: ${messageOf(error)}`, { cause: error }));
    }
  }
  return { sent, failed };
}
