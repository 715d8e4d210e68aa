import { Option } from 'commander';
import type { CommandDefinition } from '../command.ts';
import { options } from '../options.ts';

export const initCommand: CommandDefinition = {
  name: 'init',
  description: 'write a commented plan: from running clusters, from a create-cluster.json, or an example',
  options: [
    options.profile,
    options.sandbox,
    options.output,
    options.quiet,
    new Option('--region <region>', 'from the clusters that run in this region'),
    new Option(
      '--request <file>',
      'from the JSON of `aws sagemaker create-cluster --cli-input-json` (with --region: where it is meant to run)',
    ),
  ],
  examples: ['init', 'init --region us-west-2 --output my-plan.yaml', 'init --request create-cluster.json --region us-east-1'],
  action: async () => (await import('../actions/init.ts')).init,
};
