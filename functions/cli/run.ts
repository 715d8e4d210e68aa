/** The command line as a function: arguments in, exit code out. */
import { Command, CommanderError } from 'commander';
import { printableLines } from '../../shared/core/text/printable.ts';
import { sayDefect } from '../process/crashes.ts';
import { NoResultError, noResult, sentenceOf } from '../process/exit.ts';
import { type CommandIo, currentIo, sayLine, withIo } from '../process/io.ts';
import { versionLine } from '../process/package.ts';
import { changedWords } from './account-changes.ts';
import { type CommandDefinition, define } from './command.ts';
import { alertCommand } from './commands/alert.ts';
import { askCommands } from './commands/ask.ts';
import { auditCommand } from './commands/audit.ts';
import { checksCommand } from './commands/checks.ts';
import { collectCommand } from './commands/collect.ts';
import { dashboardCommand } from './commands/dashboard.ts';
import { evaluateCommand } from './commands/evaluate.ts';
import { fitCommand } from './commands/fit.ts';
import { initCommand } from './commands/init.ts';
import { planCommand } from './commands/plan.ts';
import { policyCommand } from './commands/policy.ts';
import { quotaCommand } from './commands/quota.ts';
import { readinessCommand } from './commands/readiness.ts';
import { tourCommand } from './commands/tour.ts';
import { resultCodes } from './help.ts';

const tool: CommandDefinition = {
  name: 'hyperpod-auditor',
  description:
    'Tells whether an Amazon SageMaker HyperPod cluster would come up in this account and region today. Reads only; what `quota request` asks of AWS, it sends once confirmed.',
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
    dashboardCommand,
    alertCommand,
    tourCommand,
  ],
};

async function runCommand(argv: readonly string[]): Promise<number> {
  const { stdout, stderr } = currentIo();
  // Commander's own actions, such as help, end without a code of ours.
  let exitCode = 0;
  const root = new Command(tool.name)
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(printableLines(text)),
      getOutHelpWidth: () => (stdout.isTTY ? stdout.columns : undefined) as number,
      getErrHelpWidth: () => (stderr.isTTY ? stderr.columns : undefined) as number,
    })
    .version(versionLine)
    .showHelpAfterError('(--help shows what is accepted)')
    .exitOverride();
  define(root, tool, (code) => {
    exitCode = code;
  });
  try {
    await root.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has said its sentence already, but for errors made by our own parsers of option values.
      if (error.code.startsWith('hyperpod-auditor.')) stderr.write(`${printableLines(error.message)}\n`);
      return error.exitCode === 0 ? 0 : noResult;
    }
    if (error instanceof NoResultError) sayLine(printableLines(sentenceOf(error)));
    else sayDefect(error, changedWords());
    return noResult;
  }
}

/**
 * Runs one command line and resolves with its exit code. What goes wrong ends in one sentence on stderr, never in a rejection.
 * `io`: what it reads from and writes to; by default the streams, the environment and the clock of this process.
 */
export const run = (argv: readonly string[], io?: CommandIo): Promise<number> =>
  io ? withIo(io, () => runCommand(argv)) : runCommand(argv);
