/** The selection of accounts, regions and clusters at the command line. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../../shared/sandbox/server.ts';
import { onSandbox, root, run } from './run.ts';
import { accounts, held } from './scope-cases.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hyperpod-auditor-scope-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.concurrent('at the command line', { timeout: 300_000 }, () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox();
  });
  afterAll(() => sandbox.close());
  const storyPlan = join(root, 'shared/sandbox/plan.yaml');
  const env = () => ({ env: onSandbox(sandbox.endpoint) });
  let databases = 0;
  const fresh = () => ['--database', join(folder, `shell-${databases++}`)];
  const evaluateText = (file: unknown, ...args: readonly string[]) =>
    run(['evaluate', '-', '--plan', storyPlan, ...args], { stdin: JSON.stringify(file) });
  const collected = async (...args: readonly string[]) => JSON.parse((await run(['collect', '--quiet', ...args], env())).stdout);

  test('a snapshot without planned regions: their clusters are UNKNOWN with the reason', async () => {
    const file = await collected('--plan', storyPlan, '--region', 'us-west-2');
    const { code, stdout } = await evaluateText(file);
    expect(code).toBe(2);
    expect(stdout).toMatch(/UNKNOWN {2}us-east-1 +llm-train-east +planned +us-east-1 is not in this snapshot\n/);
    expect(stdout).toMatch(/UNKNOWN {2}eu-north-1 +eval-next +planned +eu-north-1 is not in this snapshot\n/);
    expect((await evaluateText(file, '--region', 'us-west-2')).code).toBe(0);
  });

  test('a BLOCKED cluster does not go away with its region', async () => {
    const file = await collected('--plan', storyPlan);
    const regionOf = (s: { region: string }) => s.region;
    const without = { ...file, snapshots: file.snapshots.filter((s: { region: string }) => regionOf(s) !== 'us-east-1') };
    expect((await evaluateText(file)).code).toBe(1);
    const { code, stdout } = await evaluateText(without);
    expect(code).toBe(2);
    expect(stdout).toContain('llm-train-east');
  });

  test('a snapshot without any place is no result', async () => {
    const { code, stdout, stderr } = await evaluateText({ schemaVersion: 1, snapshots: [] });
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain('The snapshot - holds no account and no region, so there is nothing to evaluate.');
  });

  test('collect records an account that it could not enter, and evaluate says of it what audit says', async () => {
    const plan = join(folder, 'entered.yaml');
    await writeFile(
      plan,
      `clusters: [{ region: us-west-2, request: ${join(root, 'shared/sandbox/create-llm-train.json')} }]\naccounts: ['111122223333', '999999999999']\nauditRole: { name: hyperpod-auditor }\n`,
    );
    const file = join(folder, 'entered.json');
    const read = await run(['collect', '--plan', plan, '--output', file], env());
    expect(read.code).toBe(2);
    expect(read.stderr).toMatch(/999999999999 us-west-2: not read: .*could not be entered.* \(sts:AssumeRole\)/);
    const database = fresh();
    const [evaluated, audited] = await Promise.all([
      run(['evaluate', file, '--plan', plan]),
      run(['audit', '--plan', plan, '--quiet', ...database], env()),
    ]);
    for (const { code, stdout } of [evaluated, audited]) {
      expect(code).toBe(2);
      expect(stdout).toMatch(/UNKNOWN {2}us-west-2 {2}llm-train {2}planned {2}/);
      expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(/could not be entered: access denied \(sts:AssumeRole\)/);
    }
    const stored = await run(['readiness', '--account', '999999999999', ...database]);
    expect(stored.code).toBe(2);
    expect(stored.stdout).toMatch(/UNKNOWN {2}llm-train {2}planned/);
  });

  test('the selection decides the code, and says what is outside of it', async () => {
    const at = (...args: readonly string[]) => run(['audit', '--plan', storyPlan, '--quiet', ...args, ...fresh()], env());
    const [west, train, nowhere, typo, account] = await Promise.all([
      at('--region', 'us-west-2'),
      at('--cluster', 'llm-train'),
      at('--region', 'eu-west-1', '--format', 'csv'),
      at('--cluster', 'llmtrain'),
      at('--account', '444455556666'),
    ]);
    for (const one of [west, train]) {
      expect(one?.code).toBe(0);
      expect(one?.stdout).toContain('2 planned clusters are outside the selection (');
    }
    expect(train?.stdout).not.toContain('eval-next');
    expect(nowhere?.code).toBe(2);
    expect(nowhere?.stderr).toContain('The plan has 3: llm-train in us-west-2, llm-train-east in us-east-1, eval-next in eu-north-1.');
    expect(typo?.code).toBe(2);
    expect(typo?.stdout.replaceAll(/\s+/g, ' ')).toContain('Did you mean llm-train?');
    expect(account?.code).toBe(2);
    expect(account?.stdout.replaceAll(/\s+/g, ' ')).toContain('Account 444455556666 is not in scope; in scope: 111122223333.');
  });

  test('names of regions: a typo is refused, one that is only unknown is a warning', async () => {
    const [typo, unknown, fit, bad] = await Promise.all([
      run(['audit', '--plan', storyPlan, '--region', 'us-wst-2', ...fresh()], env()),
      run(['evaluate', '-', '--region', 'xx-polar-7'], {
        stdin: JSON.stringify({ schemaVersion: 1, snapshots: [held(accounts[0], 'us-west-2', 'healthy')] }),
      }),
      run(['fit', '--type', 'ml.p5.48xlarge', '--count', '1', '--orchestrator', 'slurm', '--regions', 'us-west-2,us-est-1'], env()),
      run(['audit', '--account', '12', ...fresh()], env()),
    ]);
    expect(typo).toMatchObject({ code: 3, stdout: '' });
    expect(typo?.stderr).toContain(
      '--region: expected the name of a region, such as us-west-2, or all, got "us-wst-2". Did you mean us-west-2?',
    );
    expect(unknown?.code).toBe(2);
    expect(unknown?.stderr).toContain('warning: --region xx-polar-7: this version does not know the region.');
    expect(fit?.stderr).toContain(
      '--region: expected the name of a region, such as us-west-2, or all, got "us-est-1". Did you mean us-east-1?',
    );
    expect(bad).toMatchObject({ code: 3, stderr: 'hyperpod-auditor: --account: expected an account id of 12 digits, got "12".\n' });
  });

  test('a stored region that the plan does not name any more is listed', async () => {
    const database = fresh();
    await run(['audit', '--plan', storyPlan, '--quiet', '--region', 'us-west-2', '--region', 'us-east-1', ...database], env());
    const plan = join(folder, 'smaller.yaml');
    await writeFile(plan, `clusters: [{ region: us-west-2, request: ${join(root, 'shared/sandbox/create-llm-train.json')} }]\n`);
    const [text, json, one] = await Promise.all([
      run(['readiness', '--plan', plan, '--quiet', ...database], env()),
      run(['readiness', '--plan', plan, '--quiet', '--format', 'json', ...database], env()),
      run(['readiness', '--plan', plan, '--quiet', '--region', 'us-west-2', ...database], env()),
    ]);
    expect(text?.code).toBe(0);
    expect(text?.stdout).toMatch(
      /NOT IN THIS PLAN {2}1 region with a stored audit; no later audit is expected\n {2}us-east-1 · 111122223333 {2}last audited (?:moments|\d+ minutes?) ago: llm-train-east was BLOCKED\n/,
    );
    expect(JSON.parse(json?.stdout ?? '').notInPlan).toMatchObject([
      { region: 'us-east-1', clusters: [{ cluster: 'llm-train-east', state: 'BLOCKED' }] },
    ]);
    expect(one?.stdout).not.toContain('NOT IN THIS PLAN');
  });
});
