/** The scripts of the deployment where only a proxy with a private CA leads to AWS. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { account, type PrivateAws, startPrivateAws } from '../functions/cli/private-aws.ts';
import { root, runProcess } from '../functions/cli/run.ts';

let aws: PrivateAws;
beforeAll(async () => {
  aws = await startPrivateAws();
});
afterAll(() => aws.close());

test('a dry run asks the account through the proxy', async () => {
  const args = ['--dry-run', '--plan', join(root, 'shared/sandbox/plan.yaml'), '--profile', 'keys'];
  const { code, stdout } = await runProcess(args, {
    script: join(root, 'infra/deploy/deploy.ts'),
    env: aws.withCa({ CDK_VALIDATION: 'false' }),
  });
  expect(code).toBe(0);
  expect(stdout).toContain(`account    ${account} (ml-prod), as arn:aws:iam::${account}:user/operator`);
  expect(aws.hosts()).toEqual(expect.arrayContaining(['sts.us-west-2.amazonaws.com', 'ssm.us-west-2.amazonaws.com']));
});

test('what cannot be used ends with 3 and one sentence', async () => {
  const args = ['--yes', '--profile', 'keys'];
  const deployed = await runProcess(args, { script: join(root, 'infra/deploy/deploy.ts'), env: aws.env({ AWS_CA_BUNDLE: '/no/ca.pem' }) });
  expect(deployed).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining('/no/ca.pem does not exist.') });
  for (const name of ['deploy', 'destroy']) {
    const mistyped = await runProcess(['--yes', '--profile', 'kyes'], {
      script: join(root, `infra/deploy/${name}.ts`),
      env: aws.withCa({ AWS_REGION: 'us-west-2' }),
    });
    expect(mistyped).toMatchObject({
      code: 3,
      stdout: '',
      stderr:
        'hyperpod-auditor: The profile "kyes" (--profile) does not exist; did you mean "keys"? Profiles: keys, next, sso (`aws configure list-profiles`).\n',
    });
  }
});
