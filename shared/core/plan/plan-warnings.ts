/**
 * What a plan alone shows to be unintended although it is accepted. Pure. The deployed auditor has the plan as JSON without
 * a file, so places are paths here; a reader of the file turns them into lines and columns.
 */
import type { WarningCode } from '../evaluation/finding.ts';
import { isInForce, matchesPattern } from '../evaluation/mutes.ts';
import { neverRuns } from '../events/schedule.ts';
import { closest } from '../text/suggestion.ts';
import { some } from '../text/words.ts';
import { deploymentWarnings } from './deployment-warnings.ts';
import type { Mute, Plan, PlannedCluster } from './plan.ts';
import { type PlanPath, quoted } from './plan-path.ts';
import { didYouMean, groupsOf, type PlanWarning, variable } from './plan-warning.ts';
import { kmsKeyWords, ofArn, referenceWarnings } from './reference-warnings.ts';
import { partitionOfRegion, regionName, regionsOf } from './regions.ts';

/** Every warning that the plan itself gives rise to at a time (RFC 3339), in the order of the plan's keys. */
export function planWarnings(plan: Plan, at: string): readonly PlanWarning[] {
  return [
    ...regionWarnings(plan),
    ...plan.clusters.flatMap((cluster, i) => clusterWarnings(cluster, ['clusters', i], plan)),
    ...accountWarnings(plan),
    ...expiredMutes(plan, at),
    ...plan.mutes.flatMap((mute, i) => muteWarnings(mute, i, plan)),
    ...repeatedMutes(plan.mutes),
    ...settingWarnings(plan, at),
    ...deploymentWarnings(plan),
    ...textWarnings(plan, []),
  ];
}

interface NamedRegion {
  readonly region: string;
  readonly path: PlanPath;
}

function namedRegions(plan: Plan): readonly NamedRegion[] {
  return [
    ...(Array.isArray(plan.regions) ? plan.regions.map((region: string, i) => ({ region, path: ['regions', i] })) : []),
    ...plan.clusters.map(({ region }, i) => ({ region, path: ['clusters', i, 'region'] })),
    ...plan.mutes.flatMap(({ region }, i) => (region === undefined ? [] : [{ region, path: ['mutes', i, 'region'] }])),
  ];
}

/** Each region once, where it is named first. */
function regionWarnings(plan: Plan): readonly PlanWarning[] {
  const named = new Map<string, PlanPath>();
  for (const { region, path } of namedRegions(plan)) if (!named.has(region)) named.set(region, path);
  const [first] = named.keys();
  return [...named].flatMap(([region, path]): PlanWarning[] => {
    const name = regionName(region);
    if (name.is !== 'known') {
      const message = `expected a region known to this version, got ${quoted(region)}${didYouMean(name.is === 'misspelled' ? name.meant : undefined)}. It is audited as written.`;
      return [{ code: 'unknown-region', message, path }];
    }
    if (first === undefined || partitionOfRegion(region) === partitionOfRegion(first)) return [];
    const message = `expected regions of one partition, ${partitionOfRegion(first)} as ${first}, got ${region} of ${partitionOfRegion(region)}. Credentials of one partition cannot read another.`;
    return [{ code: 'mixed-partitions', message, path }];
  });
}

function clusterWarnings(cluster: PlannedCluster, at: PlanPath, plan: Plan): readonly PlanWarning[] {
  const { request, newVpc, ipv6Pods } = cluster;
  const name = request.ClusterName;
  const warnings: PlanWarning[] = [];
  const warn = (code: WarningCode, path: PlanPath, message: string, atKey = false): void => {
    warnings.push({ code, message, path: [...at, ...path], ...(atKey && { atKey }) });
  };
  if (newVpc && request.VpcConfig)
    warn('contradiction', ['newVpc'], `expected newVpc or a VpcConfig in the request, got both. The subnets of ${name} exist already.`);
  if (ipv6Pods && !request.Orchestrator?.Eks)
    warn('no-effect', ['ipv6Pods'], `expected an EKS cluster for ipv6Pods, got Slurm. It is not evaluated for ${name}.`);
  if (request.RestrictedInstanceGroupsConfig && !request.RestrictedInstanceGroups)
    warn(
      'no-effect',
      ['request', 'RestrictedInstanceGroupsConfig'],
      'expected RestrictedInstanceGroups in the same request, got none. It has no effect.',
      true,
    );
  return [...warnings, ...groupWarnings(cluster, at), ...referenceWarnings(cluster, at, plan)];
}

function groupWarnings(cluster: PlannedCluster, at: PlanPath): readonly PlanWarning[] {
  const { request, growTo = {} } = cluster;
  const name = request.ClusterName;
  const groups = groupsOf(cluster, at);
  if (groups.length === 0) {
    const message = `expected InstanceGroups or RestrictedInstanceGroups, got neither. Quotas, addresses and placement are not evaluated for ${name}.`;
    return [{ code: 'no-instance-groups', message, path: [...at, 'request'] }];
  }
  const idle = groups.every(({ group }) => group.InstanceCount === 0 && !growTo[group.InstanceGroupName]);
  const scales = request.AutoScaling?.Mode === 'Enable';
  return [
    ...(idle && !scales
      ? [
          {
            code: 'no-instances' as const,
            message: `expected an InstanceCount above 0 in at least one group of ${name}, got 0 in each. Quotas and addresses are evaluated for 0 instances.`,
            path: groups[0]?.path ?? at,
          },
        ]
      : []),
    ...groups.flatMap(({ group, path }): PlanWarning[] => {
      const target = growTo[group.InstanceGroupName];
      const both = group.CapacityRequirements?.Spot !== undefined && group.CapacityRequirements.OnDemand !== undefined;
      return [
        ...(target !== undefined && target < group.InstanceCount
          ? [
              {
                code: 'grow-to-below-count' as const,
                message: `expected at least ${group.InstanceCount}, the InstanceCount of ${group.InstanceGroupName}, got ${target}. The InstanceCount is used.`,
                path: [...at, 'growTo', group.InstanceGroupName],
              },
            ]
          : []),
        ...(both
          ? [
              {
                code: 'contradiction' as const,
                message: 'expected one of Spot and OnDemand, got both. The group is evaluated as Spot.',
                path: [...path, 'CapacityRequirements'],
              },
            ]
          : []),
      ];
    }),
  ];
}

function accountWarnings({ accounts, organizationAccounts, auditRole, deployment, alerts }: Plan): readonly PlanWarning[] {
  const scope =
    organizationAccounts === undefined || accounts === 'organization'
      ? []
      : [
          {
            code: 'no-effect' as const,
            message: `expected organizationAccounts together with accounts: organization, got ${accounts === undefined ? 'no accounts' : 'a list of accounts'}. It has no effect.`,
            path: ['organizationAccounts'],
            atKey: true,
          },
        ];
  if (accounts !== undefined) return scope;
  const without = (key: string): string =>
    `expected ${key} together with accounts, got no accounts. It has no effect: only the caller's own account is audited.`;
  return [
    ...scope,
    ...(auditRole === undefined ? [] : [{ code: 'no-effect' as const, message: without('auditRole'), path: ['auditRole'], atKey: true }]),
    ...(deployment?.organization === undefined || alerts.subscribers === 'organization'
      ? []
      : [{ code: 'no-effect' as const, message: without('deployment.organization'), path: ['deployment', 'organization'] }]),
  ];
}

export function expiredMutes({ mutes }: Plan, at: string): readonly PlanWarning[] {
  return mutes.flatMap((mute, i): PlanWarning[] => {
    if (isInForce(mute, at)) return [];
    const message = `expected a date from ${at.slice(0, 10)} on, got ${mute.until}. The mute has expired and hides nothing.`;
    return [{ code: 'mute-expired', message, path: ['mutes', i, 'until'] }];
  });
}

const scopeOf = (m: Mute): string => JSON.stringify([m.check, m.cluster, m.resource, m.region, m.account]);

function muteWarnings(mute: Mute, i: number, plan: Plan): readonly PlanWarning[] {
  const warnings: PlanWarning[] = [];
  const warn = (code: WarningCode, key: keyof Mute, message: string): void => {
    warnings.push({ code, message, path: ['mutes', i, key] });
  };
  const { region, account, cluster } = mute;
  const regions = regionsOf(plan);
  if (region !== undefined && regions && !regions.includes(region))
    warn('mute-outside-plan', 'region', `expected one of the regions of this plan, ${some(regions)}, got ${quoted(region)}.`);
  if (account !== undefined && Array.isArray(plan.accounts) && !plan.accounts.includes(account))
    warn('mute-outside-plan', 'account', `expected one of the accounts of this plan, ${some(plan.accounts)}, got ${quoted(account)}.`);
  const names = plan.clusters.filter((c) => region === undefined || c.region === region).map((c) => c.request.ClusterName);
  if (cluster !== undefined && plan.clusters.length > 0 && !names.some((name) => matchesPattern(cluster, name))) {
    const where = region === undefined ? 'of this plan' : `that this plan has in ${region}`;
    warn(
      'mute-outside-plan',
      'cluster',
      `expected the name of a cluster ${where}, got ${quoted(cluster)}${didYouMean(closest(cluster, names))}. It matches none; running clusters are not checked here.`,
    );
  }
  return warnings;
}

function repeatedMutes(mutes: readonly Mute[]): readonly PlanWarning[] {
  const firsts = new Map<string, number>();
  return mutes.flatMap((mute, i): PlanWarning[] => {
    const first = firsts.get(scopeOf(mute));
    if (first === undefined) {
      firsts.set(scopeOf(mute), i);
      return [];
    }
    const message = `expected each mute once, got the same scope as mutes[${first}]. The one that ends last is used.`;
    return [{ code: 'duplicate', message, path: ['mutes', i] }];
  });
}

function settingWarnings(plan: Plan, at: string): readonly PlanWarning[] {
  const { alerts, deployment, schedule } = plan;
  const { email = [], slack, teams, webhookSecret, pagerDutySecret, jiraSecret, securityHub, events, subscribers } = alerts;
  const silent =
    email.length === 0 &&
    !slack &&
    !teams &&
    [webhookSecret, pagerDutySecret, jiraSecret, subscribers].every((setting) => setting === undefined) &&
    !securityHub &&
    !events;
  const tuned = (['minimum', 'remindAfterHours', 'perHour'] as const).filter((key) => alerts[key] !== undefined);
  const home = namedRegions(plan)[0]?.region;
  const partition = home === undefined ? undefined : partitionOfRegion(home);
  const references = [
    ...ofArn('The secret', ['alerts', 'webhookSecret'], webhookSecret),
    ...ofArn('The secret', ['alerts', 'pagerDutySecret'], pagerDutySecret),
    ...ofArn('The secret', ['alerts', 'jiraSecret'], jiraSecret),
    ...ofArn(kmsKeyWords, ['deployment', 'kmsKey'], deployment?.kmsKey),
    ...ofArn('The CloudFormation role', ['deployment', 'cloudFormationRole'], deployment?.cloudFormationRole),
    ...ofArn('The permissions boundary', ['deployment', 'permissionsBoundary'], deployment?.permissionsBoundary),
  ].filter((r) => partition !== undefined && r.partition !== partition);
  return [
    ...(neverRuns(schedule, at)
      ? [
          {
            code: 'schedule-never-runs' as const,
            message: `expected a schedule that runs again, got ${quoted(schedule)}. Nothing is audited by schedule.`,
            path: ['schedule'],
          },
        ]
      : []),
    ...(silent
      ? tuned.map((key) => ({
          code: 'no-effect' as const,
          message: `expected ${key} together with recipients (email, slack, teams, webhookSecret, pagerDutySecret, jiraSecret, securityHub, events or subscribers), got none. No one is notified.`,
          path: ['alerts', key],
        }))
      : []),
    ...references.map((r) => ({
      code: 'arn-mismatch' as const,
      message: `${r.what}: expected partition ${partition}, that of ${home}, got ${r.partition}.`,
      path: r.path,
    })),
  ];
}

/** Of any text: variables that were not expanded; of any list: texts that stand in it twice. */
function textWarnings(value: unknown, path: PlanPath): readonly PlanWarning[] {
  if (typeof value === 'string') {
    const found = variable.exec(value)?.[0];
    if (found === undefined) return [];
    return [{ code: 'variable-not-expanded', message: `expected a value, got ${quoted(found)}. Variables are not expanded.`, path }];
  }
  if (typeof value !== 'object' || value === null) return [];
  if (!Array.isArray(value)) return Object.entries(value).flatMap(([key, part]) => textWarnings(part, [...path, key]));
  const seen = new Set<unknown>();
  return value.flatMap((item: unknown, i) => {
    const again = typeof item === 'string' && seen.has(item);
    seen.add(item);
    const here = [...path, i];
    const message = `expected each value once, got ${quoted(String(item))} a second time.`;
    return [...(again ? [{ code: 'duplicate' as const, message, path: here }] : []), ...textWarnings(item, here)];
  });
}
