import type { CommandDefinition } from '../command.ts';
import { plainCodes } from '../help.ts';
import { formatOption, options } from '../options.ts';

const validate: CommandDefinition = {
  name: 'validate',
  description: 'report every mistake in a plan at once, what is probably not intended, and what AWS would refuse in a request',
  arguments: { '[file]': 'the plan (default: the bundled infra/plan.yaml)' },
  options: [formatOption(['text', 'json'])],
  help: '\nExit code: 0 the plan is valid, with or without warnings; 1 AWS would refuse a request of it; 3 it has mistakes; 130 interrupted.',
  examples: ['plan validate my-plan.yaml', 'plan validate my-plan.yaml --format json'],
  action: async () => (await import('../actions/plan.ts')).validatePlan,
};

const schema: CommandDefinition = {
  name: 'schema',
  description: 'print the JSON Schema of a plan',
  options: [formatOption(['json']), options.output],
  help: plainCodes('the schema is printed', 'the arguments'),
  examples: ['plan schema --output plan.schema.json'],
  action: async () => (await import('../actions/plan.ts')).showSchema,
};

export const planCommand: CommandDefinition = {
  name: 'plan',
  description: 'check a plan, or print the JSON Schema editors complete it with',
  examples: ['plan validate my-plan.yaml', 'plan schema --output plan.schema.json'],
  subcommands: [validate, schema],
};
