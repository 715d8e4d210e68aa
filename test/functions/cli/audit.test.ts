/** The command line on an account: the sandbox, reached as AWS is, by the environment alone. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openLocalStore } from '../../../shared/aws/findings/local/local-store.ts';
import type { Result } from '../../../shared/core/evaluation/finding.ts';
import { type Sandbox, startSandbox } from '../../../shared/sandbox/server.ts';
import { messageFaults, reasonFaults, sentenceFaults } from '../../helpers/message-rules.ts';
import { bare, onSandbox, type RunOptions, root, run, runProcess } from './run.ts';

let sandbox: Sandbox;
let folder: string;
beforeAll(async () => {
  sandbox = await startSandbox();
  folder = await mkdtemp(join(tmpdir(), 'hyperpod-auditor-test-'));
});
afterAll(async () => {
  await sandbox.close();
  await rm(folder, { recursive: true, force: true });
});

interface SarifResult {
  readonly locations: readonly {
    readonly logicalLocations: readonly [{ readonly fullyQualifiedName: string }];
    readonly physicalLocation: {
      readonly artifactLocation: { readonly uri: string };
      readonly region?: { readonly startLine: number; readonly startColumn: number };
    };
  }[];
}

const storyPlan = join(root, 'shared/sandbox/plan.yaml');
let databases = 0;
const fresh = () => ['--database', join(folder, `db-${databases++}`)];
const withSandbox = (): RunOptions => ({ env: onSandbox(sandbox.endpoint) });
const parsed = (text: string): Result => JSON.parse(text);
const states = (result: Result) =>
  Object.fromEntries(result.accounts.flatMap((a) => a.regions.flatMap((r) => r.readiness.map((c) => [c.cluster, c.state]))));

describe.concurrent('audit', () => {
  test('json: the result alone on stdout, no progress without a terminal, 1 because something required fails', async () => {
    const { code, stdout, stderr } = await run(['audit', '--plan', storyPlan, '--format', 'json', ...fresh()], withSandbox());
    const result = parsed(stdout);
    expect(code).toBe(1);
    expect(result.accounts.map((a) => [a.account, a.alias, a.regions.map((r) => [r.region, r.state])])).toEqual([
      [
        '111122223333',
        'ml-prod',
        [
          ['us-west-2', 'audited'],
          ['us-east-1', 'audited'],
          ['eu-north-1', 'audited'],
        ],
      ],
    ]);
    expect(states(result)['llm-train-east']).toBe('BLOCKED');
    expect(stderr).toBe('');
  });

  test('every message of the story has the form of messages', async () => {
    const { stdout } = await run(['audit', '--plan', storyPlan, '--format', 'json', '--quiet', ...fresh()], withSandbox());
    const regions = parsed(stdout).accounts.flatMap((a) => a.regions);
    const findings = regions.flatMap((r) => r.findings);
    expect(findings.length).toBeGreaterThan(100);
    expect(findings.flatMap((f) => [...messageFaults(f.message), ...(f.remediation ? sentenceFaults(f.remediation.text) : [])])).toEqual(
      [],
    );
    expect(regions.flatMap((r) => r.coverage.unevaluated.flatMap((row) => reasonFaults(row.reason)))).toEqual([]);
  });

  test('a filter changes what is shown, never the code', async () => {
    const { code, stdout } = await run(
      ['audit', '--plan', storyPlan, '--format', 'json', '--level', 'required', '--quiet', ...fresh()],
      withSandbox(),
    );
    const levels = new Set(parsed(stdout).accounts.flatMap((a) => a.regions.flatMap((r) => r.findings.map((f) => f.level))));
    expect([code, [...levels]]).toEqual([1, ['required']]);
  });

  test('one healthy region ends with 0, and --quiet says nothing on stderr', async () => {
    const { code, stdout, stderr } = await run(
      ['audit', '--plan', storyPlan, '--region', 'us-west-2', '--quiet', ...fresh()],
      withSandbox(),
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('READINESS');
    expect(stdout).toContain('llm-train');
    expect(stdout).not.toContain('llm-train-east');
  });

  test('the operator has read the result: no commit is pending', async () => {
    const database = join(folder, `db-${databases++}`);
    await run(['audit', '--plan', storyPlan, '--quiet', '--database', database], withSandbox());
    const stored = await openLocalStore(database);
    expect(await stored.table.pendingCommits()).toEqual([]);
    expect(await stored.table.commit({ account: '111122223333', region: 'us-east-1' }, 1)).toMatchObject({ seq: 1 });
    stored.close();
  });

  test('without a plan what runs is audited, in the regions that know HyperPod', async () => {
    const { code, stdout } = await run(['audit', '--format', 'json', ...fresh()], withSandbox());
    const regions = parsed(stdout).accounts.flatMap((a) => a.regions);
    expect(states(parsed(stdout))).toHaveProperty('eval');
    expect(regions.map((r) => r.region)).toEqual(expect.arrayContaining(['us-west-2', 'us-east-1', 'eu-north-1']));
    expect(regions.every((r) => r.state === 'audited')).toBe(true);
    expect([0, 1, 2]).toContain(code);
  });

  test('2 when nothing fails but something required was not evaluated', async () => {
    const denied = await startSandbox({ faults: [{ on: 'iam:GetRole', kind: 'deny' }] });
    const { code, stdout } = await run(['audit', '--plan', storyPlan, '--region', 'us-west-2', ...fresh()], {
      env: onSandbox(denied.endpoint),
    });
    await denied.close();
    expect(code).toBe(2);
    expect(stdout).toContain('UNKNOWN');
    expect(stdout).toContain('Not evaluated: access denied. Allow iam:GetRole.');
  });

  test('a planned region that is not enabled is a failure', async () => {
    const { code, stdout } = await run(['audit', '--region', 'ap-southeast-3', '--format', 'json', ...fresh()], withSandbox());
    expect(code).toBe(1);
    expect(parsed(stdout).accounts[0]?.regions[0]).toMatchObject({ region: 'ap-southeast-3', state: 'not-enabled' });
  });

  test('the second audit tells since when', async () => {
    const kept = fresh();
    await run(['audit', '--plan', storyPlan, '--region', 'us-east-1', ...kept], withSandbox());
    const { stdout } = await run(['audit', '--plan', storyPlan, '--region', 'us-east-1', '--format', 'json', ...kept], withSandbox());
    const [region] = parsed(stdout).accounts[0]?.regions ?? [];
    const failed = region?.findings.filter((f) => f.status === 'fail') ?? [];
    expect(failed.length).toBeGreaterThan(2);
    for (const f of failed) expect(Date.parse(f.since ?? '')).toBeLessThan(Date.parse(parsed(stdout).accounts[0]?.auditedAt ?? ''));
  });

  test('junit and sarif are whole documents', async () => {
    const [junit, sarif] = await Promise.all(
      ['junit', 'sarif'].map((format) => run(['audit', '--plan', storyPlan, '--format', format, '--quiet', ...fresh()], withSandbox())),
    );
    expect(junit?.stdout).toMatch(/^<\?xml .*<\/testsuites>\n$/s);
    const document = JSON.parse(sarif?.stdout ?? '');
    expect(document.version).toBe('2.1.0');
    // What the plan declares has a place: there the file names the group or the cluster.
    const places = (document.runs[0].results as readonly SarifResult[]).flatMap((r) => r.locations);
    const declared = places.flatMap(({ physicalLocation: { artifactLocation, region }, logicalLocations: [of] }) =>
      region ? [{ file: artifactLocation.uri, ...region, names: of.fullyQualifiedName.split('/').slice(2, 4) }] : [],
    );
    expect(declared.length).toBeGreaterThan(5);
    for (const { file, startLine, startColumn, names } of declared) {
      const lines = (await readFile(resolve(root, file), 'utf8')).split('\n').slice(startLine - 1, startLine + 5);
      const text = lines.join('\n').slice(startColumn - 1);
      expect([file, startLine, names.some((name) => text.includes(name))]).toEqual([file, startLine, true]);
    }
  });

  test('--output writes the file whole and nothing to stdout', async () => {
    const file = join(folder, 'result.json');
    const { code, stdout } = await run(['audit', '--plan', storyPlan, '--format', 'json', '--output', file, ...fresh()], withSandbox());
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(parsed(await readFile(file, 'utf8')).schemaVersion).toBe(1);
  });

  test('colours follow FORCE_COLOR and NO_COLOR, and a pipe has none', async () => {
    const look = async (args: readonly string[], env: NodeJS.ProcessEnv) =>
      (
        await run(['audit', '--plan', storyPlan, '--region', 'us-east-1', ...args, ...fresh()], {
          env: { ...onSandbox(sandbox.endpoint), ...env },
        })
      ).stdout.includes('\u001b[');
    expect(
      await Promise.all([
        look([], {}),
        look([], { FORCE_COLOR: '1' }),
        look([], { FORCE_COLOR: '1', NO_COLOR: '1' }),
        look(['--no-color'], { FORCE_COLOR: '1' }),
      ]),
    ).toEqual([false, true, false, false]);
  });

  test('--sandbox needs no credentials at all', async () => {
    const { code, stdout } = await run(['audit', '--sandbox', '--region', 'us-east-1', ...fresh()]);
    expect(code).toBe(1);
    expect(stdout).toContain('llm-train-east');
  });

  test('other accounts are entered by the role; one that keeps its door shut is reported, not fatal', async () => {
    const plan = join(folder, 'accounts.yaml');
    await writeFile(
      plan,
      "regions: [us-west-2]\naccounts: ['111122223333', '444455556666', '999999999999']\nauditRole: { name: hyperpod-auditor }\n",
    );
    const { code, stdout } = await run(['audit', '--plan', plan, '--format', 'json', ...fresh()], withSandbox());
    const accounts = parsed(stdout).accounts;
    expect(accounts.map((a) => [a.account, a.regions.map((r) => r.state)])).toEqual([
      ['111122223333', ['audited']],
      ['444455556666', ['audited']],
      ['999999999999', ['failed']],
    ]);
    expect(accounts[2]?.regions[0]?.reason).toContain('sts:AssumeRole');
    expect([1, 2]).toContain(code);
  });
});

describe.concurrent('endings without a result: 3, and one clear sentence', () => {
  const cases: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['no such command', ['adit'], /expected a command, got "adit"\. Did you mean audit\?/],
    ['no such option', ['audit', '--regio', 'us-west-2'], /audit: expected one of its options, got "--regio"\. Did you mean --region\?/],
    [
      'no such format',
      ['audit', '--format', 'xml'],
      /--format: expected one of text, json, jsonl, csv, junit, sarif, ocsf, asff, html, got "xml"\./,
    ],
    ['not a region', ['audit', '--region', 'us_west'], /--region: expected the name of a region, such as us-west-2, or all, got "us_west"/],
    ['not a timeout', ['audit', '--timeout', 'soon'], /--timeout: expected a number of seconds from 1 to 3600, got "soon"/],
    ['no such plan', ['audit', '--plan', 'none.yaml'], /none\.yaml/],
    ['no credentials', ['audit', '--plan', storyPlan], /credentials/],
    ['no such snapshot', ['evaluate', 'none.json'], /The snapshot none\.json cannot be read: it does not exist/],
    [
      'no such check',
      ['checks', 'efa'],
      /checks: expected the id of a check, got "efa"\. Did you mean efa-self-traffic, efa-open-egress, efa-single-zone\?/,
    ],
    ['a mistyped check', ['checks', 'vpc-dns', 'efa-self-trafic'], /got "efa-self-trafic"\. Did you mean efa-self-traffic\?/],
    ['not an account', ['policy', '--account', '12'], /--account: expected an account id of 12 digits, got "12"/],
    ['no such request', ['init', '--request', 'none.json'], /--request none\.json cannot be read: it does not exist/],
    ['no such folder', ['checks', '--output', 'none/x'], /--output none\/x cannot be written: its folder does not exist/],
  ];
  test.each(cases)('%s', async (_, args, sentence) => {
    const { code, stdout, stderr } = await run(args, { env: { ...bare(), AWS_REGION: 'us-west-2' } });
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(sentence);
    expect(stderr).not.toContain('    at ');
  });

  test('every mistake of a plan at once, with file, line and column', async () => {
    const plan = join(folder, 'bad.yaml');
    await writeFile(plan, 'regions: [us_west_2]\nclusters:\n  - region: us-west-2\n    headroom: ten\n    requst: {}\n');
    const { code, stderr } = await run(['plan', 'validate', plan]);
    expect(code).toBe(3);
    expect(stderr).toMatch(/the plan has \d mistakes/);
    for (const place of ['bad.yaml:1:11', 'bad.yaml:4:15', 'bad.yaml:5:5']) expect(stderr).toContain(place);
  });
});

describe('the other commands', () => {
  test('collect and evaluate give the results of audit', async () => {
    const facts = join(folder, 'facts.json');
    const collected = await run(['collect', '--plan', storyPlan, '--output', facts], withSandbox());
    expect(collected.code).toBe(0);
    const [evaluated, audited] = await Promise.all([
      run(['evaluate', facts, '--plan', storyPlan, '--format', 'json']),
      run(['audit', '--plan', storyPlan, '--format', 'json', ...fresh()], withSandbox()),
    ]);
    const findingLines = (text: string) =>
      parsed(text).accounts.flatMap((a) =>
        a.regions.flatMap((r) => r.findings.map((f) => [r.region, f.id, f.status, f.level, f.have, f.need])),
      );
    expect(evaluated?.code).toBe(audited?.code);
    expect(findingLines(evaluated?.stdout ?? '')).toEqual(findingLines(audited?.stdout ?? ''));
  });

  test('evaluate reads standard input, and refuses what is no snapshot', async () => {
    const { code, stderr } = await run(['evaluate', '-'], { stdin: '{"schemaVersion": 1, "snapshots": [{}]}' });
    expect(code).toBe(3);
    expect(stderr).toContain('- is not a valid snapshot: snapshots[0].schemaVersion: expected 1, got nothing.');
  });

  test('policy prints a policy document', async () => {
    const { code, stdout } = await run(['policy', '--plan', storyPlan, '--account', '111122223333']);
    const document = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(document.Version).toBe('2012-10-17');
    const actions: string[] = document.Statement.flatMap((s: { Action: string | string[] }) => s.Action);
    expect(actions).toContain('ec2:DescribeSubnets');
    expect(actions.filter((a) => /:(Create|Delete|Put|Update|Modify|Attach)/.test(a))).toEqual([]);
  });

  test('policy prints a list of named documents where one would be longer than IAM takes, and says so', async () => {
    const group = {
      InstanceGroupName: 'workers',
      InstanceCount: 1,
      InstanceType: 'ml.p5.48xlarge',
      ExecutionRole: 'arn:aws:iam::111122223333:role/nodes',
    };
    const clusters = Array.from({ length: 60 }, (_, n) => ({
      region: 'us-west-2',
      request: {
        ClusterName: `c${n}`,
        InstanceGroups: [
          { ...group, LifeCycleConfig: { SourceS3Uri: `s3://ml-scripts-of-team-${n}/lifecycle`, OnCreate: 'on_create.sh' } },
        ],
      },
    }));
    const file = join(folder, 'many-buckets.json');
    await writeFile(file, JSON.stringify({ clusters }));
    const { code, stdout, stderr } = await run(['policy', '--plan', file, '--account', '111122223333']);
    const list: readonly { readonly PolicyName: string; readonly PolicyDocument: object }[] = JSON.parse(stdout);
    expect([code, list.length > 1]).toEqual([0, true]);
    expect(list.map((p) => p.PolicyName)).toEqual(list.map((_, n) => `HyperPodAuditor-audit-${n + 1}`));
    for (const { PolicyDocument } of list) expect(JSON.stringify(PolicyDocument).length).toBeLessThanOrEqual(6144);
    expect(stderr).toContain(`${list.length} policies: IAM takes 6144 characters in each.`);
    for (const { request } of clusters)
      expect(stdout).toContain(`:s3:::${request.InstanceGroups[0]?.LifeCycleConfig.SourceS3Uri.slice(5)}/on_create.sh"`);
  });

  test('init writes a plan that is valid: an example, from a request, from running clusters', async () => {
    const request = join(root, 'shared/sandbox/create-llm-train.json');
    const rows: readonly (readonly string[])[] = [[], ['--request', request, '--region', 'us-west-2'], ['--region', 'eu-north-1']];
    for (const [i, args] of rows.entries()) {
      const file = join(folder, `init-${i}.yaml`);
      const made = await run(['init', ...args, '--output', file], withSandbox());
      expect({ code: made.code, stdout: made.stdout }).toEqual({ code: 0, stdout: '' });
      const checked = await run(['plan', 'validate', file]);
      expect(checked).toMatchObject({ code: 0, stderr: '' });
    }
    expect(await readFile(join(folder, 'init-2.yaml'), 'utf8')).toContain('eval');
  });

  test('checks, plan schema and help answer without an account', async () => {
    const [checks, json, list, schema, help] = await Promise.all([
      run(['checks', 'efa-self-traffic']),
      run(['checks', 'vpc-dns', '--format', 'json']),
      run(['checks']),
      run(['plan', 'schema']),
      run(['audit', '--help']),
    ]);
    for (const words of [
      'Purpose',
      'required for types with several network cards',
      'ec2:DescribeSecurityGroups',
      'Fix: ',
      'https://docs.aws.amazon.com/',
    ])
      expect(checks?.stdout).toContain(words);
    expect(JSON.parse(json?.stdout ?? '')).toMatchObject([{ id: 'vpc-dns', example: { status: 'fail' } }]);
    expect(list?.stdout).toMatch(/^Quotas\n {2}instance-type-quota +required /m);
    expect(JSON.parse(schema?.stdout ?? '').properties).toHaveProperty('clusters');
    expect(help).toMatchObject({ code: 0 });
    expect(help?.stdout).toContain('Examples:');
    expect(help?.stdout).toContain('Exit code:');
  });

  test('a reader that goes away is no error', async () => {
    const { code, stderr } = await runProcess(
      ['-c', `"${process.execPath}" functions/cli/hyperpod-auditor.mjs checks | head -1; exit \${PIPESTATUS[0]}`],
      { node: '/bin/bash', script: '--noprofile' },
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});
