import { Option } from 'commander';
import type { CommandDefinition } from '../command.ts';
import { accountOptions, formatOption, options } from '../options.ts';

const request: CommandDefinition = {
  name: 'request',
  description:
    'show the increases that the plan lacks, and send them to Service Quotas once confirmed; the one command that changes anything in an account',
  options: [
    ...accountOptions,
    formatOption(['text', 'json']),
    options.noColor,
    new Option('--yes', 'send without asking'),
    new Option('--dry-run', 'only show what would be sent').conflicts('yes'),
  ],
  help: `
Never asks for less than the value in force, nor for a quota for which a request is open, and keeps within the number of
open requests that AWS allows. \`policy --for quota-request\` prints the IAM policy it takes.

Exit code:
  0  the plan lacks nothing that was not asked for, now or before
  1  something is lacking and was not asked for
  2  nothing is known to be lacking, but something could not be judged
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
  description: 'ask AWS for the quotas that the plan lacks',
  subcommands: [request],
};
