/** Every command takes the same options in the same places, and refuses in the same form. */
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { orderedArguments } from '../../../functions/cli/arguments.ts';
import type { CommandDefinition } from '../../../functions/cli/command.ts';
import { commandLine } from '../../../functions/cli/commands/index.ts';
import { run } from './run.ts';

interface Leaf {
  readonly words: readonly string[];
  readonly definition: CommandDefinition;
}

const leaves = (of: CommandDefinition, words: readonly string[] = []): readonly Leaf[] =>
  (of.subcommands ?? []).flatMap((sub) => {
    const path = [...words, sub.name];
    return sub.subcommands ? leaves(sub, path) : [{ words: path, definition: sub }];
  });

const commands = leaves(commandLine);
const named = commands.map(({ words, definition }) => [words.join(' '), { words, definition }] as const);
const has = ({ definition }: Leaf, long: string): boolean => definition.options?.some((o) => o.long === long) ?? false;
const silent = (): void => {};

test('there are commands, each with examples and its exit codes', () => {
  expect(commands.length).toBeGreaterThan(15);
  for (const { words, definition } of commands) {
    expect(definition.examples, words.join(' ')).not.toEqual([]);
    expect(definition.help, words.join(' ')).toMatch(/Exit code:/);
  }
});

describe.each(named)('%s', (name, leaf) => {
  const { words } = leaf;

  test('--help shows usage, options and examples, before and after the command', async () => {
    const after = await run([...words, '--help']);
    expect(after).toMatchObject({ code: 0, stderr: '' });
    for (const part of [`Usage: hyperpod-auditor ${name} `, '-q, --quiet', '--no-color', 'Exit code:', 'Examples:'])
      expect(after.stdout).toContain(part);
    expect(await run(['--help', ...words])).toEqual(after);
  });

  test('an unknown option is refused in one form, before and after the command', async () => {
    const ran = await run([...words, '--no-such-option']);
    expect(ran).toEqual({
      code: 3,
      stdout: '',
      stderr: `hyperpod-auditor: ${name}: expected one of its options, got "--no-such-option". \`npx --no-install hyperpod-auditor ${name} --help\` lists what it takes.\n`,
    });
    expect(await run(['--no-such-option', ...words])).toEqual(ran);
  });

  test('an option of other commands says whose it is', async () => {
    for (const long of ['--profile', '--format', '--region', '--stack-region'].filter(
      (flag) => !has(leaf, flag) && !leaf.definition.renamed?.[flag],
    )) {
      const { code, stderr } = await run([...words, long, 'x']);
      expect(code).toBe(3);
      expect(stderr).toMatch(
        new RegExp(`^hyperpod-auditor: ${name}: expected one of its options, got "${long}"\\. It is an option of \\w`),
      );
    }
  });

  test('-q is accepted, and -o takes the formats of the command', async () => {
    const quiet = await run(['-q', '-o', 'no-such-format', ...words]);
    expect(quiet.code).toBe(3);
    expect(quiet.stderr).toMatch(
      has(leaf, '--format')
        ? /^hyperpod-auditor: --format: expected .*json.*, got "no-such-format"\./
        : new RegExp(`^hyperpod-auditor: ${name}: expected one of its options, got "-o"\\. It is an option of audit`),
    );
  });

  test.runIf(has(leaf, '--output'))('--output is checked before anything is done', async () => {
    const snapshot = words[0] === 'evaluate' ? ['none.json'] : words[0] === 'history' ? ['x'] : [];
    const needed =
      words[0] === 'fit'
        ? ['--type', 'ml.p5.48xlarge', '--count', '1', '--orchestrator', 'slurm']
        : words[0] === 'diff'
          ? ['--from', '7d']
          : [];
    const { code, stderr } = await run([...words, ...snapshot, ...needed, '--output', '/nowhere/x']);
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr: 'hyperpod-auditor: --output /nowhere/x cannot be written: its folder does not exist.\n',
    });
    expect(existsSync('/nowhere')).toBe(false);
  });

  test('options before the command are options of the command', () => {
    for (const option of leaf.definition.options ?? []) {
      const given = [option.short ?? option.long ?? '', ...(option.required ? ['v'] : [])];
      expect(orderedArguments([...given, ...words, 'rest'], commandLine, silent)).toEqual([...words, ...given, 'rest']);
      if (option.required)
        expect(orderedArguments([`${option.long}=v`, ...words], commandLine, silent)).toEqual([...words, `${option.long}=v`]);
    }
  });
});

test.each([
  [
    ['-qp', 'prod', 'audit'],
    ['audit', '-qp', 'prod'],
  ],
  [
    ['-pprod', 'audit'],
    ['audit', '-pprod'],
  ],
  [
    ['--profile', 'audit', 'audit'],
    ['audit', '--profile', 'audit'],
  ],
  [
    ['plan', '-q', 'validate', 'x.yaml'],
    ['plan', 'validate', '-q', 'x.yaml'],
  ],
  [['--version'], ['--version']],
  [
    ['--version', 'audit'],
    ['--version', 'audit'],
  ],
  [
    ['-q', '--', 'audit'],
    ['-q', '--', 'audit'],
  ],
  [
    ['help', 'audit'],
    ['help', 'audit'],
  ],
  [
    ['evaluate', '-'],
    ['evaluate', '-'],
  ],
])('%j is %j', (given, ordered) => {
  expect(orderedArguments(given, commandLine, silent)).toEqual(ordered);
});

test.each([
  [
    ['findings', '--home', 'us-west-2'],
    ['findings', '--stack-region', 'us-west-2'],
    '--home is now --stack-region; the earlier name goes on to work.',
  ],
  [
    ['--home=us-west-2', 'readiness'],
    ['readiness', '--stack-region=us-west-2'],
    '--home is now --stack-region; the earlier name goes on to work.',
  ],
  [['fit', '--regions', 'all'], ['fit', '--region', 'all'], '--regions is now --region; the earlier name goes on to work.'],
  [
    ['alert', 'test', '--region', 'us-west-2'],
    ['alert', 'test', '--stack-region', 'us-west-2'],
    '--region is now --stack-region; the earlier name goes on to work.',
  ],
])('an earlier name of an option goes on to work: %j', (given, ordered, said) => {
  const lines: string[] = [];
  expect(orderedArguments(given, commandLine, (line) => lines.push(line))).toEqual(ordered);
  expect(lines).toEqual([said]);
});

test('a name that is an option elsewhere is not replaced', () => {
  expect(orderedArguments(['audit', '--region', 'x', '--', '--home'], commandLine, silent)).toEqual([
    'audit',
    '--region',
    'x',
    '--',
    '--home',
  ]);
  expect(orderedArguments(['audit', '--home', 'x'], commandLine, silent)).toEqual(['audit', '--home', 'x']);
});

test('a warning where the name of the file says another format', async () => {
  const { stderr } = await run(['checks', 'vpc-dns', '--output', '/dev/null']);
  expect(stderr).toBe('');
});
