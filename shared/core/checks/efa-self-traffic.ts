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
          ...(refers(r, groups) ? [`${group.id} allows ${what} only for its own group`] : []),
          ...[...r.ipv4, ...r.ipv6].map((cidr) => `${group.id} allows ${what} for CIDR ${cidr}`),
          ...r.prefixLists.map((list) => `${group.id} allows ${what} for prefix list ${list}`),
        ];
      }),
  );
  const parts = sortedUnique(near);
  const shown = parts.slice(0, 4).join('; ');
  return parts.length === 0 ? '' : `EFA does not count these rules: ${shown}${parts.length > 4 ? `; and ${parts.length - 4} more` : ''}.`;
}

/** A single report: creation failed where a further group of the nodes had no egress rule for itself. */
const report = 'https://github.com/awslabs/awsome-distributed-ai/pull/259';

export default clusterCheck({
  id: 'efa-self-traffic',
  level: 'required',
  levelNote:
    'required for types with several network cards or an explicit InterfaceType, else recommended; recommended for a further group without its own egress rule',
  title: 'Security groups of EFA nodes allow all traffic from and to themselves, by group reference',
  rationale:
    'EFA requires rules that name the security group itself as source and destination. Without both, the EFA health checks fail before lifecycle scripts run, and the cluster does not come up.',
  applies: 'groups with an EFA instance type in clusters with a VPC: once for all groups with the same security groups',
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
          const whose = `${names.length > 1 ? 'groups' : 'group'} ${listed(names)}`;
          const who = `${ids.length > 1 ? 'security groups' : 'security group'} ${listed(ids)} of ${whose}`;
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
            const notes = missing.map((d) => instead(groups, d.egress)).filter((note) => note !== '');
            return fail(
              missing.length > 0
                ? [`0 rules of ${who} allow all traffic ${missing.map((d) => d.words).join(' or ')}.`, ...notes].join(' ')
                : `0 of ${ids.length} security groups (${listed(ids)}) of ${whose} have both rules for themselves, 1 required. Rules of different groups do not add up.`,
              fix([best], `Add rules to ${best.group.id} that allow all protocols from and to itself, by group reference and not by CIDR.`),
            );
          }
          const closed = gapsByGroup.filter(({ gaps }) => gaps.some((d) => d.egress));
          if (closed.length > 0)
            return fail(
              `${closed.length} of ${ids.length} security groups of ${whose} ${closed.length > 1 ? 'have' : 'has'} no egress rule for itself: ${listed(closed.map((g) => g.group.id))}. Another group carries EFA, but one report says that creation failed with such a group (${report}).`,
              fix(closed, 'Add both rules to each of these groups: all protocols from and to itself.'),
              { level: 'recommended' },
            );
          return pass(`Rules of ${who} allow all traffic from and to themselves, by group reference.`);
        },
      };
    }
  },
});
