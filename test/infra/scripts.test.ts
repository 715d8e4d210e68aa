/** The scripts of package.json as a shell runs them: what they say, how they end, and that nothing is half done. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSandbox } from '../../shared/sandbox/server.ts';
import { startTrailStub } from '../aws/deployment/trail-stub.ts';
import { answering } from '../aws/quotas/parameter-stub.ts';
import { startStub } from '../aws/stub.ts';
import { type Faults, faults, makeFaults } from '../functions/cli/faults.ts';
import { bare, cli, onSandbox, type Ran, root, runProcess } from '../functions/cli/run.ts';

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
/** As npm runs it. */
const script = (name: 'build' | 'deploy' | 'destroy' | 'synth', args: readonly string[], env: NodeJS.ProcessEnv = bare()): Promise<Ran> => {
  const [, first, ...rest] = String(scripts[name]).split(' ');
  // What Node compiled is stored for the next script. CDK stores files in HOME, which the tests of the command line do not allow.
  return runProcess([...rest, ...args], {
    ...(first !== undefined && { script: first }),
    env: { ...env, HOME: folder, NODE_COMPILE_CACHE: join(folder, 'compiled') },
  });
};

let folder: string;
let bad: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'scripts-'));
  bad = join(folder, 'bad.yaml');
  writeFileSync(bad, 'regions: [mars]\nschedule: rate(2 fortnights)\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

const story = join(root, 'shared/sandbox/plan.yaml');

describe('--dry-run', () => {
  test('deploy needs no credentials: what would be made, what it would cost, what it could not know', async () => {
    const { code, stdout, stderr } = await script('deploy', ['--dry-run', '--plan', story]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('account    not known: No AWS credentials were found: AWS_ACCESS_KEY_ID is not set, no profile exists');
    expect(stdout).toContain('plan       shared/sandbox/plan.yaml: 3 clusters, 0 mutes');
    expect(stdout).toContain('HyperPodAuditor in us-east-1\n  findings');
    expect(stdout).toContain('HyperPodAuditorEvents-us-west-2 in us-west-2');
    expect(stdout).toContain('Which regions are enabled is not known: no AWS credentials;');
    expect(stdout).toMatch(/COST {2}about \$\d+\.\d\d a month: 1 account × 3 regions, 730 audits of each a month/);
    expect(stdout).toContain('NOT KNOWN');
    expect(stdout).toMatch(/\nNothing was deployed\.\n$/);
    expect(stdout).not.toContain('000000000000');
  });

  test('the screen in infra/README.md is a real one, up to its numbers', async () => {
    const [, shown = ''] = /<!-- dry-run -->\n```text\n([\s\S]+?)```/.exec(readFileSync(join(root, 'infra/README.md'), 'utf8')) ?? [];
    const { stdout } = await script('deploy', ['--dry-run', '--plan', story, '--region', 'us-west-2']);
    const numberless = (line: string) => line.replaceAll(/[\d.,]+/g, '0').replaceAll(/ +/g, ' ');
    const real = new Set(stdout.split('\n').map(numberless));
    const lines = shown.split('\n').filter((line) => line !== '' && line.trim() !== '…');
    expect(lines.length).toBeGreaterThan(10);
    expect(lines.filter((line) => !real.has(numberless(line)))).toEqual([]);
  });

  test('deploy says on stderr what the plan probably does not mean, and goes on', async () => {
    const plan = join(folder, 'expired.yaml');
    writeFileSync(plan, 'mutes: [{ check: vpc-dns, reason: known, owner: network team, until: 2020-01-31 }]\n');
    const { code, stdout, stderr } = await script('deploy', ['--dry-run', '--plan', plan, '--region', 'us-west-2']);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^hyperpod-auditor: warning: \S+expired\.yaml:1:70 mutes\[0\]\.until: expected a date from [^\n]+\n$/);
    expect(stdout).toMatch(/\nNothing was deployed\.\n$/);
  });

  test('deploy with credentials says whose they are, and what was read', async () => {
    const [sandbox, trails] = await Promise.all([startSandbox({}), startTrailStub()]);
    try {
      trails.setTrails([
        { name: 'org', home: 'us-east-1', logging: true, selectors: [{ ReadWriteType: 'All', IncludeManagementEvents: true }] },
      ]);
      const { code, stdout } = await answering({ '/cdk-bootstrap/hnb659fds/version': '21' }, (ssm) =>
        script('deploy', ['--dry-run', '--plan', story, '--region', 'eu-north-1'], {
          ...onSandbox(sandbox.endpoint),
          AWS_ENDPOINT_URL_SSM: ssm,
          AWS_ENDPOINT_URL_CLOUDTRAIL: trails.endpoint,
        }),
      );
      expect(code).toBe(0);
      expect(stdout).toContain('account    111122223333 (ml-prod), as arn:aws:iam::111122223333:user/operator');
      expect(stdout).toContain('region     eu-north-1\n');
      expect(stdout).toContain('bootstrap  version 21');
      expect(stdout).toContain('changes    eu-north-1, us-west-2, us-east-1: the trail org records them');
    } finally {
      await Promise.all([sandbox.close(), trails.close()]);
    }
  });

  test.each(['deploy', 'destroy'] as const)('%s with credentials leaves out regions that are not enabled', async (name) => {
    const plan = join(folder, 'off.yaml');
    writeFileSync(plan, 'regions: [us-west-2, eu-north-1, eu-south-2]\n');
    const [sandbox, trails] = await Promise.all([startSandbox({}), startTrailStub()]);
    try {
      const { code, stdout } = await answering({}, (ssm) =>
        script(name, ['--dry-run', '--plan', plan, '--region', 'us-west-2'], {
          ...onSandbox(sandbox.endpoint),
          AWS_ENDPOINT_URL_SSM: ssm,
          AWS_ENDPOINT_URL_CLOUDTRAIL: trails.endpoint,
        }),
      );
      expect(code).toBe(0);
      expect(stdout).toContain('HyperPodAuditorEvents-eu-north-1 in eu-north-1');
      expect(stdout).not.toContain('HyperPodAuditorEvents-eu-south-2');
      if (name === 'deploy')
        expect(stdout).toContain('Not enabled in this account, left out until they are: eu-south-2; deploy again then\n');
      expect(trails.calls.some((call) => call.includes('eu-south-2'))).toBe(false);
    } finally {
      await Promise.all([sandbox.close(), trails.close()]);
    }
  });

  test('deploy refuses a key of another region', async () => {
    const plan = join(folder, 'key.yaml');
    writeFileSync(plan, 'deployment: { kmsKey: "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }\n');
    const { code, stdout, stderr } = await script('deploy', ['--dry-run', '--plan', plan, '--region', 'us-west-2']);
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(/does not fit here\.\ndeployment\.kmsKey: expected a key of us-west-2, got one of us-east-1 /);
  });

  test('deploy refuses a second deployment of the same name in another region', async () => {
    const [sandbox, trails, stub] = await Promise.all([startSandbox({}), startTrailStub(), startStub()]);
    stub.setStack('HyperPodAuditor', { FindingsTableOutput: 'findings' });
    try {
      const { code, stderr } = await answering({}, (ssm) =>
        script('deploy', ['--dry-run', '--plan', story, '--region', 'us-west-2'], {
          ...onSandbox(sandbox.endpoint),
          AWS_ENDPOINT_URL_SSM: ssm,
          AWS_ENDPOINT_URL_CLOUDTRAIL: trails.endpoint,
          AWS_ENDPOINT_URL_CLOUDFORMATION: stub.endpoint,
        }),
      );
      expect(code).toBe(3);
      expect(stderr).toMatch(
        /does not fit here\.\ndeployment\.name: expected a name that no other region [^\n]+ deployed in ap-northeast-1, /,
      );
      expect(stderr).not.toContain('us-west-2');
    } finally {
      await Promise.all([sandbox.close(), trails.close(), stub.close()]);
    }
  });

  test('destroy needs none either', async () => {
    const { code, stdout, stderr } = await script('destroy', ['--dry-run', '--plan', story, '--region', 'us-west-2']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('would be taken out of an account that is not known, us-west-2');
    expect(stdout).toMatch(/GOES[\s\S]+STAYS[\s\S]+delete-table[\s\S]+Nothing was deleted\.\n$/);
  });
});

describe('a plan with mistakes', () => {
  test.each(['deploy', 'destroy'] as const)('%s says of it what plan validate says', async (name) => {
    const [own, validate] = await Promise.all([
      script(name, ['--plan', bad, '--yes']),
      runProcess(['plan', 'validate', bad], { script: cli }),
    ]);
    expect(own).toEqual(validate);
    expect(own.code).toBe(3);
    expect(own.stderr).toContain('the plan has 2 mistakes');
  });
});

describe('arguments that are none', () => {
  test.each([
    ['deploy', ['--nope'], /expected one of its options, got "--nope"\./],
    ['deploy', ['somewhere'], /expected no argument, got "somewhere"/],
    ['deploy', ['--plan'], /--plan: expected a value, got nothing/],
    ['deploy', ['--yes', '--region', 'mars'], /--region: expected the name of a region, such as us-west-2, got "mars"\./],
    ['destroy', ['--nope'], /expected one of its options, got "--nope"\./],
    ['destroy', ['--dry-run', '--region', 'mars'], /--region: expected the name of a region/],
    ['synth', ['--nope'], /expected one of its options, got "--nope"\./],
  ] as const)('%s %j', async (name, args, said) => {
    const { code, stdout, stderr } = await script(name, args);
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(said);
  });

  test.each(['deploy', 'destroy', 'synth'] as const)('%s --help', async (name) => {
    const { code, stdout } = await script(name, ['--help']);
    expect(code).toBe(0);
    expect(stdout).toContain(`npm run ${name} --`);
    if (name !== 'synth') expect(stdout).toContain('Examples:');
  });
});

describe('without credentials or a terminal', () => {
  test('deploy does nothing without --yes', async () => {
    expect(await script('deploy', [])).toEqual({
      code: 3,
      stdout: '',
      stderr: 'hyperpod-auditor: Widening access needs a confirmation: run this in a terminal, or add --yes.\n',
    });
  });

  test('destroy neither', async () => {
    expect(await script('destroy', [])).toEqual({
      code: 3,
      stdout: '',
      stderr: 'hyperpod-auditor: Nothing was deleted: this needs a confirmation. Run it in a terminal, or add --yes.\n',
    });
  });

  test.each(['deploy', 'destroy'] as const)('%s --yes without credentials, or without a region', async (name) => {
    const [withoutCredentials, withoutRegion] = await Promise.all([
      script(name, ['--yes', '--region', 'us-west-2']),
      script(name, ['--yes']),
    ]);
    expect(withoutCredentials).toMatchObject({
      code: 3,
      stdout: '',
      stderr: expect.stringContaining('No AWS credentials were found: AWS_ACCESS_KEY_ID is not set'),
    });
    expect(withoutRegion).toMatchObject({
      code: 3,
      stdout: '',
      stderr: expect.stringContaining('No region is configured: name one with --region'),
    });
  });
});

test('an account without the bootstrap stack gets the command that makes one, and nothing is deployed', async () => {
  const [sandbox, trails] = await Promise.all([startSandbox({}), startTrailStub()]);
  try {
    trails.setDenied(['DescribeTrails']);
    const { code, stdout, stderr } = await answering({}, (ssm) =>
      script('deploy', ['--yes', '--plan', story], {
        ...onSandbox(sandbox.endpoint),
        AWS_ENDPOINT_URL_SSM: ssm,
        AWS_ENDPOINT_URL_CLOUDTRAIL: trails.endpoint,
      }),
    );
    expect(code).toBe(3);
    expect(stdout).toContain('bootstrap  missing');
    expect(stdout).toContain('not known: access denied (cloudtrail:DescribeTrails)');
    expect(stderr).toContain(
      'Nothing was deployed: run `npx --no-install cdk bootstrap aws://111122223333/us-west-2` first, then this again.',
    );
  } finally {
    await Promise.all([sandbox.close(), trails.close()]);
  }
});

describe('a crash is exit code 3: 1 says that CDK failed', () => {
  let made: Faults;
  beforeAll(() => {
    made = makeFaults();
  });
  afterAll(() => made.close());
  const dryRun = (plan: string) => ['--dry-run', '--plan', plan, '--region', 'us-west-2'];

  test.each(['an error that is thrown', 'a rejected promise', 'an error in a timer', 'an error event nothing listens to'] as const)(
    'deploy and destroy: %s',
    async (fault) => {
      const { plan, env } = made.whenRead(faults[fault]);
      for (const ran of await Promise.all(
        ['deploy', 'destroy'].map((name) => script(name as 'deploy', dryRun(plan), { ...bare(), ...env })),
      )) {
        expect(ran.code).toBe(3);
        expect(ran.stderr).toMatch(
          /^hyperpod-auditor: this is a defect of the tool, please report it with the lines below; what was done before it stays done\.\n[\s\S]*injected/,
        );
      }
    },
  );

  test.each([
    ['deploy', /infra\/deploy\/deploy\.ts$/],
    ['deploy', /node_modules\/commander\//],
    ['destroy', /infra\/deploy\/script\.ts$/],
    ['deploy', /infra\/deploy\/synthesised-stacks\.ts$/],
    ['synth', /infra\/deploy\/cdk\.ts$/],
    ['build', /node_modules\/rolldown\//],
  ] as const)('%s where %s cannot be loaded', async (name, pattern) => {
    const { plan, env } = made.unloadable(pattern);
    const { code, stderr } = await script(name, name === 'build' || name === 'synth' ? [] : dryRun(plan), { ...bare(), ...env });
    expect(code).toBe(3);
    expect(stderr).toMatch(/^hyperpod-auditor: [^\n]+\n[\s\S]*injected/);
  });
});
