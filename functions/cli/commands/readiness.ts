import { Option } from 'commander';
import { stackName } from '../../process/package.ts';
import type { CommandDefinition } from '../command.ts';
import { answerOptions, filterOptions, sourceOptions } from '../options.ts';

export const readinessCommand: CommandDefinition = {
  name: 'readiness',
  description: 'show the readiness as of the last audits, from this machine or from the deployed auditor',
  options: [
    ...filterOptions('account', 'region', 'cluster', 'state', 'at', 'limit'),
    new Option(
      '--plan <file>',
      'what this plan names, audited or not; of a stack or a table the bundled infra/plan.yaml where nothing is filtered',
    ),
    ...sourceOptions,
    ...answerOptions,
  ],
  help: `
Lists late regions first, then the worst. Contains every region that was audited.
With --plan, it also contains regions of the plan that were never audited, and shows by the schedule of the plan which audits are
late. For a stack or a table it also shows recipients of notifications. Use the plan that was deployed.

The exit code covers all clusters that match the filters, not only those shown. --state does not change it.

Exit code:
  0  nothing required fails, everything required was evaluated, and in time
  1  something required fails
  2  nothing fails, but something required was not evaluated, or a region was not audited in time
  3  no result: the plan, the arguments, the credentials, or a defect of this tool
  130  interrupted`,
  examples: [
    `readiness --stack ${stackName}`,
    'readiness --table NAME --stack-region us-west-2 --plan my-plan.yaml',
    'readiness --region us-west-2 --format json',
    'readiness --at 2026-11-01T12:00Z',
    'readiness --deployed --state BLOCKED',
  ],
  action: async () => (await import('../actions/readiness.ts')).readiness,
};
