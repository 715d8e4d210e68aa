/** Invoked once a week: publishes the status over all regions, which also shows that the auditor is running. */
import { defaultSettings } from '../../shared/aws/client/settings.ts';
import { digestOf } from '../../shared/core/alerts/alert-digest.ts';
import { loggedWarnings, withoutFile } from '../../shared/core/plan/plan-warning.ts';
import { planWarnings } from '../../shared/core/plan/plan-warnings.ts';
import { collectStatus } from '../../shared/workflows/collect-status.ts';
import { lastKnownPlaces } from '../../shared/workflows/known-places.ts';
import { perHourOf, publishWithin } from '../../shared/workflows/message-limit.ts';
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
  const digest = digestOf({ account: home.account, region: home.region, ...report, warnings, status });
  // Lambda calls again, when some of the hour's messages have become older than that.
  if (!(await publishWithin(digest, 'digest', { ...work, sent: work.table.sent })))
    throw new Error(`The digest would be more than ${perHourOf(work.plan)} messages in an hour (alerts.perHour).`);
  log('digest', {
    places: places.length,
    late: report.standings.filter((s) => s.late).length,
    open: report.open,
    ...loggedWarnings(warnings),
  });
});
