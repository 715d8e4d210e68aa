/** What nodes talk to in other subnets of their VPC, and what the network ACLs of both ends stop of it. */

import type { CheckResult } from '../evaluation/check.ts';
import { type EksCluster, type FileSystem, NotEvaluatedError } from '../evaluation/facts.ts';
import type { Level } from '../evaluation/finding.ts';
import { sortedUnique } from '../evaluation/order.ts';
import { listed } from '../text/words.ts';
import {
  type AclFault,
  type AclRequest,
  aclOf,
  aclResult,
  blockedOf,
  both,
  call,
  ephemeral,
  linuxPorts,
  type NetworkAclContext,
  subnetPeer,
} from './acl-traffic.ts';
import { subnetOf } from './resources.ts';

/** Something with network interfaces in subnets. */
export interface AclCounterpart {
  /** "file system fs-…". */
  readonly name: string;
  readonly subnets: readonly string[];
  /** As the nodes see it. */
  readonly traffic: readonly AclRequest[];
  /** Whether nodes need its interfaces in each of the subnets; else one that they reach will do, if not always at once. */
  readonly everySubnet: boolean;
}

const tcp = (way: AclRequest['way'], from: number, to: number, level: Level): AclRequest => ({
  way,
  protocol: 'tcp',
  ports: { from, to },
  level,
});

/** https://docs.aws.amazon.com/fsx/latest/LustreGuide/limit-access-security-groups.html: servers open connections to clients too. */
const lustreTraffic = [...both('tcp', { from: 988, to: 988 }, 'required'), ...both('tcp', { from: 1018, to: 1023 }, 'required')];

/**
 * https://docs.aws.amazon.com/fsx/latest/OpenZFSGuide/limit-access-security-groups.html. NFS runs over TCP; a client calls from
 * ports below 1024 unless it is mounted otherwise (nfs(5), resvport).
 */
const nfsTraffic: readonly AclRequest[] = [
  ...[111, 2049].map((port) => tcp('out', port, port, 'required')),
  tcp('out', 20001, 20003, 'required'),
  tcp('in', linuxPorts.from, linuxPorts.to, 'required'),
  tcp('in', 1, 1023, 'recommended'),
];

/** https://docs.aws.amazon.com/eks/latest/userguide/sec-group-reqs.html: the API server calls the kubelet. */
const kubeletTraffic: readonly AclRequest[] = [
  tcp('in', 10250, 10250, 'required'),
  tcp('out', linuxPorts.from, linuxPorts.to, 'required'),
  tcp('out', ephemeral.from, ephemeral.to, 'recommended'),
];

/** `undefined` for a type that HyperPod does not mount: fsx-available and openzfs say so. */
export function fileSystemCounterpart({ id, type, subnets }: FileSystem): AclCounterpart | undefined {
  const traffic = { LUSTRE: lustreTraffic, OPENZFS: nfsTraffic }[type];
  return traffic && { name: `file system ${id}`, subnets, traffic, everySubnet: false };
}

/**
 * EKS has two to four interfaces in at least two of its subnets: of two it uses both, of more it is not known which
 * (https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html).
 */
export const controlPlaneCounterpart = ({ name, subnets, endpoint }: EksCluster): AclCounterpart => ({
  name: `the control plane of EKS cluster ${name}`,
  subnets,
  // Without private access nodes call the API server at its public addresses: see eks-api-endpoint.
  traffic: endpoint?.privateAccess === false ? kubeletTraffic : [...call('required'), ...kubeletTraffic],
  everySubnet: subnets.length <= 2,
});

/** The same traffic as the other end sees it: an ACL matches the port of the receiver in either direction. */
const mirrored = (traffic: readonly AclRequest[]): readonly AclRequest[] =>
  traffic.map((t) => ({ ...t, way: t.way === 'out' ? ('in' as const) : ('out' as const) }));

/** The subnets with IPv4 among them: whether HyperPod takes IPv6-native ones is not documented. */
const withIpv4 = (context: NetworkAclContext, ids: readonly string[]): readonly string[] =>
  sortedUnique(ids).filter((id) => subnetOf(context.facts, id).ipv4 !== '');

interface BothEnds {
  readonly faults: readonly AclFault[];
  /** Subnets of the counterpart that some nodes certainly do not reach. */
  readonly cutOff: ReadonlySet<string>;
  readonly unread: readonly NotEvaluatedError[];
}

function bothEnds(context: NetworkAclContext, nodes: readonly string[], of: AclCounterpart): BothEnds {
  const cutOff = new Set<string>();
  const unread: NotEvaluatedError[] = [];
  const found: AclFault[] = [];
  /** What the ACL of one subnet stops with others; traffic within a subnet does not meet its ACL. */
  const look = (at: string, others: readonly string[], name: string, traffic: readonly AclRequest[], cut: (other: string) => string) => {
    try {
      const acl = aclOf(context, at);
      const stopped = others.filter((other) => {
        const blocked = other === at ? [] : blockedOf(acl, subnetPeer(context.facts, [other], name), traffic);
        if (blocked.some((b) => b.level === 'required')) cutOff.add(cut(other));
        return blocked.length > 0;
      });
      if (stopped.length === 0) return;
      const peer = subnetPeer(context.facts, stopped, `${name} in ${listed(stopped)}`);
      found.push({ acl, subnets: [at], blocked: blockedOf(acl, peer, traffic) });
    } catch (error) {
      if (!(error instanceof NotEvaluatedError)) throw error;
      unread.push(error);
    }
  };
  for (const node of nodes) look(node, of.subnets, of.name, of.traffic, (subnet) => subnet);
  for (const subnet of of.subnets) look(subnet, nodes, 'the nodes', mirrored(of.traffic), () => subnet);
  const faults = [...Map.groupBy(found, (f) => f.acl).entries()].map(([acl, those]) => ({
    acl,
    subnets: sortedUnique(those.flatMap((f) => f.subnets)),
    blocked: those.flatMap((f) => f.blocked),
  }));
  return { faults, cutOff, unread };
}

/** The result for nodes in subnets and something in others; `undefined` where no traffic leaves a subnet. */
export function evaluateCounterpart(
  context: NetworkAclContext,
  nodeSubnets: readonly string[],
  counterpart: AclCounterpart,
): CheckResult | undefined {
  const nodes = withIpv4(context, nodeSubnets);
  const of = { ...counterpart, subnets: withIpv4(context, counterpart.subnets) };
  if (!of.subnets.some((subnet) => nodes.some((node) => node !== subnet))) return undefined;
  const { faults, cutOff, unread } = bothEnds(context, nodes, of);
  const soften = !of.everySubnet && of.subnets.some((subnet) => !cutOff.has(subnet));
  const levelled = soften ? faults.map((f) => ({ ...f, blocked: f.blocked.map(softer) })) : faults;
  const fails = levelled.some((f) => f.blocked.some((b) => b.level === 'required'));
  const [first] = unread;
  if (first && !fails) throw first;
  return aclResult(
    context,
    levelled,
    `Network ACLs let nodes in ${listed(nodes)} and ${of.name} in ${listed(of.subnets)} talk to one another.`,
  );
}

const softer = <T extends { readonly level: Level }>(blocked: T): T =>
  blocked.level === 'required' ? { ...blocked, level: 'recommended' } : blocked;
