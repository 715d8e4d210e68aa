/**
 * Planned scope and answered scope: which accounts, regions and clusters a result has to name, which of them facts were read
 * for, and what of the plan a selection leaves out. Decided here alone, for every command.
 */

import type { Plan } from '../plan/plan.ts';
import { regionsOf } from '../plan/regions.ts';
import { closest } from '../text/suggestion.ts';
import { some } from '../text/words.ts';
import type { AccountResult, RegionResult, ResultSelection } from './finding.ts';

/** What a command is narrowed to. A part that is absent narrows nothing. */
export interface Selection {
  readonly accounts?: readonly string[];
  readonly regions?: readonly string[];
  readonly clusters?: readonly string[];
}

export interface AccountRegion {
  readonly account: string;
  readonly region: string;
}

/** A planned cluster in one of the accounts it is planned for. */
export interface PlannedPlace extends AccountRegion {
  readonly cluster: string;
}

/** A region that a result has to name. `missing`: why its facts were not read. */
export interface ScopedRegion {
  readonly region: string;
  readonly missing?: string;
}

export interface ScopedAccount {
  readonly account: string;
  /** Whether the plan is for this account; in others only what runs is evaluated. */
  readonly planned: boolean;
  readonly regions: readonly ScopedRegion[];
}

type PlanScope = Pick<Plan, 'regions' | 'clusters' | 'accounts'>;

const unique = (values: readonly string[]): readonly string[] => [...new Set(values)];
const isSelected = (part: readonly string[] | undefined, value: string): boolean => part === undefined || part.includes(value);

/** Every planned cluster in each of these accounts, in the order of the plan. */
export const plannedPlacesOf = ({ clusters }: Pick<Plan, 'clusters'>, accounts: readonly string[]): readonly PlannedPlace[] =>
  clusters.flatMap(({ region, request }) => accounts.map((account) => ({ account, region, cluster: request.ClusterName })));

/** Rows of stored regions with the clusters that each has a state of. */
type StoredRegion = AccountRegion & { readonly clusters: readonly { readonly cluster: string }[] };

/**
 * Planned clusters that none of these rows has a state of: never audited, or planned since the last audit. `accounts`: those in
 * scope; absent: the plan's list, and where it has none the accounts of the rows.
 */
export function plannedWithout(
  plan: Pick<Plan, 'clusters' | 'accounts'>,
  rows: readonly StoredRegion[],
  accounts: readonly string[] = Array.isArray(plan.accounts) ? plan.accounts : unique(rows.map((row) => row.account)),
): readonly PlannedPlace[] {
  const key = ({ account, region, cluster }: PlannedPlace) => JSON.stringify([account, region, cluster]);
  const stored = new Set(rows.flatMap(({ account, region, clusters }) => clusters.map(({ cluster }) => key({ account, region, cluster }))));
  return plannedPlacesOf(plan, accounts).filter((place) => !stored.has(key(place)));
}

/** Names of clusters, each once, in the order of the plan. */
const namesIn = ({ clusters }: Pick<Plan, 'clusters'>): readonly string[] => unique(clusters.map((c) => c.request.ClusterName));

/**
 * The regions that a selection asks for: those it names; for clusters that are all planned, theirs; else those of the plan.
 * `undefined`: neither names any, so every enabled region that lists HyperPod quotas.
 */
export function selectedRegions(plan: PlanScope, { regions, clusters }: Selection): readonly string[] | undefined {
  if (regions) return unique(regions);
  if (clusters?.every((name) => namesIn(plan).includes(name)))
    return unique(plan.clusters.filter((c) => clusters.includes(c.request.ClusterName)).map((c) => c.region));
  return regionsOf(plan);
}

/**
 * The accounts and regions that a result on a snapshot has to name: those the snapshot holds, and those the plan names,
 * with the reason where it does not hold them. Who collected it is not known, so a plan without a list of accounts is for
 * all that the snapshot holds.
 */
export function scopeOf(plan: PlanScope, selection: Selection, answered: readonly AccountRegion[]): readonly ScopedAccount[] {
  const held = unique(answered.map((a) => a.account));
  const planned = plan.accounts === undefined || plan.accounts === 'organization' ? held : unique(plan.accounts);
  const everywhere = unique(answered.map((a) => a.region));
  return unique([...held, ...planned])
    .filter((account) => isSelected(selection.accounts, account))
    .map((account): ScopedAccount => {
      const own = unique(answered.filter((a) => a.account === account && isSelected(selection.regions, a.region)).map((a) => a.region));
      const isPlanned = planned.includes(account);
      const due = isPlanned ? (selectedRegions(plan, selection) ?? (held.includes(account) ? [] : everywhere)) : [];
      const reason = (region: string) => (held.includes(account) ? region : `account ${account}`);
      const missing = due
        .filter((region) => !own.includes(region))
        .map((region): ScopedRegion => ({ region, missing: `${reason(region)} is not in this snapshot` }));
      return { account, planned: isPlanned, regions: [...own.map((region): ScopedRegion => ({ region })), ...missing] };
    });
}

/** The plan for one account: without its clusters where it is for others. */
export const planFor = (plan: Plan, { planned }: Pick<ScopedAccount, 'planned'>): Plan => (planned ? plan : { ...plan, clusters: [] });

/** What of a region is about these clusters or about the region itself; nothing where none of them is there. */
function aboutClusters(region: RegionResult, clusters: readonly string[]): readonly RegionResult[] {
  const readiness = region.readiness.filter((r) => clusters.includes(r.cluster));
  if (readiness.length === 0) return [];
  const isAbout = (of: { readonly cluster?: string }) => of.cluster === undefined || clusters.includes(of.cluster);
  const findings = region.findings.filter(isAbout);
  return [
    {
      ...region,
      readiness,
      findings,
      ...(region.events && { events: region.events.filter(isAbout) }),
      coverage: { evaluated: findings.length, unevaluated: region.coverage.unevaluated.filter(isAbout) },
    },
  ];
}

const listed = (plan: Pick<Plan, 'clusters'>): string => some(plan.clusters.map((c) => `${c.request.ClusterName} in ${c.region}`));
const suggested = (word: string, known: readonly string[]): string => {
  const meant = closest(word, known);
  return meant === undefined ? '' : ` Did you mean ${meant}?`;
};

export interface SelectionWork {
  readonly plan: PlanScope;
  /** The accounts that are in scope without the selection. */
  readonly accounts: readonly string[];
  /** Clusters, planned or running, in the selected accounts and regions. */
  readonly found: readonly string[];
}

/** What of the plan is outside a selection, and what was selected but has no answer. `undefined`: nothing was selected. */
export function describeSelection(selection: Selection, { plan, accounts, found }: SelectionWork): ResultSelection | undefined {
  const { accounts: ids, regions, clusters } = selection;
  if (ids === undefined && regions === undefined && clusters === undefined) return undefined;
  const outside = plannedPlacesOf(plan, accounts).filter(
    (p) => !isSelected(ids, p.account) || !isSelected(regions, p.region) || !isSelected(clusters, p.cluster),
  );
  const known = [...namesIn(plan), ...found];
  const unanswered = [
    ...(ids ?? [])
      .filter((id) => !accounts.includes(id))
      .map((id) => `Account ${id} is not in scope; in scope: ${some(accounts)}.${suggested(id, accounts)}`),
    ...(clusters ?? [])
      .filter((name) => !found.includes(name))
      .map((name) => `Cluster ${name} is not planned in the selection, and was not found running there.${suggested(name, known)}`),
    ...(plan.clusters.length > 0 && !found.some((name) => isSelected(clusters, name))
      ? [`No planned cluster is in the selection, and none was found running there. The plan has ${plan.clusters.length}: ${listed(plan)}.`]
      : []),
  ];
  return {
    ...(ids && { accounts: ids }),
    ...(regions && { regions }),
    ...(clusters && { clusters }),
    outside: { clusters: outside.length, regions: unique(outside.map((p) => p.region)) },
    unanswered,
  };
}

export interface SelectedResults {
  /** What of the results is inside the selection. */
  readonly accounts: readonly AccountResult[];
  readonly selection?: ResultSelection;
}

/** Narrows results to a selection. `accounts`: those that are in scope without it. */
export function selectFrom(
  results: readonly AccountResult[],
  plan: PlanScope,
  selection: Selection,
  accounts: readonly string[],
): SelectedResults {
  const { clusters } = selection;
  const found = unique(results.flatMap((a) => a.regions.flatMap((r) => r.readiness.map((c) => c.cluster))));
  const described = describeSelection(selection, { plan, accounts, found });
  const narrowed = clusters
    ? results
        .map((account) => ({ ...account, regions: account.regions.flatMap((region) => aboutClusters(region, clusters)) }))
        .filter((account) => account.regions.length > 0)
    : results;
  return { accounts: narrowed, ...(described && { selection: described }) };
}
