/** Invoked by the schedule, by a sweep every five minutes, and by changes in the account. */
import { runAll } from '../../shared/workflows/run-all.ts';
import { dispatchEvent } from '../runtime/events.ts';
import { lambda } from '../runtime/middleware.ts';
import { again, change, reminders, routes, schedule, sweep, watch } from './actions.ts';

export const handler = lambda('dispatch', dispatchEvent, async (event, tools) => {
  if (event.kind === 'change') return change(event.change, tools);
  // A schedule that also swept would meet the sweep of the same minute, and both would publish the same commits.
  if (event.kind === 'schedule') return schedule(event.at, tools);
  const others = [again, sweep, reminders, routes].map((action) => () => action(tools));
  const actions = [() => schedule(undefined, tools), ...others, () => watch(event.at, tools)];
  await runAll('the sweep did not get everything done', ...actions);
});
