/** What goes when the auditor is taken out of an account, what stays, and how each of these is removed. Pure words. */

import { auditRoleOf, type Plan } from '../../shared/core/plan/plan.ts';
import { count } from '../../shared/core/render/words.ts';
import { aws, inEach } from '../../shared/core/text/command-line.ts';
import { webhookSecretsOf } from '../stacks/functions.ts';
import { leftOut, memberRegions, stackNamesOf, stackSetRegions } from '../stacks/stack-names.ts';
import type { SynthesisedStack } from './deploy-screen.ts';
import { inventoryOf } from './inventory.ts';
import { aboutStackSet, allAtOnce, stackSetTargets } from './member-steps.ts';

export interface DestroyPreview {
  readonly plan: Plan;
  readonly stacks: readonly SynthesisedStack[];
  readonly region: string;
  /** Regions that are enabled in the account; absent: not known. */
  readonly enabled?: readonly string[];
  /** Absent without credentials. */
  readonly account?: string;
  /** Name of the findings table, where the stack has it in its outputs. */
  readonly table?: string;
  readonly profile?: string;
}

/** Something that stays: why, and the commands that remove it. */
export interface RetainedResource {
  readonly what: string;
  readonly remove: readonly string[];
}

/** What goes, a line a stack. */
export const deletedLines = ({ stacks }: DestroyPreview): readonly string[] =>
  stacks.map(({ name, region, template }) => {
    const unlisted = ['findings', 'fittings'];
    const holds = inventoryOf(template)
      .filter((group) => !unlisted.includes(group.name))
      .flatMap((group) => group.holds.map((held) => held.replace(/: .*/s, '')));
    return `${name} in ${region ?? 'its region'}: ${holds.join(', ')}`;
  });

function retainedInMembers({ plan, region, enabled, account = 'ACCOUNT' }: DestroyPreview): readonly RetainedResource[] {
  if (plan.accounts === undefined) return [];
  const oneByOne = inEach('region', memberRegions(plan, region), (each) =>
    aws(['cloudformation', 'delete-stack'], { region: each, 'stack-name': stackNamesOf(plan).member }),
  );
  const targets = stackSetTargets(plan, account);
  if (targets)
    return [
      {
        what: `The role ${auditRoleOf(plan).name} and the forwarding of changes in the accounts of the organization (a stack set; in the management account without --call-as). ROOT: the root of the organization.`,
        remove: [
          aboutStackSet(plan, 'delete-stack-instances', region, {
            // Without the filter: an account that joined later may have the stack although the plan does not name it.
            'deployment-targets': { OrganizationalUnitIds: targets.OrganizationalUnitIds ?? [] },
            regions: stackSetRegions(plan, region, enabled),
            'no-retain-stacks': true,
            'operation-preferences': allAtOnce,
          }),
          aboutStackSet(plan, 'delete-stack-set', region, {}),
        ],
      },
      { what: 'The same in the management account, if it was let in by itself. With its own credentials:', remove: [oneByOne] },
    ];
  return [
    {
      what: `The role ${auditRoleOf(plan).name} and the forwarding of changes in ${count(plan.accounts.length, 'account')} of the plan. In each, with its own credentials:`,
      remove: [oneByOne],
    },
  ];
}

/** What stays, the most important first. */
export function retainedResources(leaving: DestroyPreview): readonly RetainedResource[] {
  const { plan, region, account = 'ACCOUNT', table, profile } = leaving;
  const own = { region, profile };
  const { slack, teams } = plan.alerts;
  const off = leftOut(plan, region, leaving.enabled);
  return [
    {
      what: `The findings table${table === undefined ? '' : ` ${table}`}, with every finding and its history: protected against deletion. It costs its storage. A later deployment makes a table of its own and does not go on with this one.${table === undefined ? ' TABLE is what the first command prints.' : ''}`,
      remove: [
        ...(table === undefined
          ? [
              aws(['dynamodb', 'list-tables'], {
                ...own,
                query: `TableNames[?starts_with(@, '${stackNamesOf(plan).audit}-Findings')]`,
                output: 'text',
              }),
            ]
          : []),
        aws(['dynamodb', 'update-table'], { ...own, 'table-name': table ?? 'TABLE', 'no-deletion-protection-enabled': true }),
        aws(['dynamodb', 'delete-table'], { ...own, 'table-name': table ?? 'TABLE' }),
      ],
    },
    ...retainedInMembers(leaving),
    {
      what: "CDK's bootstrap stack CDKToolkit with its bucket, which stores the bundles. Other CDK apps of this account use it too. If no other CDK app does:",
      remove: [
        aws(['s3', 'rm', `s3://cdk-hnb659fds-assets-${account}-${region}`], { recursive: true, ...own }),
        aws(['cloudformation', 'delete-stack'], { ...own, 'stack-name': 'CDKToolkit' }),
      ],
    },
    ...webhookSecretsOf(plan).map((secret) => ({
      what: 'The secret with the address of the webhook or the key of an on-call service, which is yours.',
      remove: [aws(['secretsmanager', 'delete-secret'], { ...own, 'secret-id': secret })],
    })),
    ...(slack || teams
      ? [
          {
            what: 'The admission of the Slack workspace or the Teams tenant to Amazon Q Developer in chat applications.',
            remove: ['https://console.aws.amazon.com/chatbot/ (Configured clients, Remove)'],
          },
        ]
      : []),
    {
      what: `Forwarding stacks of regions that were in the plan when it was deployed and no longer are${off.length > 0 ? `, or are not enabled in this account now (${off.join(', ')})` : ''}. In each such region${off.length > 0 ? ', once it is enabled' : ''}:`,
      remove: [aws(['cloudformation', 'delete-stack'], { region: 'REGION', 'stack-name': stackNamesOf(plan).events('REGION') })],
    },
  ];
}

/** Both lists. */
export function destroyLines(leaving: DestroyPreview): readonly string[] {
  return [
    'GOES',
    ...deletedLines(leaving).map((line) => `  ${line}`),
    '  Subscriptions go with their topics: no one has to unsubscribe. Logs go with their functions, metrics expire by themselves.',
    '',
    'STAYS',
    ...retainedResources(leaving).flatMap(({ what, remove }) => [`  ${what}`, ...remove.map((line) => `    ${line}`)]),
  ];
}
