import { Option } from 'commander';
import type { CommandDefinition } from '../command.ts';
import { plainCodes } from '../help.ts';

export const tourCommand: CommandDefinition = {
  name: 'tour',
  description: 'what `npm start` shows: the sandbox account audited, drifting, audited again',
  options: [
    new Option('--serve', 'serve the dashboard at the end also where stdout is no terminal'),
    new Option('--report <file>', 'where to write the report').default('report.html'),
  ],
  help: plainCodes('it was shown', 'the arguments, or a file that cannot be written'),
  examples: ['tour', 'tour --report /tmp/report.html'],
  action: async () => (await import('../actions/tour.ts')).tour,
};
