import { Option } from 'commander';
import { choose } from '../../process/strict-command.ts';
import type { CommandDefinition } from '../command.ts';
import { plainCodes } from '../help.ts';
import { formatOption, options } from '../options.ts';

export const policyCommand: CommandDefinition = {
  name: 'policy',
  description:
    'the least IAM policy that lets this plan be audited, or of fit or quota request; a list of named policies where one document is longer than IAM takes',
  options: [
    options.plan,
    options.sandbox,
    formatOption(['json']),
    options.output,
    new Option('--account <id>', 'account whose resources the policy names').default('*'),
    choose(new Option('--partition <partition>', 'AWS partition'), ['aws', 'aws-cn', 'aws-us-gov']).default('aws'),
    choose(new Option('--for <command>', 'what the policy is for'), ['audit', 'fit', 'quota-request', 'key']).default('audit'),
    new Option('--role <arn>', 'with --for fit: that this execution role is evaluated too'),
    new Option('--lifecycle <address>', 'with --for fit: that this lifecycle script is evaluated too'),
  ],
  help: plainCodes('the policy is printed', 'the plan or the arguments'),
  examples: [
    'policy --plan my-plan.yaml > policy.json',
    'policy --for fit',
    'policy --for quota-request --plan my-plan.yaml',
    'policy --for key --plan my-plan.yaml',
  ],
  action: async () => (await import('../actions/policy.ts')).policy,
};
