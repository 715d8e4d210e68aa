/** What a command is at the command line, and how commander gets to know it. */
import type { Command, Option } from 'commander';
import { ownExample } from '../../shared/core/text/own-command.ts';
import { currentIo, sayLine } from '../process/io.ts';
import { checkOutput } from '../process/output.ts';
import { wrapHelp } from './help.ts';
import { everywhere } from './options.ts';
import { helpWidth } from './screen.ts';

export interface CommandDefinition {
  readonly name: string;
  readonly description: string;
  /** Positional arguments with their descriptions, such as `<snapshot>` or `[check...]`. */
  readonly arguments?: Readonly<Record<string, string>>;
  readonly options?: readonly Option[];
  /** Earlier names of its options, with those of now. */
  readonly renamed?: Readonly<Record<string, string>>;
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

/** Files that options name, each with what writes it. */
const written = { output: '--output', write: '--write', report: '--report' } as const;

/** Formats by how the names of their files usually end. */
const usualEnds: Readonly<Record<string, string>> = { xml: 'junit', ndjson: 'jsonl', md: 'markdown', htm: 'html' };

/** An audit can take minutes: what cannot be written, and what is probably not meant, is said before it starts. */
function checkOutputs(command: Command): void {
  const options = command.opts();
  for (const [name, option] of Object.entries(written)) if (typeof options[name] === 'string') checkOutput(options[name], option);
  const end = /\.(\w+)$/.exec(typeof options.output === 'string' ? options.output : '')?.[1]?.toLowerCase() ?? '';
  const meant = usualEnds[end] ?? end;
  const choices = command.options.find((o) => o.long === '--format')?.argChoices ?? [];
  if (choices.includes(meant) && meant !== options.format)
    sayLine(`warning: --output ${options.output}: the format is ${options.format}. For ${meant}, add \`-o ${meant}\`.`);
}

/** Describes `command` to commander. `onEnd` gets the exit code of the command that ran. */
export function define(command: Command, definition: CommandDefinition, onEnd: (exitCode: number) => void): Command {
  const { description, options = [], help, examples = [], action, subcommands = [] } = definition;
  command.description(description);
  for (const [name, text] of Object.entries(definition.arguments ?? {})) command.argument(name, text);
  for (const option of action ? [...options, ...everywhere] : options) command.addOption(option);
  command.addHelpText(
    'after',
    () =>
      `${help === undefined ? '' : `${wrapHelp(help, helpWidth(currentIo().stdout))}\n`}${examples.length > 0 ? examplesText(examples) : ''}`,
  );
  if (action)
    command.action(async (...args: unknown[]) => {
      checkOutputs(command);
      const run = (await action()) as (...args: unknown[]) => Promise<number>;
      onEnd(await run(...args));
    });
  for (const sub of subcommands) define(command.command(sub.name), sub, onEnd);
  return command;
}
