/** What AWS takes no more of: the longest list of accounts that a plan may have fits the policies that come of it. */
import { Stack } from 'aws-cdk-lib';
import { CfnEventBusPolicy } from 'aws-cdk-lib/aws-events';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import { CfnTopicPolicy } from 'aws-cdk-lib/aws-sns';
import { CfnQueuePolicy } from 'aws-cdk-lib/aws-sqs';
import { expect, test } from 'vitest';
import { policyProblems, resourcePolicyLimits } from '../../infra/stacks/policy-limits.ts';
import { emptyPlan, type Plan } from '../../shared/core/plan/plan.ts';
import { mostAccounts } from '../../shared/plan/schema.ts';
import { everything } from '../aws/world.ts';
import { type Known, resolved } from './simulate.ts';
import { fullPlan, type Resource, stack } from './world.ts';

/** Characters of all inline policies of a role together, of a managed policy, and of the policy of an event bus. */
const most = { role: 10_240, managed: 6_144, bus: 10_240 };

/** The partition and the region with the longest names, and names as long as CloudFormation makes them. */
const at = 'ap-southeast-1:123456789012';
const suffix = `${'X'.repeat(40)}-${'X'.repeat(12)}`;
const known: Known = {
  'AWS::Partition': 'aws-us-gov',
  'AWS::AccountId': '123456789012',
  FindingsTable: `arn:aws-us-gov:dynamodb:${at}:table/HyperPodAuditor-${suffix}`,
  PublishedBus: 'HyperPodAuditor-published',
  RequestsBus: `arn:aws-us-gov:events:${at}:event-bus/hyperpod-auditor`,
  ...Object.fromEntries(
    ['AuditLogs', 'DispatchLogs', 'DigestLogs'].map((id) => [id, `arn:aws-us-gov:logs:${at}:log-group:HyperPodAuditor-${suffix}:*`]),
  ),
  ...Object.fromEntries(
    ['RequestsQueue', 'RequestsChanges', 'Undelivered', 'FailedCommits', 'Unimported'].map((id) => [
      id,
      `arn:aws-us-gov:sqs:${at}:HyperPodAuditor-${suffix}`,
    ]),
  ),
  ...Object.fromEntries(
    ['AlertsDriftAlerts', 'AlertsChatAlerts', 'OperationsTopic'].map((id) => [id, `arn:aws-us-gov:sns:${at}:HyperPodAuditor-${suffix}`]),
  ),
};

/** A part of a template with its references put in. */
function whole(part: unknown): unknown {
  if (typeof part !== 'object' || part === null) return part;
  if (Array.isArray(part)) return part.map(whole);
  if (Object.keys(part).some((key) => key === 'Ref' || key.startsWith('Fn::'))) return resolved(part, known);
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, whole(value)]));
}
const size = (part: unknown): number => JSON.stringify(whole(part)).length;

const sizeOfRole = ({ Properties }: Resource): number =>
  (Properties.Policies ?? []).reduce((sum: number, p: { PolicyDocument: object }) => sum + size(p.PolicyDocument), 0);

const accounts = Array.from({ length: mostAccounts }, (_, n) => String(100_000_000_000 + n));
const subscribers = Array.from({ length: 100 }, (_, n) => String(200_000_000_000 + n));
const auditRole = { name: 'R'.repeat(64), externalId: 'x'.repeat(1224) };
const { regions: _, ...anywhere } = fullPlan;
const plans: readonly (readonly [string, Plan])[] = [
  [
    'that asks for everything',
    { ...fullPlan, clusters: everything.clusters, accounts, auditRole, alerts: { ...fullPlan.alerts, subscribers } },
  ],
  ['that leaves the regions open', { ...anywhere, clusters: emptyPlan.clusters, accounts, auditRole }],
];

test.each(plans)(
  'as many accounts as a plan may list, in a plan %s, with room to spare for buckets and principals of the plan',
  (_name, plan) => {
    const made = stack(plan, { home: { account: '123456789012', region: 'ap-southeast-1' } });
    const roles = Object.fromEntries(made.of('AWS::IAM::Role').map((role) => [role.id, sizeOfRole(role)]));
    const bus = size(made.one('AWS::Events::EventBusPolicy', 'Requests').Properties.Statement);
    const managed = made.of('AWS::IAM::ManagedPolicy').map((p) => size(p.Properties.PolicyDocument));
    // Every account is in both.
    const all = Object.values(roles).concat(managed);
    expect(all.reduce((sum, characters) => sum + characters, 0)).toBeGreaterThan(100 * mostAccounts);
    expect(bus).toBeGreaterThan(35 * mostAccounts);
    for (const [id, characters] of Object.entries(roles)) expect(characters, id).toBeLessThanOrEqual(most.role);
    for (const characters of managed) expect(characters).toBeLessThanOrEqual(most.managed);
    // Of ten managed policies of a role.
    expect(managed.length).toBeLessThanOrEqual(5 * Object.keys(roles).length);
    for (const { id, Properties } of made.of('AWS::Events::EventBusPolicy'))
      expect(size(Properties.Statement), id).toBeLessThan(0.9 * most.bus);
  },
);

/** The policy of a resource with a text of so many characters in it. */
const policies: { readonly [of in keyof typeof resourcePolicyLimits]: (scope: Stack, text: string) => unknown } = {
  topic: (scope, Sid) => new CfnTopicPolicy(scope, 'P', { topics: ['t'], policyDocument: { Statement: [{ Sid }] } }),
  queue: (scope, Sid) => new CfnQueuePolicy(scope, 'P', { queues: ['q'], policyDocument: { Statement: [{ Sid }] } }),
  bus: (scope, Sid) => new CfnEventBusPolicy(scope, 'P', { statementId: 's', statement: { Sid } }),
  function: (scope, principal) => new CfnPermission(scope, 'P', { action: 'lambda:InvokeFunctionUrl', functionName: 'f', principal }),
};

test.each(Object.entries(resourcePolicyLimits) as [keyof typeof policies, number][])(
  'the policy of a %s of %i characters is synthesised, and one of a character more is not',
  (of, limit) => {
    const problems = (characters: number) => {
      const made = new Stack();
      policies[of](made, 'x'.repeat(characters));
      return policyProblems(made);
    };
    const sizeOf = (characters: number) => Number(/up to (\d+) characters/.exec(problems(characters)[0] ?? '')?.[1]);
    const rest = sizeOf(limit + 1) - (limit + 1);
    expect(rest).toBeGreaterThan(5);
    expect(problems(limit - rest)).toEqual([]);
    expect(problems(limit - rest + 1)).toEqual([
      expect.stringMatching(new RegExp(`has up to ${limit + 1} characters, AWS takes ${limit}: list fewer accounts`)),
    ]);
  },
);

test('permissions of one function count together', () => {
  const made = new Stack();
  for (const n of [1, 2]) {
    const principal = 'x'.repeat(0.6 * resourcePolicyLimits.function);
    new CfnPermission(made, `P${n}`, { action: 'lambda:InvokeFunctionUrl', functionName: 'f', principal });
  }
  expect(policyProblems(made)).toHaveLength(1);
});
