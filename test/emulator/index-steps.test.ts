/** A findings table of the first deployed version gets the indexes of this one by updates of one index each, as DynamoDB takes them. */
import {
  CreateTableCommand,
  DynamoDBClient,
  type GlobalSecondaryIndex,
  type GlobalSecondaryIndexUpdate,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import { expect, inject, test } from 'vitest';
import { defaultSettings } from '../../shared/aws/client/settings.ts';
import { readIndexes } from '../../shared/aws/deployment/table-protection.ts';
import { documentClient } from '../../shared/aws/findings/client.ts';
import { dynamoStore } from '../../shared/aws/findings/dynamodb-store.ts';
import { definedAttributes, type IndexSet, indexSteps, stepsAfter, type TableIndex } from '../../shared/aws/findings/index-steps.ts';
import { tableDefinition } from '../../shared/aws/findings/keys.ts';
import { findingsTable } from '../../shared/aws/findings/table.ts';
import { finding, hour, result } from '../core/results.ts';
import { save } from '../query/inventory.ts';

const endpoint = inject('moto');
const region = 'us-west-2';
const credentials = { accessKeyId: 'index-steps', secretAccessKey: 'moto' };
const TableName = 'findings-of-the-first-version';

const mutable = (index: TableIndex): GlobalSecondaryIndex => structuredClone(index) as GlobalSecondaryIndex;
const attributesOf = (set: IndexSet) => definedAttributes(set).map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const }));

/** The one difference between two consecutive sets. */
function updateBetween(before: IndexSet, after: IndexSet): GlobalSecondaryIndexUpdate {
  const names = new Set(before.map((i) => i.IndexName));
  const added = after.find((i) => !names.has(i.IndexName));
  if (added) return { Create: { ...mutable(added) } };
  const left = new Set(after.map((i) => i.IndexName));
  return { Delete: { IndexName: before.find((i) => !left.has(i.IndexName))?.IndexName } };
}

test('step by step, and it holds what it held', async () => {
  const [first = []] = indexSteps;
  const client = new DynamoDBClient({ endpoint, region, credentials });
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [...tableDefinition.KeySchema],
      AttributeDefinitions: attributesOf(first),
      GlobalSecondaryIndexes: first.map(mutable),
    }),
  );
  const store = dynamoStore({ client: documentClient({ endpoint, region, credentials }), tableName: TableName });
  const table = findingsTable({ store, retentionDays: 400 });
  const place = { account: '111122223333', region };
  await save(table, place, hour(8), result({ findings: [finding({ status: 'fail' })] }));
  const deployed = async () => {
    const read = await readIndexes(TableName, region, { ...defaultSettings, endpoint, credentials });
    return read.ok ? read.value.indexes : expect.fail(read.reason);
  };
  const steps = stepsAfter(await deployed()) ?? expect.fail('The indexes of the first version are known.');
  expect(steps).toHaveLength(indexSteps.length - 1);
  let before = first;
  for (const after of steps) {
    const update = updateBetween(before, after);
    await client.send(
      new UpdateTableCommand({ TableName, AttributeDefinitions: attributesOf(after), GlobalSecondaryIndexUpdates: [update] }),
    );
    before = after;
    // Audits go on meanwhile.
    expect((await table.currentState(place))?.findings.size).toBe(1);
  }
  expect(stepsAfter(await deployed())).toEqual([]);
  expect((await table.changesBetween(place, {})).items.map((c) => c.seq)).toEqual([1]);
  client.destroy();
});
