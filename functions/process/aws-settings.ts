/** How every command, and every script of the deployment, calls AWS: as whom, through which proxy, trusting whom. */

import { handlerOptions } from '../../shared/aws/client/client-config.ts';
import { type CaBundle, requestHandlers } from '../../shared/aws/client/network.ts';
import { InvalidSettingError } from '../../shared/aws/client/proxy.ts';
import { type AwsSettings, defaultSettings } from '../../shared/aws/client/settings.ts';
import { findCredentials } from '../../shared/aws/credentials/credentials.ts';
import { IdentificationError, NoCredentialsError } from '../../shared/aws/credentials/identity.ts';
import { readProfiles } from '../../shared/aws/credentials/profiles.ts';
import { NoResultError } from './exit.ts';
import { currentIo } from './io.ts';

export interface AwsSettingsOptions {
  readonly profile?: string | undefined;
  /** Region to take for the caller's own, in the place of the configured one. */
  readonly homeRegion?: string | undefined;
}

/** The file of CA certificates that the AWS CLI would use: of AWS_CA_BUNDLE, else of the profile's `ca_bundle`. */
export async function caBundleOf(profile: string | undefined): Promise<CaBundle | undefined> {
  const { env } = currentIo();
  if (env.AWS_CA_BUNDLE) return { file: env.AWS_CA_BUNDLE, setting: 'AWS_CA_BUNDLE' };
  const name = profile ?? (env.AWS_PROFILE || 'default');
  const profiles = await readProfiles(env);
  const file = profiles.profile(name)?.ca_bundle;
  return file === undefined ? undefined : { file, setting: `ca_bundle of the profile "${name}"` };
}

/** Ends the command where credentials, a proxy or a CA bundle cannot be used; anything else is thrown on. */
export function rethrowAsNoResult(error: unknown, hint = ''): never {
  if (error instanceof NoCredentialsError) throw new NoResultError(`${error.message}${hint}`, error);
  if (error instanceof IdentificationError || error instanceof InvalidSettingError) throw new NoResultError(error.message, error);
  throw error;
}

/** Nothing is asked yet. Ends where a proxy or a CA bundle cannot be used. */
export async function awsSettings({ profile, homeRegion }: AwsSettingsOptions, base: AwsSettings = defaultSettings): Promise<AwsSettings> {
  const { env } = currentIo();
  try {
    const requestHandler = requestHandlers(env, await caBundleOf(profile));
    const named = { ...(profile !== undefined && { profile }) };
    const caller = findCredentials({
      ...named,
      ...(homeRegion !== undefined && { region: homeRegion }),
      env,
      requestHandler: requestHandler(handlerOptions(base)),
    });
    return { ...base, ...named, ...(homeRegion !== undefined && { homeRegion }), ...caller, requestHandler };
  } catch (error) {
    return rethrowAsNoResult(error);
  }
}
