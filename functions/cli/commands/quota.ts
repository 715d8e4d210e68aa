import { Option } from 'commander';
import type { CommandDefinition } from '../command.ts';
import { accountOptions, formatOption } from '../options.ts';

const request: CommandDefinition = {
  name: 'request',
  description:
    'show the quota increases that the plan requires, and send them to Service Quotas once confirmed; the one command that changes anything in an account',
  options: [
    ...accountOptions,
    formatOption(['text', 'json']),
    new Option('--yes', 'send without asking'),
    new Option('--dry-run', 'only show what would be sent').conflicts('yes'),
  ],
  help: `
Never requests less than the current value, nor an increase of a quota with an open request. Sends at most as many requests
as AWS allows to be open. \`policy --for quota-request\` prints the IAM policy that this needs.

Exit code:
  0  every increase that the plan requires was requested, now or before
  1  a required increase was not requested
  2  no shortfall is known, but something was not evaluated
  3  no result: the plan, the arguments, the credentials, no one to confirm, or a defect of this tool
  130  interrupted`,
  examples: [
    'quota request --sandbox --dry-run',
    'quota request --plan my-plan.yaml',
    'quota request --plan my-plan.yaml --region us-east-1 --yes',
  ],
  action: async () => (await import('../actions/quota.ts')).requestQuotas,
};

export const quotaCommand: CommandDefinition = {
  name: 'quota',
  description: 'request the quotas that the plan requires from AWS',
  examples: ['quota request --plan my-plan.yaml --dry-run'],
  subcommands: [request],
};
