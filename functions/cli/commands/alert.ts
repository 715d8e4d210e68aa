import { Option } from 'commander';
import { stackName } from '../../process/package.ts';
import type { CommandDefinition } from '../command.ts';
import { options, stackOptions } from '../options.ts';

const test: CommandDefinition = {
  name: 'test',
  description: 'send a sample notification to every recipient, and show which accepted it',
  options: [
    ...stackOptions,
    new Option('--topic <arn>', 'the topic of alerts (output DriftAlertsOutput of the stack)'),
    new Option('--operations <arn>', 'the topic of alarms about the auditor itself (OperationsOutput)'),
    new Option('--chat <arn>', 'the topic of chats (ChatAlertsOutput)'),
    new Option('--webhook <arn>', 'the secret that holds the address of a webhook: posted to directly'),
    options.profile,
  ],
  renamed: { '--region': '--stack-region' },
  help: `
Exit code: 0 every recipient accepted it, 1 one did not or is not confirmed, 3 no result, 130 interrupted.

Needs sns:Publish, sns:ListSubscriptionsByTopic and sns:GetSubscriptionAttributes on the topics; with --stack
cloudformation:DescribeStacks, with --webhook secretsmanager:GetSecretValue.`,
  examples: [
    `alert test --stack ${stackName} --stack-region us-west-2`,
    'alert test --topic arn:aws:sns:us-west-2:123456789012:DriftAlerts',
  ],
  action: async () => (await import('../actions/alert.ts')).testAlerts,
};

const confirm: CommandDefinition = {
  name: 'confirm',
  description: 'confirm a subscription so that only the account can end it, not everyone who has one of its e-mails',
  arguments: { '[link]': 'the link behind "Confirm subscription" in the first message, in quotes' },
  options: [
    new Option('--topic <arn>', 'instead of the link: its TopicArn'),
    new Option('--token <token>', 'and its Token'),
    options.profile,
  ],
  help: `
Do not click the link: a confirmation by click cannot be replaced. The link is valid for two days.
Exit code: 0 confirmed, 1 it had been confirmed by a click, 3 no result, 130 interrupted.

Needs sns:ConfirmSubscription and sns:GetSubscriptionAttributes on the topic.`,
  examples: [
    "alert confirm 'https://sns.us-west-2.amazonaws.com/confirmation.html?TopicArn=...&Token=...'",
    'alert confirm --topic arn:aws:sns:us-west-2:123456789012:DriftAlerts --token 2336412f37...',
  ],
  action: async () => (await import('../actions/alert-confirm.ts')).confirmAlert,
};

export const alertCommand: CommandDefinition = {
  name: 'alert',
  description: 'recipients of notifications: confirm them, and send a sample to each',
  examples: [`alert test --stack ${stackName}`, "alert confirm 'LINK'"],
  subcommands: [test, confirm],
};
