import { Option } from 'commander';
import type { CommandDefinition } from '../command.ts';
import { parsePort, sourceOptions } from '../options.ts';

export const dashboardCommand: CommandDefinition = {
  name: 'dashboard',
  description: 'the findings as a page in the browser, on this machine alone, until Ctrl-C',
  options: [
    ...sourceOptions,
    new Option('--plan <file>', 'name the clusters of this plan that have no stored audit; they are UNKNOWN'),
    new Option('--port <number>', 'port of 127.0.0.1 to serve on (default: any free one)').argParser(parsePort),
  ],
  examples: ['dashboard', 'dashboard --sandbox', 'dashboard --deployed --home us-west-2', 'dashboard --table NAME'],
  action: async () => (await import('../actions/dashboard.ts')).dashboard,
};
