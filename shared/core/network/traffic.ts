/**
 * What traffic is let through: security groups (rules of all groups on an interface count together, answers to what was
 * let through pass by themselves) and network ACLs (each direction for itself, the first entry that fits decides).
 */

import type { AclEntry, GroupRule, Keyed, NetworkAcl, Read, SecurityGroup } from '../evaluation/facts.ts';
import { readAt } from '../evaluation/facts.ts';
import { memoized } from '../evaluation/memoized.ts';
import { sortedUnique } from '../evaluation/order.ts';
import { type Block, covers, everyIpv4, overlap, parseBlock, parseBlocks, without } from './cidr.ts';

export interface PortRange {
  readonly from: number;
  readonly to: number;
}

export interface Traffic {
  /** `all` is every protocol, TCP and UDP being two of many; its ports do not matter. */
  readonly protocol: 'tcp' | 'udp' | 'all';
  readonly ports: PortRange;
  /** Only rules that name a security group count: EFA does not honour CIDRs and prefix lists. */
  readonly byReference?: boolean;
}

export const everyPort: PortRange = { from: 0, to: 65535 };
export const tcp = (from: number, to = from): Traffic => ({ protocol: 'tcp', ports: { from, to } });
export const udp = (from: number, to = from): Traffic => ({ protocol: 'udp', ports: { from, to } });
export const allTcp: Traffic = { protocol: 'tcp', ports: everyPort };
export const allUdp: Traffic = { protocol: 'udp', ports: everyPort };
export const efaTraffic: Traffic = { protocol: 'all', ports: everyPort, byReference: true };

/** Whether rules for the first let through the second. */
export const includesTraffic = (a: Traffic, b: Traffic): boolean =>
  a.protocol === 'all' || (a.protocol === b.protocol && a.ports.from <= b.ports.from && b.ports.to <= a.ports.to);

/** One end of a connection: network interfaces with the same security groups. */
export interface TrafficEnd {
  /** Words for messages, such as "file system fs-…". */
  readonly name: string;
  /** Ids of the security groups on its interfaces, sorted; empty for what stands behind none, as S3 does. */
  readonly ids: readonly string[];
  /** Those groups with their rules. */
  readonly groups: Read<readonly SecurityGroup[]>;
  /** Where its addresses lie; asked only where no rule by group decides. */
  readonly blocks: () => Read<readonly Block[]>;
  /**
   * `anywhere`: nodes yet to be placed, so all of the blocks must be let through. `somewhere`: an address that exists in
   * the blocks but is not known, so that rules for a part of them leave the question open.
   */
  readonly spread: 'anywhere' | 'somewhere';
  /** All of its addresses are IPv4, whether or not `blocks` can be read. */
  readonly ipv4Only?: boolean;
  /** The AWS-managed prefix list that is this end. */
  readonly prefixList?: string;
}

/** A place where traffic is stopped: the groups of `at` have no rule for it in that direction. */
export interface BlockedTraffic {
  readonly way: 'out' | 'in';
  readonly at: TrafficEnd;
  readonly peer: TrafficEnd;
  readonly traffic: Traffic;
}

const ok = <T>(value: T): Read<T> => ({ ok: true, value });
const unread = (reason: string): { readonly ok: false; readonly reason: string } => ({ ok: false, reason });

/** The CIDRs of a prefix list. */
export function prefixListEntries(lists: Keyed<readonly string[]>, id: string): Read<readonly string[]> {
  const read = readAt(lists, id);
  return read ?? unread(`the entries of prefix list ${id} were not read`);
}

const numbers: { readonly [protocol: string]: string } = { '6': 'tcp', '17': 'udp' };

const matchesProtocol = (rule: GroupRule, traffic: Traffic): boolean =>
  rule.protocol === '-1' || (traffic.protocol !== 'all' && (numbers[rule.protocol] ?? rule.protocol) === traffic.protocol);

/** Ports a rule names; rules of every protocol name none, and EC2 writes -1 for "all" in some. */
const portsOf = (rule: { readonly protocol: string; readonly ports?: PortRange }): PortRange =>
  rule.protocol === '-1' || !rule.ports || rule.ports.from === -1 ? everyPort : rule.ports;

/** Whether a rule holds for all of the traffic, its peers aside. */
export const holdsFor = (rule: GroupRule, traffic: Traffic): boolean => {
  const { from, to } = portsOf(rule);
  return matchesProtocol(rule, traffic) && from <= traffic.ports.from && traffic.ports.to <= to;
};

/** First ports of the stretches into which the rules' own bounds cut `requested`: within one, the same rules hold throughout. */
function stretches(requested: PortRange, rules: readonly GroupRule[]): readonly number[] {
  const bounds = rules.map(portsOf).flatMap((p) => [p.from, p.to + 1]);
  return [...new Set([requested.from, ...bounds.filter((b) => b > requested.from && b <= requested.to)])].toSorted((a, b) => a - b);
}

/** Whether a rule names one of the groups on an end. A reference to another account's group carries that account. */
function namesGroupOf(rule: GroupRule, end: TrafficEnd): boolean {
  const owners = new Map(end.groups.ok ? end.groups.value.map((g) => [g.id, g.owner]) : []);
  return rule.groups.some(({ id, account }) => end.ids.includes(id) && (account === undefined || (owners.get(id) ?? account) === account));
}

/** Whether rules that all hold for some ports let them through to every address of the end. */
function allowsAt(rules: readonly GroupRule[], end: TrafficEnd, lists: Keyed<readonly string[]>): Read<boolean> {
  if (rules.some((r) => namesGroupOf(r, end))) return ok(true);
  if (end.prefixList !== undefined && rules.some((r) => r.prefixLists.includes(end.prefixList ?? ''))) return ok(true);
  const cidrs = parseBlocks(rules.flatMap((r) => [...r.ipv4, ...r.ipv6]));
  if (end.ipv4Only && covers(cidrs, [everyIpv4])) return ok(true);
  const entries = sortedUnique(rules.flatMap((r) => r.prefixLists)).map((id) => prefixListEntries(lists, id));
  if (cidrs.length === 0 && entries.length === 0) return ok(false);
  const blocks = end.blocks();
  if (!blocks.ok) return blocks;
  if (blocks.value.length === 0) return unread(`the addresses of ${end.name} are unknown`);
  const known = [...cidrs, ...entries.flatMap((e) => (e.ok ? parseBlocks(e.value) : []))];
  if (covers(known, blocks.value)) return ok(true);
  const dark = entries.find((e) => !e.ok);
  if (dark && !dark.ok) return dark;
  if (end.spread === 'somewhere' && known.some((k) => blocks.value.some((b) => overlap(k, b))))
    return unread(`rules allow only a part of the subnets of ${end.name}, and its addresses there are unknown`);
  return ok(false);
}

/**
 * Whether the rules of one direction let all of `traffic` through to (or from) an end. Exact: ports by ports and address
 * by address, over all rules together. Not read where the answer hangs on something that could not be read.
 */
export function allowsTraffic(
  rules: readonly GroupRule[],
  traffic: Traffic,
  end: TrafficEnd,
  lists: Keyed<readonly string[]>,
): Read<boolean> {
  const fitting = rules
    .filter((r) => matchesProtocol(r, traffic))
    .map((r) => (traffic.byReference ? { ...r, ipv4: [], ipv6: [], prefixLists: [] } : r));
  let answer: Read<boolean> = ok(true);
  for (const port of stretches(traffic.ports, fitting)) {
    const here = allowsAt(
      fitting.filter((r) => portsOf(r).from <= port && port <= portsOf(r).to),
      end,
      lists,
    );
    if (here.ok && !here.value) return here;
    if (!here.ok && answer.ok) answer = here;
  }
  return answer;
}

function blockedAt(
  way: BlockedTraffic['way'],
  at: TrafficEnd,
  peer: TrafficEnd,
  traffic: Traffic,
  lists: Keyed<readonly string[]>,
): Read<readonly BlockedTraffic[]> {
  if (at.ids.length === 0) return ok([]);
  if (!at.groups.ok) return at.groups;
  const rules = at.groups.value.flatMap((g) => g.rules).filter((r) => r.egress === (way === 'out'));
  const answer = allowsTraffic(rules, traffic, peer, lists);
  return answer.ok ? ok(answer.value ? [] : [{ way, at, peer, traffic }]) : answer;
}

/**
 * All blocked traffic of several answers. One that was found counts, whatever else is unread; without one, the first thing that
 * could not be read speaks.
 */
export function combineBlocked(answers: readonly Read<readonly BlockedTraffic[]>[]): Read<readonly BlockedTraffic[]> {
  const holes = answers.flatMap((a) => (a.ok ? a.value : []));
  return holes.length > 0 ? ok(holes) : (answers.find((a) => !a.ok) ?? ok([]));
}

/**
 * Where security groups stop connections that `from` opens to `to`: at egress, at ingress, or both. Where a group of nodes does
 * not exist, which network-resources reports, no rule of the other end can name it either.
 */
export function blockedTraffic(
  from: TrafficEnd,
  to: TrafficEnd,
  traffic: readonly Traffic[],
  lists: Keyed<readonly string[]>,
): Read<readonly BlockedTraffic[]> {
  const nodes = [from, to].find((end) => end.spread === 'anywhere' && !end.groups.ok)?.groups;
  if (nodes && !nodes.ok) return nodes;
  return combineBlocked(traffic.flatMap((t) => [blockedAt('out', from, to, t, lists), blockedAt('in', to, from, t, lists)]));
}

/** The same for connections that either side opens. */
export const blockedBetween = (
  a: TrafficEnd,
  b: TrafficEnd,
  traffic: readonly Traffic[],
  lists: Keyed<readonly string[]>,
): Read<readonly BlockedTraffic[]> =>
  combineBlocked(
    a === b ? [blockedTraffic(a, a, traffic, lists)] : [blockedTraffic(a, b, traffic, lists), blockedTraffic(b, a, traffic, lists)],
  );

/** What an ACL is asked about; `other` is every protocol but TCP and UDP at once. */
export interface AclTraffic {
  readonly way: 'out' | 'in';
  readonly protocol: 'tcp' | 'udp' | 'other';
  readonly ports: PortRange;
  readonly block: Block;
}

/** What stops traffic at an ACL: the denying entry, or none that allows it; and the ports that it stops. */
export interface AclStop {
  readonly entry?: AclEntry;
  /** In order, without overlap. */
  readonly ports: readonly PortRange[];
}

interface Box {
  readonly block: Block;
  readonly ports: PortRange;
}

const commonPorts = (a: Box, b: Box): PortRange => ({
  from: Math.max(a.ports.from, b.ports.from),
  to: Math.min(a.ports.to, b.ports.to),
});

/** What an entry leaves undecided of a box, `undefined` where the two do not meet. */
function uncovered(box: Box, cut: Box): readonly Box[] | undefined {
  const block = overlap(box.block, cut.block);
  const ports = commonPorts(box, cut);
  if (!block || ports.from > ports.to) return undefined;
  return [
    ...without(box.block, cut.block).map((b) => ({ block: b, ports: box.ports })),
    ...(box.ports.from < ports.from ? [{ block, ports: { from: box.ports.from, to: ports.from - 1 } }] : []),
    ...(ports.to < box.ports.to ? [{ block, ports: { from: ports.to + 1, to: box.ports.to } }] : []),
  ];
}

/** What an entry says about such traffic; where that is not exact, an allow says less and a deny says more. */
function matchedBox(entry: AclEntry, of: AclTraffic): Box | undefined {
  const protocol = numbers[entry.protocol] ?? entry.protocol;
  const named =
    protocol === '-1' || (of.protocol === 'other' ? !entry.allow && protocol !== 'tcp' && protocol !== 'udp' : protocol === of.protocol);
  const block = parseBlock(entry.cidr) ?? (entry.allow ? undefined : of.block);
  if (!named || !block) return undefined;
  return { block, ports: of.protocol === 'other' ? everyPort : portsOf(entry) };
}

/** Entries of one direction in the order in which AWS takes them. Checks ask each ACL many times. */
const entriesOf = memoized((acl: NetworkAcl): { readonly [way in AclTraffic['way']]: readonly AclEntry[] } => {
  const sorted = (egress: boolean) => acl.entries.filter((e) => e.egress === egress).toSorted((a, b) => a.number - b.number);
  return { out: sorted(true), in: sorted(false) };
});

/** The ranges in order, those that meet or adjoin as one. */
export function mergePorts(ranges: readonly PortRange[]): readonly PortRange[] {
  const merged: PortRange[] = [];
  for (const range of ranges.toSorted((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last && range.from <= last.to + 1) merged[merged.length - 1] = { from: last.from, to: Math.max(last.to, range.to) };
    else merged.push(range);
  }
  return merged;
}

/**
 * What stops any part of that traffic at a network ACL, empty where all of it passes. Entries are taken by number, and the
 * first that fits decides for the ports and addresses it names. Traffic within a subnet never meets its ACL.
 */
export function aclStops(acl: NetworkAcl, of: AclTraffic): readonly AclStop[] {
  let left: readonly Box[] = [{ block: of.block, ports: of.protocol === 'other' ? everyPort : of.ports }];
  const stops: AclStop[] = [];
  for (const entry of entriesOf(acl)[of.way]) {
    const cut = matchedBox(entry, of);
    if (!cut) continue;
    const denied = entry.allow ? [] : left.filter((box) => uncovered(box, cut));
    if (denied.length > 0) stops.push({ entry, ports: mergePorts(denied.map((box) => commonPorts(box, cut))) });
    left = left.flatMap((box) => uncovered(box, cut) ?? [box]);
    if (left.length === 0) return stops;
  }
  return [...stops, { ports: mergePorts(left.map((box) => box.ports)) }];
}

/** Whether an ACL lets a TCP port through to or from any address at all. */
export function opensTcpPort(acl: NetworkAcl, way: AclTraffic['way'], port: number): boolean {
  const denied: Block[] = [];
  for (const entry of entriesOf(acl)[way]) {
    const cut = matchedBox(entry, { way, protocol: 'tcp', ports: { from: port, to: port }, block: everyIpv4 });
    if (!cut || port < cut.ports.from || cut.ports.to < port) continue;
    if (!entry.allow) denied.push(cut.block);
    else if (!covers(denied, [cut.block])) return true;
  }
  return false;
}
