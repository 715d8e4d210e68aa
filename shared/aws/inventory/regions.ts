/** Which regions to audit. */
import { DescribeRegionsCommand } from '@aws-sdk/client-ec2';
import type { Read } from '../../core/evaluation/facts.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { partitionOfRegion, regionsOf } from '../../core/plan/regions.ts';
import { withConnection } from '../client/calls.ts';
import { tryRead } from '../client/errors.ts';
import type { AwsSettings } from '../client/settings.ts';
import { list, text } from '../collect/response.ts';
import { configuredRegion } from '../credentials/identity.ts';
import { callInDefaultRegion } from './account-wide-regions.ts';

/** The account's regions could not be listed; the message is a whole sentence. `action`: what is denied. */
export class NoRegionsError extends Error {
  readonly action: string | undefined;
  constructor(message: string, action?: string) {
    super(message);
    this.name = 'NoRegionsError';
    this.action = action;
  }
}

/** Regions enabled for the account, sorted. */
export async function readRegions(settings: AwsSettings): Promise<Read<readonly string[]>> {
  const own = await configuredRegion(settings);
  return withConnection(settings, own ?? '', ({ call }) =>
    tryRead(() =>
      callInDefaultRegion(partitionOfRegion(own ?? ''), own, async (home) => {
        const { Regions } = await call('ec2:DescribeRegions', (ec2, o) => ec2.send(new DescribeRegionsCommand({}), o), home);
        return list(Regions, 'Regions')
          .map((r) => text(r.RegionName, 'RegionName'))
          .toSorted();
      }),
    ),
  );
}

/** The same. Throws `NoRegionsError` where they cannot be listed. */
export async function enabledRegions(settings: AwsSettings): Promise<readonly string[]> {
  const regions = await readRegions(settings);
  if (!regions.ok) throw new NoRegionsError(`The regions of the account could not be listed: ${regions.reason}.`, regions.action);
  return regions.value;
}

/** The regions a plan asks for, in its order; for a plan that names none, every region enabled for the account. */
export async function regionsToAudit(plan: Pick<Plan, 'regions' | 'clusters'>, settings: AwsSettings): Promise<readonly string[]> {
  return regionsOf(plan) ?? (await enabledRegions(settings));
}
