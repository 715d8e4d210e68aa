/** The findings table of a deployment. Apart from what asks for it: commands on this machine's database load no DynamoDB client. */
import { clientConfig } from '../../shared/aws/client/client-config.ts';
import type { AwsSettings } from '../../shared/aws/client/settings.ts';
import { documentClient } from '../../shared/aws/findings/client.ts';
import { dynamoStore } from '../../shared/aws/findings/dynamodb-store.ts';
import type { ItemStore } from '../../shared/aws/findings/item-store.ts';

export function openDeployedTable(
  { tableName, region }: { readonly tableName: string; readonly region: string },
  settings: AwsSettings,
): { readonly store: ItemStore; readonly close: () => void } {
  const client = documentClient(clientConfig(settings, region));
  return { store: dynamoStore({ client, tableName }), close: () => client.destroy() };
}
