import { type CheckResult, clusterCheck } from '../evaluation/check.ts';
import { type Cluster, type Group, networkOf } from '../evaluation/cluster.ts';
import { type NetworkAcl, requireKey, requireValue } from '../evaluation/facts.ts';
import {
  type AclPeer,
  type AclRequest,
  aclOf,
  addEntries,
  type BlockedAclTraffic,
  between,
  blockedOf,
  both,
  call,
  cidrOf,
  ephemeral,
  linuxPorts,
  type NetworkAclContext,
  networkAclNeeds,
  outward,
  sideBySide,
} from '../network/acl-traffic.ts';
import { subnetBlocks } from '../network/connections.ts';
import { lustreUses } from '../network/lustre.ts';
import { subnetOf, subnetsWithGroups } from '../network/resources.ts';

function verdictOf(
  context: NetworkAclContext,
  acl: NetworkAcl,
  subnet: string,
  blocked: readonly BlockedAclTraffic[],
  pass: string,
): CheckResult {
  if (blocked.length === 0) return { status: 'pass', message: pass };
  const required = blocked.filter((b) => b.level === 'required');
  const shown = required.length > 0 ? required : blocked;
  return {
    status: 'fail',
    ...(required.length === 0 && { level: 'recommended' as const }),
    message: `Network ACL ${acl.id} of ${subnet} stops ${[...new Set(shown.map((b) => b.words))].join('; ')}.`,
    remediation: addEntries(context, acl, shown),
  };
}

/** Subnets a group's nodes may be in, and where else they call, for the cases beside the required one. */
export const used = (cluster: Cluster, groups: readonly Group[]): readonly string[] =>
  [...new Set(groups.flatMap((g) => networkOf(cluster, g)?.subnets ?? []))].toSorted();

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
    const { facts, region } = context;
    const subnets = subnetsWithGroups(cluster);
    for (const [id, groups] of subnets)
      yield {
        resource: id,
        evaluate: () => {
          const acl = aclOf(context, id);
          const subnet = subnetOf(facts, id);
          const blocked = [
            ...outward(context, acl, subnet),
            ...[...subnets].flatMap(([other, theirs]) =>
              other === id ? [] : between(acl, subnet, subnetOf(facts, other), sideBySide(groups, theirs) ? 'required' : 'recommended'),
            ),
          ];
          const among = subnets.size > 1 ? ', and all traffic with the other subnets of the cluster' : '';
          return verdictOf(
            context,
            acl,
            id,
            blocked,
            `Network ACL ${acl.id} of ${id} lets calls on 443 out and their answers back${among}.`,
          );
        },
      };

    for (const use of lustreUses(cluster, region))
      for (const id of used(cluster, use.groups))
        yield {
          resource: `${id} ${use.id}`,
          level: 'recommended',
          evaluate: () => {
            const fs = requireKey(facts.fileSystems, use.id, 'file system');
            const elsewhere = fs?.subnets.filter((s) => s !== id).toSorted() ?? [];
            if (!fs || elsewhere.length === 0) return undefined;
            const ports = [
              { from: 988, to: 988 },
              { from: 1018, to: 1023 },
            ];
            const blocks = requireValue(subnetBlocks(facts, elsewhere));
            const asked = ports.flatMap((p) => both('tcp', p));
            const name = `file system ${use.id} in ${elsewhere.join(' and ')}`;
            const near = blockedOf(aclOf(context, id), { name, blocks, cidr: cidrOf(facts, elsewhere) }, asked, 'recommended');
            if (near.length > 0) return verdictOf(context, aclOf(context, id), id, near, '');
            const far = elsewhere.map((s) => ({ subnet: s, acl: aclOf(context, s) }));
            const back: AclPeer = {
              name: `the nodes in ${id}`,
              blocks: requireValue(subnetBlocks(facts, [id])),
              cidr: cidrOf(facts, [id]),
            };
            for (const { subnet, acl } of far) {
              const found = blockedOf(acl, back, asked, 'recommended');
              if (found.length > 0) return verdictOf(context, acl, subnet, found, '');
            }
            return {
              status: 'pass',
              message: `The network ACLs of ${id} and ${elsewhere.join(' and ')} let Lustre's ports through to and from ${use.id}.`,
            };
          },
        };

    const eks = cluster.eksCluster;
    if (eks === undefined) return;
    for (const id of subnets.keys())
      yield {
        resource: `${id} ${eks}`,
        level: 'recommended',
        evaluate: () => {
          const control = requireKey(facts.eksClusters, eks, 'EKS cluster');
          const elsewhere = control?.subnets.filter((s) => s !== id) ?? [];
          if (!control || elsewhere.length === 0) return undefined;
          const acl = aclOf(context, id);
          const asked: readonly AclRequest[] = [
            ...call(linuxPorts),
            { way: 'in', protocol: 'tcp', ports: { from: 10250, to: 10250 } },
            { way: 'out', protocol: 'tcp', ports: ephemeral },
          ];
          const blocked = elsewhere.toSorted().flatMap((s) =>
            blockedOf(
              acl,
              {
                name: `the control plane of EKS cluster ${control.name} in ${s}`,
                blocks: requireValue(subnetBlocks(facts, [s])),
                cidr: cidrOf(facts, [s]),
              },
              asked,
              'recommended',
            ),
          );
          return verdictOf(
            context,
            acl,
            id,
            blocked,
            `Network ACL ${acl.id} of ${id} lets nodes and the control plane of EKS cluster ${control.name} talk.`,
          );
        },
      };
  },
});
