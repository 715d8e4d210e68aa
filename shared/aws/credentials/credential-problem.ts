/**
 * Why no credentials can be used, in the terms of the AWS CLI: which profile, what is wrong with it, and the command
 * that fixes it. What the configuration files alone show comes first; only then what the SDK or AWS answered.
 * https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html
 */
import { AwsError, toUnread } from '../client/errors.ts';
import { ProxyError } from '../client/network.ts';
import {
  type CredentialProblem,
  type CredentialSource,
  expired,
  fileProblems,
  filesWords,
  firstLine,
  forProfile,
  isSso,
  lastOf,
  listed,
  messageOf,
  missing,
  other,
  regionMeant,
  setIn,
  unreadable,
} from './credential-words.ts';
import { IdentificationError } from './identity.ts';
import { configProblem, unknownProfile } from './profile-problem.ts';

/**
 * Whether a code of an MFA device is asked for on the way. Then the SDK must not be asked at all: it lets the failure of the
 * source profile go unhandled, which ends the process.
 */
export function requiresCode({ name = 'default', profiles }: CredentialSource): boolean {
  const visited = new Set<string>();
  for (let next: string | undefined = name; next !== undefined && !visited.has(next); next = profiles.profile(next)?.source_profile) {
    visited.add(next);
    if (profiles.profile(next)?.mfa_serial !== undefined) return true;
  }
  return false;
}

/** The keys that AWS refused, and how others are put in their place. */
function keysOf(source: CredentialSource): { readonly keys: string; readonly fix: string } {
  const { kind, env, profiles } = source;
  const ending = (id: string | undefined): string => (id === undefined ? '' : ` …${id.slice(-4)}`);
  switch (kind) {
    case 'environment': {
      const temporary = Boolean(env.AWS_SESSION_TOKEN);
      const names = temporary
        ? 'AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN'
        : 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY';
      const instead = profiles.names.length > 0 ? `, or unset them and name a profile with --profile. ${listed(profiles)}.` : '.';
      return {
        keys: `the access key${ending(env.AWS_ACCESS_KEY_ID)} in AWS_ACCESS_KEY_ID`,
        fix: `Export new ${names}${instead}`,
      };
    }
    case 'profile': {
      const { name, profile } = lastOf(source.name ?? 'default', profiles);
      const keys = `the credentials of the profile "${name}"`;
      if (isSso(profile)) return { keys, fix: `Sign in again with ${forProfile('aws sso login', name)}.` };
      if (profile.login_session !== undefined) return { keys, fix: `Sign in again with ${forProfile('aws login', name)}.` };
      if (profile.credential_process !== undefined)
        return {
          keys: `${keys}, which its credential_process returned`,
          fix: `${forProfile('aws sts get-caller-identity', name)} runs it again.`,
        };
      const own = `the access key${ending(profile.aws_access_key_id)} of the profile "${name}"`;
      if (profile.aws_session_token !== undefined)
        return {
          keys: own,
          fix: `Set new ones with ${forProfile('aws configure', name)} and ${setIn(name, 'aws_session_token', 'TOKEN')}.`,
        };
      return { keys: own, fix: `Set a valid one with ${forProfile('aws configure', name)}.` };
    }
    case 'token':
      return {
        keys: 'the credentials from AWS_WEB_IDENTITY_TOKEN_FILE',
        fix: 'Check AWS_ROLE_ARN and the token in that file.',
      };
    case 'container':
      return { keys: "the credentials of the container's role", fix: 'Check the role of the task or pod.' };
    case 'instance':
      return { keys: "the credentials of the instance's role", fix: 'Check the role of the instance.' };
  }
}

const unknownKeys = ['InvalidClientTokenId', 'UnrecognizedClientException', 'InvalidAccessKeyId', 'AuthFailure'];
const oldKeys = ['ExpiredToken', 'ExpiredTokenException', 'RequestExpired'];
const unsigned = ['SignatureDoesNotMatch', 'InvalidSignatureException', 'IncompleteSignature'];
const denied = ['AccessDenied', 'AccessDeniedException'];
const badToken = ['InvalidIdentityTokenException', 'IDPRejectedClaimException', 'IDPCommunicationErrorException'];

/** Whether the reason is this machine's clock, which `unread` detects by the time in AWS's answer. */
const isOfClock = ({ read }: AwsError): boolean => read.reason.includes("this machine's clock");

/** What AWS's refusal means for those who called with the keys of the source. */
function refusal(failed: AwsError, source: CredentialSource, region?: string): CredentialProblem | undefined {
  const { code } = failed;
  // With a wrong clock every key is refused: nothing can be said of this one.
  if (isOfClock(failed)) return undefined;
  const { keys, fix } = keysOf(source);
  const have = keys.startsWith('the credentials') ? 'have' : 'has';
  if (unknownKeys.includes(code)) {
    const off = region === undefined ? '' : ` If the key is valid: ${region} is a region that is not enabled in the account.`;
    return other(`AWS does not know ${keys} (${code}): deleted, deactivated, or of another AWS partition. ${fix}${off}`);
  }
  if (oldKeys.includes(code)) return expired(`${sentenceCase(keys)} ${have} expired (${code}). ${fix}`);
  if (unsigned.includes(code)) return other(`AWS does not accept a signature by ${keys} (${code}): the secret key is wrong. ${fix}`);
  return undefined;
}

const sentenceCase = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

/** The name of the error in a message of the SDK such as `UnauthorizedException: Session token not found or invalid`. */
const named = (message: string): string => /^(\w+Exception):/.exec(message)?.[1] ?? '';

/** What the SDK says of a profile with nothing wrong in its files. */
function sdkProblem(error: unknown, source: CredentialSource): CredentialProblem {
  const { name: whole = 'default', profiles } = source;
  const { name, profile } = lastOf(whole, profiles);
  const message = messageOf(error);
  if (isSso(profile)) {
    const code = named(message);
    const { sso_role_name: role, sso_account_id: account } = profile;
    const region = (profile.sso_session === undefined ? profile : profiles.session(profile.sso_session))?.sso_region ?? '';
    if (code === 'UnauthorizedException')
      return expired(
        `The sign-in of the profile "${name}" to IAM Identity Center (SSO) is no longer valid. Sign in again with ${forProfile('aws sso login', name)}.`,
      );
    if (code === 'ForbiddenException' || code === 'ResourceNotFoundException')
      return other(
        `IAM Identity Center does not give you the role ${role} in account ${account}, which the profile "${name}" names (${code}). Choose one that it gives you with ${forProfile('aws configure sso', name)}.`,
      );
    return other(
      `IAM Identity Center in ${region} (sso_region of the profile "${name}"${regionMeant(region)}) did not give credentials: ${firstLine(message.replace(/^\w*Error: /, ''))}.`,
    );
  }
  if (profile.credential_process !== undefined) {
    const [, ...output] = message.startsWith('Command failed: ') ? message.split('\n') : ['', message];
    const said = firstLine(output.join('\n')).replace(`Profile ${name} credential_process `, 'it ').replace(/\.$/, '').slice(0, 300);
    return missing(
      `The credential_process of the profile "${name}" failed${said === '' ? '' : `: ${said}`}. ${forProfile('aws configure get credential_process', name)} shows the command; run it to see all it says.`,
    );
  }
  if (profile.login_session !== undefined)
    return expired(`The profile "${name}" is not signed in, or its sign-in has expired. Sign in with ${forProfile('aws login', name)}.`);
  if (profile.credential_source === 'Environment')
    return missing(
      `The profile "${name}" takes its credentials from the environment (credential_source), where AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set. Export both.`,
    );
  if (profile.credential_source !== undefined)
    return missing(
      `The profile "${name}" takes its credentials from ${profile.credential_source} (credential_source), which does not answer: ${firstLine(message)}. Run this where there is one, or set another source with ${setIn(name, 'credential_source', 'PLACE')}.`,
    );
  return missing(`The profile "${name}" gave no credentials: ${firstLine(message)}`);
}

/** Of calls to STS, as which a role is assumed. */
function roleRefused(error: unknown, source: CredentialSource): CredentialProblem | undefined {
  const failed = read(error);
  if (!failed) return undefined;
  const { code } = failed;
  const { kind, name = 'default', profiles, env } = source;
  const profile = profiles.profile(name) ?? {};
  const role =
    /on resource: (arn:\S+)/.exec(messageOf(error))?.[1] ?? (kind === 'token' ? env.AWS_ROLE_ARN : profile.role_arn) ?? 'the role';
  const who = kind === 'token' ? 'AWS_ROLE_ARN' : `the profile "${name}"`;
  if (denied.includes(code)) {
    const caller = /^User: (arn:\S+)/.exec(messageOf(error))?.[1];
    const withToken = kind === 'token' || profile.web_identity_token_file !== undefined;
    const action = withToken ? 'sts:AssumeRoleWithWebIdentity' : 'sts:AssumeRole';
    const allow =
      caller === undefined
        ? "Its trust policy must name the token's provider and subject"
        : `Allow ${action} on it to ${caller}, and name that caller in the trust policy of the role`;
    return other(
      `The role ${role} of ${who} may not be assumed: AWS denied ${action}. ${allow}; a role that does not exist is denied alike.`,
    );
  }
  if (badToken.includes(code) || (kind === 'token' && oldKeys.includes(code)))
    return expired(
      `The token of ${who} was not accepted (${code}): ${firstLine(messageOf(error))}. Get a new one into ${kind === 'token' ? 'AWS_WEB_IDENTITY_TOKEN_FILE' : 'web_identity_token_file'}.`,
    );
  return refusal(failed, source) ?? other(`The role ${role} of ${who} could not be assumed (sts:AssumeRole): ${failed.read.reason}.`);
}

/** What failed on the way to AWS or was refused there; `undefined` for what the SDK found out by itself. */
function read(error: unknown): AwsError | undefined {
  if (error instanceof AwsError) return error;
  if (error instanceof Error && /ProviderError$/.test(error.name)) return undefined;
  try {
    return new AwsError(toUnread(error, 'sts:AssumeRole'), error);
  } catch {
    return undefined;
  }
}

function ofMachine(source: CredentialSource): CredentialProblem {
  const { kind, name, named: by, profiles, env } = source;
  if (kind === 'token') {
    const file = env.AWS_WEB_IDENTITY_TOKEN_FILE ?? '';
    const why = unreadable(file);
    if (why !== undefined)
      return missing(`The file ${file} (AWS_WEB_IDENTITY_TOKEN_FILE) ${why}. Set the variable to the token's file, or unset it.`);
    return missing('AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN is not. Set it to the role to assume.');
  }
  if (kind === 'container') {
    const variable = env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI
      ? 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'
      : 'AWS_CONTAINER_CREDENTIALS_FULL_URI';
    return missing(
      `The credentials of the container's role could not be read from ${env[variable]} (${variable}). Check the role of the task or pod, or name a profile with --profile.`,
    );
  }
  const files = fileProblems(profiles);
  const machine =
    env.AWS_EC2_METADATA_DISABLED && env.AWS_EC2_METADATA_DISABLED !== 'false'
      ? 'EC2 instance metadata is switched off (AWS_EC2_METADATA_DISABLED)'
      : 'this machine has no role in EC2 instance metadata';
  if (name !== undefined)
    return missing(
      `The profile "${name}" (${by}) has no credentials, and ${machine}. ${files === '' ? '' : `${files} `}Set them with ${forProfile('aws configure', name)}, or ${forProfile('aws configure sso', name)} for IAM Identity Center.`,
    );
  if (files !== '') return missing(`No AWS credentials were found. ${files}`);
  const others = profiles.names.filter((n) => n !== 'default');
  if (others.length > 0)
    return missing(
      `No AWS profile is named, and no default profile has credentials. Name one with --profile or AWS_PROFILE. ${listed(profiles)}.`,
    );
  return missing(
    `No AWS credentials were found: AWS_ACCESS_KEY_ID is not set, no profile exists${filesWords(profiles)}, and ${machine}. Set them with \`aws configure\`, or \`aws configure sso\` for IAM Identity Center.`,
  );
}

/** Why no credentials were found, of what the SDK threw if it was asked. */
export async function whyNotFound(error: unknown, source: CredentialSource): Promise<IdentificationError> {
  const { kind, name = 'default', profiles, env } = source;
  if (kind === 'environment') {
    const [has, absent] = env.AWS_ACCESS_KEY_ID
      ? ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']
      : ['AWS_SECRET_ACCESS_KEY', 'AWS_ACCESS_KEY_ID'];
    return missing(`${has} is set, but ${absent} is not. Export both, or unset ${has} to use a profile.`)(error);
  }
  if (kind === 'profile' && !profiles.names.includes(name)) return missing(unknownProfile(name, source))(error);
  const problem = kind === 'profile' ? await configProblem(name, profiles) : undefined;
  if (problem) return problem(error);
  // Only these two ask STS for a role; a role of the machine comes from the machine.
  const token = kind === 'token' && env.AWS_ROLE_ARN !== undefined && unreadable(env.AWS_WEB_IDENTITY_TOKEN_FILE ?? '') === undefined;
  const refused = kind === 'profile' || token ? roleRefused(error, source) : undefined;
  if (refused) return refused(error);
  return (kind === 'profile' ? sdkProblem(error, source) : ofMachine(source))(error);
}

/** What the failure of a call means whose credentials were found; `undefined` where its own words say it. */
export function whyRefused(failed: AwsError, source: CredentialSource, region: string): IdentificationError | undefined {
  const refused = refusal(failed, source, region)?.(failed);
  if (refused) return refused;
  if (!/^(ENOTFOUND|EAI_AGAIN)$/.test(failed.code) || failed.cause instanceof ProxyError) return undefined;
  const { env, profiles, name = 'default' } = source;
  const from = env.AWS_REGION === region ? ' (AWS_REGION)' : profiles.profile(name)?.region === region ? ` (of the profile "${name}")` : '';
  const near = regionMeant(region);
  const lead = near === '' ? `AWS could not be reached in the region ${region}${from}` : `There may be no region ${region}${from}${near}`;
  return new IdentificationError(`${lead}${near === '' ? '.' : ''} ${sentenceCase(failed.read.reason)}.`, failed);
}
