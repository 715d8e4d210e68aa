/** The built command line as a process on the simulated account, and what its own commands say of the store afterwards. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Result } from '../../shared/core/evaluation/finding.ts';
import type { ChangeView } from '../../shared/query/changes.ts';
import type { CoverageRowView } from '../../shared/query/coverage.ts';
import type { FindingView } from '../../shared/query/findings.ts';
import type { RegionReadinessView } from '../../shared/query/readiness.ts';
import { cli, onSandbox, root, run } from '../functions/cli/run.ts';
import { type ChildOutput, childOutput } from '../helpers/child-output.ts';

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<ChildOutput>;
}

export interface Place {
  readonly endpoint: string;
  readonly database: string;
  readonly env?: NodeJS.ProcessEnv;
  /** No file may grow beyond so many blocks of 512 bytes: the write that would is refused. */
  readonly limitBlocks?: number;
  /** The clock of questions; absent: the machine's. */
  readonly now?: () => Date;
}

/** Starts one command. */
export function start(args: readonly string[], { endpoint, env, limitBlocks }: Omit<Place, 'database'>): Started {
  const program = [process.execPath, cli, ...args];
  // With the signal ignored a write over the limit fails with EFBIG, much as one on a full disk fails with ENOSPC.
  const limited = ['sh', '-c', `trap '' XFSZ; ulimit -f ${limitBlocks}; exec "$@"`, 'sh', ...program];
  const [file = '', ...rest] = limitBlocks === undefined ? program : limited;
  const child = spawn(file, rest, { cwd: root, env: { ...onSandbox(endpoint), ...env } });
  child.stdin.end();
  return { child, ended: childOutput(child) };
}

export const region = 'us-west-2';
const plan = join(root, 'shared/sandbox/plan.yaml');

export const auditArgs = (database: string): readonly string[] => [
  'audit',
  '--plan',
  plan,
  '--region',
  region,
  '--quiet',
  '--format',
  'json',
  '--database',
  database,
];

export const startAudit = (place: Place): Started => start(auditArgs(place.database), place);

/** An audit that has to end with a result. */
export async function audit(place: Place): Promise<Result> {
  const { code, signal, stdout, stderr } = await startAudit(place).ended;
  expect([0, 1, 2], `exit code ${code}, signal ${signal}: ${stderr}`).toContain(code);
  expect(stderr).not.toContain('not stored');
  return JSON.parse(stdout);
}

/** A question is asked in this process: audits are what is killed, and starting a process takes longer than an answer. */
async function ask<T>(command: string, { database, endpoint, now }: Place): Promise<readonly T[]> {
  const args = [command, '--database', database, '--format', 'json', ...(command === 'readiness' ? [] : ['--limit', '100000'])];
  const { code, stdout, stderr } = await run(args, { env: onSandbox(endpoint), ...(now && { now }) });
  expect([0, 1, 2], `${command} ended with ${code}: ${stderr}`).toContain(code);
  const { items, more } = JSON.parse(stdout);
  expect(more).toBeUndefined();
  return items;
}

const stateOf = (change: ChangeView, side: 'before' | 'after'): string | undefined => {
  if (change.of === 'coverage') {
    // A row is there from when something could not be evaluated until it was evaluated again.
    return (change.kind === 'unseen') === (side === 'after') ? 'row' : undefined;
  }
  const at = change[side];
  if (at === undefined) return undefined;
  return 'state' in at ? at.state : `${at.status} ${at.level}`;
};

export interface Chained {
  readonly commits: number;
  readonly changes: number;
}

/**
 * The log is whole: commits are numbered without a gap, none has a change twice, what a change says was before is what the
 * change before it left, and what the last ones left is what the store says now. So no change was lost and none is there twice.
 */
export async function expectWholeLog(place: Place): Promise<Chained> {
  const changes = (await ask<ChangeView>('changes', place)).toSorted((a, b) => a.commit - b.commit);
  const numbers = [...new Set(changes.map((c) => c.commit))];
  // A commit may be empty: it then closes a number that an interrupted audit had announced.
  const last = numbers.at(-1) ?? 0;
  const seen = new Set<string>();
  const left = new Map<string, string | undefined>();
  for (const change of changes) {
    const name = `${change.of} ${change.id}`;
    expect(seen.has(`${change.commit} ${name}`), `commit ${change.commit} has ${name} twice`).toBe(false);
    seen.add(`${change.commit} ${name}`);
    if (change.of !== 'coverage') expect(stateOf(change, 'before'), `${name} before commit ${change.commit}`).toBe(left.get(name));
    left.set(name, stateOf(change, 'after'));
  }
  const findings = await ask<FindingView>('findings', place);
  const coverage = await ask<CoverageRowView>('coverage', place);
  const readiness = await ask<RegionReadinessView>('readiness', place);
  const now = new Map<string, string | undefined>([
    ...findings.filter((f) => !('carried' in f)).map((f) => [`finding ${f.id}`, `${f.status} ${f.level}`] as const),
    ...coverage.map((row) => [`coverage ${row.id}`, 'row'] as const),
    ...readiness.flatMap((row) => row.clusters.map((c) => [`readiness ${c.cluster}`, c.last ?? c.state] as const)),
  ]);
  const held = [...left].filter(([, state]) => state !== undefined).toSorted(([a], [b]) => (a < b ? -1 : 1));
  expect(held).toEqual([...now].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return { commits: last, changes: changes.length };
}

/** What the store says now is what an audit printed. */
export async function expectStored(result: Result, place: Place): Promise<void> {
  const of = result.accounts.flatMap((a) => a.regions);
  const printed = of.flatMap((r) => r.findings).map((f) => `${f.id} ${f.status} ${f.level}`);
  const stored = (await ask<FindingView>('findings', place)).map((f) => `${f.id} ${f.status} ${f.level}`);
  expect(stored.toSorted()).toEqual(printed.toSorted());
  const rows = await ask<RegionReadinessView>('readiness', place);
  expect(rows.flatMap((r) => r.clusters.map((c) => [c.cluster, c.last ?? c.state]))).toEqual(
    of.flatMap((r) => r.readiness.map((c) => [c.cluster, c.state])),
  );
}
