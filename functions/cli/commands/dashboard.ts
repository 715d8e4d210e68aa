import { Option } from 'commander';
import type { CommandDefinition } from '../command.ts';
import { plainCodes } from '../help.ts';
import { parsePort, sourceOptions } from '../options.ts';

export const dashboardCommand: CommandDefinition = {
  name: 'dashboard',
  description: 'the findings as a page in the browser, on this machine alone, until Ctrl-C',
  options: [
    ...sourceOptions,
    new Option('--plan <file>', 'name the clusters of this plan that have no stored audit; they are UNKNOWN'),
    new Option('--port <number>', 'port of 127.0.0.1 to serve on (default: any free one)').argParser(parsePort),
  ],
  help: plainCodes('it was served until Ctrl-C', 'the arguments, the credentials, or a port that cannot be used'),
  examples: ['dashboard', 'dashboard --sandbox', 'dashboard --deployed --stack-region us-west-2', 'dashboard --table NAME'],
  action: async () => (await import('../actions/dashboard.ts')).dashboard,
};
