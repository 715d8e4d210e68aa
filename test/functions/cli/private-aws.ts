/** AWS as a company may have it: only a proxy with a private CA leads there, by every profile of a user. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { type Sandbox, startSandbox } from '../../../shared/sandbox/server.ts';
import { passTo, privateNetwork } from '../../aws/client/private-network.ts';
import { type Stub, startStub } from '../../aws/stub.ts';

export const account = '111122223333';

export interface PrivateAws {
  readonly sandbox: Sandbox;
  /** Answers for SNS, Secrets Manager and the webhook. */
  readonly stub: Stub;
  /** Folder of the user. */
  readonly home: string;
  /** An environment in which only the proxy leads to AWS. */
  readonly env: (more?: NodeJS.ProcessEnv) => NodeJS.ProcessEnv;
  /** One that knows the CA too. */
  readonly withCa: (more?: NodeJS.ProcessEnv) => NodeJS.ProcessEnv;
  /** Hosts that the proxy was asked for since `forget`. */
  readonly hosts: () => readonly string[];
  readonly forget: () => void;
  readonly close: () => Promise<void>;
}

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
const aws =
  (sandbox: Sandbox, stub: Stub): RequestListener =>
  (request, response) => {
    const host = request.headers.host ?? '';
    if (host.startsWith('portal.sso.'))
      return json({ roleCredentials: { ...keys, expiration: Date.parse(expiration) } })(request, response);
    if (host.includes('.lambda-url.')) return json({ items: [], scanned: 0, keys: [] }, 'br')(request, response);
    if (request.headers.authorization?.includes('Credential=ASIASSO/')) return role(request, response);
    const isMessaging = /^(sns|secretsmanager|cloudformation)\.|^hooks\.example\.com/.test(host);
    return passTo(isMessaging ? stub.endpoint : sandbox.endpoint)(request, response);
  };

export async function startPrivateAws(): Promise<PrivateAws> {
  const [sandbox, stub] = await Promise.all([startSandbox({}), startStub()]);
  const network = await privateNetwork(aws(sandbox, stub));
  const home = mkdtempSync(join(tmpdir(), 'hyperpod-auditor-home-'));
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
  const env: PrivateAws['env'] = (more) => ({
    PATH: process.env.PATH,
    HOME: home,
    AWS_EC2_METADATA_DISABLED: 'true',
    HTTPS_PROXY: network.proxy,
    ...more,
  });
  return {
    sandbox,
    stub,
    home,
    env,
    withCa: (more) => env({ AWS_CA_BUNDLE: network.ca, ...more }),
    hosts: () => network.asked().map((a) => a.host.replace(/:443$/, '')),
    forget: () => network.refuse(undefined),
    close: async () => {
      await Promise.all([sandbox.close(), stub.close(), network.close()]);
      rmSync(home, { recursive: true, force: true });
    },
  };
}
