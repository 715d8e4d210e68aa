/** What an organization of 10,000 accounts takes, from the growth between two that were simulated. Pure. */
import type { FunctionRuns, SimulatedFunction } from './functions.ts';
import type { HourOutcome } from './organization.ts';
import type { HottestKey } from './write-counts.ts';

/** Sizes that were simulated, by their accounts. */
export interface Sizes {
  readonly small: number;
  readonly large: number;
}

/** The line through both sizes, and never less than at the larger of them: what is bounded does not fall. */
export const grown = (small: number, large: number, { small: from, large: to }: Sizes, accounts: number): number =>
  Math.max(large, large + ((large - small) / (to - from)) * (accounts - to));

const unitsIn = (hottest: readonly HottestKey[], name: string): number => hottest.find((key) => key.in === name)?.units ?? 0;

const runsOf = (runs: HourOutcome['runs'], name: SimulatedFunction): FunctionRuns =>
  runs.get(name) ?? { calls: 0, longestMs: 0, totalMs: 0 };

/** The same hour of more accounts. `run`: what of it was run in full. */
export function grownHour(small: HourOutcome, large: HourOutcome, sizes: Sizes, accounts: number, run?: HourOutcome): HourOutcome {
  const of = (value: (hour: HourOutcome) => number) => grown(value(small), value(large), sizes, accounts);
  const runs = [...large.runs.keys()].map((name): readonly [SimulatedFunction, FunctionRuns] => {
    const part = (value: keyof FunctionRuns) => of(({ runs }) => runsOf(runs, name)[value]);
    return [name, run?.runs.get(name) ?? { calls: part('calls'), longestMs: part('longestMs'), totalMs: part('totalMs') }];
  });
  const hottest = large.hottest.map((key): HottestKey => {
    const computed = of((hour) => unitsIn(hour.hottest, key.in));
    return { ...key, units: Math.max(computed, unitsIn(run?.hottest ?? [], key.in)) };
  });
  return {
    name: large.name,
    audits: of((hour) => hour.audits),
    runs: new Map(runs),
    calls: of((hour) => hour.calls),
    writeUnits: of((hour) => hour.writeUnits),
    hottest: hottest.toSorted((a, b) => b.units - a.units),
    messages: run?.messages ?? of((hour) => hour.messages),
    lastAuditMinutes: of((hour) => hour.lastAuditMinutes),
  };
}
