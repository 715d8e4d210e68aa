import type { CommandDefinition } from '../command.ts';
import { resultFormats } from '../formats.ts';
import { resultCodes, selectionHelp } from '../help.ts';
import { accountOptions, formatOption, options } from '../options.ts';

export const auditCommand: CommandDefinition = {
  name: 'audit',
  description: 'read the account, evaluate it against the plan, store and show the findings',
  options: [...accountOptions, options.account, options.cluster, formatOption([...resultFormats, 'html']), options.level, options.database],
  help: `${selectionHelp}${resultCodes}`,
  examples: [
    'audit',
    'audit --plan my-plan.yaml --region us-west-2 --region us-east-1',
    'audit --plan my-plan.yaml --format json --output result.json',
    'audit --format html --output report.html',
    'audit --region all --level required',
  ],
  action: async () => (await import('../actions/audit.ts')).audit,
};
