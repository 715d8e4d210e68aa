/**
 * Credentials as the AWS CLI finds them, and a sentence for every way in which there are none. The SDK's own chain differs
 * in two respects that matter here: a profile that does not exist or does not work is passed over for the role of the
 * machine, so that another account would be audited than the one that was named; and it then says nothing but that no
 * provider had credentials.
 */
import { fromIni } from '@aws-sdk/credential-provider-ini';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { doesIdentityRequireRefresh, isIdentityExpired, memoizeIdentityProvider } from '@smithy/core';
import type { AwsError } from '../client/errors.ts';
import type { Variables } from '../client/proxy.ts';
import { type AwsCredentials, type AwsSettings, type CredentialsProvider, defaultSettings } from '../client/settings.ts';
import { defaultRegionOf } from '../inventory/account-wide-regions.ts';
import { requiresCode, whyNotFound, whyRefused } from './credential-problem.ts';
import type { CredentialSource } from './credential-words.ts';
import { configuredRegion, type IdentificationError, NoCredentialsError } from './identity.ts';
import { type ConfigSection, readProfiles } from './profiles.ts';

/** Settings by which a profile says where its credentials are; one without any leaves that to the machine. */
const sources = [
  'aws_access_key_id',
  'aws_secret_access_key',
  'credential_process',
  'credential_source',
  'login_session',
  'role_arn',
  'source_profile',
  'sso_account_id',
  'sso_session',
  'sso_start_url',
  'web_identity_token_file',
];
const hasSource = (profile: ConfigSection | undefined): boolean => sources.some((name) => profile?.[name] !== undefined);

/**
 * In the order of the AWS CLI: the profile that `--profile` names, keys in the environment, the profile that AWS_PROFILE
 * names or the default one, and then what the machine has.
 */
async function sourceOf(profile: string | undefined, env: Variables): Promise<CredentialSource> {
  const profiles = await readProfiles(env);
  const name = profile ?? (env.AWS_PROFILE || undefined);
  const named = profile === undefined ? 'AWS_PROFILE' : '--profile';
  const given = name === undefined ? { profiles, env } : { profiles, env, name, named };
  if (name !== undefined && !profiles.names.includes(name)) return { ...given, kind: 'profile', name };
  if (profile === undefined && (env.AWS_ACCESS_KEY_ID || env.AWS_SECRET_ACCESS_KEY)) return { ...given, kind: 'environment' };
  if (hasSource(profiles.profile(name ?? 'default'))) return { ...given, kind: 'profile', name: name ?? 'default' };
  if (env.AWS_WEB_IDENTITY_TOKEN_FILE) return { ...given, kind: 'token' };
  if (env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI || env.AWS_CONTAINER_CREDENTIALS_FULL_URI) return { ...given, kind: 'container' };
  return { ...given, kind: 'instance' };
}

function keysOf(env: Variables): AwsCredentials | undefined {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken } = env;
  if (!accessKeyId || !secretAccessKey) return undefined;
  return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
}

const nothing = (): void => {};
/** The SDK would warn on the console that keys in the environment are passed over for a profile, which is what `--profile` asks for. */
const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing };

export interface CredentialOptions {
  /** `--profile`. */
  readonly profile?: string;
  /** Where STS is asked for a profile that names no region; absent: in the configured one. */
  readonly region?: string;
  readonly env: Variables;
  /** Sends what finding credentials takes: calls of STS and of IAM Identity Center. */
  readonly requestHandler?: ReturnType<NonNullable<AwsSettings['requestHandler']>>;
}

export interface CallerCredentials {
  /** Rejects with `IdentificationError`, whose message names the profile, the cause and the command that fixes it. */
  readonly credentials: CredentialsProvider;
  /** What AWS's refusal of these credentials means; `undefined` where the cause is not in them. */
  readonly explain: (refused: AwsError, region: string) => Promise<IdentificationError | undefined>;
}

/** Who calls AWS. Nothing is read before credentials are asked for. */
export function findCredentials({ profile, region, env, requestHandler }: CredentialOptions): CallerCredentials {
  const clientConfig = requestHandler && { requestHandler };
  const find: CredentialsProvider = async (properties) => {
    const source = await sourceOf(profile, env);
    const where =
      region ?? (await configuredRegion({ ...defaultSettings, ...(profile !== undefined && { profile }) })) ?? defaultRegionOf('aws');
    const init = { ...(clientConfig && { clientConfig }), parentClientConfig: { region: where } };
    if (source.kind === 'profile' && requiresCode(source)) throw await whyNotFound(undefined, source);
    try {
      if (source.kind === 'environment') {
        const keys = keysOf(env);
        if (keys) return keys;
        throw new NoCredentialsError('Only one of two variables is set.', undefined);
      }
      // Of a profile that says where its credentials are, none but those will do.
      const provider =
        source.kind === 'profile'
          ? fromIni({ ...init, profile: source.name ?? 'default' })
          : defaultProvider({ ...init, logger: silent, ...(profile !== undefined && { profile }) });
      return await provider(properties);
    } catch (error) {
      throw await whyNotFound(error, source);
    }
  };
  const credentials = memoizeIdentityProvider(find, isIdentityExpired, doesIdentityRequireRefresh);
  if (!credentials) throw new Error('A provider is a provider.');
  return {
    credentials,
    explain: async (refused, where) => whyRefused(refused, await sourceOf(profile, env), where),
  };
}
