/** Commander with this tool's form of errors, for the command line and for the scripts of the deployment. */
import { Command, type Option } from 'commander';
import { ownCommand } from '../../shared/core/text/own-command.ts';
import { closest } from '../../shared/core/text/suggestion.ts';
import { some } from '../../shared/core/text/words.ts';
import { wrongPair, wrongValue } from './wrong-value.ts';

/** Options of all commands are more than fit into a sentence. */
const mostNamed = 6;

const rootOf = (command: Command): Command => (command.parent ? rootOf(command.parent) : command);

const leavesOf = (command: Command): readonly Command[] =>
  command.commands.length === 0 ? [command] : command.commands.flatMap((sub) => leavesOf(sub));

const isScript = (root: Command): boolean => root.name().startsWith('npm ');

/** `plan validate`; of a script its name, of the root what is given to it. */
function pathOf(command: Command): string {
  if (!command.parent) return isScript(command) ? command.name().replace(/ --$/, '') : 'command line';
  return command.parent.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
}

const nameOf = (flag: string): string => flag.split('=', 1)[0] ?? flag;
const isCalled = (flag: string) => (option: Option) => !option.hidden && (option.long === flag || option.short === flag);

/** `Did you mean --region? ` */
const meantWords = (meant: string | undefined): string => (meant === undefined ? '' : `Did you mean ${meant}? `);

const choicesWords = (choices: readonly string[]): string => (choices.length === 1 ? choices.join('') : `one of ${choices.join(', ')}`);

const notHelp = (name: string): boolean => name !== 'help';

/**
 * Commander calls these methods for each kind of mistake; they are documented for no one, so the tests hold each of them. Each
 * throws what ends a command with a sentence.
 */
export class StrictCommand extends Command {
  override createCommand(name?: string): Command {
    return new StrictCommand(name);
  }

  /** How its help is called. */
  private helpWords(): string {
    const words = this.parent ? pathOf(this).split(' ') : [];
    const command = isScript(rootOf(this)) ? `${this.name()} --help` : ownCommand(words, { help: true });
    return `\`${command}\` lists what it takes.`;
  }

  unknownOption(flag: string): void {
    const name = nameOf(flag);
    const having = leavesOf(rootOf(this)).filter((c) => c !== this && c.options.some(isCalled(name)));
    const own = [this, ...leavesOf(this)].flatMap((c) => c.options).flatMap((o) => (o.hidden || !o.long ? [] : [o.long]));
    const others = having.length === 0 ? '' : `It is an option of ${some(having.map(pathOf), mostNamed)}. `;
    const meant = name.startsWith('--') ? closest(name, own) : undefined;
    const expected = this.commands.length > 0 ? 'a command' : 'one of its options';
    throw wrongValue(pathOf(this), expected, flag, others + meantWords(meant) + this.helpWords());
  }

  unknownCommand(): void {
    const given = this.args[0];
    const names = this.commands.map((c) => c.name());
    const meant = given === undefined ? undefined : closest(given, names.filter(notHelp));
    throw wrongValue(
      pathOf(this),
      this.parent ? names.filter(notHelp).join(' or ') : 'a command',
      given,
      meantWords(meant) + this.helpWords(),
    );
  }

  missingArgument(name: string): void {
    const described = this.registeredArguments.find((a) => a.name() === name)?.description ?? '';
    throw wrongValue(pathOf(this), `<${name}>${described === '' ? '' : ` (${described})`}`, undefined, this.helpWords());
  }

  optionMissingArgument(option: Option): void {
    const choices = option.argChoices ? choicesWords(option.argChoices) : 'a value';
    throw wrongValue(option.long ?? option.flags, choices, undefined, this.helpWords());
  }

  missingMandatoryOptionValue(option: Option): void {
    // Commander asks for these first, and a mistyped name of such an option is then said to be missing.
    const unknown = this.args.find((word) => /^-./.test(word));
    if (unknown !== undefined) this.unknownOption(unknown);
    throw wrongValue(pathOf(this), `${option.flags} (${option.description})`, undefined, this.helpWords());
  }

  _excessArguments(received: readonly string[]): void {
    const most = this.registeredArguments.length;
    const expected = most === 0 ? 'no argument' : most === 1 ? 'one argument' : `${most} arguments`;
    throw wrongValue(pathOf(this), expected, received.slice(most).join(' '), this.helpWords());
  }

  _conflictingOption(option: Option, other: Option): void {
    throw wrongPair([option.long ?? option.flags, other.long ?? other.flags], this.helpWords());
  }
}

/** Takes one of some values; help and completion list them. */
export const choose = (option: Option, choices: readonly string[]): Option =>
  option.choices(choices).argParser((value: string) => {
    if (choices.includes(value)) return value;
    throw wrongValue(option.long ?? option.flags, choicesWords(choices), value, meantWords(closest(value, choices)).trim());
  });
