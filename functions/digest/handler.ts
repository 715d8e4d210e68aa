/** Woken once a week: says how things stand, and that the auditor lives. */
import { defaultSettings } from '../../shared/aws/settings.ts';
import { loggedWarnings, planWarnings, withoutFile } from '../../shared/core/plan-warnings.ts';
import { digestOf } from '../../shared/core/render/alert-digest.ts';
import { plannedPlaces } from '../../shared/places.ts';
import { standingOf } from '../../shared/standing.ts';
import { onceFor } from '../environment.ts';
import { digestEvent } from '../events.ts';
import { lambda } from '../middleware.ts';
import { now, statusOf, tablesOf, topicsOf } from '../wiring.ts';

const wired = onceFor((environment) => ({
  ...tablesOf(environment),
  topics: topicsOf(environment),
  plan: environment.plan.plan,
  now,
  stack: environment.of('STACK_NAME'),
}));

export const handler = lambda('digest', digestEvent, async (_, { home, log, metrics }) => {
  const work = wired();
  const places = await plannedPlaces(work.plan, home, defaultSettings);
  const standing = await standingOf(places, work);
  const warnings = planWarnings(work.plan, standing.at).map(withoutFile);
  const status = statusOf(work.stack, home);
  await work.topics.publish(digestOf({ account: home.account, region: home.region, ...standing, warnings, status }));
  log('digest', {
    places: places.length,
    late: standing.standings.filter((s) => s.late).length,
    open: standing.open,
    ...loggedWarnings(warnings),
  });
  metrics({ AlertsPublished: 1 });
});
