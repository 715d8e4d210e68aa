/** What dispatch does: requests audits at a scheduled time and after a change, publishes pending alerts, checks their routes, and counts regions whose audits have stopped. */

import { defaultSettings } from '../../shared/aws/client/settings.ts';
import { inventoryReader } from '../../shared/aws/findings/inventory-reader.ts';
import { scheduledRuns } from '../../shared/aws/findings/scheduled-runs.ts';
import { usedResourcesTable } from '../../shared/aws/findings/used-resources.ts';
import { auditQueue } from '../../shared/aws/messaging/audit-queue.ts';
import type { ChangeEvent } from '../../shared/core/events/change-events.ts';
import { affectedPlaces, type DeploymentAccount, placesOfChange } from '../../shared/workflows/audited-regions.ts';
import { checkRoutes } from '../../shared/workflows/check-routes.ts';
import { deliverPending } from '../../shared/workflows/deliver-pending.ts';
import { type KnownPlaces, knownPlaces } from '../../shared/workflows/known-places.ts';
import { lateRegions } from '../../shared/workflows/late-regions.ts';
import { recordChange, requestAgain, requestScheduled } from '../../shared/workflows/request-audits.ts';
import { CombinedError } from '../../shared/workflows/run-all.ts';
import { sendReminders } from '../../shared/workflows/send-reminders.ts';
import { onceFor } from '../runtime/environment.ts';
import type { FunctionTools } from '../runtime/middleware.ts';
import { now, statusOf, tablesOf, topicsOf } from '../runtime/wiring.ts';

/** Of more, the command `readiness` has all. */
const shownPlaces = 20;

const wired = onceFor((environment) => {
  const webhookFunction = environment.optional('WEBHOOK_FUNCTION_ARN');
  const tables = tablesOf(environment);
  return {
    ...tables,
    runs: scheduledRuns(tables.items),
    inventory: inventoryReader(tables.items),
    ...environment.plan,
    uses: usedResourcesTable(tables.items),
    topics: topicsOf(environment),
    queue: auditQueue(environment.of('AUDIT_QUEUE_URL')),
    now,
    stack: environment.of('STACK_NAME'),
    webhookFunction,
  };
});

/** The same with the command in alerts that asks this deployment for current readiness. */
function publishing(home: DeploymentAccount) {
  const { stack, ...work } = wired();
  return { ...work, status: statusOf(stack, home) };
}

/** What is left when the other actions of a sweep, and a chunk of requests that has begun, still have their time. */
const reservedMs = 60_000;

const knownFor = new WeakMap<FunctionTools, Promise<KnownPlaces>>();

/** The accounts and regions of the plan, once for all actions of an invocation. */
function placesFor(tools: FunctionTools): Promise<KnownPlaces> {
  const work = wired();
  const known = knownFor.get(tools) ?? knownPlaces({ ...work, ...work.items, home: tools.home, settings: defaultSettings });
  knownFor.set(tools, known);
  return known;
}

/** Requests what is due of scheduled runs. `at`: the time of a run that begins. */
export async function schedule(at: string | undefined, tools: FunctionTools): Promise<void> {
  const { log, remainingMs } = tools;
  const work = wired();
  let outdated: unknown;
  const places = async () => {
    const known = await placesFor(tools);
    outdated = known.outdated;
    return known.places;
  };
  const audits = await requestScheduled({ ...work, places, isTimeUp: () => remainingMs() < reservedMs }, at);
  if (audits > 0) log('audits requested', { at, audits });
  // The accounts and regions that were known are audited all the same.
  if (outdated !== undefined) throw new Error('New accounts and regions may be missing from audits', { cause: outdated });
}

/** Requests the audits of changed places that an audit came too early for. */
export async function again({ log, remainingMs }: FunctionTools): Promise<void> {
  const audits = await requestAgain({ ...wired(), isTimeUp: () => remainingMs() < reservedMs });
  if (audits === 0) return;
  log('audits requested again', { audits });
}

export async function sweep({ home, log, metrics }: FunctionTools): Promise<void> {
  const work = publishing(home);
  const { failed, ...swept } = await deliverPending(work);
  log('pending alerts', { ...swept });
  metrics({ PendingSeconds: swept.oldestSeconds }, { PendingCommits: swept.pending });
  if (failed.length > 0) throw new CombinedError(failed, 'Some alerts could not be published');
}

export async function reminders({ home, log, remainingMs }: FunctionTools): Promise<void> {
  const { sent, failed } = await sendReminders({ ...publishing(home), isTimeUp: () => remainingMs() < reservedMs });
  if (sent > 0) log('reminded', { messages: sent });
  if (failed.length > 0) throw new CombinedError(failed, 'Some reminders could not be sent');
}

export async function routes({ home, log, metrics }: FunctionTools): Promise<void> {
  const { broken, isNew } = await checkRoutes(publishing(home));
  if (isNew && broken.length > 0) log('alert routes are broken', { broken });
  metrics({ RoutesBroken: broken.length });
}

export async function watch(at: string, tools: FunctionTools): Promise<void> {
  const { home, log, metrics } = tools;
  const late = await lateRegions(at, { ...wired(), home, places: async () => (await placesFor(tools)).places });
  if (late.length > 0) log('audits have stopped', { late: late.length, places: late.slice(0, shownPlaces) });
  metrics({ RegionsLate: late.length });
}

export async function change(event: ChangeEvent, { home, log }: FunctionTools): Promise<void> {
  const { account, region, what, at, trigger } = event;
  const work = wired();
  const places = await affectedPlaces(event, await placesOfChange(event, work.plan, home, defaultSettings), work);
  const audits = await recordChange(event, places, work);
  log('change', { account, region, what, actor: trigger?.actor, at, audits });
}
