/** What `npm run deploy` says before it does anything, and after it. Pure: from plan, templates and what was read. */
import type { ChangeRecording } from '../../shared/aws/deployment/trails.ts';
import { keyPolicy } from '../../shared/aws/policies/key-policy.ts';
import type { Read } from '../../shared/core/evaluation/facts.ts';
import type { Plan } from '../../shared/core/plan/plan.ts';
import { globalEventsRegion, hasFunctionUrls, regionsOf } from '../../shared/core/plan/regions.ts';
import { count, whyUnread, wrap } from '../../shared/core/render/words.ts';
import { aws, commandLine, shell } from '../../shared/core/text/command-line.ts';
import { consolePage } from '../../shared/core/text/console-links.ts';
import { ownCommand } from '../../shared/core/text/own-command.ts';
import { some } from '../../shared/core/text/words.ts';
import { globalRegions, mayBeEnabled } from '../stacks/change-rules.ts';
import { functionSizes, reservedInAll } from '../stacks/functions.ts';
import { leftOut, stackNamesOf, stacksOf } from '../stacks/stack-names.ts';
import { inventoryOf, type Template } from './inventory.ts';
import { type MemberDeployment, memberSteps } from './member-steps.ts';
import { neededToReserve } from './plan-faults.ts';
import { type DeployTarget, unknownAccount } from './target.ts';

/** A synthesised stack. */
export interface SynthesisedStack {
  readonly name: string;
  /** `undefined`: it fits every region. */
  readonly region?: string;
  readonly template: Template;
  /** What CDK warned of. */
  readonly warnings: readonly string[];
}

export interface DeployPreview {
  readonly plan: Plan;
  readonly planFile: string;
  readonly target: DeployTarget;
  readonly bootstrap: Read<number | null>;
  /** Executions that Lambda runs at once for the account. */
  readonly concurrency: Read<number>;
  /** Regions that are enabled in the account. */
  readonly enabled: Read<readonly string[]>;
  readonly recordings: ReadonlyMap<string, ChangeRecording>;
  readonly profile?: string;
}

const row = (name: string, text: string): string => `  ${name.padEnd(10)} ${text}`;
const more = (text: string): string => row('', text);

/** Where alerts go, in the plan's words. */
export function routesOf({ alerts }: Plan): readonly string[] {
  const { email = [], slack, teams, webhookSecret, pagerDutySecret, jiraSecret, securityHub, events } = alerts;
  return [
    ...(email.length > 0 ? [`e-mail to ${some(email)}`] : []),
    ...(slack ? [`Slack channel ${slack.channel} of workspace ${slack.workspace}`] : []),
    ...(teams ? [`Teams channel ${teams.channel} of team ${teams.team}`] : []),
    ...(webhookSecret !== undefined ? [`the webhook in ${webhookSecret}`] : []),
    ...(pagerDutySecret !== undefined ? ['incidents in PagerDuty'] : []),
    ...(jiraSecret !== undefined ? ['alerts in Jira Service Management'] : []),
    ...(securityHub ? ['findings in Security Hub'] : []),
    ...(events ? ['events on a bus of the stack'] : []),
  ];
}

const auditsWords = (plan: Plan): string => {
  const regions = regionsOf(plan);
  const where = regions === undefined ? 'every enabled region' : `${count(regions.length, 'region')}: ${some(regions)}`;
  if (plan.accounts === undefined) return where;
  return `${where}; in ${plan.accounts === 'organization' ? 'every account of the organization' : count(plan.accounts.length, 'account')}`;
};

/** The stacks, and the regions that cannot have one. */
function stackWords({ plan, target: { region }, enabled }: DeployPreview): readonly string[] {
  const known = enabled.ok ? enabled.value : undefined;
  const off = leftOut(plan, region, known);
  return [
    ...stacksOf(plan, region, known).map((s) => `${s.name} in ${s.region}`),
    ...(off.length > 0 ? [`Not enabled in this account, left out until they are: ${off.join(', ')}; deploy again then`] : []),
    ...(enabled.ok ? [] : [`Which regions are enabled is not known: ${whyUnread(enabled)}; where one is not, its stack fails`]),
  ];
}

/** What a plan that does without us-east-1 does not see by events. */
const globalWords = (plan: Plan, home: string): readonly string[] =>
  plan.deployment?.globalEvents !== false || stacksOf(plan, home).some((s) => s.region === globalEventsRegion)
    ? []
    : [
        `None in ${globalEventsRegion} (deployment.globalEvents is false): changes of IAM and Service Quotas are found by the schedule, ${plan.schedule}`,
      ];

/** The command that makes the bootstrap stack. */
export const bootstrapCommand = (account: string, region: string, profile?: string): string =>
  shell`${commandLine(['npx'], { 'no-install': true })} ${commandLine(['cdk', 'bootstrap', `aws://${account}/${region}`], { profile })}`;

function bootstrapWords({ target, bootstrap, profile }: DeployPreview): readonly string[] {
  const account = target.identity?.account ?? 'ACCOUNT';
  if (!bootstrap.ok) return [`not known: ${whyUnread(bootstrap)}`];
  if (bootstrap.value !== null) return [`version ${bootstrap.value}`];
  return [
    'missing: CDK has no bucket and no roles here. Create it once for the account and region:',
    bootstrapCommand(account, target.region, profile),
  ];
}

/** Whether changes are recorded, region by region, grouped by answer. */
function recordingWords(recordings: ReadonlyMap<string, ChangeRecording>): readonly string[] {
  const say = (r: ChangeRecording): string => {
    switch (r.state) {
      case 'recorded':
        return `the trail ${r.trail} records them`;
      case 'partly':
        return `the trail ${r.trail} records some of them: its event selectors leave services or calls out`;
      case 'none':
        return 'no CloudTrail trail records them, so nothing of them arrives: only the schedule finds what changed';
      case 'unknown':
        return `not known: ${whyUnread(r)}`;
    }
  };
  const byAnswer = Map.groupBy([...recordings], ([, r]) => say(r));
  return [...byAnswer].map(([said, of]) => `${of.map(([region]) => region).join(', ')}: ${said}`);
}

/** Whether a region has no trail that records changes. */
const isUnrecorded = (recordings: ReadonlyMap<string, ChangeRecording>): boolean =>
  [...recordings.values()].some((r) => r.state === 'none');

/** Regions whose changes are forwarded: the planned ones, the auditor's own, and where AWS records IAM; as far as they are enabled. */
export const forwardedRegions = (plan: Plan, home: string, enabled?: readonly string[]): readonly string[] =>
  [...new Set([home, ...(regionsOf(plan) ?? []), ...globalRegions(plan)])].filter(
    (region) => region === home || mayBeEnabled(enabled)(region),
  );

/** Where Lambda has no function URLs: what answers questions instead. */
const questionWords = (plan: Plan, region: string, profile?: string): readonly string[] =>
  hasFunctionUrls(region)
    ? []
    : [
        `none, because Lambda has no function URLs in ${region}. Commands read the findings table instead:`,
        ownCommand(['readiness'], { stack: stackNamesOf(plan).audit, 'stack-region': region, profile }),
      ];

/** The plan's key. */
const keyWords = ({ deployment }: Plan): readonly string[] =>
  deployment?.kmsKey === undefined
    ? []
    : [
        deployment.kmsKey,
        'It encrypts table, topics, queues, logs and the environment of functions. Add the statements below to its policy first:',
        'without them the deployment fails, or alarms and dead letters are lost.',
      ];

/** Where the functions run. */
const networkWords = ({ deployment: { vpc } = {} }: Plan): readonly string[] =>
  vpc === undefined
    ? []
    : [
        `all functions in ${some(vpc.subnets)} with ${some(vpc.securityGroups)}. From there they have to reach, by port 443,`,
        "the APIs of AWS in every audited region and us-east-1, and the chat's address: where one cannot be reached, its audits fail.",
      ];

/** What bounds the function that callers invoke as often as they like. */
function concurrencyWords({ plan: { deployment }, concurrency }: DeployPreview): readonly string[] {
  if (deployment?.reserveConcurrency)
    return [`${reservedInAll} executions are reserved: query takes at most ${functionSizes.query.reserved}`];
  if (!concurrency.ok) return [`query takes as many executions as the account has; how many is not known: ${whyUnread(concurrency)}`];
  const has = `query takes at most the ${concurrency.value} executions that the account has`;
  return concurrency.value < neededToReserve
    ? [`${has}: too few to reserve any`]
    : [`${has}; deployment.reserveConcurrency: true limits it to ${functionSizes.query.reserved}`];
}

/** What the policy of the plan's key has to contain, ready to paste. */
export function keyPolicyLines(plan: Plan, { identity }: Pick<DeployTarget, 'identity'>): readonly string[] {
  const policy = keyPolicy(plan, identity?.account);
  return policy ? ['', 'KEY POLICY', '', ...JSON.stringify(policy, null, 2).split('\n')] : [];
}

/** What is about to be done, in a screenful. */
export function previewLines(screen: DeployPreview): readonly string[] {
  const { plan, planFile, target, recordings } = screen;
  const { identity, unidentified, region, regionAssumed } = target;
  const routes = routesOf(plan);
  const table = (name: string, lines: readonly string[]) => lines.map((line, n) => (n === 0 ? row(name, line) : more(line)));
  return [
    row(
      'account',
      identity
        ? `${identity.account}${identity.alias === undefined ? '' : ` (${identity.alias})`}, as ${identity.arn}`
        : `not known: ${unidentified}`,
    ),
    row('region', `${region}${regionAssumed ? ' (none is configured; --region names one)' : ''}`),
    row('plan', `${planFile}: ${count(plan.clusters.length, 'cluster')}, ${count(plan.mutes.length, 'mute')}`),
    row('audits', `${auditsWords(plan)}; ${plan.schedule}`),
    ...table('alerts', routes.length > 0 ? routes : ['none: the plan has no alerts']),
    ...(plan.alerts.slack || plan.alerts.teams
      ? [more('(the chat has to be let in once per account: https://console.aws.amazon.com/chatbot/; without that the stack fails)')]
      : []),
    ...table('key', keyWords(plan)),
    ...table('network', networkWords(plan)),
    ...table('at once', concurrencyWords(screen)),
    ...table('stacks', [...stackWords(screen), ...globalWords(plan, region)]),
    ...table('endpoint', questionWords(plan, region, screen.profile)),
    ...table('bootstrap', bootstrapWords(screen)),
    ...table('changes', recordingWords(recordings)),
    ...(isUnrecorded(recordings)
      ? [more('A trail: https://console.aws.amazon.com/cloudtrailv2/home#/create (the first copy of management events is free)')]
      : []),
  ];
}

const margin = 15;

/** Everything that would be made, stack by stack. */
export function stackLines(stacks: readonly SynthesisedStack[]): readonly string[] {
  return stacks.flatMap(({ name, region, template, warnings }) => {
    const rooms = [...inventoryOf(template), ...(warnings.length > 0 ? [{ name: 'note', holds: warnings }] : [])];
    const lines = rooms.flatMap((room) =>
      room.holds
        .flatMap((held) => wrap(held, 100).map((line, n) => (n === 0 ? line : `  ${line}`)))
        .map((line, n) => `  ${(n === 0 ? room.name : '').padEnd(margin - 2)}${line}`),
    );
    return [`${name}${region === undefined ? '' : ` in ${region}`}`, ...lines, ''];
  });
}

// After it

/** Outputs of the audit stack by name, without the suffix that keeps them apart from resources. */
export type Outputs = { readonly [name: string]: string };

export const outputsOf = (written: { readonly [stack: string]: Outputs }, stack: string): Outputs =>
  Object.fromEntries(Object.entries(written[stack] ?? {}).map(([name, value]) => [name.replace(/Output$/, ''), value]));

export interface DeployResult extends MemberDeployment {
  readonly outputs: Outputs;
  readonly profile?: string;
  /** Now: the identity of the audit that the command line asks for. */
  readonly at: string;
}

const shown = ['FindingsTable', 'DriftAlerts', 'ChatAlerts', 'Operations', 'EventBus', 'AuditQueue'];

/** What was made, and what is left to a person: each step with its command. */
export function resultLines(deployed: DeployResult): readonly string[] {
  const { plan, outputs, region, profile, at } = deployed;
  const { email = [] } = plan.alerts;
  const routes = routesOf(plan);
  const steps: readonly (readonly string[])[] = [
    ...(email.length > 0
      ? [
          [
            `Confirm: SNS has written to ${some(email)} twice, for alerts and for the auditor itself; nothing else arrives before each is confirmed. Do not click: copy each link, so that no one else can unsubscribe it later.`,
            `  ${ownCommand(['alert', 'confirm'], { profile })} 'LINK'`,
          ],
        ]
      : []),
    ...(routes.length > 0
      ? [
          [
            'Send a sample down every route; this also says which still wait to be confirmed:',
            `  ${ownCommand(['alert', 'test'], { stack: stackNamesOf(plan).audit, 'stack-region': region, profile })}`,
          ],
        ]
      : []),
    ...(routes.length > 0
      ? []
      : [[`No one is notified of changes: add alerts to the plan and deploy again, or subscribe by hand to ${outputs.DriftAlerts ?? ''}`]]),
    ...(plan.accounts === undefined ? [] : [memberSteps(deployed)]),
    [
      'Audit everything now, rather than at the next run of the schedule; a minute later, read the readiness:',
      `  ${aws(['lambda', 'invoke', '/dev/stdout'], {
        region,
        'function-name': outputs.DispatchFunction ?? '',
        'cli-binary-format': 'raw-in-base64-out',
        payload: JSON.stringify({ kind: 'schedule', at }),
        profile,
      })}`,
      `  ${ownCommand(['readiness'], { stack: stackNamesOf(plan).audit, 'stack-region': region, profile })}`,
    ],
    [
      'See how the auditor itself is doing:',
      `  ${
        outputs.Dashboard === undefined
          ? consolePage({ partition: 'aws', region })`cloudwatch/home?region=${region}#alarmsV2:`
          : consolePage({ partition: 'aws', region })`cloudwatch/home?region=${region}#dashboards/dashboard/${outputs.Dashboard}`
      }`,
    ],
  ];
  return [
    ...shown.flatMap((name) => (outputs[name] === undefined ? [] : [`  ${name.padEnd(14)} ${outputs[name]}`])),
    ...questionWords(plan, region, profile).map((line, n) => `  ${(n === 0 ? 'QueryUrl' : '').padEnd(14)} ${line}`),
    '',
    'NEXT',
    ...steps.flatMap(([first = '', ...rest], n) => [`  ${n + 1}. ${first}`, ...rest.map((line) => `   ${line}`)]),
  ];
}

/** The account that templates are made for. */
export const accountOf = ({ identity }: DeployTarget): string => identity?.account ?? unknownAccount;
