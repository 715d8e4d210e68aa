/** Runs command lines in real shells, where each program is a function that records its arguments: one process runs all lines. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const shells = ['/bin/bash', '/bin/sh'] as const;

/** One program that a line started. */
export interface Call {
  readonly program: string;
  readonly args: readonly string[];
}

export interface Ran {
  readonly line: string;
  readonly status: number;
  /** Programs of a pipeline start in any order. */
  readonly calls: readonly Call[];
}

/** The one program that no line may start. */
export const intruder = 'zq7pwned';
const stubs = ['aws', 'jq', 'tr', 'npx', intruder];

/** Nothing is on the PATH: programs are functions that record their name and arguments, their number before them. */
const driver = `record() { printf '%s\\0' "$#" "$@" >> "$CALLS.$1"; }
${stubs.map((name) => `${name}() { record ${name} "$@"; }`).join('\n')}
n=0
run() {
  CALLS="$LOG/$n"
  (eval "$1") < /dev/null > /dev/null 2>> "$LOG/stderr"
  printf '%s\\n' "$?" >> "$LOG/statuses"
  n=$((n + 1))
}
`;

/** A word of a shell script, by the one rule that single quotes have. */
const inQuotes = (line: string): string => `'${line.replaceAll("'", "'\\''")}'`;

/** The calls in a file that `record` wrote. */
function callsIn(text: string): readonly Call[] {
  const words = text.split('\0');
  const calls: Call[] = [];
  for (let at = 0; at < words.length - 1; ) {
    const end = at + 1 + Number(words[at]);
    const [program = '', ...args] = words.slice(at + 1, end);
    calls.push({ program, args });
    at = end;
  }
  return calls;
}

/** What each line did. Throws where one left, changed or removed a file. */
export function runLines(shell: string, lines: readonly string[]): readonly Ran[] {
  const folder = mkdtempSync(join(tmpdir(), 'shells-'));
  try {
    const [bin, log, here] = ['bin', 'log', 'here'].map((name) => join(folder, name)) as [string, string, string];
    for (const made of [bin, log, here]) mkdirSync(made);
    // What a pattern would match.
    const files = ['a', 'b', 'zq7'];
    for (const file of files) writeFileSync(join(here, file), file);
    const script = join(folder, 'script');
    writeFileSync(script, `${driver}${lines.map((line) => `run ${inQuotes(line)}\n`).join('')}`);
    const { status, error } = spawnSync(shell, [script], {
      cwd: here,
      env: { PATH: bin, LOG: log, HOME: '/home/zq7', LANG: 'C.UTF-8' },
    });
    if (error || status !== 0) throw new Error(`the lines could not be run in ${shell}`, { cause: error });
    const left = readdirSync(here).map((name) => [name, readFileSync(join(here, name), 'utf8')]);
    if (JSON.stringify(left.toSorted()) !== JSON.stringify(files.map((name) => [name, name])))
      throw new Error(`a line changed files: ${JSON.stringify(left)}`);
    const statuses = readFileSync(join(log, 'statuses'), 'utf8').trimEnd().split('\n').map(Number);
    const recorded = Map.groupBy(readdirSync(log), (name) => name.split('.')[0] ?? '');
    return lines.map((line, n) => ({
      line,
      status: statuses[n] ?? -1,
      calls: (recorded.get(String(n)) ?? []).flatMap((name) => callsIn(readFileSync(join(log, name), 'utf8'))),
    }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
