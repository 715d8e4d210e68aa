/**
 * Findings and coverage rows, both of which stand in the same partitions: which of those a question reads, and what the
 * log of a region says that its records do not say yet.
 */

import {
  type Ranked,
  type RecordPartition,
  type RegionFinding,
  type RegionRow,
  recordPartitions,
} from '../aws/findings/inventory-reader.ts';
import { openPartitions, orderOf, type orderStart, type RegionKey } from '../aws/findings/keys.ts';
import { shortName } from '../aws/findings/packed-amounts.ts';
import type { RegionHead } from '../aws/findings/table.ts';
import { type Level, levels } from '../core/evaluation/finding.ts';
import { withAmounts } from '../core/history/amounts.ts';
import { type RecordWrite, writesOf } from '../core/history/log.ts';
import { merged, type RecordSource, sourceOf } from './merge.ts';
import { cursorAt, positionIn, type ResultPage } from './page.ts';
import { defaultPage, pastInstant } from './parameters.ts';
import { fewPlaces, placeKeys, placesOf, type RegionFilter } from './places.ts';
import { recordPosition } from './positions.ts';
import type { QueryPorts } from './query-sources.ts';
import { type PlacedStates, statesAt } from './states-at.ts';

export interface ChosenSources<T> {
  readonly sources: readonly RecordSource<T>[];
  /** The filters that chose them. */
  readonly keys: readonly string[];
  readonly scanned: number;
}

interface PartitionFilters extends RegionFilter {
  readonly cluster?: string | undefined;
  readonly check?: string | undefined;
}

type PartitionReaders<T> = {
  /** Values of the index `open` that hold what is asked for, with the filters that chose them. */
  readonly open: { readonly partitions: readonly string[]; readonly keys: readonly string[] };
  readonly partition: (partition: RecordPartition) => RecordSource<T>;
  readonly region: (place: RegionKey) => Promise<readonly RecordSource<T>[]>;
};

/**
 * The partitions that answer a question: a region by itself, with all that its log says; else a cluster, else a check;
 * else the regions of an account, or of that name, if they are few; else everything by how it stands.
 */
async function choose<T>(filters: PartitionFilters, reads: PartitionReaders<T>, ports: QueryPorts): Promise<ChosenSources<T>> {
  const { account, region, cluster, check } = filters;
  const one = account !== undefined && region !== undefined;
  if (!one && cluster !== undefined)
    return { sources: recordPartitions('cluster', cluster).map(reads.partition), keys: ['cluster'], scanned: 0 };
  if (!one && check !== undefined) return { sources: recordPartitions('check', check).map(reads.partition), keys: ['check'], scanned: 0 };
  if (account === undefined && region === undefined) {
    const { partitions, keys } = reads.open;
    return { sources: partitions.flatMap((value) => recordPartitions('open', value)).map(reads.partition), keys, scanned: 0 };
  }
  const { places, scanned } = await placesOf(filters, ports.reader);
  if (!places) return { ...(await choose({ ...filters, account: undefined, region: undefined }, reads, ports)), scanned };
  const sources = await Promise.all(places.map((place) => (one ? reads.region(place) : [reads.partition({ of: 'region', place })])));
  return { sources: sources.flat(), keys: placeKeys(filters), scanned };
}

const reading =
  <A, B>(source: RecordSource<A>, read: (value: A) => B | undefined): RecordSource<B> =>
  async (below, limit) => {
    const stretch = await source(below, limit);
    const items = stretch.items.flatMap(({ order, value }): readonly Ranked<B>[] => {
      const made = read(value);
      return made === undefined ? [] : [{ order, value: made }];
    });
    return { ...stretch, items };
  };

/** A finding with the amounts of the last audit. */
function upToDate(record: RegionFinding, { amounts, audit }: RegionHead): RegionFinding {
  const moved = amounts.get(shortName(record.finding.id));
  return { ...record, ...(moved && { finding: withAmounts(record.finding, moved) }), refreshed: audit.factsAt };
}

/** The newest of what commits write of each record that are not written yet; without a record: it is gone. */
const newerIn = (edge: RegionHead | undefined): readonly RecordWrite[] => [
  ...new Map((edge?.unfinished ?? []).flatMap(writesOf).map((write) => [`${write.of} ${write.id}`, write])).values(),
];

const findingAt = (record: RegionFinding): Ranked<RegionFinding> => ({
  order: orderOf.finding(record.since, record, record.finding.id),
  value: record,
});
const rowAt = (row: RegionRow): Ranked<RegionRow> => ({ order: orderOf.row(row.since, row, row.id), value: row });

const askedLevels = (level: Level | undefined): readonly Level[] => (level === undefined ? levels : [level]);

export interface FindingFilters extends PartitionFilters {
  readonly level?: Level | undefined;
  readonly status?: 'pass' | 'fail' | undefined;
  readonly muted?: boolean | undefined;
  readonly open?: boolean | undefined;
}

/** Where failures of a level are asked for, the level is a key; passes are in one partition. */
function partitionsOf({ level, status, open }: FindingFilters): {
  readonly partitions: readonly string[];
  readonly keys: readonly string[];
} {
  const fails = askedLevels(level).map((l) => openPartitions.fail[l]);
  const only = [...(level === undefined ? [] : ['level']), ...(open === true ? ['open'] : []), ...(status === undefined ? [] : ['status'])];
  if (status === 'pass') return { partitions: open === true ? [] : [openPartitions.pass], keys: ['status'] };
  if (status === 'fail' || open === true) return { partitions: fails, keys: only };
  return { partitions: [...fails, openPartitions.pass], keys: [] };
}

/** Where findings stand that may be asked for. */
export function findingSources(filters: FindingFilters, ports: QueryPorts): Promise<ChosenSources<RegionFinding>> {
  const { reader, table } = ports;
  const partition =
    (of: RecordPartition): RecordSource<RegionFinding> =>
    (below, limit) =>
      reader.findings(of, below, limit);
  return choose<RegionFinding>(
    filters,
    {
      open: partitionsOf(filters),
      partition,
      region: async (place) => {
        const edge = await table.regionHead(place);
        if (!edge) return [];
        const newer = newerIn(edge).filter((write) => write.of === 'finding');
        const ids = new Set(newer.map((write) => write.id));
        const records = reading(partition({ of: 'region', place }), (record) =>
          ids.has(record.finding.id) ? undefined : upToDate(record, edge),
        );
        const ahead = newer.flatMap(({ seq, record }) =>
          record ? [findingAt({ ...place, ...record, seq, refreshed: edge.audit.factsAt })] : [],
        );
        return newer.length === 0 ? [records] : [records, sourceOf(ahead)];
      },
    },
    ports,
  );
}

export interface CoverageFilters extends PartitionFilters {
  readonly level?: Level | undefined;
}

/** Where coverage rows stand that may be asked for. */
export function rowSources(filters: CoverageFilters, ports: QueryPorts): Promise<ChosenSources<RegionRow>> {
  const { reader, table } = ports;
  const partition =
    (of: RecordPartition): RecordSource<RegionRow> =>
    (below, limit) =>
      reader.rows(of, below, limit);
  return choose<RegionRow>(
    filters,
    {
      open: {
        partitions: askedLevels(filters.level).map((l) => openPartitions.notEvaluated[l]),
        keys: filters.level === undefined ? [] : ['level'],
      },
      partition,
      region: async (place) => {
        const edge = await table.regionHead(place);
        const newer = newerIn(edge).filter((write) => write.of === 'coverage');
        const ids = new Set(newer.map((write) => write.id));
        const records = reading(partition({ of: 'region', place }), (row) => (ids.has(row.id) ? undefined : row));
        if (newer.length === 0) return [records];
        return [records, sourceOf(newer.flatMap(({ id, seq, record }) => (record ? [rowAt({ ...place, ...record, seq, id })] : [])))];
      },
    },
    ports,
  );
}

/** The findings of states, as a source. */
export const findingsIn = (states: PlacedStates): RecordSource<RegionFinding> =>
  sourceOf(
    states.flatMap(({ account, region, state }) => [...state.findings.values()].map((record) => findingAt({ account, region, ...record }))),
  );

/** The coverage rows of states, as a source. */
export const rowsIn = (states: PlacedStates): RecordSource<RegionRow> =>
  sourceOf(states.flatMap(({ account, region, state }) => [...state.coverage].map(([id, row]) => rowAt({ account, region, ...row, id }))));

interface PagedRecords extends RegionFilter {
  readonly at?: string | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

/** A page of records as they are, or as they were at a moment. */
export async function recordsPage<T, I>(
  of: {
    readonly path: string;
    readonly kind: keyof typeof orderStart;
    readonly matches: (record: T) => boolean;
    readonly now: () => Promise<ChosenSources<T>>;
    readonly past: (states: PlacedStates) => RecordSource<T>;
    readonly shown: (record: T) => I;
  },
  asked: PagedRecords,
  ports: QueryPorts,
): Promise<ResultPage<I>> {
  // Records of other regions are read too, unless only the regions that are asked for are read.
  const alone = asked.at !== undefined || (asked.account !== undefined && asked.region !== undefined);
  const below = positionIn(of.path, { ...asked }, recordPosition(of.kind, alone ? asked : {}));
  const paged = { below, limit: asked.limit ?? defaultPage, matches: of.matches };
  const read = async () => {
    if (asked.at === undefined) return { notKept: [], ...(await of.now()) };
    const moment = pastInstant('at', asked.at, ports.now());
    const { places, scanned } = await fewPlaces(asked, ports.reader);
    const { states, notKept } = await statesAt(places, moment, ports);
    return { sources: [of.past(states)], keys: placeKeys(asked), scanned, notKept };
  };
  const { sources, keys, scanned, notKept } = await read();
  const { items, end, scanned: placesRead } = await merged(sources, paged);
  return {
    items: items.map(of.shown),
    ...cursorAt(of.path, { ...asked }, end),
    scanned: scanned + placesRead,
    keys,
    ...(notKept.length > 0 && { notKept }),
  };
}
