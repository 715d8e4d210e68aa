/** Warnings at the command line: `plan validate`, every format of an audit, and an exit code that none of them changes. */
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { declaredIn, readPlan } from '../../../functions/process/plan-file.ts';
import type { Result, Warning } from '../../../shared/core/evaluation/finding.ts';
import { type Sandbox, startSandbox } from '../../../shared/sandbox/server.ts';
import { bare, onSandbox, root, run } from './run.ts';

let sandbox: Sandbox;
let folder: string;
beforeAll(async () => {
  sandbox = await startSandbox();
  folder = await mkdtemp(join(tmpdir(), 'hyperpod-auditor-plan-'));
});
afterAll(async () => {
  await sandbox.close();
  await rm(folder, { recursive: true, force: true });
});

let files = 0;
const put = async (text: string, name = `plan-${files++}.yaml`): Promise<string> => {
  const file = join(folder, name);
  await writeFile(file, text);
  return file;
};
const fresh = () => ['--database', join(folder, `db-${files++}`)];
const withSandbox = () => ({ env: onSandbox(sandbox.endpoint) });

const expired = `mutes:
  - { check: efa-open-egress, reason: known, owner: network team, until: 2020-01-31 }
`;
const mistaken = `regions: [us-wst-2]
retentionDays: 0
`;

describe.concurrent('plan validate', { timeout: 180_000 }, () => {
  test('a plan without warnings says none', async () => {
    const file = await put('regions: [us-west-2]\n');
    expect(await run(['plan', 'validate', file])).toEqual({
      code: 0,
      stdout: `${file} is a valid plan: 0 clusters, 0 instance groups, 0 mutes.\n`,
      stderr: '',
    });
  });

  test('warnings come with file, line and column, and end with 0', async () => {
    const file = await put(expired);
    const { code, stdout, stderr } = await run(['plan', 'validate', file]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n')).toEqual([
      `${file} is a valid plan: 0 clusters, 0 instance groups, 1 mute, 1 warning.`,
      expect.stringMatching(/^\S+:2:74 mutes\[0\]\.until: expected a date from 20\d\d-\d\d-\d\d on, got 2020-01-31\. /),
      '',
    ]);
  });

  const refusedByAws = `clusters:
  - region: us-west-2
    request:
      ClusterName: llm-train
      Orchestrator: { Slurm: { SlurmConfigStrategy: Merge } }
      NodeProvisioningMode: Continuous
      InstanceGroups:
        - { InstanceGroupName: head, InstanceCount: 1, InstanceType: ml.m5.xlarge, ExecutionRole: 'arn:aws:iam::123456789012:role/Node', SlurmConfig: { NodeType: Controller } }
`;

  test('what AWS would refuse ends with 1, and needs no account', async () => {
    const file = await put(refusedByAws);
    const { code, stdout, stderr } = await run(['plan', 'validate', file]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout.split('\n')).toEqual([
      `${file} is a valid plan: 1 cluster, 1 instance group, 0 mutes.`,
      expect.stringMatching(/^required slurm-configuration llm-train: SlurmConfigStrategy is Merge/),
      expect.stringMatching(/^ {2}Fix: Remove SlurmConfigStrategy/),
      '',
    ]);
    const json = await run(['plan', 'validate', file, '--format', 'json']);
    expect({ code: json.code, report: JSON.parse(json.stdout) }).toMatchObject({
      code: 1,
      report: { valid: true, findings: [{ check: 'slurm-configuration', status: 'fail', level: 'required', cluster: 'llm-train' }] },
    });
  });

  test('what AWS recommends ends with 0', async () => {
    const file = await put(
      refusedByAws
        .replace('{ SlurmConfigStrategy: Merge }', '{}')
        .replace('NodeProvisioningMode', 'NodeRecovery: None\n      NodeProvisioningMode'),
    );
    const { code, stdout } = await run(['plan', 'validate', file]);
    expect(code).toBe(0);
    expect(stdout).toContain('recommended node-recovery llm-train: NodeRecovery is None, Automatic expected.');
  });

  test('a mistake ends with 3', async () => {
    const { code, stdout, stderr } = await run(['plan', 'validate', await put(mistaken)]);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain(':1:11 regions[0]: expected the name of an AWS region, got "us-wst-2" (did you mean us-west-2?)');
    expect(stderr).toContain(':2:16 retentionDays: expected a whole number from 1 to 3650, got 0');
  });

  test('json has errors and warnings with their places', async () => {
    const [file, bad] = [await put(expired), await put(mistaken)];
    const [valid, invalid] = await Promise.all([file, bad].map((f) => run(['plan', 'validate', f, '--format', 'json'])));
    expect({ ...valid, stdout: JSON.parse(valid?.stdout ?? '') }).toEqual({
      code: 0,
      stderr: '',
      stdout: {
        schemaVersion: 1,
        file,
        valid: true,
        errors: [],
        findings: [],
        warnings: [
          { code: 'mute-expired', message: expect.stringContaining('got 2020-01-31.'), file, line: 2, column: 74, path: 'mutes[0].until' },
        ],
      },
    });
    expect({ ...invalid, stdout: JSON.parse(invalid?.stdout ?? '') }).toMatchObject({
      code: 3,
      stderr: '',
      stdout: {
        valid: false,
        errors: [
          { file: bad, line: 1, column: 11, path: 'regions[0]', got: '"us-wst-2"' },
          { file: bad, line: 2, column: 16, path: 'retentionDays', expected: 'a whole number from 1 to 3650', got: '0' },
        ],
        warnings: [],
      },
    });
  });

  test('json is written for a file that is not there, too', async () => {
    const { code, stdout } = await run(['plan', 'validate', 'none.yaml', '--format', 'json']);
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ valid: false, errors: [{ file: 'none.yaml', got: 'no such file' }] });
  });

  test('a plan and a request with comments of JSON are read', async () => {
    await put('{ "ClusterName": "a" /* here */ }', 'request.jsonc');
    const file = await put('{ // the plan\n "clusters": [{ "region": "us-west-2", "request": "request.jsonc", }] }', 'plan.jsonc');
    const { code, stdout } = await run(['plan', 'validate', file]);
    expect(code).toBe(0);
    expect(stdout).toContain('2 warnings.');
    expect(stdout).toMatch(/request\.jsonc:1:1: expected InstanceGroups or RestrictedInstanceGroups, got neither/);
    expect(stdout).toMatch(/request\.jsonc:1:22: expected strict JSON/);
  });

  test('a plan of more than a MiB is not read', async () => {
    const { code, stderr } = await run(['plan', 'validate', await put(`# ${'x'.repeat(1_048_576)}`)]);
    expect(code).toBe(3);
    expect(stderr).toContain('got 1,048,578 bytes; at most 1,048,576 bytes (1 MiB) are read');
  });
});

describe.concurrent('an audit', { timeout: 180_000 }, () => {
  /** The healthy region of the story, with everything of which an audit warns. */
  const story = (): Promise<string> => readFile(join(root, 'shared/sandbox/create-llm-train.json'), 'utf8');
  const warned = async (): Promise<string> => {
    await put((await story()).replaceAll('ml.p5.48xlarge', 'ml.p5.48xlrage'), 'create.json');
    return put(`regions: [us-west-2]
clusters:
  - region: us-west-2
    request: create.json
mutes:
  - { check: efa-open-egress, reason: known, owner: network team, until: 2020-01-31 }
  - { check: vpc-dns, cluster: 'llm-tarin', reason: known, owner: network team, until: 2099-01-31 }
  - { check: vpc-dns, reason: known, owner: network team, until: 2099-01-31 }
  - { check: vpc-dns, region: us-east-1, reason: known, owner: network team, until: 2099-01-31 }
`);
  };
  const codesAt = (warnings: readonly Warning[] = []) => warnings.map((w) => [w.code, w.file?.split('/').at(-1), w.line, w.path]);
  const expected = (plan: string) => [
    ['mute-expired', plan.split('/').at(-1), 6, 'mutes[0].until'],
    ['mute-matches-nothing', plan.split('/').at(-1), 7, 'mutes[1]'],
    ['mute-outside-plan', plan.split('/').at(-1), 9, 'mutes[3].region'],
    ['unknown-instance-type', 'create.json', expect.any(Number), 'InstanceGroups[1].InstanceType'],
  ];

  test('warns of types and mutes by what the account says, in JSON with every place', async () => {
    const plan = await warned();
    const { stdout } = await run(['audit', '--plan', plan, '--format', 'json', '--quiet', ...fresh()], withSandbox());
    const { warnings = [] }: Result = JSON.parse(stdout);
    expect(codesAt(warnings)).toEqual(expected(plan));
    expect(warnings.find((w) => w.code === 'unknown-instance-type')?.message).toContain('(did you mean ml.p5.48xlarge?)');
    expect(warnings.find((w) => w.code === 'mute-matches-nothing')?.message).toContain('(did you mean llm-train?)');
  });

  test('and an evaluation of its snapshot warns of the same', async () => {
    const plan = await warned();
    const facts = join(folder, `facts-${files++}.json`);
    const collected = await run(['collect', '--plan', plan, '--output', facts, '--quiet'], withSandbox());
    expect(collected.stderr).toMatch(/^hyperpod-auditor: warning: \S+:6:74 mutes\[0\]\.until: /m);
    const { stdout } = await run(['evaluate', facts, '--plan', plan, '--format', 'json']);
    expect(codesAt(JSON.parse(stdout).warnings)).toEqual(expected(plan));
  });

  test('of another region says nothing of mutes that it cannot know', async () => {
    const plan = await warned();
    const { stdout } = await run(
      ['audit', '--plan', plan, '--region', 'eu-north-1', '--format', 'json', '--quiet', ...fresh()],
      withSandbox(),
    );
    expect(codesAt(JSON.parse(stdout).warnings).map(([code]) => code)).toEqual(['mute-expired', 'mute-outside-plan', 'mute-outside-plan']);
  });

  const places = (text: string): number => text.split('expected a date from').length - 1;
  const clean = 'regions: [us-west-2]\nclusters: [{ region: us-west-2, request: create-llm-train.json }]\n';

  test('warns once in every format, and ends with the code it has without', async () => {
    await put(await story(), 'create-llm-train.json');
    const [plan, withOne, facts] = [await put(clean), await put(clean + expired), join(folder, `facts-${files++}.json`)];
    await run(['collect', '--plan', plan, '--output', facts, '--quiet'], withSandbox());
    const read = async (format: string) => {
      const [without, warned] = await Promise.all([plan, withOne].map((p) => run(['evaluate', facts, '--plan', p, '--format', format])));
      return { format, without, warned };
    };
    const all = await Promise.all(['text', 'json', 'jsonl', 'csv', 'junit', 'sarif', 'ocsf', 'asff'].map(read));
    for (const { format, without, warned } of all) {
      const inside = ['text', 'json', 'junit', 'sarif'].includes(format);
      expect([format, warned?.code, places(warned?.stdout ?? ''), places(warned?.stderr ?? '')]).toEqual([
        format,
        0,
        ...(inside ? [1, 0] : [0, 1]),
      ]);
      expect([format, without?.code, without?.stderr]).toEqual([format, 0, '']);
      expect(without?.stdout).not.toContain('expected a date from');
    }
  });

  test('as html warns on stderr', async () => {
    await put(await story(), 'create-llm-train.json');
    const args = ['--region', 'us-west-2', '--format', 'html', '--quiet', '--output', join(folder, 'report.html')];
    const { code, stderr } = await run(['audit', '--plan', await put(clean + expired), ...args, ...fresh()], withSandbox());
    expect([code, places(stderr)]).toEqual([0, 1]);
  });

  test('with --output has its warnings in the file', async () => {
    const file = join(folder, 'result.txt');
    await run(['audit', '--plan', await put(expired), '--region', 'us-west-2', '--output', file, ...fresh()], withSandbox());
    expect(await readFile(file, 'utf8')).toContain('WARNINGS (they change neither readiness nor exit code)');
  });
});

test('policy warns on stderr and prints its document alone', async () => {
  const { code, stdout, stderr } = await run(['policy', '--plan', await put(expired)], { env: bare() });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toHaveProperty('Version');
  expect(stderr).toMatch(/^hyperpod-auditor: warning: \S+:2:74 mutes\[0\]\.until: [^\n]+\n$/);
});

test('help says that warnings change no exit code', async () => {
  const [audit, validate] = await Promise.all([run(['audit', '--help']), run(['plan', 'validate', '--help'])]);
  expect(audit?.stdout.replaceAll(/\s+/g, ' ')).toContain('Warnings, such as an expired mute, never change it.');
  expect(validate?.stdout.replaceAll(/\s+/g, ' ')).toContain(
    '0 the plan is valid, with or without warnings; 1 AWS would refuse a request of it; 3 it has mistakes; 130 interrupted.',
  );
});

test('a group is declared in the file of its request, a cluster in the plan, and what only runs nowhere', () => {
  const declaredAt = declaredIn(readPlan(join(root, 'shared/sandbox/plan.yaml')));
  const group = declaredAt({ region: 'us-west-2', cluster: 'llm-train', group: 'workers' });
  expect(group?.file).toBe(join(root, 'shared/sandbox/create-llm-train.json'));
  const text = readFileSync(group?.file ?? '', 'utf8').split('\n');
  expect(text.slice((group?.line ?? 1) - 1, (group?.line ?? 1) + 4).join('\n')).toContain('"workers"');
  const cluster = declaredAt({ region: 'us-west-2', cluster: 'llm-train' });
  expect(cluster?.file).toBe(join(root, 'shared/sandbox/plan.yaml'));
  expect(declaredAt({ region: 'us-east-1', cluster: 'llm-train' })).toBeUndefined();
  expect(declaredAt({ region: 'eu-north-1' })).toBeUndefined();
});
