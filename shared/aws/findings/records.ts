/** What readers and writers of the findings table both read: HEAD, the log, the records it adds up to. */
import { setTimeout as wait } from 'node:timers/promises';
import { withAmounts } from '../../core/history/amounts.ts';
import {
  auditRefOf,
  type Commit,
  type CoverageRecord,
  checkOf,
  type FindingRecord,
  type RegionState,
  type Versioned,
  writesOf,
} from '../../core/history/log.ts';
import { jsonOf } from '../../core/text/json.ts';
import type { ItemQuery, ItemReader, Position } from './item-store.ts';
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
} from './items.ts';
import { endOf, type Key, partitionOf, type RegionKey, sortKeys } from './keys.ts';
import type { FindingsTableOptions, Page, PageOptions, RegionHead } from './port.ts';

/** Records as they are stored, and the state they make: as stored, and with the amounts of the last audit put in. */
export interface Records {
  readonly findings: ReadonlyMap<string, Versioned<FindingRecord>>;
  readonly rows: ReadonlyMap<string, Versioned<CoverageRecord>>;
  readonly stored: RegionState | undefined;
  readonly shown: RegionState | undefined;
}

function recordsOf(
  place: RegionKey,
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
    // A name is a hash: none is computed where no amount differs.
    const moved = amounts.size === 0 ? undefined : amounts.get(shortName(r.finding.id));
    return moved ? { ...r, finding: withAmounts(r.finding, moved) } : r;
  });
  const coverage = new Map(
    [...rows].flatMap(([id, item]) => {
      const record = rowRecordOf(item);
      return record ? [[id, record] as const] : [];
    }),
  );
  const stateWith = (records: readonly Versioned<FindingRecord>[]): RegionState | undefined =>
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
    // Not of this commit: the next audit sees that its item in the inventory is not the one it would write.
    ...(head?.fleet && { fleet: head.fleet }),
  };
}

/** Whether a time can be that of a past audit, and not of a clock that was wrong. */
export const believable = (factsAt: string, now: Date): boolean => Date.parse(factsAt) <= now.getTime() + clockToleranceMs;

const encodeCursor = (key: object): string => Buffer.from(JSON.stringify(key)).toString('base64url');

/** Of our own pages alone: cursors that come from outside are read in shared/query, and none of them gets here. */
function decodeCursor(cursor: string): Position {
  const key = jsonOf(Buffer.from(cursor, 'base64url').toString('utf8'));
  const isKey = typeof key === 'object' && key !== null && 'pk' in key && 'sk' in key;
  if (!isKey || Object.values(key).some((value) => typeof value !== 'string')) throw new Error(`"${cursor}" is not the cursor of a page.`);
  return { ...key } as Position;
}

/** How long audits are kept, and what is known of a region that is no longer audited. */
export const auditDays = 35;
/** Days between checkpoints: short enough that a commit never expires before one holds what it said. */
export const checkpointEvery = (retentionDays: number): number => Math.min(30, retentionDays / 2);
export const remembered = 8;
export const attempts = 20;
/** Waits before attempt `attempt` of a write or read that lost a race: exponential backoff with full jitter, at most 500 ms. */
export const backoff = (attempt: number): Promise<void> =>
  attempt === 0 ? Promise.resolve() : wait(Math.random() * Math.min(500, 5 * 2 ** attempt));
/** A HEAD further ahead than this was written by a clock that was wrong, and must not discard audits until then. */
export const clockToleranceMs = 15 * 60_000;
export const lastNumber = 9_999_999_999;

/** The reads. `Store`: a reader needs less of it than one who saves. */
export function accessTo<Store extends ItemReader>(options: Omit<FindingsTableOptions, 'store'> & { readonly store: Store }) {
  const { store, retentionDays, now = () => new Date() } = options;
  const keptUntil = (days: number) => expiryOf(now(), days);

  /** All items of a range of sort keys, in order, read consistently; `only` these attributes of them. */
  const all = async <T>(place: RegionKey, from: string, to: string, only?: readonly string[]): Promise<readonly T[]> => {
    const items: T[] = [];
    let last: Position | undefined;
    do {
      const page = await store.query<T>({
        partition: partitionOf(place),
        from,
        to,
        now: expiryOf(now(), 0),
        consistent: true,
        ...(only && { only }),
        ...(last && { after: last }),
      });
      items.push(...page.items);
      last = page.last;
    } while (last);
    return items;
  };
  const allUnder = <T>(place: RegionKey, prefix: string) => all<T>(place, prefix, endOf(prefix));

  /** A page: reads on over stretches where everything has expired, so that only the last page is empty. */
  const page = async <T>(query: Omit<ItemQuery, 'now' | 'limit' | 'descending' | 'after'>, of: PageOptions = {}): Promise<Page<T>> => {
    const read = (after: Position | undefined) =>
      store.query<T>({
        ...query,
        now: expiryOf(now(), 0),
        limit: of.limit ?? 50,
        descending: !of.oldestFirst,
        ...(after && { after }),
      });
    let found = await read(of.cursor === undefined ? undefined : decodeCursor(of.cursor));
    while (found.items.length === 0 && found.last) found = await read(found.last);
    return { items: found.items, ...(found.last && { cursor: encodeCursor(found.last) }) };
  };

  // Reading what is there

  const headKey = (place: RegionKey): Key => ({ pk: partitionOf(place), sk: sortKeys.head });

  const partsOf = async <T>(
    place: RegionKey,
    item: { readonly seq: number; readonly parts?: number; readonly writer?: string },
  ): Promise<readonly T[]> =>
    item.parts === undefined || item.writer === undefined ? [] : allUnder<T>(place, sortKeys.parts(item.seq, item.writer));

  const readCommit = async (place: RegionKey, item: CommitItem): Promise<Commit> => commitOf(item, await partsOf<PartItem>(place, item));

  const commitsBetween = async (place: RegionKey, first: number, last: number): Promise<readonly Commit[]> => {
    if (last < first) return [];
    const items = await all<CommitItem>(place, sortKeys.commit(first), sortKeys.commit(last));
    return Promise.all(items.map((item) => readCommit(place, item)));
  };

  /** The records as of HEAD and the commits after it; `undefined` if somebody wrote a later commit into them meanwhile. */
  const readRecords = async (place: RegionKey, head: Head, commits: readonly Commit[] = []): Promise<Records | undefined> => {
    const [findings, rows] = await Promise.all([allUnder<FindingItem>(place, sortKeys.findings), allUnder<RowItem>(place, sortKeys.rows)]);
    return [...findings, ...rows].some((item) => item.seq > head.seq) ? undefined : recordsOf(place, head, findings, rows, commits);
  };

  /** Never writes: what a commit has not yet put into the records is put into what was read of them. */
  const currentState = async (place: RegionKey): Promise<RegionState | undefined> => {
    for (let attempt = 0; attempt < attempts; attempt++) {
      await backoff(attempt);
      const head = await store.get<HeadItem>(headKey(place));
      const commits = await commitsBetween(place, (head?.seq ?? 0) + 1, lastNumber);
      const last = commits.at(-1);
      const reached = last ? { ...healed(head, last), version: 0 } : head;
      if (!reached?.audit) return undefined;
      const records = await readRecords(place, reached, commits);
      if (records) return records.shown;
    }
    throw new Error(`The findings of ${partitionOf(place)} kept changing while they were read.`);
  };

  const regionHead = async (place: RegionKey): Promise<RegionHead | undefined> => {
    const head = await store.get<HeadItem>(headKey(place));
    const seq = head?.seq ?? 0;
    const unfinished = await commitsBetween(place, seq + 1, lastNumber);
    const last = unfinished.at(-1);
    const reached = last ? healed(head, last) : head;
    return (
      reached?.audit && { seq, audit: reached.audit, readiness: reached.readiness, amounts: unpackAmounts(reached.amounts), unfinished }
    );
  };

  return {
    store,
    now,
    retentionDays,
    keptUntil,
    all,
    allUnder,
    page,
    headKey,
    partsOf,
    readCommit,
    commitsBetween,
    readRecords,
    currentState,
    regionHead,
  };
}
