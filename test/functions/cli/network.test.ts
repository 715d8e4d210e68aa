/** Every way in which the command line reaches AWS, where only a proxy with a private CA leads there. The scripts: test/infra. */
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { account, type PrivateAws, startPrivateAws } from './private-aws.ts';
import { run, runProcess } from './run.ts';

let aws: PrivateAws;
beforeAll(async () => {
  aws = await startPrivateAws();
});
afterAll(() => aws.close());
beforeEach(() => aws.forget());

const dead = 'http://127.0.0.1:1';

test('an audit, as a role that is assumed by a role of IAM Identity Center, with the CA of the profile', async () => {
  const args = [
    'audit',
    '--profile',
    'next',
    '--region',
    'us-west-2',
    '--quiet',
    '--format',
    'json',
    '--database',
    join(aws.home, 'findings'),
  ];
  const { code, stdout, stderr } = await runProcess(args, { env: aws.env() });
  expect(stderr).toBe('');
  expect(JSON.parse(stdout).accounts[0]).toMatchObject({ account, regions: [{ region: 'us-west-2', state: 'audited' }] });
  expect(code).toBeLessThan(3);
  expect(aws.hosts()).toEqual(
    expect.arrayContaining([
      'portal.sso.us-east-1.amazonaws.com',
      'sts.us-east-1.amazonaws.com',
      'iam.amazonaws.com',
      'ec2.us-west-2.amazonaws.com',
      'servicequotas.us-west-2.amazonaws.com',
    ]),
  );
});

test('an alert test, down to the webhook', async () => {
  aws.stub.setSecret('https://hooks.example.com/services/token');
  const topic = `arn:aws:sns:us-west-2:${account}:DriftAlerts`;
  aws.stub.setSubscriptions([{ Protocol: 'sqs', Endpoint: `arn:aws:sqs:us-west-2:${account}:q`, SubscriptionArn: `${topic}:1` }]);
  const webhook = `arn:aws:secretsmanager:us-west-2:${account}:secret:webhook-AbCdEf`;
  const args = ['alert', 'test', '--profile', 'keys', '--topic', topic, '--webhook', webhook];
  expect(await run(args, { env: aws.withCa() })).toMatchObject({ code: 0, stderr: '' });
  expect(aws.hosts()).toEqual(['sns.us-west-2.amazonaws.com', 'secretsmanager.us-west-2.amazonaws.com', 'hooks.example.com']);
  expect(aws.stub.of('webhook:POST')).toHaveLength(1);
  // The proxy leads to AWS, but not to the chat.
  const refused = await run(args, { env: aws.withCa({ NO_PROXY: 'example.com' }) });
  expect(refused.code).toBe(1);
  expect(refused.stdout).toMatch(
    /FAIL {2}webhook \S+: failed: the host name hooks\.example\.com .*; NO_PROXY exempts it from the proxy http:/,
  );
});

test('questions to the deployed endpoint, whose answers are compressed', async () => {
  const args = ['changes', '--profile', 'keys', '--url', 'https://abc.lambda-url.us-west-2.on.aws/', '--format', 'json'];
  expect(await run(args, { env: aws.withCa() })).toMatchObject({ stderr: expect.not.stringContaining('could not be asked') });
  expect(aws.hosts()).toEqual(['abc.lambda-url.us-west-2.on.aws']);
});

describe('what cannot be used ends with 3 and one sentence', () => {
  const audit = ['audit', '--profile', 'keys', '--region', 'us-west-2', '--quiet'];
  test.for<[string, () => NodeJS.ProcessEnv, string]>([
    [
      'a proxy that does not answer',
      () => aws.withCa({ HTTPS_PROXY: dead }),
      `AWS could not be asked who is calling (sts:GetCallerIdentity): the proxy ${dead} (HTTPS_PROXY) refused the connection.`,
    ],
    [
      'a proxy that is no address',
      () => aws.withCa({ HTTPS_PROXY: 'socks5://x' }),
      'HTTPS_PROXY is not the address of a proxy: expected http://HOST:PORT or https://HOST:PORT, got "socks5://x".',
    ],
    [
      'a CA bundle that is missing',
      () => aws.env({ AWS_CA_BUNDLE: '/no/ca.pem' }),
      'AWS_CA_BUNDLE must name a file of CA certificates in PEM format; /no/ca.pem does not exist.',
    ],
  ])('%s', async ([, set, says]) => {
    const expected = { code: 3, stdout: '', stderr: `hyperpod-auditor: ${says}\n` };
    expect(await run(audit, { env: set() })).toEqual(expected);
  });

  test('also where a table is asked', async () => {
    const asked = await run(['findings', '--profile', 'keys', '--table', 'Findings'], { env: aws.withCa({ HTTPS_PROXY: dead }) });
    expect(asked).toMatchObject({
      code: 3,
      stderr: `hyperpod-auditor: The table Findings in us-west-2 could not be read: the proxy ${dead} (HTTPS_PROXY) refused the connection.\n`,
    });
  });
});

test('what is on this machine is asked directly, with any network settings: the sandbox, an endpoint, the own database', async () => {
  const broken = aws.env({ HTTP_PROXY: dead, HTTPS_PROXY: dead });
  const database = join(aws.home, 'sandbox');
  const sandboxed = ['audit', '--sandbox', '--region', 'us-east-1', '--quiet', '--database', database];
  const [own, endpoint] = await Promise.all([
    run(sandboxed, { env: { ...broken, AWS_CA_BUNDLE: '/no/ca.pem', AWS_PROFILE: 'no-such' } }),
    run(['init', '--profile', 'keys', '--region', 'us-west-2', '--quiet'], { env: { ...broken, AWS_ENDPOINT_URL: aws.sandbox.endpoint } }),
  ]);
  expect(own).toMatchObject({ code: 1, stderr: '' });
  expect(endpoint).toMatchObject({ code: 0, stderr: '' });
  const asked = await run(['findings', '--database', database], { env: { ...broken, AWS_CA_BUNDLE: '/no/ca.pem' } });
  expect(asked).toMatchObject({ stderr: '', stdout: expect.stringContaining('llm-train-east') });
});
