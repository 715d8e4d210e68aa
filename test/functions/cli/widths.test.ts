/** Every command fits the width of a terminal: no line is wider but commands, addresses and what cannot be broken. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../../shared/sandbox/server.ts';
import { bare, onSandbox, root, run } from './run.ts';

let folder: string;
let sandbox: Sandbox;
let denied: Sandbox;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'widths-'));
  sandbox = await startSandbox();
  denied = await startSandbox({ faults: [{ on: 'ec2:DescribeSubnets', kind: 'deny' }] });
  const audit = ['audit', '--plan', join(root, 'shared/sandbox/plan.yaml'), '-q', '--database', join(folder, 'db')];
  await run(audit, { env: onSandbox(sandbox.endpoint) });
  await run(audit, { env: onSandbox(denied.endpoint) });
  await writeFile(
    join(folder, 'plan.yaml'),
    `mutes: [{ check: efa-open-egress, reason: ${'a long reason '.repeat(9)}, owner: o, until: 2020-01-01 }]\n`,
  );
}, 120_000);
afterAll(async () => {
  await sandbox.close();
  await denied.close();
  await rm(folder, { recursive: true });
});

/** Commands and addresses to copy, and statements of policies; a line of one word, such as an id; a path in a usage line. */
const isWhole = (line: string): boolean =>
  /^ *(\$ |https:|\{"|id )/.test(line) || !line.trim().includes(' ') || /npx --no-install|Usage: |https:/.test(line);

const fit = ['fit', '--type', 'ml.p5.48xlarge', '--count', '16', '--orchestrator', 'slurm'];
const stored = [
  ['readiness'],
  ['readiness', '--sandbox', '--plan', join(root, 'shared/sandbox/plan.yaml')],
  ['findings', '--status', 'fail'],
  ['findings', '--limit', '20'],
  ['coverage'],
  ['changes'],
  ['history', 'subnet-free-ips/llm-train-east', '-r', 'us-east-1'],
];
const asked = [
  fit,
  [...fit, '--rows', '3', '-r', 'us-west-2'],
  ['quota', 'request', '--dry-run', '--plan', join(root, 'shared/sandbox/plan.yaml')],
];

describe.each([60, 80, 100, 133, 200])('%d columns', (width) => {
  const expectFitting = (args: readonly string[], stdout: string): void => {
    expect(stdout.length, args.join(' ')).toBeGreaterThan(20);
    for (const line of stdout.split('\n')) if (!isWhole(line)) expect(line.length, `${args.join(' ')}: ${line}`).toBeLessThanOrEqual(width);
  };

  test('an audit, and questions about it', async () => {
    const env = { ...onSandbox(denied.endpoint), COLUMNS: String(width) };
    const audit = await run(['audit', '--plan', join(root, 'shared/sandbox/plan.yaml'), '-q', '--database', join(folder, `db-${width}`)], {
      env,
    });
    expectFitting(['audit'], audit.stdout);
    for (const args of stored) {
      const { stdout } = await run([...args, '--database', join(folder, 'db')], { env });
      expectFitting(args, stdout);
    }
    expectFitting(['validate'], (await run(['plan', 'validate', join(folder, 'plan.yaml')], { env })).stdout);
  });

  test('places, and quota increases', async () => {
    const env = { ...onSandbox(sandbox.endpoint), COLUMNS: String(width) };
    for (const args of asked) expectFitting(args, (await run(args, { env })).stdout);
  });

  test('checks and help', async () => {
    const env = { ...bare(), COLUMNS: String(width) };
    for (const args of [
      ['checks'],
      ['checks', 'efa-self-traffic'],
      ['--help'],
      ['audit', '--help'],
      ['fit', '--help'],
      ['readiness', '--help'],
    ])
      expectFitting(args, (await run(args, { env })).stdout);
  });
});

test.each([
  [{ NO_COLOR: '1', FORCE_COLOR: '1' }, false],
  [{ TERM: 'dumb', FORCE_COLOR: '1' }, false],
  [{ FORCE_COLOR: '1' }, true],
  [{}, false],
])('with %j', async (env, isColoured) => {
  const { stdout } = await run(['findings', '--limit', '3', '--database', join(folder, 'db')], { env: { ...bare(), ...env } });
  expect(stdout.includes('\u001b[')).toBe(isColoured);
});
