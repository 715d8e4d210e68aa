/** The regions with clusters to remind of, by the inventory, the last audits and the last reminders. */
import pLimit from 'p-limit';
import type { RegionKey } from '../aws/findings/keys.ts';
import type { Reminders } from '../aws/findings/markers.ts';
import type { AuditSummary } from '../aws/findings/port.ts';
import { longestGapMinutes } from '../core/events/schedule.ts';
import type { ReadinessRecord } from '../core/history/log.ts';
import type { Plan } from '../core/plan/plan.ts';
import { regionsOf } from '../core/plan/regions.ts';
import { count } from '../core/render/words.ts';
import type { DispatchWork } from './dispatch-work.ts';
import { clockToleranceMs } from './perform-audit.ts';
import { messageOf } from './run-all.ts';

const minute = 60_000;
const hour = 60 * minute;
const regionsAtOnce = 1000;
/** Regions whose last audits and reminders are read with one call. */
const batch = 100;
const batchesAtOnce = 5;

export interface ReminderWork extends Pick<DispatchWork, 'plan' | 'now' | 'status' | 'inventory'> {
  readonly table: Pick<DispatchWork['table'], 'summaries' | 'currentState' | 'sent' | 'waiting'>;
  readonly marks: Pick<DispatchWork['marks'], 'reminded' | 'saveReminded'>;
  readonly topics: Pick<DispatchWork['topics'], 'publish' | 'names'>;
  /** Whether the rest is to be left to the next sweep. */
  readonly isTimeUp: () => boolean;
}

/** Regions with a cluster that has been BLOCKED since before `since`, by the inventory, in which a region is one small item. */
async function* blockedPlaces(reader: ReminderWork['inventory'], since: string): AsyncIterable<readonly RegionKey[]> {
  let after: string | undefined;
  do {
    const page = await reader.regions(undefined, after, regionsAtOnce);
    yield page.items.flatMap(({ value: { account, region, clusters } }) =>
      clusters.some((c) => c.state === 'BLOCKED' && c.since <= since) ? [{ account, region }] : [],
    );
    after = page.end;
  } while (after !== undefined);
}

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
export interface ReminderCandidate {
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
function candidateOf(
  place: RegionKey,
  summary: AuditSummary | undefined,
  reminded: Reminders,
  { every, knownMs, at }: ReminderPolicy & { readonly at: Date },
): ReminderCandidate | undefined {
  const blocked = (summary?.readiness ?? []).filter((r) => r.state === 'BLOCKED');
  if (!summary || blocked.length === 0 || at.getTime() - Date.parse(summary.factsAt) > knownMs) return undefined;
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

/** Every place to remind of, by the last audits and reminders. `every`: hours. `undefined`: time was up before all were read. */
export async function readCandidates(
  every: number,
  work: ReminderWork,
  failed: unknown[],
): Promise<readonly ReminderCandidate[] | undefined> {
  const { table, marks, plan, inventory, now } = work;
  const policy = { every, knownMs: longestKnownMs(plan.schedule) };
  const limit = pLimit(batchesAtOnce);
  const candidates: ReminderCandidate[] = [];
  const read = async (places: readonly RegionKey[]): Promise<void> => {
    try {
      const [summaries, reminded] = await Promise.all([table.summaries(places), marks.reminded(places)]);
      const at = now();
      candidates.push(...places.flatMap((place, n) => candidateOf(place, summaries[n], reminded[n] ?? {}, { ...policy, at }) ?? []));
    } catch (error) {
      failed.push(new Error(`No reminder could be sent for ${count(places.length, 'region')}: ${messageOf(error)}`, { cause: error }));
    }
  };
  const since = new Date(now().getTime() - (every / 2) * hour).toISOString();
  for await (const places of blockedPlaces(inventory, since)) {
    if (work.isTimeUp()) return undefined;
    const planned = places.filter((place) => isPlanned(place, plan));
    const batches = Array.from({ length: Math.ceil(planned.length / batch) }, (_, n) => planned.slice(n * batch, (n + 1) * batch));
    await Promise.all(batches.map((some) => limit(read, some)));
  }
  return candidates;
}
