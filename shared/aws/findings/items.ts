/** What the items of the findings table look like, and how core's records go in and come out. No calls. */
import { createHash } from 'node:crypto';
import { type Finding, findingId, type RegionResult } from '../../core/evaluation/finding.ts';
import type { Rules } from '../../core/evaluation/rules.ts';
import {
  type AlertTopic,
  type AuditRef,
  auditRefOf,
  briefOf,
  type Change,
  type Commit,
  type CoverageCount,
  type CoverageRecord,
  type FindingChange,
  type FindingRecord,
  type FindingSummary,
  type ReadinessRecord,
  type RecordWrite,
  type RegionState,
  severity,
  type Versioned,
} from '../../core/history/log.ts';
import { stateOrder, whyUnread } from '../../core/render/words.ts';
import {
  deploymentPartition,
  inventoryPartition,
  type Key,
  monthOf,
  openPartitions,
  orderOf,
  partitionOf,
  pendingMark,
  type RegionKey,
  sortKeys,
} from './keys.ts';

/** Items hold 400 KB; JSON is never shorter than what DynamoDB counts, and the rest is room for keys. */
const itemBytes = 300 * 1024;

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value), 'utf8');

/** Splits a list so that no piece is over the size of an item. One entry alone is never that large. */
function pieces<T>(entries: readonly T[]): readonly (readonly T[])[] {
  const out: T[][] = [[]];
  let size = 0;
  for (const entry of entries) {
    const bytes = bytesOf(entry);
    if (size > 0 && size + bytes > itemBytes) {
      out.push([]);
      size = 0;
    }
    out.at(-1)?.push(entry);
    size += bytes;
  }
  return out;
}

/** Epoch second at which something written at `at` is no longer kept. */
export const expiryOf = (at: Date, days: number): number => Math.floor(at.getTime() / 1000) + days * 86_400;

// Commits

export interface CommitItem extends Key, AuditRef {
  readonly seq: number;
  readonly at: string;
  /** Where it stands in the indexes of commits. */
  readonly logOrder: string;
  readonly month: string;
  readonly readiness: readonly ReadinessRecord[];
  /** The changes, or how many items hold them and who wrote those. */
  readonly changes?: readonly Change[];
  readonly parts?: number;
  readonly writer?: string;
  readonly pending?: string;
  readonly told?: true;
  readonly accepted?: readonly AlertTopic[];
  /** Absent while it is pending. */
  readonly expires?: number;
}

export interface PartItem extends Key {
  readonly changes: readonly Change[];
  readonly expires: number;
}

/**
 * Days by which the parts of a commit outlive it until it was told. Not for ever, as the commit itself: parts are there
 * before it, and those of who died in between are nobody's.
 */
const partsOutlive = 400;

/**
 * A commit as items: the parts that have to be there first, then the commit itself. What is pending does not expire, for
 * the alert would be lost with it. `expires`: when it does where there is nothing to tell.
 */
export function commitItems(
  place: RegionKey,
  commit: Commit,
  writer: string,
  expires: number,
): { readonly parts: readonly PartItem[]; readonly item: CommitItem } {
  const pk = partitionOf(place);
  const { changes, readiness, pending, seq, at } = commit;
  const split = pieces(changes);
  const inOne = split.length === 1 && bytesOf(changes) + bytesOf(readiness) <= itemBytes;
  const item = {
    pk,
    sk: sortKeys.commit(seq),
    ...auditRefOf(commit),
    seq,
    at,
    logOrder: orderOf.commit(commit.factsAt, place, seq),
    month: monthOf(commit.factsAt),
    readiness,
    ...(inOne ? { changes } : { parts: split.length, writer }),
    ...(pending ? { pending: pendingMark } : { expires }),
  };
  const last = pending ? expires + partsOutlive * 86_400 : expires;
  return { item, parts: inOne ? [] : split.map((piece, n) => ({ pk, sk: sortKeys.part(seq, writer, n), changes: piece, expires: last })) };
}

/** Whether it is still there at `now`, an epoch second: DynamoDB deletes late. */
export const isRetained = ({ expires }: { readonly expires?: number }, now: number): boolean => expires === undefined || expires > now;

/** A commit from its item and, where the item has none of its own, the changes of its parts. */
export function commitOf(item: CommitItem, parts: readonly PartItem[]): Commit {
  if (item.parts !== undefined && item.parts !== parts.length)
    throw new Error(`Commit ${item.seq} of ${item.pk} has ${item.parts} parts, ${parts.length} of them were found.`);
  return {
    ...auditRefOf(item),
    seq: item.seq,
    at: item.at,
    changes: item.changes ?? parts.flatMap((p) => p.changes),
    readiness: item.readiness,
    ...(item.pending !== undefined && { pending: true as const }),
    ...(item.told && { told: true as const }),
    ...(item.accepted && { accepted: item.accepted }),
  };
}

// Records: what the log adds up to

interface RecordItem extends Key {
  readonly id: string;
  readonly seq: number;
  /** It is gone; only its version stays, so that nothing older brings it back. */
  readonly gone?: true;
  readonly expires?: number;
  /** factsAt of the audit that last wrote its words anew. */
  readonly refreshed?: string;
  /** Partitions and place in the indexes of records. A tombstone has none, so it is in none of them. */
  readonly open?: string;
  readonly check?: string;
  readonly cluster?: string;
  readonly order?: string;
}
export type FindingItem = RecordItem & Partial<FindingRecord>;
export type RowItem = RecordItem & Partial<CoverageRecord>;

/** The item that a commit writes over one record. A tombstone expires, a live record does not. */
export function recordItem(place: RegionKey, write: RecordWrite, expires: number): FindingItem | RowItem {
  const pk = partitionOf(place);
  const sk = write.of === 'finding' ? sortKeys.finding(write.id) : sortKeys.row(write.id);
  const base = { pk, sk, id: write.id, seq: write.seq };
  if (!write.record) return { ...base, gone: true, expires };
  return { ...base, ...write.record, ...(write.of === 'finding' ? findingKeys(place, write.record) : rowKeys(place, write.record)) };
}

type IndexKeys = Pick<RecordItem, 'open' | 'check' | 'cluster' | 'order'>;

const indexKeys = ({ check, cluster }: { readonly check: string; readonly cluster?: string }, open: string, order: string): IndexKeys => ({
  open,
  check,
  ...(cluster !== undefined && { cluster }),
  order,
});

export function findingKeys(place: RegionKey, { finding, since }: Pick<FindingRecord, 'finding' | 'since'>): IndexKeys {
  const open = severity(finding) === 0 ? openPartitions.pass : openPartitions.fail[finding.level];
  return indexKeys(finding, open, orderOf.finding(since, place, finding.id));
}

export const rowKeys = (place: RegionKey, { row, since }: CoverageRecord): IndexKeys =>
  indexKeys(row, openPartitions.notEvaluated[row.level], orderOf.row(since, place, findingId(row)));

export function findingRecordOf(item: FindingItem): Versioned<FindingRecord> | undefined {
  const { finding, firstSeen, since, lastChanged, carried, seq } = item;
  if (item.gone || !finding || firstSeen === undefined || since === undefined || lastChanged === undefined) return undefined;
  return { finding, firstSeen, since, lastChanged, ...(carried && { carried }), seq };
}

export function rowRecordOf(item: RowItem): Versioned<CoverageRecord> | undefined {
  const { row, since, seq } = item;
  return item.gone || !row || since === undefined ? undefined : { row, since, seq };
}

/** One finding's change as its history shows it. */
export interface HistoryEntry {
  readonly seq: number;
  readonly auditId: string;
  readonly factsAt: string;
  readonly kind: FindingChange['kind'];
  readonly cause: FindingChange['cause'];
  readonly before?: FindingSummary;
  readonly after?: FindingSummary;
  readonly message?: string;
}
export type HistoryItem = Key & HistoryEntry & { readonly expires: number };

export const historyItem = (place: RegionKey, commit: Commit, change: FindingChange, expires: number): HistoryItem => ({
  pk: partitionOf(place),
  sk: sortKeys.history(change.id, commit.seq),
  seq: commit.seq,
  auditId: commit.auditId,
  factsAt: commit.factsAt,
  kind: change.kind,
  cause: change.cause,
  ...(change.before && { before: change.before }),
  ...(change.after && { after: briefOf(change.after), message: change.after.finding.message }),
  expires,
});

// Rules

export type RulesItem = Key & Rules;

/** A set of rules by its hash. Has no expiry: a region may be audited again after years. */
export const rulesKey = (hash: string): Key => ({ pk: deploymentPartition, sk: sortKeys.rules(hash) });

// HEAD

export interface Head {
  /** Counts every write of this item: whoever moves it proves that nothing moved since it was read. */
  readonly version: number;
  /** Commits up to this one are in the records. */
  readonly seq: number;
  /** factsAt of that commit. */
  readonly loggedAt?: string;
  /** The last completed audit; absent before the first. */
  readonly audit?: AuditRef;
  /** When that was written, by the writer's clock. */
  readonly at?: string;
  /** Ids of the last completed audits, the newest first. */
  readonly done: readonly string[];
  readonly readiness: readonly ReadinessRecord[];
  /** Amounts that differ from those in the records, packed. */
  readonly amounts?: string;
  readonly checkpoint?: { readonly seq: number; readonly at: string; readonly planHash: string };
  /** Someone is about to append the next commit, or died before it did. */
  readonly appending?: string;
  /** What the region's item in the inventory's partition was last written with. */
  readonly fleet?: InventoryMark;
}
export type HeadItem = Key & Head;

// The inventory: every region in short

/** A cluster with what makes it so, the first few of `reasons`; none where the region has more than one item holds. */
export interface ClusterEntry extends Omit<ReadinessRecord, 'notReadySince'> {
  readonly because: readonly { readonly id: string; readonly text: string }[];
  readonly reasons: number;
}

/** A region as the view over all of them has it. */
export interface RegionEntry {
  readonly regionState: RegionResult['state'];
  readonly reason?: string;
  readonly coverage: CoverageCount;
  readonly alias?: string;
  readonly gapMinutes?: number;
  readonly clusters: readonly ClusterEntry[];
}

export interface InventoryItem extends Key, RegionEntry {
  readonly seq: number;
  /** Facts of the audit that wrote it: the first of each day, and whenever something changes. */
  readonly factsAt: string;
  /** A region that is no longer audited is forgotten in the end. */
  readonly expires: number;
}

/** Digest of an entry, and factsAt of the audit that last wrote it. */
export interface InventoryMark {
  readonly digest: string;
  readonly factsAt: string;
}

const shownReasons = 2;
/** A line is a line. */
const longestText = 200;

/** Whether a cluster's reasons found no room. */
export const isCut = ({ because, reasons }: Pick<ClusterEntry, 'because' | 'reasons'>): boolean =>
  because.length < Math.min(reasons, shownReasons);

/** The entry as one item holds it: of very many clusters only the worst say why they are so. */
function fitting(entry: RegionEntry): RegionEntry {
  if (bytesOf(entry) <= itemBytes) return entry;
  const bare = entry.clusters.map((c): ClusterEntry => ({ ...c, because: [] }));
  let room = itemBytes - bytesOf({ ...entry, clusters: bare });
  const worstFirst = entry.clusters.toSorted((a, b) => stateOrder.indexOf(a.state) - stateOrder.indexOf(b.state));
  const shown = new Set<string>();
  for (const { cluster, because } of worstFirst) {
    room -= bytesOf(because);
    if (room < 0) break;
    shown.add(cluster);
  }
  return { ...entry, clusters: entry.clusters.map((c, n) => (shown.has(c.cluster) ? c : (bare[n] ?? c))) };
}

/**
 * A region in short. What a finding says of itself moves with its amounts, and its title says how it should be; so its
 * reason is what fails, and on what.
 */
export function regionEntry(
  { regionState, reason, alias, gapMinutes, coverage }: Pick<AuditRef, 'regionState' | 'reason' | 'alias' | 'gapMinutes' | 'coverage'>,
  result: Pick<RegionResult, 'findings' | 'coverage' | 'readiness'>,
  readiness: readonly ReadinessRecord[],
): RegionEntry {
  const texts = new Map([
    ...result.coverage.unevaluated.map((row) => [findingId(row), `${row.check} cannot be judged: ${whyUnread(row)}`] as const),
    ...result.findings.map((f) => [f.id, `${f.check} fails: ${f.resource}`] as const),
  ]);
  const because = new Map(result.readiness.map((r) => [r.cluster, r.because]));
  return fitting({
    regionState,
    ...(reason !== undefined && { reason }),
    coverage,
    ...(alias !== undefined && { alias }),
    ...(gapMinutes !== undefined && { gapMinutes }),
    clusters: readiness.map(({ notReadySince, ...record }) => {
      // By id: the same reasons come first whether the result is fresh or was played from the log.
      const ids = (because.get(record.cluster) ?? []).toSorted();
      const first = ids.slice(0, shownReasons).map((id) => ({ id, text: (texts.get(id) ?? '').slice(0, longestText) }));
      return { ...record, because: first, reasons: ids.length };
    }),
  });
}

export const inventoryMark = (entry: RegionEntry, factsAt: string): InventoryMark => ({
  digest: createHash('sha256').update(JSON.stringify(entry)).digest('base64url').slice(0, 16),
  factsAt,
});

/** Whether an entry has to be written: it is another one, or a day has begun since. */
export const isInventoryDue = (before: InventoryMark | undefined, now: InventoryMark): boolean =>
  before === undefined || before.digest !== now.digest || before.factsAt.slice(0, 10) !== now.factsAt.slice(0, 10);

export const inventoryItem = (place: RegionKey, seq: number, factsAt: string, entry: RegionEntry, expires: number): InventoryItem => ({
  pk: inventoryPartition,
  sk: sortKeys.region(place),
  seq,
  factsAt,
  ...entry,
  expires,
});

export function inventoryRegionKey(sk: string): RegionKey {
  const [, account = '', region = ''] = sk.split('#');
  return { account, region };
}

// Checkpoints

export interface CheckpointItem extends Key {
  readonly seq: number;
  /** From when on the state was so: factsAt of its last commit. */
  readonly from: string;
  readonly audit: AuditRef;
  readonly readiness: readonly ReadinessRecord[];
  readonly judged: readonly string[];
  readonly parts: number;
  readonly writer: string;
  readonly expires?: number;
}

type CheckpointRecord = { readonly finding: Versioned<FindingRecord> } | { readonly row: Versioned<CoverageRecord>; readonly id: string };
export interface CheckpointPartItem extends Key {
  readonly held: readonly CheckpointRecord[];
  readonly expires?: number;
}

export function checkpointItems(
  place: RegionKey,
  state: RegionState,
  from: string,
  writer: string,
): { readonly parts: readonly CheckpointPartItem[]; readonly item: CheckpointItem } {
  const pk = partitionOf(place);
  const held: CheckpointRecord[] = [
    ...[...state.findings.values()].map((finding) => ({ finding })),
    ...[...state.coverage].map(([id, row]) => ({ id, row })),
  ];
  const parts = pieces(held).map((piece, n) => ({ pk, sk: sortKeys.part(state.seq, writer, n), held: piece }));
  return {
    parts,
    item: {
      pk,
      sk: sortKeys.checkpoint(state.seq),
      seq: state.seq,
      from,
      audit: state.audit,
      readiness: [...state.readiness.values()],
      judged: [...state.judged],
      parts: parts.length,
      writer,
    },
  };
}

/** The state in a checkpoint; `undefined` where parts of it have gone, as those of one that a later one overtook can before it. */
export function checkpointState(item: CheckpointItem, parts: readonly CheckpointPartItem[]): RegionState | undefined {
  if (parts.length !== item.parts) return undefined;
  const held = parts.flatMap((p) => p.held);
  return {
    seq: item.seq,
    audit: item.audit,
    findings: new Map(held.flatMap((h) => ('finding' in h ? [[h.finding.finding.id, h.finding] as const] : []))),
    coverage: new Map(held.flatMap((h) => ('row' in h ? [[h.id, h.row] as const] : []))),
    readiness: new Map(item.readiness.map((r) => [r.cluster, r])),
    judged: new Set(item.judged),
  };
}

// Amounts, packed: `<short name of the finding>:<number>/<number>…`, joined by `;`

/** A short name for a finding: 48 bits of its id's hash; among 5,000 findings two share one with odds of 1 to 20 million. */
export const shortName = (id: string): string => createHash('sha256').update(id).digest('base64url').slice(0, 8);

const numberOf = (text: string | undefined): number | undefined => (text === undefined || text === '' ? undefined : Number(text));

/** How many amounts one item holds: a day's take up to 45 bytes each. */
export const amountsInItem = 6000;

/** Amounts of findings that have one, packed. */
export const packAmounts = (findings: readonly Pick<Finding, 'id' | 'have' | 'need'>[]): string =>
  findings
    .filter((f) => f.have !== undefined)
    .map((f) => `${shortName(f.id)}:${f.have}/${f.need ?? ''}`)
    .join(';');

export function unpackAmounts(packed: string | undefined): ReadonlyMap<string, { readonly have?: number; readonly need?: number }> {
  if (!packed) return new Map();
  return new Map(
    packed.split(';').map((entry) => {
      const [name = '', values = ''] = entry.split(':');
      const [have, need] = values.split('/').map(numberOf);
      return [name, { ...(have !== undefined && { have }), ...(need !== undefined && { need }) }];
    }),
  );
}

/** The amounts of one day: what it was at its lowest, at its highest and last, and what was needed last. */
export interface DayAmount {
  readonly min: number;
  readonly max: number;
  readonly last: number;
  readonly need?: number;
}

/** A day's roll-up with one more audit in it. Doing it twice changes nothing. */
export function rollUp(day: string | undefined, audit: string): string {
  const days = new Map(unpackDay(day));
  for (const [name, { have, need }] of unpackAmounts(audit)) {
    if (have === undefined) continue;
    const before = days.get(name);
    days.set(name, {
      min: Math.min(have, before?.min ?? have),
      max: Math.max(have, before?.max ?? have),
      last: have,
      ...(need !== undefined && { need }),
    });
  }
  return [...days].map(([name, d]) => `${name}:${d.min}/${d.max}/${d.last}/${d.need ?? ''}`).join(';');
}

export function unpackDay(packed: string | undefined): ReadonlyMap<string, DayAmount> {
  if (!packed) return new Map();
  return new Map(
    packed.split(';').map((entry) => {
      const [name = '', values = ''] = entry.split(':');
      const [min = 0, max = 0, last = 0, need] = values.split('/').map(numberOf);
      return [name, { min, max, last, ...(need !== undefined && { need }) }];
    }),
  );
}

// Audits

/** A finished audit, small: what the capacity view and "is it alive" read. */
export interface AuditEntry {
  readonly auditId: string;
  readonly factsAt: string;
  readonly at: string;
  readonly regionState: RegionResult['state'];
  readonly coverage: CoverageCount;
  readonly readiness: { readonly [cluster: string]: ReadinessRecord['state'] };
  /** Packed; `unpackAmounts` reads it, `shortName` names. */
  readonly amounts: string;
  /** Amounts for which there was no room, in a region of many thousand findings. */
  readonly amountsLeftOut?: number;
  /** The commit it made, if it found changes. */
  readonly commit?: number;
}
export type AuditItem = Key & AuditEntry & { readonly expires: number };

export interface DayEntry {
  readonly date: string;
  /** factsAt of the last audit in it. */
  readonly factsAt: string;
  /** Packed; `unpackDay` reads it, `shortName` names. */
  readonly amounts: string;
}
export type DayItem = Key & DayEntry & { readonly expires: number };
