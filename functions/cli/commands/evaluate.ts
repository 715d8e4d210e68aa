import type { CommandDefinition } from '../command.ts';
import { resultFormats } from '../formats.ts';
import { resultCodes, selectionHelp } from '../help.ts';
import { formatOption, options } from '../options.ts';

export const evaluateCommand: CommandDefinition = {
  name: 'evaluate',
  description: 'evaluate a snapshot offline',
  arguments: { '<snapshot>': 'file that `collect` wrote, or - for standard input' },
  options: [options.plan, options.region, options.account, options.cluster, formatOption(resultFormats), options.output, options.level],
  help: `\nA planned cluster, account or region that is not in the snapshot is UNKNOWN.\n${selectionHelp}${resultCodes}`,
  examples: ['evaluate facts.json --plan my-plan.yaml', 'collect | evaluate - --plan other-plan.yaml'],
  action: async () => (await import('../actions/evaluate.ts')).evaluateSnapshots,
};
