/**
 * Checkov over the templates of a full plan. What it finds has a reason, by check and type of resource: the same as for the rules of
 * cdk-nag where there is one (infra/stacks/deviations.ts).
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { deviations } from '../../infra/stacks/deviations.ts';
import { emptyPlan } from '../../shared/core/plan/plan.ts';
import { appOf, fullPlan } from '../infra/world.ts';
import { ensureCheckov, python } from './python.ts';

const folder = mkdtempSync(join(tmpdir(), 'checkov-'));
afterAll(() => rmSync(folder, { recursive: true }));

const ofRule = (rule: string): string => deviations.find((d) => d.rule === rule)?.reason ?? expect.fail(rule);

/** By check and type of resource. */
const baseline: Readonly<Record<string, string>> = {
  'CKV_AWS_115 AWS::Lambda::Function': ofRule('LambdaConcurrency'),
  'CKV_AWS_116 AWS::Lambda::Function': ofRule('LambdaDLQ'),
  'CKV_AWS_117 AWS::Lambda::Function': ofRule('LambdaInsideVPC'),
  'CKV_AWS_158 AWS::Logs::LogGroup': ofRule('CloudWatchLogGroupEncrypted'),
  'CKV_AWS_173 AWS::Lambda::Function':
    'Without deployment.kmsKey of the plan, Lambda encrypts variables with a key of its own; they hold names and ARNs, and the secret of a webhook is not among them.',
  'CKV_AWS_26 AWS::SNS::Topic': ofRule('SNSEncryptedKMS'),
  'CKV_AWS_27 AWS::SQS::Queue':
    'Without deployment.kmsKey of the plan, SQS encrypts queues with keys of its own (SqsManagedSseEnabled), which this check does not read.',
  'CKV_AWS_119 AWS::DynamoDB::Table': 'Without deployment.kmsKey of the plan, a key of DynamoDB encrypts the table.',
};

interface CheckovReport {
  readonly summary: { readonly passed: number; readonly parsing_errors: number };
  readonly results: { readonly failed_checks: readonly { readonly check_id: string; readonly resource: string }[] };
}

test('finds what has a reason and no more, in plans with and without a key', async () => {
  const packages = await ensureCheckov();
  for (const [name, plan] of Object.entries({ full: fullPlan, empty: emptyPlan }))
    for (const { stackName, template } of appOf(plan).synth().stacks)
      writeFileSync(join(folder, `${name}-${stackName}.json`), JSON.stringify(template));
  const options = ['--directory', folder, '--framework', 'cloudformation', '--skip-download', '--compact', '--quiet', '--output', 'json'];
  const { stdout } = await promisify(execFile)(python, ['-m', 'checkov.main', ...options, '--soft-fail'], {
    env: { ...process.env, PYTHONPATH: packages },
    maxBuffer: 64 * 1024 * 1024,
  });
  const { summary, results }: CheckovReport = JSON.parse(stdout);
  expect([summary.parsing_errors, summary.passed > 100]).toEqual([0, true]);
  const found = new Set(results.failed_checks.map((f) => `${f.check_id} ${f.resource.split('.')[0]}`));
  expect([...found].toSorted()).toEqual(Object.keys(baseline).toSorted());
});
