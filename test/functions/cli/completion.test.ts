/** Completion offers what commander accepts, and each shell whose script is printed can run it. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Option } from 'commander';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CommandDefinition } from '../../../functions/cli/command.ts';
import { commandLine } from '../../../functions/cli/commands/index.ts';
import { joinedWords } from '../../../functions/cli/completion-scripts.ts';
import { everywhere } from '../../../functions/cli/options.ts';
import { checks } from '../../../shared/core/checks/index.ts';
import { knownRegions } from '../../../shared/core/plan/regions.ts';
import { childOutput } from '../../helpers/child-output.ts';
import { bare, cli, root, run } from './run.ts';

/** What may follow; the last word is the one being typed. */
async function completed(...words: readonly string[]): Promise<readonly string[]> {
  const { code, stdout, stderr } = await run(['completion', 'fish', '--', ...words]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.split('\n').flatMap((line) => (line === '' ? [] : [line.split('\t')[0] ?? '']));
}

const formats = ['text', 'json', 'jsonl', 'csv', 'junit', 'sarif', 'ocsf', 'asff', 'html'];

test.each<readonly [string, readonly string[]]>([
  ['au', ['audit']],
  ['no-such', []],
  ['plan|', ['validate', 'schema', 'help']],
  ['help|p', ['policy', 'plan']],
  ['help|plan|', ['validate', 'schema']],
  ['help|audit|', []],
  ['audit|--fo', ['--format']],
  ['audit|-o', ['-o']],
  ['audit|--format|', formats],
  ['audit|-o|js', ['json', 'jsonl']],
  ['audit|--format=js', ['--format=json', '--format=jsonl']],
  ['audit|--quiet=', []],
  ['audit|--no-such', []],
  ['plan|schema|', ['--format', '--output', '--quiet', '--no-color', '--help']],
  ['audit|--level|r', ['required', 'recommended']],
  ['readiness|--state|', ['BLOCKED', 'UNKNOWN', 'AT_RISK', 'READY']],
  ['findings|--open|', ['true', 'false']],
  ['findings|--open|--lev', ['--level']],
  ['findings|--open|--level|a', ['advice']],
  ['findings|--check|efa-self', ['efa-self-traffic']],
  ['checks|efa-self', ['efa-self-traffic']],
  ['checks|vpc-dns|efa-self', ['efa-self-traffic']],
  ['audit|--region|a', ['all', ...knownRegions.names.filter((name) => name.startsWith('a'))]],
  ['audit|-r|us-west-2,us-e', ['us-west-2,us-east-1', 'us-west-2,us-east-2']],
  ['audit|--region=us-east-1,us-west-2', ['--region=us-east-1,us-west-2']],
  ['readiness|--stack-region|us-west-2,', []],
  ['alert|test|--stack-region|us-w', ['us-west-1', 'us-west-2']],
  ['evaluate|', [':file']],
  ['plan|validate|my', [':file']],
  ['audit|--plan|', [':file']],
  ['audit|--output=', [':file']],
  ['audit|--database|', [':folder']],
  ['audit|--cluster|', []],
  ['history|', []],
  ['-p|audit|au', ['audit']],
  ['--profile=x|plan|-q|val', ['validate']],
  ['-qo|json|checks|--out', ['--output']],
  ['audit|-qo|js', ['json', 'jsonl']],
  ['checks|--|--', []],
  ['checks|--|efa-self', ['efa-self-traffic']],
  ['completion|', ['bash', 'zsh', 'fish']],
])('%s', async (typed, words) => {
  expect(await completed(...typed.split('|'))).toEqual(words);
});

const leaves = (of: CommandDefinition, words: readonly string[] = []): readonly (readonly [readonly string[], CommandDefinition])[] =>
  (of.subcommands ?? []).flatMap((sub) => (sub.subcommands ? leaves(sub, [...words, sub.name]) : [[[...words, sub.name], sub] as const]));

describe.each(leaves(commandLine).map(([words, definition]) => [words.join(' '), words, definition] as const))(
  '%s',
  (_, words, { options = [] }) => {
    test('its options are those that commander accepts', async () => {
      expect((await completed(...words, '--')).toSorted()).toEqual(
        [...options, ...everywhere]
          .map((o) => o.long ?? '')
          .concat('--help')
          .toSorted(),
      );
    });

    test('values are the choices of the option', async () => {
      const chosen = options.filter((o): o is Option & { argChoices: string[] } => o.argChoices !== undefined);
      for (const { long, argChoices } of chosen) expect(await completed(...words, long ?? '', '')).toEqual(argChoices);
    });
  },
);

test('commands, ids of checks and regions are all that there are', async () => {
  expect(await completed('')).toEqual([...(commandLine.subcommands ?? []).map((sub) => sub.name), 'help']);
  expect((await completed('checks', '')).toSorted()).toEqual(checks.map((check) => check.id).toSorted());
  expect(await completed('readiness', '--region', '')).toEqual(knownRegions.names);
});

test('descriptions are those of the help, in the form of each shell', async () => {
  const line = async (shell: string) => (await run(['completion', shell, '--', 'plan', 'sch'])).stdout;
  expect(await line('bash')).toBe('schema\n');
  expect(await line('zsh')).toBe('schema:print the JSON Schema of a plan\n');
  expect(await line('fish')).toBe('schema\tprint the JSON Schema of a plan\n');
});

test('a shell that is none of them is refused', async () => {
  expect(await run(['completion', 'tcsh'])).toEqual({
    code: 3,
    stdout: '',
    stderr: 'hyperpod-auditor: completion: expected one of bash, zsh, fish, got "tcsh".\n',
  });
});

test.each([
  [
    ['audit', '--format', '=', 'js'],
    ['audit', '--format=js'],
  ],
  [
    ['audit', '--format', '='],
    ['audit', '--format='],
  ],
  [
    ['findings', '--at', '2026-11-01T12', ':', '00Z', '--op'],
    ['findings', '--at', '2026-11-01T12:00Z', '--op'],
  ],
  [
    ['audit', ''],
    ['audit', ''],
  ],
])('bash splits %j', (words, joined) => expect(joinedWords(words)).toEqual(joined));

describe('in shells', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'completion-'));
    for (const shell of ['bash', 'zsh', 'fish']) await writeFile(join(folder, shell), (await run(['completion', shell])).stdout);
  });
  afterAll(() => rm(folder, { recursive: true }));

  const shellRun = async (shell: string, ...args: readonly string[]) => {
    const child = spawn(shell, args, { cwd: root, env: { ...bare(), HOME: folder } });
    child.stdin.end();
    return await childOutput(child);
  };
  const isInstalled = (shell: string) => spawnSync(shell, ['--version']).error === undefined;

  /** Instead of npx, which takes a second, the built command line. */
  const bashScript = () => `
    npx() { [ "$1 $2" = '--no-install hyperpod-auditor' ] && shift 2 && '${process.execPath}' '${cli}' "$@"; }
    compopt() { COMPREPLY+=("compopt $*"); }
    source '${join(folder, 'bash')}'
    complete -p hyperpod-auditor
    ask() { COMP_WORDS=(hyperpod-auditor "$@"); COMP_CWORD=$#; _hyperpod_auditor; echo "\${COMPREPLY[*]}"; }
    ask au; ask audit --format js; ask audit --format = js; ask audit --format =; ask audit --plan ''; ask audit --database ''
    ask checks efa-self; ask audit -r us-west-2,us-w; ask no-such`;

  test('bash completes words, values behind = and paths', async () => {
    expect(await shellRun('bash', '--norc', '--noprofile', '-c', bashScript())).toMatchObject({
      code: 0,
      stderr: '',
      stdout: [
        'complete -F _hyperpod_auditor hyperpod-auditor',
        'audit',
        'json jsonl',
        'json jsonl',
        formats.join(' '),
        'compopt -o default',
        'compopt -o dirnames',
        'efa-self-traffic',
        'us-west-2,us-west-1 us-west-2,us-west-2',
        '\n',
      ].join('\n'),
    });
  });

  test.runIf(isInstalled('zsh'))('zsh accepts the script', async () => {
    expect(await shellRun('zsh', '-f', '-n', join(folder, 'zsh'))).toMatchObject({ code: 0, stderr: '' });
  });

  test.runIf(isInstalled('fish'))('fish completes words, values behind = and files', async () => {
    const script = `
      function npx; '${process.execPath}' '${cli}' $argv[3..-1]; end
      source '${join(folder, 'fish')}'
      for line in 'au' 'audit --format=js' 'plan validate infra/plan.y' 'audit --output=infra/plan.y'
        complete -C "hyperpod-auditor $line" | string replace -r '\\t.*' ''
      end`;
    const { stdout } = await shellRun('fish', '--no-config', '-c', script);
    expect(stdout).toBe('audit\n--format=json\n--format=jsonl\ninfra/plan.yaml\n--output=infra/plan.yaml\n');
  });
});
