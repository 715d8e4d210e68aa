/** Roles are held to resources wherever AWS knows any: a bare `*` is for actions that have none. */
import { expect, test } from 'vitest';
import { kindsFor } from '../aws/policies/iam-resources.ts';
import { everything } from '../aws/world.ts';
import { appOf, fullPlan, home } from './world.ts';

/** The actions that policies of roles allow on everything, wherever in a template they stand. */
function onEverything(part: unknown): readonly string[] {
  if (typeof part !== 'object' || part === null) return [];
  const { Effect, Action, Resource, Principal } = part as Readonly<Record<string, unknown>>;
  // Policies of resources name who may; theirs are of that resource alone.
  const wide = Effect === 'Allow' && Principal === undefined && [Resource].flat().includes('*');
  return [...(wide ? [Action].flat().map(String) : []), ...Object.values(part).flatMap(onEverything)];
}

test.each([
  ['that asks for everything', { ...fullPlan, clusters: everything.clusters }],
  ['of an organization', { ...fullPlan, clusters: everything.clusters, accounts: 'organization' }],
] as const)('in the stacks of a plan %s', async (_, plan) => {
  const { stacks } = appOf(plan, { home }).synth();
  const wide = [...new Set(stacks.flatMap((s) => onEverything(s.template)))];
  expect(wide.length).toBeGreaterThan(10);
  // AWS lists composite alarms only for a grant on all: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
  for (const action of wide.filter((a) => a !== 'cloudwatch:DescribeAlarms')) expect(await kindsFor(action), action).toEqual([]);
});
