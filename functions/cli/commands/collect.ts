import type { CommandDefinition } from '../command.ts';
import { selectionHelp } from '../help.ts';
import { accountOptions, formatOption, options } from '../options.ts';

export const collectCommand: CommandDefinition = {
  name: 'collect',
  description: 'read the facts and write them as a snapshot; nothing is evaluated',
  options: [...accountOptions, options.account, options.cluster, formatOption(['json'])],
  help: `${selectionHelp}
Exit code:
  0  facts of every account and region in scope are in the snapshot
  2  an account or region could not be read, which the snapshot records, or the selection contains no cluster
  3  no result: the plan, the arguments, the credentials, or a defect of this tool
  130  interrupted`,
  examples: ['collect --plan my-plan.yaml --output facts.json', 'collect --region us-west-2 > facts.json'],
  action: async () => (await import('../actions/collect.ts')).collect,
};
