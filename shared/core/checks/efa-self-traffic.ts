import { clusterCheck, fail, pass } from '../evaluation/check.ts';
import { type GroupRule, requireValue, type SecurityGroup } from '../evaluation/facts.ts';
import { byName, sortedUnique } from '../evaluation/order.ts';
import { authorize, ownersNote, permission, securityGroupConsole, securityGroupIds, securityGroupsOf } from '../network/connections.ts';
import { efaLevel, opens, opensTo } from '../network/efa.ts';
import { efaTraffic } from '../network/traffic.ts';
import { inOrder } from '../text/command-line.ts';
import { listed } from '../text/words.ts';

const refers = (rule: GroupRule, groups: readonly SecurityGroup[]): boolean =>
  rule.groups.some((pair) => groups.some((g) => g.id === pair.id));

/** Rules that look like the missing one and do not count, so that the operator sees why. */
function instead(groups: readonly SecurityGroup[], egress: boolean): string {
  const near = groups.flatMap((group) =>
    group.rules
      .filter((r) => r.egress === egress && !opensTo(r, groups))
      .flatMap((r) => {
        const what = r.protocol === '-1' ? 'all traffic' : r.protocol;
        return [
          ...(refers(r, groups) ? [`${group.id} names its own group, but for ${what} only`] : []),
          ...[...r.ipv4, ...r.ipv6].map((cidr) => `${group.id} has ${what} for the CIDR ${cidr}`),
          ...r.prefixLists.map((list) => `${group.id} has ${what} for the prefix list ${list}`),
        ];
      }),
  );
  const parts = sortedUnique(near);
  const shown = parts.slice(0, 4).join('; ');
  return parts.length === 0 ? '' : ` (${shown}${parts.length > 4 ? `; and ${parts.length - 4} more` : ''}: none of these counts for EFA)`;
}

const directions = [
  { egress: false, way: 'in', words: 'in from itself' },
  { egress: true, way: 'out', words: 'out to itself' },
] as const;

export default clusterCheck({
  id: 'efa-self-traffic',
  level: 'required',
  levelNote: 'required for types with several network cards or an explicit InterfaceType, else recommended',
  title: 'Security groups of EFA nodes let all traffic through from and to themselves, by group reference',
  rationale:
    'EFA honours only rules that name the security group itself as source and destination. Without both, the EFA health checks fail before lifecycle scripts run, and the cluster does not come up.',
  applies: 'groups of a cluster with a VPC of which any instance type has EFA',
  reference: 'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa-start.html',
  needs: ['instanceTypes', 'securityGroups'],
  *cases(context, cluster) {
    const { facts, region, account } = context;
    for (const group of cluster.groups.toSorted(byName)) {
      const ids = securityGroupIds(cluster, group);
      if (!ids) continue;
      const efa = efaLevel(group, facts.instanceTypes);
      yield {
        group: group.name,
        resource: ids.join('+'),
        level: efa.ok ? (efa.value ?? 'recommended') : 'required',
        evaluate: () => {
          if (requireValue(efa) === undefined) return undefined;
          const groups = requireValue(securityGroupsOf(facts, ids));
          const missing = directions.filter((d) => !opens(groups, d.egress, groups));
          const gapsByGroup = groups.flatMap((g) => directions.filter((d) => !opens([g], d.egress, [g])).map((d) => ({ group: g, ...d })));
          const who = `${ids.length > 1 ? 'the security groups' : 'the security group'} ${listed(ids)} of group ${group.name}`;
          const line = (way: 'in' | 'out', id: string) => authorize(region, way, id, [permission(efaTraffic, id)]);
          if (missing.length > 0) {
            // Fix the group that needs the fewest rules: one group with both is enough.
            const [best] = groups.toSorted(
              (a, b) =>
                gapsByGroup.filter((l) => l.group === a).length - gapsByGroup.filter((l) => l.group === b).length || (a.id < b.id ? -1 : 1),
            );
            const steps = gapsByGroup.filter((l) => l.group === best);
            const gaps = missing.map((d) => `${d.words}${instead(groups, d.egress)}`).join(', nor ');
            return fail(`No rule of ${who} lets all traffic ${gaps}.`, {
              text: `Let ${best?.id} allow all protocols in from and out to itself, naming the group and no CIDR.${ownersNote(facts.securityGroups, [best?.id ?? ''], account)}`,
              command: inOrder(steps.map((s) => line(s.way, s.group.id))),
              console: securityGroupConsole(context, best?.id ?? ''),
            });
          }
          if (gapsByGroup.length > 0) {
            const incomplete = [...new Set(gapsByGroup.map((l) => l.group.id))];
            return fail(
              incomplete.length === groups.length
                ? `Together ${who} let all traffic in from and out to themselves, but none of them has both rules for itself.`
                : `Of ${who}, ${listed(incomplete)} ${incomplete.length > 1 ? 'have' : 'has'} no rules for all traffic from and to itself; the others carry EFA, but AWS's own guides ask for the rules on every group.`,
              {
                text: `Give each group both rules: all protocols in from and out to itself.${ownersNote(facts.securityGroups, incomplete, account)}`,
                command: inOrder(gapsByGroup.map((l) => line(l.way, l.group.id))),
                console: securityGroupConsole(context, incomplete[0] ?? ''),
              },
              { level: 'recommended' },
            );
          }
          return pass(`All traffic passes from and to ${who}, by group reference.`);
        },
      };
    }
  },
});
