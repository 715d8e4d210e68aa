/** Woken by the schedule, by a sweep every ten minutes, and by changes in the account. */
import { auditBus } from '../../shared/aws/audit-bus.ts';
import { auditQueue } from '../../shared/aws/audit-queue.ts';
import { defaultSettings } from '../../shared/aws/settings.ts';
import { allWays, lookAtRoutes, noteChange, remind, Several, scheduledRequests, tellPending } from '../../shared/dispatch.ts';
import { placesOfChange, plannedPlaces } from '../../shared/places.ts';
import { onceFor } from '../environment.ts';
import { dispatchEvent } from '../events.ts';
import { lambda, type Tools } from '../middleware.ts';
import { now, tablesOf, topicsOf } from '../wiring.ts';

const wired = onceFor((environment) => {
  const webhookFunction = environment.optional('WEBHOOK_FUNCTION_ARN');
  return {
    ...tablesOf(environment),
    plan: environment.plan.plan,
    topics: topicsOf(environment),
    bus: auditBus(environment.of('EVENT_BUS_NAME')),
    queue: auditQueue(environment.of('AUDIT_QUEUE_URL')),
    now,
    ...(webhookFunction !== undefined && { webhookFunction }),
  };
});

async function schedule(at: string, { home, log, metrics }: Tools): Promise<void> {
  const { plan, bus } = wired();
  const requests = scheduledRequests(await plannedPlaces(plan, home, defaultSettings), at, plan.schedule);
  await bus.put(requests);
  log('audits requested', { at, audits: requests.length });
  metrics({ AuditsRequested: requests.length });
}

async function sweep({ log, metrics }: Tools): Promise<void> {
  const work = wired();
  const { failed, ...swept } = await tellPending(work);
  log('pending alerts', { ...swept });
  metrics({ PendingCommits: swept.pending, PendingSeconds: swept.oldestSeconds, AlertsPublished: swept.told });
  if (failed.length > 0) throw new Several(failed, 'Some alerts could not be told');
}

async function reminders({ log, metrics }: Tools): Promise<void> {
  const { sent, failed } = await remind(wired());
  if (sent > 0) log('reminded', { messages: sent });
  if (sent > 0) metrics({ AlertsPublished: sent });
  if (failed.length > 0) throw new Several(failed, 'Some reminders could not be sent');
}

async function routes({ log, metrics }: Tools): Promise<void> {
  const { broken, looked } = await lookAtRoutes(wired());
  if (looked && broken.length > 0) log('alerts reach nobody', { broken });
  metrics({ RoutesBroken: broken.length });
}

export const handler = lambda('dispatch', dispatchEvent, async (event, tools) => {
  if (event.kind === 'change') {
    const { change } = event;
    const { plan } = wired();
    const asked = await noteChange(change, await placesOfChange(change, plan, tools.home, defaultSettings), wired());
    tools.log('change', { account: change.account, region: change.region, what: change.what, at: change.at, audits: asked });
    return;
  }
  // A schedule that also swept would meet the sweep of the same minute, and both would tell the same commits.
  if (event.kind === 'schedule') return schedule(event.at, tools);
  await allWays('the sweep did not get everything done', ...[sweep, reminders, routes].map((way) => () => way(tools)));
});
