/** What was committed in a region since a marker: what an import and the event bus have in common. */
import type { RegionKey } from '../aws/findings/keys.ts';
import type { FindingsTable } from '../aws/findings/table.ts';
import type { Commit, RegionState } from '../core/history/log.ts';

export interface CommitsSince {
  readonly state: RegionState;
  /** The region with the alias of its account. */
  readonly named: RegionKey & { readonly alias?: string };
  /** In the order of the log. */
  readonly commits: readonly Commit[];
  /** There was no marker, or commits have expired: the commits do not add up to the state. */
  readonly isPartial: boolean;
}

/** `markerOf` reads the number of the last commit that was handed over. `undefined`: nothing came since. */
export async function commitsSince(
  place: RegionKey,
  markerOf: (place: RegionKey) => Promise<number | undefined>,
  table: Pick<FindingsTable, 'commit' | 'currentState'>,
): Promise<CommitsSince | undefined> {
  const state = await table.currentState(place);
  if (!state) return undefined;
  const done = await markerOf(place);
  if (done !== undefined && done >= state.seq) return undefined;
  const { alias } = state.audit;
  const commits: Commit[] = [];
  for (let seq = (done ?? state.seq) + 1; seq <= state.seq; seq += 1) {
    const commit = await table.commit(place, seq);
    if (commit) commits.push(commit);
  }
  return {
    state,
    named: { ...place, ...(alias !== undefined && { alias }) },
    commits,
    isPartial: done === undefined || commits.length < state.seq - done,
  };
}
