/**
 * Rules for itself that a security group misses. efa-self-traffic or security-group-internal-traffic reports them as required; other
 * checks do not report again what they stop, because their fix opens it too.
 */
import type { CheckContext } from '../evaluation/check.ts';
import type { Cluster } from '../evaluation/cluster.ts';
import { mostNodes, type NodeSet, nodeEnd, nodeSets } from './connections.ts';
import { efaLevel, groupToOpen, selfGapsOf } from './efa.ts';
import { allTcp, type BlockedTraffic, blockedBetween, efaTraffic, includesTraffic, udp } from './traffic.ts';

export const selfRuleNeeds = ['securityGroups', 'subnets', 'prefixListEntries', 'instanceTypes'] as const;
type SelfRuleContext = Pick<CheckContext<(typeof selfRuleNeeds)[number]>, 'facts'>;

interface MissingSelfRules {
  readonly group: string;
  readonly rules: readonly Pick<BlockedTraffic, 'way' | 'traffic'>[];
}

/** Name lookups of pods, which CoreDNS answers on any node; over TCP they are part of all TCP. */
const dns = udp(53);

export const nodeTraffic = (cluster: Cluster) => (cluster.eksCluster ? [allTcp, dns] : [allTcp]);

export const moreThanOneNode = (cluster: Cluster, { groups }: NodeSet): boolean =>
  groups.reduce((sum, g) => sum + mostNodes(cluster, g), 0) > 1;

/** What efa-self-traffic reports as required for nodes of the set. */
export function missingForEfa({ facts }: SelfRuleContext, set: NodeSet): MissingSelfRules | undefined {
  const requires = set.groups.some((g) => {
    const efa = efaLevel(g, facts.instanceTypes);
    return efa.ok && efa.value === 'required';
  });
  const { groups } = nodeEnd(facts, set);
  const best = requires && groups.ok ? groupToOpen(selfGapsOf(groups.value)) : undefined;
  return best && { group: best.group.id, rules: best.gaps.map(({ way }) => ({ way, traffic: efaTraffic })) };
}

/** What stops the traffic that nodes of the set need among themselves. */
export function blockedWithin({ facts }: SelfRuleContext, cluster: Cluster, set: NodeSet): ReturnType<typeof blockedBetween> {
  const end = nodeEnd(facts, set);
  return blockedBetween(end, end, nodeTraffic(cluster), facts.prefixListEntries);
}

/** What is reported as required among all nodes with these security groups, with the rules that its fix adds to one of them. */
function missingSelfRules(context: SelfRuleContext, cluster: Cluster, key: string): MissingSelfRules | undefined {
  const set = nodeSets(cluster).find((s) => s.key === key);
  if (!set) return undefined;
  const efa = missingForEfa(context, set);
  if (efa) return efa;
  const blocked = moreThanOneNode(cluster, set) ? blockedWithin(context, cluster, set) : undefined;
  const group = set.ids[0];
  return blocked?.ok && group !== undefined ? { group, rules: blocked.value } : undefined;
}

/** Blocked traffic of nodes, without that of rules for themselves that are reported already. */
export function unreportedTraffic(
  context: SelfRuleContext,
  cluster: Cluster,
  { key }: Pick<NodeSet, 'key'>,
  blocked: readonly BlockedTraffic[],
): readonly BlockedTraffic[] {
  if (blocked.length === 0) return blocked;
  const self = missingSelfRules(context, cluster, key);
  return blocked.filter(
    ({ way, at, peer, traffic }) =>
      !self?.rules.some((r) => r.way === way && includesTraffic(r.traffic, traffic)) ||
      ![at, peer].every(({ ids }) => ids.includes(self.group)),
  );
}
