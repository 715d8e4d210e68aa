/** Names and regions of the stacks, in a module of their own that loads no CDK. */
import type { Plan } from '../../shared/core/plan/plan.ts';
import { forwardingRegions, mayBeEnabled } from './change-rules.ts';

export const stackNames = {
  audit: 'HyperPodAuditor',
  member: 'HyperPodAuditorMember',
  events: (region: string) => `HyperPodAuditorEvents-${region}`,
} as const;

/**
 * The stacks of a plan that go into the auditor's own account: all but the member's, which other accounts take. Where it
 * is known which regions are `enabled`, in those alone.
 */
export const stacksOf = (
  plan: Pick<Plan, 'regions' | 'clusters'>,
  home: string,
  enabled?: readonly string[],
): readonly { readonly name: string; readonly region: string }[] => [
  { name: stackNames.audit, region: home },
  ...forwardingRegions(plan, home, enabled).map((region) => ({ name: stackNames.events(region), region })),
];

/** Regions of a plan that have no stack until they are enabled. */
export const leftOut = (plan: Pick<Plan, 'regions' | 'clusters'>, home: string, enabled?: readonly string[]): readonly string[] =>
  forwardingRegions(plan, home).filter((region) => !mayBeEnabled(enabled)(region));
