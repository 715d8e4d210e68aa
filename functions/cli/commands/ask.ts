/** Commands that ask what was found. */
import type { CommandDefinition } from '../command.ts';
import { answerCodes } from '../help.ts';
import { answerOptions, filterOptions, requiredFrom, sourceOptions } from '../options.ts';

const findings: CommandDefinition = {
  name: 'findings',
  description: 'findings as they are, or were at a moment, the newest first',
  options: [
    ...filterOptions('account', 'region', 'cluster', 'check', 'resource', 'level', 'status', 'muted', 'open', 'at', 'limit'),
    ...sourceOptions,
    ...answerOptions,
  ],
  help: answerCodes,
  examples: ['findings --open --level required', 'findings --check efa-self-traffic --deployed', 'findings --at 7d --format csv'],
  action: async () => (await import('../actions/ask.ts')).askFindings,
};

const coverage: CommandDefinition = {
  name: 'coverage',
  description: 'what was not evaluated, since when, and the IAM statement that fixes it, the newest first',
  options: [
    ...filterOptions('account', 'region', 'cluster', 'check', 'resource', 'level', 'at', 'limit'),
    ...sourceOptions,
    ...answerOptions,
  ],
  help: answerCodes,
  examples: ['coverage', 'coverage --level required --deployed', 'coverage --region us-west-2 --format json'],
  action: async () => (await import('../actions/ask.ts')).askCoverage,
};

const history: CommandDefinition = {
  name: 'history',
  description: 'the changes of one finding, the newest first',
  arguments: { '<id>': "the finding's id, as `findings` or an export prints it (account/region/id), or the beginning of one" },
  options: [...filterOptions('account', 'region', 'limit'), ...sourceOptions, ...answerOptions],
  help: answerCodes,
  examples: ['history efa-self-traffic/llm-train/-/sg-0123456789abcdef0 --region us-west-2', 'history efa-self'],
  action: async () => (await import('../actions/history.ts')).askHistory,
};

const changes: CommandDefinition = {
  name: 'changes',
  description: 'what changed, the newest first',
  options: [
    ...filterOptions('since', 'from', 'to', 'account', 'region', 'cluster', 'check', 'resource', 'level', 'status', 'muted'),
    ...filterOptions('of', 'cause', 'limit'),
    ...sourceOptions,
    ...answerOptions,
  ],
  help: answerCodes,
  examples: ['changes --since 7d', 'changes --region us-west-2 --since 7d --deployed', 'changes --of readiness --format csv'],
  action: async () => (await import('../actions/ask.ts')).askChanges,
};

const diff: CommandDefinition = {
  name: 'diff',
  description: 'what is different between two moments, without the changes in between',
  options: [
    requiredFrom,
    ...filterOptions('to', 'account', 'region', 'cluster', 'check', 'resource', 'level', 'limit'),
    ...sourceOptions,
    ...answerOptions,
  ],
  help: answerCodes,
  examples: ['diff --from 7d', 'diff --from 2026-11-01 --to 2026-11-08 --region us-west-2'],
  action: async () => (await import('../actions/ask.ts')).askDiff,
};

export const askCommands: readonly CommandDefinition[] = [findings, coverage, history, changes, diff];
