/** The commands that say how things stand and where alerts go, as a shell runs them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from './run.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hyperpod-auditor-test-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('readiness', () => {
  test('of this machine: nothing is known before an audit, and then what it kept', async () => {
    const kept = ['--sandbox', '--database', join(folder, 'db'), '--quiet'];
    const before = await run(['readiness', ...kept]);
    expect(before).toMatchObject({ code: 3, stdout: '' });
    expect(before.stderr).toContain('; run `hyperpod-auditor audit --sandbox --database ');
    await run(['audit', '--region', 'us-west-2', ...kept]);
    const after = await run(['readiness', ...kept]);
    expect(after).toMatchObject({ code: 2, stderr: '' });
    expect(after.stdout).toMatch(/us-west-2 · ml-prod \(111122223333\) {2}audited moments ago\n {2}READY {4}llm-train {2}since /);
    expect(after.stdout).not.toContain('ROUTES');
  });
});

describe.concurrent('help and mistakes', () => {
  test.each([
    [['alert', 'test', '--help'], 0, '$ hyperpod-auditor alert test --stack HyperPodAuditor'],
    [['alert', 'confirm', '--help'], 0, "$ hyperpod-auditor alert confirm 'https://sns."],
    [['readiness', '--help'], 0, '$ hyperpod-auditor readiness --stack HyperPodAuditor'],
  ])('%j', async (args, code, said) => {
    const ran = await run(args);
    expect(ran.code).toBe(code);
    expect(ran.stdout).toContain(said);
  });

  test.each([
    [['alert', 'test'], 'alert test needs --stack, or at least one of --topic'],
    [['alert', 'confirm', 'http://sns.us-west-2.amazonaws.com/'], 'This is not the link that SNS sent: it does not begin with https://.'],
    [['readiness', '--sandbox', '--region', 'us-west-2'], '--region says where --stack or --table is'],
    [['alert', 'send'], "unknown command 'send'"],
  ])('%j ends with 3 and one sentence', async (args, said) => {
    const ran = await run(args);
    expect(ran).toMatchObject({ code: 3, stdout: '' });
    expect(ran.stderr).toContain(said);
  });
});
