/** What deploying and leaving say, over real templates: nothing known that was not seen, every command whole. */
import { describe, expect, test } from 'vitest';
import { dispatchEvent } from '../../functions/runtime/events.ts';
import {
  type DeployPreview,
  forwardedRegions,
  outputsOf,
  previewLines,
  resultLines,
  type SynthesisedStack,
  stackLines,
} from '../../infra/deploy/deploy-screen.ts';
import { destroyLines, retainedResources } from '../../infra/deploy/destroy-screen.ts';
import { nameFault, planFaults, reservationFault } from '../../infra/deploy/plan-faults.ts';
import { functionNames } from '../../infra/stacks/functions.ts';
import { stackNames, stacksOf } from '../../infra/stacks/stack-names.ts';
import type { ChangeRecording } from '../../shared/aws/deployment/trails.ts';
import { emptyPlan, type Plan } from '../../shared/core/plan/plan.ts';
import { intruder, runLines, shells } from '../core/shells.ts';
import { appOf, fullPlan, home } from './world.ts';

const made = (plan: Partial<Plan>): readonly SynthesisedStack[] =>
  appOf(plan)
    .synth()
    .stacks.filter((s) => s.stackName !== stackNames.member)
    .map((s) => ({ name: s.stackName, region: s.environment.region, template: s.template, warnings: [] }));

const stacks = made(fullPlan);
const identity = { account: home.account, arn: `arn:aws:iam::${home.account}:user/operator`, partition: 'aws', alias: 'ml-prod' };
const recorded: ChangeRecording = { state: 'recorded', trail: 'org' };
const screen = (change: Partial<DeployPreview> = {}): string =>
  previewLines({
    plan: fullPlan,
    planFile: 'my-plan.yaml',
    target: { identity, region: home.region },
    bootstrap: { ok: true, value: 21 },
    concurrency: { ok: true, value: 1000 },
    enabled: { ok: true, value: ['us-east-1', 'us-east-2', 'us-west-2'] },
    recordings: new Map([['us-west-2', recorded]]),
    ...change,
  }).join('\n');

describe('before deploying', () => {
  test('who, where, what', () => {
    const said = screen();
    expect(said).toContain(`account    ${home.account} (ml-prod), as arn:aws:iam::${home.account}:user/operator`);
    expect(said).toContain('region     us-west-2\n');
    expect(said).toContain('plan       my-plan.yaml: 0 clusters, 0 mutes');
    expect(said).toContain('audits     2 regions: us-west-2, us-east-2; in 2 accounts; rate(1 hour)');
    expect(said).toContain('e-mail to ml-platform@example.com, on-call@example.com');
    expect(said).toContain('Slack channel C0456EFGH of workspace T0123ABCD');
    expect(said).toContain(`key        ${fullPlan.deployment?.kmsKey}\n             It encrypts table, topics, queues, logs`);
    expect(said).toContain('network    all functions in subnet-0a1b2c3d, subnet-0a1b2c3e with sg-0a1b2c3d. ');
    expect(screen({ plan: emptyPlan })).not.toMatch(/It encrypts|network/);
    // Those that are really made, no more and no less.
    expect(stacksOf(fullPlan, home.region)).toEqual(stacks.map(({ name, region }) => ({ name, region })));
    for (const { name, region } of stacks) expect(said).toContain(`${name} in ${region}`);
    expect(said).not.toContain(stackNames.member);
  });

  test.each([
    [
      { ok: true, value: 1000 },
      undefined,
      'query takes at most the 1000 executions that the account has; deployment.reserveConcurrency: true limits it to 10',
    ],
    [{ ok: true, value: 10 }, undefined, 'query takes at most the 10 executions that the account has: too few to reserve any'],
    [
      { ok: false, reason: 'access denied' },
      undefined,
      'query takes as many executions as the account has; how many is not known: access denied',
    ],
    [{ ok: true, value: 1000 }, true, '30 executions are reserved: query takes at most 10'],
  ] as const)('executions at once: of %j, reserved %j', (concurrency, reserveConcurrency, words) => {
    const plan = { ...emptyPlan, ...(reserveConcurrency && { deployment: { reserveConcurrency } }) };
    expect(screen({ plan, concurrency })).toContain(`  at once    ${words}\n`);
  });

  test('an account without alias, a plan that notifies no one, one that names no region', () => {
    const { alias: _, ...plain } = identity;
    const said = screen({ plan: { ...emptyPlan, accounts: 'organization' }, target: { identity: plain, region: home.region } });
    expect(said).toContain(`account    ${home.account}, as`);
    expect(said).toContain('alerts     none: the plan has no alerts');
    expect(said).toContain('audits     every enabled region; in every account of the organization; rate(1 hour)');
  });

  test('a bootstrap that is missing, with what that means and the command', () => {
    const said = screen({ bootstrap: { ok: true, value: null }, profile: 'ml prod' });
    expect(said).toMatch(/bootstrap {2}missing: CDK has no bucket and no roles here/);
    expect(said).toContain(`npx --no-install cdk bootstrap aws://${home.account}/us-west-2 --profile 'ml prod'`);
    expect(screen()).toContain('bootstrap  version 21');
  });

  test('what was not seen is not known, with the reason', () => {
    const said = screen({
      bootstrap: { ok: false, reason: 'access denied', action: 'ssm:GetParameter' },
      recordings: new Map([['us-west-2', { state: 'unknown', reason: 'access denied', action: 'cloudtrail:DescribeTrails' }]]),
    });
    expect(said).toContain('bootstrap  not known: access denied (ssm:GetParameter)');
    expect(said).toContain('changes    us-west-2: not known: access denied (cloudtrail:DescribeTrails)');
    expect(said).not.toContain('bootstrap  version');
    const unidentified = screen({ target: { unidentified: 'No AWS credentials were found.', region: 'us-east-1', regionAssumed: true } });
    expect(unidentified).toContain('account    not known: No AWS credentials were found.');
    expect(unidentified).toContain('region     us-east-1 (none is configured; --region names one)');
  });

  test.each<readonly [ChangeRecording, string]>([
    [recorded, 'the trail org records them'],
    [{ state: 'partly', trail: 'org' }, 'the trail org records some of them'],
    [{ state: 'none' }, 'no CloudTrail trail records them, so nothing of them arrives'],
  ])('changes: %o', (recording, words) => {
    const said = screen({ recordings: new Map([['us-west-2', recording]]) });
    expect(said).toContain(`us-west-2: ${words}`);
    expect(said.includes('https://console.aws.amazon.com/cloudtrailv2')).toBe(recording.state === 'none');
  });

  test('regions of one answer stand together', () => {
    const recordings = new Map<string, ChangeRecording>([
      ['us-west-2', recorded],
      ['us-east-1', recorded],
      ['us-east-2', { state: 'none' }],
    ]);
    expect(screen({ recordings })).toContain(
      'us-west-2, us-east-1: the trail org records them\n             us-east-2: no CloudTrail trail',
    );
  });

  test('regions that are not enabled have no stack, and are named; they are not mentioned where all are', () => {
    const said = screen({ enabled: { ok: true, value: ['us-east-1', 'us-west-2'] } });
    expect(said).toContain('HyperPodAuditorEvents-us-east-1 in us-east-1\n');
    expect(said).not.toContain('HyperPodAuditorEvents-us-east-2');
    expect(said).toContain('             Not enabled in this account, left out until they are: us-east-2; deploy again then\n');
    expect(screen()).not.toMatch(/left out|enabled/);
  });

  test('where it could not be read which are enabled, all have one, and that is said', () => {
    const said = screen({ enabled: { ok: false, reason: 'access denied', action: 'ec2:DescribeRegions' } });
    expect(said).toContain('HyperPodAuditorEvents-us-east-2 in us-east-2\n');
    expect(said).toContain(
      '             Which regions are enabled is not known: access denied (ec2:DescribeRegions); where one is not, its stack fails\n',
    );
  });

  test('a plan without global events says what waits for the schedule', () => {
    const { deployment, ...plan } = fullPlan;
    const said = screen({ plan: { ...plan, deployment: { ...deployment, globalEvents: false } } });
    expect(said).not.toContain('HyperPodAuditorEvents-us-east-1');
    expect(said).toContain(
      '             None in us-east-1 (deployment.globalEvents is false): changes of IAM and Service Quotas are found by the schedule, rate(1 hour)\n',
    );
    expect(screen()).not.toContain('globalEvents');
  });

  test('where Lambda has no function URLs, what answers questions instead', () => {
    const said = screen({ target: { identity, region: 'eu-south-2' }, profile: 'ml' });
    expect(said).toContain(
      '  endpoint   none, because Lambda has no function URLs in eu-south-2. Commands read the findings table instead:\n',
    );
    expect(said).toContain('hyperpod-auditor readiness --stack HyperPodAuditor --stack-region eu-south-2 --profile ml\n');
    expect(screen()).not.toContain('endpoint');
  });

  test('it is asked where something is listened to: at home, in planned regions, and where IAM is recorded', () => {
    expect(forwardedRegions(fullPlan, 'eu-west-1')).toEqual(['eu-west-1', 'us-west-2', 'us-east-2', 'us-east-1']);
    expect(forwardedRegions(emptyPlan, 'us-east-1')).toEqual(['us-east-1']);
    expect(forwardedRegions(fullPlan, 'eu-west-1', ['eu-west-1', 'us-east-1', 'us-west-2'])).toEqual([
      'eu-west-1',
      'us-west-2',
      'us-east-1',
    ]);
  });

  test('what would be made: every stack, with what CDK warned of', () => {
    const [first] = stacks;
    if (!first) throw new Error('There is a stack.');
    const said = stackLines([{ ...first, warnings: ['No alarm can notice.'] }]).join('\n');
    expect(said).toContain('HyperPodAuditor in us-west-2\n  findings     1 DynamoDB table');
    expect(said).toContain('note         No alarm can notice.');
    for (const line of said.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
  });
});

describe('a plan that cannot be deployed here', () => {
  const here = { identity, region: home.region };
  const kmsKey = 'arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
  const faults = (deployment: Plan['deployment'], target: Parameters<typeof planFaults>[1] = here) =>
    planFaults({ ...emptyPlan, ...(deployment && { deployment }) }, target);

  test('names a key of another region, or a boundary of another account', () => {
    expect(faults({ kmsKey, permissionsBoundary: 'arn:aws:iam::444455556666:policy/Boundary' })).toEqual([
      `deployment.kmsKey: expected a key of us-west-2, got one of us-east-1 (${kmsKey}). A table and a topic take a key of their own region. Name a key of us-west-2, or deploy with --region us-east-1.`,
      'deployment.permissionsBoundary: expected a policy of account 111122223333 or of AWS, got one of 444455556666 (arn:aws:iam::444455556666:policy/Boundary). A role takes a boundary of its own account. Name the policy of 111122223333.',
    ]);
  });

  test('names a service role of another account', () => {
    const cloudFormationRole = 'arn:aws:iam::444455556666:role/CloudFormation';
    expect(faults({ cloudFormationRole })).toEqual([
      `deployment.cloudFormationRole: expected a role of account 111122223333, got one of 444455556666 (${cloudFormationRole}). CloudFormation takes a service role of the stack's account. Name the role of 111122223333.`,
    ]);
    expect(faults({ cloudFormationRole: 'arn:aws:iam::111122223333:role/CloudFormation' })).toEqual([]);
  });

  test('names another region that has a deployment of the same name', () => {
    expect(nameFault(emptyPlan, [])).toBeUndefined();
    expect(nameFault(emptyPlan, ['eu-north-1', 'us-east-1'])).toBe(
      'deployment.name: expected a name that no other region of the account has, got HyperPodAuditor, which is deployed in eu-north-1, us-east-1. Its forwarding stacks, roles and chats would be replaced. Give the plan another name, or deploy with --region eu-north-1.',
    );
  });

  test('names reserved executions that the account has not', () => {
    const plan = { ...emptyPlan, deployment: { reserveConcurrency: true } };
    expect(reservationFault(plan, { ok: true, value: 10 })).toBe(
      'deployment.reserveConcurrency: expected an account that runs 130 functions at once, got one that runs 10. Leave it out, or request an increase of the quota "Concurrent executions" of Lambda to 130.',
    );
    for (const [of, concurrency] of [
      [plan, { ok: true, value: 130 }],
      [plan, { ok: false, reason: 'access denied' }],
      [emptyPlan, { ok: true, value: 10 }],
    ] as const)
      expect(reservationFault(of, concurrency)).toBeUndefined();
  });

  test('what is not known of the target is not compared', () => {
    expect(faults(undefined)).toEqual([]);
    expect(faults(fullPlan.deployment)).toEqual([]);
    expect(faults({ permissionsBoundary: 'arn:aws:iam::aws:policy/ReadOnlyAccess' })).toEqual([]);
    expect(faults({ permissionsBoundary: 'arn:aws:iam::444455556666:policy/Boundary' }, { region: home.region })).toEqual([]);
    expect(faults({ kmsKey }, { region: 'us-west-2', regionAssumed: true })).toEqual([]);
  });
});

describe('after deploying', () => {
  const outputs = outputsOf(
    {
      HyperPodAuditor: {
        DriftAlertsOutput: 'arn:alerts',
        ChatAlertsOutput: 'arn:chat',
        OperationsOutput: 'arn:operations',
        DispatchFunctionOutput: 'dispatch-1',
        DashboardOutput: 'overview-1',
        FindingsTableOutput: 'findings-1',
      },
    },
    stackNames.audit,
  );
  const said = (plan: Plan, profile?: string, enabled?: readonly string[]) =>
    resultLines({
      plan,
      outputs,
      account: home.account,
      region: home.region,
      at: '2026-11-24T08:00:00.000Z',
      memberTemplate: '.build/cdk.out/HyperPodAuditorMember.template.json',
      ...(profile !== undefined && { profile }),
      ...(enabled && { enabled }),
    }).join('\n');

  test('every step with its command', () => {
    const full = said(fullPlan, 'ml');
    expect(full).toContain('FindingsTable  findings-1');
    expect(full).toContain("npx --no-install hyperpod-auditor alert confirm --profile ml 'LINK'");
    expect(full).toContain('npx --no-install hyperpod-auditor alert test --stack HyperPodAuditor --stack-region us-west-2 --profile ml');
    expect(full).toContain(
      `aws lambda invoke /dev/stdout --region us-west-2 --function-name dispatch-1 --cli-binary-format raw-in-base64-out --payload '{"kind":"schedule","at":"2026-11-24T08:00:00.000Z"}' --profile ml`,
    );
    expect(full).toContain('npx --no-install hyperpod-auditor readiness --stack HyperPodAuditor --stack-region us-west-2 --profile ml');
    expect(full).toContain('https://us-west-2.console.aws.amazon.com/cloudwatch/home?region=us-west-2#dashboards/dashboard/overview-1');
    expect(full).not.toContain('undefined');
  });

  test('the first audit is asked for by an event that dispatch takes', () => {
    const [, payload = ''] = /--payload '([^']+)'/.exec(said(fullPlan)) ?? [];
    expect(dispatchEvent(JSON.parse(payload))).toEqual({ kind: 'schedule', at: '2026-11-24T08:00:00.000Z' });
  });

  test('no confirmation is requested for what is not planned', () => {
    const least = said(emptyPlan);
    expect(least).not.toMatch(/alert confirm|alert test/);
    expect(least).not.toContain('HyperPodAuditorMember');
    expect(least).not.toContain('--profile');
    expect(least).toContain(
      '1. No one is notified of changes: add alerts to the plan and deploy again, or subscribe by hand to arn:alerts',
    );
  });

  test('accounts that are listed get the member stack, one by one', () => {
    expect(said(fullPlan)).toContain(
      'for region in us-west-2 us-east-2 us-east-1; do aws cloudformation deploy --region $region --stack-name HyperPodAuditorMember --template-file .build/cdk.out/HyperPodAuditorMember.template.json --capabilities CAPABILITY_NAMED_IAM --parameter-overrides AuditorAccount=111122223333 AuditorRegion=us-west-2 ExternalId=audit-7f3a PermissionsBoundary=Boundary RoleRegion=us-east-1; done',
    );
    expect(said(fullPlan)).toContain('Let the auditor into 444455556666');
  });

  test('where roles are bounded, the accounts have to have a policy of that name; one of AWS they all have', () => {
    expect(said(fullPlan)).toContain('each with a policy Boundary of its own, the boundary of its roles');
    const { permissionsBoundary: _, ...unbounded } = fullPlan.deployment ?? {};
    const withoutBoundary = said({ ...fullPlan, deployment: unbounded });
    expect(withoutBoundary).not.toContain('the boundary of its roles');
    // Named, because CloudFormation keeps the earlier value of a parameter that is left out.
    expect(withoutBoundary).toContain('PermissionsBoundary= RoleRegion');
    const ofAws = said({ ...fullPlan, deployment: { permissionsBoundary: 'arn:aws:iam::aws:policy/ReadOnlyAccess' } });
    expect(ofAws).toContain('PermissionsBoundary=ReadOnlyAccess');
    expect(ofAws).not.toContain('of its own, the boundary');
  });

  test('its management account, which no such stack set reaches, by a line of its own', () => {
    const [set = '', management = ''] = said({ ...fullPlan, accounts: 'organization' }).split('And into the management account');
    expect(set).toContain('create-stack-instances');
    expect(management).toMatch(
      /^, which stack sets of an organization leave out \(with its own credentials; not where the auditor runs in it\):\n/,
    );
    expect(management).toContain(
      'for region in us-west-2 us-east-2 us-east-1; do aws cloudformation deploy --region $region --stack-name HyperPodAuditorMember --template-file .build/cdk.out/HyperPodAuditorMember.template.json --capabilities CAPABILITY_NAMED_IAM --parameter-overrides AuditorAccount=111122223333 AuditorRegion=us-west-2 ExternalId=audit-7f3a PermissionsBoundary=Boundary RoleRegion=us-east-1; done',
    );
    expect(said(fullPlan)).not.toContain('management account');
  });

  test('which regions an account of a list has is its own affair: a loop goes on after one that is off', () => {
    expect(said(fullPlan, undefined, ['us-east-1', 'us-west-2'])).toContain('for region in us-west-2 us-east-2 us-east-1; do');
  });
});

describe('leaving', () => {
  const leaving = { plan: fullPlan, stacks, region: home.region, account: home.account };

  test('says what goes, and does not count the table among it', () => {
    const said = destroyLines(leaving).join('\n');
    const [going = '', staying = ''] = said.split('STAYS');
    const n = functionNames.length;
    expect(going).toContain(`HyperPodAuditor in us-west-2: ${n} Lambda functions, ${n} logs`);
    expect(going).not.toContain('DynamoDB');
    expect(staying).toContain('findings table');
    for (const { name } of stacks) expect(going).toContain(name);
  });

  test('everything that stays comes with a way to remove it', () => {
    const kept = retainedResources(leaving);
    expect(kept.length).toBe(8);
    for (const { remove } of kept) expect(remove.length).toBeGreaterThan(0);
    const all = kept.flatMap((k) => k.remove).join('\n');
    expect(all).toContain('aws dynamodb update-table --region us-west-2 --table-name TABLE --no-deletion-protection-enabled');
    expect(all).toContain(
      'for region in us-west-2 us-east-2 us-east-1; do aws cloudformation delete-stack --region $region --stack-name HyperPodAuditorMember; done',
    );
    expect(all).toContain(`s3://cdk-hnb659fds-assets-${home.account}-us-west-2`);
    expect(all).toContain(`aws secretsmanager delete-secret --region us-west-2 --secret-id ${fullPlan.alerts.webhookSecret}`);
  });

  test('the table goes by its name where the outputs of the stack have it', () => {
    const [{ what = '', remove = [] } = {}] = retainedResources({ ...leaving, table: 'findings-1' });
    expect(what).toContain('The findings table findings-1,');
    expect(remove).toEqual([
      'aws dynamodb update-table --region us-west-2 --table-name findings-1 --no-deletion-protection-enabled',
      'aws dynamodb delete-table --region us-west-2 --table-name findings-1',
    ]);
  });

  test('a region that is not enabled is not gone to; a stack from when it was is named', () => {
    const plan: Plan = { ...fullPlan, accounts: 'organization' };
    const words = retainedResources({ ...leaving, plan, enabled: ['us-east-1', 'us-west-2'] }).flatMap((k) => [k.what, ...k.remove]);
    expect(words.join('\n')).toContain('--regions us-west-2 us-east-1 --no-retain-stacks');
    expect(words.find((w) => w.startsWith('Forwarding stacks'))).toContain('or are not enabled in this account now (us-east-2)');
    expect(retainedResources(leaving).find((k) => k.what.startsWith('Forwarding stacks'))?.what).not.toContain('enabled');
  });

  test('an organization leaves by its stack set; a plan for one account has no members', () => {
    const words = (plan: Plan) =>
      retainedResources({ ...leaving, plan, profile: 'ml' })
        .flatMap((k) => k.remove)
        .join('\n');
    expect(words({ ...fullPlan, accounts: 'organization' })).toContain(
      'delete-stack-set --region us-west-2 --stack-set-name HyperPodAuditorMember',
    );
    const [, management] = retainedResources({ ...leaving, plan: { ...fullPlan, accounts: 'organization' } }).slice(1);
    expect(management?.what).toContain('management account');
    expect(management?.remove).toEqual([
      'for region in us-west-2 us-east-2 us-east-1; do aws cloudformation delete-stack --region $region --stack-name HyperPodAuditorMember; done',
    ]);
    expect(words(emptyPlan)).not.toContain('HyperPodAuditorMember');
    expect(words(emptyPlan)).toContain('--region us-west-2 --profile ml');
  });
});

describe.each(shells)('commands of both screens in %s', (shell) => {
  const hostile = `it's; ${intruder} $(${intruder}) #`;
  const places = { region: home.region, account: home.account, profile: hostile };

  test.each(['organization', ['444455556666']] as const)('hostile names stay values, with accounts %j', (accounts) => {
    const plan: Plan = {
      ...fullPlan,
      accounts,
      auditRole: { name: 'Audit', externalId: hostile },
      alerts: { ...fullPlan.alerts, webhookSecret: `arn:aws:secretsmanager:us-west-2:111122223333:secret:${hostile}` },
    };
    const outputs = { DispatchFunction: hostile, Dashboard: hostile };
    const screens = [
      ...resultLines({ ...places, plan, outputs, at: '2026-11-24T08:00:00.000Z', memberTemplate: `.build/${hostile}.json` }),
      ...destroyLines({ ...places, plan, stacks, table: hostile }),
    ];
    const lines = screens.map((line) => line.trim()).filter((line) => /^(?:aws|npx|for) /.test(line));
    expect(lines.length).toBeGreaterThan(9);
    const runs = runLines(shell, lines);
    expect(runs.filter((r) => r.status !== 0 || r.calls.length === 0)).toEqual([]);
    expect(runs.flatMap((r) => r.calls).filter((c) => c.program === intruder)).toEqual([]);
    for (const { line, calls } of runs)
      for (const { args } of calls) expect(args.some((a) => a.includes(hostile)) || !line.includes(intruder), line).toBe(true);
  });
});
