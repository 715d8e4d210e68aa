/** Invoked once a week: publishes the status over all regions, which also shows that the auditor is running. */
import { defaultSettings } from '../../shared/aws/client/settings.ts';
import { digestOf } from '../../shared/core/alerts/alert-digest.ts';
import { loggedWarnings, withoutFile } from '../../shared/core/plan/plan-warning.ts';
import { planWarnings } from '../../shared/core/plan/plan-warnings.ts';
import { collectStatus } from '../../shared/workflows/collect-status.ts';
import { lastKnownPlaces } from '../../shared/workflows/known-places.ts';
import { onceFor } from '../runtime/environment.ts';
import { digestEvent } from '../runtime/events.ts';
import { lambda } from '../runtime/middleware.ts';
import { now, statusOf, tablesOf, topicsOf } from '../runtime/wiring.ts';

const wired = onceFor((environment) => ({
  ...tablesOf(environment),
  topics: topicsOf(environment),
  plan: environment.plan.plan,
  now,
  stack: environment.of('STACK_NAME'),
}));

export const handler = lambda('digest', digestEvent, async (_, { home, log }) => {
  const work = wired();
  const places = await lastKnownPlaces({ ...work.items, plan: work.plan, home, settings: defaultSettings });
  const report = await collectStatus(places, work);
  const warnings = planWarnings(work.plan, report.at).map(withoutFile);
  const status = statusOf(work.stack, home);
  await work.topics.publish(digestOf({ account: home.account, region: home.region, ...report, warnings, status }));
  log('digest', {
    places: places.length,
    late: report.standings.filter((s) => s.late).length,
    open: report.open,
    ...loggedWarnings(warnings),
  });
});
