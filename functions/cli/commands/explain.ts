import { Option } from 'commander';
import type { CommandDefinition } from '../command.ts';
import { answerCodes } from '../help.ts';
import { answerOptions, filterOptions, sourceOptions } from '../options.ts';

export const explainCommand: CommandDefinition = {
  name: 'explain',
  description: 'why a cluster failed or is degraded: what AWS reported, the checks that evaluate its cause, then and now, and the fix',
  arguments: { '[cluster]': 'the name of the cluster; without it, every cluster of which AWS reported a failure in the last 35 days' },
  options: [
    new Option('--message <text>', 'explain this FailureMessage or event; needs no account and no audit'),
    ...filterOptions('account', 'region', 'limit'),
    ...sourceOptions,
    ...answerOptions,
  ],
  help: answerCodes,
  examples: ['explain llm-train', 'explain --deployed', 'explain --message "EFA health checks did not run successfully"'],
  action: async () => (await import('../actions/explain.ts')).explainCluster,
};
