/**
 * Calls of the findings table and what readers and writers both read of it: HEAD, the log, the records it adds up to. One-item
 * conditional writes alone, so that the embedded database and DynamoDB do the same.
 */

import { setTimeout as wait } from 'node:timers/promises';
import {
  BatchWriteCommand,
  GetCommand,
  PutCommand,
  type PutCommandInput,
  QueryCommand,
  type QueryCommandInput,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import pLimit from 'p-limit';
import { withAmounts } from '../core/amounts.ts';
import { jsonOf } from '../core/json.ts';
import { auditRefOf, type Commit, checkOf, type FindingRecord, type RowRecord, type State, type Versioned, writesOf } from '../core/log.ts';
import {
  type CommitItem,
  commitOf,
  expiryOf,
  type FindingItem,
  findingRecordOf,
  type Head,
  type HeadItem,
  type PartItem,
  type RowItem,
  recordItem,
  rowRecordOf,
  shortName,
  unpackAmounts,
} from './findings-items.ts';
import { endOf, type Key, type Place, partitionOf, sortKeys } from './findings-keys.ts';
import type { Edge, FindingsTableOptions, Page, PageOptions } from './findings-port.ts';

/** Records as they are stored, and the state they make: as stored, and with the amounts of the last audit put in. */
export interface Records {
  readonly findings: ReadonlyMap<string, Versioned<FindingRecord>>;
  readonly rows: ReadonlyMap<string, Versioned<RowRecord>>;
  readonly stored: State | undefined;
  readonly shown: State | undefined;
}

function recordsOf(
  place: Place,
  head: Head,
  findingItems: readonly FindingItem[],
  rowItems: readonly RowItem[],
  commits: readonly Commit[],
): Records {
  const findings = new Map(findingItems.map((item) => [item.id, item]));
  const rows = new Map(rowItems.map((item) => [item.id, item]));
  for (const write of commits.flatMap(writesOf)) {
    const item = recordItem(place, write, 0);
    const before = write.of === 'finding' ? findings.get(write.id) : rows.get(write.id);
    if (before && before.seq >= write.seq) continue;
    if (write.of === 'finding') findings.set(write.id, item as FindingItem);
    else rows.set(write.id, item as RowItem);
  }
  const amounts = unpackAmounts(head.amounts);
  const live = [...findings.values()].flatMap((item) => findingRecordOf(item) ?? []);
  const shown = live.map((r) => {
    const moved = amounts.get(shortName(r.finding.id));
    return moved ? { ...r, finding: withAmounts(r.finding, moved) } : r;
  });
  const coverage = new Map(
    [...rows].flatMap(([id, item]) => {
      const record = rowRecordOf(item);
      return record ? [[id, record] as const] : [];
    }),
  );
  const stateWith = (records: readonly Versioned<FindingRecord>[]): State | undefined =>
    head.audit && {
      seq: head.seq,
      audit: head.audit,
      findings: new Map(records.map((r) => [r.finding.id, r])),
      coverage,
      readiness: new Map(head.readiness.map((r) => [r.cluster, r])),
      judged: new Set([...findings.keys()].map(checkOf)),
    };
  return { findings: new Map(live.map((r) => [r.finding.id, r])), rows: coverage, stored: stateWith(live), shown: stateWith(shown) };
}

export const nothing: Head = { version: 0, seq: 0, done: [], readiness: [] };

/** HEAD as the writer of a commit would have left it, had it come that far. Its audit did not complete, so `done` lacks it. */
export function healed(head: Head | undefined, commit: Commit): Omit<Head, 'version'> {
  return {
    seq: commit.seq,
    loggedAt: commit.factsAt,
    audit: auditRefOf(commit),
    at: commit.at,
    done: head?.done ?? [],
    readiness: commit.readiness,
    ...(head?.checkpoint && { checkpoint: head.checkpoint }),
    // Not of this commit: the next audit sees that its item in the fleet is not the one it would write.
    ...(head?.fleet && { fleet: head.fleet }),
  };
}

/** Whether a time can be that of a past audit, and not of a clock that was wrong. */
export const believable = (factsAt: string, now: Date): boolean => Date.parse(factsAt) <= now.getTime() + clockToleranceMs;

const encodeCursor = (key: object): string => Buffer.from(JSON.stringify(key)).toString('base64url');

/** Of our own pages alone: cursors that come from outside are read in shared/query, and none of them gets here. */
function decodeCursor(cursor: string): Record<string, unknown> {
  const key = jsonOf(Buffer.from(cursor, 'base64url').toString('utf8'));
  const isKey = typeof key === 'object' && key !== null && 'pk' in key && 'sk' in key;
  if (!isKey || Object.values(key).some((value) => typeof value !== 'string')) throw new Error(`"${cursor}" is not the cursor of a page.`);
  return { ...key };
}

/** How long audits are kept, and what is known of a region that is no longer audited. */
export const auditDays = 35;
/** Days between checkpoints: short enough that a commit never expires before one holds what it said. */
export const checkpointEvery = (retentionDays: number): number => Math.min(30, retentionDays / 2);
export const remembered = 8;
export const attempts = 20;
/** A HEAD further ahead than this was written by a clock that was wrong, and must not discard audits until then. */
export const clockToleranceMs = 15 * 60_000;
const inFlight = 25;
export const lastNumber = 9_999_999_999;

/** Calls of the table and what readers and writers both read of it. */
export function accessTo(options: FindingsTableOptions) {
  const { client, tableName, retentionDays, now = () => new Date() } = options;
  const limit = pLimit(inFlight);
  const keptUntil = (days: number) => expiryOf(now(), days);
  const table = { TableName: tableName };

  // Calls

  const get = async <T extends Key>(key: Key): Promise<T | undefined> => {
    const { Item } = await client.send(new GetCommand({ ...table, Key: key, ConsistentRead: true }));
    return Item as T | undefined;
  };

  const put = async (Item: Key): Promise<void> => {
    await client.send(new PutCommand({ ...table, Item }));
  };

  /** Whether the condition of a write held. */
  const held = async (write: Promise<unknown>): Promise<boolean> => {
    try {
      await write;
      return true;
    } catch (error) {
      if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return false;
      throw error;
    }
  };
  const putIf = (Item: Key, condition: Omit<PutCommandInput, 'TableName' | 'Item'>) =>
    held(client.send(new PutCommand({ ...table, Item, ...condition })));
  const updateIf = (key: Key, update: Omit<UpdateCommandInput, 'TableName' | 'Key'>) =>
    held(client.send(new UpdateCommand({ ...table, Key: key, ...update })));

  /** The item as it was before; `undefined` where the condition of the update did not hold. */
  const updated = async <T extends Key>(key: Key, update: Omit<UpdateCommandInput, 'TableName' | 'Key'>): Promise<T | undefined> => {
    const write = client.send(new UpdateCommand({ ...table, Key: key, ...update, ReturnValues: 'ALL_OLD' }));
    return (await held(write)) ? ((await write).Attributes as T) : undefined;
  };

  /** Puts without conditions, many at a time; what DynamoDB hands back is sent again, more and more slowly. */
  const putAll = async (items: readonly Key[]): Promise<void> => {
    const batches = Array.from({ length: Math.ceil(items.length / 25) }, (_, n) => items.slice(n * 25, n * 25 + 25));
    const send = async (batch: readonly Key[]) => {
      let requests = batch.map((Item): { PutRequest: { Item: Record<string, unknown> } } => ({ PutRequest: { Item: { ...Item } } }));
      for (let pause = 50; requests.length > 0; pause *= 2) {
        const { UnprocessedItems } = await client.send(new BatchWriteCommand({ RequestItems: { [tableName]: requests } }));
        requests = (UnprocessedItems?.[tableName] ?? []) as typeof requests;
        if (requests.length > 0 && pause > 10_000) throw new Error(`Table ${tableName} did not take ${requests.length} items in time.`);
        if (requests.length > 0) await wait(pause);
      }
    };
    await Promise.all(batches.map((batch) => limit(send, batch)));
  };

  /** One Query, without what has expired. */
  const query = async <T>(
    input: Omit<QueryCommandInput, 'TableName'>,
  ): Promise<{ readonly items: readonly T[]; readonly next?: object }> => {
    const { Items = [], LastEvaluatedKey } = await client.send(
      new QueryCommand({
        ...table,
        ...input,
        FilterExpression: 'attribute_not_exists(expires) OR expires > :now',
        ExpressionAttributeValues: { ...input.ExpressionAttributeValues, ':now': expiryOf(now(), 0) },
      }),
    );
    return { items: Items as T[], ...(LastEvaluatedKey && { next: LastEvaluatedKey }) };
  };

  /** All items of a range of sort keys, in order, read consistently; `only` these attributes of them. */
  const all = async <T>(place: Place, from: string, to: string, only?: string): Promise<readonly T[]> => {
    const items: T[] = [];
    let next: object | undefined;
    do {
      const page = await query<T>({
        ...between(place, from, to),
        ConsistentRead: true,
        ProjectionExpression: only,
        ExclusiveStartKey: next as Record<string, unknown>,
      });
      items.push(...page.items);
      next = page.next;
    } while (next);
    return items;
  };
  const allUnder = <T>(place: Place, prefix: string) => all<T>(place, prefix, endOf(prefix));

  const between = (place: Place, from: string, to: string) => ({
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
    ExpressionAttributeValues: { ':pk': partitionOf(place), ':from': from, ':to': to },
  });

  /** A page: reads on over stretches where everything has expired, so that only the last page is empty. */
  const page = async <T>(input: Omit<QueryCommandInput, 'TableName'>, of: PageOptions = {}): Promise<Page<T>> => {
    const read = (start: object | undefined) =>
      query<T>({
        ...input,
        Limit: of.limit ?? 50,
        ScanIndexForward: of.oldestFirst ?? false,
        ExclusiveStartKey: start as Record<string, unknown>,
      });
    let found = await read(of.cursor === undefined ? undefined : decodeCursor(of.cursor));
    while (found.items.length === 0 && found.next) found = await read(found.next);
    return { items: found.items, ...(found.next && { cursor: encodeCursor(found.next) }) };
  };

  // Reading what is there

  const headKey = (place: Place): Key => ({ pk: partitionOf(place), sk: sortKeys.head });

  const partsOf = async <T>(
    place: Place,
    item: { readonly seq: number; readonly parts?: number; readonly writer?: string },
  ): Promise<readonly T[]> =>
    item.parts === undefined || item.writer === undefined ? [] : allUnder<T>(place, sortKeys.parts(item.seq, item.writer));

  const readCommit = async (place: Place, item: CommitItem): Promise<Commit> => commitOf(item, await partsOf<PartItem>(place, item));

  const commitsBetween = async (place: Place, first: number, last: number): Promise<readonly Commit[]> => {
    if (last < first) return [];
    const items = await all<CommitItem>(place, sortKeys.commit(first), sortKeys.commit(last));
    return Promise.all(items.map((item) => limit(readCommit, place, item)));
  };

  /** The records as of HEAD and the commits after it; `undefined` if somebody wrote a later commit into them meanwhile. */
  const readRecords = async (place: Place, head: Head, commits: readonly Commit[] = []): Promise<Records | undefined> => {
    const [findings, rows] = await Promise.all([allUnder<FindingItem>(place, sortKeys.findings), allUnder<RowItem>(place, sortKeys.rows)]);
    return [...findings, ...rows].some((item) => item.seq > head.seq) ? undefined : recordsOf(place, head, findings, rows, commits);
  };

  /** Never writes: what a commit has not yet put into the records is put into what was read of them. */
  const currentState = async (place: Place): Promise<State | undefined> => {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const head = await get<HeadItem>(headKey(place));
      const commits = await commitsBetween(place, (head?.seq ?? 0) + 1, lastNumber);
      const last = commits.at(-1);
      const reached = last ? { ...healed(head, last), version: 0 } : head;
      if (!reached?.audit) return undefined;
      const records = await readRecords(place, reached, commits);
      if (records) return records.shown;
    }
    throw new Error(`The findings of ${partitionOf(place)} kept changing while they were read.`);
  };

  const edge = async (place: Place): Promise<Edge | undefined> => {
    const head = await get<HeadItem>(headKey(place));
    const seq = head?.seq ?? 0;
    const unfinished = await commitsBetween(place, seq + 1, lastNumber);
    const last = unfinished.at(-1);
    const reached = last ? healed(head, last) : head;
    return (
      reached?.audit && { seq, audit: reached.audit, readiness: reached.readiness, amounts: unpackAmounts(reached.amounts), unfinished }
    );
  };

  return {
    now,
    retentionDays,
    limit,
    keptUntil,
    get,
    put,
    putIf,
    updateIf,
    updated,
    putAll,
    query,
    all,
    allUnder,
    between,
    page,
    headKey,
    partsOf,
    readCommit,
    commitsBetween,
    readRecords,
    currentState,
    edge,
  };
}
