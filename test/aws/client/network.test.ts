/** Proxies and CA certificates as the AWS CLI takes them, from environment and profile to real connections on loopback. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { awsSettings } from '../../../functions/process/aws-settings.ts';
import { cdkEnvironment } from '../../../infra/deploy/cdk.ts';
import { requestHandlers } from '../../../shared/aws/client/network.ts';
import { isExempt, proxiesOf } from '../../../shared/aws/client/proxy.ts';
import { defaultSettings } from '../../../shared/aws/client/settings.ts';
import { identify } from '../../../shared/aws/credentials/identity.ts';
import { type PrivateNetwork, privateNetwork } from './private-network.ts';

describe('which proxy', () => {
  // https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-proxy.html: in lower case they take precedence.
  test.for<[string, Record<string, string>, object]>([
    ['none', {}, {}],
    ['upper case', { HTTPS_PROXY: 'http://p:1' }, { https: { url: 'http://p:1/', variable: 'HTTPS_PROXY' } }],
    [
      'lower case first',
      { HTTPS_PROXY: 'http://p:1', https_proxy: 'http://q:2' },
      { https: { url: 'http://q:2/', variable: 'https_proxy' } },
    ],
    ['an empty one in lower case switches it off', { HTTPS_PROXY: 'http://p:1', https_proxy: '' }, {}],
    ['by scheme', { HTTP_PROXY: 'http://p:1' }, { http: { url: 'http://p:1/', variable: 'HTTP_PROXY' } }],
    ['without a scheme', { HTTPS_PROXY: 'p:1' }, { https: { url: 'http://p:1/' } }],
    ['over TLS', { HTTPS_PROXY: 'https://p' }, { https: { url: 'https://p/', shown: 'https://p' } }],
    [
      'with a password, which is not shown',
      { HTTPS_PROXY: 'http://me:hunter2@p:1' },
      { https: { url: 'http://me:hunter2@p:1/', shown: 'http://me@p:1' } },
    ],
  ])('%s', ([, env, expected]) => {
    const proxies = proxiesOf(env);
    expect(proxies).toMatchObject(expected);
    expect(Object.keys(proxies)).toEqual(Object.keys(expected));
  });

  test.for(['socks5://me:hunter2@p:1', 'http://', 'http://me:hunter2@p:port'])(
    '%s is no address of a proxy, and says no password',
    (address) => {
      expect(() => proxiesOf({ https_proxy: address })).toThrow(
        /^https_proxy is not the address of a proxy: expected http:\/\/HOST:PORT or https:\/\/HOST:PORT, got "(?!.*hunter2)/,
      );
    },
  );

  // As Python's urllib.request.proxy_bypass_environment, by which the AWS CLI goes, but for what is marked.
  const host = 'sts.us-west-2.amazonaws.com';
  test.for<[string, boolean]>([
    ['', false],
    ['*', true],
    [host, true],
    ['STS.us-west-2.amazonaws.com', true],
    ['amazonaws.com', true],
    ['.amazonaws.com', true],
    ['example.com, amazonaws.com', true],
    ['maws.com', false],
    ['sts', false],
    ['us-west-2', false],
    ['169.254.169.254', false],
    // Not with the AWS CLI, where these match nothing.
    ['*.amazonaws.com', true],
  ])('NO_PROXY=%s', ([exempt, expected]) => {
    expect(isExempt(host, undefined, { NO_PROXY: exempt })).toBe(expected);
    expect(isExempt(host, undefined, { no_proxy: exempt, NO_PROXY: 'nothing' })).toBe(expected);
  });

  test('an entry with a port is for that port', () => {
    expect(isExempt('10.0.0.5', 8080, { NO_PROXY: '10.0.0.5:8080' })).toBe(true);
    expect(isExempt('10.0.0.5', 8081, { NO_PROXY: '10.0.0.5:8080' })).toBe(false);
  });

  test.for(['localhost', 'api.localhost', '127.0.0.1', '127.1.2.3', '::1', '[::1]'])(
    '%s never goes through a proxy: it would be another there',
    (name) => {
      expect(isExempt(name, 4566, {})).toBe(true);
    },
  );
  test.for(['localhost.example.com', '128.0.0.1', '127.example.com'])('%s is elsewhere', (name) => {
    expect(isExempt(name, undefined, {})).toBe(false);
  });

  test('a Node that knows no proxies says so, where one is set', () => {
    expect(() => requestHandlers({ https_proxy: 'http://p:1' }, undefined, 'v24.4.1')).toThrow(
      'https_proxy is set; proxies require Node 24.5 or newer, this is Node 24.4.1.',
    );
    expect(requestHandlers({}, undefined, 'v24.4.1')).toBeTypeOf('function');
    expect(requestHandlers({ https_proxy: 'http://p:1' }, undefined, 'v24.5.0')).toBeTypeOf('function');
  });
});

describe('to AWS', () => {
  let network: PrivateNetwork;
  let plain: Server;
  let local: string;
  let home: string;
  const caller =
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/dev</Arn><UserId>u</UserId><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>';
  beforeAll(async () => {
    network = await privateNetwork((_, response) => response.setHeader('content-type', 'text/xml').end(caller));
    plain = createServer((_, response) => response.setHeader('content-type', 'text/xml').end(caller));
    await new Promise<void>((done) => plain.listen(0, '127.0.0.1', done));
    local = `http://127.0.0.1:${(plain.address() as AddressInfo).port}`;
  });
  afterAll(() => Promise.all([network.close(), new Promise((done) => plain.close(done))]));
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'hyperpod-auditor-home-'));
    for (const name of Object.keys(process.env)) if (/^AWS_|_PROXY$/i.test(name)) vi.stubEnv(name, undefined);
    for (const [name, value] of Object.entries({
      HOME: home,
      AWS_ACCESS_KEY_ID: 'AKIA',
      AWS_SECRET_ACCESS_KEY: 's',
      AWS_REGION: 'us-west-2',
    }))
      vi.stubEnv(name, value);
    network.refuse(undefined);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(home, { recursive: true, force: true });
  });

  async function account(env: Readonly<Record<string, string>>, profile?: string): Promise<string> {
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    const settings = await awsSettings({ profile }, { ...defaultSettings, maxAttempts: 1 });
    return (await identify(settings)).account;
  }
  const config = (text: string): void => {
    mkdirSync(join(home, '.aws'));
    writeFileSync(join(home, '.aws/config'), text);
  };
  const sts = 'sts.us-west-2.amazonaws.com';

  test('through the proxy, whose certificate is of a private CA', async () => {
    expect(await account({ HTTPS_PROXY: network.proxy, AWS_CA_BUNDLE: network.ca })).toBe('111122223333');
    expect(network.asked().map((a) => a.host)).toEqual([`${sts}:443`, 'iam.amazonaws.com:443']);
  });

  test('with lower-case names, user and password, and the CA of the profile', async () => {
    config(`[profile ml]\nca_bundle = ${network.ca}\naws_access_key_id = AKIA\naws_secret_access_key = s\n`);
    expect(await account({ https_proxy: network.proxy.replace('//', '//me:p%40ss@') }, 'ml')).toBe('111122223333');
    expect(network.asked()[0]).toEqual({ host: `${sts}:443`, authorization: `Basic ${Buffer.from('me:p@ss').toString('base64')}` });
  });

  test('CDK is started with the CA of the profile too', async () => {
    config('[profile ml]\nca_bundle = /ca.pem\n');
    expect(await cdkEnvironment({ profile: 'ml', region: 'eu-west-1' })).toMatchObject({
      AWS_CA_BUNDLE: '/ca.pem',
      AWS_REGION: 'eu-west-1',
    });
    expect(await cdkEnvironment({})).toMatchObject({ AWS_REGION: 'us-west-2' });
    expect(await cdkEnvironment({})).not.toHaveProperty('AWS_CA_BUNDLE');
  });

  test('the variable takes precedence over the profile', async () => {
    config('[default]\nca_bundle = /no/such/file\n');
    expect(await account({ HTTPS_PROXY: network.proxy, AWS_CA_BUNDLE: network.ca })).toBe('111122223333');
  });

  test('a certificate that is not trusted names host, proxy, and what to set', async () => {
    await expect(account({ HTTPS_PROXY: network.proxy })).rejects.toThrow(
      `the certificate of ${sts} is not trusted (UNABLE_TO_VERIFY_LEAF_SIGNATURE): set AWS_CA_BUNDLE to the CA certificates of your network; the proxy ${network.proxy} (HTTPS_PROXY) may have put its own certificate in place of AWS's`,
    );
  });

  test('the bundle replaces the certificates of Node, as in the AWS CLI', async () => {
    const other = await privateNetwork((_, response) => response.end());
    try {
      await expect(account({ HTTPS_PROXY: network.proxy, AWS_CA_BUNDLE: other.ca })).rejects.toThrow(
        `the certificate of ${sts} is not trusted`,
      );
    } finally {
      await other.close();
    }
  });

  test.for<[string, number, string]>([
    ['that wants a password', 407, 'requires a user and a password (HTTP 407): set HTTPS_PROXY to http://USER:PASSWORD@HOST:PORT'],
    ['that forbids the host', 403, `does not connect to ${sts} (HTTP 403)`],
  ])('a proxy %s is named', async ([, status, says]) => {
    network.refuse(status);
    await expect(account({ HTTPS_PROXY: network.proxy, AWS_CA_BUNDLE: network.ca })).rejects.toThrow(
      `the proxy ${network.proxy} (HTTPS_PROXY) ${says}`,
    );
  });

  test.for<[string, string, string]>([
    ['where none listens', 'http://me:hunter2@127.0.0.1:1', 'the proxy http://me@127.0.0.1:1 (HTTPS_PROXY) refused the connection'],
    ['of an unknown name', 'http://proxy.invalid:3128', 'the host name of the proxy http://proxy.invalid:3128 (HTTPS_PROXY) is not known'],
  ])('a proxy %s is named, without its password', async ([, proxy, says]) => {
    await expect(account({ HTTPS_PROXY: proxy })).rejects.toThrow(
      `AWS could not be asked who is calling (sts:GetCallerIdentity): ${says}.`,
    );
  });

  test('what NO_PROXY exempts does not go through it', async () => {
    await expect(account({ HTTPS_PROXY: network.proxy, NO_PROXY: 'invalid', AWS_ENDPOINT_URL: 'https://sts.invalid' })).rejects.toThrow(
      /The host name sts\.invalid (is not known|could not be resolved); NO_PROXY exempts it from the proxy http:\/\/127\.0\.0\.1:\d+ \(HTTPS_PROXY\)\.$/,
    );
    expect(network.asked()).toEqual([]);
  });

  test('an endpoint on loopback is asked directly, whatever proxy is set', async () => {
    const dead = 'http://127.0.0.1:1';
    expect(await account({ HTTP_PROXY: dead, HTTPS_PROXY: dead, AWS_ENDPOINT_URL: local })).toBe('111122223333');
  });

  test.for<[string, (folder: string) => Record<string, string>, RegExp]>([
    [
      'is missing',
      (f) => ({ AWS_CA_BUNDLE: `${f}/none.pem` }),
      /^AWS_CA_BUNDLE must name a file of CA certificates in PEM format; \S+\/none\.pem does not exist\.$/,
    ],
    ['is a folder', (f) => ({ AWS_CA_BUNDLE: f }), /^AWS_CA_BUNDLE must name .*; \S+ cannot be read \(EISDIR\)\.$/],
    [
      'holds no certificate',
      (f) => ({ AWS_CA_BUNDLE: `${f}/.aws/config` }),
      /^AWS_CA_BUNDLE must name .*; \S+\/config holds no certificate\.$/,
    ],
    [
      'holds a broken one',
      (f) => ({ AWS_CA_BUNDLE: `${f}/.aws/broken` }),
      /; \S+\/broken holds a certificate that cannot be read, the one at position 1\.$/,
    ],
    [
      'is missing, of a profile',
      () => ({}),
      /^ca_bundle of the profile "default" must name a file of CA certificates in PEM format; \/none does not exist\.$/,
    ],
  ])('a CA bundle that %s ends with one sentence', async ([, env, says]) => {
    config('[default]\nca_bundle = /none\n');
    writeFileSync(join(home, '.aws/broken'), '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
    await expect(account(env(home))).rejects.toThrow(says);
  });
});
