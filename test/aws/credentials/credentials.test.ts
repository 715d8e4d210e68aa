/**
 * Every way in which there are no usable credentials, with real configuration files in a folder of its own, the SDK's real
 * chain, and STS and IAM Identity Center as a server on loopback.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { awsSettings } from '../../../functions/process/aws-settings.ts';
import { toUnread } from '../../../shared/aws/client/errors.ts';
import { defaultSettings } from '../../../shared/aws/client/settings.ts';
import { ExpiredCredentialsError, IdentificationError, identify, NoCredentialsError } from '../../../shared/aws/credentials/identity.ts';

/** Whom the stub answers, by the access key that signed. */
const callers: Readonly<Record<string, string>> = { AKIAGOOD00000000GOOD: 'arn:aws:iam::111122223333:user/dev' };
/** What the stub answers to an action of STS, or to a path of IAM Identity Center, in the place of success. */
let refusals: Readonly<Record<string, { readonly status: number; readonly code: string; readonly message?: string }>> = {};
let asked: string[] = [];
let server: Server;
let origin: string;

const xml = (action: string, inner: string) =>
  `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result>${inner}</${action}Result></${action}Response>`;
const keys = `<Credentials><AccessKeyId>ASIAROLE000000000000</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2999-01-01T00:00:00Z</Expiration></Credentials>`;

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (piece) => {
      body += piece;
    });
    request.on('end', () => {
      const action = new URLSearchParams(body).get('Action') ?? new URL(request.url ?? '', 'http://stub').pathname;
      asked.push(action);
      const refusal = refusals[action];
      if (action.startsWith('/')) {
        response.setHeader('content-type', 'application/json');
        response.statusCode = refusal?.status ?? 200;
        if (refusal) response.setHeader('x-amzn-errortype', refusal.code);
        const roleCredentials = {
          accessKeyId: 'ASIASSO0000000000000',
          secretAccessKey: 's',
          sessionToken: 't',
          expiration: 32_503_680_000_000,
        };
        response.end(JSON.stringify(refusal ? { message: refusal.message ?? refusal.code } : { roleCredentials }));
        return;
      }
      response.setHeader('content-type', 'text/xml');
      const id = /Credential=([^/]+)/.exec(request.headers.authorization ?? '')?.[1] ?? '';
      const isUnknown = id !== '' && !id.startsWith('ASIA') && callers[id] === undefined;
      const { status, code, message } = refusal ?? {
        status: 403,
        code: 'InvalidClientTokenId',
        message: 'The security token included in the request is invalid.',
      };
      if (refusal || isUnknown) {
        response.statusCode = status;
        response.end(
          `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message ?? code}</Message></Error></ErrorResponse>`,
        );
        return;
      }
      if (action === 'GetCallerIdentity')
        response.end(
          xml(
            action,
            `<Arn>${callers[id] ?? 'arn:aws:sts::111122223333:assumed-role/X/y'}</Arn><UserId>u</UserId><Account>111122223333</Account>`,
          ),
        );
      else response.end(xml(action, keys));
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((done) => server.close(done)));

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'hyperpod-auditor-home-'));
  for (const name of Object.keys(process.env)) if (/^AWS_|_PROXY$/i.test(name)) vi.stubEnv(name, undefined);
  vi.stubEnv('HOME', home);
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  vi.stubEnv('AWS_ENDPOINT_URL', origin);
  refusals = {};
  asked = [];
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true, force: true });
});

interface Case {
  readonly config?: string;
  readonly credentials?: string;
  /** Further files in the home folder. */
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly profile?: string;
  readonly refusals?: typeof refusals;
}

const write = (path: string, text: string): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
};
const inHome = (text: string): string => text.replaceAll('HOME', home);

async function settingsOf({ config, credentials, files = {}, env = {}, profile, refusals: refused = {} }: Case) {
  if (config !== undefined) write(join(home, '.aws/config'), inHome(config));
  if (credentials !== undefined) write(join(home, '.aws/credentials'), inHome(credentials));
  for (const [path, text] of Object.entries(files)) write(join(home, path), text);
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, inHome(value));
  refusals = refused;
  return awsSettings({ profile }, { ...defaultSettings, maxAttempts: 1 });
}

const identified = async (of: Case) => identify(await settingsOf(of));
const problem = async (of: Case): Promise<Error> =>
  identified(of).then(
    (identity) => Promise.reject(new Error(`Identified as ${identity.arn}.`)),
    (error: Error) => error,
  );

const sso = `[default]
region = us-west-2
[profile ml]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = Audit
[sso-session corp]
sso_region = us-east-1
sso_start_url = https://corp.awsapps.com/start
sso_registration_scopes = sso:account:access
`;
const oldSso = `[profile ml]
sso_region = us-east-1
sso_start_url = https://corp.awsapps.com/start
sso_account_id = 111122223333
sso_role_name = Audit
`;
const tokenOf = (id: string, expiresAt: string) => ({
  [`.aws/sso/cache/${createHash('sha1').update(id).digest('hex')}.json`]: JSON.stringify({ accessToken: 'a', expiresAt }),
});
const never = '2999-01-01T00:00:00Z';
const past = '2026-11-29T10:00:00Z';
const good = 'aws_access_key_id = AKIAGOOD00000000GOOD\naws_secret_access_key = s\n';
const base = `[base]\n${good}`;
const role = (more: string) => `[profile ml]\nrole_arn = arn:aws:iam::111122223333:role/Audit\n${more}\n`;
const denial = {
  AssumeRole: {
    status: 403,
    code: 'AccessDenied',
    message:
      'User: arn:aws:iam::111122223333:user/dev is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/Audit',
  },
};

describe('each cause names the profile and the command that fixes it', () => {
  const cases: readonly (readonly [name: string, of: Case, kind: typeof IdentificationError, message: string])[] = [
    [
      'a mistyped profile',
      { config: '[default]\nregion = us-west-2\n[profile ml-prod]\nregion = us-west-2\n', credentials: base, profile: 'ml-prdo' },
      NoCredentialsError,
      'The profile "ml-prdo" (--profile) does not exist; did you mean "ml-prod"? Profiles: base, default, ml-prod (`aws configure list-profiles`).',
    ],
    [
      'an unknown profile in AWS_PROFILE, even beside keys',
      { credentials: base, env: { AWS_PROFILE: 'training', AWS_ACCESS_KEY_ID: 'AKIAGOOD00000000GOOD', AWS_SECRET_ACCESS_KEY: 's' } },
      NoCredentialsError,
      'The profile "training" (AWS_PROFILE) does not exist. Profiles: base (`aws configure list-profiles`). Create it with `aws configure --profile training`, or `aws configure sso --profile training` for IAM Identity Center.',
    ],
    [
      'a profile where there are no files; its name in need of quotes',
      { profile: 'my profile' },
      NoCredentialsError,
      `The profile "my profile" (--profile) does not exist. No profile exists: ~/.aws/config and ~/.aws/credentials do not exist. Create it with \`aws configure --profile 'my profile'\`, or \`aws configure sso --profile 'my profile'\` for IAM Identity Center.`,
    ],
    [
      'a section of the config file without the word profile',
      { config: '[ml]\nregion = us-west-2\n', profile: 'ml' },
      NoCredentialsError,
      'The profile "ml" (--profile) does not exist. ~/.aws/config has the section [ml]: rename it to [profile ml].',
    ],
    [
      'a config file that cannot be parsed',
      { config: '[default]\nregion = us-west-2\n\n[profile ml\nregion = us-west-2\n', profile: 'ml' },
      NoCredentialsError,
      'The profile "ml" (--profile) does not exist. Line 4 of ~/.aws/config cannot be read: expected a section like [profile NAME] or a setting like NAME = VALUE.',
    ],
    [
      'a config file elsewhere that does not exist',
      { env: { AWS_CONFIG_FILE: 'HOME/elsewhere' }, profile: 'ml' },
      NoCredentialsError,
      'The profile "ml" (--profile) does not exist. No profile exists: ~/elsewhere and ~/.aws/credentials do not exist. Create it with `aws configure --profile ml`, or `aws configure sso --profile ml` for IAM Identity Center.',
    ],
    [
      'a secret key on a line that cannot be parsed, which is not printed',
      { credentials: '[ml]\naws_access_key_id = AKIAGOOD00000000GOOD\naws_secret_access_key hunter2\n', profile: 'ml' },
      NoCredentialsError,
      'The profile "ml" has no aws_secret_access_key. Line 3 of ~/.aws/credentials cannot be read: expected a section like [NAME] or a setting like NAME = VALUE. Set it with `aws configure --profile ml`.',
    ],
    [
      'SSO, never signed in',
      { config: sso, profile: 'ml' },
      NoCredentialsError,
      'The profile "ml" is not signed in to IAM Identity Center (SSO). Sign in with `aws sso login --profile ml`.',
    ],
    [
      'SSO without a session section, never signed in',
      { config: oldSso, env: { AWS_PROFILE: 'ml' } },
      NoCredentialsError,
      'The profile "ml" is not signed in to IAM Identity Center (SSO). Sign in with `aws sso login --profile ml`.',
    ],
    [
      'SSO, token expired',
      { config: sso, profile: 'ml', files: tokenOf('corp', past) },
      ExpiredCredentialsError,
      'The sign-in of the profile "ml" to IAM Identity Center (SSO) expired at 2026-11-29 10:00 UTC. Sign in again with `aws sso login --profile ml`.',
    ],
    [
      'SSO without a session section, token expired',
      { config: oldSso, profile: 'ml', files: tokenOf('https://corp.awsapps.com/start', past) },
      ExpiredCredentialsError,
      'The sign-in of the profile "ml" to IAM Identity Center (SSO) expired at 2026-11-29 10:00 UTC. Sign in again with `aws sso login --profile ml`.',
    ],
    [
      'SSO, token revoked',
      {
        config: sso,
        profile: 'ml',
        files: tokenOf('corp', never),
        refusals: {
          '/federation/credentials': { status: 401, code: 'UnauthorizedException', message: 'Session token not found or invalid' },
        },
      },
      ExpiredCredentialsError,
      'The sign-in of the profile "ml" to IAM Identity Center (SSO) is no longer valid. Sign in again with `aws sso login --profile ml`.',
    ],
    [
      'SSO, a role that was not assigned',
      {
        config: sso,
        profile: 'ml',
        files: tokenOf('corp', never),
        refusals: { '/federation/credentials': { status: 403, code: 'ForbiddenException', message: 'No access' } },
      },
      IdentificationError,
      'IAM Identity Center does not give you the role Audit in account 111122223333, which the profile "ml" names (ForbiddenException). Choose one that it gives you with `aws configure sso --profile ml`.',
    ],
    [
      'SSO, a session that is not there',
      { config: sso.replace('[sso-session corp]', '[sso-session other]'), profile: 'ml' },
      NoCredentialsError,
      'The profile "ml" names the SSO session "corp", which ~/.aws/config does not have. Set it up with `aws configure sso --profile ml`.',
    ],
    [
      'SSO, incomplete',
      { config: sso.replace('sso_role_name = Audit\n', ''), profile: 'ml', files: tokenOf('corp', never) },
      NoCredentialsError,
      'The profile "ml" is incomplete: sso_role_name missing. Set it up with `aws configure sso --profile ml`.',
    ],
    [
      'a credential_process that fails',
      { config: '[profile ml]\ncredential_process = sh -c "echo vault is sealed >&2; exit 7"\n', profile: 'ml' },
      NoCredentialsError,
      'The credential_process of the profile "ml" failed: vault is sealed. `aws configure get credential_process --profile ml` shows the command; run it to see all it says.',
    ],
    [
      'a credential_process that colours its errors',
      { config: `[profile ml]\ncredential_process = sh -c "printf '\\\\033[31msealed' >&2; exit 7"\n`, profile: 'ml' },
      NoCredentialsError,
      expect.stringMatching(/^The credential_process of the profile "ml" failed: [\x20-\x7e\u00a0-\uffff]*sealed\. /) as unknown as string,
    ],
    [
      'a credential_process that does not exist',
      { config: '[profile ml]\ncredential_process = /no/such/program\n', profile: 'ml' },
      NoCredentialsError,
      expect.stringMatching(/^The credential_process of the profile "ml" failed: .*\/no\/such\/program.*not found\. /) as unknown as string,
    ],
    [
      'a credential_process that prints something else',
      { config: '[profile ml]\ncredential_process = echo hello\n', profile: 'ml' },
      NoCredentialsError,
      'The credential_process of the profile "ml" failed: it returned invalid JSON. `aws configure get credential_process --profile ml` shows the command; run it to see all it says.',
    ],
    [
      'a source_profile that does not exist',
      { config: role('source_profile = bse'), credentials: base, profile: 'ml' },
      NoCredentialsError,
      'The profile "ml" takes its credentials from the profile "bse" (source_profile), which does not exist; did you mean "base"? Profiles: base, ml (`aws configure list-profiles`). Set it with `aws configure set source_profile PROFILE --profile ml`.',
    ],
    [
      'a role without a source',
      { config: role(''), profile: 'ml' },
      NoCredentialsError,
      'The profile "ml" assumes arn:aws:iam::111122223333:role/Audit, but does not say as whom: source_profile is missing. Set it with `aws configure set source_profile PROFILE --profile ml`.',
    ],
    [
      'a role with two sources',
      { config: role('source_profile = base\ncredential_source = Environment'), credentials: base, profile: 'ml' },
      NoCredentialsError,
      'The profile "ml" has both source_profile and credential_source. Remove one of them from ~/.aws/config.',
    ],
    [
      'a circle of source profiles',
      {
        config: `${role('source_profile = b')}[profile b]\nrole_arn = arn:aws:iam::111122223333:role/B\nsource_profile = ml\n`,
        profile: 'ml',
      },
      NoCredentialsError,
      'The profiles "ml", "b", "ml" take their credentials from one another in a circle (source_profile). Break it with `aws configure set source_profile PROFILE --profile b`.',
    ],
    [
      'MFA',
      { config: role('source_profile = base\nmfa_serial = arn:aws:iam::111122223333:mfa/dev'), credentials: base, profile: 'ml' },
      NoCredentialsError,
      'The profile "ml" requires a code from the MFA device arn:aws:iam::111122223333:mfa/dev, which this tool cannot request. The AWS CLI can: run `eval "$(aws configure export-credentials --profile ml --format env)"`, then this again without --profile and AWS_PROFILE.',
    ],
    [
      'a source profile that is not signed in, before its role and MFA',
      {
        config: `${sso}[profile next]\nrole_arn = arn:aws:iam::111122223333:role/Next\nsource_profile = ml\nmfa_serial = arn:aws:iam::111122223333:mfa/dev\n`,
        profile: 'next',
      },
      NoCredentialsError,
      'The profile "ml" is not signed in to IAM Identity Center (SSO). Sign in with `aws sso login --profile ml`.',
    ],
    [
      'a role that may not be assumed',
      { config: role('source_profile = base'), credentials: base, profile: 'ml', refusals: denial },
      IdentificationError,
      'The role arn:aws:iam::111122223333:role/Audit of the profile "ml" may not be assumed: AWS denied sts:AssumeRole. Allow sts:AssumeRole on it to arn:aws:iam::111122223333:user/dev, and name that caller in the trust policy of the role; a role that does not exist is denied alike.',
    ],
    [
      'keys of the source profile that AWS does not know',
      { config: role('source_profile = base'), credentials: base.replace('AKIAGOOD', 'AKIAGONE'), profile: 'ml' },
      IdentificationError,
      'AWS does not know the access key …GOOD of the profile "base" (InvalidClientTokenId): deleted, deactivated, or of another AWS partition. Set a valid one with `aws configure --profile base`.',
    ],
    [
      'keys of the profile that AWS does not know',
      {
        credentials: '[ml]\naws_access_key_id = AKIAGONE0000000001AB\naws_secret_access_key = s\n',
        profile: 'ml',
        env: { AWS_REGION: 'eu-south-2' },
      },
      IdentificationError,
      'AWS does not know the access key …01AB of the profile "ml" (InvalidClientTokenId): deleted, deactivated, or of another AWS partition. Set a valid one with `aws configure --profile ml`. If the key is valid: eu-south-2 is a region that is not enabled in the account.',
    ],
    [
      'keys of the environment that AWS does not know',
      { credentials: base, env: { AWS_ACCESS_KEY_ID: 'AKIAGONE0000000001AB', AWS_SECRET_ACCESS_KEY: 's', AWS_REGION: 'us-west-2' } },
      IdentificationError,
      'AWS does not know the access key …01AB in AWS_ACCESS_KEY_ID (InvalidClientTokenId): deleted, deactivated, or of another AWS partition. Export new AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or unset them and name a profile with --profile. Profiles: base (`aws configure list-profiles`). If the key is valid: us-west-2 is a region that is not enabled in the account.',
    ],
    [
      'a session token in the environment that has expired',
      {
        env: { AWS_ACCESS_KEY_ID: 'ASIAOLD0000000001ABC', AWS_SECRET_ACCESS_KEY: 's', AWS_SESSION_TOKEN: 't', AWS_REGION: 'us-west-2' },
        refusals: { GetCallerIdentity: { status: 403, code: 'ExpiredToken' } },
      },
      ExpiredCredentialsError,
      'The access key …1ABC in AWS_ACCESS_KEY_ID has expired (ExpiredToken). Export new AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.',
    ],
    [
      'a session token in a profile that has expired',
      {
        credentials: '[ml]\naws_access_key_id = ASIAOLD0000000001ABC\naws_secret_access_key = s\naws_session_token = t\n',
        profile: 'ml',
        refusals: { GetCallerIdentity: { status: 403, code: 'ExpiredToken' } },
      },
      ExpiredCredentialsError,
      'The access key …1ABC of the profile "ml" has expired (ExpiredToken). Set new ones with `aws configure --profile ml` and `aws configure set aws_session_token TOKEN --profile ml`.',
    ],
    [
      'a wrong secret key',
      { credentials: base, profile: 'base', refusals: { GetCallerIdentity: { status: 403, code: 'SignatureDoesNotMatch' } } },
      IdentificationError,
      'AWS does not accept a signature by the access key …GOOD of the profile "base" (SignatureDoesNotMatch): the secret key is wrong. Set a valid one with `aws configure --profile base`.',
    ],
    [
      'a wrong clock, with which no key can be verified',
      {
        credentials: base,
        profile: 'base',
        refusals: {
          GetCallerIdentity: {
            status: 403,
            code: 'SignatureDoesNotMatch',
            message: 'Signature expired: 20260101T000000Z is now earlier than 20260101T001000Z',
          },
        },
      },
      IdentificationError,
      "AWS could not be asked who is calling (sts:GetCallerIdentity): AWS refused the call (SignatureDoesNotMatch) and this machine's clock differs too much from AWS's: set the clock, for example with chrony or another NTP client.",
    ],
    [
      'a wrong clock, while a role is assumed',
      {
        config: role('source_profile = base'),
        credentials: base,
        profile: 'ml',
        refusals: {
          AssumeRole: {
            status: 403,
            code: 'SignatureDoesNotMatch',
            message: 'Signature expired: 20260101T000000Z is now earlier than 20260101T001000Z',
          },
        },
      },
      IdentificationError,
      `The role arn:aws:iam::111122223333:role/Audit of the profile "ml" could not be assumed (sts:AssumeRole): AWS refused the call (SignatureDoesNotMatch) and this machine's clock differs too much from AWS's: set the clock, for example with chrony or another NTP client.`,
    ],
    [
      'one of two variables',
      { env: { AWS_ACCESS_KEY_ID: 'AKIAGOOD00000000GOOD' } },
      NoCredentialsError,
      'AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not. Export both, or unset AWS_ACCESS_KEY_ID to use a profile.',
    ],
    [
      'one of two keys in a profile',
      { credentials: '[ml]\naws_access_key_id = AKIAGOOD00000000GOOD\n', profile: 'ml' },
      NoCredentialsError,
      'The profile "ml" has no aws_secret_access_key. Set it with `aws configure --profile ml`.',
    ],
    [
      'a web identity token file of a profile that is missing',
      { config: role('web_identity_token_file = /no/token'), profile: 'ml' },
      NoCredentialsError,
      'The file /no/token (web_identity_token_file of the profile "ml") does not exist. Set it with `aws configure set web_identity_token_file FILE --profile ml`.',
    ],
    [
      'a web identity token file of the environment that is missing',
      { env: { AWS_WEB_IDENTITY_TOKEN_FILE: '/no/token', AWS_ROLE_ARN: 'arn:aws:iam::111122223333:role/Pod' } },
      NoCredentialsError,
      "The file /no/token (AWS_WEB_IDENTITY_TOKEN_FILE) does not exist. Set the variable to the token's file, or unset it.",
    ],
    [
      'a web identity token that STS does not accept',
      {
        files: { token: 'x' },
        env: { AWS_WEB_IDENTITY_TOKEN_FILE: 'HOME/token', AWS_ROLE_ARN: 'arn:aws:iam::111122223333:role/Pod', AWS_REGION: 'us-west-2' },
        refusals: { AssumeRoleWithWebIdentity: { status: 400, code: 'InvalidIdentityToken', message: 'No OpenIDConnect provider found' } },
      },
      ExpiredCredentialsError,
      'The token of AWS_ROLE_ARN was not accepted (InvalidIdentityTokenException): No OpenIDConnect provider found. Get a new one into AWS_WEB_IDENTITY_TOKEN_FILE.',
    ],
    [
      'a profile without credentials',
      { config: '[profile ml]\nregion = us-west-2\n', profile: 'ml' },
      NoCredentialsError,
      'The profile "ml" (--profile) has no credentials, and EC2 instance metadata is switched off (AWS_EC2_METADATA_DISABLED). Set them with `aws configure --profile ml`, or `aws configure sso --profile ml` for IAM Identity Center.',
    ],
    [
      'an empty profile',
      { config: '[profile ml]\n', profile: 'ml' },
      NoCredentialsError,
      'The profile "ml" (--profile) has no credentials, and EC2 instance metadata is switched off (AWS_EC2_METADATA_DISABLED). Set them with `aws configure --profile ml`, or `aws configure sso --profile ml` for IAM Identity Center.',
    ],
    [
      'no profile named and no default one: the others are the likely answer',
      { config: '[default]\nregion = us-west-2\n[profile ml]\nregion = us-west-2\n', credentials: base },
      NoCredentialsError,
      'No AWS profile is named, and no default profile has credentials. Name one with --profile or AWS_PROFILE. Profiles: base, default, ml (`aws configure list-profiles`).',
    ],
    [
      'instance metadata that does not answer',
      { env: { AWS_EC2_METADATA_DISABLED: 'false', AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:1' } },
      NoCredentialsError,
      'No AWS credentials were found: AWS_ACCESS_KEY_ID is not set, no profile exists: ~/.aws/config and ~/.aws/credentials do not exist, and this machine has no role in EC2 instance metadata. Set them with `aws configure`, or `aws configure sso` for IAM Identity Center.',
    ],
    [
      'instance metadata that a profile names and that does not answer',
      {
        config: role('credential_source = Ec2InstanceMetadata'),
        profile: 'ml',
        env: { AWS_EC2_METADATA_DISABLED: 'false', AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:1' },
      },
      NoCredentialsError,
      expect.stringMatching(
        /^The profile "ml" takes its credentials from Ec2InstanceMetadata \(credential_source\), which does not answer: Unable to connect to instance metadata service\. Run this where there is one, or set another source with `aws configure set credential_source PLACE --profile ml`\.$/,
      ) as unknown as string,
    ],
    [
      'a container role that does not answer',
      { env: { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1:1/role' } },
      NoCredentialsError,
      "The credentials of the container's role could not be read from http://127.0.0.1:1/role (AWS_CONTAINER_CREDENTIALS_FULL_URI). Check the role of the task or pod, or name a profile with --profile.",
    ],
    [
      'a role from an environment without keys',
      { config: role('credential_source = Environment'), profile: 'ml' },
      NoCredentialsError,
      'The profile "ml" takes its credentials from the environment (credential_source), where AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set. Export both.',
    ],
    [
      'a place of credentials that does not exist',
      { config: role('credential_source = EC2'), profile: 'ml' },
      NoCredentialsError,
      'credential_source of the profile "ml" must be Ec2InstanceMetadata, EcsContainer or Environment, not "EC2". Set it with `aws configure set credential_source PLACE --profile ml`.',
    ],
    [
      'aws login, never done',
      { config: '[profile ml]\nlogin_session = arn:aws:iam::111122223333:user/dev\n', profile: 'ml' },
      ExpiredCredentialsError,
      'The profile "ml" is not signed in, or its sign-in has expired. Sign in with `aws login --profile ml`.',
    ],
  ];
  test.for(cases)('%s', async ([, of, kind, message]) => {
    const error = await problem(of);
    expect(error).toMatchObject({ message });
    expect(error.constructor).toBe(kind);
    // Wherever else it comes up, it is read as any failure of a call.
    expect(toUnread(error, 'ec2:DescribeVpcs').reason).toBe(error.message.replace(/\.$/, ''));
  });

  test('a file that cannot be read', async () => {
    mkdirSync(join(home, '.aws/config'), { recursive: true });
    const { message } = await problem({ profile: 'ml' });
    expect(message).toBe('The profile "ml" (--profile) does not exist. The file ~/.aws/config cannot be read (EISDIR).');
  });
});

describe('whose credentials are taken', () => {
  const credentials = `[default]\n${good}[other]\naws_access_key_id = AKIAOTHER00000000000\naws_secret_access_key = s\n`;
  const key = async (of: Case) => {
    const settings = await settingsOf(of);
    return typeof settings.credentials === 'function' ? (await settings.credentials()).accessKeyId : undefined;
  };
  const environment = { AWS_ACCESS_KEY_ID: 'AKIAENV0000000000000', AWS_SECRET_ACCESS_KEY: 's' };

  // https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html: --profile overrides variables, AWS_PROFILE does not override keys.
  test.for<[string, Case, string]>([
    ['the default profile', { credentials }, 'AKIAGOOD00000000GOOD'],
    ['AWS_PROFILE', { credentials, env: { AWS_PROFILE: 'other' } }, 'AKIAOTHER00000000000'],
    ['keys of the environment, before AWS_PROFILE', { credentials, env: { ...environment, AWS_PROFILE: 'other' } }, 'AKIAENV0000000000000'],
    [
      '--profile, before all of these',
      { credentials, env: { ...environment, AWS_PROFILE: 'default' }, profile: 'other' },
      'AKIAOTHER00000000000',
    ],
  ])('%s', async ([, of, expected]) => {
    expect(await key(of)).toBe(expected);
  });

  describe('on an instance with a role, which would be another account than the one that was named', () => {
    let metadata: Server;
    let env: Readonly<Record<string, string>>;
    beforeAll(async () => {
      metadata = createServer((request, response) => {
        if (request.method === 'PUT') response.end('token');
        else if (request.url?.endsWith('/security-credentials/')) response.end('Role');
        else
          response.end(
            JSON.stringify({ Code: 'Success', AccessKeyId: 'ASIAINSTANCE00000000', SecretAccessKey: 's', Token: 't', Expiration: never }),
          );
      });
      await new Promise<void>((done) => metadata.listen(0, '127.0.0.1', done));
      const { port } = metadata.address() as AddressInfo;
      env = { AWS_EC2_METADATA_DISABLED: 'false', AWS_EC2_METADATA_SERVICE_ENDPOINT: `http://127.0.0.1:${port}` };
    });
    afterAll(() => new Promise((done) => metadata.close(done)));

    test.for<[string, Case]>([
      ['nothing named', {}],
      ['a profile without credentials of its own, as with the AWS CLI', { config: '[profile ml]\nregion = us-west-2\n', profile: 'ml' }],
    ])('%s: the role', async ([, of]) => {
      expect(await key({ ...of, env })).toBe('ASIAINSTANCE00000000');
    });

    test.for<[string, Case]>([
      ['a mistyped profile', { profile: 'no-such' }],
      ['a credential_process that fails', { config: '[profile ml]\ncredential_process = false\n', profile: 'ml' }],
      ['a source_profile that does not exist', { config: role('source_profile = gone'), profile: 'ml' }],
      ['half a key', { credentials: '[default]\naws_access_key_id = AKIAGOOD00000000GOOD\n' }],
      ['SSO, not signed in', { config: sso, profile: 'ml' }],
    ])('%s: never the role', async ([, of]) => {
      await expect(key({ ...of, env })).rejects.toThrow(NoCredentialsError);
    });
  });

  test('of a role and of SSO, asked for once however many clients need them', async () => {
    const settings = await settingsOf({
      config: `${sso}[profile next]\nrole_arn = arn:aws:iam::111122223333:role/Next\nsource_profile = ml\n`,
      profile: 'next',
      files: tokenOf('corp', never),
    });
    expect(await identify(settings)).toMatchObject({ account: '111122223333' });
    await identify(settings);
    expect(asked.filter((a) => a === '/federation/credentials' || a === 'AssumeRole')).toEqual(['/federation/credentials', 'AssumeRole']);
  });
});

describe('a host name that is not known', () => {
  const credentials = `[default]\n${good}`;
  // The region decides the host; .invalid never resolves (RFC 2606).
  const unknown = (region: string) => ({
    credentials,
    env: { AWS_REGION: region, AWS_ENDPOINT_URL: '', AWS_ENDPOINT_URL_STS: `http://sts.${region}.invalid` },
  });

  test('in a region that may be mistyped: what was probably meant comes first', async () => {
    const { message } = await problem(unknown('us-wst-2'));
    expect(message).toMatch(
      /^There may be no region us-wst-2 \(AWS_REGION\); did you mean us-west-2\? The host name sts\.us-wst-2\.invalid (is not known|could not be resolved); no proxy is used, as HTTPS_PROXY is not set\.$/,
    );
  });

  test.for([
    ['us-east-1', ''],
    ['us-est-1', '; did you mean us-east-1?'],
  ])('of IAM Identity Center in %s', async ([region = '', near]) => {
    const { message } = await problem({
      config: sso.replace('us-east-1', region),
      profile: 'ml',
      files: tokenOf('corp', never),
      env: { AWS_ENDPOINT_URL_SSO: 'http://portal.sso.invalid' },
    });
    expect(message).toMatch(
      new RegExp(
        `^IAM Identity Center in ${region} \\(sso_region of the profile "ml"${near?.replace('?', '\\?')}\\) did not give credentials: the host name portal\\.sso\\.invalid (is not known|could not be resolved); no proxy is used, as HTTPS_PROXY is not set\\.$`,
      ),
    );
  });

  test('in a region that there is', async () => {
    const { message } = await problem(unknown('us-west-2'));
    expect(message).toMatch(
      /^AWS could not be reached in the region us-west-2 \(AWS_REGION\)\. The host name sts\.us-west-2\.invalid (is not known|could not be resolved); no proxy is used, as HTTPS_PROXY is not set\.$/,
    );
  });
});
