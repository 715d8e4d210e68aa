/**
 * The accounts and regions of a plan for functions that run every few minutes. Organizations lists twenty accounts a call and
 * throttles, and the regions of each account take two more calls, so both are stored: the list for an hour, regions for a day.
 */
import { createHash } from 'node:crypto';
import pLimit from 'p-limit';
import type { AwsSettings } from '../aws/client/settings.ts';
import type { ItemStore } from '../aws/findings/item-store.ts';
import type { RegionKey } from '../aws/findings/keys.ts';
import { type AccountGroup, readPlaces, type StoredPlaces, storePlaces } from '../aws/findings/stored-places.ts';
import { enabledRegions } from '../aws/inventory/regions.ts';
import { auditRoleOf, type Plan } from '../core/plan/plan.ts';
import { regionsOf } from '../core/plan/regions.ts';
import { type DeploymentAccount, plannedAccounts, plannedPlaces, plannedRegions } from './audited-regions.ts';

export interface PlacesWork {
  readonly plan: Plan;
  readonly home: DeploymentAccount;
  readonly settings: AwsSettings;
  readonly store: Pick<ItemStore, 'get' | 'update'>;
  readonly now: () => Date;
}

export interface KnownPlaces {
  readonly places: readonly RegionKey[];
  /** Why the stored places, which are too old, could not be replaced. */
  readonly outdated?: unknown;
}

const hourMs = 3_600_000;
const accountsAtOnce = 8;
/** The rest is asked for by the next sweep. */
const askingMs = 60_000;

const dependsOn = (plan: Plan): string =>
  createHash('sha256')
    .update(JSON.stringify([plan.accounts, plan.organizationAccounts, auditRoleOf(plan), regionsOf(plan)]))
    .digest('base64url');

const isNamed = (plan: Plan): boolean => plan.accounts !== 'organization' && regionsOf(plan) !== undefined;

const placesOf = ({ groups }: Pick<StoredPlaces, 'groups'>): readonly RegionKey[] =>
  groups.flatMap(({ accounts, regions }) => regions.flatMap((region) => accounts.map((account): RegionKey => ({ account, region }))));

/** Groups of accounts that share regions and day. */
function grouped(accounts: ReadonlyMap<string, Omit<AccountGroup, 'accounts'>>): readonly AccountGroup[] {
  const by = Map.groupBy(accounts, ([, { regions, day }]) => `${day} ${regions.join()}`);
  return [...by.values()].flatMap((members) => {
    const [first] = members;
    return first ? [{ accounts: members.map(([account]) => account), ...first[1] }] : [];
  });
}

interface AskedRegions {
  readonly groups: readonly AccountGroup[];
  /** Why regions of an account could not be listed. */
  readonly failed?: unknown;
}

/**
 * The regions of accounts that were not asked for today, as far as there is time. Until then, and where they cannot be listed, those
 * known before, or those of the own account: one account that refuses keeps no other from being audited.
 */
async function askRegions(accounts: readonly string[], before: StoredPlaces | undefined, work: PlacesWork): Promise<AskedRegions> {
  const { plan, home, settings, now } = work;
  const named = regionsOf(plan);
  if (named) return { groups: [{ accounts, regions: named }] };
  const day = now().toISOString().slice(0, 10);
  const known = new Map((before?.groups ?? []).flatMap(({ accounts: of, ...group }) => of.map((account) => [account, group] as const)));
  const toAsk = accounts.filter((account) => known.get(account)?.day !== day);
  const begun = performance.now();
  const limit = pLimit(accountsAtOnce);
  const asked = new Map<string, Omit<AccountGroup, 'accounts'>>();
  let failed: unknown;
  await Promise.all(
    toAsk.map((account) =>
      limit(async () => {
        if (performance.now() - begun > askingMs) return;
        try {
          asked.set(account, { regions: await plannedRegions(account, plan, home, settings), day });
        } catch (error) {
          failed ??= error;
        }
      }),
    ),
  );
  const isKnown = (account: string): boolean => asked.has(account) || known.has(account);
  const own = accounts.every(isKnown) ? [] : await enabledRegions(settings);
  const groups = grouped(new Map(accounts.map((account) => [account, asked.get(account) ?? known.get(account) ?? { regions: own }])));
  return { groups, failed };
}

/** Whether every region was asked for today, or needs not be asked for. */
const isComplete = (groups: readonly AccountGroup[], plan: Plan, now: Date): boolean =>
  regionsOf(plan) !== undefined || groups.every(({ day }) => day === now.toISOString().slice(0, 10));

/** Every account and region of the plan. Rejects where they are not known at all. */
export async function knownPlaces(work: PlacesWork): Promise<KnownPlaces> {
  const { plan, home, settings, store, now } = work;
  if (isNamed(plan)) return { places: await plannedPlaces(plan, home, settings) };
  const of = dependsOn(plan);
  const stored = await readPlaces(store);
  const before = stored?.of === of ? stored : undefined;
  const age = before ? now().getTime() - Date.parse(before.at) : Number.POSITIVE_INFINITY;
  const isListed = Math.abs(age) < hourMs;
  if (before && isListed && isComplete(before.groups, plan, now())) return { places: placesOf(before) };
  try {
    const accounts = before && isListed ? before.groups.flatMap((group) => group.accounts) : await plannedAccounts(plan, home, settings);
    const { groups, failed } = await askRegions(accounts, before, work);
    const next = { of, at: before && isListed ? before.at : now().toISOString(), groups };
    await storePlaces(store, next);
    return { places: placesOf(next), ...(failed !== undefined && { outdated: failed }) };
  } catch (error) {
    if (!before) throw error;
    return { places: placesOf(before), outdated: error };
  }
}

/** The stored places, or where there are none, those that AWS names now; nothing is stored. */
export async function lastKnownPlaces({ plan, home, settings, store }: Omit<PlacesWork, 'now'>): Promise<readonly RegionKey[]> {
  if (isNamed(plan)) return plannedPlaces(plan, home, settings);
  const stored = await readPlaces(store);
  return stored?.of === dependsOn(plan) ? placesOf(stored) : plannedPlaces(plan, home, settings);
}
