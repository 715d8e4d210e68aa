/** Which regions a question is about, where it names an account, a region, or neither. */

import type { InventoryReader } from '../aws/findings/inventory-reader.ts';
import type { RegionKey } from '../aws/findings/keys.ts';
import { QueryError } from './problem.ts';

export interface RegionFilter {
  readonly account?: string | undefined;
  readonly region?: string | undefined;
}

/** As many regions as one account may have, and then some. */
export const mostPlaces = 40;
/** Regions of the inventory that are read for a region's name. */
const mostRead = 500;

export interface SelectedRegions {
  /** By account and region; absent: they are too many. */
  readonly places?: readonly RegionKey[];
  readonly scanned: number;
}

/** The regions that are meant. Both given: that one, audited or not. Else those that are known, up to `mostPlaces`. */
export async function placesOf({ account, region }: RegionFilter, reader: InventoryReader): Promise<SelectedRegions> {
  if (account !== undefined && region !== undefined) return { places: [{ account, region }], scanned: 0 };
  const places: RegionKey[] = [];
  let scanned = 0;
  let after: string | undefined;
  for (;;) {
    const read = await reader.regions(account, after, 100);
    scanned += read.scanned;
    for (const { value } of read.items)
      if (region === undefined || value.region === region) places.push({ account: value.account, region: value.region });
    after = read.end;
    if (places.length > mostPlaces) return { scanned };
    if (after === undefined) return { places, scanned };
    if (scanned >= mostRead) return { scanned };
  }
}

/** The same for a question that cannot do without. */
export async function fewPlaces(named: RegionFilter, reader: InventoryReader): Promise<Required<SelectedRegions>> {
  const { places, scanned } = await placesOf(named, reader);
  if (places) return { places, scanned };
  throw new QueryError(
    'too-many-places',
    `This query covers at most ${mostPlaces} regions at once, and more match. Specify an account, or an account and a region.`,
    {
      errors: [
        { parameter: named.account === undefined ? 'account' : 'region', accepted: 'a value, for without it there are too many regions' },
      ],
    },
  );
}

/** Filters that were answered by which partitions were read. */
export const placeKeys = ({ account, region }: RegionFilter): readonly string[] => [
  ...(account === undefined ? [] : ['account']),
  ...(region === undefined ? [] : ['region']),
];
