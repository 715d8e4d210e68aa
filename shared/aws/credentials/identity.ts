/** Who is calling. */
import { ListAccountAliasesCommand } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { type CallAws, withConnection } from '../client/calls.ts';
import { AwsError, tryRead } from '../client/errors.ts';
import type { AwsSettings } from '../client/settings.ts';
import { text } from '../collect/response.ts';
import { defaultRegionOf } from '../inventory/account-wide-regions.ts';

export interface Identity {
  readonly account: string;
  readonly arn: string;
  /** `aws`, `aws-cn`, `aws-us-gov`. */
  readonly partition: string;
  readonly alias?: string;
}

/** AWS could not be asked who is calling; the message is a whole sentence. */
export class IdentificationError extends AwsError {
  override readonly message: string;
  /** It does not matter what was about to be asked: the message is all there is to say. */
  readonly isWhole = true;
  constructor(message: string, cause: unknown) {
    super({ ok: false, reason: message.replace(/\.$/, '') }, cause);
    this.message = message;
    this.name = new.target.name;
  }
}

/** The SDK found no credentials in any of its sources. */
export class NoCredentialsError extends IdentificationError {}

/** There are credentials, and their time is up. */
export class ExpiredCredentialsError extends IdentificationError {}

/** The region that the caller's own configuration names: AWS_REGION, or the profile's. `undefined` if neither names one. */
export async function configuredRegion(settings: AwsSettings): Promise<string | undefined> {
  if (settings.homeRegion !== undefined) return settings.homeRegion;
  const client = new STSClient(settings.profile === undefined ? {} : { profile: settings.profile });
  try {
    return await client.config.region();
  } catch {
    // The SDK has no other way to say that nothing names a region; one that cannot be read names none either.
    return undefined;
  } finally {
    client.destroy();
  }
}

function sentence(error: AwsError): IdentificationError {
  const { reason } = error.read;
  if (reason === 'no credentials could be loaded') return new NoCredentialsError('No AWS credentials were found.', error);
  if (reason === 'the credentials have expired')
    return new ExpiredCredentialsError('The AWS credentials have expired; sign in again.', error);
  return new IdentificationError(`AWS could not be asked who is calling (sts:GetCallerIdentity): ${reason}.`, error);
}

/**
 * Account and ARN of the caller, with the account's alias if it has one that may be read. Throws `NoCredentialsError`,
 * `ExpiredCredentialsError`, or `IdentificationError` for anything else that stood in the way.
 */
export async function identify(settings: AwsSettings): Promise<Identity> {
  const region = (await configuredRegion(settings)) ?? defaultRegionOf('aws') ?? '';
  // Before anything is asked with them: so a failure is known to be one of credentials.
  if (typeof settings.credentials === 'function') await settings.credentials();
  return withConnection(settings, region, async ({ call }) => {
    const who = await call('sts:GetCallerIdentity', (sts, options) => sts.send(new GetCallerIdentityCommand({}), options))
      .then((answer) => ({ account: text(answer.Account, 'Account'), arn: text(answer.Arn, 'Arn') }))
      .catch(async (error: unknown) => {
        if (!(error instanceof AwsError)) throw error;
        throw (await settings.explain?.(error, region)) ?? sentence(error);
      });
    const alias = await aliasOf(call);
    return { ...who, partition: who.arn.split(':')[1] ?? 'aws', ...(alias !== undefined && { alias }) };
  });
}

/** The account's alias. Reports work without it, so a denied read counts as no alias. */
export async function aliasOf(call: CallAws): Promise<string | undefined> {
  const read = await tryRead(() => call('iam:ListAccountAliases', (iam, options) => iam.send(new ListAccountAliasesCommand({}), options)));
  return read.ok ? read.value.AccountAliases?.[0] : undefined;
}
