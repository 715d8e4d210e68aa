/** Who talks in a cluster: its nodes, by the security groups they carry, and what they talk to. And words for what stops them. */

import { type CheckContext, type CheckRemediation, type CheckResult, fail } from '../evaluation/check.ts';
import { type Cluster, type Group, networkOf, runningGroup } from '../evaluation/cluster.ts';
import type { Facts, Keyed, Read, SecurityGroup, VpcEndpoint } from '../evaluation/facts.ts';
import type { Level } from '../evaluation/finding.ts';
import { memoized } from '../evaluation/memoized.ts';
import { byId, byName, sortedUnique } from '../evaluation/order.ts';
import { type ApiStructure, aws, type CommandLine, inOrder } from '../text/command-line.ts';
import { vpcConsole } from '../text/console-links.ts';
import { listed } from '../text/words.ts';
import { type Block, parseBlocks } from './cidr.ts';
import { answersPrivateDns, endpointServices } from './resources.ts';
import { type BlockedTraffic, prefixListEntries, type Traffic, type TrafficEnd } from './traffic.ts';

/** Nodes that carry the same security groups. */
export interface NodeSet {
  /** Ids of the security groups, sorted and joined by `+`. */
  readonly key: string;
  readonly ids: readonly string[];
  /** Every subnet where one of these nodes may be placed, sorted. */
  readonly subnets: readonly string[];
  /** The instance groups, in order of name. */
  readonly groups: readonly Group[];
}

/** Ids of the security groups of a group's nodes, sorted; `undefined` where the request names no VPC. */
function securityGroupIds(cluster: Cluster, group: Group): readonly string[] | undefined {
  const network = networkOf(cluster, group);
  return network && sortedUnique(network.securityGroups);
}

/** A cluster's nodes by the security groups they carry, in order of key. Empty for a cluster without a VPC. */
export const nodeSets = memoized((cluster: Cluster): readonly NodeSet[] => {
  const sets = Map.groupBy(cluster.groups, (g) => securityGroupIds(cluster, g)?.join('+') ?? '');
  return [...sets.keys()]
    .filter((key) => key !== '')
    .toSorted()
    .map((key) => {
      const groups = (sets.get(key) ?? []).toSorted(byName);
      return { key, ids: key.split('+'), subnets: sortedUnique(groups.flatMap((g) => networkOf(cluster, g)?.subnets ?? [])), groups };
    });
});

/** The most nodes a group may come to have, as far as anyone says; an autoscaler may take it anywhere. */
export function mostNodes(cluster: Cluster, group: Group): number {
  if (cluster.autoScaling) return Number.POSITIVE_INFINITY;
  if (group.planned) return Math.max(group.planned.count, group.growTo ?? 0);
  const running = runningGroup(cluster, group.name);
  return Math.max(running?.target ?? 0, running?.current ?? 0);
}

/** Those security groups with their rules; not read where one of them is not listed (network-resources says so). */
export function securityGroupsOf(facts: Pick<Facts, 'securityGroups'>, ids: readonly string[]): Read<readonly SecurityGroup[]> {
  const read = facts.securityGroups;
  if (!read.ok) return read;
  const found = ids.map((id) => read.value.find((g) => g.id === id));
  const missing = ids.filter((_, i) => found[i] === undefined);
  return missing.length > 0
    ? { ok: false, reason: `security group ${listed(missing)} does not exist here or is not shared with this account` }
    : { ok: true, value: found.filter((g) => g !== undefined) };
}

/** Addresses of subnets: IPv4, or IPv6 where a subnet has no other. Not read where one of them is not listed. */
export function subnetBlocks(facts: Pick<Facts, 'subnets'>, ids: readonly string[]): Read<readonly Block[]> {
  const read = facts.subnets;
  if (!read.ok) return read;
  const found = ids.map((id) => read.value.find((s) => s.id === id));
  const missing = ids.filter((_, i) => found[i] === undefined);
  if (missing.length > 0) return { ok: false, reason: `subnet ${listed(missing)} is not visible in this region` };
  return { ok: true, value: found.flatMap((s) => (s ? parseBlocks(s.ipv4 === '' ? s.ipv6 : [s.ipv4]) : [])) };
}

type InterfaceFacts = Pick<Facts, 'securityGroups' | 'subnets'>;

const interfaces = (
  facts: InterfaceFacts,
  name: string,
  ids: readonly string[],
  subnets: readonly string[],
  spread: TrafficEnd['spread'],
): TrafficEnd => ({
  name,
  ids: sortedUnique(ids),
  groups: securityGroupsOf(facts, sortedUnique(ids)),
  blocks: () => subnetBlocks(facts, subnets),
  spread,
});

/** "the nodes of workers and login". */
export const nodesOf = (set: Pick<NodeSet, 'groups'>): string => `the nodes of ${listed(set.groups.map((g) => g.name))}`;

/** Nodes as an end: each may get any address of its subnets. */
export const nodeEnd = (facts: InterfaceFacts, set: NodeSet): TrafficEnd =>
  interfaces(facts, nodesOf(set), set.ids, set.subnets, 'anywhere');

/** Interfaces that exist in subnets, at addresses that were not read: an endpoint's, a file system's, an EKS control plane's. */
export const servedEnd = (facts: InterfaceFacts, name: string, ids: readonly string[], subnets: readonly string[]): TrafficEnd =>
  interfaces(facts, name, ids, subnets, 'somewhere');

/** S3 at its public addresses, which a gateway endpoint serves too: the region's prefix list. */
export function s3End(facts: Pick<Facts, 'prefixLists' | 'prefixListEntries'>, region: string): TrafficEnd {
  const list = s3List(facts, region);
  return {
    name: list.ok ? `S3 (${list.value})` : 'S3',
    ids: [],
    groups: { ok: true, value: [] },
    blocks: () => (list.ok ? ipv4Entries(facts.prefixListEntries, list.value) : list),
    spread: 'anywhere',
    ipv4Only: true,
    ...(list.ok && { prefixList: list.value }),
  };
}

/** Id of the prefix list of S3 in the region. */
export function s3List(facts: Pick<Facts, 'prefixLists'>, region: string): Read<string> {
  if (!facts.prefixLists.ok) return facts.prefixLists;
  const names = endpointServices(region, 's3');
  const list = facts.prefixLists.value.find((l) => names.includes(l.name));
  return list ? { ok: true, value: list.id } : { ok: false, reason: `prefix list ${names[0]} is missing in this region` };
}

function ipv4Entries(lists: Keyed<readonly string[]>, id: string): Read<readonly Block[]> {
  const entries = prefixListEntries(lists, id);
  return entries.ok ? { ok: true, value: parseBlocks(entries.value).filter((b) => b.version === 4) } : entries;
}

/** The one VPC of some subnets; not read where they lie in several (network-resources says so). */
export function vpcOfSubnets(facts: Pick<Facts, 'subnets'>, ids: readonly string[]): Read<string> {
  const read = facts.subnets;
  if (!read.ok) return read;
  const missing = ids.find((id) => !read.value.some((s) => s.id === id));
  if (missing !== undefined) return { ok: false, reason: `subnet ${missing} does not exist in this region` };
  const vpcs = sortedUnique(read.value.filter((s) => ids.includes(s.id)).map((s) => s.vpc));
  const [vpc] = vpcs;
  return vpc !== undefined && vpcs.length === 1
    ? { ok: true, value: vpc }
    : { ok: false, reason: `the subnets are in several VPCs (${listed(vpcs)})` };
}

/**
 * Interface endpoints that answer to a service's usual name within a VPC: available, with private DNS not limited to inbound
 * resolvers; in order of id. Not read in a VPC that another account shares: a participant does not see its endpoints.
 */
export function privateDnsEndpoints(
  context: { readonly account: string; readonly facts: Pick<Facts, 'endpoints' | 'vpcs'> },
  vpc: string,
): Read<readonly VpcEndpoint[]> {
  const { vpcs, endpoints } = context.facts;
  if (!vpcs.ok) return vpcs;
  const owner = vpcs.value.find((v) => v.id === vpc)?.owner;
  if (owner === undefined) return { ok: false, reason: `VPC ${vpc} and its owner are not visible in this account` };
  if (owner !== context.account)
    return { ok: false, reason: `the endpoints of VPC ${vpc} are visible only to its owner, account ${owner}` };
  if (!endpoints.ok) return endpoints;
  return {
    ok: true,
    value: endpoints.value.filter((e) => e.vpc === vpc && answersPrivateDns(e)).toSorted(byId),
  };
}

/**
 * Services nodes call, except S3. All advisory, AWS publishes no list for HyperPod; `ec2messages` and `fsx` are among them
 * because an endpoint that exists takes over its service's name, also where nodes would not need it.
 */
const services = [
  'logs',
  'monitoring',
  'ssm',
  'ssmmessages',
  'ec2messages',
  'sts',
  'ec2',
  'ecr.api',
  'ecr.dkr',
  'eks',
  'eks-auth',
  'fsx',
  'sagemaker.api',
];

/** Whether an endpoint is S3's own. */
export const servesS3 = (endpoint: VpcEndpoint, region: string): boolean => endpointServices(region, 's3').includes(endpoint.service);

/** Whether an endpoint is of a service nodes call, S3 aside. */
const servesNodes = (endpoint: VpcEndpoint, region: string): boolean =>
  services.some((s) => endpointServices(region, s).includes(endpoint.service));

/**
 * How much nodes depend on what an endpoint serves, `undefined` where they do not call it. Without S3 there are no lifecycle
 * scripts; on EKS the VPC CNI gives pods their addresses by calls to EC2
 * (https://docs.aws.amazon.com/eks/latest/userguide/cni-iam-role.html).
 */
export function endpointLevel(endpoint: VpcEndpoint, region: string, orchestrator: Cluster['orchestrator']): Level | undefined {
  if (servesS3(endpoint, region)) return 'required';
  if (orchestrator === 'eks' && endpointServices(region, 'ec2').includes(endpoint.service)) return 'required';
  return servesNodes(endpoint, region) ? 'recommended' : undefined;
}

/** An endpoint as an end. */
export const endpointEnd = (facts: InterfaceFacts, endpoint: VpcEndpoint): TrafficEnd =>
  servedEnd(facts, `endpoint ${endpoint.id} (${endpoint.service})`, endpoint.groups, endpoint.subnets);

const portWords = ({ protocol, ports }: Traffic): string => {
  if (protocol === 'all') return 'all traffic';
  if (ports.from === 0 && ports.to === 65535) return `all ${protocol}`;
  return `${protocol} ${ports.from === ports.to ? ports.from : `${ports.from}-${ports.to}`}`;
};

const oneOf = (ids: readonly string[]): string => (ids.length < 2 ? ids.join('') : `${ids.slice(0, -1).join(', ')} or ${ids.at(-1)}`);

/** "0 egress rules of sg-… allow tcp 443 to" some peer. */
function holeWords(of: readonly BlockedTraffic[]): { readonly rule: string; readonly peer: string; readonly how: string } {
  const [hole] = of;
  if (!hole) return { rule: '', peer: '', how: '' };
  const { at, peer, way, traffic } = hole;
  const what = listed([...new Set(of.map((h) => portWords(h.traffic)))]);
  const peers = peer.ids.length > 0 ? ` (${peer.ids.join(', ')})` : '';
  return {
    rule: `0 ${way === 'out' ? 'egress' : 'ingress'} rules of ${oneOf(at.ids)} allow ${what} ${way === 'out' ? 'to' : 'from'}`,
    peer: `${peer.name}${peers}`,
    how: traffic.byReference ? ' by security group reference' : '',
  };
}

const place = (h: BlockedTraffic): string => [h.way, h.at.ids.join('+'), h.peer.name, h.traffic.byReference === true].join(' ');

/** What is stopped where: a sentence without its period for each missing rule, with all that it cuts off. */
function describeBlocked(holes: readonly BlockedTraffic[]): string {
  const parts = [...Map.groupBy(holes, place).values()].map(holeWords);
  return [...Map.groupBy(parts, ({ rule, how }) => `${rule}${how}`).values()]
    .map((of) => `${of[0]?.rule} ${listed([...new Set(of.map((p) => p.peer))])}${of[0]?.how}`)
    .join('. ');
}

/** A permission for the AWS CLI: traffic to or from a security group or a prefix list. */
export const permission = ({ protocol, ports }: Traffic, peer: string): ApiStructure => ({
  ...(protocol === 'all' ? { IpProtocol: '-1' } : { IpProtocol: protocol, FromPort: ports.from, ToPort: ports.to }),
  ...(peer.startsWith('pl-') ? { PrefixListIds: [{ PrefixListId: peer }] } : { UserIdGroupPairs: [{ GroupId: peer }] }),
});

/** The AWS CLI line that adds permissions to one direction of a security group. */
export const authorize = (region: string, way: BlockedTraffic['way'], group: string, permissions: readonly ApiStructure[]): CommandLine =>
  aws(['ec2', way === 'out' ? 'authorize-security-group-egress' : 'authorize-security-group-ingress'], {
    region,
    'group-id': group,
    'ip-permissions': permissions,
  });

/** Console address of one security group. */
export const securityGroupConsole = (context: Pick<CheckContext, 'partition' | 'region'>, id: string): string =>
  vpcConsole(context)`SecurityGroup:groupId=${id}`;

/** Who else has to act: rules of a group shared by another account are that account's to change. */
export function ownersNote(groups: Read<readonly SecurityGroup[]>, ids: readonly string[], account: string): string {
  const foreign = groups.ok ? groups.value.filter((g) => ids.includes(g.id) && g.owner !== account) : [];
  return foreign.map((g) => ` Account ${g.owner} owns ${g.id} and has to change it.`).join('');
}

/** The result for traffic that security groups stop. `note` follows the missing rules. */
export const failBlocked = (
  context: Pick<CheckContext, 'account' | 'partition' | 'region'>,
  blocked: readonly BlockedTraffic[],
  note = '',
): CheckResult => fail(`${describeBlocked(blocked)}.${note && ` ${note}`}`, allowBlocked(context, blocked));

/** The remediation: rules between the first groups of both ends. */
function allowBlocked(context: Pick<CheckContext, 'account' | 'partition' | 'region'>, holes: readonly BlockedTraffic[]): CheckRemediation {
  const steps = holes.flatMap(({ way, at, peer, traffic }) => {
    const [group] = at.ids;
    const other = peer.ids[0] ?? peer.prefixList;
    return group !== undefined && other !== undefined ? [{ at, way, group, needed: permission(traffic, other) }] : [];
  });
  const lines = [...Map.groupBy(steps, (s) => `${s.way} ${s.group}`).values()].flatMap((of) =>
    of
      .slice(0, 1)
      .map(({ way, group }) =>
        authorize(context.region, way, group, [...new Map(of.map(({ needed }) => [JSON.stringify(needed), needed])).values()]),
      ),
  );
  const notes = new Set(steps.map((s) => ownersNote(s.at.groups, [s.group], context.account)));
  const [first] = steps;
  return {
    text: `Add the missing rules. Security groups are stateful, so return traffic needs no rule.${[...notes].join('')}`,
    ...(lines.length > 0 && { command: inOrder(lines) }),
    ...(first && { console: securityGroupConsole(context, first.group) }),
  };
}
