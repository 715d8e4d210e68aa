/**
 * The findings table: the log of each region, the records it adds up to, and what is read from them. How an audit is saved
 * stands in findings-save.ts; the marks of those who drive audits, in the same table, have a file of their own
 * (marks-table.ts).
 */
import { replay, type State } from '../core/log.ts';
import { accessTo } from './findings-access.ts';
import {
  type AuditItem,
  type CheckpointItem,
  type CheckpointPartItem,
  type CommitItem,
  checkpointState,
  type DayItem,
  expiryOf,
  type FindingItem,
  findingRecordOf,
  type Head,
  type HeadItem,
  type HistoryItem,
  isKept,
  type PartItem,
} from './findings-items.ts';
import { endOf, indexes, type Place, partitionOf, pendingMark, placeOf, sortKeys, standings } from './findings-keys.ts';
import type { FindingsReader, FindingsTable, FindingsTableOptions, Period } from './findings-port.ts';
import { saving } from './findings-save.ts';

export { auditDays } from './findings-access.ts';
export { createTable, documentClient, tableStatus } from './findings-client.ts';
export type * from './findings-port.ts';

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
    retentionDays,
    limit,
    keptUntil,
    get,
    updateIf,
    updated,
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

  const checkpointUpTo = async (place: Place, seq: number): Promise<{ readonly from: string; readonly state: State } | undefined> => {
    const items = await all<CheckpointItem>(place, sortKeys.checkpoint(0), sortKeys.checkpoint(seq));
    for (const item of items.toReversed()) {
      const state = checkpointState(item, await partsOf<CheckpointPartItem>(place, item));
      if (state) return { from: item.from, state };
    }
    return undefined;
  };

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
    // The last commit up to then, by the one after it: a pending one can outlive what followed it.
    const seq = after ? after.seq - 1 : Math.max(before?.seq ?? 0, head?.seq ?? 0);
    const base = await checkpointUpTo(place, seq);
    const commits = await commitsBetween(place, (base?.state.seq ?? 0) + 1, seq);
    const whole = commits.length === seq - (base?.state.seq ?? 0);
    const reached = before?.seq === seq || (base?.state.seq === seq && base.from <= moment);
    const state = whole && reached ? replay(commits, base?.state) : undefined;
    return (
      state ??
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

  /** The first commit after which none is missing; one more than the last where the log is gone. */
  const oldestOf = async (place: Place, head: Head | undefined): Promise<number> => {
    const input = {
      IndexName: indexes.time,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': partitionOf(place) },
    };
    let oldest = (head?.seq ?? 0) + 1;
    let cursor: string | undefined;
    do {
      const read = await page<{ readonly seq: number }>(input, { limit: 1000, ...(cursor !== undefined && { cursor }) });
      for (const { seq } of read.items) {
        if (seq < oldest - 1) return oldest;
        oldest = Math.min(oldest, seq);
      }
      cursor = read.cursor;
    } while (cursor !== undefined);
    return oldest;
  };

  const keptSince = async (place: Place, head: Head | undefined): Promise<string | undefined> => {
    const oldest = await oldestOf(place, head);
    const first = oldest === 1 ? await get<CommitItem>({ pk: partitionOf(place), sk: sortKeys.commit(1) }) : undefined;
    if (first) return first.factsAt;
    const checkpoints = await allUnder<CheckpointItem>(place, sortKeys.checkpoints);
    return checkpoints.find((c) => c.seq >= oldest - 1)?.from ?? head?.loggedAt;
  };

  const range = (place: Place, prefix: string, { from = '', to }: Period = {}) =>
    between(place, `${prefix}${from}`, to === undefined ? endOf(prefix) : endOf(`${prefix}${to}`));

  return {
    currentState,
    edge,
    stateAt,
    commit: async (place, seq) => {
      const item = await get<CommitItem>({ pk: partitionOf(place), sk: sortKeys.commit(seq) });
      return item && isKept(item, expiryOf(now(), 0)) ? readCommit(place, item) : undefined;
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
    historyOf: async (place, id, { before, ...of } = {}) => {
      const prefix = sortKeys.histories(id);
      const upTo = before === undefined ? endOf(prefix) : sortKeys.history(id, before - 1);
      const found = await page<HistoryItem>(between(place, prefix, upTo), of);
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
      const expires = { ExpressionAttributeValues: { ':expires': keptUntil(retentionDays) } };
      const item = await updated<CommitItem>(
        { pk: partitionOf(place), sk: sortKeys.commit(seq) },
        {
          ...expires,
          UpdateExpression: 'SET expires = :expires REMOVE pending, told, accepted',
          ConditionExpression: 'attribute_exists(pending)',
        },
      );
      if (!item) return;
      for (const { pk, sk } of await partsOf<PartItem>(place, item))
        await updateIf({ pk, sk }, { ...expires, UpdateExpression: 'SET expires = :expires', ConditionExpression: 'attribute_exists(pk)' });
    },
  };
}
