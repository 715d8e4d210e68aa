/** What several functions are wired from. */

import { messagingConfig } from '../../shared/aws/client/client-config.ts';
import { defaultSettings } from '../../shared/aws/client/settings.ts';
import { documentClient } from '../../shared/aws/findings/client.ts';
import { type DynamoTable, dynamoStore, dynamoUpdater } from '../../shared/aws/findings/dynamodb-store.ts';
import { inventoryReader } from '../../shared/aws/findings/inventory-reader.ts';
import type { ItemStore } from '../../shared/aws/findings/item-store.ts';
import { type MarkersTable, markersTable } from '../../shared/aws/findings/markers.ts';
import { type FindingsReader, type FindingsTable, findingsReader, findingsTable } from '../../shared/aws/findings/table.ts';
import { alertTopics } from '../../shared/aws/messaging/alert-topics.ts';
import { type StatusCommand, statusOfDeployment } from '../../shared/core/text/own-command.ts';
import type { QueryPorts } from '../../shared/query/query-sources.ts';
import type { DeploymentAccount } from '../../shared/workflows/audited-regions.ts';
import type { FunctionEnvironment } from './environment.ts';

function itemsOf<Store>(environment: FunctionEnvironment, storeOn: (table: DynamoTable) => Store) {
  // DynamoDB throttles a new table until it has grown, so it is asked more often than a topic.
  const client = documentClient({ ...messagingConfig(defaultSettings, undefined), maxAttempts: 8 });
  const store = storeOn({ client, tableName: environment.of('TABLE_NAME') });
  return { store, retentionDays: environment.plan.plan.retentionDays };
}

/** The table alone, for functions that save no audits and no markers: their bundles hold no code for either. */
export const readerOf = (environment: FunctionEnvironment): FindingsReader => findingsReader(itemsOf(environment, dynamoUpdater));

interface Tables {
  readonly table: FindingsTable;
  readonly marks: MarkersTable;
  /** What else reads and writes the table is made from this. */
  readonly items: { readonly store: ItemStore };
}

export function tablesOf(environment: FunctionEnvironment): Tables {
  const items = itemsOf(environment, dynamoStore);
  return { table: findingsTable(items), marks: markersTable(items), items };
}

/** What questions are answered from. */
export function portsOf(environment: FunctionEnvironment): QueryPorts {
  const items = { ...itemsOf(environment, dynamoUpdater), now };
  return { table: findingsReader(items), reader: inventoryReader(items), now };
}

export function topicsOf(environment: FunctionEnvironment) {
  const chat = environment.optional('CHAT_TOPIC_ARN');
  const operations = environment.optional('OPERATIONS_TOPIC_ARN');
  return alertTopics({
    alerts: environment.of('ALERT_TOPIC_ARN'),
    chat,
    operations,
  });
}

/** The command in alerts that asks this deployment for current readiness. */
export const statusOf = (stack: string, { account, region }: DeploymentAccount): StatusCommand =>
  statusOfDeployment({ stack, account, region });

export const now = (): Date => new Date();
