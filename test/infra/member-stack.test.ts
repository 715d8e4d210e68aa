/** The stack of an audited account: a role that reads, and changes forwarded. */
import { describe, expect, test } from 'vitest';
import { stackNames } from '../../infra/app.ts';
import { changeRules, forwardingRegions } from '../../infra/stacks/change-rules.ts';
import { memberRegions, roleRegion } from '../../infra/stacks/stack-names.ts';
import { emptyPlan } from '../../shared/core/plan/plan.ts';
import { appOf, fullPlan, home, stackOf } from './world.ts';

const app = appOf(fullPlan);
const member = stackOf(app, stackNames.member);
const json = member.template.toJSON();
const flat = (value: { 'Fn::Join': [string, (string | { Ref: string })[]] }) =>
  value['Fn::Join'][1].map((v) => (typeof v === 'string' ? v : `{${v.Ref}}`)).join('');

describe('the role of an audited account', () => {
  const role = member.one('AWS::IAM::Role', 'AuditRole');

  test('has the name that the auditor asks for, and is made in one region only', () => {
    expect(role.Properties.RoleName).toBe('HyperPodAuditor');
    expect(json.Conditions[role.Condition ?? '']).toEqual({ 'Fn::Equals': [{ Ref: 'AWS::Region' }, { Ref: 'RoleRegion' }] });
    expect(
      stackOf(appOf({ ...fullPlan, auditRole: { name: 'Reader' } }), stackNames.member).one('AWS::IAM::Role', 'AuditRole').Properties
        .RoleName,
    ).toBe('Reader');
  });

  test('trusts the functions of the auditor, who have to bring the external id', () => {
    const [statement, ...more] = role.Properties.AssumeRolePolicyDocument.Statement;
    expect(more).toEqual([]);
    expect(JSON.stringify(statement.Principal)).toContain('{"Ref":"AuditorAccount"},":root"');
    const { ArnLike, StringEquals } = statement.Condition;
    expect(StringEquals).toEqual({ 'sts:ExternalId': { Ref: 'ExternalId' } });
    expect(ArnLike['aws:PrincipalArn'].map(flat)).toEqual(
      ['audit', 'dispatch', 'digest'].map(
        (name) => `arn:{AWS::Partition}:iam::{AuditorAccount}:role/hyperpod-auditor/HyperPodAuditor-${name}-{AuditorRegion}`,
      ),
    );
    expect(json.Parameters.ExternalId.Default).toBe('audit-7f3a');
    expect(json.Parameters.AuditorAccount.Default).toBeUndefined();
    const { auditRole: _, ...plan } = fullPlan;
    expect(stackOf(appOf(plan), stackNames.member).template.toJSON().Parameters.ExternalId).toMatchObject({
      Default: 'hyperpod-auditor',
      MinLength: 2,
    });
  });

  test('trusts the operators of the plan, by conditions that hold before they exist and after they are replaced', () => {
    const operators = [
      'arn:aws:iam::777788889999:role/Admins',
      'arn:aws:iam::777788889999:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_ML_*',
    ];
    const of = stackOf(appOf({ ...fullPlan, auditRole: { operators } }), stackNames.member);
    const [statement, ...more] = of.one('AWS::IAM::Role', 'AuditRole').Properties.AssumeRolePolicyDocument.Statement;
    expect(more).toEqual([]);
    expect(statement.Principal.AWS.map(flat)).toEqual([
      'arn:{AWS::Partition}:iam::{AuditorAccount}:root',
      'arn:{AWS::Partition}:iam::777788889999:root',
    ]);
    expect(statement.Condition.ArnLike['aws:PrincipalArn'].slice(3)).toEqual(operators);
  });

  test('reads and does nothing else', () => {
    const [policy, ...more] = role.Properties.Policies;
    expect(more).toEqual([]);
    const actions: readonly string[] = policy.PolicyDocument.Statement.flatMap((s: { Action: string | string[] }) => s.Action);
    expect(actions.length).toBeGreaterThan(25);
    for (const action of actions) expect(action).toMatch(/^[a-z0-9]+:(Describe|Get|List)[A-Za-z]+$/);
  });
});

describe('the boundary of its roles', () => {
  const of = (permissionsBoundary?: string) => {
    const { deployment: _, ...plan } = fullPlan;
    const made = stackOf(appOf({ ...plan, ...(permissionsBoundary && { deployment: { permissionsBoundary } }) }), stackNames.member);
    const { Parameters, Conditions } = made.template.toJSON();
    return { bounds: made.of('AWS::IAM::Role').map((r) => r.Properties.PermissionsBoundary), Parameters, Conditions };
  };
  /** The ARN where there is a name, and what holds where there is none. */
  const joined = (bound: { 'Fn::If': [string, { 'Fn::Join': [string, unknown[]] }, unknown] }) => {
    const [, arn, otherwise] = bound['Fn::If'];
    const parts = arn['Fn::Join'][1].map((part) => (typeof part === 'string' ? part : `{${(part as { Ref: string }).Ref}}`));
    return [parts.join(''), otherwise];
  };

  test.each([
    ['arn:aws:iam::111122223333:policy/teams/Boundary', 'teams/Boundary', '{AWS::AccountId}'],
    ['arn:aws:iam::aws:policy/ReadOnlyAccess', 'ReadOnlyAccess', 'aws'],
    [undefined, '', '{AWS::AccountId}'],
  ])('for %s in the plan', (planned, name, owner) => {
    const { bounds, Parameters, Conditions } = of(planned);
    expect(Parameters.PermissionsBoundary.Default).toBe(name);
    expect(bounds.length).toBe(2);
    for (const bound of bounds) {
      expect(joined(bound)).toEqual([`arn:{AWS::Partition}:iam::${owner}:policy/{PermissionsBoundary}`, { Ref: 'AWS::NoValue' }]);
      expect(Conditions[bound['Fn::If'][0]]).toEqual({ 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'PermissionsBoundary' }, ''] }] });
    }
  });
});

test('the template stands for itself: no assets, no bootstrap, no account of ours', () => {
  expect(Object.keys(json.Parameters).toSorted()).toEqual([
    'AuditorAccount',
    'AuditorRegion',
    'ExternalId',
    'PermissionsBoundary',
    'RoleRegion',
  ]);
  expect(json.Rules).toBeUndefined();
  expect(JSON.stringify(json)).not.toContain(home.account);
});

test('a plan for the own account alone has no such stack', () => {
  expect(
    appOf({})
      .synth()
      .stacks.map((s) => s.stackName),
  ).not.toContain(stackNames.member);
});

describe('changes', () => {
  test('are forwarded by the very rules of the auditor’s own region', () => {
    const rules = member.of('AWS::Events::Rule').map((r) => r.Properties);
    expect(rules.map((r) => r.EventPattern)).toEqual(
      changeRules.map(({ pattern }) => ({
        source: pattern.source,
        'detail-type': pattern.detailType,
        ...(pattern.detail && { detail: pattern.detail }),
      })),
    );
    const own = stackOf(app)
      .of('AWS::Events::Rule')
      .filter((r) => !r.Properties.EventBusName)
      .map((r) => r.Properties.EventPattern);
    expect(rules.map((r) => r.EventPattern)).toEqual(own);
  });

  test('to the bus of the auditor, by a role that can do only that', () => {
    const bus = 'arn:{AWS::Partition}:events:{AuditorRegion}:{AuditorAccount}:event-bus/hyperpod-auditor';
    const role = member.one('AWS::IAM::Role', 'ChangesRole');
    for (const r of member.of('AWS::Events::Rule')) {
      expect(r.Properties.Targets.map((t: { Arn: never }) => flat(t.Arn))).toEqual([bus]);
      expect(r.Properties.Targets[0].RoleArn).toEqual({ 'Fn::GetAtt': [role.id, 'Arn'] });
    }
    const [statement, ...more] = role.Properties.Policies.flatMap(
      (p: { PolicyDocument: { Statement: object[] } }) => p.PolicyDocument.Statement,
    );
    expect(more).toEqual([]);
    expect(statement.Action).toBe('events:PutEvents');
    expect(flat(statement.Resource)).toBe(bus);
  });

  test('what cannot be forwarded goes to a queue beside the rules, which takes messages of these rules alone', () => {
    const queue = member.one('AWS::SQS::Queue');
    expect(queue.Properties).toMatchObject({ MessageRetentionPeriod: 14 * 86_400, SqsManagedSseEnabled: true });
    for (const r of member.of('AWS::Events::Rule'))
      expect(r.Properties.Targets[0].DeadLetterConfig).toEqual({ Arn: { 'Fn::GetAtt': [queue.id, 'Arn'] } });
    const { Statement } = member.one('AWS::SQS::QueuePolicy').Properties.PolicyDocument;
    const allowed = Statement.filter((s: { readonly Effect: string }) => s.Effect === 'Allow');
    expect(allowed).toMatchObject([{ Principal: { Service: 'events.amazonaws.com' }, Action: 'sqs:SendMessage' }]);
    expect(flat(allowed[0].Condition.ArnLike['aws:SourceArn'])).toBe('arn:{AWS::Partition}:events:{AWS::Region}:{AWS::AccountId}:rule/*');
  });

  test.each([
    ['planned regions but the own one, and where IAM is recorded', ['us-west-2', 'eu-north-1'], 'us-west-2', ['eu-north-1', 'us-east-1']],
    ['none twice', ['us-east-1', 'us-west-2'], 'us-west-2', ['us-east-1']],
    ['nothing is forwarded to where it is', ['us-east-1'], 'us-east-1', []],
    ['where no region is named, IAM', undefined, 'us-west-2', ['us-east-1']],
  ])('%s', (_, regions, of, expected) => {
    expect(forwardingRegions({ ...emptyPlan, ...(regions && { regions }) }, of)).toEqual(expected);
  });

  test('a plan without global events has nothing in us-east-1, unless that is planned', () => {
    const deployment = { globalEvents: false };
    const west = { ...emptyPlan, regions: ['us-west-2', 'eu-north-1'], deployment };
    expect(forwardingRegions(west, 'us-west-2')).toEqual(['eu-north-1']);
    expect(memberRegions(west, 'us-west-2')).toEqual(['us-west-2', 'eu-north-1']);
    expect([roleRegion(west, 'eu-north-1'), roleRegion(west, 'eu-west-1'), roleRegion(west)]).toEqual([
      'eu-north-1',
      'us-west-2',
      'us-west-2',
    ]);
    expect(roleRegion({ ...emptyPlan, deployment }, 'eu-west-1')).toBe('eu-west-1');
    expect(forwardingRegions({ ...west, regions: ['us-east-1'] }, 'us-west-2')).toEqual(['us-east-1']);
    const far = stackOf(appOf({ ...west, accounts: ['444455556666'] }), stackNames.member).template.toJSON();
    expect(far.Parameters.RoleRegion.Default).toBe('us-west-2');
    expect(json.Parameters.RoleRegion.Default).toBe('us-east-1');
  });

  test('where it is known which regions are enabled, none of the others: a stack cannot be made there', () => {
    const plan = { ...emptyPlan, regions: ['us-west-2', 'eu-south-2', 'eu-north-1'] };
    expect(forwardingRegions(plan, 'us-west-2', ['eu-north-1', 'us-east-1', 'us-west-2'])).toEqual(['eu-north-1', 'us-east-1']);
    const names = (enabled?: readonly string[]) =>
      appOf(plan, { home, ...(enabled && { enabled }) })
        .synth()
        .stacks.map((s) => s.stackName)
        .filter((name) => name !== stackNames.audit)
        .toSorted();
    expect(names()).toEqual(['eu-north-1', 'eu-south-2', 'us-east-1'].map(stackNames.events));
    expect(names(['eu-north-1', 'us-east-1', 'us-west-2'])).toEqual(['eu-north-1', 'us-east-1'].map(stackNames.events));
  });

  test('in other regions of the account a stack of rules each; where nothing is planned only what AWS records there for all', () => {
    const rulesIn = (region: string) =>
      stackOf(app, stackNames.events(region))
        .of('AWS::Events::Rule')
        .map((r) => r.id.replace(/^Changes(.*)[A-F0-9]{8}$/, '$1'));
    expect(rulesIn('us-east-2')).toEqual(changeRules.map((r) => r.id));
    expect(rulesIn('us-east-1')).toEqual(['Iam', 'ServiceQuotas']);
    expect(stackOf(app, stackNames.events('us-east-2')).template.toJSON().Parameters).toBeUndefined();
  });
});
