/** How the scripts of package.json read their arguments and end: one sentence and exit code 3 where nothing can be done. */

import { relative, resolve } from 'node:path';
import { type Command, CommanderError, Option } from 'commander';
import { commandPrefix } from '../../functions/process/command-prefix.ts';
import { runToEnd, sayDefect } from '../../functions/process/crashes.ts';
import { NoResultError, noResult, sentenceOf } from '../../functions/process/exit.ts';
import { type PlanFile, readPlan, sayWarnings, warningsOf } from '../../functions/process/plan-file.ts';
import { askTerminal } from '../../functions/process/prompt.ts';
import { StrictCommand } from '../../functions/process/strict-command.ts';
import { startCommandsWith } from '../../shared/core/text/own-command.ts';
import { printable, printableLines } from '../../shared/core/text/printable.ts';

/** Whether the caller can answer a question. */
export const hasTerminal = (): boolean => process.stdin.isTTY === true && process.stdout.isTTY === true;

export const say = (...lines: readonly string[]): void => {
  process.stdout.write(`${printable(lines).join('\n')}\n`);
};

/** Asks, and takes "yes" alone for agreement. */
export const agreed = async (question: string): Promise<boolean> =>
  (await askTerminal(question, { input: process.stdin, output: process.stdout })).toLowerCase() === 'yes';

/** The folder of the caller: npm starts scripts in the repository, wherever it was called. */
const callerFolder = (): string => process.env.INIT_CWD ?? process.cwd();

export const fromCaller = (file: string): string => resolve(callerFolder(), file);

/** CDK takes a second to load, so it is loaded only when stacks are synthesised. */
export const loadSynthesise = async () => (await import('./synthesised-stacks.ts')).synthesise;

/** The plan as `plan validate` reads it, its paths relative to the folder of the caller, its warnings on stderr. Ends with every mistake in it. */
export function planOf(file: string | undefined): PlanFile {
  const read = readPlan(file === undefined ? undefined : fromCaller(file));
  const near = (path: string): string => (relative(callerFolder(), path).startsWith('..') ? path : relative(callerFolder(), path));
  sayWarnings(warningsOf(read).map((w) => ({ ...w, ...(w.file !== undefined && { file: near(w.file) }) })));
  return { ...read, planFile: near(read.planFile) };
}

const leftBehind = (): string => 'what was done before it stays done';

/** Options of `deploy` and `destroy`. */
export interface ScriptOptions {
  readonly plan?: string;
  readonly profile?: string;
  readonly region?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** A script that changes the account of the caller's credentials: the same options for each, explained in its own words. */
export const accountScript = (
  name: string,
  words: { readonly description: string; readonly plan: string; readonly dryRun: string; readonly yes: string; readonly exitCodes: string },
): Command =>
  new StrictCommand(`npm run ${name} --`)
    .description(words.description)
    .addOption(new Option('--plan <file>', `${words.plan} (default: infra/plan.yaml)`))
    .addOption(new Option('-p, --profile <name>', 'profile of the AWS configuration files to take credentials from'))
    .addOption(new Option('-r, --region <region>', 'region to deploy to (default: the configured one)'))
    .addOption(new Option('--dry-run', words.dryRun))
    .addOption(new Option('--yes', words.yes))
    .addHelpText(
      'after',
      `
${words.exitCodes}

Examples:
  $ npm run ${name} -- --dry-run
  $ npm run ${name} -- --plan my-plan.yaml --region us-west-2
  $ npm run ${name} -- --plan my-plan.yaml --profile ml --region us-west-2 --yes`,
    );

/** Parses the arguments of this process and does the work, whose result is the exit code. */
export function runScript<Options>(command: Command, work: (options: Options) => Promise<number>): Promise<void> {
  startCommandsWith(commandPrefix);
  command.exitOverride().allowExcessArguments(false);
  return runToEnd(async () => {
    try {
      command.parse(process.argv);
      return await work(command.opts() as Options);
    } catch (error) {
      if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : noResult;
      if (error instanceof NoResultError) process.stderr.write(`hyperpod-auditor: ${printableLines(sentenceOf(error))}\n`);
      else sayDefect(error, leftBehind());
      return noResult;
    }
  }, leftBehind);
}
