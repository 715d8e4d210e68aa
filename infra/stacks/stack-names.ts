/** Names and regions of the stacks, in a module of their own that loads no CDK. */
import { deploymentName, type Plan } from '../../shared/core/plan/plan.ts';
import { regionsOf } from '../../shared/core/plan/regions.ts';
import { type ForwardingPlan, forwardingRegions, globalRegions, mayBeEnabled } from './change-rules.ts';

export interface StackNames {
  readonly audit: string;
  readonly member: string;
  readonly events: (region: string) => string;
}

/** Two deployments in an account differ by their names. */
export function stackNamesOf(plan: Pick<Plan, 'deployment'>): StackNames {
  const name = deploymentName(plan);
  return { audit: name, member: `${name}Member`, events: (region) => `${name}Events-${region}` };
}

/** Those of a plan without a name. */
export const stackNames = stackNamesOf({});

/** Name of the event bus, and of the configurations of chats. Under the default name it is spelled otherwise. */
export const busNameOf = (plan: Pick<Plan, 'deployment'>): string =>
  deploymentName(plan) === deploymentName({}) ? 'hyperpod-auditor' : deploymentName(plan);

/**
 * The stacks of a plan that go into the auditor's own account: all but the member's, which other accounts take. Where it
 * is known which regions are `enabled`, in those alone.
 */
export const stacksOf = (
  plan: ForwardingPlan,
  home: string,
  enabled?: readonly string[],
): readonly { readonly name: string; readonly region: string }[] => [
  { name: stackNamesOf(plan).audit, region: home },
  ...forwardingRegions(plan, home, enabled).map((region) => ({ name: stackNamesOf(plan).events(region), region })),
];

/** Regions of a plan that have no stack until they are enabled. */
export const leftOut = (plan: ForwardingPlan, home: string, enabled?: readonly string[]): readonly string[] =>
  forwardingRegions(plan, home).filter((region) => !mayBeEnabled(enabled)(region));

/** Regions that the member stack goes into. */
export const memberRegions = (plan: ForwardingPlan, home: string): readonly string[] => [
  ...new Set([...(regionsOf(plan) ?? [home]), ...globalRegions(plan)]),
];

/** The one of them in which the role is made, which is there for every region of an account. */
export function roleRegion(plan: ForwardingPlan, home?: string): string | undefined {
  const regions = regionsOf(plan) ?? [];
  const [region] = [...globalRegions(plan), ...(home !== undefined && regions.includes(home) ? [home] : []), ...regions];
  return region ?? home;
}

/** Those that a stack set can go into: CloudFormation takes no others than are enabled in the account it is made in. */
export const stackSetRegions = (plan: ForwardingPlan, home: string, enabled?: readonly string[]): readonly string[] =>
  memberRegions(plan, home).filter(mayBeEnabled(enabled));
