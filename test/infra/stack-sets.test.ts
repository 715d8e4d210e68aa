/** The commands that roll the member stack out over an organization, held against the SDK's model of each operation. */
import * as cloudFormation from '@aws-sdk/client-cloudformation';
import * as organizations from '@aws-sdk/client-organizations';
import { describe, expect, test } from 'vitest';
import { retainedResources } from '../../infra/deploy/destroy-screen.ts';
import { type MemberDeployment, memberSteps } from '../../infra/deploy/member-steps.ts';
import { stackNames } from '../../infra/stacks/stack-names.ts';
import type { Plan } from '../../shared/core/plan/plan.ts';
import { runLines, shells } from '../core/shells.ts';
import { fullPlan, home } from './world.ts';

const organization: Plan = { ...fullPlan, accounts: 'organization' };
const of = (plan: Plan, more: Partial<MemberDeployment> = {}): readonly string[] =>
  memberSteps({ plan, ...home, memberTemplate: '.build/cdk.out/HyperPodAuditorMember.template.json', ...more });
const commandsOf = (lines: readonly string[]): readonly string[] => lines.map((l) => l.trim()).filter((l) => l.startsWith('aws '));
const leaving = (plan: Plan): readonly string[] =>
  retainedResources({ plan, stacks: [], ...home }).flatMap((r) =>
    r.remove.filter((line) => line.includes('stack-set') || line.includes('stack-instances')),
  );

/** A structure of the model: its kind, namespace, name, traits, the names of its members and their schemas. */
type Schema = readonly [3, string, string, unknown, readonly string[], readonly unknown[], number?];
const models: { readonly [service: string]: { readonly [name: string]: unknown } } = {
  cloudformation: { ...cloudFormation },
  organizations: { ...organizations },
};
const pascal = (kebab: string): string => kebab.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
const schemaOf = (service: string, operation: string): Schema | undefined =>
  (models[service]?.[`${operation}Input$`] ?? models[service]?.[`${operation}Request$`]) as Schema | undefined;
/** Options of the command line itself. */
const ofTheCli = ['region', 'profile', 'query', 'output'];
const structures: { readonly [member: string]: string } = {
  AutoDeployment: 'AutoDeployment$',
  DeploymentTargets: 'DeploymentTargets$',
  OperationPreferences: 'StackSetOperationPreferences$',
  Parameters: 'Parameter$',
};
const values: { readonly [member: string]: object } = {
  AccountFilterType: cloudFormation.AccountFilterType,
  CallAs: cloudFormation.CallAs,
  Capabilities: cloudFormation.Capability,
  ConcurrencyMode: cloudFormation.ConcurrencyMode,
  PermissionModel: cloudFormation.PermissionModels,
  RegionConcurrencyType: cloudFormation.RegionConcurrencyType,
};

/** What a command sends that the model of its operation does not have. */
function strange(args: readonly string[]): readonly string[] {
  const [service = '', command = '', ...rest] = args;
  const schema = schemaOf(service, pascal(command));
  if (!schema) return [`no operation ${service} ${command}`];
  const faults: string[] = [];
  const given = new Set<string>();
  let member = '';
  for (const word of rest) {
    if (word.startsWith('--')) {
      const name = word.slice(2);
      member = pascal(name.replace(/^no-/, ''));
      if (ofTheCli.includes(name)) continue;
      given.add(member);
      // The CLI writes the URL of TemplateURL as a word like others.
      if (!schema[4].some((m) => m.toLowerCase() === member.toLowerCase())) faults.push(`${command}: ${word}`);
      continue;
    }
    const known = values[member];
    if (known && !Object.values(known).includes(word)) faults.push(`${command} ${member}: ${word}`);
    const nested = structures[member];
    if (nested === undefined) continue;
    const names = (models[service]?.[nested] as Schema | undefined)?.[4] ?? [];
    for (const [, key = '', value = ''] of word.matchAll(/(?:^|,)(\w+)=([^,]*)/g)) {
      if (!names.includes(key)) faults.push(`${command} ${member}: ${key}`);
      if (values[key] && !Object.values(values[key]).includes(value)) faults.push(`${command} ${key}: ${value}`);
    }
  }
  // The first members of a schema are those that are required.
  for (const name of schema[4].slice(0, schema[6] ?? 0)) if (!given.has(name)) faults.push(`${command}: without ${name}`);
  return faults;
}

const [shell = ''] = shells;

describe('every command of a stack set', () => {
  test.each([
    ['an organization', organization],
    ['organizational units', { ...organization, organizationAccounts: { units: ['ou-ab12-1a2b3c4d'], except: ['777788889999'] } }],
    ['accounts of an organization', { ...fullPlan, deployment: { organization: 'o-a1b2c3d4e5' } }],
  ] as const)('for %s is one of the SDK’s model', (_, plan) => {
    const lines = [...commandsOf(of(plan)), ...commandsOf(of(plan, { templateBytes: 60_000 })), ...leaving(plan)].filter(
      (l) => !l.startsWith('aws s3 '),
    );
    expect(lines.length).toBeGreaterThan(10);
    const calls = runLines(shell, lines).flatMap((r) => r.calls.filter((c) => c.program === 'aws'));
    expect(calls).toHaveLength(lines.length);
    expect(calls.flatMap((c) => strange(c.args))).toEqual([]);
  });

  test('the test itself sees what the model does not have', () => {
    expect(
      strange([
        'cloudformation',
        'create-stack-instances',
        '--stack-set-name',
        'x',
        '--operation-preferences',
        'MaxAtOnce=1,RegionConcurrencyType=BOTH',
      ]),
    ).toEqual([
      'create-stack-instances OperationPreferences: MaxAtOnce',
      'create-stack-instances RegionConcurrencyType: BOTH',
      'create-stack-instances: without Regions',
    ]);
  });
});

test('trusted access and the delegated administrator come first, then the stack set, at once in all accounts and regions', () => {
  const said = of(organization).join('\n');
  const order = [
    'activate-organizations-access',
    'register-delegated-administrator',
    'list-roots',
    'create-stack-set',
    'create-stack-instances',
    'update-stack-set',
  ];
  expect(order.map((command) => said.indexOf(command)).toSorted((a, b) => a - b)).toEqual(order.map((command) => said.indexOf(command)));
  expect(said).toContain('--account-id 111122223333 --service-principal member.org.stacksets.cloudformation.amazonaws.com');
  expect(said).toContain('ParameterKey=ExternalId,ParameterValue=audit-7f3a');
  expect(said).toContain('ParameterKey=PermissionsBoundary,ParameterValue=Boundary');
  expect(said).toContain(
    '--deployment-targets OrganizationalUnitIds=ROOT,Accounts=111122223333,AccountFilterType=DIFFERENCE --regions us-west-2 us-east-2 us-east-1 --operation-preferences RegionConcurrencyType=PARALLEL,MaxConcurrentPercentage=100,FailureTolerancePercentage=100,ConcurrencyMode=SOFT_FAILURE_TOLERANCE --call-as DELEGATED_ADMIN',
  );
});

test('units and exclusions of the plan are those of the stack set', () => {
  const said = of({ ...organization, organizationAccounts: { units: ['ou-ab12-1a2b3c4d', 'r-ab12'], except: ['777788889999'] } }).join(
    '\n',
  );
  expect(said).toContain('OrganizationalUnitIds=ou-ab12-1a2b3c4d,r-ab12,Accounts=111122223333,777788889999,AccountFilterType=DIFFERENCE');
  expect(said).not.toContain('ROOT');
});

test('a list of accounts of one organization has a stack set too, for these alone', () => {
  expect(of({ ...fullPlan, deployment: { organization: 'o-a1b2c3d4e5' } }).join('\n')).toContain(
    'OrganizationalUnitIds=ROOT,Accounts=444455556666,AccountFilterType=INTERSECTION',
  );
  // Automatic deployments would ignore the filter: every account that joins would get the role.
  expect(of({ ...fullPlan, deployment: { organization: 'o-a1b2c3d4e5' } }).join('\n')).not.toContain('Enabled=true');
  expect(of(organization).join('\n')).toContain('Enabled=true');
  expect(of(fullPlan).join('\n')).not.toContain('stack-set');
});

test('a stack set goes where regions are enabled', () => {
  const said = of(organization, { enabled: ['us-east-1', 'us-west-2'] }).join('\n');
  expect(said).toContain('--regions us-west-2 us-east-1 --operation-preferences');
  expect(said).not.toMatch(/--regions .*us-east-2/);
});

test('a template that is longer than CloudFormation takes from a file goes through a bucket', () => {
  const said = of(organization, { templateBytes: 51_201 }).join('\n');
  expect(said).toContain('s3://cdk-hnb659fds-assets-111122223333-us-west-2/HyperPodAuditorMember.template.json --region us-west-2');
  expect(said).toContain(
    '--template-url https://cdk-hnb659fds-assets-111122223333-us-west-2.s3.us-west-2.amazonaws.com/HyperPodAuditorMember.template.json',
  );
  expect(said).toContain('--s3-bucket BUCKET');
  expect(said).not.toContain('--template-body');
  expect(of(organization, { templateBytes: 51_200 }).join('\n')).toContain('--template-body ');
});

test('leaving names the stack set as it was made', () => {
  const lines = leaving(organization);
  expect(lines).toHaveLength(2);
  for (const line of lines) expect(line).toContain(`--stack-set-name ${stackNames.member}`);
});
