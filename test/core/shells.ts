/** Runs command lines in real shells, with stubs that record their arguments in the place of every program. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
const stubs = ['aws', 'jq', 'tr', 'npx', 'hyperpod-auditor', intruder];

/** Only builtins: nothing else is on the PATH. */
const stub = `#!/bin/sh
printf '%s\\0' "\${0##*/}" "$@" > "$CALLS.$$"
`;

const driver = `n=0
while IFS= read -r -d '' line; do
  export CALLS="$LOG/$n"
  "$TRIED" -c "$line" < /dev/null > /dev/null 2>> "$LOG/stderr"
  printf '%s\\n' "$?" >> "$LOG/statuses"
  n=$((n + 1))
done`;

/** What each line did. Throws where one left, changed or removed a file. */
export function runLines(shell: string, lines: readonly string[]): readonly Ran[] {
  const folder = mkdtempSync(join(tmpdir(), 'shells-'));
  try {
    const [bin, log, here] = ['bin', 'log', 'here'].map((name) => join(folder, name)) as [string, string, string];
    for (const made of [bin, log, here]) mkdirSync(made);
    for (const name of stubs) {
      writeFileSync(join(bin, name), stub);
      chmodSync(join(bin, name), 0o755);
    }
    // What a pattern would match.
    const files = ['a', 'b', 'zq7'];
    for (const file of files) writeFileSync(join(here, file), file);
    const { status, error } = spawnSync('/bin/bash', ['-c', driver], {
      cwd: here,
      env: { PATH: bin, LOG: log, TRIED: shell, HOME: '/home/zq7', LANG: 'C.UTF-8' },
      input: `${lines.join('\0')}\0`,
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
      calls: (recorded.get(String(n)) ?? []).map((name) => {
        const [program = '', ...args] = readFileSync(join(log, name), 'utf8').split('\0').slice(0, -1);
        return { program, args };
      }),
    }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
