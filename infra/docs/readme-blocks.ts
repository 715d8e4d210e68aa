/** What README files show of the program itself: the screen of an audit, the help of every command, the queries. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { run } from '../../functions/cli/run.ts';
import { installedCommand } from '../../shared/core/text/own-command.ts';
import { routes } from '../../shared/query/routes.ts';

const width = 100;

/** Runs a command line as in a terminal of a fixed width, and returns what it prints. */
async function printed(argv: readonly string[], home: string): Promise<string> {
  const lines: string[] = [];
  const stream = (texts: string[]) => ({
    write: (text: string, done?: () => void): void => {
      texts.push(text);
      done?.();
    },
    columns: width,
  });
  await run(argv, {
    stdout: { ...stream(lines), isTTY: argv.includes('--help') },
    stderr: stream([]),
    stdin: Readable.from([]),
    env: { NO_COLOR: '1' },
    home,
    now: () => new Date(),
  });
  return lines.join('');
}

/** Readiness, the first `findings` findings, and coverage. */
export function shortScreen(text: string, findings: number): string {
  const lines = text.trimEnd().split('\n');
  const isFinding = (line: string): boolean => /^ {2}[✗!·] /.test(line);
  const rest = lines.findIndex((line, i) => isFinding(line) && lines.slice(0, i).filter(isFinding).length === findings);
  const coverage = lines.indexOf('COVERAGE');
  // The time of the audit is always the same one, so that only other results change the screen.
  return [...lines.slice(0, rest), '  …', '', ...lines.slice(coverage)]
    .join('\n')
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d UTC/, '2026-11-24 01:29 UTC');
}

export async function auditScreen(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'screen-'));
  try {
    const text = await printed(['audit', '--sandbox', '--quiet', '--database', join(home, 'findings')], home);
    return `\`\`\`text\n${shortScreen(text, 2)}\n\`\`\``;
  } finally {
    await rm(home, { recursive: true });
  }
}

interface CommandHelp {
  readonly name: string;
  readonly description: string;
  readonly help: string;
}

/** Every command with its help, in the order of the help above it; a command of commands is followed by these. */
async function commandHelps(words: readonly string[] = []): Promise<readonly CommandHelp[]> {
  const help = (await printed([...words, '--help'], '/')).trim().replace('Usage: hyperpod-auditor', `Usage: ${installedCommand}`);
  const [, list = ''] = /^Commands:\n((?: {2}.*\n?)+)/m.exec(help) ?? [];
  const names = [...list.matchAll(/^ {2}(\w[\w-]*)/gm)].map(([, name = '']) => name).filter((name) => name !== 'help');
  const below = await Promise.all(names.map((name) => commandHelps([...words, name])));
  const paragraphs = help.split('\n\n');
  const description = (paragraphs[1] ?? '').replaceAll('\n', ' ');
  return [{ name: words.join(' '), description, help }, ...below.flat()];
}

const anchor = (name: string): string => name.replaceAll(' ', '-');

/** The commands as a table, and the help of each. */
export async function commandReference(): Promise<{ readonly table: string; readonly help: string }> {
  const helps = await commandHelps();
  const commands = helps.filter(({ name }) => name !== '' && !helps.some((other) => other.name.startsWith(`${name} `)));
  const row = ({ name, description }: CommandHelp) => `| [\`${name}\`](#${anchor(name)}) | ${description.replaceAll('|', '\\|')} |`;
  return {
    table: ['| command | description |', '|---|---|', ...commands.map(row)].join('\n'),
    help: commands.map(({ name, help }) => `### ${name}\n\n\`\`\`text\n${help}\n\`\`\``).join('\n\n'),
  };
}

/** The queries as a table: path, answer, parameters. */
export function queryReference(): string {
  const rows = routes.map(
    ({ path, summary, parameters }) =>
      `| \`GET ${path}\` | ${summary} | ${Object.keys(parameters)
        .filter((name) => !path.includes(`{${name}}`))
        .map((name) => `\`${name}\``)
        .join(', ')} |`,
  );
  return ['| request | answer | parameters |', '|---|---|---|', ...rows].join('\n');
}
