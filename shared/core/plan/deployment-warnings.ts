/** What the settings of a deployment show to be unintended although they are accepted. Pure. */
import type { Plan } from './plan.ts';
import type { PlanWarning } from './plan-warning.ts';
import { globalEventsRegion, regionsOf } from './regions.ts';

export function deploymentWarnings(plan: Plan): readonly PlanWarning[] {
  const { deployment } = plan;
  if (deployment?.globalEvents !== false || !regionsOf(plan)?.includes(globalEventsRegion)) return [];
  const message = `expected a plan without ${globalEventsRegion} for globalEvents false, got ${globalEventsRegion} among its regions. It has no effect: changes are forwarded from every region of the plan.`;
  return [{ code: 'no-effect', message, path: ['deployment', 'globalEvents'] }];
}
