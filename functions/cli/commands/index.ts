/** All commands, in the order of the help. */
import type { CommandDefinition } from '../command.ts';
import { resultCodes } from '../help.ts';
import { alertCommand } from './alert.ts';
import { askCommands } from './ask.ts';
import { auditCommand } from './audit.ts';
import { checksCommand } from './checks.ts';
import { collectCommand } from './collect.ts';
import { completionCommand } from './completion.ts';
import { dashboardCommand } from './dashboard.ts';
import { evaluateCommand } from './evaluate.ts';
import { explainCommand } from './explain.ts';
import { fitCommand } from './fit.ts';
import { initCommand } from './init.ts';
import { planCommand } from './plan.ts';
import { policyCommand } from './policy.ts';
import { quotaCommand } from './quota.ts';
import { readinessCommand } from './readiness.ts';
import { tourCommand } from './tour.ts';

export const commandLine: CommandDefinition = {
  name: 'hyperpod-auditor',
  description:
    'Checks whether an Amazon SageMaker HyperPod cluster will come up in this account and region. Only reads, except for `quota request`, which sends requests once you confirm.',
  help: resultCodes,
  examples: [
    'audit --sandbox',
    'audit --plan my-plan.yaml',
    'init --region us-west-2 > my-plan.yaml',
    'policy --plan my-plan.yaml > policy.json',
  ],
  subcommands: [
    auditCommand,
    collectCommand,
    evaluateCommand,
    checksCommand,
    policyCommand,
    initCommand,
    planCommand,
    fitCommand,
    quotaCommand,
    readinessCommand,
    ...askCommands,
    explainCommand,
    dashboardCommand,
    alertCommand,
    tourCommand,
    completionCommand,
  ],
};
