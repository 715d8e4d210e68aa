/** `GET /capacity`: amounts against what is needed, day by day, of quotas and free addresses; by account, region and finding. */
import * as z from 'zod/mini';
import type { RegionFinding } from '../aws/findings/inventory-reader.ts';
import type { RegionKey } from '../aws/findings/keys.ts';
import { shortName, unpackDay } from '../aws/findings/packed-amounts.ts';
import type { DayEntry } from '../aws/findings/roll-up.ts';
import type { RegionHead } from '../aws/findings/table.ts';
import { withAmounts } from '../core/history/amounts.ts';
import { trendOf } from '../core/history/trend.ts';
import { capacityParameters, isAbout } from './filters.ts';
import { mostScanned } from './merge.ts';
import { cursorAt, pageOf, positionIn } from './page.ts';
import { defaultPage, type ParameterValues, periodOf } from './parameters.ts';
import { fewPlaces, placeKeys } from './places.ts';
import { countedPosition, countedPositionOf } from './positions.ts';
import type { QueryPorts } from './query-sources.ts';
import { question } from './question.ts';
import { date, level, list, place, status, subject, time } from './response-schemas.ts';

/** One UTC day: the lowest, the highest and the last amount, and what was needed last. */
export const capacityDay = () =>
  z.object({
    date,
    min: z.number(),
    max: z.number(),
    last: z.number(),
    need: z.optional(z.number()),
  });

/** The straight line through the days' last headroom (amount minus need). */
export const trend = () =>
  z.object({
    /** Change of the headroom in a day. */
    perDay: z.number(),
    /** Half of the width of the 95 % interval of `perDay`. */
    plusMinus: z.number(),
    /** When the line reaches zero; absent where it does not within five years. */
    runsOut: z.optional(date),
    /** The earliest and the latest day by the steepest and the flattest line of the interval; `latest` absent: it may never. */
    earliest: z.optional(date),
    latest: z.optional(date),
  });

export const series = () =>
  z.object({
    ...place,
    /** The finding's. */
    id: z.string(),
    ...subject,
    title: z.string(),
    level,
    status,
    have: z.number(),
    need: z.optional(z.number()),
    unit: z.optional(z.string()),
    /** `have - need`. */
    headroom: z.optional(z.number()),
    /** Another value that is watched with it, such as an applied quota and the state of a request for more. */
    watched: z.optional(z.string()),
    asOf: time,
    /** The oldest first. */
    days: list(capacityDay()),
    /** Absent with fewer than three days, or where nothing is needed. */
    trend: z.optional(trend()),
  });
export type CapacitySeriesView = z.output<ReturnType<typeof series>>;

type CapacityQuery = ParameterValues<typeof capacityParameters>;

/** Days that are shown where no beginning is named. */
const usualDays = 30;

/** YYYY-MM-DD, both included. */
interface DayRange {
  readonly from: string;
  readonly to: string;
}

function askedDays(asked: CapacityQuery, now: Date): DayRange {
  const { from, to } = periodOf(asked, now);
  const begin = from ?? new Date(Date.parse(to) - usualDays * 86_400_000).toISOString();
  return { from: begin.slice(0, 10), to: to.slice(0, 10) };
}

async function daysOf(
  place: RegionKey,
  period: { readonly from: string; readonly to: string },
  { table }: QueryPorts,
): Promise<readonly DayEntry[]> {
  const days: DayEntry[] = [];
  let cursor: string | undefined;
  do {
    const read = await table.days(place, period, { limit: 100, oldestFirst: true, ...(cursor !== undefined && { cursor }) });
    days.push(...read.items);
    cursor = read.cursor;
  } while (cursor !== undefined);
  return days;
}

function seriesOf(
  { account, region, ...record }: RegionFinding,
  edge: RegionHead | undefined,
  days: readonly DayEntry[],
): CapacitySeriesView {
  const name = shortName(record.finding.id);
  const moved = edge?.amounts.get(name);
  const finding = moved ? withAmounts(record.finding, moved) : record.finding;
  const { id, check, cluster, group, resource, title, level, status, have = 0, need, unit, watched } = finding;
  const amounts = days.flatMap(({ date, amounts: packed }) => {
    const day = unpackDay(packed).get(name);
    return day ? [{ date, ...day }] : [];
  });
  const line = trendOf(amounts.flatMap((d) => (d.need === undefined ? [] : [{ date: d.date, value: d.last - d.need }])));
  return {
    account,
    region,
    id,
    check,
    ...(cluster !== undefined && { cluster }),
    ...(group !== undefined && { group }),
    resource,
    title,
    level,
    status,
    have,
    ...(need !== undefined && { need, headroom: have - need }),
    ...(unit !== undefined && { unit }),
    ...(watched !== undefined && { watched }),
    asOf: edge?.audit.factsAt ?? record.lastChanged,
    days: amounts,
    ...(line && { trend: line }),
  };
}

/** Series of one region from a key on, until the page is full: then with where it ends. */
async function seriesIn(
  place: RegionKey,
  start: string | undefined,
  asked: CapacityQuery,
  period: DayRange,
  room: { readonly items: number; readonly scan: number },
  ports: QueryPorts,
): Promise<{ readonly items: readonly CapacitySeriesView[]; readonly scanned: number; readonly after?: string }> {
  const found: RegionFinding[] = [];
  let scanned = 0;
  let after = start;
  let end: string | undefined;
  do {
    const read = await ports.reader.counted(place, asked.check, after, room.items);
    scanned += read.scanned;
    end = read.end;
    for (const { order, value } of read.items) {
      if (found.length === room.items) {
        end = after;
        break;
      }
      after = order;
      if (isAbout({ ...place, ...value.finding }, asked)) found.push(value);
    }
    if (found.length < room.items) after = end;
  } while (end !== undefined && found.length < room.items && scanned < room.scan);
  if (found.length === 0) return { items: [], scanned, ...(end !== undefined && { after: end }) };
  const [edge, days] = await Promise.all([ports.table.regionHead(place), daysOf(place, period, ports)]);
  return {
    items: found.map((record) => seriesOf(record, edge, days)),
    scanned: scanned + days.length,
    ...(end !== undefined && { after: end }),
  };
}

export const capacity = question({
  name: 'capacity',
  path: '/capacity',
  summary: 'Available and required amounts, by day',
  description:
    'Findings with an amount (quotas, available addresses, interfaces) by account, region and id. Without `from`, the last 30 days in UTC. Keys: `account` and `region`; `check`; time. At most 40 regions: if there are more, specify an account.',
  parameters: capacityParameters,
  result: () => pageOf(series()),
  async ask(asked, ports) {
    const limit = asked.limit ?? defaultPage;
    const period = askedDays(asked, ports.now());
    const begun = positionIn('/capacity', asked, countedPosition(asked));
    const { places, scanned: placesRead } = await fewPlaces(asked, ports.reader);
    const items: CapacitySeriesView[] = [];
    let scanned = placesRead;
    const keys = [...placeKeys(asked), ...(['check', 'from', 'to'] as const).filter((name) => asked[name] !== undefined)];
    const page = (end: string | undefined) => ({ items, ...cursorAt('/capacity', asked, end), scanned, keys });
    const isBefore = (p: RegionKey): boolean =>
      begun !== undefined && (p.account < begun.account || (p.account === begun.account && p.region < begun.region));
    for (const place of places.filter((p) => !isBefore(p))) {
      if (items.length === limit || scanned >= mostScanned) return page(countedPositionOf(place));
      const start = begun?.account === place.account && begun.region === place.region ? begun.after : undefined;
      const read = await seriesIn(place, start, asked, period, { items: limit - items.length, scan: mostScanned - scanned }, ports);
      items.push(...read.items);
      scanned += read.scanned;
      if (read.after !== undefined) return page(countedPositionOf({ ...place, after: read.after }));
    }
    return page(undefined);
  },
});
