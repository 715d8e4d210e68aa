/**
 * Mistakes between the parts of a plan. Reads values before the schema has accepted them, so that these mistakes are reported
 * together with all others: what is not of the expected shape is skipped here and reported by the schema.
 */

import { type PlanPath, pathText, quoted } from '../core/plan/plan-path.ts';
import { mayBeNewRegion, regionName, regionsOf } from '../core/plan/regions.ts';
import { ownCommand } from '../core/text/own-command.ts';
import { closest } from '../core/text/suggestion.ts';

export interface PlanMistake {
  readonly path: PlanPath;
  /** It stands at the key, not at the value. */
  readonly atKey?: boolean;
  readonly expected: string;
  readonly got: string;
  readonly hint?: string | undefined;
}

type UncheckedMapping = { readonly [key: string]: unknown };

const mapping = (value: unknown): UncheckedMapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as UncheckedMapping) : {};
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const has = (value: UncheckedMapping, name: string): boolean => value[name] !== undefined && value[name] !== null;
const names = (words: readonly string[]): string => (words.length > 12 ? `${words.slice(0, 12).join(', ')}, …` : words.join(', '));
const didYouMean = (word: string, words: readonly string[]): { readonly hint?: string } => {
  const near = closest(word, words);
  return near === undefined ? {} : { hint: `did you mean ${near}?` };
};

/** What the schema allows; comparing more with one another would only take time. */
export const mostClusters = 1000;

interface UncheckedCluster {
  readonly path: PlanPath;
  readonly own: UncheckedMapping;
  readonly region?: string;
  readonly name?: string;
  readonly alternativeTo?: string;
  readonly request: UncheckedMapping;
  /** Its request could not be read, so its name and groups are unknown. */
  readonly unread: boolean;
}

/**
 * Every mistake between the parts of a plan. `unread`: positions of clusters whose request could not be read.
 * `checkIds`: the checks there are; without it mutes may name any.
 */
export function mistakes(plan: unknown, unread: ReadonlySet<number>, checkIds?: readonly string[]): readonly PlanMistake[] {
  const root = mapping(plan);
  const clusters = list(root.clusters)
    .slice(0, mostClusters)
    .map((value, i): UncheckedCluster => {
      const cluster = mapping(value);
      const request = mapping(cluster.request);
      const [region, name, alternativeTo] = [text(cluster.region), text(request.ClusterName), text(cluster.alternativeTo)];
      return {
        path: ['clusters', i],
        own: cluster,
        ...(region !== undefined && { region }),
        ...(name !== undefined && { name }),
        ...(alternativeTo !== undefined && { alternativeTo }),
        request,
        unread: unread.has(i),
      };
    });
  const byName = Map.groupBy(
    clusters.filter((c) => c.name !== undefined),
    (c) => c.name,
  );
  return [
    ...twice(root.regions, ['regions']),
    ...list(root.regions).flatMap((region, i) => mistypedRegion(region, ['regions', i])),
    ...twice(root.accounts, ['accounts']),
    ...twice(mapping(root.alerts).email, ['alerts', 'email']),
    ...twice(mapping(root.alerts).subscribers, ['alerts', 'subscribers']),
    ...twice(mapping(mapping(root.deployment).vpc).subnets, ['deployment', 'vpc', 'subnets']),
    ...twice(mapping(mapping(root.deployment).vpc).securityGroups, ['deployment', 'vpc', 'securityGroups']),
    ...twice(mapping(root.deployment).queryAccounts, ['deployment', 'queryAccounts']),
    ...twice(mapping(root.deployment).bucketAccounts, ['deployment', 'bucketAccounts']),
    ...twice(mapping(root.auditRole).operators, ['auditRole', 'operators']),
    ...subscribersOfOrganization(root),
    ...clusters.flatMap((cluster) => [
      ...mistypedRegion(cluster.region, [...cluster.path, 'region']),
      ...regionListed(cluster, root.regions),
      ...sameName(cluster, clusters),
      ...alternatives(cluster, clusters, byName),
      ...growth(cluster),
      ...twice(cluster.own.fsxLustre, [...cluster.path, 'fsxLustre']),
      ...requestMistakes(cluster.request, [...cluster.path, 'request']),
    ]),
    ...list(root.mutes).flatMap((mute, i) => [
      ...knownCheck(text(mapping(mute).check), ['mutes', i, 'check'], checkIds),
      ...mistypedRegion(mapping(mute).region, ['mutes', i, 'region']),
    ]),
  ];
}

/** Policies name an organization by its id, which only deployment.organization gives. */
function subscribersOfOrganization({ alerts, deployment }: UncheckedMapping): readonly PlanMistake[] {
  if (mapping(alerts).subscribers !== 'organization' || has(mapping(deployment), 'organization')) return [];
  return [
    {
      path: ['alerts', 'subscribers'],
      expected: 'the id of the organization in deployment.organization',
      got: 'subscribers: organization without it',
    },
  ];
}

/** Texts that stand in a list more than once. */
function twice(values: unknown, path: PlanPath): readonly PlanMistake[] {
  const seen = new Set<unknown>();
  return list(values).flatMap((value, i) => {
    if (typeof value !== 'string') return [];
    if (seen.has(value)) return [{ path: [...path, i], got: `${quoted(value)} a second time`, expected: 'each value once' }];
    seen.add(value);
    return [];
  });
}

/** A name that may be a region newer than this version is a warning; what is only a typing mistake is refused. */
function mistypedRegion(region: unknown, path: PlanPath): readonly PlanMistake[] {
  if (typeof region !== 'string') return [];
  const name = regionName(region);
  if (name.is !== 'misspelled' || mayBeNewRegion(region)) return [];
  return [{ path, expected: 'the name of an AWS region', got: quoted(region), hint: `did you mean ${name.meant}?` }];
}

/** A cluster outside of the listed regions would silently never be audited. */
function regionListed({ path, region }: UncheckedCluster, regions: unknown): readonly PlanMistake[] {
  const listed = list(regions).filter((r) => typeof r === 'string');
  if (region === undefined || listed.length === 0 || listed.includes(region)) return [];
  const expected = `one of the regions of this plan: ${names(regionsOf({ regions: listed, clusters: [] }) ?? [])}`;
  return [{ path: [...path, 'region'], got: quoted(region), expected, hint: `or add ${region} to regions` }];
}

function sameName(cluster: UncheckedCluster, clusters: readonly UncheckedCluster[]): readonly PlanMistake[] {
  const first = clusters.find((c) => c.name === cluster.name && c.region === cluster.region);
  if (cluster.name === undefined || cluster.region === undefined || first === undefined || first === cluster) return [];
  const got = `${quoted(cluster.name)}, the name of ${pathText(first.path)} in ${cluster.region}`;
  return [{ path: [...cluster.path, 'request', 'ClusterName'], got, expected: 'a name that no other cluster of the region has' }];
}

/** The cluster named must be another one, and not, over any number of steps, an alternative to this one. */
function alternatives(
  cluster: UncheckedCluster,
  clusters: readonly UncheckedCluster[],
  byName: { readonly get: (name: string | undefined) => readonly UncheckedCluster[] | undefined },
): readonly PlanMistake[] {
  const { alternativeTo, path } = cluster;
  if (alternativeTo === undefined) return [];
  const named = (of: UncheckedCluster) => (byName.get(of.alternativeTo) ?? []).filter((c) => c !== of);
  const at = { path: [...path, 'alternativeTo'] };
  if (named(cluster).length === 0) {
    // The cluster it names may be the one whose request could not be read.
    if (clusters.some((c) => c !== cluster && c.unread)) return [];
    const others = [...new Set(clusters.filter((c) => c !== cluster).flatMap((c) => c.name ?? []))];
    const expected =
      others.length > 0 ? `another cluster of this plan: ${names(others)}` : 'another cluster of this plan (it has no other)';
    return [{ ...at, got: quoted(alternativeTo), expected, ...didYouMean(alternativeTo, others) }];
  }
  const reached = new Set(named(cluster));
  // A set is walked while it grows: every cluster that some step leads to, each once.
  for (const next of reached) for (const further of named(next)) reached.add(further);
  if (!reached.has(cluster)) return [];
  const got = `${quoted(alternativeTo)}, which is itself an alternative to this cluster: neither would ever count`;
  return [{ ...at, got, expected: 'a cluster that is not an alternative to this one' }];
}

function groupsOf(
  request: UncheckedMapping,
): readonly { readonly path: PlanPath; readonly group: UncheckedMapping; readonly name?: string }[] {
  return ['InstanceGroups', 'RestrictedInstanceGroups'].flatMap((kind) =>
    list(request[kind]).map((value, i) => {
      const group = mapping(value);
      const name = text(group.InstanceGroupName);
      return { path: [kind, i], group, ...(name !== undefined && { name }) };
    }),
  );
}

function growth({ path, own, request, unread }: UncheckedCluster): readonly PlanMistake[] {
  if (unread) return [];
  const groups = groupsOf(request).flatMap((g) => g.name ?? []);
  const expected =
    groups.length > 0 ? `an instance group of the request: ${names(groups)}` : 'an instance group of the request (it has none)';
  return Object.keys(mapping(own.growTo))
    .filter((name) => !groups.includes(name))
    .map((name) => ({ path: [...path, 'growTo', name], atKey: true, got: quoted(name), expected, ...didYouMean(name, groups) }));
}

function knownCheck(id: string | undefined, path: PlanPath, checkIds: readonly string[] | undefined): readonly PlanMistake[] {
  if (id === undefined || checkIds === undefined || checkIds.includes(id)) return [];
  const near = didYouMean(id, checkIds);
  return [{ path, got: quoted(id), expected: `the id of a check, as \`${ownCommand(['checks'])}\` lists them`, ...near }];
}

/** What the members of one request say of each other, as far as it is a matter of shape and range. */
function requestMistakes(request: UncheckedMapping, at: PlanPath): readonly PlanMistake[] {
  const groups = groupsOf(request);
  const first = new Map(groups.map((g, i) => [g.name, i] as const).toReversed());
  return [
    ...vpcTwice(request.VpcConfig, [...at, 'VpcConfig']),
    ...exactlyOne(request.Orchestrator, [...at, 'Orchestrator'], ['Eks', 'Slurm']),
    ...tagsTwice(request.Tags, [...at, 'Tags']),
    ...groups.flatMap(({ path, group, name }, i) => {
      const here = [...at, ...path];
      return [
        ...(name !== undefined && (first.get(name) ?? i) < i
          ? [
              {
                path: [...here, 'InstanceGroupName'],
                got: `${quoted(name)} a second time`,
                expected: 'a name that no other group of the cluster has',
              },
            ]
          : []),
        ...counts(group, here),
        ...(path[0] === 'InstanceGroups' ? typed(group, here) : []),
        ...twice(mapping(group.InstanceRequirements).InstanceTypes, [...here, 'InstanceRequirements', 'InstanceTypes']),
        ...vpcTwice(group.OverrideVpcConfig, [...here, 'OverrideVpcConfig']),
        ...list(group.InstanceStorageConfigs).flatMap((storage, n) =>
          exactlyOne(storage, [...here, 'InstanceStorageConfigs', n], ['EbsVolumeConfig', 'FsxLustreConfig', 'FsxOpenZfsConfig']),
        ),
      ];
    }),
  ];
}

function vpcTwice(vpc: unknown, path: PlanPath): readonly PlanMistake[] {
  return ['SecurityGroupIds', 'Subnets'].flatMap((member) => twice(mapping(vpc)[member], [...path, member]));
}

function tagsTwice(tags: unknown, path: PlanPath): readonly PlanMistake[] {
  const again = twice(
    list(tags).map((tag) => mapping(tag).Key),
    path,
  );
  return again.map((m) => ({ ...m, path: [...m.path, 'Key'], expected: 'each tag key once' }));
}

/** A union of the API: one member of it, no more and no less. */
function exactlyOne(value: unknown, path: PlanPath, members: readonly string[]): readonly PlanMistake[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  const given = members.filter((m) => has(mapping(value), m));
  if (given.length === 1) return [];
  const expected = `exactly one of ${members.slice(0, -1).join(', ')} and ${members.at(-1)}`;
  // Another member may be newer than this version: it is reported as unknown.
  if (given.length === 0) return Object.keys(value).length > 0 ? [] : [{ path, got: 'none of them', expected }];
  return [{ path: [...path, given[1] ?? ''], atKey: true, got: given.join(' and '), expected }];
}

function counts(group: UncheckedMapping, path: PlanPath): readonly PlanMistake[] {
  const { InstanceCount: count, MinInstanceCount: min } = group;
  if (typeof count !== 'number' || typeof min !== 'number' || min <= count) return [];
  return [{ path: [...path, 'MinInstanceCount'], got: String(min), expected: `at most the group's InstanceCount, ${count}` }];
}

function typed(group: UncheckedMapping, path: PlanPath): readonly PlanMistake[] {
  const both = has(group, 'InstanceType') && has(group, 'InstanceRequirements');
  if (both) {
    const got = 'InstanceRequirements together with InstanceType';
    return [{ path: [...path, 'InstanceRequirements'], atKey: true, got, expected: 'one of InstanceType and InstanceRequirements' }];
  }
  const neither = !has(group, 'InstanceType') && !has(group, 'InstanceRequirements') && Object.keys(group).length > 0;
  return neither ? [{ path: [...path, 'InstanceType'], got: 'nothing', expected: 'InstanceType or InstanceRequirements' }] : [];
}
