/** What nodes talk to in other subnets of their VPC, and what the network ACLs of both ends stop of it. */

import type { CheckResult } from '../evaluation/check.ts';
import type { Cluster } from '../evaluation/cluster.ts';
import { type EksCluster, type FileSystem, requireValue, tryRequire, type Unread } from '../evaluation/facts.ts';
import type { Level } from '../evaluation/finding.ts';
import { sortedUnique } from '../evaluation/order.ts';
import { capitalize, listed } from '../text/words.ts';
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
  softer,
  subnetPeer,
} from './acl-traffic.ts';
import { isOnlyChoice } from './placement-units.ts';
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
const mirrored = ({ name, subnets, traffic }: AclCounterpart): readonly AclRequest[] =>
  traffic.map((t) => ({ ...t, way: t.way === 'out' ? 'in' : 'out', note: `${capitalize(name)} has interfaces in ${listed(subnets)}.` }));

/** The subnets with IPv4 among them: whether HyperPod takes IPv6-native ones is not documented. */
const withIpv4 = (context: NetworkAclContext, ids: readonly string[]): readonly string[] =>
  sortedUnique(ids).filter((id) => subnetOf(context.facts, id).ipv4 !== '');

/** What the ACL of one subnet has to let through to and from others. */
interface AclHop {
  readonly at: string;
  readonly others: readonly string[];
  /** Who is in the others. */
  readonly name: string;
  readonly traffic: readonly AclRequest[];
}

/** What the ACL of a hop stops, and with which subnets it stops something required. */
function evaluateHop(context: NetworkAclContext, { at, others, name, traffic }: AclHop) {
  const acl = aclOf(context, at);
  const blockedWith = (ids: readonly string[]) => blockedOf(acl, subnetPeer(context.facts, ids, `${name} in ${listed(ids)}`), traffic);
  const stopped = others.map((id) => ({ id, blocked: blockedWith([id]) })).filter((o) => o.blocked.length > 0);
  return {
    acl,
    at,
    blocked: stopped.length > 0 ? blockedWith(stopped.map((o) => o.id)) : [],
    cut: stopped.filter((o) => o.blocked.some((b) => b.level === 'required')).map((o) => o.id),
  };
}

interface BothEnds {
  readonly faults: readonly AclFault[];
  /** Whether nodes in a subnet and the counterpart in another certainly do not reach each other. */
  readonly isCut: (node: string, subnet: string) => boolean;
  readonly unread: readonly Unread[];
}

/** The ACLs of both ends. Traffic within a subnet does not meet its ACL. */
function bothEnds(context: NetworkAclContext, nodes: readonly string[], of: AclCounterpart): BothEnds {
  const hops = [
    ...nodes.map((at): AclHop => ({ at, others: of.subnets.filter((id) => id !== at), name: of.name, traffic: of.traffic })),
    ...of.subnets.map((at): AclHop => ({ at, others: nodes.filter((id) => id !== at), name: 'the nodes', traffic: mirrored(of) })),
  ];
  const reads = hops.filter((hop) => hop.others.length > 0).map((hop) => tryRequire(() => evaluateHop(context, hop)));
  const read = reads.flatMap((r) => (r.ok ? r.value : []));
  const byAcl = Map.groupBy(
    read.filter((r) => r.blocked.length > 0),
    (r) => r.acl,
  );
  return {
    faults: [...byAcl].map(([acl, those]) => ({
      acl,
      subnets: sortedUnique(those.map((r) => r.at)),
      blocked: those.flatMap((r) => r.blocked),
    })),
    isCut: (node, subnet) => read.some((r) => (r.at === node && r.cut.includes(subnet)) || (r.at === subnet && r.cut.includes(node))),
    unread: reads.filter((r) => !r.ok),
  };
}

/** The result for nodes in subnets and something in others; `undefined` where no traffic leaves a subnet. */
export function evaluateCounterpart(
  context: NetworkAclContext,
  cluster: Cluster,
  nodeSubnets: readonly string[],
  counterpart: AclCounterpart,
): CheckResult | undefined {
  const nodes = withIpv4(context, nodeSubnets);
  const of = { ...counterpart, subnets: withIpv4(context, counterpart.subnets) };
  if (!of.subnets.some((subnet) => nodes.some((node) => node !== subnet))) return undefined;
  const { faults, isCut, unread } = bothEnds(context, nodes, of);
  const isOut = (node: string) => nodes.includes(node) && of.subnets[of.everySubnet ? 'some' : 'every']((subnet) => isCut(node, subnet));
  const only = nodes.some((node) => isOnlyChoice(cluster, node, isOut));
  const levelled = only ? faults : faults.map((f) => ({ ...f, blocked: f.blocked.map(softer) }));
  const fails = levelled.some((f) => f.blocked.some((b) => b.level === 'required'));
  const [first] = unread;
  if (first && !fails) requireValue(first);
  return aclResult(
    context,
    levelled,
    `Network ACLs allow traffic between nodes in ${listed(nodes)} and ${of.name} in ${listed(of.subnets)}.`,
  );
}
