/** Every way in which the command line and the scripts reach AWS, where only a proxy with a private CA leads there. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../../shared/sandbox/server.ts';
import { type PrivateNetwork, passTo, privateNetwork } from '../../aws/client/private-network.ts';
import { type Stub, startStub } from '../../aws/stub.ts';
import { root, run, runProcess } from './run.ts';

const account = '111122223333';
let sandbox: Sandbox;
let stub: Stub;
let network: PrivateNetwork;
let home: string;

const json =
  (value: object, encoding?: 'br'): RequestListener =>
  (_, response) => {
    const body = Buffer.from(JSON.stringify(value));
    response.setHeader('content-type', 'application/json');
    if (encoding) response.setHeader('content-encoding', encoding);
    response.end(encoding ? brotliCompressSync(body) : body);
  };
const expiration = '2999-01-01T00:00:00Z';
/** Keys that are good for nothing but assuming the role, which has those of the sandbox's account. */
const keys = { accessKeyId: 'ASIASSO', secretAccessKey: 's', sessionToken: 't' };
const role: RequestListener = (_, response) => {
  response.setHeader('content-type', 'text/xml');
  response.end(
    `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>${account}</AccessKeyId><SecretAccessKey>sandbox</SecretAccessKey><SessionToken>t</SessionToken><Expiration>${expiration}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
  );
};

/** AWS by its host names. */
const aws: RequestListener = (request, response) => {
  const host = request.headers.host ?? '';
  if (host.startsWith('portal.sso.')) return json({ roleCredentials: { ...keys, expiration: Date.parse(expiration) } })(request, response);
  if (host.includes('.lambda-url.')) return json({ items: [], scanned: 0, keys: [] }, 'br')(request, response);
  if (request.headers.authorization?.includes('Credential=ASIASSO/')) return role(request, response);
  const isMessaging = /^(sns|secretsmanager|cloudformation)\.|^hooks\.example\.com/.test(host);
  return passTo(isMessaging ? stub.endpoint : sandbox.endpoint)(request, response);
};

beforeAll(async () => {
  [sandbox, stub] = await Promise.all([startSandbox({}), startStub()]);
  network = await privateNetwork(aws);
  home = mkdtempSync(join(tmpdir(), 'hyperpod-auditor-home-'));
  const cache = join(home, '.aws/sso/cache');
  mkdirSync(cache, { recursive: true });
  const startUrl = 'https://corp.awsapps.com/start';
  writeFileSync(
    join(cache, `${createHash('sha1').update(startUrl).digest('hex')}.json`),
    JSON.stringify({ accessToken: 'a', expiresAt: expiration }),
  );
  writeFileSync(
    join(home, '.aws/config'),
    `[profile sso]
sso_start_url = ${startUrl}
sso_region = us-east-1
sso_account_id = ${account}
sso_role_name = Audit
[profile next]
role_arn = arn:aws:iam::${account}:role/Next
source_profile = sso
region = us-east-1
ca_bundle = ${network.ca}
[profile keys]
aws_access_key_id = ${account}
aws_secret_access_key = sandbox
region = us-west-2
`,
  );
});
afterAll(async () => {
  await Promise.all([sandbox.close(), stub.close(), network.close()]);
  rmSync(home, { recursive: true, force: true });
});
beforeEach(() => network.refuse(undefined));

const dead = 'http://127.0.0.1:1';
const env = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  HOME: home,
  AWS_EC2_METADATA_DISABLED: 'true',
  HTTPS_PROXY: network.proxy,
  ...more,
});
const withCa = (more: NodeJS.ProcessEnv = {}) => env({ AWS_CA_BUNDLE: network.ca, ...more });
const hosts = () => network.asked().map((a) => a.host.replace(/:443$/, ''));

test('an audit, as a role that is assumed by a role of IAM Identity Center, with the CA of the profile', async () => {
  const args = ['audit', '--profile', 'next', '--region', 'us-west-2', '--quiet', '--format', 'json', '--database', join(home, 'findings')];
  const { code, stdout, stderr } = await runProcess(args, { env: env() });
  expect(stderr).toBe('');
  expect(JSON.parse(stdout).accounts[0]).toMatchObject({ account, regions: [{ region: 'us-west-2', state: 'audited' }] });
  expect(code).toBeLessThan(3);
  expect(hosts()).toEqual(
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
  stub.setSecret('https://hooks.example.com/services/token');
  const topic = `arn:aws:sns:us-west-2:${account}:DriftAlerts`;
  stub.setSubscriptions([{ Protocol: 'sqs', Endpoint: `arn:aws:sqs:us-west-2:${account}:q`, SubscriptionArn: `${topic}:1` }]);
  const webhook = `arn:aws:secretsmanager:us-west-2:${account}:secret:webhook-AbCdEf`;
  const args = ['alert', 'test', '--profile', 'keys', '--topic', topic, '--webhook', webhook];
  expect(await run(args, { env: withCa() })).toMatchObject({ code: 0, stderr: '' });
  expect(hosts()).toEqual(['sns.us-west-2.amazonaws.com', 'secretsmanager.us-west-2.amazonaws.com', 'hooks.example.com']);
  expect(stub.of('webhook:POST')).toHaveLength(1);
  // The proxy leads to AWS, but not to the chat.
  const refused = await run(args, { env: withCa({ NO_PROXY: 'example.com' }) });
  expect(refused.code).toBe(1);
  expect(refused.stdout).toMatch(
    /FAIL {2}webhook \S+: failed: the host name hooks\.example\.com .*; NO_PROXY exempts it from the proxy http:/,
  );
});

test('questions to the deployed endpoint, whose answers are compressed', async () => {
  const args = ['changes', '--profile', 'keys', '--url', 'https://abc.lambda-url.us-west-2.on.aws/', '--format', 'json'];
  expect(await run(args, { env: withCa() })).toMatchObject({ stderr: expect.not.stringContaining('could not be asked') });
  expect(hosts()).toEqual(['abc.lambda-url.us-west-2.on.aws']);
});

test('the scripts of the deployment', async () => {
  const args = ['--dry-run', '--plan', join(root, 'shared/sandbox/plan.yaml'), '--profile', 'keys'];
  const { code, stdout } = await runProcess(args, {
    script: join(root, 'infra/deploy/deploy.ts'),
    env: withCa({ CDK_VALIDATION: 'false' }),
  });
  expect(code).toBe(0);
  expect(stdout).toContain(`account    ${account} (ml-prod), as arn:aws:iam::${account}:user/operator`);
  expect(hosts()).toEqual(expect.arrayContaining(['sts.us-west-2.amazonaws.com', 'ssm.us-west-2.amazonaws.com']));
});

describe('what cannot be used ends with 3 and one sentence', () => {
  const audit = ['audit', '--profile', 'keys', '--region', 'us-west-2', '--quiet'];
  test.for<[string, () => NodeJS.ProcessEnv, string]>([
    [
      'a proxy that does not answer',
      () => withCa({ HTTPS_PROXY: dead }),
      `AWS could not be asked who is calling (sts:GetCallerIdentity): the proxy ${dead} (HTTPS_PROXY) refused the connection.`,
    ],
    [
      'a proxy that is no address',
      () => withCa({ HTTPS_PROXY: 'socks5://x' }),
      'HTTPS_PROXY is not the address of a proxy: expected http://HOST:PORT or https://HOST:PORT, got "socks5://x".',
    ],
    [
      'a CA bundle that is missing',
      () => env({ AWS_CA_BUNDLE: '/no/ca.pem' }),
      'AWS_CA_BUNDLE must name a file of CA certificates in PEM format; /no/ca.pem does not exist.',
    ],
  ])('%s', async ([, set, says]) => {
    const expected = { code: 3, stdout: '', stderr: `hyperpod-auditor: ${says}\n` };
    expect(await run(audit, { env: set() })).toEqual(expected);
  });

  test('also in the scripts, and where a table is asked', async () => {
    const args = ['--yes', '--profile', 'keys'];
    const deployed = await runProcess(args, { script: join(root, 'infra/deploy/deploy.ts'), env: env({ AWS_CA_BUNDLE: '/no/ca.pem' }) });
    expect(deployed).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining('/no/ca.pem does not exist.') });
    for (const name of ['deploy', 'destroy']) {
      const mistyped = await runProcess(['--yes', '--profile', 'kyes'], {
        script: join(root, `infra/deploy/${name}.ts`),
        env: withCa({ AWS_REGION: 'us-west-2' }),
      });
      expect(mistyped).toMatchObject({
        code: 3,
        stdout: '',
        stderr:
          'hyperpod-auditor: The profile "kyes" (--profile) does not exist; did you mean "keys"? Profiles: keys, next, sso (`aws configure list-profiles`).\n',
      });
    }
    const asked = await run(['findings', '--profile', 'keys', '--table', 'Findings'], { env: withCa({ HTTPS_PROXY: dead }) });
    expect(asked).toMatchObject({
      code: 3,
      stderr: `hyperpod-auditor: The table Findings in us-west-2 could not be read: the proxy ${dead} (HTTPS_PROXY) refused the connection.\n`,
    });
  });
});

test('what is on this machine is asked directly, with any network settings: the sandbox, an endpoint, the own database', async () => {
  const broken = env({ HTTP_PROXY: dead, HTTPS_PROXY: dead });
  const database = join(home, 'sandbox');
  const sandboxed = ['audit', '--sandbox', '--region', 'us-east-1', '--quiet', '--database', database];
  const [own, endpoint] = await Promise.all([
    run(sandboxed, { env: { ...broken, AWS_CA_BUNDLE: '/no/ca.pem', AWS_PROFILE: 'no-such' } }),
    run(['init', '--profile', 'keys', '--region', 'us-west-2', '--quiet'], { env: { ...broken, AWS_ENDPOINT_URL: sandbox.endpoint } }),
  ]);
  expect(own).toMatchObject({ code: 1, stderr: '' });
  expect(endpoint).toMatchObject({ code: 0, stderr: '' });
  const asked = await run(['findings', '--database', database], { env: { ...broken, AWS_CA_BUNDLE: '/no/ca.pem' } });
  expect(asked).toMatchObject({ stderr: '', stdout: expect.stringContaining('llm-train-east') });
});
