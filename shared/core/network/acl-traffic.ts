import type { CheckContext, CheckRemediation, CheckResult } from '../evaluation/check.ts';
import { fail, pass } from '../evaluation/check.ts';
import type { Cluster, Group } from '../evaluation/cluster.ts';
import { type AclEntry, type Facts, type NetworkAcl, NotEvaluatedError, requireValue, type Subnet } from '../evaluation/facts.ts';
import { compareLevels, type Level } from '../evaluation/finding.ts';
import { memoizedTexts } from '../evaluation/memoized.ts';
import { aws, type CommandLine, inOrder } from '../text/command-line.ts';
import { vpcConsole } from '../text/console-links.ts';
import { capitalize, listed } from '../text/words.ts';
import { type Block, everyIpv4, everyIpv6, parseBlocks } from './cidr.ts';
import { privateDnsEndpoints, s3End, servesS3, subnetBlocks } from './connections.ts';
import { flexible, inherits, subnetOf } from './resources.ts';
import { type AclTraffic, aclStops, everyPort, mergePorts, type PortRange } from './traffic.ts';
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

/** Traffic that has to pass, seen from one subnet. */
export interface AclRequest extends Pick<AclTraffic, 'way' | 'protocol' | 'ports'> {
  /** How much the cluster depends on it. */
  readonly level: Level;
  /** What its ports mean, as a sentence. */
  readonly note?: string;
}

/** Traffic that is stopped, in words and with the entry that stops it, if one does. */
export interface BlockedAclTraffic extends Pick<AclRequest, 'way' | 'level' | 'note'> {
  readonly words: string;
  readonly protocol: 'tcp' | 'udp' | '-1';
  readonly ports: readonly PortRange[];
  readonly cidr: string;
  readonly entry?: AclEntry;
}

/** What an ACL stops, in subnets that it serves. */
export interface AclFault {
  readonly acl: NetworkAcl;
  readonly subnets: readonly string[];
  readonly blocked: readonly BlockedAclTraffic[];
}

/** The one ACL of a subnet; every subnet has one. */
export function aclOf({ facts }: { readonly facts: Pick<Facts, 'networkAcls'> }, subnet: string): NetworkAcl {
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

const portsText = (ports: readonly PortRange[]): string => listed(ports.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)));

/** What an ACL stops of that traffic, to or from a place: exactly the ports that do not pass. */
export function blockedOf(acl: NetworkAcl, { name, blocks, cidr }: AclPeer, asked: readonly AclRequest[]): readonly BlockedAclTraffic[] {
  return asked.flatMap(({ way, protocol, ports, level, note }) => {
    const stops = blocks.flatMap((block) => aclStops(acl, { way, protocol, ports, block }));
    const last = Number.POSITIVE_INFINITY;
    return [...Map.groupBy(stops, (s) => s.entry)]
      .toSorted(([a], [b]) => (a?.number ?? last) - (b?.number ?? last))
      .map(([entry, of]): BlockedAclTraffic => {
        const stopped = mergePorts(of.flatMap((s) => s.ports));
        const all = stopped.some((p) => p.from === 0 && p.to === 65535);
        const what = protocol === 'other' ? 'protocols other than tcp and udp' : `${protocol}${all ? '' : ` ${portsText(stopped)}`}`;
        const why = entry ? `rule ${entry.number}` : 'no rule allows it';
        return {
          level,
          words: `${what} ${way === 'out' ? 'out to' : 'in from'} ${name} (${why})`,
          way,
          protocol: protocol === 'other' ? '-1' : protocol,
          ports: stopped,
          cidr,
          ...(entry && { entry }),
          ...(note !== undefined && { note }),
        };
      });
  });
}

/** AWS CLI lines for the missing entries, each at the highest free number below what stops its traffic, so that all else keeps its order. */
function entryLines(region: string, { acl, blocked }: AclFault): readonly CommandLine[] {
  const taken = new Set(acl.entries.map((e) => `${e.egress} ${e.number}`));
  const done = new Set<string>();
  const entries = blocked.flatMap((b) => b.ports.map((range) => ({ ...b, range })));
  return entries.flatMap(({ way, protocol, range, cidr, entry }) => {
    const egress = way === 'out';
    const allowed = {
      protocol: protocol === '-1' ? -1 : protocol,
      'port-range': protocol === '-1' ? undefined : { From: range.from, To: range.to },
      [cidr.includes(':') ? 'ipv6-cidr-block' : 'cidr-block']: cidr,
      'rule-action': 'allow',
    };
    const key = JSON.stringify([way, allowed]);
    // 32767 and 32768 are the entries that every ACL ends with; no entry can be added there.
    let number = Math.min(entry?.number ?? 32767, 32767) - 1;
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

function addEntries(context: NetworkAclContext, faults: readonly AclFault[]): CheckRemediation {
  const lines = faults.flatMap((fault) => entryLines(context.region, fault));
  return {
    text: `Add entries that allow this traffic to ${listed(faults.map((f) => f.acl.id))}, before those that deny it. Network ACLs are stateless, so return traffic needs entries too. An ACL applies to every subnet it is associated with.`,
    ...(lines.length > 0 && { command: inOrder(lines) }),
    ...(faults[0] && { console: vpcConsole(context)`NetworkAclDetails:networkAclId=${faults[0].acl.id}` }),
  };
}

/** The same, where the cluster may come up all the same. */
export const softer = (blocked: BlockedAclTraffic): BlockedAclTraffic =>
  blocked.level === 'required' ? { ...blocked, level: 'recommended' } : blocked;

/** The result for what ACLs stop: of the strongest level only, so that one thing is fixed at a time. */
export function aclResult(context: NetworkAclContext, faults: readonly AclFault[], passes: string): CheckResult {
  const [level] = faults.flatMap((f) => f.blocked.map((b) => b.level)).toSorted(compareLevels);
  if (level === undefined) return pass(passes);
  const shown = faults
    .map((f) => ({ ...f, blocked: f.blocked.filter((b) => b.level === level) }))
    .filter((f) => f.blocked.length > 0)
    .toSorted((a, b) => (a.acl.id < b.acl.id ? -1 : 1));
  const sentences = shown.map(
    ({ acl, subnets, blocked }) =>
      `network ACL ${acl.id} of ${listed(subnets)} denies ${[...new Set(blocked.map((b) => b.words))].join('; ')}`,
  );
  const notes = new Set(shown.flatMap((f) => f.blocked.flatMap((b) => b.note ?? [])));
  return fail([...sentences.map((s) => `${capitalize(s)}.`), ...notes].join(' '), addEntries(context, shown), { level });
}

/** A call on 443 and its responses, as the caller sees it. */
export const call = (level: Level): readonly AclRequest[] => [
  { way: 'out', protocol: 'tcp', ports: https, level },
  { way: 'in', protocol: 'tcp', ports: linuxPorts, level },
];

/**
 * Responses to ports that Linux itself does not call from. On EKS the VPC CNI translates what pods send out of the VPC to any
 * port from 1024 on (https://github.com/aws/amazon-vpc-cni-k8s/issues/509). For other callers AWS advises to open them
 * (https://docs.aws.amazon.com/vpc/latest/userguide/custom-network-acl.html#nacl-ephemeral-ports).
 */
const furtherResponses = (eks: boolean): AclRequest => ({
  way: 'in',
  protocol: 'tcp',
  ports: ephemeral,
  level: eks ? 'recommended' : 'advice',
  note: `Ports ${linuxPorts.from}-${linuxPorts.to}, the default source ports of Linux, are open.${eks ? ' Pods call addresses outside the VPC from any port from 1024 on.' : ''}`,
});

/** What stops calls of nodes to addresses that are not those of the VPC. `passes`: what an ACL that stops none of them lets through. */
export function outward(
  context: NetworkAclContext,
  acl: NetworkAcl,
  subnet: Subnet,
  eks: boolean,
): { readonly blocked: readonly BlockedAclTraffic[]; readonly passes: string } {
  const { facts, region } = context;
  // Whether HyperPod takes IPv6-native subnets is not documented: nothing there is required.
  const native = subnet.ipv6Native || subnet.ipv4 === '';
  const anywhere: AclPeer = native
    ? { name: 'addresses on the internet', blocks: [everyIpv6], cidr: '::/0' }
    : { name: 'any address', blocks: [everyIpv4], cidr: '0.0.0.0/0' };
  const passes = 'allows calls on 443 and their responses';
  const wide = blockedOf(acl, anywhere, call(native ? 'recommended' : 'required'));
  if (wide.length === 0) return { blocked: blockedOf(acl, anywhere, [furtherResponses(eks)]), passes };
  if (native) return { blocked: wide, passes };
  // Not open to the world: then to S3. An interface endpoint that answers to its name is evaluated for itself, at both ends.
  const endpoint = requireValue(privateDnsEndpoints(context, subnet.vpc)).find((e) => servesS3(e, region));
  if (endpoint) return { blocked: [], passes: `does not have to allow calls out of the VPC: endpoint ${endpoint.id} serves S3` };
  const s3: AclPeer = { name: 'S3', blocks: requireValue(s3End(facts, region).blocks()), cidr: '0.0.0.0/0' };
  const required = blockedOf(acl, s3, call('required'));
  return { blocked: required.length > 0 ? required : blockedOf(acl, s3, [furtherResponses(eks)]), passes };
}

/** What stops calls out of a subnet of the cluster. */
export const outwardOf = (context: NetworkAclContext, { orchestrator }: Cluster, subnet: string): ReturnType<typeof outward> =>
  outwardKnown(context, `${orchestrator} ${subnet}`, () =>
    outward(context, aclOf(context, subnet), subnetOf(context.facts, subnet), orchestrator === 'eks'),
  );

const outwardKnown = memoizedTexts<NetworkAclContext, ReturnType<typeof outward>>();

/**
 * Whether nodes in two subnets are sure to need each other: groups that inherit share one subnet of the cluster's list, so
 * two of that list are used together only by a flexible group, whose subnets are a pool.
 */
export function sideBySide(here: readonly Group[], there: readonly Group[]): boolean {
  return here.some((g) => there.some((h) => (g === h ? flexible(g) : !(inherits(g) && inherits(h)))));
}

export const both = (protocol: AclRequest['protocol'], ports: PortRange, level: Level): readonly AclRequest[] => [
  { way: 'out', protocol, ports, level },
  { way: 'in', protocol, ports, level },
];

/** What stops traffic between two subnets of the cluster, at the ACL of the first. */
export function between(acl: NetworkAcl, one: Subnet, other: Subnet, level: Level): readonly BlockedAclTraffic[] {
  const v4 = one.ipv4 !== '' && other.ipv4 !== '';
  const place = (cidrs: readonly string[]): AclPeer => ({ name: other.id, blocks: parseBlocks(cidrs), cidr: cidrs.toSorted()[0] ?? '' });
  const usual = (at: Level) => [...both('tcp', everyPort, at), ...both('udp', everyPort, at)];
  return [
    ...(v4 ? blockedOf(acl, place([other.ipv4]), usual(level)) : []),
    ...(v4 ? blockedOf(acl, place([other.ipv4]), both('other', everyPort, 'recommended')) : []),
    ...(one.ipv6.length > 0 && other.ipv6.length > 0 ? blockedOf(acl, place(other.ipv6), usual(v4 ? 'recommended' : level)) : []),
  ];
}

/** Subnets as a peer. Its CIDR is that of the first one, for the entry that would allow the traffic. */
export function subnetPeer(facts: Pick<NetworkAclContext['facts'], 'subnets'>, ids: readonly string[], name: string): AclPeer {
  const blocks = requireValue(subnetBlocks(facts, ids));
  const first = subnetOf(facts, ids[0] ?? '');
  return { name, blocks, cidr: first.ipv4 || first.ipv6.toSorted()[0] || '0.0.0.0/0' };
}
