/** Every account and region that a plan has audited. */
import pLimit from 'p-limit';
import type { AwsSettings } from '../aws/client/settings.ts';
import type { RegionKey } from '../aws/findings/keys.ts';
import type { UsedResourcesTable } from '../aws/findings/used-resources.ts';
import { assumeAuditRole, organizationAccounts } from '../aws/inventory/accounts.ts';
import { enabledRegions } from '../aws/inventory/regions.ts';
import type { ChangeEvent } from '../core/events/change-events.ts';
import { mayMatter } from '../core/events/used-resources.ts';
import { auditRoleOf, type Plan } from '../core/plan/plan.ts';
import { regionsOf } from '../core/plan/regions.ts';

/** Where the auditor itself is at home. */
export interface DeploymentAccount extends RegionKey {
  readonly partition: string;
}

/** What of it the accounts and regions of a plan depend on. */
type AccountContext = Pick<DeploymentAccount, 'account' | 'partition'>;

const accountsAtOnce = 8;

/** Ids of the accounts, each once: the plan's, or those of the organization, or just the own one. */
export async function plannedAccounts(plan: Plan, home: AccountContext, settings: AwsSettings): Promise<readonly string[]> {
  if (plan.accounts === undefined) return [home.account];
  return plan.accounts === 'organization' ? organizationAccounts(settings, plan.organizationAccounts) : [...new Set(plan.accounts)];
}

/**
 * The regions of one account: those the plan asks for, or every one that is enabled there. An account that cannot be
 * entered has the regions of the own one, so that its silence is noticed region by region.
 */
export async function plannedRegions(account: string, plan: Plan, home: AccountContext, settings: AwsSettings): Promise<readonly string[]> {
  const named = regionsOf(plan);
  if (named) return named;
  if (account === home.account) return enabledRegions(settings);
  const entered = await assumeAuditRole({ account, partition: home.partition, role: auditRoleOf(plan) }, settings);
  return enabledRegions(entered.ok ? entered.settings : settings);
}

/** All of them, region by region, so that neighbours in the list are different accounts. */
export async function plannedPlaces(plan: Plan, home: AccountContext, settings: AwsSettings): Promise<readonly RegionKey[]> {
  const limit = pLimit(accountsAtOnce);
  const accounts = await plannedAccounts(plan, home, settings);
  const of = await Promise.all(
    accounts.map((account) =>
      limit(async () => (await plannedRegions(account, plan, home, settings)).map((region): RegionKey => ({ account, region }))),
    ),
  );
  const longest = Math.max(0, ...of.map((regions) => regions.length));
  return Array.from({ length: longest }, (_, n) => of.flatMap((regions) => regions[n] ?? [])).flat();
}

/**
 * The places a change makes dirty: its own, or every region of its account; none where the plan has nothing to do with
 * it. In an organization every account belongs that is not left out: the bus takes events of no other, and only the accounts of its units have
 * the member stack, which sends them.
 */
export async function placesOfChange(
  change: ChangeEvent,
  plan: Plan,
  home: DeploymentAccount,
  settings: AwsSettings,
): Promise<readonly RegionKey[]> {
  const { account, region } = change;
  const accounts = plan.accounts ?? [home.account];
  if (accounts === 'organization' ? plan.organizationAccounts?.except?.includes(account) : !accounts.includes(account)) return [];
  if (change.everywhere) return (await plannedRegions(account, plan, home, settings)).map((r) => ({ account, region: r }));
  const named = regionsOf(plan);
  return named === undefined || named.includes(region) ? [{ account, region }] : [];
}

/**
 * Of the places of a change, those where it may matter: of a role or a key that no cluster of a place uses, the schedule
 * learns. Where it is not known what is used, every change matters.
 */
export async function affectedPlaces(
  { resource }: ChangeEvent,
  places: readonly RegionKey[],
  { uses, planHash }: { readonly uses: Pick<UsedResourcesTable, 'read'>; readonly planHash: string },
): Promise<readonly RegionKey[]> {
  if (resource === undefined) return places;
  const limit = pLimit(accountsAtOnce);
  const affected = await Promise.all(
    places.map((place) =>
      limit(async () => {
        const used = await uses.read(place, planHash);
        return used && !mayMatter(resource, used) ? [] : [place];
      }),
    ),
  );
  return affected.flat();
}
