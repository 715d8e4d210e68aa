/** The command line as a function: arguments in, exit code out. */
import { CommanderError } from 'commander';
import { printableLines } from '../../shared/core/text/printable.ts';
import { sayDefect } from '../process/crashes.ts';
import { NoResultError, noResult, sentenceOf } from '../process/exit.ts';
import { type CommandIo, currentIo, sayLine, withIo } from '../process/io.ts';
import { versionLine } from '../process/package.ts';
import { StrictCommand } from '../process/strict-command.ts';
import { changedWords } from './account-changes.ts';
import { orderedArguments } from './arguments.ts';
import { define } from './command.ts';
import { commandLine } from './commands/index.ts';
import { helpWidth } from './screen.ts';

async function runCommand(argv: readonly string[]): Promise<number> {
  const { stdout, stderr } = currentIo();
  // Commander's own actions, such as help, end without a code of ours.
  let exitCode = 0;
  const root = new StrictCommand(commandLine.name)
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(printableLines(text)),
      getOutHelpWidth: () => helpWidth(stdout),
      getErrHelpWidth: () => helpWidth(stderr),
    })
    // Half a terminal is wide enough for descriptions: without this they are not wrapped at all in narrow ones.
    .configureHelp({ minWidthToWrap: 20 })
    .version(versionLine)
    .exitOverride();
  define(root, commandLine, (code) => {
    exitCode = code;
  });
  try {
    await root.parseAsync(orderedArguments(argv, commandLine, sayLine), { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : noResult;
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
