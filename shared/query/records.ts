/**
 * Findings and coverage rows, both of which stand in the same partitions: which of those a question reads, and what the
 * log of a region says that its records do not say yet.
 */

import type { Ranked, RecordPartition, RegionFinding, RegionRow } from '../aws/findings/inventory-reader.ts';
import { shortName } from '../aws/findings/items.ts';
import { openPartitions, orderOf, type orderStart, type RegionKey } from '../aws/findings/keys.ts';
import type { RegionHead } from '../aws/findings/table.ts';
import type { Level } from '../core/evaluation/finding.ts';
import { withAmounts } from '../core/history/amounts.ts';
import { type FindingRecord, type State, type Versioned, type Write, writesOf } from '../core/history/log.ts';
import { merged, type Source, sourceOf } from './merge.ts';
import { cursorAt, type Page, positionIn } from './page.ts';
import { defaultPage, pastInstant } from './parameters.ts';
import { fewPlaces, type Named, placeKeys, placesOf } from './places.ts';
import { recordPosition } from './positions.ts';
import type { Ports } from './query-sources.ts';
import { statesAt } from './states-at.ts';

/** A finding and since when its amounts are known to be so. */
export type ReadFinding = RegionKey & Versioned<FindingRecord> & { readonly asOf: string };
export type ReadRow = RegionRow;

export interface Chosen<T> {
  readonly sources: readonly Source<T>[];
  /** The filters that chose them. */
  readonly keys: readonly string[];
  readonly scanned: number;
}

interface Filters extends Named {
  readonly cluster?: string | undefined;
  readonly check?: string | undefined;
}

type Reads<T> = {
  /** Partitions of the index `open` that hold what is asked for, with the filters that chose them. */
  readonly open: { readonly partitions: readonly string[]; readonly keys: readonly string[] };
  readonly partition: (partition: RecordPartition) => Source<T>;
  readonly region: (place: RegionKey) => Promise<readonly Source<T>[]>;
};

/**
 * The partitions that answer a question: a region by itself, with all that its log says; else a cluster, else a check;
 * else the regions of an account, or of that name, if they are few; else everything by how it stands.
 */
async function choose<T>(filters: Filters, reads: Reads<T>, ports: Ports): Promise<Chosen<T>> {
  const { account, region, cluster, check } = filters;
  const one = account !== undefined && region !== undefined;
  if (!one && cluster !== undefined)
    return { sources: [reads.partition({ of: 'cluster', value: cluster })], keys: ['cluster'], scanned: 0 };
  if (!one && check !== undefined) return { sources: [reads.partition({ of: 'check', value: check })], keys: ['check'], scanned: 0 };
  if (account === undefined && region === undefined) {
    const { partitions, keys } = reads.open;
    return { sources: partitions.map((value) => reads.partition({ of: 'open', value })), keys, scanned: 0 };
  }
  const { places, scanned } = await placesOf(filters, ports.reader);
  if (!places) return { ...(await choose({ ...filters, account: undefined, region: undefined }, reads, ports)), scanned };
  const sources = await Promise.all(places.map((place) => (one ? reads.region(place) : [reads.partition({ of: 'region', place })])));
  return { sources: sources.flat(), keys: placeKeys(filters), scanned };
}

const readFinding = ({ refreshed, ...record }: RegionFinding): ReadFinding => ({ ...record, asOf: refreshed ?? record.lastChanged });

const reading =
  <A, B>(source: Source<A>, read: (value: A) => B | undefined): Source<B> =>
  async (below, limit) => {
    const stretch = await source(below, limit);
    const items = stretch.items.flatMap(({ order, value }): readonly Ranked<B>[] => {
      const made = read(value);
      return made === undefined ? [] : [{ order, value: made }];
    });
    return { ...stretch, items };
  };

/** A finding with the amounts of the last audit. */
function upToDate(record: ReadFinding, { amounts, audit }: RegionHead): ReadFinding {
  const moved = amounts.get(shortName(record.finding.id));
  return { ...record, ...(moved && { finding: withAmounts(record.finding, moved) }), asOf: audit.factsAt };
}

/** The newest of what commits write of each record that nobody has written yet; without a record: it is gone. */
const newerIn = (edge: RegionHead | undefined): readonly Write[] => [
  ...new Map((edge?.unfinished ?? []).flatMap(writesOf).map((write) => [`${write.of} ${write.id}`, write])).values(),
];

const findingAt = (record: ReadFinding): Ranked<ReadFinding> => ({
  order: orderOf.finding(record.since, record, record.finding.id),
  value: record,
});
const rowAt = (row: ReadRow): Ranked<ReadRow> => ({ order: orderOf.row(row.since, row, row.id), value: row });

const levels = (level: Level | undefined): readonly Level[] => (level === undefined ? ['required', 'recommended'] : [level]);

export interface FindingFilters extends Filters {
  readonly level?: Level | undefined;
  readonly status?: 'pass' | 'fail' | undefined;
  readonly muted?: boolean | undefined;
  readonly open?: boolean | undefined;
}

/** Where failures of a level are asked for, the level is a key; a verdict that passes is in the one partition of those. */
function standingsOf({ level, status, open }: FindingFilters): {
  readonly partitions: readonly string[];
  readonly keys: readonly string[];
} {
  const fails = levels(level).map((l) => openPartitions.fail[l]);
  const only = [...(level === undefined ? [] : ['level']), ...(open === true ? ['open'] : []), ...(status === undefined ? [] : ['status'])];
  if (status === 'pass') return { partitions: open === true ? [] : [openPartitions.pass], keys: ['status'] };
  if (status === 'fail' || open === true) return { partitions: fails, keys: only };
  return { partitions: [...fails, openPartitions.pass], keys: [] };
}

/** Where findings stand that may be asked for. */
export function findingSources(filters: FindingFilters, ports: Ports): Promise<Chosen<ReadFinding>> {
  const { reader, table } = ports;
  const partition = (of: RecordPartition): Source<ReadFinding> => reading((below, limit) => reader.findings(of, below, limit), readFinding);
  return choose<ReadFinding>(
    filters,
    {
      open: standingsOf(filters),
      partition,
      region: async (place) => {
        const edge = await table.regionHead(place);
        if (!edge) return [];
        const newer = newerIn(edge).filter((write) => write.of === 'finding');
        const ids = new Set(newer.map((write) => write.id));
        const kept = reading(partition({ of: 'region', place }), (record) =>
          ids.has(record.finding.id) ? undefined : upToDate(record, edge),
        );
        const ahead = newer.flatMap(({ seq, record }) =>
          record ? [findingAt({ ...place, ...record, seq, asOf: edge.audit.factsAt })] : [],
        );
        return newer.length === 0 ? [kept] : [kept, sourceOf(ahead)];
      },
    },
    ports,
  );
}

export interface RowFilters extends Filters {
  readonly level?: Level | undefined;
}

/** Where coverage rows stand that may be asked for. */
export function rowSources(filters: RowFilters, ports: Ports): Promise<Chosen<ReadRow>> {
  const { reader, table } = ports;
  const partition =
    (of: RecordPartition): Source<ReadRow> =>
    (below, limit) =>
      reader.rows(of, below, limit);
  return choose<ReadRow>(
    filters,
    {
      open: {
        partitions: levels(filters.level).map((l) => openPartitions.notEvaluated[l]),
        keys: filters.level === undefined ? [] : ['level'],
      },
      partition,
      region: async (place) => {
        const edge = await table.regionHead(place);
        const newer = newerIn(edge).filter((write) => write.of === 'coverage');
        const ids = new Set(newer.map((write) => write.id));
        const kept = reading(partition({ of: 'region', place }), (row) => (ids.has(row.id) ? undefined : row));
        if (newer.length === 0) return [kept];
        return [kept, sourceOf(newer.flatMap(({ id, seq, record }) => (record ? [rowAt({ ...place, ...record, seq, id })] : [])))];
      },
    },
    ports,
  );
}

type States = readonly (RegionKey & { readonly state: State })[];

/** The findings of states, as a source. */
export const findingsIn = (states: States): Source<ReadFinding> =>
  sourceOf(
    states.flatMap(({ account, region, state }) =>
      [...state.findings.values()].map((record) => findingAt({ account, region, ...record, asOf: record.lastChanged })),
    ),
  );

/** The coverage rows of states, as a source. */
export const rowsIn = (states: States): Source<ReadRow> =>
  sourceOf(states.flatMap(({ account, region, state }) => [...state.coverage].map(([id, row]) => rowAt({ account, region, ...row, id }))));

interface PagedRecords extends Named {
  readonly at?: string | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

/** A page of records as they are, or as they were at a moment. */
export async function recordsPage<T, I>(
  of: {
    readonly path: string;
    readonly kind: keyof typeof orderStart;
    readonly wanted: (record: T) => boolean;
    readonly now: () => Promise<Chosen<T>>;
    readonly past: (states: States) => Source<T>;
    readonly shown: (record: T) => I;
  },
  asked: PagedRecords,
  ports: Ports,
): Promise<Page<I>> {
  // Records of other regions are looked at too, unless only the regions that are asked for are read.
  const alone = asked.at !== undefined || (asked.account !== undefined && asked.region !== undefined);
  const below = positionIn(of.path, { ...asked }, recordPosition(of.kind, alone ? asked : {}));
  const paged = { below, limit: asked.limit ?? defaultPage, wanted: of.wanted };
  const read = async () => {
    if (asked.at === undefined) return { notKept: [], ...(await of.now()) };
    const moment = pastInstant('at', asked.at, ports.now());
    const { places, scanned } = await fewPlaces(asked, ports.reader);
    const { states, notKept } = await statesAt(places, moment, ports);
    return { sources: [of.past(states)], keys: placeKeys(asked), scanned, notKept };
  };
  const { sources, keys, scanned, notKept } = await read();
  const { items, end, scanned: looked } = await merged(sources, paged);
  return {
    items: items.map(of.shown),
    ...cursorAt(of.path, { ...asked }, end),
    scanned: scanned + looked,
    keys,
    ...(notKept.length > 0 && { notKept }),
  };
}
