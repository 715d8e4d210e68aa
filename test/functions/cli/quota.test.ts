/** `quota request` as a shell runs it: without a terminal, so that only --yes sends. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSandbox } from '../../../shared/sandbox/server.ts';
import { onSandbox, type Ran, root, run } from './run.ts';

const storyPlan = join(root, 'shared/sandbox/plan.yaml');
const p5en = 'ml.p5en.48xlarge for cluster usage';
const send = 'RequestServiceQuotaIncrease';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hyperpod-auditor-quota-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

type Options = Parameters<typeof startSandbox>[0];
/** Runs some command lines one after the other on a sandbox of their own. */
async function on(
  options: Options,
  ...lines: readonly (readonly string[])[]
): Promise<{ readonly ran: readonly Ran[]; readonly sent: number }> {
  const sandbox = await startSandbox(options);
  const ran: Ran[] = [];
  for (const args of lines) ran.push(await run(args, { env: onSandbox(sandbox.endpoint) }));
  const sent = sandbox.calls.filter((c) => c.operation === send).length;
  await sandbox.close();
  return { ran, sent };
}
const request = (...more: readonly string[]) => ['quota', 'request', '--plan', storyPlan, ...more];

describe('quota request', () => {
  test('shows value, code and why, and without a terminal sends nothing and says how', async () => {
    const { ran, sent } = await on({}, request());
    const [first] = ran;
    expect([first?.code, sent]).toEqual([3, 0]);
    expect(first?.stdout).toContain(`→ send     ${p5en}  4 → 5  sagemaker L-6EF3AE05, recommended`);
    expect(first?.stdout).toContain('not sent again: 8 requested on 2026-11-16: CASE_OPENED, case 176340881200592');
    expect(first?.stderr).toMatch(
      /1 request would be sent to AWS, but stdin is no terminal to confirm on\. --yes sends without confirmation, --dry-run only shows\.\n$/,
    );
  });

  test('--dry-run only shows, with 1 for a shortfall', async () => {
    const { ran, sent } = await on({}, request('--dry-run', '--quiet'));
    expect([ran[0]?.code, ran[0]?.stderr, sent]).toEqual([1, '', 0]);
    expect(ran[0]?.stdout).toMatch(/Nothing was sent\.\n$/);
  });

  test('--yes sends, says the id, and a repeat sends nothing; the next audit shows it', { timeout: 180_000 }, async () => {
    const { ran, sent } = await on({}, request('--yes', '--quiet'), request('--yes', '--quiet'), [
      'audit',
      '--plan',
      storyPlan,
      '--region',
      'eu-north-1',
      '--quiet',
      '--database',
      join(folder, 'db'),
    ]);
    const [first, second, audit] = ran;
    expect([first?.code, second?.code, sent]).toEqual([0, 0, 1]);
    expect(first?.stdout).toMatch(new RegExp(`sent {6}eu-north-1 {2}${p5en} {2}4 → 5 {2}request [0-9a-f]{32}: PENDING\n$`));
    expect(second?.stdout).toContain('0 requests to send');
    expect(audit?.stdout.replaceAll(/\s+/g, ' ')).toMatch(/quota is 4\. Increase to 5 requested on \d{4}-\d{2}-\d{2} \(PENDING\)/);
  });

  test('json tells what was planned and what became of it, and nothing else on stdout', async () => {
    const file = join(folder, 'outcome.json');
    const { ran } = await on({}, request('--yes', '--format', 'json'), request('--yes', '--format', 'json', '--output', file));
    const first = JSON.parse(ran[0]?.stdout ?? '');
    expect(first).toMatchObject({
      schemaVersion: 1,
      account: '111122223333',
      outcomes: [{ result: 'sent', status: 'PENDING', increase: { name: p5en } }],
    });
    expect(first.regions.map((r: { region: string }) => r.region)).toEqual(['us-west-2', 'us-east-1', 'eu-north-1']);
    expect([ran[1]?.stdout, JSON.parse(await readFile(file, 'utf8')).outcomes]).toEqual(['', []]);
  });

  test('--output has the list and what became of it', async () => {
    const file = join(folder, 'outcome.txt');
    const { ran } = await on({}, request('--yes', '--output', file));
    expect([ran[0]?.code, ran[0]?.stdout]).toEqual([0, '']);
    expect(await readFile(file, 'utf8')).toMatch(/^Quota increases[\s\S]*\nsent {6}eu-north-1/);
  });

  test('one that fails ends with 1 and says why', async () => {
    const { ran } = await on({ faults: [{ on: `servicequotas:${send}`, kind: 'deny' }] }, request('--yes'));
    expect(ran[0]?.code).toBe(1);
    expect(ran[0]?.stdout).toMatch(/failed {4}eu-north-1 .* access denied \(servicequotas:RequestServiceQuotaIncrease\)\n$/);
  });

  test('2 where no shortfall is known, but something was not evaluated', async () => {
    const { ran } = await on(
      { faults: [{ on: 'servicequotas:ListServiceQuotas', kind: 'deny' }] },
      request('--region', 'us-west-2', '--dry-run'),
    );
    expect(ran[0]?.code).toBe(2);
    expect(ran[0]?.stdout).toContain('access denied: servicequotas:ListServiceQuotas');
  });

  test('0 where nothing has to be requested, without a question', async () => {
    const { ran } = await on({}, request('--region', 'us-west-2'));
    expect([ran[0]?.code, ran[0]?.stderr]).toEqual([0, '']);
    expect(ran[0]?.stdout).toContain('The plan needs no quota increase here.');
  });

  test('a plan with accounts: only the caller’s, and that is said', async () => {
    const plan = join(folder, 'accounts.yaml');
    await writeFile(plan, "regions: [us-west-2]\nclusters: []\naccounts: ['111122223333', '444455556666']\n");
    const { ran } = await on({}, ['quota', 'request', '--plan', plan, '--quiet'], ['quota', 'request', '--plan', plan, '--format', 'json']);
    expect(ran[0]?.stdout).toContain(
      'Increases are requested in 111122223333 only, the account of the credentials. Other accounts of the plan are not covered: 444455556666.\n',
    );
    expect(JSON.parse(ran[1]?.stdout ?? '')).toMatchObject({ account: '111122223333', otherAccounts: ['444455556666'] });
  });

  test('a plan for other accounts: nothing is asked for in the caller’s', async () => {
    const plan = join(folder, 'others.yaml');
    await writeFile(plan, "regions: [us-west-2]\nclusters: []\naccounts: ['444455556666']\n");
    const { ran, sent } = await on({}, ['quota', 'request', '--plan', plan, '--yes']);
    expect([ran[0]?.code, ran[0]?.stdout, sent]).toEqual([3, '', 0]);
    expect(ran[0]?.stderr).toContain('The plan is for 444455556666, not for 111122223333, whose credentials this runs with.');
  });

  test('2 where --region leaves no planned cluster, which is not the same as no shortfall', async () => {
    const { ran } = await on(
      {},
      request('--region', 'eu-west-1', '--quiet'),
      request('--region', 'eu-west-1', '--format', 'json', '--quiet'),
    );
    expect(ran.map((r) => r.code)).toEqual([2, 2]);
    expect(ran[0]?.stdout).toContain(
      '3 planned clusters are outside the selection (--region eu-west-1), in us-west-2, us-east-1, eu-north-1.',
    );
    expect(ran[0]?.stdout).toContain('No planned cluster is in the selection');
    expect(JSON.parse(ran[1]?.stdout ?? '').selection.outside).toEqual({ clusters: 3, regions: ['us-west-2', 'us-east-1', 'eu-north-1'] });
  });

  test('--yes and --dry-run contradict one another', async () => {
    const { code, stderr } = await run(request('--yes', '--dry-run'));
    expect(code).toBe(3);
    expect(stderr).toContain('--dry-run, --yes: expected one of them, got both.');
  });
});
