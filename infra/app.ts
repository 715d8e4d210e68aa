/**
 * The CDK app: reads the plan, bundles the functions, and puts the stacks together. Run by the scripts of package.json
 * (`cdk --app "node infra/app.ts"`). Context: `plan` (a file; default infra/plan.yaml), `emulator` (true: without what
 * the emulator does not support).
 */
import { App, Stack, Validations } from 'aws-cdk-lib';
import flags from 'aws-cdk-lib/recommended-feature-flags.json' with { type: 'json' };
import { AwsSolutionsChecks } from 'cdk-nag';
import { NoResultError, noResult } from '../functions/process/exit.ts';
import { packageRoot, version } from '../functions/process/package.ts';
import { readPlan } from '../functions/process/plan-file.ts';
import type { IndexSet } from '../shared/aws/findings/index-steps.ts';
import type { Plan } from '../shared/core/plan/plan.ts';
import { buildFunctions } from './build/build.ts';
import { assertFreshRules } from './docs/rules.ts';
import { AuditStack } from './stacks/audit.stack.ts';
import { forwardingRegions } from './stacks/change-rules.ts';
import { acknowledgeDeviations, packs } from './stacks/deviations.ts';
import { EventsStack } from './stacks/events.stack.ts';
import type { FunctionName } from './stacks/functions.ts';
import { MemberStack } from './stacks/member.stack.ts';
import { limitPolicies } from './stacks/policy-limits.ts';
import { stackNames, stackNamesOf } from './stacks/stack-names.ts';

export { stackNames };

/** An app with what CDK recommends to new ones, so that no later version decides otherwise. */
export const newApp = (outdir?: string): App => new App({ context: flags, outdir });

export interface StackOptions {
  readonly plan: Plan;
  readonly bundles: { readonly [name in FunctionName]: string };
  /** Where it will be deployed, as far as that is known: absent, the stacks fit every account and region. */
  readonly home?: { readonly account: string; readonly region: string };
  /** Regions enabled there; absent: not known, so there are stacks for all. */
  readonly enabled?: readonly string[];
  readonly emulator?: boolean;
  /** The audit stack does not exist so far. */
  readonly firstDeployment?: boolean;
  /** Indexes of the findings table where they are not yet those of this version. */
  readonly indexes?: IndexSet;
}

/** All stacks of a plan. The member's is there for other accounts to take; it is not deployed with the rest. */
export function addStacks(app: App, { plan, bundles, home, enabled, emulator = false, firstDeployment, indexes }: StackOptions): void {
  const names = stackNamesOf(plan);
  const audit = new AuditStack(app, names.audit, { plan, version, bundles, emulator, firstDeployment, indexes, env: home });
  // The emulator forwards nothing from one region to another.
  if (home && !emulator)
    for (const region of forwardingRegions(plan, home.region, enabled))
      new EventsStack(app, names.events(region), {
        plan,
        home: home.region,
        region,
        env: { account: home.account, region },
      }).addStackDependency(audit);
  if (plan.accounts !== undefined) new MemberStack(app, names.member, { plan, home: home?.region });
  for (const stack of app.node.children) if (Stack.isStack(stack)) limitPolicies(stack);
  acknowledgeDeviations(app, plan);
}

/** Bundles the functions, adds every stack of a plan to the app, and has cdk-nag check them. */
export async function addCheckedStacks(app: App, options: Omit<StackOptions, 'bundles'>, bundles?: string): Promise<void> {
  await assertFreshRules(packageRoot);
  addStacks(app, { ...options, bundles: await buildFunctions(options.plan, bundles) });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), ...Object.values(packs).map((Pack) => new Pack(app)));
}

async function main(): Promise<void> {
  const app = newApp();
  const file: unknown = app.node.tryGetContext('plan');
  const { plan } = readPlan(typeof file === 'string' ? file : undefined);
  const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region } = process.env;
  await addCheckedStacks(app, {
    plan,
    ...(account && region && { home: { account, region } }),
    emulator: String(app.node.tryGetContext('emulator')) === 'true',
  });
  app.synth();
}

if (import.meta.main) {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof NoResultError)) throw error;
    process.stderr.write(`hyperpod-auditor: ${error.message}\n`);
    process.exitCode = noResult;
  }
}
