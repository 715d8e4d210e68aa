/** What every alert says in every medium: how to ask the deployment that sent it, and where the console shows what fails. */
import { describe, expect, test } from 'vitest';
import { digestOf } from '../../../shared/core/alerts/alert-digest.ts';
import { type AlertMessage, messageOf } from '../../../shared/core/alerts/alert-message.ts';
import { reminderOf } from '../../../shared/core/alerts/alert-reminder.ts';
import { bodyOf, chatBodyOf } from '../../../shared/core/alerts/alert-size.ts';
import { notificationOf, webhookBodyOf } from '../../../shared/core/alerts/alert-webhook.ts';
import type { Commit } from '../../../shared/core/history/log.ts';
import { statusOfDeployment } from '../../../shared/core/text/own-command.ts';
import { finding, hour, lastCommit } from '../results.ts';

const command = 'npx --no-install hyperpod-auditor readiness --stack Auditor-2 --stack-region eu-west-1';
const status = statusOfDeployment({ stack: 'Auditor-2', region: 'eu-west-1', account: '999988887777' });
const context = { account: '111122223333', alias: 'ml-prod', region: 'us-west-2', status };
const where = 'All of it is in the table.';
const console = 'https://us-west-2.console.aws.amazon.com/ec2/home?region=us-west-2#SecurityGroup:groupId=sg-1';
const bad = finding({ status: 'fail', remediation: { text: 'Fix it.', console } });

const told = (commit: Commit): AlertMessage => messageOf(commit, context, where) ?? expect.fail('nothing to tell');
const blocked = { cluster: 'llm-train', running: true, planned: false, state: 'BLOCKED', since: hour(1) } as const;
const cluster = 'https://us-west-2.console.aws.amazon.com/sagemaker/home?region=us-west-2#/cluster-management/llm-train';

const messages: readonly (readonly [name: string, message: AlertMessage, link: string])[] = [
  ['the first audit of a region', told(lastCommit({ findings: [bad] })), console],
  ['a change', told(lastCommit({ findings: [finding()] }, { findings: [bad] })), console],
  [
    'a reminder',
    reminderOf({
      ...context,
      at: hour(50),
      clusters: [blocked],
      failures: [{ finding: bad, firstSeen: hour(1), since: hour(1), lastChanged: hour(1) }],
      where,
    }),
    console,
  ],
  [
    'a digest',
    digestOf({
      account: '999988887777',
      region: 'eu-west-1',
      at: hour(50),
      standings: [
        {
          account: '111122223333',
          region: 'us-west-2',
          last: { factsAt: hour(49), coverage: { evaluated: 1, unevaluated: 0, required: 0 }, state: 'audited', readiness: [blocked] },
          late: false,
          open: { required: 1, recommended: 0, advice: 0 },
          muted: 0,
        },
      ],
      open: { required: 1, recommended: 0, advice: 0 },
      muted: 0,
      pending: 0,
      brokenRoutes: [],
      weakRoutes: [],
      where,
      status,
    }),
    cluster,
  ],
];

const hook = (message: AlertMessage, host: string): string => {
  const notification = notificationOf(chatBodyOf(message)) ?? expect.fail('no notification');
  return JSON.stringify(webhookBodyOf(notification, host));
};
const media: readonly (readonly [name: string, shown: (message: AlertMessage) => string])[] = [
  ['e-mail', (message) => JSON.parse(bodyOf(message)).email],
  ['JSON', (message) => JSON.parse(bodyOf(message)).default],
  ['Slack and Teams by Amazon Q', (message) => chatBodyOf(message)],
  ['a webhook of Slack', (message) => hook(message, 'hooks.slack.com')],
  ['a webhook of Teams', (message) => hook(message, 'x.webhook.office.com')],
];

describe.each(messages)('%s', (_, message, link) => {
  test.for(media)('by %s', ([, shown]) => {
    const text = shown(message);
    expect(text).toContain(command);
    expect(text).toContain(link.replaceAll('&', text.includes('&amp;') ? '&amp;' : '&'));
  });

  test('the command stands on a line of its own, to be copied', () => {
    expect(message.text.split('\n')).toContain(`$ ${command}`);
    expect(message.data.statusCommand).toBe(command);
    expect(message.text).toContain('Current status of all regions, with credentials of account 999988887777:');
  });
});

test('however much there is to tell, the command is not what is left out', () => {
  const many = Array.from({ length: 600 }, (_, n) =>
    finding({ status: 'fail', resource: `sg-${n}`, remediation: { text: 'Fix it. '.repeat(60), console } }),
  );
  const message = told(lastCommit({ findings: many.map((f) => ({ ...f, status: 'pass' as const })) }, { findings: many }));
  const long = { ...message, text: message.text.replace('\n\nCurrent', `${'\nx'.repeat(40_000)}\n\nCurrent`) };
  const { email, default: json } = JSON.parse(bodyOf(long));
  expect(email).toContain('more lines are left out.');
  expect(email.trimEnd().split('\n').at(-1)).toBe(`$ ${command}`);
  expect(JSON.parse(json)).toMatchObject({ statusCommand: command, omitted: { changes: expect.any(Number) } });
  const { description } = message.chat.content;
  expect(description).toMatch(/… and \d+ more\./);
  expect(description.split('\n').at(-1)).toContain(command);
  expect(description.length).toBeLessThanOrEqual(8000);
});

test('a stack whose name needs quotes gets them', () => {
  expect(statusOfDeployment({ stack: "it's", region: 'eu-west-1', account: '1' }).command).toContain(
    `--stack 'it'\\''s' --stack-region eu-west-1`,
  );
});
