import type { CheckContext, CheckRemediation } from '../evaluation/check.ts';
import type { Group } from '../evaluation/cluster.ts';
import { type NetworkAcl, NotEvaluatedError, requireValue, type Subnet } from '../evaluation/facts.ts';
import type { Level } from '../evaluation/finding.ts';
import { aws, type CommandLine, inOrder } from '../text/command-line.ts';
import { vpcConsole } from '../text/console-links.ts';
import { type Block, everyIpv4, everyIpv6, parseBlocks } from './cidr.ts';
import { privateDnsEndpoints, s3End, servesNodes, servesS3, subnetBlocks } from './connections.ts';
import { flexible, inherits, subnetOf } from './resources.ts';
import { type AclStop, type AclTraffic, aclStop, everyPort, type PortRange } from './traffic.ts';
/** Traffic of nodes that network ACLs stop, and the entries that would allow it. */

export const networkAclNeeds = [
  'networkAcls',
  'subnets',
  'vpcs',
  'endpoints',
  'prefixLists',
  'prefixListEntries',
  'eksClusters',
  'fileSystems',
] as const;

export type NetworkAclContext = CheckContext<(typeof networkAclNeeds)[number]>;

const https: PortRange = { from: 443, to: 443 };

/** Ports on which Linux receives responses by default. */
export const linuxPorts: PortRange = { from: 32768, to: 60999 };

/** All ports that AWS advises to open for responses. */
export const ephemeral: PortRange = { from: 1024, to: 65535 };

/** Traffic that is stopped, in words and with the entry that would let it through. */
export interface BlockedAclTraffic {
  readonly level: Level;
  readonly words: string;
  readonly way: 'out' | 'in';
  readonly protocol: 'tcp' | 'udp' | '-1';
  readonly ports: PortRange;
  readonly cidr: string;
  readonly stop: AclStop;
}

/** The one ACL of a subnet; every subnet has one. */
export function aclOf({ facts }: NetworkAclContext, subnet: string): NetworkAcl {
  const acl = requireValue(facts.networkAcls).find((a) => a.subnets.includes(subnet));
  if (!acl) throw new NotEvaluatedError(`the network ACL of subnet ${subnet} is not visible`);
  return acl;
}

export interface AclPeer {
  /** "S3", "subnet-…". */
  readonly name: string;
  readonly blocks: readonly Block[];
  /** The CIDR of an entry that would open the way to it. */
  readonly cidr: string;
}

export type AclRequest = Pick<AclTraffic, 'way' | 'protocol' | 'ports'>;

const why = ({ entry }: AclStop): string => (entry ? `rule ${entry.number} denies it` : 'no rule allows all of it');

/** What an ACL stops of that traffic, to or from a place. */
export function blockedOf(
  acl: NetworkAcl,
  { name, blocks, cidr }: AclPeer,
  asked: readonly AclRequest[],
  level: Level,
): readonly BlockedAclTraffic[] {
  return asked.flatMap(({ way, protocol, ports }) => {
    const stop = blocks
      .toSorted((a, b) => (a.first < b.first ? -1 : 1))
      .map((block) => aclStop(acl, { way, protocol, ports, block }))
      .find((s) => s !== undefined);
    if (!stop) return [];
    const all = ports.from === 0 && ports.to === 65535;
    const what =
      protocol === 'other'
        ? 'protocols other than tcp and udp'
        : `${protocol}${all ? '' : ` ${ports.from === ports.to ? ports.from : `${ports.from}-${ports.to}`}`}`;
    const words = `${what} ${way === 'out' ? 'out to' : 'in from'} ${name} (${why(stop)})`;
    return [{ level, words, way, protocol: protocol === 'other' ? ('-1' as const) : protocol, ports, cidr, stop }];
  });
}

/** AWS CLI lines for the missing entries, each at the highest free number below what stops its traffic, so that all else keeps its order. */
function entryLines(region: string, acl: NetworkAcl, blocked: readonly BlockedAclTraffic[]): readonly CommandLine[] {
  const taken = new Set(acl.entries.map((e) => `${e.egress} ${e.number}`));
  const done = new Set<string>();
  return blocked.flatMap(({ way, protocol, ports, cidr, stop }) => {
    const egress = way === 'out';
    const allowed = {
      protocol: protocol === '-1' ? -1 : protocol,
      'port-range': protocol === '-1' ? undefined : { From: ports.from, To: ports.to },
      [cidr.includes(':') ? 'ipv6-cidr-block' : 'cidr-block']: cidr,
      'rule-action': 'allow',
    };
    const key = JSON.stringify([way, allowed]);
    // 32767 and 32768 are the entries that every ACL ends with; no entry can be added there.
    let number = Math.min(stop.entry?.number ?? 32767, 32767) - 1;
    while (number > 0 && taken.has(`${egress} ${number}`)) number--;
    if (number < 1 || done.has(key)) return [];
    taken.add(`${egress} ${number}`);
    done.add(key);
    return [
      aws(['ec2', 'create-network-acl-entry'], {
        region,
        'network-acl-id': acl.id,
        [egress ? 'egress' : 'ingress']: true,
        'rule-number': number,
        ...allowed,
      }),
    ];
  });
}

export function addEntries(context: NetworkAclContext, acl: NetworkAcl, blocked: readonly BlockedAclTraffic[]): CheckRemediation {
  const lines = entryLines(context.region, acl, blocked);
  return {
    text: `Add entries to ${acl.id}, before those that deny, for what is stopped; a network ACL has to let answers back too. An ACL serves every subnet it is associated with, and the next audit shows what else stops the same traffic.`,
    ...(lines.length > 0 && { command: inOrder(lines) }),
    console: vpcConsole(context)`NetworkAclDetails:networkAclId=${acl.id}`,
  };
}

export const call = (back: PortRange): readonly AclRequest[] => [
  { way: 'out', protocol: 'tcp', ports: https },
  { way: 'in', protocol: 'tcp', ports: back },
];

/** What stops calls of nodes to S3 and to interface endpoints. */
export function outward(context: NetworkAclContext, acl: NetworkAcl, subnet: Subnet): readonly BlockedAclTraffic[] {
  const { facts, region } = context;
  // Whether HyperPod takes IPv6-native subnets is not documented: nothing there is required.
  const native = subnet.ipv6Native || subnet.ipv4 === '';
  const anywhere: AclPeer = native
    ? { name: 'addresses on the internet', blocks: [everyIpv6], cidr: '::/0' }
    : { name: 'any address', blocks: [everyIpv4], cidr: '0.0.0.0/0' };
  const wide = blockedOf(acl, anywhere, call(linuxPorts), native ? 'recommended' : 'required');
  if (wide.length === 0) return blockedOf(acl, anywhere, call(ephemeral), 'recommended');
  if (native) return wide;
  // Not open to the world: then to what nodes do need. Traffic within a subnet does not meet its ACL.
  const found = requireValue(privateDnsEndpoints(context, subnet.vpc));
  const elsewhere = (ids: readonly string[]) =>
    requireValue(
      subnetBlocks(
        facts,
        ids.filter((id) => id !== subnet.id),
      ),
    );
  const s3Endpoint = found.find((e) => servesS3(e, region));
  const s3: AclPeer = s3Endpoint
    ? { name: `endpoint ${s3Endpoint.id} for S3`, blocks: elsewhere(s3Endpoint.subnets), cidr: '0.0.0.0/0' }
    : { name: 'S3', blocks: requireValue(s3End(facts, region).blocks()), cidr: '0.0.0.0/0' };
  const others = found
    .filter((e) => servesNodes(e, region))
    .map((e): AclPeer => ({ name: `endpoint ${e.id} (${e.service})`, blocks: elsewhere(e.subnets), cidr: '0.0.0.0/0' }));
  const required = blockedOf(acl, s3, call(linuxPorts), 'required');
  return [
    ...required,
    ...(required.length > 0 ? [] : blockedOf(acl, s3, call(ephemeral), 'recommended')),
    ...others.flatMap((o) => blockedOf(acl, o, call(ephemeral), 'recommended')),
  ];
}

/**
 * Whether nodes in two subnets are sure to need each other: groups that inherit share one subnet of the cluster's list, so
 * two of that list are used together only by a flexible group, whose subnets are a pool.
 */
export function sideBySide(here: readonly Group[], there: readonly Group[]): boolean {
  return here.some((g) => there.some((h) => (g === h ? flexible(g) : !(inherits(g) && inherits(h)))));
}

export const both = (protocol: AclRequest['protocol'], ports: PortRange): readonly AclRequest[] => [
  { way: 'out', protocol, ports },
  { way: 'in', protocol, ports },
];

/** What stops traffic between two subnets of the cluster, at the ACL of the first. */
export function between(acl: NetworkAcl, one: Subnet, other: Subnet, level: Level): readonly BlockedAclTraffic[] {
  const v4 = one.ipv4 !== '' && other.ipv4 !== '';
  const place = (cidrs: readonly string[]): AclPeer => ({ name: other.id, blocks: parseBlocks(cidrs), cidr: cidrs.toSorted()[0] ?? '' });
  const soft = [...both('tcp', everyPort), ...both('udp', everyPort)];
  return [
    ...(v4 ? blockedOf(acl, place([other.ipv4]), soft, level) : []),
    ...(v4 ? blockedOf(acl, place([other.ipv4]), both('other', everyPort), 'recommended') : []),
    ...(one.ipv6.length > 0 && other.ipv6.length > 0 ? blockedOf(acl, place(other.ipv6), soft, v4 ? 'recommended' : level) : []),
  ];
}

/** Subnets as a peer. Its CIDR is that of the first one, for the entry that would allow the traffic. */
export function subnetPeer(facts: Pick<NetworkAclContext['facts'], 'subnets'>, ids: readonly string[], name: string): AclPeer {
  const blocks = requireValue(subnetBlocks(facts, ids));
  const first = subnetOf(facts, ids[0] ?? '');
  return { name, blocks, cidr: first.ipv4 || first.ipv6.toSorted()[0] || '0.0.0.0/0' };
}
