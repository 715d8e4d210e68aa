import { Option } from 'commander';
import type { CommandDefinition } from '../command.ts';
import { options } from '../options.ts';

export const tourCommand: CommandDefinition = {
  name: 'tour',
  description: 'what `npm start` shows: the sandbox account audited, drifting, audited again',
  options: [
    options.quiet,
    options.noColor,
    new Option('--serve', 'serve the dashboard at the end also where stdout is no terminal'),
    new Option('--report <file>', 'where to write the report').default('report.html'),
  ],
  action: async () => (await import('../actions/tour.ts')).tour,
};
