/** What is read of a deployed table: whether it is protected against deletion, and its indexes. */
import { DescribeTableCommand, DynamoDBClient, type TableDescription } from '@aws-sdk/client-dynamodb';
import type { Read } from '../../core/evaluation/facts.ts';
import { clientConfig } from '../client/client-config.ts';
import { toUnread } from '../client/errors.ts';
import type { AwsSettings } from '../client/settings.ts';
import type { IndexSet, TableIndex } from '../findings/index-steps.ts';

async function readTable<T>(
  table: string,
  region: string,
  settings: AwsSettings,
  of: (described: TableDescription | undefined) => T,
): Promise<Read<T>> {
  const client = new DynamoDBClient(clientConfig(settings, region));
  try {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
    return { ok: true, value: of(Table) };
  } catch (error) {
    return toUnread(error, 'dynamodb:DescribeTable');
  } finally {
    client.destroy();
  }
}

export const readProtection = (table: string, region: string, settings: AwsSettings): Promise<Read<boolean>> =>
  readTable(table, region, settings, (described) => described?.DeletionProtectionEnabled === true);

export interface DeployedIndexes {
  readonly indexes: IndexSet;
  /** As DynamoDB last counted them, every six hours. */
  readonly items: number;
}

export const readIndexes = (table: string, region: string, settings: AwsSettings): Promise<Read<DeployedIndexes>> =>
  readTable(table, region, settings, (described) => ({
    items: described?.ItemCount ?? 0,
    indexes: (described?.GlobalSecondaryIndexes ?? []).map(
      ({ IndexName = '', KeySchema = [], Projection }): TableIndex => ({
        IndexName,
        KeySchema: KeySchema.flatMap(({ AttributeName, KeyType }) =>
          AttributeName === undefined || KeyType === undefined ? [] : [{ AttributeName, KeyType }],
        ),
        Projection: {
          ProjectionType: Projection?.ProjectionType ?? 'KEYS_ONLY',
          ...(Projection?.NonKeyAttributes && { NonKeyAttributes: Projection.NonKeyAttributes }),
        },
      }),
    ),
  }));
