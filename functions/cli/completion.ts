/** What may follow the words of a command line. All of it comes from what commander knows of the commands. */
import type { Command, Option } from 'commander';
import { rules } from '../../shared/core/evaluation/rules.ts';
import { knownRegions } from '../../shared/core/plan/regions.ts';
import { takesSeveral } from './options.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

export interface Candidate {
  readonly word: string;
  readonly description?: string;
}

/** Candidates, or the kind of path that is meant: shells complete paths themselves. */
export type Completion = readonly Candidate[] | 'file' | 'folder';

/** What the name between the brackets of `--region <region>` stands for. Other names, such as those of clusters, are not known here. */
const placeholders: Readonly<Record<string, readonly string[] | 'file' | 'folder'>> = {
  file: 'file',
  snapshot: 'file',
  folder: 'folder',
  region: knownRegions.names,
  // Loading the checks takes longer than the rest of a completion.
  check: Object.keys(rules.checks),
  shell: shells,
};

const wordsOf = (words: readonly string[]): readonly Candidate[] => words.map((word) => ({ word }));
const beginningWith = (begin: string, candidates: readonly Candidate[]): readonly Candidate[] =>
  candidates.filter(({ word }) => word.startsWith(begin));

/** `begin`: what stands before the value in the same word, such as `--format=`. */
function valuesOf(option: Option, typed: string, begin = ''): Completion {
  const name = /[<[]([\w-]+)/.exec(option.flags)?.[1] ?? '';
  const values = option.argChoices ?? placeholders[name] ?? [];
  if (typeof values === 'string') return values;
  const all = name === 'region' && option.description.includes('`all`') ? ['all'] : [];
  const before = takesSeveral(option) ? typed.slice(0, typed.lastIndexOf(',') + 1) : '';
  return beginningWith(begin + typed, wordsOf([...all, ...values].map((value) => begin + before + value)));
}

const isCalled = (flag: string) => (option: Option) => option.long === flag || option.short === flag;

/** An option by its flag. Options may stand before their command, so those of the commands below are found too. */
const optionCalled = (command: Command, flag: string): Option | undefined =>
  command.options.find(isCalled(flag)) ?? command.commands.map((sub) => optionCalled(sub, flag)).find((found) => found !== undefined);

/** The option whose value is the next word; of several letters in one word, such as `-qp`, only the last can be. */
function awaiting(command: Command, word: string): Option | undefined {
  const takesValue = (flag: string) => {
    const option = optionCalled(command, flag);
    return option?.required || option?.optional ? option : undefined;
  };
  if (word.startsWith('--')) return word.includes('=') ? undefined : takesValue(word);
  const letters = [...word.slice(1)];
  const first = letters.findIndex((letter) => takesValue(`-${letter}`));
  return first === letters.length - 1 ? takesValue(`-${letters[first]}`) : undefined;
}

const isFlag = (word: string): boolean => word.startsWith('-') && word !== '-';

interface Position {
  readonly command: Command;
  readonly option?: Option | undefined;
  /** How many arguments stand before it. */
  readonly position: number;
  /** Behind `help`, only commands follow; behind `--`, only arguments. */
  readonly behind?: 'help' | '--';
}

function step(at: Position, word: string): Position {
  if (at.option && !(at.option.optional && isFlag(word))) return { ...at, option: undefined };
  if (at.behind !== '--' && word === '--') return { ...at, behind: '--' };
  if (at.behind !== '--' && isFlag(word)) return { ...at, option: awaiting(at.command, word) };
  const sub = at.behind === '--' ? undefined : at.command.commands.find((c) => c.name() === word);
  if (sub) return { ...at, command: sub, option: undefined };
  if (word === 'help' && at.command.commands.length > 0) return { ...at, behind: 'help' };
  return { ...at, option: undefined, position: at.position + 1 };
}

function optionsOf(command: Command, typed: string): readonly Candidate[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .flatMap(({ long, short, description }) => [
      ...(long?.startsWith(typed) ? [{ word: long, description }] : []),
      ...(short === typed ? [{ word: short, description }] : []),
    ]);
}

/** Words in the place of an argument: commands, values of the argument or, where none is possible, options. */
function argumentsOf({ command, position, behind }: Position, typed: string): Completion {
  if (command.commands.length > 0) {
    const visible = command.createHelp().visibleCommands(command);
    const named = visible.filter((sub) => !(behind === 'help' && sub.name() === 'help'));
    return beginningWith(
      typed,
      named.map((sub) => ({ word: sub.name(), description: sub.description() })),
    );
  }
  if (behind === 'help') return [];
  const argument = command.registeredArguments[position] ?? command.registeredArguments.findLast((a) => a.variadic);
  if (!argument) return typed === '' && behind === undefined ? optionsOf(command, '--') : [];
  const values = placeholders[argument.name()] ?? [];
  return typeof values === 'string' ? values : beginningWith(typed, wordsOf(values));
}

/** `words`: those behind the name of the tool; the last is the one being typed, empty where it has not begun. */
export function complete(root: Command, words: readonly string[]): Completion {
  const typed = words.at(-1) ?? '';
  const at = words.slice(0, -1).reduce<Position>(step, { command: root, position: 0 });
  if (at.option && !(at.option.optional && isFlag(typed))) return valuesOf(at.option, typed);
  if (at.behind !== undefined || !typed.startsWith('-')) return argumentsOf(at, typed);
  const [, flag, value] = /^(--[^=]+)=(.*)$/s.exec(typed) ?? [];
  if (flag === undefined || value === undefined) return optionsOf(at.command, typed);
  const option = optionCalled(at.command, flag);
  return option?.required || option?.optional ? valuesOf(option, value, `${flag}=`) : [];
}
