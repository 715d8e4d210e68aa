/** The commands that show readiness and where alerts go, as a shell runs them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root, run } from './run.ts';

const sandboxPlan = join(root, 'shared/sandbox/plan.yaml');
let folder: string;
let database: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hyperpod-auditor-test-'));
  database = join(folder, 'db');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The regions that are shown, in their order. */
const regionsIn = (text: string): readonly string[] => text.match(/\b[a-z]{2}-[a-z]+-\d(?=\s+last audited| · )/g) ?? [];

describe('readiness of this machine needs neither credentials nor a plan', () => {
  const readiness = (...args: readonly string[]) => run(['readiness', '--database', database, ...args]);

  test('before an audit it says that there was none; then what the audit kept, and only that', async () => {
    const before = await readiness();
    expect(before).toMatchObject({ code: 3, stdout: '' });
    expect(before.stderr).toContain(`No audit is stored in ${database}; run `);
    await run(['audit', '--sandbox', '--quiet', '--database', database, '--region', 'us-west-2']);
    const after = await readiness();
    expect(after).toMatchObject({ code: 0, stderr: '' });
    expect(after.stdout).toMatch(
      /^ml-prod \(111122223333\) us-west-2\s+last audited .+, (?:moments|\d+ minutes?) ago\n {2}READY {2}llm-train {2}planned {2}since [^\n]+\n\nOnly audited regions are listed; `readiness --plan FILE` also names planned clusters that were never\naudited\.\n$/,
    );
    // What the plan names and no audit covered is known from the plan alone.
    const planned = await readiness('--sandbox', '--quiet', '--plan', sandboxPlan);
    expect(planned).toMatchObject({ code: 2, stderr: '' });
    expect(planned.stdout.match(/NEVER AUDITED/g)).toHaveLength(2);
    expect(planned.stdout).toMatch(/us-east-1 · 111122223333 {2}NEVER AUDITED\n {2}UNKNOWN {2}llm-train-east {2}planned, never audited\n/);
    expect(planned.stdout).toMatch(/eu-north-1 · 111122223333 {2}NEVER AUDITED\n {2}UNKNOWN {2}eval-next {2}planned, never audited\n/);
    expect(planned.stdout).toMatch(
      /us-west-2 · ml-prod \(111122223333\) {2}audited (?:moments|\d+ minutes?) ago\n {2}READY {4}llm-train {2}since /,
    );
    expect(planned.stdout).not.toContain('ROUTES');
    const one = await readiness('--sandbox', '--quiet', '--plan', sandboxPlan, '--region', 'us-west-2');
    expect([one.code, regionsIn(one.stdout)]).toEqual([0, ['us-west-2']]);
  });

  test('filters and limits show less; the code is of all that is asked about', async () => {
    expect((await run(['audit', '--sandbox', '--quiet', '--database', database])).code).toBe(1);
    const [all, worst, ready, planned, west, elsewhere, cluster, none, then, csv] = await Promise.all([
      readiness(),
      readiness('--limit', '1'),
      readiness('--state', 'READY'),
      readiness('--sandbox', '--quiet', '--plan', sandboxPlan, '--limit', '1'),
      readiness('--region', 'us-west-2'),
      readiness('--region', 'eu-west-1'),
      readiness('--cluster', 'eval-next'),
      readiness('--cluster', 'no-such'),
      readiness('--at', '0m', '--limit', '1'),
      readiness('--format', 'csv'),
    ]);
    expect([all?.code, regionsIn(all?.stdout ?? '')]).toEqual([1, ['us-east-1', 'eu-north-1', 'us-west-2']]);
    const more = 'There is more: --limit shows more than 1, filters show less.\n';
    for (const cut of [worst, planned, then]) {
      expect([cut?.code, regionsIn(cut?.stdout ?? '')]).toEqual([1, ['us-east-1']]);
      expect(cut?.stdout.endsWith(more)).toBe(true);
    }
    expect([ready?.code, regionsIn(ready?.stdout ?? '')]).toEqual([1, ['eu-north-1', 'us-west-2']]);
    expect([west?.code, regionsIn(west?.stdout ?? '')]).toEqual([0, ['us-west-2']]);
    expect(elsewhere).toMatchObject({ code: 3, stdout: '' });
    expect([cluster?.code, regionsIn(cluster?.stdout ?? '')]).toEqual([0, ['eu-north-1']]);
    expect(none).toMatchObject({ code: 3, stdout: '' });
    expect(none?.stderr).toBe(
      'hyperpod-auditor: No finding is stored for cluster no-such. Known clusters: eval, eval-next, llm-train, llm-train-east.\n',
    );
    expect([csv?.code, csv?.stdout.split('\r\n').length]).toEqual([1, 6]);
  });
});

describe.concurrent('help and mistakes', () => {
  test.each([
    [['alert', 'test', '--help'], 0, '$ npx --no-install hyperpod-auditor alert test --stack HyperPodAuditor'],
    [['alert', 'confirm', '--help'], 0, "$ npx --no-install hyperpod-auditor alert confirm 'https://sns."],
    [['readiness', '--help'], 0, '$ npx --no-install hyperpod-auditor readiness --stack HyperPodAuditor'],
  ])('%j', async (args, code, said) => {
    const ran = await run(args);
    expect(ran.code).toBe(code);
    expect(ran.stdout).toContain(said);
  });

  test.each([
    [['alert', 'test'], 'alert test: expected --stack, or at least one of --topic'],
    [
      ['alert', 'confirm', 'http://sns.us-west-2.amazonaws.com/'],
      'alert confirm: expected the link that SNS sent, got "http://sns.us-west-2.amazonaws.com/". It does not begin with https://.',
    ],
    [['readiness', '--stack-region', 'us-west-2'], '--stack-region: expected --stack, --table or --deployed with it, got nothing.'],
    [
      ['readiness', '--stack-region', 'us-west-2', '--sandbox', '--plan', sandboxPlan],
      '--stack-region: expected --stack, --table or --deployed with it, got nothing.',
    ],
    [
      ['readiness', '--plan', 'nope.yaml', '--at', '0m', '--format', 'csv'],
      '--plan, --at, --format csv: expected one of them, got several. --plan shows the current state',
    ],
    [['readiness', '--plan', 'nope.yaml'], 'nope.yaml'],
    [
      ['readiness', '--sandbox', '--plan', sandboxPlan, '--region', 'us-wst-2'],
      'The plan has nothing for region us-wst-2; did you mean us-west-2? Known regions: us-west-2, us-east-1, eu-north-1.',
    ],
    [
      ['readiness', '--sandbox', '--plan', sandboxPlan, '--account', '999999999999', '--region', 'us-west-2'],
      'The plan has nothing for account 999999999999. Known accounts: 111122223333.',
    ],
    [['alert', 'send'], 'alert: expected test or confirm, got "send".'],
  ])('%j ends with 3 and one sentence', async (args, said) => {
    const ran = await run(args);
    expect(ran).toMatchObject({ code: 3, stdout: '' });
    expect(ran.stderr).toContain(said);
  });
});
