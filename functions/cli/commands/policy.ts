import { Option } from 'commander';
import type { CommandDefinition } from '../command.ts';
import { options } from '../options.ts';

export const policyCommand: CommandDefinition = {
  name: 'policy',
  description:
    'the least IAM policy that lets this plan be audited, or of fit or quota request; a list of named policies where one document is longer than IAM takes',
  options: [
    options.plan,
    options.sandbox,
    options.output,
    new Option('--account <id>', 'account whose resources the policy names').default('*'),
    new Option('--partition <partition>', 'AWS partition').choices(['aws', 'aws-cn', 'aws-us-gov']).default('aws'),
    new Option('--for <command>', 'what the policy is for').choices(['audit', 'fit', 'quota-request', 'key']).default('audit'),
    new Option('--role <arn>', 'with --for fit: that this execution role is evaluated too'),
    new Option('--lifecycle <address>', 'with --for fit: that this lifecycle script is evaluated too'),
  ],
  examples: [
    'policy --plan my-plan.yaml > policy.json',
    'policy --for fit',
    'policy --for quota-request --plan my-plan.yaml',
    'policy --for key --plan my-plan.yaml',
  ],
  action: async () => (await import('../actions/policy.ts')).policy,
};
