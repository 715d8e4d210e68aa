/** Whether a deployed table is protected against deletion. */
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Read } from '../../core/evaluation/facts.ts';
import { clientConfig } from '../client/client-config.ts';
import { toUnread } from '../client/errors.ts';
import type { AwsSettings } from '../client/settings.ts';

export async function readProtection(table: string, region: string, settings: AwsSettings): Promise<Read<boolean>> {
  const client = new DynamoDBClient(clientConfig(settings, region));
  try {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
    return { ok: true, value: Table?.DeletionProtectionEnabled === true };
  } catch (error) {
    return toUnread(error, 'dynamodb:DescribeTable');
  } finally {
    client.destroy();
  }
}
