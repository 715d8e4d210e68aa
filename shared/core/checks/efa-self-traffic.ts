import { type CheckRemediation, clusterCheck, fail, pass } from '../evaluation/check.ts';
import { type GroupRule, requireValue, type SecurityGroup } from '../evaluation/facts.ts';
import { sortedUnique } from '../evaluation/order.ts';
import { authorize, nodeSets, ownersNote, permission, securityGroupConsole, securityGroupsOf } from '../network/connections.ts';
import { directions, efaLevel, groupToOpen, opens, opensTo, type SelfGaps, selfGapsOf } from '../network/efa.ts';
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

/** A single report: creation failed where a further group of the nodes had no egress rule for itself. */
const report = 'https://github.com/awslabs/awsome-distributed-ai/pull/259';

export default clusterCheck({
  id: 'efa-self-traffic',
  level: 'required',
  levelNote:
    'required for types with several network cards or an explicit InterfaceType, else recommended; recommended for a further group without its own egress rule',
  title: 'Security groups of EFA nodes let all traffic through from and to themselves, by group reference',
  rationale:
    'EFA honours only rules that name the security group itself as source and destination. Without both, the EFA health checks fail before lifecycle scripts run, and the cluster does not come up.',
  applies: 'groups of a cluster with a VPC of which any instance type has EFA: once for all groups that carry the same security groups',
  reference: 'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa-start.html',
  needs: ['instanceTypes', 'securityGroups'],
  *cases(context, cluster) {
    const { facts, region, account } = context;
    for (const { key, ids, groups: nodes } of nodeSets(cluster)) {
      // Groups that carry the same security groups miss the same rule: one finding for all of them.
      const levels = nodes.map((group) => ({ name: group.name, efa: efaLevel(group, facts.instanceTypes) }));
      const withEfa = levels.filter(({ efa }) => !efa.ok || efa.value !== undefined);
      if (withEfa.length === 0) continue;
      const names = withEfa.map(({ name }) => name);
      const isRequired = withEfa.some(({ efa }) => !efa.ok || efa.value === 'required');
      const isSettled = withEfa.some(({ efa }) => efa.ok && efa.value === 'required');
      yield {
        ...(names.length === 1 && names[0] !== undefined && { group: names[0] }),
        resource: key,
        level: isRequired ? 'required' : 'recommended',
        evaluate: () => {
          if (!isSettled) for (const { efa } of withEfa) requireValue(efa);
          const groups = requireValue(securityGroupsOf(facts, ids));
          const who = `${ids.length > 1 ? 'the security groups' : 'the security group'} ${listed(ids)} of ${names.length > 1 ? 'groups' : 'group'} ${listed(names)}`;
          const gapsByGroup = selfGapsOf(groups);
          const fix = (of: readonly SelfGaps[], text: string): CheckRemediation => {
            const found = of.map((g) => g.group.id);
            const lines = of.flatMap((g) => g.gaps.map((d) => authorize(region, d.way, g.group.id, [permission(efaTraffic, g.group.id)])));
            return {
              text: `${text}${ownersNote(facts.securityGroups, found, account)}`,
              command: inOrder(lines),
              console: securityGroupConsole(context, found[0] ?? ''),
            };
          };
          const best = groupToOpen(gapsByGroup);
          if (best) {
            const missing = directions.filter((d) => !opens(groups, d.egress, groups));
            const gaps = missing.map((d) => `${d.words}${instead(groups, d.egress)}`).join(', nor ');
            return fail(
              missing.length > 0
                ? `No rule of ${who} lets all traffic ${gaps}.`
                : `0 of ${listed(ids)} have both rules for themselves, 1 required: only together let ${who} all traffic in and out.`,
              fix([best], `Let ${best.group.id} allow all protocols in from and out to itself, naming the group and no CIDR.`),
            );
          }
          const closed = gapsByGroup.filter(({ gaps }) => gaps.some((d) => d.egress));
          if (closed.length > 0)
            return fail(
              `Of ${who}, ${listed(closed.map((g) => g.group.id))} ${closed.length > 1 ? 'have' : 'has'} no rule that lets all traffic out to itself. The others carry EFA, but one report says that creation failed with such a group (${report}).`,
              fix(closed, 'Give each of these groups both rules: all protocols in from and out to itself.'),
              { level: 'recommended' },
            );
          return pass(`All traffic passes from and to ${who}, by group reference.`);
        },
      };
    }
  },
});
