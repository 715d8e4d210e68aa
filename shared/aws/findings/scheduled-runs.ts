/** Scheduled runs of which dispatch sends the requests little by little: one item of the findings table. */
import type { ItemCondition, ItemStore } from './item-store.ts';
import { deploymentPartition, type Key, sortKeys } from './keys.ts';
import { lostRace, untilWon } from './races.ts';

export interface ScheduledRun {
  /** The time that the run stands for. */
  readonly at: string;
  /** Requests of the places whose turns are below this one were sent. */
  readonly sent: number;
}

export interface ScheduledRuns {
  /** The newest first; finished ones too, so that a schedule that is delivered twice is noticed. */
  readonly all: () => Promise<readonly ScheduledRun[]>;
  /** Adds a run, unless it was added before. All runs as they are then. */
  readonly start: (at: string) => Promise<readonly ScheduledRun[]>;
  /** Notes how far a run is. It never goes back. */
  readonly advance: (at: string, sent: number) => Promise<void>;
  /**
   * Reserves the sending of requests, of runs that exist, for two minutes or until `release`. `before`: extends that claim. `undefined`:
   * another process holds it.
   */
  readonly claim: (now: Date, before?: string) => Promise<string | undefined>;
  readonly release: (claim: string) => Promise<void>;
}

export type RunsItem = Key & { readonly version: number; readonly runs: readonly ScheduledRun[]; readonly claimed?: string };

/** A process that ended without a release keeps none of the sweeps, which come every five minutes, from sending. */
const claimMs = 2 * 60_000;

/** Every place that an older run leaves out is due in one of these. */
const remembered = 10;

const key: Key = { pk: deploymentPartition, sk: sortKeys.runs };

export function scheduledRuns({ store }: { readonly store: Pick<ItemStore, 'get' | 'update'> }): ScheduledRuns {
  const read = () => store.get<RunsItem>(key);
  /** `change` returns what it was given where nothing changes. */
  const change = (of: (runs: readonly ScheduledRun[]) => readonly ScheduledRun[]): Promise<readonly ScheduledRun[]> =>
    untilWon(
      async () => {
        const item = await read();
        const before = item?.runs ?? [];
        const runs = of(before);
        if (runs === before) return runs;
        const set = { version: (item?.version ?? 0) + 1, runs };
        const { held } = await store.update(key, { set }, { when: item ? ['=', 'version', item.version] : ['absent', 'pk'] });
        return held ? runs : lostRace;
      },
      (attempts) => `The scheduled runs changed ${attempts} times in a row while they were written.`,
    );
  return {
    all: async () => (await read())?.runs ?? [],
    start: (at) => change((runs) => (runs.some((run) => run.at === at) ? runs : [{ at, sent: 0 }, ...runs].slice(0, remembered))),
    advance: async (at, sent) => {
      await change((runs) =>
        runs.some((run) => run.at === at && run.sent < sent) ? runs.map((run) => (run.at === at ? { at, sent } : run)) : runs,
      );
    },
    claim: async (now, before) => {
      const until = (after: number) => new Date(now.getTime() + after).toISOString();
      const claimed = until(claimMs);
      // What a wrong clock claimed for longer holds no one up.
      const isOver: ItemCondition = ['or', ['<=', 'claimed', until(0)], ['>', 'claimed', until(claimMs)]];
      const isFree: ItemCondition = ['or', ['absent', 'claimed'], before === undefined ? isOver : ['or', isOver, ['=', 'claimed', before]]];
      const { held } = await store.update(key, { set: { claimed } }, { when: ['and', ['present', 'runs'], isFree] });
      return held ? claimed : undefined;
    },
    release: async (claim) => {
      await store.update(key, { remove: ['claimed'] }, { when: ['=', 'claimed', claim] });
    },
  };
}
