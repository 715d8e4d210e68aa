/** Stacks as they are synthesised, from plans written by their difference from the empty one. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { addStacks, newApp, type StackOptions, stackNames } from '../../infra/app.ts';
import { type FunctionName, functionNames } from '../../infra/stacks/functions.ts';
import { emptyPlan, type Plan } from '../../shared/core/plan/plan.ts';

// CDK's own validation takes seconds a template; `npm run synth` has it.
process.env.CDK_VALIDATION = 'false';

export const home = { account: '111122223333', region: 'us-west-2' } as const;

/** A plan in which everything that can be deployed is asked for. */
export const fullPlan: Plan = {
  ...emptyPlan,
  regions: ['us-west-2', 'us-east-2'],
  accounts: ['111122223333', '444455556666'],
  auditRole: { externalId: 'audit-7f3a' },
  alerts: {
    email: ['ml-platform@example.com', 'on-call@example.com'],
    slack: { workspace: 'T0123ABCD', channel: 'C0456EFGH' },
    teams: {
      tenant: 'a1b2c3d4-1111-4222-8333-0123456789ab',
      team: 'e5f6a7b8-1111-4222-8333-0123456789ab',
      channel: '19:b6ef35dc342d56ba5654e6fc6d25a071@thread.tacv2',
    },
    securityHub: true,
    events: true,
    subscribers: ['555566667777'],
    webhookSecret: 'arn:aws:secretsmanager:us-west-2:111122223333:secret:chat-hook-AbCdEf',
    pagerDutySecret: 'arn:aws:secretsmanager:us-west-2:111122223333:secret:pagerduty-AbCdEf',
    jiraSecret: 'arn:aws:secretsmanager:us-west-2:111122223333:secret:jira-AbCdEf',
  },
  deployment: {
    kmsKey: 'arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
    permissionsBoundary: 'arn:aws:iam::111122223333:policy/Boundary',
    tags: { 'cost-center': 'ml' },
    vpc: { subnets: ['subnet-0a1b2c3d', 'subnet-0a1b2c3e'], securityGroups: ['sg-0a1b2c3d'] },
  },
};

/** Folders that stand for bundles: what is in them does not matter to a template. */
function standIns(): StackOptions['bundles'] {
  const dir = mkdtempSync(join(tmpdir(), 'bundles-'));
  writeFileSync(join(dir, 'handler.mjs'), 'export const handler = async () => {};\n');
  return Object.fromEntries(functionNames.map((name) => [name, dir])) as { readonly [name in FunctionName]: string };
}
const bundles = standIns();

export function appOf(plan: Partial<Plan>, more: Partial<StackOptions> = {}): App {
  const app = newApp();
  addStacks(app, { plan: { ...emptyPlan, ...plan }, bundles, home, ...more });
  return app;
}

export interface Resource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: templates are JSON whose shape is CloudFormation's.
  readonly Properties: any;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly Condition?: string;
}

export interface Stack {
  readonly template: Template;
  readonly resources: { readonly [id: string]: Resource };
  /** Resources of a type, by logical id. */
  readonly of: (type: string) => readonly (Resource & { readonly id: string })[];
  /** The one resource of a type whose logical id begins so. */
  readonly one: (type: string, id?: string) => Resource & { readonly id: string };
}

export function stackOf(app: App, name: string = stackNames.audit): Stack {
  const template = Template.fromJSON(app.synth().getStackByName(name).template);
  const resources: Stack['resources'] = template.toJSON().Resources;
  const of: Stack['of'] = (type) =>
    Object.entries(resources)
      .filter(([, r]) => r.Type === type)
      .map(([id, r]) => ({ id, ...r }));
  return {
    template,
    resources,
    of,
    one: (type, id = '') => {
      const found = of(type).filter((r) => r.id.startsWith(id));
      const [first] = found;
      if (!first || found.length > 1) throw new Error(`${found.length} resources of ${type} begin with "${id}".`);
      return first;
    },
  };
}

export const stack = (plan: Partial<Plan>, more: Partial<StackOptions> = {}): Stack => stackOf(appOf(plan, more));

const title = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
export const functionOf = (of: Stack, name: FunctionName) => of.one('AWS::Lambda::Function', `${title(name)}Function`);
export const roleOf = (of: Stack, name: FunctionName) => of.one('AWS::IAM::Role', `${title(name)}Role`);
