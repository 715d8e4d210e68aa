import { type CheckResult, clusterCheck, fail, pass } from '../evaluation/check.ts';
import type { Group } from '../evaluation/cluster.ts';
import { type NetworkAcl, requireKey } from '../evaluation/facts.ts';
import type { Level } from '../evaluation/finding.ts';
import {
  type AclRequest,
  aclOf,
  addEntries,
  type BlockedAclTraffic,
  between,
  blockedOf,
  both,
  call,
  ephemeral,
  linuxPorts,
  type NetworkAclContext,
  networkAclNeeds,
  outward,
  sideBySide,
  subnetPeer,
} from '../network/acl-traffic.ts';
import { lustreUses } from '../network/lustre.ts';
import { groupSubnets, subnetOf, subnetsWithGroups } from '../network/resources.ts';

/** The result for one subnet: what its ACL stops, the required traffic alone where there is any. */
function aclResult(
  context: NetworkAclContext,
  acl: NetworkAcl,
  subnet: string,
  blocked: readonly BlockedAclTraffic[],
  passes: string,
): CheckResult {
  if (blocked.length === 0) return pass(passes);
  const required = blocked.filter((b) => b.level === 'required');
  const shown = required.length > 0 ? required : blocked;
  return fail(
    `Network ACL ${acl.id} of ${subnet} stops ${[...new Set(shown.map((b) => b.words))].join('; ')}.`,
    addEntries(context, acl, shown),
    { level: required.length === 0 ? 'recommended' : undefined },
  );
}

/** Calls to S3 and services, and traffic with the other subnets of the cluster. */
function evaluateSubnet(context: NetworkAclContext, subnets: ReadonlyMap<string, readonly Group[]>, id: string): CheckResult {
  const acl = aclOf(context, id);
  const subnet = subnetOf(context.facts, id);
  const levelWith = (theirs: readonly Group[]): Level => (sideBySide(subnets.get(id) ?? [], theirs) ? 'required' : 'recommended');
  const blocked = [
    ...outward(context, acl, subnet),
    ...[...subnets].flatMap(([other, theirs]) =>
      other === id ? [] : between(acl, subnet, subnetOf(context.facts, other), levelWith(theirs)),
    ),
  ];
  const among = subnets.size > 1 ? ', and all traffic with the other subnets of the cluster' : '';
  return aclResult(context, acl, id, blocked, `Network ACL ${acl.id} of ${id} lets calls on 443 out and their answers back${among}.`);
}

const lustreTraffic = [...both('tcp', { from: 988, to: 988 }), ...both('tcp', { from: 1018, to: 1023 })];

/** Lustre's ports between a subnet and a file system in other subnets, at the ACLs of both. */
function evaluateFileSystem(context: NetworkAclContext, fileSystem: string, id: string): CheckResult | undefined {
  const { facts } = context;
  const found = requireKey(facts.fileSystems, fileSystem, 'file system');
  const elsewhere = found?.subnets.filter((s) => s !== id).toSorted() ?? [];
  if (elsewhere.length === 0) return undefined;
  const server = subnetPeer(facts, elsewhere, `file system ${fileSystem} in ${elsewhere.join(' and ')}`);
  const near = blockedOf(aclOf(context, id), server, lustreTraffic, 'recommended');
  if (near.length > 0) return aclResult(context, aclOf(context, id), id, near, '');
  const far = elsewhere.map((subnet) => ({ subnet, acl: aclOf(context, subnet) }));
  const nodes = subnetPeer(facts, [id], `the nodes in ${id}`);
  for (const { subnet, acl } of far) {
    const blocked = blockedOf(acl, nodes, lustreTraffic, 'recommended');
    if (blocked.length > 0) return aclResult(context, acl, subnet, blocked, '');
  }
  return pass(`The network ACLs of ${id} and ${elsewhere.join(' and ')} let Lustre's ports through to and from ${fileSystem}.`);
}

const controlPlaneTraffic: readonly AclRequest[] = [
  ...call(linuxPorts),
  { way: 'in', protocol: 'tcp', ports: { from: 10250, to: 10250 } },
  { way: 'out', protocol: 'tcp', ports: ephemeral },
];

/** Nodes in a subnet and the EKS control plane in other subnets. */
function evaluateControlPlane(context: NetworkAclContext, eks: string, id: string): CheckResult | undefined {
  const { facts } = context;
  const control = requireKey(facts.eksClusters, eks, 'EKS cluster');
  const elsewhere = control?.subnets.filter((s) => s !== id).toSorted() ?? [];
  if (!control || elsewhere.length === 0) return undefined;
  const acl = aclOf(context, id);
  const peers = elsewhere.map((s) => subnetPeer(facts, [s], `the control plane of EKS cluster ${control.name} in ${s}`));
  const blocked = peers.flatMap((peer) => blockedOf(acl, peer, controlPlaneTraffic, 'recommended'));
  const passes = `Network ACL ${acl.id} of ${id} lets nodes and the control plane of EKS cluster ${control.name} talk.`;
  return aclResult(context, acl, id, blocked, passes);
}

export default clusterCheck({
  id: 'network-acl',
  level: 'required',
  levelNote: 'required for S3 and between subnets used side by side, else recommended',
  title: 'Network ACLs let nodes out on 443, answers back in, and the subnets of a cluster talk to one another',
  rationale:
    'A network ACL knows no connections: where it lets a call out but not its answer back in, or stops traffic between two subnets, nodes time out though every security group is right.',
  applies: 'clusters with a VPC',
  reference: 'https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html',
  needs: networkAclNeeds,
  *cases(context, cluster) {
    const subnets = subnetsWithGroups(cluster);
    for (const id of subnets.keys()) yield { resource: id, evaluate: () => evaluateSubnet(context, subnets, id) };
    for (const { id: fs, groups } of lustreUses(cluster, context.region))
      for (const id of groupSubnets(cluster, groups))
        yield { resource: `${id} ${fs}`, level: 'recommended', evaluate: () => evaluateFileSystem(context, fs, id) };
    const eks = cluster.eksCluster;
    if (eks === undefined) return;
    for (const id of subnets.keys())
      yield { resource: `${id} ${eks}`, level: 'recommended', evaluate: () => evaluateControlPlane(context, eks, id) };
  },
});
