/**
 * A findings table of an older definition made one of the present: every item is copied with the keys that indexes need
 * now. Only embedded databases come into this; nothing is deployed with an older definition.
 */
import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { BatchWriteCommand, type DynamoDBDocumentClient, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { same } from '../core/amounts.ts';
import { resultOf } from '../core/log.ts';
import {
  type CommitItem,
  expiryOf,
  type FindingItem,
  findingKeys,
  findingRecordOf,
  fleetItem,
  type HeadItem,
  type RowItem,
  regionEntry,
  rowKeys,
  rowRecordOf,
} from './findings-items.ts';
import { type Key, monthOf, orderOf, placeOf, sortKeys, tableDefinition } from './findings-keys.ts';
import { auditDays, findingsTable } from './findings-table.ts';

type Item = Key & Readonly<Record<string, unknown>>;

const byName = <T extends { readonly IndexName?: string | undefined }>(indexes: readonly T[]): readonly T[] =>
  indexes.toSorted((a, b) => ((a.IndexName ?? '') < (b.IndexName ?? '') ? -1 : 1));

/** Whether a table has the indexes that the code asks. */
export async function isCurrent(client: DynamoDBDocumentClient, tableName: string): Promise<boolean> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName: tableName }));
  const indexes = (Table?.GlobalSecondaryIndexes ?? []).map(({ IndexName, KeySchema, Projection }) => ({
    IndexName,
    KeySchema,
    Projection,
  }));
  return same(byName(indexes), byName(tableDefinition.GlobalSecondaryIndexes));
}

/** An item as the present code writes it. */
function upgraded(item: Item): Item {
  const place = placeOf(item.pk);
  const { commitAt, openAt, ...rest } = item;
  if (item.sk.startsWith(sortKeys.commits)) {
    const { factsAt, seq } = item as unknown as CommitItem;
    return { ...rest, logOrder: orderOf.commit(factsAt, place, seq), month: monthOf(factsAt) };
  }
  const finding = item.sk.startsWith(sortKeys.findings) ? findingRecordOf(item as unknown as FindingItem) : undefined;
  if (finding) return { ...rest, ...findingKeys(place, finding) };
  const row = item.sk.startsWith(sortKeys.rows) ? rowRecordOf(item as unknown as RowItem) : undefined;
  return row ? { ...rest, ...rowKeys(place, row) } : rest;
}

async function putBatch(client: DynamoDBDocumentClient, tableName: string, items: readonly Item[]): Promise<void> {
  let requests = items.map((item) => ({ PutRequest: { Item: { ...item } } }));
  while (requests.length > 0) {
    const { UnprocessedItems } = await client.send(new BatchWriteCommand({ RequestItems: { [tableName]: requests } }));
    requests = (UnprocessedItems?.[tableName] ?? []) as typeof requests;
  }
}

/** Copies everything, and then says of each region how it is, as audits do from now on. */
export async function copyUpgraded(
  from: DynamoDBDocumentClient,
  to: DynamoDBDocumentClient,
  tableName: string,
  now: Date = new Date(),
): Promise<void> {
  const heads: HeadItem[] = [];
  let next: Record<string, unknown> | undefined;
  do {
    const page = await from.send(new ScanCommand({ TableName: tableName, ExclusiveStartKey: next, Limit: 500 }));
    const items = (page.Items ?? []) as unknown as readonly Item[];
    heads.push(...items.filter((item) => item.sk === sortKeys.head).map((item) => item as unknown as HeadItem));
    for (let n = 0; n < items.length; n += 25) await putBatch(to, tableName, items.slice(n, n + 25).map(upgraded));
    next = page.LastEvaluatedKey;
  } while (next !== undefined);

  const table = findingsTable({ client: to, tableName, retentionDays: 1, now: () => now });
  for (const { pk } of heads) {
    const place = placeOf(pk);
    const state = await table.currentState(place);
    if (!state) continue;
    const entry = regionEntry(state.audit, resultOf(state, place.region), [...state.readiness.values()]);
    const item = fleetItem(place, state.seq, state.audit.factsAt, entry, expiryOf(now, auditDays));
    await to.send(new PutCommand({ TableName: tableName, Item: item }));
  }
}
