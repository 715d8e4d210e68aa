/** How the scripts of package.json read their arguments and end: one sentence and exit code 3 for what cannot be done. */

import { relative, resolve } from 'node:path';
import { type Command, CommanderError } from 'commander';
import { commandPrefix } from '../../functions/cli/command-prefix.ts';
import { runToEnd, sayDefect } from '../../functions/cli/crashes.ts';
import { Ending, noResult, sentenceOf } from '../../functions/cli/exit.ts';
import { type PlanFile, readPlan, sayWarnings, warningsOf } from '../../functions/cli/plan-file.ts';
import { printable, printableLines } from '../../shared/core/render/printable.ts';
import { startCommandsWith } from '../../shared/core/text/own-command.ts';

/** Whether someone is there to be asked. */
export const hasTerminal = (): boolean => process.stdin.isTTY === true && process.stdout.isTTY === true;

export const say = (...lines: readonly string[]): void => {
  process.stdout.write(`${printable(lines).join('\n')}\n`);
};

/** Where the caller stands: npm starts scripts in the repository, whatever folder it was called in. */
const standsIn = (): string => process.env.INIT_CWD ?? process.cwd();

export const fromCaller = (file: string): string => resolve(standsIn(), file);

/** CDK takes a second to load: only who gets as far as making stacks waits for it. */
export const loadSynthesise = async () => (await import('./synthesised-stacks.ts')).synthesise;

/** The plan as `plan validate` reads it, seen from where the caller stands, its warnings on stderr. Ends with every mistake in it. */
export function planOf(file: string | undefined): PlanFile {
  const read = readPlan(file === undefined ? undefined : fromCaller(file));
  const near = (path: string): string => (relative(standsIn(), path).startsWith('..') ? path : relative(standsIn(), path));
  sayWarnings(warningsOf(read).map((w) => ({ ...w, ...(w.file !== undefined && { file: near(w.file) }) })));
  return { ...read, planFile: near(read.planFile) };
}

const leftBehind = (): string => 'what was done before it stays done';

/** Parses the arguments of this process and does the work, whose result is the exit code. */
export function runScript<Options>(command: Command, work: (options: Options) => Promise<number>): Promise<void> {
  startCommandsWith(commandPrefix);
  command.exitOverride().showHelpAfterError('(--help shows what is accepted)').allowExcessArguments(false);
  return runToEnd(async () => {
    try {
      command.parse(process.argv);
      return await work(command.opts() as Options);
    } catch (error) {
      if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : noResult;
      if (error instanceof Ending) process.stderr.write(`hyperpod-auditor: ${printableLines(sentenceOf(error))}\n`);
      else sayDefect(error, leftBehind());
      return noResult;
    }
  }, leftBehind);
}
