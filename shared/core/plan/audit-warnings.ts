/** What an audit shows about its plan: instance types that no account knows, and mutes that match nothing. Pure. */
import type { Facts } from '../evaluation/facts.ts';
import type { RegionResult, Unevaluated } from '../evaluation/finding.ts';
import { isInForce, matchesPattern, muteMatches } from '../evaluation/mutes.ts';
import { quotaTypes, typeQuotaName, typeQuotaNames } from '../quotas/quotas.ts';
import { closest } from '../text/suggestion.ts';
import { some } from '../text/words.ts';
import type { GroupRequest, Mute, Plan } from './plan.ts';
import { type PlanPath, quoted } from './plan-path.ts';
import { didYouMean, groupsOf, type PlanWarning } from './plan-warning.ts';
import { expiredMutes, planWarnings } from './plan-warnings.ts';
import { regionsOf } from './regions.ts';

/** One region of one account, as this audit evaluated it. */
export interface AuditedRegion {
  readonly account: string;
  readonly result: RegionResult;
  readonly facts: Pick<Facts, 'quotas'>;
}

/** Everything the plan covers, whether or not this audit read it. An absent list is not known. */
export interface PlanCoverage {
  readonly accounts?: readonly string[];
  /** `audited`: the audited regions of each account are all there are. */
  readonly regions?: readonly string[] | 'audited';
}

/** What a plan covers as far as it says so itself. `own`: the accounts of a plan that names none. */
export function planScope(plan: Plan, own: readonly string[]): PlanCoverage {
  const regions = regionsOf(plan);
  const accounts = plan.accounts === 'organization' ? undefined : (plan.accounts ?? own);
  return { ...(accounts && { accounts }), ...(regions && { regions }) };
}

export interface AuditToWarnAbout {
  readonly plan: Plan;
  /** When the audit took place (RFC 3339): mutes are in force or expired at that time. */
  readonly at: string;
  readonly audited: readonly AuditedRegion[];
  readonly scope: PlanCoverage;
}

/**
 * The warnings of a plan together with those of an audit by it. Where the audit shows that a mute is right or wrong, what
 * the plan alone suggests about its cluster is left out.
 */
export function auditWarnings(audit: AuditToWarnAbout): readonly PlanWarning[] {
  const { plan, at } = audit;
  const uses = usesOf(audit);
  const isSettled = ({ code, path }: PlanWarning): boolean =>
    code === 'mute-outside-plan' && path[2] === 'cluster' && uses[Number(path[1])] !== 'unknown';
  return [...planWarnings(plan, at).filter((w) => !isSettled(w)), ...shownBy(audit, uses)];
}

/**
 * Of these warnings those that begin after a deployment: mutes that have expired, and what the audit shows. What the plan alone
 * shows from the start is left to `plan validate` and the digest, so that the audit's function need not hold its words.
 */
export const currentWarnings = (audit: AuditToWarnAbout): readonly PlanWarning[] => [
  ...expiredMutes(audit.plan, audit.at),
  ...shownBy(audit, usesOf(audit)),
];

const usesOf = ({ plan, audited, scope }: AuditToWarnAbout): readonly MuteUse[] => plan.mutes.map((mute) => useOf(mute, audited, scope));

function shownBy({ plan, at, audited }: AuditToWarnAbout, uses: readonly MuteUse[]): readonly PlanWarning[] {
  return [
    ...typeWarnings(plan, audited),
    ...plan.mutes.flatMap((mute, i) => (uses[i] === 'none' && isInForce(mute, at) ? [unusedMute(mute, i, audited)] : [])),
  ];
}

/** Types in the order of the plan, each at its place, with the accounts that do not list it. */
function typeWarnings(plan: Plan, audited: readonly AuditedRegion[]): readonly PlanWarning[] {
  return plan.clusters.flatMap((cluster, i) => {
    const lists = audited.flatMap(({ account, result, facts: { quotas } }) => {
      const rows = result.region === cluster.region && quotas.sagemaker?.ok ? quotas.sagemaker.value : [];
      const types = quotaTypes(rows);
      // A region without any such quota does not offer HyperPod, which region-enabled says.
      return types.length === 0 ? [] : [{ account, types, names: new Set(rows.map((q) => q.name)) }];
    });
    return groupsOf(cluster, ['clusters', i]).flatMap(({ group, path }) =>
      typesAt(group, path).flatMap(({ type, at }): PlanWarning[] => {
        const names = [false, true].flatMap((spot) => typeQuotaNames(type, spot));
        const without = lists.filter((list) => !names.some((name) => list.names.has(name)));
        if (without.length === 0) return [];
        const near = closest(type, [...new Set(without.flatMap((list) => list.types))]);
        const accounts = without.map((list) => list.account);
        return [
          {
            code: 'unknown-instance-type',
            message: `expected an instance type that ${cluster.region} has a quota for, got ${quoted(type)}${didYouMean(near)}. No quota "${typeQuotaName(type, false)}" in ${accounts.length === 1 ? 'account' : 'accounts'} ${some(accounts, 3)}.`,
            path: at,
          },
        ];
      }),
    );
  });
}

function typesAt(group: GroupRequest, path: PlanPath): readonly { readonly type: string; readonly at: PlanPath }[] {
  const several = group.InstanceRequirements?.InstanceTypes ?? [];
  return [
    ...(group.InstanceType === undefined ? [] : [{ type: group.InstanceType, at: [...path, 'InstanceType'] }]),
    ...several.map((type, i) => ({ type, at: [...path, 'InstanceRequirements', 'InstanceTypes', i] })),
  ];
}

/** some: it matches a finding; none: it matches none, and all it could match was evaluated; unknown: not all of it was. */
type MuteUse = 'some' | 'none' | 'unknown';

function useOf(mute: Mute, audited: readonly AuditedRegion[], scope: PlanCoverage): MuteUse {
  const isUsed = ({ account, result }: AuditedRegion): boolean =>
    result.findings.some((f) => muteMatches(mute, f, { account, region: result.region }));
  if (audited.some(isUsed)) return 'some';
  const accounts = mute.account === undefined ? scope.accounts : [mute.account];
  if (accounts === undefined || accounts.length === 0) return 'unknown';
  const isWhole = accounts.every((account) => {
    const own = audited.filter((a) => a.account === account);
    const all = scope.regions === 'audited' ? own.map((a) => a.result.region) : scope.regions;
    const regions = mute.region === undefined ? all : [mute.region];
    if (regions === undefined || regions.length === 0) return false;
    return regions.every((region) => own.some(({ result }) => result.region === region && isEvaluated(result, mute)));
  });
  return isWhole ? 'none' : 'unknown';
}

/** Whether everything a mute could match in a region was evaluated. */
const isEvaluated = (result: RegionResult, mute: Mute): boolean =>
  result.state === 'audited' && !result.coverage.unevaluated.some((row) => couldMatch(mute, row));

/** A row without cluster or resource stands for all of them. */
function couldMatch(mute: Mute, row: Unevaluated): boolean {
  const fits = (pattern: string | undefined, text: string | undefined): boolean =>
    pattern === undefined || text === undefined || matchesPattern(pattern, text);
  return mute.check === row.check && fits(mute.cluster, row.cluster) && fits(mute.resource, row.resource);
}

function unusedMute(mute: Mute, i: number, audited: readonly AuditedRegion[]): PlanWarning {
  const seen = audited.flatMap((a) => a.result.findings.filter((f) => f.check === mute.check));
  const nearest = (given: string | undefined, known: readonly (string | undefined)[]): string | undefined => {
    const names = known.filter((k) => k !== undefined);
    return given === undefined || names.some((name) => matchesPattern(given, name)) ? undefined : closest(given, names);
  };
  const near =
    nearest(
      mute.cluster,
      seen.map((f) => f.cluster),
    ) ??
    nearest(
      mute.resource,
      seen.map((f) => f.resource),
    );
  const of = (['cluster', 'resource', 'region', 'account'] as const).flatMap((key) =>
    mute[key] === undefined ? [] : [`${key} ${quoted(mute[key])}`],
  );
  const what = `a finding of ${mute.check}${of.length > 0 ? ` for ${of.join(', ')}` : ''}`;
  return {
    code: 'mute-matches-nothing',
    message: `expected ${what}, got none${didYouMean(near)}. The mute hides nothing.`,
    path: ['mutes', i],
  };
}
