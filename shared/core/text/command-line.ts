/**
 * Command lines to copy into a POSIX shell. Names and ids come from an account, a plan or a snapshot file, and they
 * may contain shell code. So only this module composes command lines, and it quotes every value: the type
 * `CommandLine` cannot be made anywhere else.
 */
import { hasHidden } from './hidden-characters.ts';

declare const made: unique symbol;
/** Text that a shell takes as the words it was made of, and that shows no hidden character. */
export type CommandLine = string & { readonly [made]: true };

/** What a shell computes: the output of a command, or the value of a variable. */
class Expression {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type OptionScalar = string | number;
/** A structure of the AWS API, such as a filter. */
export interface ApiStructure {
  readonly [member: string]: OptionScalar | readonly OptionScalar[] | ApiStructure | readonly ApiStructure[];
}
/** `true`: an option that takes no value. `undefined` or an empty list: the option is left out. */
type OptionValue = OptionScalar | true | Expression | ApiStructure | readonly OptionScalar[] | readonly ApiStructure[] | undefined;

/** One word, quoted where it needs it. Plain words stay as they are, for most values are plain. */
export function quote(word: string): CommandLine {
  // zsh takes a word that begins with "=" for the name of a command.
  if (/^[A-Za-z0-9_./:@%+,-][A-Za-z0-9_./:@%+=,-]*$/.test(word)) return word as CommandLine;
  // The output of a command loses line breaks at its end, so those stay as they are.
  const end = word.replace(/\n+$/, '').length;
  if (end < word.length) return `${quote(word.slice(0, end))}'${word.slice(end)}'` as CommandLine;
  if (hasHidden(word)) return `"$(printf '${octal(word)}')"` as CommandLine;
  // An exclamation mark is quoted apart: in double quotes around this word bash would put a command of its history there.
  return `'${word.replaceAll(/['!]/g, "'\\$&'")}'` as CommandLine;
}

/** For printf, which takes a backslash and three octal digits for a byte, and a hyphen at the beginning for an option. */
const octal = (word: string): string =>
  [...new TextEncoder().encode(word)]
    .map((byte, n) => {
      const character = String.fromCharCode(byte);
      return (n === 0 ? /[A-Za-z0-9]/ : /[A-Za-z0-9 _./:@+=,-]/).test(character) ? character : `\\${byte.toString(8).padStart(3, '0')}`;
    })
    .join('');

/** A value that the AWS CLI takes as it is. The contents of a file replace a value that begins with its address, so such a one gets a space. */
const literal = (value: OptionScalar): string => String(value).replace(/^(?=fileb?:\/\/)/, ' ');

/** What means nothing else in the AWS CLI's shorthand syntax: https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-shorthand.html */
const isPlain = (value: ApiStructure[string]): boolean =>
  typeof value === 'object' ? Object.values(value).every(isPlain) : /^[A-Za-z0-9_./:-]+$/.test(String(value));

function shorthand(value: ApiStructure[string], depth = 0): string {
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) {
    const items = value.map((item) => shorthand(item, depth + 1)).join(',');
    return depth === 1 && typeof value[0] !== 'object' ? items : `[${items}]`;
  }
  const members = Object.entries(value).map(([name, member]) => `${name}=${shorthand(member, depth + 1)}`);
  return depth === 0 ? members.join(',') : `{${members.join(',')}}`;
}

/** Structures as shorthand, or as JSON where a value would mean something in shorthand: the CLI takes both. */
const structures = (values: readonly ApiStructure[]): string =>
  isPlain(values) ? values.map((value) => quote(shorthand(value))).join(' ') : quote(JSON.stringify(values));

const isListOfStructures = (value: readonly OptionScalar[] | readonly ApiStructure[]): value is readonly ApiStructure[] =>
  typeof value[0] === 'object';
/** What may stand as one of several words after an option: not an option itself, nor JSON, nor the address of a file. */
const isItem = (value: OptionScalar): boolean => !/^(?:[-[{]|fileb?:\/\/)/.test(String(value));

function option(name: string, value: Exclude<OptionValue, undefined>): string {
  const flag = `--${name}`;
  if (value === true) return flag;
  if (value instanceof Expression) return `${flag} ${value.text}`;
  if (typeof value === 'object') {
    if (!Array.isArray(value)) return `${flag} ${isPlain(value) ? quote(shorthand(value as ApiStructure)) : quote(JSON.stringify(value))}`;
    const list = value as readonly OptionScalar[] | readonly ApiStructure[];
    if (isListOfStructures(list)) return `${flag} ${structures(list)}`;
    return `${flag} ${list.every(isItem) ? list.map((item) => quote(String(item))).join(' ') : quote(JSON.stringify(list))}`;
  }
  // https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-parameters.html: "=" where a value starts with a hyphen.
  // A number is no option: argparse distinguishes them.
  const separator = typeof value === 'string' && value.startsWith('-') ? '=' : ' ';
  return `${flag}${separator}${quote(literal(value))}`;
}

/** A word that is no option: a command, or a path. A path that begins with a hyphen is one in this folder. */
const positional = (word: string): string => quote(word.startsWith('-') && word !== '-' ? `./${word}` : literal(word));

/** Options by name. */
export type OptionValues = Readonly<Record<string, OptionValue>>;

const isEmpty = (value: OptionValue): boolean => Array.isArray(value) && value.length === 0;

/** A command with its words and then its options, in the order of their names here. */
export const commandLine = (words: readonly string[], options: OptionValues = {}): CommandLine =>
  [
    ...words.map(positional),
    ...Object.entries(options).flatMap(([name, value]) => (value === undefined || isEmpty(value) ? [] : [option(name, value)])),
  ].join(' ') as CommandLine;

/** A line of the AWS CLI: `aws(['ec2', 'describe-subnets'], { region, 'subnet-ids': ids })`. */
export const aws = (words: readonly string[], options: Readonly<Record<string, OptionValue>>): CommandLine =>
  commandLine(['aws', ...words], options);

/** Shell text around lines and quoted words: `` shell`${line} | tr -d ${quote(x)}` ``. */
export const shell = (text: TemplateStringsArray, ...parts: readonly CommandLine[]): CommandLine =>
  String.raw({ raw: text }, ...parts) as CommandLine;

/** Each line only if those before it succeeded. */
export const inOrder = (lines: readonly CommandLine[]): CommandLine => lines.join(' && ') as CommandLine;

/** The output of a command as the value of an option. */
export const outputOf = (line: CommandLine): Expression => new Expression(`"$(${line})"`);

/** The contents of a file as the value of an option. */
export const fileContents = (path: string): Expression => new Expression(quote(`file://${path}`));

/** A line for each of some values; `line` gets the variable that holds the value. */
export const inEach = (variable: string, values: readonly string[], line: (value: Expression) => CommandLine): CommandLine =>
  `for ${variable} in ${values.map(quote).join(' ')}; do ${line(new Expression(`$${variable}`))}; done` as CommandLine;
