/** How this tool is called: the beginning of every command line of it that is printed for people to copy. */
import { type CommandLine, commandLine, type OptionValues, shell } from './command-line.ts';

/**
 * Runs what is installed: in the folder, in a clone, or for all folders. Without `--no-install`, npx would download any
 * package of that name in the registry, where anyone may publish one. (Not `--no`: npx would take the name for its value.)
 */
export const installedCommand: CommandLine = shell`${commandLine(['npx'], { 'no-install': true })} ${commandLine(['hyperpod-auditor'])}`;

let prefix = (): CommandLine => installedCommand;

/** Says once, when a process starts, how it was started. What never says it, such as a function in Lambda, prints `installedCommand`. */
export const startCommandsWith = (begin: () => CommandLine): void => {
  prefix = begin;
};

/** How this tool is called, without words. */
export const ownPrefix = (): CommandLine => prefix();

/** A command line of this tool, of its words and options. */
export const ownCommand = (words: readonly string[], options: OptionValues = {}): CommandLine =>
  shell`${prefix()} ${commandLine(words, options)}`;

/** One with placeholders or other syntax of the shell, such as `init > my-plan.yaml`; nothing from outside may be in it. */
export const ownExample = (text: string): string => `${prefix()} ${text}`;

/** A deployed auditor, as far as its findings are asked for. */
export interface DeployedAuditor {
  readonly stack: string;
  readonly region: string;
  /** Account of the stack, whose credentials it takes. */
  readonly account: string;
}

/** How current readiness is asked for: the command, and the account whose credentials it takes. */
export interface StatusCommand {
  readonly command: string;
  readonly account?: string;
}

export const statusOfDeployment = ({ stack, region, account }: DeployedAuditor): StatusCommand => ({
  command: ownCommand(['readiness'], { stack, 'stack-region': region }),
  account,
});

const statusWords = ({ account }: StatusCommand): string =>
  `Current status of all regions${account === undefined ? '' : `, with credentials of account ${account}`}:`;

/** The same for a text of lines. */
export const statusLines = (status: StatusCommand): readonly string[] => [statusWords(status), `$ ${status.command}`];

/** The same for a chat. */
export const statusLine = (status: StatusCommand): string => `${statusWords(status)} \`${status.command}\``;
