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
Shows what was not audited in time first, then the worst. The log answers, of every region that was ever audited.
With --plan the plan says which accounts and regions there are, and when an audit is late: one that was never audited is shown
too, and of a stack or a table the routes of alerts. It has to be the plan that was deployed.

The code is of all that the filters leave, however many are shown; --state leaves it as it is.

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
