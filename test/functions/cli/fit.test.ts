/** `fit` as a shell runs it. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FitResult } from '../../../shared/core/fit/fit-result.ts';
import { type Sandbox, startSandbox } from '../../../shared/sandbox/server.ts';
import { onSandbox, run } from './run.ts';

let sandbox: Sandbox;
let folder: string;
beforeAll(async () => {
  sandbox = await startSandbox();
  folder = await mkdtemp(join(tmpdir(), 'hyperpod-auditor-fit-'));
});
afterAll(async () => {
  await sandbox.close();
  await rm(folder, { recursive: true, force: true });
});

const p5 = ['--type', 'ml.p5.48xlarge', '--count', '16', '--orchestrator', 'slurm'];
const find = (...args: readonly string[]) => run(['fit', ...args], { env: onSandbox(sandbox.endpoint) });

describe('fit', () => {
  test('text: the best place first, the fix, and what was not evaluated; 0 since it would come up somewhere', async () => {
    const { code, stdout, stderr } = await find(...p5, '--region', 'us-west-2,us-east-1');
    expect(code).toBe(0);
    expect(stderr).toBe('');
    expect(stdout).toMatch(
      /PLACES\n.*READINESS +REGION.*\n +MISSING\n +READY +us-west-2 +usw2-az3 +subnet-07473f8f9b086f87c +sg-012a6acbf19810afe\n +nothing\n/,
    );
    expect(stdout).toContain('$ aws ec2 modify-vpc-endpoint --region us-west-2');
    expect(stdout).toContain('Not checked: the execution role (--role)');
  });

  test('json: the typed result alone on stdout; 1 where something is missing everywhere', async () => {
    const { code, stdout } = await find(...p5, '--region', 'us-east-1', '--region', 'eu-north-1', '--format', 'json');
    const result: FitResult = JSON.parse(stdout);
    expect(code).toBe(1);
    expect(result.regions.map((r) => r.region)).toEqual(['us-east-1', 'eu-north-1']);
    expect(result.placements.every((p) => p.state === 'BLOCKED' && p.lacks.length > 0)).toBe(true);
  });

  test('2 where it cannot be seen', async () => {
    const denied = await startSandbox({ faults: [{ on: 'ec2:DescribeSubnets', kind: 'deny' }] });
    const { code, stdout } = await run(['fit', ...p5, '--region', 'us-west-2'], { env: onSandbox(denied.endpoint) });
    await denied.close();
    expect(code).toBe(2);
    expect(stdout).toContain('UNKNOWN');
    expect(stdout).toContain('access denied: ec2:DescribeSubnets');
  });

  test('on the simulated account, as the example says', async () => {
    const { code, stdout } = await run(['fit', '--sandbox', ...p5, '--region', 'us-west-2', '--rows', '1', '--no-color']);
    expect(code).toBe(0);
    expect(stdout).toContain('… and 1 more placement');
  });

  test('what is written is a plan that the auditor takes, or the request', async () => {
    const [plan, request] = [join(folder, 'plan.yaml'), join(folder, 'request.json')];
    const written = await find(...p5, '--region', 'us-west-2', '--name', 'llm-next', '--write', plan, '--quiet');
    expect(written).toMatchObject({ code: 0, stderr: '' });
    expect(await readFile(plan, 'utf8')).toContain('ClusterName: llm-next');
    expect((await run(['plan', 'validate', plan])).code).toBe(0);
    const audited = await run(['audit', '--plan', plan, '--quiet', '--database', join(folder, 'db')], { env: onSandbox(sandbox.endpoint) });
    expect(audited.stdout).toMatch(/llm-next +planned/);
    expect((await find(...p5, '--region', 'us-west-2', '--write', request)).stderr).toContain(
      `hyperpod-auditor: the best place is written to ${request}.`,
    );
    expect(JSON.parse(await readFile(request, 'utf8'))).toMatchObject({ VpcConfig: { Subnets: ['subnet-07473f8f9b086f87c'] } });
  });

  test.each<[string, readonly string[], RegExp]>([
    [
      'no type',
      ['--count', '1', '--orchestrator', 'eks'],
      /fit: expected --type <type> \(instance type, such as ml\.p5\.48xlarge\), got nothing\./,
    ],
    [
      'a type of EC2',
      ['--type', 'p5.48xlarge', '--count', '1', '--orchestrator', 'eks'],
      /--type: expected an instance type of SageMaker like ml\.p5\.48xlarge, got "p5\.48xlarge"\./,
    ],
    [
      'half a node',
      ['--type', 'ml.p5.48xlarge', '--count', '0.5', '--orchestrator', 'eks'],
      /--count: expected a whole number from 1 to 6758, got "0\.5"\./,
    ],
    ['another orchestrator', ['--type', 'ml.p5.48xlarge', '--count', '1', '--orchestrator', 'nomad'], /eks, slurm/],
    ['no region', [...p5, '--region', 'mars'], /--region: expected the name of a region/],
    ['an EKS cluster for Slurm', [...p5, '--eks-cluster', 'x'], /--eks-cluster: expected to be with --orchestrator eks, got "slurm"\./],
    ['half a role', [...p5, '--role', 'hyperpod'], /--role: expected the ARN of an IAM role, got "hyperpod"\./],
    ['a script that is none', [...p5, '--lifecycle', 'https://x/y'], /--lifecycle: expected the address of a script/],
    [
      'a folder that is not there',
      [...p5, '--region', 'us-west-2', '--write', '/dev/null/plan.yaml'],
      /--write \/dev\/null\/plan\.yaml cannot be written: a part of its path is not a folder\./,
    ],
  ])('%s ends with 3 and one sentence', async (_, args, says) => {
    const { code, stdout, stderr } = await find(...args);
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(says);
  });
});

describe('policy --for', () => {
  const actions = (text: string): readonly string[] => JSON.parse(text).Statement.flatMap((s: { Action: string[] }) => s.Action);

  test('fit lists what there is, and changes nothing', async () => {
    const { code, stdout } = await run(['policy', '--for', 'fit', '--account', '111122223333']);
    expect(code).toBe(0);
    expect(actions(stdout)).toContain('eks:ListClusters');
    expect(actions(stdout)).not.toContain('iam:GetRole');
    const more = await run(['policy', '--for', 'fit', '--role', 'arn:aws:iam::111122223333:role/x']);
    expect(actions(more.stdout)).toContain('iam:GetRole');
  });

  test('quota-request alone may ask for quotas', async () => {
    expect(actions((await run(['policy', '--for', 'quota-request'])).stdout)).toContain('servicequotas:RequestServiceQuotaIncrease');
    expect(actions((await run(['policy'])).stdout)).not.toContain('servicequotas:RequestServiceQuotaIncrease');
  });

  test.each<[readonly string[], RegExp]>([
    [['--for', 'fit', '--plan', 'x.yaml'], /--plan, --for fit: expected one of them, got both\./],
    [['--role', 'arn:aws:iam::111122223333:role/x'], /--role, --lifecycle: expected --for fit with them, got "--for audit"\./],
    [['--for', 'key'], /--for key: expected a plan with deployment\.kmsKey/],
  ])('%j ends with 3 and one sentence', async (args, says) => {
    const { code, stderr } = await run(['policy', ...args]);
    expect(code).toBe(3);
    expect(stderr).toMatch(says);
  });
});
