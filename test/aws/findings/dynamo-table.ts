/** A findings table on dynalite, which speaks DynamoDB's API: over the wire, in memory or in a folder. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { CreateTableCommand, type CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import dynalite from 'dynalite';
import { createTable, documentClient, tableStatus } from '../../../shared/aws/findings/client.ts';
import { dynamoStore } from '../../../shared/aws/findings/dynamodb-store.ts';
import type { ItemStore } from '../../../shared/aws/findings/item-store.ts';
import type { Key } from '../../../shared/aws/findings/keys.ts';
import { type FindingsTable, findingsTable } from '../../../shared/aws/findings/table.ts';
import { emptyPlan } from '../../../shared/core/plan/plan.ts';

export interface DynamoTable {
  readonly endpoint: string;
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  readonly store: ItemStore;
  readonly table: FindingsTable;
  readonly close: () => Promise<void>;
}

export interface DynamoTableOptions {
  /** Folder of the database; default: in memory. */
  readonly path?: string;
  readonly retentionDays?: number;
  readonly now?: () => Date;
  /** Default: that of the present code. */
  readonly definition?: Omit<CreateTableCommandInput, 'TableName'>;
}

export const clientOf = (endpoint: string): DynamoDBDocumentClient =>
  documentClient({ endpoint, region: 'us-east-1', credentials: { accessKeyId: 'dynalite', secretAccessKey: 'dynalite' } });

export async function startDynamoTable({
  path,
  retentionDays = emptyPlan.retentionDays,
  now,
  definition,
}: DynamoTableOptions = {}): Promise<DynamoTable> {
  const server = dynalite({ ...(path !== undefined && { path }), createTableMs: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = clientOf(endpoint);
  const tableName = 'hyperpod-findings';
  if (definition) {
    await client.send(new CreateTableCommand({ TableName: tableName, ...definition }));
    while ((await tableStatus(client, tableName)) !== 'ACTIVE');
  } else if ((await tableStatus(client, tableName)) === undefined) await createTable(client, tableName);
  const store = dynamoStore({ client, tableName });
  return {
    endpoint,
    client,
    tableName,
    store,
    table: findingsTable({ store, retentionDays, ...(now && { now }) }),
    close: async () => {
      client.destroy();
      await new Promise<void>((done, failed) => server.close((error) => (error ? failed(error) : done())));
    },
  };
}

/** Everything that stands in a table. */
export async function scan({ client, tableName }: Pick<DynamoTable, 'client' | 'tableName'>): Promise<readonly Key[]> {
  const items: Key[] = [];
  let next: Record<string, unknown> | undefined;
  do {
    const page = await client.send(new ScanCommand({ TableName: tableName, ExclusiveStartKey: next }));
    items.push(...((page.Items ?? []) as unknown as readonly Key[]));
    next = page.LastEvaluatedKey;
  } while (next);
  return items;
}
