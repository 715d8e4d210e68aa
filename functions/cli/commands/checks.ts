import type { CommandDefinition } from '../command.ts';
import { plainCodes } from '../help.ts';
import { formatOption, options } from '../options.ts';

export const checksCommand: CommandDefinition = {
  name: 'checks',
  description: 'list all checks by group, or print purpose, rule, level, facts, IAM actions and an example of one',
  arguments: { '[check...]': 'ids of checks, such as efa-self-traffic' },
  options: [formatOption(['text', 'json', 'markdown']), options.output],
  help: plainCodes('the checks are printed', 'a check of that name does not exist, or the arguments'),
  examples: ['checks', 'checks efa-self-traffic', 'checks efa-self-traffic --format json'],
  action: async () => (await import('../actions/checks.ts')).listChecks,
};
