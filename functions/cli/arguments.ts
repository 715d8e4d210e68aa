/** What is given to the command line, in the order in which commander reads it. */
import type { CommandDefinition } from './command.ts';

/** Options of the tool itself, which stay before a command. */
const ofTool = ['-V', '--version'];

/** Earlier names of options that several commands have. */
const renamedEverywhere: Readonly<Record<string, string>> = { '--home': '--stack-region' };

const optionsOf = ({ options = [], subcommands = [] }: CommandDefinition): NonNullable<CommandDefinition['options']> => [
  ...options,
  ...subcommands.flatMap(optionsOf),
];

/** Whether an option is followed by its value; of several letters in one, such as `-qp`, the last. */
function takesNext(word: string, tool: CommandDefinition): boolean {
  const takes = (flag: string) => optionsOf(tool).some((o) => (o.long === flag || o.short === flag) && o.required);
  if (word.startsWith('--')) return !word.includes('=') && takes(word);
  const letters = [...word.slice(1)];
  const first = letters.findIndex((letter) => takes(`-${letter}`));
  return first >= 0 && first === letters.length - 1;
}

interface FoundCommand {
  readonly command: CommandDefinition;
  readonly path: readonly string[];
  /** Options before its name. */
  readonly before: readonly string[];
  readonly after: readonly string[];
}

function commandIn(argv: readonly string[], tool: CommandDefinition): FoundCommand {
  const before: string[] = [];
  const path: string[] = [];
  let command = tool;
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? '';
    if (word === '--') return { command, path, before, after: argv.slice(at) };
    if (word.startsWith('-') && word !== '-') {
      before.push(word);
      const value = argv[at + 1];
      if (value !== undefined && takesNext(word, tool)) {
        before.push(value);
        at += 1;
      }
      continue;
    }
    const sub = command.subcommands?.find((c) => c.name === word);
    if (!sub) return { command, path, before, after: argv.slice(at) };
    path.push(word);
    command = sub;
  }
  return { command, path, before, after: [] };
}

/** Words with earlier names of options replaced by those of now; `say` gets a line for each. */
function withCurrentNames(words: readonly string[], command: CommandDefinition, say: (line: string) => void): readonly string[] {
  const renamed = { ...renamedEverywhere, ...command.renamed };
  const end = words.indexOf('--') < 0 ? words.length : words.indexOf('--');
  return words.map((word, at) => {
    const [name = '', value] = word.split(/=(.*)/s);
    const current = at < end && Object.hasOwn(renamed, name) ? renamed[name] : undefined;
    if (current === undefined || !optionsOf(command).some((o) => o.long === current)) return word;
    say(`${name} is now ${current}; the earlier name goes on to work.`);
    return value === undefined ? current : `${current}=${value}`;
  });
}

/** Options before a command's name stand behind it, and earlier names of options are those of now. */
export function orderedArguments(argv: readonly string[], tool: CommandDefinition, say: (line: string) => void): readonly string[] {
  const { command, path, before, after } = commandIn(argv, tool);
  if (path.length === 0 || before.some((word) => ofTool.includes(word))) return argv;
  return [...path, ...withCurrentNames([...before, ...after], command, say)];
}
