import type { CommandDefinition } from '../command.ts';
import { formatOption, options } from '../options.ts';

export const checksCommand: CommandDefinition = {
  name: 'checks',
  description: 'the reference table: every check, its level, why it matters and what it reads',
  arguments: { '[check...]': 'only these' },
  options: [formatOption(['text', 'json', 'markdown']), options.output],
  examples: ['checks', 'checks efa-self-traffic', 'checks --format markdown'],
  action: async () => (await import('../actions/checks.ts')).listChecks,
};
