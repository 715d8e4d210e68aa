/**
 * The findings table: the log of each region, the records it adds up to, and what is read from them. The marks of those
 * who drive audits stand in the same table and have a file of their own (marks-table.ts). It uses one-item conditional writes alone, so the embedded database and DynamoDB do the same.
 *
 * How an audit is saved, and why no crash and no rival can spoil it:
 *
 * 1. It reads HEAD, then the log after HEAD. What others appended and did not finish it finishes first.
 * 2. Only then it reads the records and compares. Facts older than those of the last completed audit are discarded.
 * 3. Found changes? It says on HEAD that it is about to append, appends the one commit under the next number, which
 *    nobody can do twice, and writes the records, each only over an older one.
 * 4. HEAD moves last, and only if nobody touched it since it was read; else everything is read and compared again.
 *
 * The mark in step 3 is for the one case that numbers alone do not catch: an audit that found nothing appends nothing,
 * so a slow rival with older facts could still append after it. Whoever sees such a mark takes the number itself, with
 * an empty commit if need be, and the rival finds it taken.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import {
  BatchWriteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  type PutCommandInput,
  QueryCommand,
  type QueryCommandInput,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import pLimit from 'p-limit';
import { difference, same, withAmounts } from '../core/amounts.ts';
import { readinessRecords } from '../core/drift.ts';
import { type Finding, findingId, type Level, type RegionResult } from '../core/finding.ts';
import {
  type AlertTopic,
  type AuditRef,
  auditRefOf,
  type Change,
  type Commit,
  checkOf,
  coverageCount,
  type FindingRecord,
  project,
  type RowRecord,
  replay,
  type State,
  type Versioned,
  writesOf,
} from '../core/log.ts';
import {
  type AuditEntry,
  type AuditItem,
  amountsInItem,
  type CheckpointItem,
  type CheckpointPartItem,
  type CommitItem,
  checkpointItems,
  checkpointState,
  commitItems,
  commitOf,
  type DayEntry,
  type DayItem,
  expiryOf,
  type FindingItem,
  type FleetMark,
  findingRecordOf,
  fleetDue,
  fleetItem,
  fleetMark,
  type Head,
  type HeadItem,
  type HistoryEntry,
  type HistoryItem,
  historyItem,
  type PartItem,
  packAmounts,
  type RegionEntry,
  type RowItem,
  recordItem,
  regionEntry,
  rollUp,
  rowRecordOf,
  shortName,
  unpackAmounts,
} from './findings-items.ts';
import {
  endOf,
  indexes,
  type Key,
  type Place,
  partitionOf,
  pendingMark,
  placeOf,
  sortKeys,
  standings,
  tableDefinition,
} from './findings-keys.ts';

/** What is known of an audit before it is compared with the state. */
export interface AuditToSave extends Place {
  readonly auditId: string;
  readonly factsAt: string;
  readonly planHash: string;
  readonly toolVersion: string;
  /** The account's alias, for people to read. */
  readonly alias?: string;
}

/** The last completed audit of a region, in short. */
export interface Summary extends Pick<AuditRef, 'factsAt' | 'coverage' | 'regionState' | 'reason' | 'alias'> {
  readonly readiness: Head['readiness'];
}

/** What an audit comes to against a state. */
export interface Decision {
  /** With everything carried over from the state. */
  readonly result: RegionResult;
  readonly changes: readonly Change[];
  /** Some of the changes are for people to hear. */
  readonly tell: boolean;
}

export interface Saved {
  readonly result: RegionResult;
  readonly changes: readonly Change[];
  /** Number of the commit that holds the changes. */
  readonly commit?: number;
  /** repeated: this audit was completed before; outdated: an audit with newer facts was. Then nothing was written. */
  readonly discarded?: 'repeated' | 'outdated';
}

/** How far the records of a region have come along its log, and what they do not say yet. */
export interface Edge {
  /** Commits up to this one are in the records. */
  readonly seq: number;
  /** The last completed audit; of a commit that nobody finished, that one. */
  readonly audit: AuditRef;
  readonly readiness: Head['readiness'];
  /** Amounts that differ from those in the records, by `shortName`. */
  readonly amounts: ReturnType<typeof unpackAmounts>;
  /** Commits that were appended and that no audit has put into the records yet. */
  readonly unfinished: readonly Commit[];
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Where the next page begins; absent on the last. A page may be short of the limit and yet not be the last. */
  readonly cursor?: string;
}

export interface PageOptions {
  readonly limit?: number;
  readonly cursor?: string;
  /** Default: the newest first. */
  readonly oldestFirst?: boolean;
}

export interface Period {
  readonly from?: string;
  readonly to?: string;
}

export interface FindingsTable {
  /** Compares and appends, as the head of this file says. `decide` may be called more than once, with a newer state each time. */
  readonly save: (audit: AuditToSave, decide: (previous: State | undefined) => Decision) => Promise<Saved>;
  /** Findings, coverage and readiness of a region as the last completed audit left them; `undefined` before the first. */
  readonly currentState: (place: Place) => Promise<State | undefined>;
  /** What the records of a region do not say; two reads. `undefined` before the first audit. */
  readonly edge: (place: Place) => Promise<Edge | undefined>;
  /** The state at a moment, or from when on moments are kept. */
  readonly stateAt: (place: Place, moment: string) => Promise<State | { readonly notKeptBefore: string | undefined }>;
  readonly commit: (place: Place, seq: number) => Promise<Commit | undefined>;
  /** Commits whose facts are from that period, ends included. */
  readonly changesBetween: (place: Place, period: Period, page?: PageOptions) => Promise<Page<Commit>>;
  readonly historyOf: (place: Place, findingId: string, page?: PageOptions) => Promise<Page<HistoryEntry>>;
  readonly audits: (place: Place, period?: Period, page?: PageOptions) => Promise<Page<AuditEntry>>;
  /** Roll-ups of amounts by day (`from`, `to`: YYYY-MM-DD). */
  readonly days: (place: Place, period?: Period, page?: PageOptions) => Promise<Page<DayEntry>>;
  /** Failures over all regions, carried-over and muted ones too. */
  readonly openFailures: (level: Level, page?: PageOptions) => Promise<Page<Place & Versioned<FindingRecord>>>;
  /** Commits that nobody has confirmed as told, the oldest first. */
  readonly pendingCommits: (page?: PageOptions) => Promise<Page<Place & { readonly seq: number; readonly at: string }>>;
  /** The last completed audit of a region without its findings, by one read; `undefined` before the first. */
  readonly summary: (place: Place) => Promise<Summary | undefined>;
  /** These topics took the commit's message, another did not: only that one is to get it next time. */
  readonly markAccepted: (place: Place, seq: number, topics: readonly AlertTopic[]) => Promise<void>;
  /** The first message of the commit was accepted; what it holds back keeps it pending. */
  readonly markTold: (place: Place, seq: number) => Promise<void>;
  /** Every message of the commit was accepted: it is no longer pending. */
  readonly confirmTold: (place: Place, seq: number) => Promise<void>;
}

/** The table for those who save no audits. */
export type FindingsReader = Omit<FindingsTable, 'save'>;

export interface FindingsTableOptions {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  /** How long log and history are kept. */
  readonly retentionDays: number;
  readonly now?: () => Date;
}

/** Records as they are stored, and the state they make: as stored, and with the amounts of the last audit put in. */
interface Records {
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

const nothing: Head = { version: 0, seq: 0, done: [], readiness: [] };

/** HEAD as the writer of a commit would have left it, had it come that far. Its audit did not complete, so `done` lacks it. */
function healed(head: Head | undefined, commit: Commit): Omit<Head, 'version'> {
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
const believable = (factsAt: string, now: Date): boolean => Date.parse(factsAt) <= now.getTime() + clockToleranceMs;

const encodeCursor = (key: object): string => Buffer.from(JSON.stringify(key)).toString('base64url');

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function decodeCursor(cursor: string): Record<string, unknown> {
  const key = parsed(Buffer.from(cursor, 'base64url').toString('utf8'));
  if (typeof key !== 'object' || key === null || !('pk' in key) || !('sk' in key))
    throw new Error(`"${cursor}" is not the cursor of a page.`);
  return { ...key };
}

/** How long audits are kept, and what is known of a region that is no longer audited. */
export const auditDays = 35;
/** Days between checkpoints: short enough that a commit never expires before one holds what it said. */
const checkpointEvery = (retentionDays: number): number => Math.min(30, retentionDays / 2);
const remembered = 8;
const attempts = 20;
/** A HEAD further ahead than this was written by a clock that was wrong, and must not discard audits until then. */
const clockToleranceMs = 15 * 60_000;
const inFlight = 25;
const lastNumber = 9_999_999_999;

/** A document client; `undefined` properties are left out. */
export const documentClient = (config: DynamoDBClientConfig): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(new DynamoDBClient(config), { marshallOptions: { removeUndefinedValues: true } });

/** The table's status (`ACTIVE`, `CREATING` …), or `undefined` where there is no such table. */
export async function tableStatus(client: DynamoDBDocumentClient, tableName: string): Promise<string | undefined> {
  try {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: tableName }));
    return Table?.TableStatus;
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

/** Makes the table and waits until it can be written to. */
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
        Projection: 'NonKeyAttributes' in Projection ? { ...Projection, NonKeyAttributes: [...Projection.NonKeyAttributes] } : Projection,
      })),
    }),
  );
  for (let pause = 1; (await tableStatus(client, tableName)) !== 'ACTIVE'; pause = Math.min(1000, pause * 2)) await wait(pause);
}

/** Calls of the table and what readers and writers both read of it. */
function accessTo(options: FindingsTableOptions) {
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

  /** All items of a range of sort keys, in order, read consistently. */
  const all = async <T>(place: Place, from: string, to: string): Promise<readonly T[]> => {
    const items: T[] = [];
    let next: object | undefined;
    do {
      const page = await query<T>({
        ...between(place, from, to),
        ConsistentRead: true,
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

/** How an audit is saved. A function of its own, so that a bundle which only reads the table is without all of it. */
function saving(access: ReturnType<typeof accessTo>): FindingsTable['save'] {
  const { now, retentionDays, limit, keptUntil, get, put, putIf, updateIf, putAll, all, headKey, partsOf, commitsBetween, readRecords } =
    access;

  /** Moves HEAD from what was read; false if somebody else did in between. */
  const moveHead = (place: Place, read: Head | undefined, head: Omit<Head, 'version'>): Promise<boolean> => {
    const item = { ...head, ...headKey(place), version: (read?.version ?? 0) + 1 };
    return read
      ? putIf(item, { ConditionExpression: 'version = :read', ExpressionAttributeValues: { ':read': read.version } })
      : putIf(item, { ConditionExpression: 'attribute_not_exists(pk)' });
  };

  /** Writes a commit into the records and the histories. Can be done by anyone, any number of times. */
  const applyCommit = async (place: Place, commit: Commit): Promise<void> => {
    const expires = keptUntil(retentionDays);
    const records = writesOf(commit).map((write) => recordItem(place, write, expires));
    await Promise.all(
      records.map((item) =>
        limit(putIf, item, {
          ConditionExpression: 'attribute_not_exists(pk) OR seq < :seq',
          ExpressionAttributeValues: { ':seq': commit.seq },
        }),
      ),
    );
    await putAll(commit.changes.flatMap((c) => (c.of === 'finding' ? [historyItem(place, commit, c, expires)] : [])));
  };

  /** Appends the commit; false if its number is taken. */
  const append = async (place: Place, commit: Commit): Promise<boolean> => {
    const { item, parts } = commitItems(place, commit, randomUUID(), keptUntil(retentionDays));
    for (const part of parts) await put(part);
    return putIf(item, { ConditionExpression: 'attribute_not_exists(pk)' });
  };

  /** Writes the words of findings and rows anew that say something else though nothing about them is drift. */
  const refresh = async (place: Place, records: Records, result: RegionResult, factsAt: string): Promise<readonly Finding[]> => {
    const pk = partitionOf(place);
    const moved: Finding[] = [];
    const updates: (readonly [Key, string, number, object])[] = [];
    for (const { since, ...fresh } of result.findings) {
      const kept = records.findings.get(fresh.id);
      const how = kept ? difference(kept.finding, fresh) : 'none';
      if (how === 'amounts' && moved.length < amountsInItem) moved.push(fresh);
      else if (kept && how !== 'none') updates.push([{ pk, sk: sortKeys.finding(fresh.id) }, 'finding', kept.seq, fresh]);
    }
    for (const { since, last, ...fresh } of result.coverage.unevaluated) {
      const id = findingId(fresh);
      const kept = records.rows.get(id);
      if (kept && !same(kept.row, fresh)) updates.push([{ pk, sk: sortKeys.row(id) }, 'row', kept.seq, fresh]);
    }
    await Promise.all(
      updates.map(([key, name, seq, value]) =>
        limit(updateIf, key, {
          UpdateExpression: 'SET #record = :record, refreshed = :at',
          ConditionExpression: 'seq = :seq AND (attribute_not_exists(refreshed) OR refreshed <= :at)',
          ExpressionAttributeNames: { '#record': name },
          ExpressionAttributeValues: { ':record': value, ':seq': seq, ':at': factsAt },
        }),
      ),
    );
    return moved;
  };

  const putAudit = async (place: Place, audit: AuditRef, result: RegionResult, commit: number | undefined): Promise<string> => {
    const counted = result.findings.filter((f) => f.have !== undefined);
    const amounts = packAmounts(counted.slice(0, amountsInItem));
    const item: AuditItem = {
      pk: partitionOf(place),
      sk: sortKeys.audit(audit.factsAt, audit.auditId),
      auditId: audit.auditId,
      factsAt: audit.factsAt,
      at: now().toISOString(),
      regionState: audit.regionState,
      coverage: coverageCount(result),
      readiness: Object.fromEntries(result.readiness.map((r) => [r.cluster, r.state])),
      amounts,
      ...(counted.length > amountsInItem && { amountsLeftOut: counted.length - amountsInItem }),
      ...(commit !== undefined && { commit }),
      expires: keptUntil(auditDays),
    };
    await put(item);
    return amounts;
  };

  const rollUpDay = async (place: Place, factsAt: string, amounts: string): Promise<void> => {
    const date = factsAt.slice(0, 10);
    const key = { pk: partitionOf(place), sk: sortKeys.day(date) };
    for (let attempt = 0; attempt < attempts; attempt++) {
      const before = await get<DayItem>(key);
      const item: DayItem = { ...key, date, factsAt, amounts: rollUp(before?.amounts, amounts), expires: keptUntil(retentionDays) };
      const done = await putIf(
        item,
        before
          ? { ConditionExpression: 'factsAt = :read', ExpressionAttributeValues: { ':read': before.factsAt } }
          : { ConditionExpression: 'attribute_not_exists(pk)' },
      );
      if (done) return;
    }
    throw new Error(`The roll-up of ${date} in ${key.pk} kept changing while it was written.`);
  };

  /** Writes a checkpoint when one is due, and lets the one before it expire. The newest has no expiry. */
  const checkpoint = async (place: Place, head: Omit<Head, 'version'>, state: State): Promise<Head['checkpoint']> => {
    const { audit, loggedAt } = head;
    if (!audit || loggedAt === undefined) return head.checkpoint;
    const last = head.checkpoint ?? { seq: 0, at: audit.factsAt, planHash: audit.planHash };
    const age = Date.parse(audit.factsAt) - Date.parse(last.at);
    if (age < checkpointEvery(retentionDays) * 86_400_000 && last.planHash === audit.planHash) return last;
    if (last.seq === state.seq) return { ...last, planHash: audit.planHash };
    const { item, parts } = checkpointItems(place, { ...state, audit }, loggedAt, randomUUID());
    for (const part of parts) await put(part);
    await put(item);
    await expireCheckpoints(place, state.seq - 1);
    return { seq: state.seq, at: audit.factsAt, planHash: audit.planHash };
  };

  const expireCheckpoints = async (place: Place, upTo: number): Promise<void> => {
    const items = await all<CheckpointItem>(place, sortKeys.checkpoint(0), sortKeys.checkpoint(upTo));
    const old = items.filter((item) => item.expires === undefined);
    const keys = await Promise.all(old.map(async (item) => [item, ...(await partsOf<CheckpointPartItem>(place, item))]));
    await Promise.all(
      keys
        .flat()
        .map(({ pk, sk }) =>
          limit(
            updateIf,
            { pk, sk },
            { UpdateExpression: 'SET expires = :at', ExpressionAttributeValues: { ':at': keptUntil(retentionDays) } },
          ),
        ),
    );
  };

  /** Writes the region's item in the fleet where it is due: never over one of a later commit or of newer facts. */
  const noteInFleet = async (
    place: Place,
    seq: number,
    audit: AuditRef,
    entry: RegionEntry,
    before: FleetMark | undefined,
  ): Promise<FleetMark> => {
    const mark = fleetMark(entry, audit.factsAt);
    if (before && !fleetDue(before, mark)) return before;
    await putIf(fleetItem(place, seq, audit.factsAt, entry, keptUntil(auditDays)), {
      ConditionExpression: 'attribute_not_exists(pk) OR seq < :seq OR (seq = :seq AND (factsAt <= :at OR factsAt > :believable))',
      ExpressionAttributeValues: {
        ':seq': seq,
        ':at': audit.factsAt,
        ':believable': new Date(now().getTime() + clockToleranceMs).toISOString(),
      },
    });
    return mark;
  };

  const save = async (audit: AuditToSave, decide: (previous: State | undefined) => Decision): Promise<Saved> => {
    const place: Place = { account: audit.account, region: audit.region };
    const writer = randomUUID();
    let appended: { readonly seq: number; readonly changes: readonly Change[] } | undefined;
    for (let attempt = 0; attempt < attempts; attempt++) {
      const head = await get<HeadItem>(headKey(place));

      // What others appended and did not finish comes first. Applying is safe to repeat; only one of us moves HEAD.
      const unfinished = await commitsBetween(place, (head?.seq ?? 0) + 1, lastNumber);
      const last = unfinished.at(-1);
      if (last) {
        for (const commit of unfinished) await applyCommit(place, commit);
        await moveHead(place, head, healed(head, last));
        continue;
      }
      const records = await readRecords(place, head ?? nothing);
      if (!records) continue;
      const previous = records.shown;

      const outdated = head?.audit !== undefined && audit.factsAt < head.audit.factsAt && believable(head.audit.factsAt, now());
      const repeated = head?.done.includes(audit.auditId) === true;
      if (appended && (outdated || repeated)) return { result: decide(previous).result, changes: appended.changes, commit: appended.seq };
      if (repeated || outdated) return { result: decide(previous).result, changes: [], discarded: repeated ? 'repeated' : 'outdated' };

      const { result, changes, tell } = decide(previous);
      const ref: AuditRef = {
        auditId: audit.auditId,
        factsAt: audit.factsAt,
        planHash: audit.planHash,
        toolVersion: audit.toolVersion,
        regionState: result.state,
        ...(result.reason !== undefined && { reason: result.reason }),
        coverage: coverageCount(result),
        ...(audit.alias !== undefined && { alias: audit.alias }),
      };
      let read: Head | undefined = head;
      let seq = head?.seq ?? 0;
      let state = records.stored;
      let loggedAt = head?.loggedAt;
      const rival = head?.appending !== undefined && head.appending !== writer;
      if (changes.length > 0 || rival) {
        const marked = { ...(head ?? nothing), appending: writer };
        if (!(await moveHead(place, head, marked))) continue;
        read = { ...marked, version: (head?.version ?? 0) + 1 };
        const commit: Commit = {
          ...ref,
          seq: seq + 1,
          at: now().toISOString(),
          changes,
          readiness: readinessRecords(result, audit.factsAt),
          ...(tell && { pending: true as const }),
        };
        if (!(await append(place, commit))) continue;
        appended = { seq: commit.seq, changes: [...(appended?.changes ?? []), ...changes] };
        await applyCommit(place, commit);
        seq = commit.seq;
        loggedAt = commit.factsAt;
        state = project(state, commit);
      }
      const moved = await refresh(place, records, result, audit.factsAt);
      const amounts = await putAudit(place, ref, result, appended?.seq);
      await rollUpDay(place, audit.factsAt, amounts);
      const readiness = readinessRecords(result, audit.factsAt);
      const fleet = await noteInFleet(place, seq, ref, regionEntry(ref, result, readiness), head?.fleet);
      const next: Omit<Head, 'version'> = {
        seq,
        ...(loggedAt !== undefined && { loggedAt }),
        audit: ref,
        at: now().toISOString(),
        done: [audit.auditId, ...(head?.done ?? []).filter((id) => id !== audit.auditId)].slice(0, remembered),
        readiness,
        fleet,
        ...(moved.length > 0 && { amounts: packAmounts(moved) }),
        ...(head?.checkpoint && { checkpoint: head.checkpoint }),
      };
      const due = state ? await checkpoint(place, next, state) : undefined;
      if (await moveHead(place, read, { ...next, ...(due && { checkpoint: due }) }))
        return { result, changes: appended?.changes ?? [], ...(appended && { commit: appended.seq }) };
    }
    throw new Error(`The audit ${audit.auditId} of ${partitionOf(place)} lost ${attempts} races in a row and was not saved.`);
  };

  return save;
}

/** The findings table on a DynamoDB client, for those who save audits too. */
export function findingsTable(options: FindingsTableOptions): FindingsTable {
  const access = accessTo(options);
  return { ...reading(access), save: saving(access) };
}

/** The findings table on a DynamoDB client, for those who only read it and say what was told. */
export const findingsReader = (options: FindingsTableOptions): FindingsReader => reading(accessTo(options));

function reading(access: ReturnType<typeof accessTo>): FindingsReader {
  const {
    now,
    limit,
    get,
    updateIf,
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
  } = access;

  const stateAt = async (place: Place, moment: string): Promise<State | { readonly notKeptBefore: string | undefined }> => {
    const head = await get<HeadItem>(headKey(place));
    const nearest = async (side: '<=' | '>') => {
      const input = {
        IndexName: indexes.time,
        KeyConditionExpression: `pk = :pk AND logOrder ${side} :moment`,
        ExpressionAttributeValues: { ':pk': partitionOf(place), ':moment': endOf(moment) },
      };
      return (await page<{ readonly seq: number }>(input, { limit: 1, oldestFirst: side === '>' })).items[0];
    };
    const [before, after] = await Promise.all([nearest('<='), nearest('>')]);
    const seq = before?.seq ?? (after ? after.seq - 1 : (head?.seq ?? 0));
    const checkpoints = await all<CheckpointItem>(place, sortKeys.checkpoint(0), sortKeys.checkpoint(seq));
    const base = checkpoints.at(-1);
    const commits = await commitsBetween(place, (base?.seq ?? 0) + 1, seq);
    const whole = commits.length === seq - (base?.seq ?? 0);
    const reached = before !== undefined || (base?.seq === seq && base.from <= moment);
    if (whole && reached) {
      const start = base && checkpointState(base, await partsOf<CheckpointPartItem>(place, base));
      const state = replay(commits, start);
      if (state) return state;
    }
    return (
      (head && after === undefined ? await stateOfRecords(place, head, moment) : undefined) ?? {
        notKeptBefore: await keptSince(place, head),
      }
    );
  };

  /** Where the log is gone, as after a long silence, the records still say what has been so since its last commit. */
  const stateOfRecords = async (place: Place, head: Head, moment: string): Promise<State | undefined> => {
    const { loggedAt } = head;
    if (loggedAt === undefined || loggedAt > moment) return undefined;
    const stored = (await readRecords(place, head))?.stored;
    return stored && { ...stored, audit: { ...stored.audit, factsAt: loggedAt } };
  };

  const keptSince = async (place: Place, head: Head | undefined): Promise<string | undefined> => {
    // What has expired may stand before it for a while, on the embedded database for ever.
    const commits = between(place, sortKeys.commits, endOf(sortKeys.commits));
    const [oldest] = (await page<CommitItem>(commits, { limit: 20, oldestFirst: true })).items;
    if (oldest?.seq === 1) return oldest.factsAt;
    const checkpoints = await allUnder<CheckpointItem>(place, sortKeys.checkpoints);
    const base = oldest ? checkpoints.find((c) => c.seq >= oldest.seq - 1) : checkpoints.find((c) => c.seq === head?.seq);
    return base?.from ?? head?.loggedAt;
  };

  const range = (place: Place, prefix: string, { from = '', to }: Period = {}) =>
    between(place, `${prefix}${from}`, to === undefined ? endOf(prefix) : endOf(`${prefix}${to}`));

  return {
    currentState,
    edge,
    stateAt,
    commit: async (place, seq) => {
      const item = await get<CommitItem>({ pk: partitionOf(place), sk: sortKeys.commit(seq) });
      return item && item.expires > expiryOf(now(), 0) ? readCommit(place, item) : undefined;
    },
    changesBetween: async (place, { from = ' ', to = '' }, of) => {
      const found = await page<{ readonly seq: number }>(
        {
          IndexName: indexes.time,
          KeyConditionExpression: 'pk = :pk AND logOrder BETWEEN :from AND :to',
          ExpressionAttributeValues: { ':pk': partitionOf(place), ':from': from, ':to': endOf(to) },
        },
        of,
      );
      const items = await Promise.all(
        found.items.map(({ seq }) =>
          limit(async () => {
            const item = await get<CommitItem>({ pk: partitionOf(place), sk: sortKeys.commit(seq) });
            return item && readCommit(place, item);
          }),
        ),
      );
      return { ...found, items: items.filter((c) => c !== undefined) };
    },
    historyOf: async (place, id, of) => {
      const found = await page<HistoryItem>(range(place, sortKeys.histories(id)), of);
      return { ...found, items: found.items.map(({ pk, sk, expires, ...entry }) => entry) };
    },
    audits: async (place, period, of) => {
      const found = await page<AuditItem>(range(place, sortKeys.audits, period), of);
      return { ...found, items: found.items.map(({ pk, sk, expires, ...entry }) => entry) };
    },
    days: async (place, period, of) => {
      const found = await page<DayItem>(range(place, sortKeys.days, period), of);
      return { ...found, items: found.items.map(({ pk, sk, expires, ...entry }) => entry) };
    },
    openFailures: async (level, of) => {
      const found = await page<FindingItem>(
        {
          IndexName: indexes.open,
          KeyConditionExpression: '#open = :level',
          ExpressionAttributeNames: { '#open': 'open' },
          ExpressionAttributeValues: { ':level': standings.fail[level] },
        },
        of,
      );
      return {
        ...found,
        items: found.items.flatMap((item) => {
          const record = findingRecordOf(item);
          return record ? [{ ...placeOf(item.pk), ...record }] : [];
        }),
      };
    },
    pendingCommits: async (of) => {
      const found = await page<CommitItem>(
        {
          IndexName: indexes.pending,
          KeyConditionExpression: 'pending = :pending',
          ExpressionAttributeValues: { ':pending': pendingMark },
        },
        { oldestFirst: true, ...of },
      );
      return {
        ...found,
        items: found.items.map(({ pk, sk, at }) => ({ ...placeOf(pk), seq: Number(sk.slice(sortKeys.commits.length)), at })),
      };
    },
    summary: async (place) => {
      const head = await get<HeadItem>(headKey(place));
      if (!head?.audit) return undefined;
      const { factsAt, coverage, regionState, reason, alias } = head.audit;
      return {
        factsAt,
        coverage,
        regionState,
        ...(reason !== undefined && { reason }),
        ...(alias !== undefined && { alias }),
        readiness: head.readiness,
      };
    },
    markAccepted: async (place, seq, topics) => {
      await updateIf(
        { pk: partitionOf(place), sk: sortKeys.commit(seq) },
        {
          UpdateExpression: 'SET accepted = :topics',
          ConditionExpression: 'attribute_exists(pending)',
          ExpressionAttributeValues: { ':topics': topics },
        },
      );
    },
    markTold: async (place, seq) => {
      await updateIf(
        { pk: partitionOf(place), sk: sortKeys.commit(seq) },
        {
          UpdateExpression: 'SET told = :yes REMOVE accepted',
          ConditionExpression: 'attribute_exists(pending)',
          ExpressionAttributeValues: { ':yes': true },
        },
      );
    },
    confirmTold: async (place, seq) => {
      await updateIf(
        { pk: partitionOf(place), sk: sortKeys.commit(seq) },
        { UpdateExpression: 'REMOVE pending, told, accepted', ConditionExpression: 'attribute_exists(pk)' },
      );
    },
  };
}
