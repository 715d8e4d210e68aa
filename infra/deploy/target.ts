/** Where something is deployed to, as far as it can be read: account, region, and what has to stand there before. */

import { awsSettings, rethrowAsNoResult } from '../../functions/process/aws-settings.ts';
import { NoResultError } from '../../functions/process/exit.ts';
import { wrongValue } from '../../functions/process/wrong-value.ts';
import { tryRead } from '../../shared/aws/client/errors.ts';
import { type AwsSettings, defaultSettings } from '../../shared/aws/client/settings.ts';
import { configuredRegion, IdentificationError, type Identity, identify } from '../../shared/aws/credentials/identity.ts';
import { bootstrapVersion } from '../../shared/aws/deployment/bootstrap.ts';
import { concurrentExecutions } from '../../shared/aws/deployment/concurrency.ts';
import { stackOutputs } from '../../shared/aws/deployment/stack-outputs.ts';
import { type DeployedIndexes, readIndexes, readProtection } from '../../shared/aws/deployment/table-protection.ts';
import { type ChangeRecording, recordingsOf } from '../../shared/aws/deployment/trails.ts';
import { readRegions } from '../../shared/aws/inventory/regions.ts';
import type { Read } from '../../shared/core/evaluation/facts.ts';
import { regionShape } from '../../shared/core/plan/regions.ts';

export interface TargetOptions {
  readonly profile?: string;
  readonly region?: string;
}

export interface DeployTarget {
  /** Absent, with the reason, where it could not be read. */
  readonly identity?: Identity;
  readonly unidentified?: string;
  readonly region: string;
  /** No region was given or configured, so a default was taken. */
  readonly regionAssumed?: true;
}

const assumedRegion = 'us-east-1';
/** Where the account is unknown, templates are made for this one. */
export const unknownAccount = '000000000000';

/** Without a network these calls have to fail soon. */
const settingsFor = ({ profile, region }: TargetOptions): Promise<AwsSettings> =>
  awsSettings({ profile, homeRegion: region }, { ...defaultSettings, maxAttempts: 2, requestTimeoutMs: 5_000, deadlineMs: 20_000 });

/**
 * Account and region. `needed`: ends where they are not known; otherwise the reason is in the result.
 */
export async function targetOf(options: TargetOptions, needed: boolean): Promise<DeployTarget> {
  const { region: given } = options;
  if (given !== undefined && !regionShape.test(given)) throw wrongValue('--region', 'the name of a region, such as us-west-2', given);
  const region = given ?? (await configuredRegion(await settingsFor(options)));
  if (region === undefined && needed) throw new NoResultError('No region is configured: name one with --region, or set AWS_REGION.');
  const where = { region: region ?? assumedRegion, ...(region === undefined && { regionAssumed: true as const }) };
  try {
    return { ...where, identity: await identify(await settingsFor({ ...options, region: where.region })) };
  } catch (error) {
    if (!(error instanceof IdentificationError)) throw error;
    if (needed) return rethrowAsNoResult(error);
    return { ...where, unidentified: error.message };
  }
}

/** Regions that are enabled in the account. */
export const enabledIn = async (options: TargetOptions, region: string): Promise<Read<readonly string[]>> =>
  readRegions(await settingsFor({ ...options, region }));

/** What a deployment requires in the account, or should have. */
export interface DeployPrerequisites {
  /** Version of CDK's bootstrap stack; `null`: there is none. */
  readonly bootstrap: Read<number | null>;
  /** Executions that Lambda runs at once for the account. */
  readonly concurrency: Read<number>;
  /** By region: whether changes are recorded there. */
  readonly recordings: ReadonlyMap<string, ChangeRecording>;
}

export async function prerequisitesOf(options: TargetOptions, region: string, regions: readonly string[]): Promise<DeployPrerequisites> {
  const settings = await settingsFor({ ...options, region });
  const [bootstrap, concurrency, recordings] = await Promise.all([
    bootstrapVersion(region, settings),
    concurrentExecutions(region, settings),
    recordingsOf(regions, settings),
  ]);
  return { bootstrap, concurrency, recordings };
}

/** Whether the audit stack was made. Where that cannot be read it counts as made, so that its table is never left unprotected. */
export async function isDeployed(stack: string, options: TargetOptions, region: string): Promise<boolean> {
  const outputs = await tryRead(async () => stackOutputs(stack, region, await settingsFor({ ...options, region })));
  // A stack whose first deployment was rolled back has no outputs.
  return !outputs.ok || outputs.value?.FindingsTableOutput !== undefined;
}

/** Other regions in which a stack of that name is an auditor's. A region that could not be asked counts as one without. */
export async function deployedElsewhere(
  stack: string,
  options: TargetOptions,
  region: string,
  regions: readonly string[],
): Promise<readonly string[]> {
  const settings = await settingsFor({ ...options, region });
  const found = await Promise.all(
    regions
      .filter((other) => other !== region)
      .map(async (other) => {
        const outputs = await tryRead(() => stackOutputs(stack, other, settings));
        return outputs.ok && outputs.value?.FindingsTableOutput !== undefined ? [other] : [];
      }),
  );
  return found.flat();
}

/** Whether a table is protected against deletion. */
export const protectionOf = async (table: string, options: TargetOptions, region: string): Promise<Read<boolean>> =>
  readProtection(table, region, await settingsFor({ ...options, region }));

/** The indexes of the deployed findings table; `undefined` where it does not exist. */
export async function indexesOf(stack: string, options: TargetOptions, region: string): Promise<Read<DeployedIndexes> | undefined> {
  const table = await deployedTable(stack, options, region);
  return table === undefined ? undefined : readIndexes(table, region, await settingsFor({ ...options, region }));
}

/** The deployed findings table by name; `undefined` where the stack is not there or could not be asked. */
export async function deployedTable(stack: string, options: TargetOptions, region: string): Promise<string | undefined> {
  const outputs = await tryRead(async () => stackOutputs(stack, region, await settingsFor({ ...options, region })));
  return outputs.ok ? outputs.value?.FindingsTableOutput : undefined;
}
