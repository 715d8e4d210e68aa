/** The outputs of a deployed stack. */
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { clientConfig } from '../client/client-config.ts';
import { AwsError, toUnread } from '../client/errors.ts';
import type { AwsSettings } from '../client/settings.ts';

/**
 * Outputs of a stack by name; `undefined` where the region has no such stack. Throws `AwsError` where it could not be asked.
 */
export async function stackOutputs(
  stack: string,
  region: string,
  settings: AwsSettings,
): Promise<Readonly<Record<string, string>> | undefined> {
  const client = new CloudFormationClient(clientConfig(settings, region));
  try {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: stack }));
    const outputs = Stacks?.[0]?.Outputs ?? [];
    return Object.fromEntries(outputs.map((o) => [o.OutputKey ?? '', o.OutputValue ?? '']));
  } catch (error) {
    // CloudFormation has no name of its own for this error, only a sentence.
    if (error instanceof Error && error.name === 'ValidationError' && /does not exist/.test(error.message)) return undefined;
    throw new AwsError(toUnread(error, 'cloudformation:DescribeStacks'), error);
  } finally {
    client.destroy();
  }
}
