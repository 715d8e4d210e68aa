/** Who is notified of changes, and how: the keys of the plan below `alerts`. */

import * as z from 'zod';
import { levels } from '../core/evaluation/finding.ts';
import { defaultPerHour } from '../core/plan/plan.ts';
import { account } from './deployment-settings.ts';
import { accepts, flag, key, list, mapping, oneOf, shaped } from './described-schema.ts';

const guid = (of: string) =>
  shaped(/^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/, `the id of ${of} like a1b2c3d4-1111-4222-8333-0123456789ab`);

/** What the policy of a bus holds: 10 KB, https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutPermission.html. An account takes 41 characters. */
const mostSubscribers = 100;
const subscriberList = accepts(
  list(account, 1, mostSubscribers, 'account ids'),
  `a list of 1 to ${mostSubscribers} account ids`,
  (value) =>
    Array.isArray(value) && value.length > mostSubscribers
      ? 'policies hold no more; for every account of the organization write subscribers: organization'
      : undefined,
);
const secret = shaped(
  /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]{1,519}$/,
  'the ARN of a secret like arn:aws:secretsmanager:us-west-2:123456789012:secret:chat-hook-AbCdEf',
);

export const alertSettings = mapping({
  email: key(
    list(accepts(z.email().max(254), 'an e-mail address'), 0, undefined, 'e-mail addresses'),
    'Recipients of notifications by e-mail.',
    {
      examples: [['ml-platform@example.com']],
      absent: 'no one',
    },
  ).optional(),
  slack: key(
    mapping({
      workspace: key(shaped(/^T[A-Z0-9]{3,20}$/, 'the id of a Slack workspace like T0123ABCD'), 'Slack workspace.', {
        examples: ['T0123ABCD'],
      }),
      channel: key(shaped(/^[CG][A-Z0-9]{3,20}$/, 'the id of a Slack channel like C0456EFGH'), 'Channel in it.', {
        examples: ['C0456EFGH'],
      }),
    }),
    'Slack channel that is notified, through Amazon Q Developer in chat applications.',
    { absent: 'nowhere' },
  ).optional(),
  teams: key(
    mapping({
      tenant: key(guid('a Microsoft tenant'), 'Tenant of Microsoft Teams.', {
        examples: ['a1b2c3d4-1111-4222-8333-0123456789ab'],
      }),
      team: key(guid('a team'), 'Team in it, by the id that the console of the chat service shows.', {
        examples: ['e5f6a7b8-1111-4222-8333-0123456789ab'],
      }),
      channel: key(
        shaped(
          /^19(:|%3[aA])[\w-]{1,200}(@|%40)thread\.(tacv2|skype)$/,
          'the id of a Teams channel like 19:b6ef35dc342d56ba5654e6fc6d25a071@thread.tacv2',
        ),
        'Channel in it; its link holds the id.',
        { examples: ['19:b6ef35dc342d56ba5654e6fc6d25a071@thread.tacv2'] },
      ),
    }),
    'Microsoft Teams channel that is notified, through Amazon Q Developer in chat applications. In addition to Slack, if both are named.',
    { absent: 'nowhere' },
  ).optional(),
  webhookSecret: key(
    secret,
    'Secret of Secrets Manager that holds the address of an incoming webhook, for chats without Amazon Q Developer. It is under the key of Secrets Manager or under deployment.kmsKey: under another key it cannot be opened.',
    { examples: ['arn:aws:secretsmanager:us-west-2:123456789012:secret:chat-hook-AbCdEf'], absent: 'no webhook' },
  ).optional(),
  pagerDutySecret: key(
    secret,
    'Secret of Secrets Manager that holds the integration key of PagerDuty (Events API v2): an incident for each cluster that is BLOCKED, resolved when it no longer is.',
    { examples: ['arn:aws:secretsmanager:us-west-2:123456789012:secret:pagerduty-AbCdEf'], absent: 'no incidents' },
  ).optional(),
  jiraSecret: key(secret, 'The same of Jira Service Management: the API key of an integration, for its alerts.', {
    examples: ['arn:aws:secretsmanager:us-west-2:123456789012:secret:jira-AbCdEf'],
    absent: 'no alerts',
  }).optional(),
  securityHub: key(
    flag,
    "true imports what changes into AWS Security Hub CSPM of the auditor's account and region: findings of every audited account.",
    { absent: 'false' },
  ).optional(),
  events: key(
    flag,
    'true publishes every change of findings, coverage and readiness and every notification as an event on the bus of the stack (output PublishedBusOutput).',
    { absent: 'false' },
  ).optional(),
  subscribers: key(
    accepts(
      z.union([z.literal('organization'), subscriberList]),
      `a list of up to ${mostSubscribers} account ids like ['123456789012'], or the word organization`,
    ),
    'Other accounts that may subscribe to the topic DriftAlerts, and make rules on the bus of events. organization: those of deployment.organization.',
    { examples: [['123456789012'], 'organization'], absent: "the auditor's account" },
  ).optional(),
  minimum: key(oneOf(levels), 'The lowest level that is notified. advice includes all three.', {
    absent: 'recommended',
  }).optional(),
  remindAfterHours: key(
    accepts(
      z
        .int()
        .min(0)
        .max(8760)
        .refine((hours) => hours === 0 || hours >= 24),
      '0 for never, or a whole number of hours from 24 to 8760',
    ),
    'Hours after which the notification of a cluster that is still BLOCKED is repeated.',
    { examples: [24], absent: '24: daily' },
  ).optional(),
  perHour: key(
    accepts(z.int().min(2).max(1000), 'a whole number from 2 to 1000'),
    'Messages an hour to each topic. What is beyond it comes as one summary.',
    { examples: [defaultPerHour], absent: String(defaultPerHour) },
  ).optional(),
});
