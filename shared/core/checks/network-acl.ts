import { type Case, type CheckResult, clusterCheck } from '../evaluation/check.ts';
import type { Cluster, Group } from '../evaluation/cluster.ts';
import { requireKey, requireValue, tryRequire } from '../evaluation/facts.ts';
import type { Level } from '../evaluation/finding.ts';
import { sortedUnique } from '../evaluation/order.ts';
import { controlPlaneCounterpart, evaluateCounterpart, fileSystemCounterpart } from '../network/acl-counterparts.ts';
import {
  aclOf,
  aclResult,
  between,
  call,
  type NetworkAclContext,
  networkAclNeeds,
  outwardOf,
  sideBySide,
  softer,
} from '../network/acl-traffic.ts';
import { endpointLevel, privateDnsEndpoints } from '../network/connections.ts';
import { fileSystemUses } from '../network/lustre.ts';
import { isOnlyChoice } from '../network/placement-units.ts';
import { groupSubnets, subnetOf, subnetsWithGroups } from '../network/resources.ts';

/** What stops calls out of the VPC: recommended where HyperPod may choose another subnet, from which they get out. */
function evaluateOutward(context: NetworkAclContext, cluster: Cluster, id: string): ReturnType<typeof outwardOf> {
  const fails = (subnet: string) => {
    const read = tryRequire(() => outwardOf(context, cluster, subnet));
    return read.ok && read.value.blocked.some((b) => b.level === 'required');
  };
  const found = outwardOf(context, cluster, id);
  if (found.blocked.length === 0 || isOnlyChoice(cluster, id, fails)) return found;
  const note = 'The nodes start only if HyperPod chooses another of their subnets.';
  return { ...found, blocked: found.blocked.map((b) => (b.level === 'required' ? { ...softer(b), note } : b)) };
}

/** Calls out of the VPC, and traffic with the other subnets of the cluster. */
function evaluateSubnet(
  context: NetworkAclContext,
  cluster: Cluster,
  subnets: ReadonlyMap<string, readonly Group[]>,
  id: string,
): CheckResult {
  const acl = aclOf(context, id);
  const subnet = subnetOf(context.facts, id);
  const levelWith = (theirs: readonly Group[]): Level => (sideBySide(subnets.get(id) ?? [], theirs) ? 'required' : 'recommended');
  const { blocked, passes } = evaluateOutward(context, cluster, id);
  const among = [...subnets].flatMap(([other, theirs]) =>
    other === id ? [] : between(acl, subnet, subnetOf(context.facts, other), levelWith(theirs)),
  );
  const more = subnets.size > 1 ? ', and all traffic with the other subnets of the cluster' : '';
  return aclResult(context, [{ acl, subnets: [id], blocked: [...blocked, ...among] }], `Network ACL ${acl.id} of ${id} ${passes}${more}.`);
}

/** Interface endpoints that answer to the names of services, each at both ends. */
function* endpointCases(context: NetworkAclContext, cluster: Cluster, ids: readonly string[]): Iterable<Case> {
  const { account, facts, region } = context;
  // Where subnets could not be read, each of them says so.
  const subnets = facts.subnets.ok ? facts.subnets.value.filter((s) => ids.includes(s.id)) : [];
  for (const vpc of sortedUnique(subnets.map((s) => s.vpc))) {
    const endpoints = privateDnsEndpoints(context, vpc);
    if (!endpoints.ok) {
      // In a shared VPC, egress-reaches-services decides whether S3 depends on an endpoint that only the owner sees.
      const shared = facts.vpcs.ok && facts.vpcs.value.some((v) => v.id === vpc && v.owner !== account);
      yield { resource: `${vpc} endpoints`, level: shared ? 'recommended' : 'required', evaluate: () => void requireValue(endpoints) };
      continue;
    }
    const nodes = subnets.filter((s) => s.vpc === vpc).map((s) => s.id);
    for (const endpoint of endpoints.value) {
      const level = endpointLevel(endpoint, region, cluster.orchestrator);
      if (level === undefined) continue;
      const counterpart = {
        name: `endpoint ${endpoint.id} (${endpoint.service})`,
        subnets: endpoint.subnets,
        traffic: call(level),
        everySubnet: false,
      };
      yield { resource: endpoint.id, level, evaluate: () => evaluateCounterpart(context, cluster, nodes, counterpart) };
    }
  }
}

export default clusterCheck({
  id: 'network-acl',
  level: 'required',
  levelNote:
    'required for S3, file systems, the EKS control plane, the EC2 endpoint on EKS, and between subnets used side by side; recommended for other endpoints and where HyperPod may choose another subnet; responses to other ports: recommended on EKS, else advice',
  title: 'Network ACLs at both ends allow traffic of nodes with S3, services, file systems, the EKS control plane and each other',
  rationale:
    'Network ACLs are stateless. Where one allows a call but not its response, at either end, nodes time out although every security group is right.',
  applies: 'clusters with a VPC',
  reference: 'https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html',
  needs: networkAclNeeds,
  *cases(context, cluster) {
    const { facts, region } = context;
    const subnets = subnetsWithGroups(cluster);
    const ids = [...subnets.keys()];
    for (const id of ids) yield { resource: id, evaluate: () => evaluateSubnet(context, cluster, subnets, id) };
    yield* endpointCases(context, cluster, ids);
    for (const { id, groups } of fileSystemUses(cluster, region))
      yield {
        resource: id,
        evaluate: () => {
          const found = requireKey(facts.fileSystems, id, 'file system');
          const counterpart = found && fileSystemCounterpart(found);
          return counterpart ? evaluateCounterpart(context, cluster, groupSubnets(cluster, groups), counterpart) : undefined;
        },
      };
    const eks = cluster.eksCluster;
    if (eks === undefined || ids.length === 0) return;
    yield {
      resource: eks,
      evaluate: () => {
        const found = requireKey(facts.eksClusters, eks, 'EKS cluster');
        return found ? evaluateCounterpart(context, cluster, ids, controlPlaneCounterpart(found)) : undefined;
      },
    };
  },
});
