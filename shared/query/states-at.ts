/** Regions as they were at a moment. */
import type { RegionKey } from '../aws/findings/keys.ts';
import type { RegionState } from '../core/history/log.ts';
import type { ResultPage } from './page.ts';
import { instant } from './parameters.ts';
import { QueryError } from './problem.ts';
import type { QueryPorts } from './query-sources.ts';
import type { QueryTimes } from './question.ts';

/** States of regions, each with its account and region. */
export type PlacedStates = readonly (RegionKey & { readonly state: RegionState })[];

export interface StatesAtMoment {
  readonly states: PlacedStates;
  /** Regions of which the moment is not stored; a page says so. */
  readonly notKept: NonNullable<ResultPage<unknown>['notKept']>;
}

/** The times of a question about a moment, or about now. */
export const timesOf = ({ at }: { readonly at?: string | undefined }): QueryTimes =>
  at === undefined ? { now: true, moments: [] } : { now: false, moments: [instant(at)] };

const sentence = (moment: string, since: string | undefined): string =>
  since === undefined ? `${moment} is not stored: nothing is, so far.` : `${moment} is not stored: nothing is stored before ${since}.`;

/** The states at a moment. Throws `QueryError` where it is stored for none of the regions. */
export async function statesAt(places: readonly RegionKey[], moment: string, { table }: QueryPorts): Promise<StatesAtMoment> {
  const read = await Promise.all(places.map(async (place) => ({ place, kept: await table.stateAt(place, moment) })));
  const states = read.flatMap(({ place, kept }) => ('seq' in kept ? [{ ...place, state: kept }] : []));
  const notKept = read.flatMap(({ place, kept }) =>
    'seq' in kept ? [] : [{ ...place, ...(kept.notKeptBefore !== undefined && { notKeptBefore: kept.notKeptBefore }) }],
  );
  if (states.length === 0) throw notKeptAnywhere(moment, notKept);
  return { states, notKept };
}

/** The error for a moment that is stored nowhere; it names the first that is stored anywhere. */
export function notKeptAnywhere(moment: string, notKept: StatesAtMoment['notKept']): QueryError {
  const since = notKept
    .flatMap((n) => n.notKeptBefore ?? [])
    .toSorted()
    .at(0);
  return new QueryError('not-kept', sentence(moment, since), since === undefined ? {} : { notKeptBefore: since });
}
