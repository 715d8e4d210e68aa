/**
 * Whether what a question is asked with occurs at all. Only a question that found nothing looks: a page with something on it
 * costs no read more. Accounts, regions and clusters are read from the inventory and by their keys, resources among the
 * records that the other filters leave; each look has an end, and where it came to it the sentence says so.
 */

import { type InventoryEntry, recordPartitions } from '../aws/findings/inventory-reader.ts';
import { auditDays } from '../aws/findings/table.ts';
import { checkIds } from '../core/evaluation/check-ids.ts';
import { checkOf } from '../core/history/log.ts';
import { closest } from '../core/text/suggestion.ts';
import { isAbout } from './filters.ts';
import { merged, type RecordSource } from './merge.ts';
import type { ResultPage } from './page.ts';
import type { ParameterSet, ParameterValues } from './parameters.ts';
import { placesOf, type RegionFilter } from './places.ts';
import { QueryError } from './problem.ts';
import type { QueryPorts } from './query-sources.ts';
import type { QueryTimes, Question } from './question.ts';
import { findingSources, rowSources } from './records.ts';
import type { PlacedStates } from './states-at.ts';
import { type NotKnown, notKnown, unknownCheck } from './unknown-values.ts';

/** Regions of the inventory that are read for a value, and for those that do occur. */
const mostRegions = 1000;
const regionsAtOnce = 250;

interface ValueFilters extends RegionFilter {
  readonly cluster?: string | undefined;
  readonly check?: string | undefined;
  readonly resource?: string | undefined;
  readonly id?: string | undefined;
}

/** A look: what it found to be unknown, if anything, and how many records it read. */
interface ValueLookup {
  readonly notKnown?: NotKnown;
  readonly scanned: number;
}

const whereOf = ({ account, region }: RegionFilter): string => {
  if (account === undefined) return region === undefined ? '' : ` in ${region}`;
  return region === undefined ? ` in account ${account}` : ` in ${region} of account ${account}`;
};

interface ListedRegions {
  readonly entries: readonly InventoryEntry[];
  /** Said of what was not found among them, where there are more. */
  readonly among: string;
  readonly scanned: number;
}

/** Regions of the inventory, up to the first that is `enough`. */
async function regionsOf(
  { account, region }: RegionFilter,
  { reader }: QueryPorts,
  enough: (entry: InventoryEntry) => boolean = () => false,
): Promise<ListedRegions> {
  const entries: InventoryEntry[] = [];
  let scanned = 0;
  let regions = 0;
  let after: string | undefined;
  do {
    const read = await reader.regions(account, after, regionsAtOnce);
    scanned += read.scanned;
    regions += read.items.length;
    after = read.end;
    for (const { value } of read.items) {
      if (region !== undefined && value.region !== region) continue;
      entries.push(value);
      if (enough(value)) return { entries, among: '', scanned };
    }
  } while (after !== undefined && regions < mostRegions);
  return { entries, among: after === undefined ? '' : ` among the first ${regions.toLocaleString('en-US')} regions`, scanned };
}

const noAudit = `No audit of the last ${auditDays} days is stored`;

/** Whether anything was audited of an account, of a region, of both, or at all. */
async function lookForPlace(named: RegionFilter, ports: QueryPorts): Promise<ValueLookup> {
  const { account, region } = named;
  if (account !== undefined && region !== undefined) {
    const place = { account, region };
    // A region of which no audit came lately is no longer in the inventory, but still in the table.
    if ((await ports.reader.region(place)) ?? (await ports.table.regionHead(place))) return { scanned: 1 };
  }
  if (account === undefined && region !== undefined) {
    const all = await regionsOf({}, ports, (entry) => entry.region === region);
    if (all.entries.at(-1)?.region === region) return { scanned: all.scanned };
    const candidates = all.entries.map((entry) => entry.region);
    return { scanned: all.scanned, notKnown: notKnown('region', region, { what: noAudit, where: all.among, candidates }) };
  }
  const own = await ports.reader.regions(account, undefined, region === undefined ? 1 : regionsAtOnce);
  if (own.items.length > 0) {
    if (region === undefined) return { scanned: own.scanned };
    const candidates = own.items.map(({ value }) => value.region);
    const where = whereOf({ account });
    return { scanned: own.scanned + 1, notKnown: notKnown('region', region, { what: noAudit, where, candidates }) };
  }
  if (account === undefined) return { scanned: 0, notKnown: { known: false, detail: `${noAudit}.`, unknown: [] } };
  const { entries, scanned } = await regionsOf({}, ports);
  // A key, so it is missing for certain even where not all others were read.
  return { scanned, notKnown: notKnown('account', account, { what: noAudit, candidates: entries.map((entry) => entry.account) }) };
}

/** States at the moments that a question is about, as far as they are stored. */
async function statesOf(named: RegionFilter, { moments }: QueryTimes, ports: QueryPorts): Promise<PlacedStates> {
  if (moments.length === 0) return [];
  const { places = [] } = await placesOf(named, ports.reader);
  const read = await Promise.all(
    places.flatMap((place) => moments.map(async (moment) => ({ ...place, state: await ports.table.stateAt(place, moment) }))),
  );
  return read.flatMap(({ state, ...place }) => ('seq' in state ? [{ ...place, state }] : []));
}

const momentWords = ({ now, moments }: QueryTimes): string => (now || moments.length === 0 ? '' : ` at ${moments.join(' or ')}`);

const placesOfAPartition = 5;

/** Where the newest records of a cluster are. */
async function placesOfCluster(cluster: string, { reader }: QueryPorts) {
  const pages = await Promise.all(
    recordPartitions('cluster', cluster).flatMap((partition) => [
      reader.findings(partition, undefined, placesOfAPartition),
      reader.rows(partition, undefined, placesOfAPartition),
    ]),
  );
  const places = pages.flatMap((page) => page.items.map(({ value: { account, region } }) => ({ account, region })));
  return { places, scanned: pages.reduce((sum, page) => sum + page.scanned, 0) };
}

async function lookForCluster(
  cluster: string,
  named: RegionFilter,
  times: QueryTimes,
  states: PlacedStates,
  ports: QueryPorts,
): Promise<ValueLookup> {
  const { account, region } = named;
  const then = states.flatMap(({ state }) => [...state.readiness.keys()]);
  if (then.includes(cluster)) return { scanned: 0 };
  if (!times.now) return { scanned: 0, notKnown: clusterNotKnown(cluster, named, times, '', then) };
  const one = account !== undefined && region !== undefined ? await ports.table.regionHead({ account, region }) : undefined;
  if (one?.readiness.some((r) => r.cluster === cluster)) return { scanned: 1 };
  const records = await placesOfCluster(cluster, ports);
  const isMeant = (place: RegionFilter) => isAbout(place, named);
  if (records.places.some(isMeant)) return { scanned: records.scanned };
  const inventory = await regionsOf(named, ports, (entry) => entry.clusters.some((c) => c.cluster === cluster));
  const scanned = records.scanned + inventory.scanned;
  const clusters = [...inventory.entries.flatMap((entry) => entry.clusters), ...(one?.readiness ?? [])].map((c) => c.cluster);
  if (clusters.includes(cluster)) return { scanned };
  const [elsewhere] = records.places;
  const besides = elsewhere && `It is stored${whereOf(elsewhere)}.`;
  return { scanned, notKnown: clusterNotKnown(cluster, named, times, inventory.among, [...then, ...clusters], besides) };
}

const clusterNotKnown = (
  cluster: string,
  named: RegionFilter,
  times: QueryTimes,
  among: string,
  candidates: readonly string[],
  besides?: string,
): NotKnown =>
  notKnown('cluster', cluster, {
    what: 'No finding is stored',
    where: `${whereOf(named)}${among}${momentWords(times)}`,
    candidates,
    ...(besides !== undefined && { besides }),
  });

/** Reads records until one matches. `whole`: all of them were read. */
async function lookThrough<T>(sources: readonly RecordSource<T>[], matches: (record: T) => boolean) {
  const { items, scanned, end } = await merged(sources, { below: undefined, limit: 1, matches });
  return { found: items.length > 0, scanned, whole: end === undefined };
}

async function lookForResource(
  resource: string,
  { account, region, cluster, check }: ValueFilters,
  times: QueryTimes,
  states: PlacedStates,
  ports: QueryPorts,
): Promise<ValueLookup> {
  const scope = { account, region, cluster, check };
  const resources = new Set<string>();
  const seen = (about: ValueFilters): boolean => {
    if (!isAbout(about, scope)) return false;
    if (about.resource !== undefined) resources.add(about.resource);
    return about.resource === resource;
  };
  const then = states.flatMap(({ account, region, state }) => [
    ...[...state.findings.values()].map(({ finding }) => ({ ...finding, account, region })),
    ...[...state.coverage.values()].map(({ row }) => ({ ...row, account, region })),
  ]);
  if (then.map(seen).includes(true)) return { scanned: 0 };
  let scanned = 0;
  let whole = true;
  if (times.now) {
    const of = { findings: await findingSources(scope, ports), rows: await rowSources(scope, ports) };
    const findings = await lookThrough(of.findings.sources, ({ account, region, finding }) => seen({ ...finding, account, region }));
    scanned = of.findings.scanned + of.rows.scanned + findings.scanned;
    if (findings.found) return { scanned };
    const rows = await lookThrough(of.rows.sources, ({ account, region, row }) => seen({ ...row, account, region }));
    scanned += rows.scanned;
    if (rows.found) return { scanned };
    whole = findings.whole && rows.whole;
  }
  const among = whole ? '' : ` among the first ${scanned.toLocaleString('en-US')} records`;
  const of = `${check === undefined ? '' : ` of ${check}`}${cluster === undefined ? '' : ` of cluster ${cluster}`}`;
  const where = `${of}${whereOf(scope)}${among}${momentWords(times)}`;
  return { scanned, notKnown: notKnown('resource', resource, { what: 'No finding is stored', where, candidates: [...resources] }) };
}

/** A finding that has no history: it may be older than the log. */
async function lookForFinding(id: string, { account = '', region = '' }: RegionFilter, ports: QueryPorts): Promise<ValueLookup> {
  const place = { account, region };
  const [finding, edge] = await Promise.all([ports.reader.finding(place, id), ports.table.regionHead(place)]);
  const unfinished = (edge?.unfinished ?? []).flatMap((commit) => commit.changes);
  if (finding || unfinished.some((change) => change.of === 'finding' && change.id === id)) return { scanned: 1 };
  const { sources, scanned } = await findingSources(place, ports);
  const ids: string[] = [];
  const read = await lookThrough(sources, (record) => {
    ids.push(record.finding.id);
    return false;
  });
  // Those of the same check, if it has any: what is mistyped is most often the resource.
  const [check = ''] = id.split('/');
  const same = ids.filter((other) => checkOf(other) === check);
  const where = `${whereOf(place)}${read.whole ? '' : ` among the first ${read.scanned.toLocaleString('en-US')} findings`}`;
  const candidates = same.length > 0 ? same : ids;
  return { scanned: scanned + read.scanned, notKnown: notKnown('id', id, { what: 'No finding is stored', where, candidates }) };
}

/** The first of the filters, from the account down to the resource, whose value does not occur. */
async function firstUnknown(filters: ValueFilters, times: QueryTimes, ports: QueryPorts): Promise<ValueLookup> {
  const { account, region, cluster, resource, id } = filters;
  const named = { account, region };
  const place = await lookForPlace(named, ports);
  if (place.notKnown || (cluster ?? resource ?? id) === undefined) return place;
  if (id !== undefined) return after(place, await lookForFinding(id, named, ports));
  const states = await statesOf(named, times, ports);
  const found = cluster === undefined ? place : after(place, await lookForCluster(cluster, named, times, states, ports));
  if (found.notKnown || resource === undefined) return found;
  return after(found, await lookForResource(resource, filters, times, states, ports));
}

const after = (before: ValueLookup, look: ValueLookup): ValueLookup => ({ ...look, scanned: before.scanned + look.scanned });

/**
 * Whether there is a check of that id: in this version, or in what another version stored. `doubtful`: only the past, which
 * the question is about, may have it. Throws `Refused` where there is none.
 */
async function lookForCheck(check: string | undefined, times: QueryTimes, { reader }: QueryPorts): Promise<'known' | 'doubtful'> {
  if (check === undefined || checkIds.includes(check)) return 'known';
  const partitions = recordPartitions('check', check);
  for (const read of [reader.findings, reader.rows]) {
    const pages = await Promise.all(partitions.map((partition) => read(partition, undefined, 1)));
    if (pages.some((page) => page.items.length > 0)) return 'known';
  }
  const isPast = times.moments.length > 0 || times.log === true;
  if (isPast && closest(check, checkIds) === undefined) return 'doubtful';
  throw unknownCheck(check);
}

const usual: QueryTimes = { now: true, moments: [] };

const isNotKept = (error: unknown): boolean => error instanceof QueryError && error.problem.status === 404;

/**
 * Answers a question. Throws `Refused` for a check that does not exist. An answer that ends with nothing found says with
 * `known: false` which of its filters could not have found anything.
 */
export async function answerKnown(
  question: Question,
  asked: ParameterValues<ParameterSet>,
  ports: QueryPorts,
): Promise<ResultPage<unknown>> {
  const filters: ValueFilters = asked;
  const times = question.times?.(asked) ?? usual;
  const check = await lookForCheck(filters.check, times, ports);
  const page = await question.ask(asked, ports).catch(async (error: unknown): Promise<ResultPage<unknown>> => {
    // No moment is stored for an unknown place either, and the place is what is wrong.
    const look = isNotKept(error) ? await lookForPlace(filters, ports) : undefined;
    if (!look?.notKnown) throw error;
    return { items: [], scanned: look.scanned, keys: [], ...look.notKnown };
  });
  if (page.items.length > 0 || page.cursor !== undefined || page.known === false) return page;
  if (
    check === 'doubtful' &&
    !(await statesOf(filters, times, ports)).some(({ state }) => state.evaluatedChecks.has(filters.check ?? ''))
  ) {
    // Pages before this one may have found something, and are not taken back.
    if (asked.cursor === undefined) throw unknownCheck(filters.check ?? '');
    return { ...page, ...notKnown('check', filters.check ?? '', { what: 'No finding is stored', candidates: checkIds }) };
  }
  const look = await firstUnknown(filters, times, ports);
  return { ...page, scanned: page.scanned + look.scanned, ...look.notKnown };
}
