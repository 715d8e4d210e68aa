/**
 * What a plan alone shows to be unintended although it is accepted. Pure. The deployed auditor has the plan as JSON without
 * a file, so places are paths here; a reader of the file turns them into lines and columns.
 */
import type { Warning, WarningCode } from '../evaluation/finding.ts';
import { isInForce, matchesPattern } from '../evaluation/mutes.ts';
import { neverRuns } from '../events/schedule.ts';
import { closest } from '../text/suggestion.ts';
import { some } from '../text/words.ts';
import type { GroupRequest, Mute, Plan, PlannedCluster } from './plan.ts';
import { type PlanPath, pathText, quoted } from './plan-path.ts';
import { partitionOfRegion, regionName, regionsOf } from './regions.ts';

/** A warning that knows its place in the plan, not yet the file. */
export interface PlanWarning {
  readonly code: WarningCode;
  readonly message: string;
  readonly path: PlanPath;
  /** It belongs to the key, not to the value. */
  readonly atKey?: boolean;
  /** Line and column, where the path alone does not lead there. */
  readonly place?: { readonly line: number; readonly column: number };
}

/** A warning as the deployed auditor reports it, which has the plan without its file. */
export const withoutFile = ({ code, message, path }: PlanWarning): Warning => ({ code, message, path: pathText(path) });

/** So many warnings stand in a line of a log, which has a largest size. */
const mostLogged = 20;

/** The members of a log line for these warnings: none where there is none, and how many are left out. */
export function loggedWarnings(warnings: readonly Warning[]): { readonly warnings?: readonly Warning[]; readonly moreWarnings?: number } {
  const more = warnings.length - mostLogged;
  if (warnings.length === 0) return {};
  return { warnings: warnings.slice(0, mostLogged), ...(more > 0 && { moreWarnings: more }) };
}

/** ` (did you mean us-west-2?)`; empty without a suggestion. */
export const didYouMean = (near: string | undefined): string => (near === undefined ? '' : ` (did you mean ${near}?)`);

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

/** An ARN or a DNS name in a plan, with what it says about its place. */
interface AwsReference {
  readonly what: string;
  readonly path: PlanPath;
  readonly partition?: string;
  readonly service?: string;
  readonly region?: string;
  readonly account?: string;
  /** It has to be in the account of the cluster: keys and file systems of other accounts can be used. */
  readonly ownAccount?: true;
}

const key = 'The KMS key';

function ofArn(what: string, path: PlanPath, arn: string | undefined, own?: 'own'): readonly AwsReference[] {
  const [, partition, service, region, account] = /^arn:([^:]+):([^:]+):([^:]*):([^:]*):/.exec(arn ?? '') ?? [];
  if (partition === undefined || service === undefined) return [];
  return [{ what, path, partition, service, ...(region && { region }), ...(account && { account }), ...(own && { ownAccount: true }) }];
}

const ofDns = (what: string, path: PlanPath, name: string | undefined): readonly AwsReference[] => {
  const region = /\.fsx\.([a-z0-9-]+)\./.exec(name ?? '')?.[1];
  return region === undefined ? [] : [{ what, path, region }];
};

const groupKinds = ['InstanceGroups', 'RestrictedInstanceGroups'] as const;

/** The groups of a planned cluster, each with its path. */
export function groupsOf({ request }: PlannedCluster, at: PlanPath): readonly { readonly group: GroupRequest; readonly path: PlanPath }[] {
  return groupKinds.flatMap((kind) => (request[kind] ?? []).map((group, i) => ({ group, path: [...at, 'request', kind, i] })));
}

function referencesOf(cluster: PlannedCluster, at: PlanPath): readonly AwsReference[] {
  const { request, runAs } = cluster;
  const role = 'ClusterRole' in request && typeof request.ClusterRole === 'string' ? request.ClusterRole : undefined;
  return [
    ...ofArn('The EKS cluster', [...at, 'request', 'Orchestrator', 'Eks', 'ClusterArn'], request.Orchestrator?.Eks?.ClusterArn, 'own'),
    ...ofArn('The cluster role', [...at, 'request', 'ClusterRole'], role, 'own'),
    ...groupsOf(cluster, at).flatMap(({ group, path }) => [
      ...ofArn('The execution role', [...path, 'ExecutionRole'], group.ExecutionRole, 'own'),
      ...ofArn('The training plan', [...path, 'TrainingPlanArn'], group.TrainingPlanArn, 'own'),
      ...(group.InstanceStorageConfigs ?? []).flatMap((storage, i) => {
        const here = [...path, 'InstanceStorageConfigs', i];
        return [
          ...ofArn(key, [...here, 'EbsVolumeConfig', 'VolumeKmsKeyId'], storage.EbsVolumeConfig?.VolumeKmsKeyId),
          ...ofDns('The file system', [...here, 'FsxLustreConfig', 'DnsName'], storage.FsxLustreConfig?.DnsName),
          ...ofDns('The file system', [...here, 'FsxOpenZfsConfig', 'DnsName'], storage.FsxOpenZfsConfig?.DnsName),
        ];
      }),
    ]),
    ...(runAs?.principals ?? []).flatMap((arn, i) => ofArn('The principal', [...at, 'runAs', 'principals', i], arn, 'own')),
  ];
}

/** What contradicts the cluster's region and its partition, and which accounts contradict one another. */
function referenceWarnings(cluster: PlannedCluster, at: PlanPath, { accounts }: Plan): readonly PlanWarning[] {
  const { region, request } = cluster;
  const partition = partitionOfRegion(region);
  const name = request.ClusterName;
  const references = referencesOf(cluster, at);
  const owner = references.find((r) => r.ownAccount && r.account !== undefined);
  const planned = Array.isArray(accounts) ? (accounts as readonly string[]) : undefined;
  return references.flatMap((r): PlanWarning[] => {
    const warn = (message: string): PlanWarning[] => [{ code: 'arn-mismatch', message: `${r.what}: ${message}`, path: r.path }];
    // Shapes of the schema hold every other ARN to its service.
    if (r.what === key && r.service !== 'kms') return warn(`expected an ARN of kms, got one of ${r.service}.`);
    if (r.partition !== undefined && r.partition !== partition)
      return warn(`expected partition ${partition}, where ${name} is planned, got ${r.partition}.`);
    if (r.region !== undefined && r.region !== region) return warn(`expected region ${region}, where ${name} is planned, got ${r.region}.`);
    if (!r.ownAccount || r.account === undefined || owner?.account === undefined) return [];
    if (r.account !== owner.account) return warn(`expected account ${owner.account}, as at ${pathText(owner.path)}, got ${r.account}.`);
    if (r === owner && planned && !planned.includes(r.account))
      return warn(`expected one of the accounts of this plan, ${some(planned)}, got ${r.account}.`);
    return [];
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
      'expected RestrictedInstanceGroups beside it, got none. It has no effect.',
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

function accountWarnings({ accounts, auditRole, deployment }: Plan): readonly PlanWarning[] {
  if (accounts !== undefined) return [];
  const without = (key: string): string =>
    `expected ${key} together with accounts, got no accounts. It has no effect: only the caller's own account is audited.`;
  return [
    ...(auditRole === undefined ? [] : [{ code: 'no-effect' as const, message: without('auditRole'), path: ['auditRole'], atKey: true }]),
    ...(deployment?.organization === undefined
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
  const { email = [], slack, teams, webhookSecret, securityHub } = alerts;
  const silent = email.length === 0 && !slack && !teams && webhookSecret === undefined && !securityHub;
  const tuned = (['minimum', 'remindAfterHours'] as const).filter((key) => alerts[key] !== undefined);
  const home = namedRegions(plan)[0]?.region;
  const partition = home === undefined ? undefined : partitionOfRegion(home);
  const references = [
    ...ofArn('The secret', ['alerts', 'webhookSecret'], webhookSecret),
    ...ofArn(key, ['deployment', 'kmsKey'], deployment?.kmsKey),
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
          message: `expected ${key} together with recipients (email, slack, teams, webhookSecret or securityHub), got none. No one is notified.`,
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

/** `${NAME}` and `{{ name }}`: what other tools expand before a file is read. */
export const variable = /\$\{[^{}\n]*\}|\{\{[^{}\n]*\}\}/;

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
