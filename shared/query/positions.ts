/**
 * What may stand in a cursor of each question. Anyone can make a cursor with a good digest, so its position is read like any
 * other input: it has to have the shape of a key of that question and lie where the filters allow. Then there is nothing to
 * sign: a position that was made up leads to a page that could have been asked for anyway.
 */
import { orderStart, type RegionKey, sortKeys } from '../aws/findings/keys.ts';
import { jsonOf } from '../core/text/json.ts';
import type { RequestedPeriod } from './parameters.ts';
import type { RegionFilter } from './places.ts';

const isIn = (place: RegionKey, { account, region }: RegionFilter): boolean =>
  (account === undefined || place.account === account) && (region === undefined || place.region === region);

const time = String.raw`[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?Z`;
const place = '(?<account>[0-9]{12})#(?<region>[a-z0-9-]{1,40})';
/** Ids of findings are percent-encoded and cut to fit a key, whose limit is 1,024 bytes. */
const id = '[!-~]{1,900}';

const patterns = {
  inventory: new RegExp(`^${sortKeys.regions}${place}$`),
  place: new RegExp(`^${place}$`),
  record: new RegExp(`^${time}#${place}#${id}$`),
  audit: new RegExp(`^(?<time>${time})#${place}#.+$`, 's'),
  commit: new RegExp(`^(?<order>(?<time>${time})#${place}#[0-9]{10}~?)(?: (?<seen>[0-9]{1,9}))?$`),
  cluster: new RegExp(`^${place}#.+$`, 's'),
  difference: new RegExp(`^${place}#[1-3]#.+$`, 's'),
} as const;

function groupsOf(pattern: RegExp, text: string): { readonly [name: string]: string } & RegionKey {
  const { account = '', region = '', ...groups } = pattern.exec(text)?.groups ?? {};
  return { ...groups, account, region };
}

/** A reader: the position as it is used, or `undefined` where this question has no such position. */
export type ReadPosition<T> = (position: string) => T | undefined;

const ifPlaced =
  (pattern: RegExp, named: RegionFilter): ReadPosition<string> =>
  (position) =>
    pattern.test(position) && isIn(groupsOf(pattern, position), named) ? position : undefined;

/** A sort key of the inventory, in the requested account. Regions are searched, so it may be of another region. */
export const inventoryPosition = ({ account }: RegionFilter): ReadPosition<string> => ifPlaced(patterns.inventory, { account });

/** A region among those that are asked for. */
export const placePosition = (named: RegionFilter): ReadPosition<string> => ifPlaced(patterns.place, named);

/** A cluster of a region that is asked for. */
export const clusterPosition = (named: RegionFilter): ReadPosition<string> => ifPlaced(patterns.cluster, named);

/** A difference of a region that is asked for. */
export const differencePosition = (named: RegionFilter): ReadPosition<string> => ifPlaced(patterns.difference, named);

/**
 * The order of a finding or of a coverage row. `named`: absent where a page also looks at records of other regions, which it
 * leaves out.
 */
export const recordPosition =
  (kind: keyof typeof orderStart, named: RegionFilter = {}): ReadPosition<string> =>
  (position) => {
    const start = orderStart[kind];
    return position.startsWith(start) ? ifPlaced(patterns.record, named)(position.slice(start.length)) && position : undefined;
  };

/** The order of an audit of that period, in a region that is asked for. */
export const auditPosition =
  (named: RegionFilter, { from = '', to }: RequestedPeriod): ReadPosition<string> =>
  (position) => {
    const { time = '' } = groupsOf(patterns.audit, position);
    return time >= from && time <= to ? ifPlaced(patterns.audit, named)(position) : undefined;
  };

/** A commit: the page goes on below it, or after the first `seen` of its own changes. */
export interface CommitPosition {
  readonly order: string;
  readonly seen?: number;
}

/** A commit of that period. `named`: absent where a page also looks at commits of other regions, which it leaves out. */
export const commitPosition =
  (named: RegionFilter, { from = '', to }: RequestedPeriod): ReadPosition<CommitPosition> =>
  (position) => {
    const { time = '', order = '', seen, ...of } = groupsOf(patterns.commit, position);
    if (order === '' || time < from || time > to || !isIn(of, named)) return undefined;
    return { order, ...(seen !== undefined && { seen: Number(seen) }) };
  };

/** A commit of a region's log by its number. */
export const numberPosition: ReadPosition<number> = (position) => (/^[1-9][0-9]{0,9}$/.test(position) ? Number(position) : undefined);

/** A region, and after which of its findings the page goes on; absent: from its first on. */
export interface CountedPosition extends RegionKey {
  readonly after?: string;
}

export const countedPositionOf = ({ account, region, after = '' }: CountedPosition): string => JSON.stringify([account, region, after]);

/** A finding of a region and a check that are asked for. */
export const countedPosition =
  (named: RegionFilter & { readonly check?: string | undefined }): ReadPosition<CountedPosition> =>
  (position) => {
    const parts = jsonOf(position);
    if (!Array.isArray(parts) || parts.length !== 3 || !parts.every((part) => typeof part === 'string')) return undefined;
    const [account, region, after] = parts as [string, string, string];
    const prefix = named.check === undefined ? sortKeys.findings : sortKeys.findingsOf(named.check);
    const isKey = after === '' || (after.startsWith(prefix) && new RegExp(`^${id}$`).test(after));
    if (!isKey || placePosition(named)(`${account}#${region}`) === undefined) return undefined;
    return { account, region, ...(after !== '' && { after }) };
  };
