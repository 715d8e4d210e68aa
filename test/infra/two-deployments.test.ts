/** Two deployments in one account and region, the second with a name of its own: nothing of one has a name of the other. */
import { expect, test } from 'vitest';
import { namespaceOf } from '../../functions/runtime/metrics.ts';
import { stackNamesOf } from '../../infra/stacks/stack-names.ts';
import { auditRoleArn } from '../../shared/aws/inventory/accounts.ts';
import { auditRoleOf, emptyPlan, type Plan } from '../../shared/core/plan/plan.ts';
import { appOf, fullPlan, home } from './world.ts';

const plan: Plan = { ...fullPlan, alerts: { ...fullPlan.alerts, events: true } };
const second: Plan = { ...plan, deployment: { ...plan.deployment, name: 'LabAuditor' } };

/** Properties that name a resource. Where a resource has none, CloudFormation makes a name that begins with the stack's. */
const isName = (property: string): boolean => /Name$|^Name$/.test(property);
/** What these properties name is another resource, something of AWS, or shown to people. */
const notOwn = [
  'DisplayName',
  'MetricName',
  'FunctionName',
  'EventBusName',
  'RoleName',
  'LogGroupName',
  'SourceArn',
  'AttributeName',
  'IndexName',
];

/** Names given in the stacks of a plan, with the type of what has them. */
function namesOf(of: Plan): readonly string[] {
  const { stacks } = appOf(of).synth();
  return stacks.flatMap((stack) => [
    `AWS::CloudFormation::Stack ${stack.stackName} in ${stack.stackName.includes('Events') ? stack.environment.region : home.region}`,
    ...Object.values(stack.template.Resources as Record<string, { Type: string; Properties?: Record<string, unknown> }>).flatMap(
      ({ Type, Properties = {} }) =>
        Object.entries(Properties)
          .filter(
            ([property, value]) =>
              isName(property) && typeof value === 'string' && (!notOwn.includes(property) || ownName[Type] === property),
          )
          .map(([, value]) => `${Type} ${String(value)}`),
    ),
  ]);
}

/** Types that are named by a property which elsewhere refers to another resource. */
const ownName: { readonly [type: string]: string } = {
  'AWS::Events::EventBus': 'Name',
  'AWS::IAM::Role': 'RoleName',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::Logs::LogGroup': 'LogGroupName',
};

test('no stack, bus, role or chat has the name of one of the other deployment', () => {
  const [first, other] = [namesOf(plan), namesOf(second)];
  expect(other).toHaveLength(first.length);
  expect(first.filter((name) => other.includes(name))).toEqual([]);
  // What is compared, so that a change of CDK does not leave it empty.
  const types = new Set(first.map((name) => name.split(' ')[0]));
  for (const type of [
    'AWS::CloudFormation::Stack',
    'AWS::Events::EventBus',
    'AWS::IAM::Role',
    'AWS::Chatbot::SlackChannelConfiguration',
    'AWS::Chatbot::MicrosoftTeamsChannelConfiguration',
  ])
    expect(types).toContain(type);
});

test('no event of one goes to the bus of the other, and no metric into its namespace', () => {
  const text = (of: Plan) =>
    JSON.stringify(
      appOf(of)
        .synth()
        .stacks.map((s) => s.template),
    );
  const busOf = (of: Plan) => new Set([...text(of).matchAll(/event-bus\/([\w-]+)/g)].map(([, bus]) => bus));
  expect(busOf(plan)).toEqual(new Set(['hyperpod-auditor']));
  expect(busOf(second)).toEqual(new Set(['LabAuditor']));
  expect(text(second)).toContain('"METRICS_NAMESPACE":"LabAuditor"');
  expect(text(second)).not.toContain(`"Namespace":"${namespaceOf('HyperPodAuditor')}"`);
  expect(text(plan)).not.toContain('METRICS_NAMESPACE');
});

test('other accounts are entered by another role, unless the plan names one', () => {
  expect(auditRoleOf(emptyPlan).name).toBe('HyperPodAuditor');
  expect(auditRoleOf({ deployment: { name: 'LabAuditor' } }).name).toBe('LabAuditor');
  expect(auditRoleOf({ auditRole: { name: 'Reader' }, deployment: { name: 'LabAuditor' } }).name).toBe('Reader');
  expect(stackNamesOf(second).member).toBe('LabAuditorMember');
});

test('every role of a plan with a path has it, in other accounts and in what trusts and enters them', () => {
  const pathed: Plan = { ...plan, deployment: { ...plan.deployment, name: 'ml-auditor', rolePath: '/platform/ml/' } };
  const { stacks } = appOf(pathed).synth();
  const roles = stacks.flatMap((s) =>
    Object.values(s.template.Resources as Record<string, { Type: string; Properties: { Path?: string } }>).filter(
      (r) => r.Type === 'AWS::IAM::Role',
    ),
  );
  expect(roles.length).toBeGreaterThan(10);
  for (const role of roles) expect(role.Properties.Path).toBe('/platform/ml/');
  const text = JSON.stringify(stacks.map((s) => s.template));
  expect(text).toContain('role/platform/ml/ml-auditor-audit-');
  expect(text).not.toContain('role/hyperpod-auditor/');
  expect(auditRoleArn('444455556666', auditRoleOf(pathed), 'aws')).toBe('arn:aws:iam::444455556666:role/platform/ml/ml-auditor');
  expect(text).toContain('arn:aws:iam::444455556666:role/platform/ml/ml-auditor'.replace('arn:aws:', ''));
});

test('templates of two paths share no name of a role: a role with a name is never replaced under it', () => {
  const namesUnder = (rolePath?: string) => {
    const { rolePath: _, ...rest } = plan.deployment ?? {};
    const of: Plan = {
      ...plan,
      auditRole: { name: `Reader${rolePath?.length ?? 0}` },
      deployment: { ...rest, ...(rolePath && { rolePath }) },
    };
    return appOf(of)
      .synth()
      .stacks.flatMap((s) => Object.values(s.template.Resources as Record<string, { Type: string; Properties?: { RoleName?: unknown } }>))
      .flatMap((r) => (r.Type === 'AWS::IAM::Role' && r.Properties?.RoleName ? [JSON.stringify(r.Properties.RoleName)] : []));
  };
  const all = [namesUnder(), namesUnder('/a/'), namesUnder('/abc/')].flat();
  expect(all.length).toBeGreaterThan(9);
  expect(new Set(all).size).toBe(all.length);
});

test('a role of another account that is named like one of the auditor is made where the auditor looks for it', () => {
  const of: Plan = { ...plan, auditRole: { name: 'HyperPodAuditor-audit-reader' } };
  const member = appOf(of).synth().getStackByName('HyperPodAuditorMember').template.Resources as Record<
    string,
    { Type: string; Properties: { RoleName?: string; Path?: string } }
  >;
  const role = Object.values(member).find((r) => r.Properties.RoleName === 'HyperPodAuditor-audit-reader');
  expect(role).toBeDefined();
  expect(role?.Properties.Path).toBeUndefined();
});

test('the default name written out changes no name', () => {
  const named = (of: Plan) =>
    JSON.stringify(
      appOf(of)
        .synth()
        .stacks.map((s) => [...JSON.stringify(s.template).matchAll(/"(?:Name|RoleName|ConfigurationName)":"[^"]+"/g)].map(String)),
    );
  expect(named({ ...plan, deployment: { ...plan.deployment, name: 'HyperPodAuditor' } })).toBe(named(plan));
});

test('our tag gives way to the same key of the plan in another spelling', () => {
  const of: Plan = { ...plan, deployment: { ...plan.deployment, tags: { Application: 'ml' } } };
  const text = JSON.stringify(
    appOf(of)
      .synth()
      .stacks.map((s) => s.template),
  );
  expect(text).toContain('"Key":"Application"');
  expect(text).not.toContain('"Key":"application"');
});

test('names of roles fit into the 64 characters of IAM with the longest name', () => {
  const name = 'N'.repeat(24);
  const roles = appOf({ ...plan, deployment: { ...plan.deployment, name } }, { home: { ...home, region: 'ap-southeast-1' } })
    .synth()
    .stacks.flatMap((s) => Object.values(s.template.Resources as Record<string, { Type: string; Properties?: { RoleName?: string } }>))
    .flatMap((r) => (r.Type === 'AWS::IAM::Role' && typeof r.Properties?.RoleName === 'string' ? [r.Properties.RoleName] : []));
  expect(roles.length).toBeGreaterThan(3);
  for (const role of roles) expect(role.length, role).toBeLessThanOrEqual(64);
});
