/** Where the deployed auditor has its parts, from the outputs of its stack. */

import { AwsError } from '../../shared/aws/client/errors.ts';
import type { AwsSettings } from '../../shared/aws/client/settings.ts';
import { configuredRegion } from '../../shared/aws/credentials/identity.ts';
import { stackOutputs } from '../../shared/aws/deployment/stack-outputs.ts';
import { regionShape } from '../../shared/core/plan/regions.ts';
import { whyUnread } from '../../shared/core/render/words.ts';
import { NoResultError } from '../process/exit.ts';
import { wrongValue } from '../process/wrong-value.ts';

const option = '--stack-region';

/** The region a command means: named by --stack-region, or that of the environment or the profile. */
export async function regionFor(what: string, region: string | undefined, settings: AwsSettings): Promise<string> {
  if (region !== undefined && !regionShape.test(region)) throw wrongValue(option, 'the name of a region, such as us-west-2', region);
  const found = region ?? (await configuredRegion(settings));
  if (found === undefined) throw wrongValue(option, `the region of ${what}`, undefined, `Name it with ${option} or AWS_REGION.`);
  return found;
}

/** The outputs of the auditor's stack by the names that the stack gives its parts, like FindingsTable and DriftAlerts. */
export async function deployedParts(stack: string, region: string, settings: AwsSettings): Promise<(name: string) => string | undefined> {
  const outputs = await stackOutputs(stack, region, settings).catch((error: unknown) => {
    if (!(error instanceof AwsError)) throw error;
    throw new NoResultError(`The stack ${stack} in ${region} could not be read: ${whyUnread(error.read)}.`, error);
  });
  if (!outputs)
    throw new NoResultError(
      `The stack ${stack} does not exist in ${region}. Name the deployed one with --stack, and its region with ${option}.`,
    );
  if (outputs.FindingsTableOutput === undefined)
    throw new NoResultError(`The stack ${stack} in ${region} is not the auditor's: its outputs name no findings table.`);
  return (name) => outputs[`${name}Output`];
}

/** The findings table that `table` names, or that the stack tells, and where it is: `stackRegion`, else the usual region. */
export async function tableFor(
  { table, stack = '', stackRegion }: { readonly table?: string; readonly stack?: string; readonly stackRegion?: string },
  settings: AwsSettings,
): Promise<{ readonly tableName: string; readonly region: string }> {
  const region = await regionFor(table === undefined ? 'the stack' : 'the table', stackRegion, settings);
  return { region, tableName: table ?? (await deployedParts(stack, region, settings))('FindingsTable') ?? '' };
}
