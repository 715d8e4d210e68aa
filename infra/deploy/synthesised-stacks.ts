/** Stacks of a plan, synthesised in this process: what is shown is what is deployed. */
import { statSync } from 'node:fs';
import { relative } from 'node:path';
import type { IndexSet } from '../../shared/aws/findings/index-steps.ts';
import type { Plan } from '../../shared/core/plan/plan.ts';
import { addCheckedStacks, newApp } from '../app.ts';
import { stackNamesOf } from '../stacks/stack-names.ts';
import { root } from './cdk.ts';
import type { SynthesisedStack } from './deploy-screen.ts';

export interface Assembly {
  /** Those that go into this account. */
  readonly stacks: readonly SynthesisedStack[];
  /** The member stack's template as a path from the repository, where the plan has other accounts. */
  readonly memberTemplate?: string;
  /** Its length. */
  readonly templateBytes?: number;
}

export interface SynthesisOptions {
  readonly home: { readonly account: string; readonly region: string };
  /** Regions enabled there; absent: not known. */
  readonly enabled?: readonly string[];
  /** The audit stack does not exist so far. */
  readonly firstDeployment?: boolean;
  /** Indexes of the findings table where they are not yet those of this version. */
  readonly indexes?: IndexSet;
  readonly folder: string;
  /** Where bundles go; absent: where `npm run build` has them. */
  readonly bundles?: string;
  /** Hold the templates against the rules of CDK and cdk-nag too, which takes seconds: for what is really deployed. */
  readonly checked: boolean;
}

/** Bundles the functions and writes the templates into `folder`. */
export async function synthesise(
  plan: Plan,
  { home, enabled, firstDeployment, indexes, folder, bundles, checked }: SynthesisOptions,
): Promise<Assembly> {
  process.env.JSII_DEPRECATED ??= 'quiet';
  if (!checked) process.env.CDK_VALIDATION = 'false';
  const app = newApp(folder);
  await addCheckedStacks(app, { plan, home, enabled, firstDeployment, indexes }, bundles);
  const { stacks } = app.synth();
  const member = stacks.find((s) => s.stackName === stackNamesOf(plan).member);
  return {
    stacks: stacks
      .filter((s) => s !== member)
      .map((s) => ({
        name: s.stackName,
        region: s.environment.region,
        template: s.template,
        warnings: s.messages.filter((m) => m.level === 'warning').map((m) => String(m.entry.data)),
      })),
    ...(member && { memberTemplate: relative(root, member.templateFullPath), templateBytes: statSync(member.templateFullPath).size }),
  };
}
