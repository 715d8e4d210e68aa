/** What the configuration files alone show to be wrong with a profile. */
import { getSSOTokenFromFile } from '@smithy/core/config';
import { timeWords } from '../../core/render/words.ts';
import { aws } from '../../core/text/command-line.ts';
import {
  type CredentialProblem,
  type CredentialSource,
  expired,
  fileProblems,
  filesWords,
  forProfile,
  isSso,
  listed,
  meant,
  missing,
  setIn,
  unreadable,
} from './credential-words.ts';
import type { ConfigSection, Profiles } from './profiles.ts';

/** What is wrong with the name of a profile that does not exist. */
export function unknownProfile(name: string, { named, profiles }: CredentialSource): string {
  const { names, config } = profiles;
  const near = meant(name, names);
  const lead = `The profile "${name}" (${named}) does not exist${near === '' ? '.' : near}`;
  const files = fileProblems(profiles);
  if (files !== '') return `${lead} ${files}`;
  if (config.sections.includes(name)) return `${lead} ${config.shown} has the section [${name}]: rename it to [profile ${name}].`;
  const make = `Create it with ${forProfile('aws configure', name)}, or ${forProfile('aws configure sso', name)} for IAM Identity Center.`;
  if (names.length === 0) return `${lead} No profile exists${filesWords(profiles)}. ${make}`;
  return near === '' ? `${lead} ${listed(profiles)}. ${make}` : `${lead} ${listed(profiles)}.`;
}

async function ssoProblem(name: string, profile: ConfigSection, profiles: Profiles): Promise<CredentialProblem | undefined> {
  const configure = forProfile('aws configure sso', name);
  const sessionName = profile.sso_session;
  const session = sessionName === undefined ? profile : profiles.session(sessionName);
  if (!session)
    return missing(
      `The profile "${name}" names the SSO session "${sessionName}", which ${profiles.config.shown} does not have. Set it up with ${configure}.`,
    );
  const absent = [
    ...['sso_account_id', 'sso_role_name'].filter((key) => profile[key] === undefined),
    ...['sso_region', 'sso_start_url'].filter((key) => session[key] === undefined),
  ];
  if (absent.length > 0) return missing(`The profile "${name}" is incomplete: ${absent.join(', ')} missing. Set it up with ${configure}.`);
  const signIn = forProfile('aws sso login', name);
  try {
    const token = await getSSOTokenFromFile(sessionName ?? session.sso_start_url ?? '');
    const until = new Date(token.expiresAt);
    if (until.getTime() > Date.now()) return undefined;
    return expired(
      `The sign-in of the profile "${name}" to IAM Identity Center (SSO) expired at ${timeWords(until.toISOString())}. Sign in again with ${signIn}.`,
    );
  } catch {
    // Signing in replaces the stored token, whatever its error.
    return missing(`The profile "${name}" is not signed in to IAM Identity Center (SSO). Sign in with ${signIn}.`);
  }
}

async function roleProblem(
  name: string,
  profile: ConfigSection,
  profiles: Profiles,
  visited: readonly string[],
): Promise<CredentialProblem | undefined> {
  const { source_profile: source, credential_source: place, role_arn: role, mfa_serial: device } = profile;
  const use = `${setIn(name, 'source_profile', 'PROFILE')}`;
  if (source !== undefined && place !== undefined)
    return missing(
      `The profile "${name}" has both source_profile and credential_source. Remove one of them from ${profiles.config.shown}.`,
    );
  if (source === undefined && place === undefined)
    return missing(`The profile "${name}" assumes ${role}, but does not say as whom: source_profile is missing. Set it with ${use}.`);
  if (place !== undefined && !['Ec2InstanceMetadata', 'EcsContainer', 'Environment'].includes(place))
    return missing(
      `credential_source of the profile "${name}" must be Ec2InstanceMetadata, EcsContainer or Environment, not "${place}". Set it with ${setIn(name, 'credential_source', 'PLACE')}.`,
    );
  if (source !== undefined) {
    const from = profiles.profile(source);
    if (!from) {
      const files = fileProblems(profiles);
      const lead = `The profile "${name}" takes its credentials from the profile "${source}" (source_profile), which does not exist`;
      if (files !== '') return missing(`${lead}. ${files}`);
      return missing(`${lead}${meant(source, profiles.names) || '.'} ${listed(profiles)}. Set it with ${use}.`);
    }
    if (visited.includes(source) && !(source === name && from.aws_access_key_id !== undefined))
      return missing(
        `The profiles ${[...visited, source].map((n) => `"${n}"`).join(', ')} take their credentials from one another in a circle (source_profile). Break it with ${use}.`,
      );
    if (source !== name) {
      const problem = await configProblem(source, profiles, [...visited, source]);
      if (problem) return problem;
    }
  }
  if (device !== undefined)
    return missing(
      `The profile "${name}" requires a code from the MFA device ${device}, which this tool cannot request. The AWS CLI can: run \`eval "$(${aws(['configure', 'export-credentials'], { profile: name, format: 'env' })})"\`, then this again without --profile and AWS_PROFILE.`,
    );
  return undefined;
}

/** What is wrong with a profile as it stands in the files; `undefined`: nothing that can be seen there. */
export async function configProblem(
  name: string,
  profiles: Profiles,
  visited: readonly string[] = [name],
): Promise<CredentialProblem | undefined> {
  const profile = profiles.profile(name) ?? {};
  const { aws_access_key_id: id, aws_secret_access_key: secret, web_identity_token_file: token, role_arn: role } = profile;
  if (role !== undefined && token === undefined) return roleProblem(name, profile, profiles, visited);
  if ((id === undefined) !== (secret === undefined)) {
    const absent = id === undefined ? 'aws_access_key_id' : 'aws_secret_access_key';
    const files = fileProblems(profiles);
    return missing(
      `The profile "${name}" has no ${absent}. ${files === '' ? '' : `${files} `}Set it with ${forProfile('aws configure', name)}.`,
    );
  }
  if (id !== undefined) return undefined;
  if (token !== undefined) {
    if (role === undefined)
      return missing(
        `The profile "${name}" has a web_identity_token_file, but no role_arn. Set it with ${setIn(name, 'role_arn', 'ARN')}.`,
      );
    const why = unreadable(token);
    return why === undefined
      ? undefined
      : missing(
          `The file ${token} (web_identity_token_file of the profile "${name}") ${why}. Set it with ${setIn(name, 'web_identity_token_file', 'FILE')}.`,
        );
  }
  if (isSso(profile)) return ssoProblem(name, profile, profiles);
  if (profile.source_profile !== undefined && role === undefined)
    return missing(`The profile "${name}" has a source_profile, but no role_arn. Set it with ${setIn(name, 'role_arn', 'ARN')}.`);
  return undefined;
}
