/** What a command is at the command line, and how commander gets to know it. */
import type { Command, Option } from 'commander';
import { ownExample } from '../../shared/core/text/own-command.ts';

export interface CommandDefinition {
  readonly name: string;
  readonly description: string;
  /** Positional arguments with their descriptions, such as `<snapshot>` or `[check...]`. */
  readonly arguments?: Readonly<Record<string, string>>;
  readonly options?: readonly Option[];
  /** What its help says after the options. */
  readonly help?: string;
  /** Command lines without the name of this tool. */
  readonly examples?: readonly string[];
  /** Loads what it does; the result is the exit code. Loaded when it runs: help and mistakes in the arguments need no SDK. */
  readonly action?: () => Promise<(...args: never[]) => Promise<number>>;
  readonly subcommands?: readonly CommandDefinition[];
}

/** A pipe of several commands is one example. */
const examplesText = (examples: readonly string[]): string =>
  `\nExamples:\n${examples.map((line) => `  $ ${line.split(' | ').map(ownExample).join(' | ')}`).join('\n')}\n`;

/** Describes `command` to commander. `onEnd` gets the exit code of the command that ran. */
export function define(command: Command, definition: CommandDefinition, onEnd: (exitCode: number) => void): Command {
  const { description, options = [], help, examples = [], action, subcommands = [] } = definition;
  command.description(description);
  for (const [name, text] of Object.entries(definition.arguments ?? {})) command.argument(name, text);
  for (const option of options) command.addOption(option);
  if (examples.length > 0) command.addHelpText('after', `${help === undefined ? '' : `${help}\n`}${examplesText(examples)}`);
  if (action)
    command.action(async (...args: unknown[]) => {
      const run = (await action()) as (...args: unknown[]) => Promise<number>;
      onEnd(await run(...args));
    });
  for (const sub of subcommands) define(command.command(sub.name), sub, onEnd);
  return command;
}
