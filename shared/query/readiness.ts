/** `GET /readiness`: each region of each account with its clusters, by account and region. */
import * as z from 'zod/mini';
import { isCut, type RegionEntry, regionEntry } from '../aws/findings/inventory.ts';
import type { RegionKey } from '../aws/findings/keys.ts';
import { minutesOfDay } from '../core/events/schedule.ts';
import type { RegionState } from '../core/history/log.ts';
import { resultOf } from '../core/history/state-result.ts';
import { narrowed, readinessParameters } from './filters.ts';
import { mostScanned } from './merge.ts';
import { cursorAt, pageOf, positionIn, type ResultPage } from './page.ts';
import { defaultPage, type ParameterValues, pastInstant } from './parameters.ts';
import { fewPlaces, placeKeys } from './places.ts';
import { inventoryPosition, placePosition } from './positions.ts';
import type { QueryPorts } from './query-sources.ts';
import { question } from './question.ts';
import { coverageCount, list, place, readinessState, regionState, time } from './response-schemas.ts';
import { statesAt, timesOf } from './states-at.ts';

export const clusterReadiness = () =>
  z.object({
    cluster: z.string(),
    planned: z.boolean(),
    running: z.boolean(),
    /** UNKNOWN also where the region was not audited for more than a day; then `last` says what it was. */
    state: readinessState,
    last: z.optional(readinessState),
    since: time,
    /** What makes it so, the first few: ids of findings or of coverage rows, each with one line. None where `omitted` counts it. */
    because: list(z.object({ id: z.string(), text: z.string() })),
    /** How many there are in all. */
    reasons: z.int().check(z.gte(0)),
  });

export const readinessRow = () =>
  z.object({
    ...place,
    alias: z.optional(z.string()),
    regionState,
    /** Why the region was not audited. */
    reason: z.optional(z.string()),
    coverage: coverageCount,
    /** When the collection of the last audit's facts began. */
    factsAt: time,
    /** `factsAt` is noted once a day and when something changes, so there may be later audits; ask with account and region for the last. */
    orLater: z.optional(z.literal(true)),
    /** No audit completed for more than a day, or for longer than the schedule lets pass, as far as `factsAt` can say. */
    late: z.optional(z.literal(true)),
    clusters: list(clusterReadiness()),
    /** Clusters whose reasons find no room, in a region of very many: the worst have theirs. `where`: a sentence that says where to read them. */
    omitted: z.optional(z.object({ clusters: z.int().check(z.gte(1)), where: z.string() })),
  });
export type RegionReadinessView = z.output<ReturnType<typeof readinessRow>>;

type ReadinessQuery = ParameterValues<typeof readinessParameters>;

/** A cluster of a region that was not audited in time is UNKNOWN. */
const isNotEvaluated = (cluster: RegionEntry['clusters'][number], factsAt: string): RegionReadinessView['clusters'][number] => ({
  ...cluster,
  state: 'UNKNOWN',
  last: cluster.state,
  because: [{ id: 'audit', text: `no audit is known to have completed since ${factsAt}` }, ...cluster.because],
  reasons: cluster.reasons + 1,
});

interface RegionReadiness {
  readonly entry: RegionEntry;
  readonly factsAt: string;
  readonly orLater?: true;
}

/**
 * As long as the schedule may be silent, at least a day, and the time an audit may take: what is older was not audited when
 * it should have been. Of what is noted by the day, the last audit may have been almost a day later.
 */
function lateAfterMs({ entry: { gapMinutes }, orLater }: RegionReadiness): number {
  const silent = gapMinutes === undefined ? minutesOfDay : gapMinutes + (orLater ? minutesOfDay : 0);
  return (silent + 120) * 60_000;
}

/** A region as it is shown at `now`. */
function shown({ account, region }: RegionKey, known: RegionReadiness, now: Date): RegionReadinessView {
  const { entry, factsAt, orLater } = known;
  const late = now.getTime() - Date.parse(factsAt) > lateAfterMs(known);
  const { regionState, reason, alias, coverage, clusters } = entry;
  return {
    account,
    region,
    ...(alias !== undefined && { alias }),
    regionState,
    ...(reason !== undefined && { reason }),
    coverage,
    factsAt,
    ...(orLater && { orLater }),
    ...(late && { late: true as const }),
    clusters: late ? clusters.map((c) => isNotEvaluated(c, factsAt)) : clusters,
  };
}

/** What is left out of a row, and the questions that have it. */
function omittedOf({ account, region, clusters }: RegionReadinessView, { at }: ReadinessQuery): Pick<RegionReadinessView, 'omitted'> {
  const cut = clusters.filter(isCut).length;
  if (cut === 0) return {};
  const query = new URLSearchParams({ account, region, ...(at !== undefined && { at }) });
  return { omitted: { clusters: cut, where: `/findings?${query}&status=fail has what fails, /coverage?${query} what was not evaluated.` } };
}

/** The row as far as it is asked for, with what is left out of it. */
const filtered = (row: RegionReadinessView, asked: ReadinessQuery): readonly RegionReadinessView[] =>
  narrowed(row, asked).map((left) => ({ ...left, ...omittedOf(left, asked) }));

const entryOf = (state: RegionState, region: string): RegionEntry =>
  regionEntry(state.audit, resultOf(state, region), [...state.readiness.values()]);

/** One region, exactly: by its last audit, and with what its log says that its records do not have yet. */
async function exactly(place: RegionKey, { table, reader }: QueryPorts): Promise<RegionReadiness | undefined> {
  const [edge, kept] = await Promise.all([table.regionHead(place), reader.region(place)]);
  if (!edge) return undefined;
  const { factsAt } = edge.audit;
  if (kept && edge.unfinished.length === 0 && kept.seq === edge.seq) return { entry: kept, factsAt };
  const state = await table.currentState(place);
  return state && { entry: entryOf(state, place.region), factsAt: state.audit.factsAt };
}

/** When the last audit before a moment was, as far as audits are stored; after that, by the day. */
async function lastAudit(place: RegionKey, moment: string, { table }: QueryPorts): Promise<string | undefined> {
  const [audit] = (await table.audits(place, { to: moment }, { limit: 1 })).items;
  if (audit) return audit.factsAt;
  const days = (await table.days(place, { to: moment.slice(0, 10) }, { limit: 2 })).items;
  return days.find((day) => day.factsAt <= moment)?.factsAt ?? (days.length > 0 ? moment : undefined);
}

/** Where a row stands among all. */
const keyOf = ({ account, region }: RegionKey): string => `${account}#${region}`;

async function rowsAt(
  asked: ReadinessQuery,
  moment: string,
  position: string | undefined,
  ports: QueryPorts,
): Promise<ResultPage<RegionReadinessView>> {
  const { places, scanned } = await fewPlaces(asked, ports.reader);
  const { states, notKept } = await statesAt(places, moment, ports);
  const rows = await Promise.all(
    states.map(async ({ state, ...place }) => {
      const audit = await lastAudit(place, moment, ports);
      const factsAt = audit !== undefined && audit > state.audit.factsAt ? audit : state.audit.factsAt;
      return shown(place, { entry: entryOf(state, place.region), factsAt }, new Date(moment));
    }),
  );
  const left = rows.flatMap((row) => filtered(row, asked)).filter((row) => position === undefined || keyOf(row) > position);
  const items = left.slice(0, asked.limit ?? defaultPage);
  const last = items.at(-1);
  return {
    items,
    ...cursorAt('/readiness', asked, last && items.length < left.length ? keyOf(last) : undefined),
    scanned: scanned + rows.length,
    keys: placeKeys(asked),
    ...(notKept.length > 0 && { notKept }),
  };
}

async function inventoryRows(
  asked: ReadinessQuery,
  position: string | undefined,
  { reader, now }: QueryPorts,
): Promise<Omit<ResultPage<RegionReadinessView>, 'cursor'> & { readonly end?: string }> {
  const { account, region, limit = defaultPage } = asked;
  const items: RegionReadinessView[] = [];
  let scanned = 0;
  let after = position;
  do {
    const read = await reader.regions(account, after, limit);
    scanned += read.scanned;
    for (const { order, value } of read.items) {
      if (items.length === limit) return { items, scanned, keys: placeKeys({ account }), end: after };
      after = order;
      if (region !== undefined && value.region !== region) continue;
      items.push(...filtered(shown(value, { entry: value, factsAt: value.factsAt, orLater: true }, now()), asked));
    }
    after = read.end;
  } while (after !== undefined && items.length < limit && scanned < mostScanned);
  return { items, scanned, keys: placeKeys({ account }), ...(after !== undefined && { end: after }) };
}

export const readiness = question({
  name: 'readiness',
  path: '/readiness',
  summary: 'Readiness of each cluster, by region',
  description:
    'By account and region. Keys: `account`; `account` with `region`. Only with both, the time of the last audit is exact. Other filters search at most 1,000 regions a page. A region that was not audited for more than a day, or for longer than its schedule allows, is UNKNOWN. With `at`, specify an account, or an account and a region.',
  parameters: readinessParameters,
  times: timesOf,
  result: () => pageOf(readinessRow()),
  async ask(asked, ports) {
    const { account, region, at } = asked;
    if (at !== undefined)
      return rowsAt(asked, pastInstant('at', at, ports.now()), positionIn('/readiness', asked, placePosition(asked)), ports);
    if (account === undefined || region === undefined) {
      const { end, ...page } = await inventoryRows(asked, positionIn('/readiness', asked, inventoryPosition(asked)), ports);
      return { ...page, ...cursorAt('/readiness', asked, end) };
    }
    // One row is one page, which has no cursor.
    positionIn('/readiness', asked, () => undefined);
    const known = await exactly({ account, region }, ports);
    const items = known ? filtered(shown({ account, region }, known, ports.now()), asked) : [];
    return { items, scanned: known ? 1 : 0, keys: placeKeys(asked) };
  },
});
