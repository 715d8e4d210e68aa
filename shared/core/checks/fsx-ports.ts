import { clusterCheck, pass } from '../evaluation/check.ts';
import { NotEvaluatedError, requireKey, requireValue } from '../evaluation/facts.ts';
import { failBlocked, nodeEnd, nodeSets, nodesOf, servedEnd } from '../network/connections.ts';
import { efaLevel } from '../network/efa.ts';
import { lustreUses } from '../network/lustre.ts';
import { selfRuleNeeds, unreportedTraffic } from '../network/self-rules.ts';
import { type BlockedTraffic, blockedBetween, combineBlocked, efaTraffic, type Traffic, tcp } from '../network/traffic.ts';

/** Lustre's own ports; servers open connections to clients too. */
const lustrePorts = [tcp(988), tcp(1018, 1023)];

export default clusterCheck({
  id: 'fsx-ports',
  level: 'required',
  title: 'Security groups allow traffic between FSx for Lustre file systems and the nodes that mount them',
  rationale:
    'Lustre uses TCP 988 and 1018-1023 in both directions, also among its servers. A file system with EFA also requires rules for all traffic that name security groups.',
  applies: 'clusters with a VPC that mount FSx for Lustre, except for missing rules among nodes with the same security group',
  reference: 'https://docs.aws.amazon.com/fsx/latest/LustreGuide/limit-access-security-groups.html',
  needs: ['fileSystems', 'fileSystemGroups', ...selfRuleNeeds],
  *cases(context, cluster) {
    const { facts, region } = context;
    const lists = facts.prefixListEntries;
    for (const { id, groups } of lustreUses(cluster, region))
      for (const set of nodeSets({ ...cluster, groups }))
        yield {
          resource: `${id} ${set.key}`,
          evaluate: () => {
            const fs = requireKey(facts.fileSystems, id, 'file system');
            // Neither has Lustre's ports to speak of, and fsx-available says so.
            if (fs?.type !== 'LUSTRE') return undefined;
            const ids = requireKey(facts.fileSystemGroups, id, 'security groups of file system');
            if (ids.length === 0) throw new NotEvaluatedError(`FSx reports no security group for file system ${id}`);
            const nodes = nodeEnd(facts, set);
            const server = servedEnd(facts, `file system ${id}`, ids, fs.subnets);
            const blocked = (traffic: readonly Traffic[]) =>
              combineBlocked([blockedBetween(nodes, server, traffic, lists), blockedBetween(server, server, traffic, lists)]);
            const plain = blocked(lustrePorts);
            const unreported = (found: readonly BlockedTraffic[]) => unreportedTraffic(context, cluster, set, found);
            if (plain.ok && plain.value.length > 0) {
              const left = unreported(plain.value);
              return left.length > 0 ? failBlocked(context, left) : undefined;
            }
            const all = fs.efa ? requireValue(blocked([efaTraffic])) : [];
            const fast = unreported(all);
            if (all.length > 0 && fast.length === 0) return undefined;
            // Clients without EFA mount such a file system over TCP.
            const levels = fast.length > 0 ? set.groups.map((g) => efaLevel(g, facts.instanceTypes)) : [];
            if (levels.some((l) => l.ok && l.value !== undefined))
              return failBlocked(context, fast, `${id} has EFA, for which only rules that name a security group count.`);
            for (const level of levels) requireValue(level);
            requireValue(plain);
            return pass(
              `Security groups allow ${fs.efa && fast.length === 0 ? 'all traffic' : 'tcp 988 and 1018-1023'} between ${nodesOf(set)} and file system ${id}.`,
            );
          },
        };
  },
});
