/** The sources of credentials, and the words that every problem with them uses. */
import { readFileSync } from 'node:fs';
import { knownRegions } from '../../core/plan/regions.ts';
import { commandLine } from '../../core/text/command-line.ts';
import { printable } from '../../core/text/printable.ts';
import { closest } from '../../core/text/suggestion.ts';
import { some } from '../../core/text/words.ts';
import type { Variables } from '../client/proxy.ts';
import { ExpiredCredentialsError, IdentificationError, NoCredentialsError } from './identity.ts';
import type { ConfigSection, Profiles } from './profiles.ts';

/** Where credentials are searched. */
export interface CredentialSource {
  readonly kind: 'environment' | 'profile' | 'token' | 'container' | 'instance';
  /** The profile that was named, or for `profile` the default one. */
  readonly name?: string;
  /** What named it: `--profile` or `AWS_PROFILE`. */
  readonly named?: string;
  readonly profiles: Profiles;
  readonly env: Variables;
}

/** Sentences name what files and programs of others say: control characters in it are made visible. */
export type CredentialProblem = (cause: unknown) => IdentificationError;
export const missing =
  (sentence: string): CredentialProblem =>
  (cause) =>
    new NoCredentialsError(printable(sentence), cause);
export const expired =
  (sentence: string): CredentialProblem =>
  (cause) =>
    new ExpiredCredentialsError(printable(sentence), cause);
export const other =
  (sentence: string): CredentialProblem =>
  (cause) =>
    new IdentificationError(printable(sentence), cause);

/** A command of the AWS CLI for a profile, such as `aws sso login --profile ml`. */
export const forProfile = (command: string, profile: string, ...values: readonly string[]): string =>
  `\`${commandLine([...command.split(' '), ...values], { profile })}\``;
export const setIn = (profile: string, setting: string, value: string): string => forProfile('aws configure set', profile, setting, value);
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
export const firstLine = (text: string): string =>
  text
    .split('\n')
    .find((line) => line.trim() !== '')
    ?.trim() ?? '';
export const meant = (word: string, known: readonly string[], mark = '"'): string => {
  const near = closest(word, known);
  return near === undefined ? '' : `; did you mean ${mark}${near}${mark}?`;
};

/** The known region that an unknown one was probably meant to be. */
export const regionMeant = (region: string): string =>
  (knownRegions.names as readonly string[]).includes(region) ? '' : meant(region, knownRegions.names, '');

/** What keeps the files from being read, which explains why something is missing from them. */
export const fileProblems = ({ config, credentials }: Profiles): string => [config.problem, credentials.problem].filter((p) => p).join(' ');

export const listed = ({ names }: Profiles): string => `Profiles: ${some(names)} (\`aws configure list-profiles\`)`;

/** The two files, and which of them are missing. */
export function filesWords({ config, credentials }: Profiles): string {
  if (config.exists && credentials.exists) return ` in ${config.shown} and ${credentials.shown}`;
  if (!config.exists && !credentials.exists) return `: ${config.shown} and ${credentials.shown} do not exist`;
  const [there, away] = config.exists ? [config, credentials] : [credentials, config];
  return ` in ${there.shown} (${away.shown} does not exist)`;
}

/** Why a token file cannot be read; `undefined`: it can. */
export function unreadable(file: string): string | undefined {
  try {
    readFileSync(file);
    return undefined;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    return code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`;
  }
}

export const isSso = (p: ConfigSection): boolean =>
  p.sso_session !== undefined || p.sso_start_url !== undefined || p.sso_account_id !== undefined;

/** The profile at the end of a chain of roles, whose own credentials everything rests on. */
export function lastOf(name: string, profiles: Profiles): { readonly name: string; readonly profile: ConfigSection } {
  const profile = profiles.profile(name) ?? {};
  const source = profile.role_arn === undefined ? undefined : profile.source_profile;
  return source === undefined || source === name ? { name, profile } : lastOf(source, profiles);
}
