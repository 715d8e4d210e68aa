import { Option } from 'commander';
import type { CommandDefinition } from '../command.ts';
import { plainCodes } from '../help.ts';
import { options } from '../options.ts';

export const initCommand: CommandDefinition = {
  name: 'init',
  description: 'write a commented plan: from running clusters, from a create-cluster.json, or an example',
  options: [
    options.profile,
    options.sandbox,
    options.output,
    options.initRegion,
    new Option('--request <file>', 'from the JSON of `aws sagemaker create-cluster --cli-input-json`'),
  ],
  help: plainCodes('the plan is printed', 'the arguments, the credentials, or what AWS refused'),
  examples: ['init', 'init --region us-west-2 --output my-plan.yaml', 'init --request create-cluster.json --region us-east-1'],
  action: async () => (await import('../actions/init.ts')).init,
};
