/** What AWS takes no more of: the longest list of accounts that a plan may have fits the policies that come of it. */
import { expect, test } from 'vitest';
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
    ['RequestsQueue', 'Undelivered', 'FailedCommits', 'Unimported'].map((id) => [id, `arn:aws-us-gov:sqs:${at}:HyperPodAuditor-${suffix}`]),
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
