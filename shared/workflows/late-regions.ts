/** Accounts and regions whose audits have stopped: each sweep reads a twelfth of the accounts, so each hour all of them. */
import type { RegionKey } from '../aws/findings/keys.ts';
import type { MarkersTable } from '../aws/findings/markers.ts';
import type { FindingsTable } from '../aws/findings/table.ts';
import { lateAfterMs } from '../core/events/schedule.ts';
import type { Plan } from '../core/plan/plan.ts';
import { regionsOf } from '../core/plan/regions.ts';
import type { DeploymentAccount } from './audited-regions.ts';

export interface LateWork {
  readonly plan: Plan;
  readonly home: DeploymentAccount;
  /** Every account and region of the plan. */
  readonly places: () => Promise<readonly RegionKey[]>;
  readonly table: Pick<FindingsTable, 'summaries'>;
  readonly marks: Pick<MarkersTable, 'expectedSince'>;
  readonly now: () => Date;
}

/** Sweeps come every five minutes. */
const sweepMs = 5 * 60_000;
const sweepsOfAnHour = 12;

/** Whether an account, by its place in the list, has its turn in the sweep of this time. */
export const hasTurn = (n: number, at: string): boolean => n % sweepsOfAnHour === Math.floor(Date.parse(at) / sweepMs) % sweepsOfAnHour;

/** Those of the sweep's accounts that are late. `at`: the time the sweep stands for. */
export async function lateRegions(at: string, work: LateWork): Promise<readonly RegionKey[]> {
  const byAccount = [...Map.groupBy(await work.places(), ({ account }) => account).values()].filter((_, n) => hasTurn(n, at));
  const summaries = await work.table.summaries(byAccount.flat());
  const late: RegionKey[] = [];
  let first = 0;
  for (const places of byAccount) {
    const last = summaries.slice(first, first + places.length).map((summary) => summary?.factsAt);
    first += places.length;
    late.push(...(await lateOf(places, last, work)));
  }
  return late;
}

/** A region that was never audited is late once it was expected for as long, so a new account or region has its time. */
async function lateOf(
  places: readonly RegionKey[],
  last: readonly (string | undefined)[],
  { plan, home, marks, now }: LateWork,
): Promise<readonly RegionKey[]> {
  const at = now();
  const isLate = (since: string) => at.getTime() - Date.parse(since) > lateAfterMs(plan.schedule);
  // Where the plan names no regions, those without HyperPod are skipped; only if the auditor's own account has no audit at
  // all is one missing.
  const named = regionsOf(plan) !== undefined;
  const isExpected = (place: RegionKey, n: number) =>
    named || (n === 0 && place.account === home.account && last.every((factsAt) => factsAt === undefined));
  const late = await Promise.all(
    places.map(async (place, n) => {
      const factsAt = last[n];
      if (factsAt !== undefined) return isLate(factsAt);
      return isExpected(place, n) && isLate(await marks.expectedSince(place, at.toISOString()));
    }),
  );
  return places.filter((_, n) => late[n]);
}
