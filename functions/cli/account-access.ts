/** From options to an account that can be read: the plan, the settings of AWS calls, who is asking. */

import { join } from 'node:path';
import { type AwsSettings, defaultSettings } from '../../shared/aws/client/settings.ts';
import { type Identity, identify } from '../../shared/aws/credentials/identity.ts';
import { NoOrganizationError } from '../../shared/aws/inventory/accounts.ts';
import { NoRegionsError } from '../../shared/aws/inventory/regions.ts';
import { sandboxCredentials, startSandbox } from '../../shared/sandbox/server.ts';
import { storyAccountId } from '../../shared/sandbox/story.ts';
import { awsSettings, rethrowAsNoResult } from '../process/aws-settings.ts';
import { NoResultError } from '../process/exit.ts';
import { packageRoot } from '../process/package.ts';
import { type PlanFile, readPlan } from '../process/plan-file.ts';
import type { Progress } from './screen.ts';
import { type SelectedScope, type SelectionOptions, selectedBy } from './selection.ts';

export interface AwsOptions extends SelectionOptions {
  readonly plan?: string;
  readonly profile?: string;
  readonly sandbox?: boolean;
  readonly output?: string;
  readonly timeout?: number;
  readonly quiet?: boolean;
}

/** What a command works on. */
export interface CommandTarget extends SelectedScope, PlanFile {
  readonly settings: AwsSettings;
  readonly identity: Identity;
}

export const sandboxPlan: string = join(packageRoot, 'shared/sandbox/plan.yaml');

/** Settings under which a sandbox account answers. */
export const sandboxSettings = (endpoint: string, settings: AwsSettings): AwsSettings => ({
  ...settings,
  endpoint,
  credentials: sandboxCredentials(storyAccountId),
  homeRegion: 'us-west-2',
});

/** Runs `work` on the account the options name, and takes the sandbox down again if there was one. */
export async function onAws<T>(options: AwsOptions, progress: Progress, work: (target: CommandTarget) => Promise<T>): Promise<T> {
  const read = readPlan(options.plan ?? (options.sandbox ? sandboxPlan : undefined));
  const selected = selectedBy(options, read.plan);
  const base: AwsSettings = { ...defaultSettings, ...(options.timeout !== undefined && { deadlineMs: options.timeout * 1000 }) };
  const sandbox = options.sandbox ? await startSandbox({}) : undefined;
  try {
    // The sandbox is on this machine and takes its own credentials: no profile, proxy or CA bundle has to do with it.
    const settings = sandbox ? sandboxSettings(sandbox.endpoint, base) : await awsSettings({ profile: options.profile }, base);
    progress.now('identifying the caller …');
    const identity = await identify(settings).catch((error: unknown) => rethrowAsNoResult(error, ' To look around first: --sandbox.'));
    return await work({ ...read, ...selected, settings, identity });
  } catch (error) {
    if (error instanceof NoOrganizationError || error instanceof NoRegionsError)
      throw new NoResultError(
        error.action === undefined ? error.message : `${error.message} The IAM action that is missing: ${error.action}.`,
        error,
      );
    throw error;
  } finally {
    progress.end();
    await sandbox?.close();
  }
}
