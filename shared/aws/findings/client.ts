/** The table itself: a client of its documents, its status, and its creation where nothing deployed it. */
import { setTimeout as wait } from 'node:timers/promises';
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { tableDefinition } from './keys.ts';

/** A document client; `undefined` properties are left out. */
export const documentClient = (config: DynamoDBClientConfig): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(new DynamoDBClient(config), { marshallOptions: { removeUndefinedValues: true } });

/** The table's status (`ACTIVE`, `CREATING` …), or `undefined` if the table does not exist. */
export async function tableStatus(client: DynamoDBDocumentClient, tableName: string): Promise<string | undefined> {
  try {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: tableName }));
    return Table?.TableStatus;
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

/** Creates the table and waits until it can be written to. */
export async function createTable(client: DynamoDBDocumentClient, tableName: string): Promise<void> {
  const { AttributeDefinitions, KeySchema, BillingMode, GlobalSecondaryIndexes } = tableDefinition;
  await client.send(
    new CreateTableCommand({
      TableName: tableName,
      AttributeDefinitions: [...AttributeDefinitions],
      KeySchema: [...KeySchema],
      BillingMode,
      GlobalSecondaryIndexes: GlobalSecondaryIndexes.map(({ IndexName, KeySchema, Projection }) => ({
        IndexName,
        KeySchema: [...KeySchema],
        Projection: { ...Projection, NonKeyAttributes: Projection.NonKeyAttributes && [...Projection.NonKeyAttributes] },
      })),
    }),
  );
  for (let pause = 1; (await tableStatus(client, tableName)) !== 'ACTIVE'; pause = Math.min(1000, pause * 2)) await wait(pause);
}
