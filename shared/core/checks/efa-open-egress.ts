import { clusterCheck, fail, pass } from '../evaluation/check.ts';
import { type GroupRule, requireValue } from '../evaluation/facts.ts';
import { sortedUnique } from '../evaluation/order.ts';
import { parseBlock } from '../network/cidr.ts';
import {
  authorize,
  nodeSets,
  ownersNote,
  permission,
  s3End,
  s3List,
  securityGroupConsole,
  securityGroupsOf,
} from '../network/connections.ts';
import { efaLevel, opens } from '../network/efa.ts';
import { allowsTraffic, tcp } from '../network/traffic.ts';
import { type ApiStructure, aws, type CommandLine, inOrder } from '../text/command-line.ts';
import { listed } from '../text/words.ts';

const everywhere = (cidr: string): boolean => {
  const block = parseBlock(cidr);
  return block !== undefined && block.first === 0n && block.last === (block.version === 4 ? 2n ** 32n - 1n : 2n ** 128n - 1n);
};

/** The open targets of one rule, 0.0.0.0/0 or ::/0. */
const openTargets = (rule: GroupRule): readonly string[] => (rule.egress ? [...rule.ipv4, ...rule.ipv6].filter(everywhere) : []);

/** The rule without them. */
const closed = (rule: GroupRule): GroupRule => ({
  ...rule,
  ipv4: rule.ipv4.filter((c) => !everywhere(c)),
  ipv6: rule.ipv6.filter((c) => !everywhere(c)),
});

const what = ({ protocol, ports }: GroupRule): string => {
  if (protocol === '-1') return 'all traffic';
  return ports ? `${protocol} ${ports.from === ports.to ? ports.from : `${ports.from}-${ports.to}`}` : protocol;
};

const revoke = (region: string, id: string, rule: GroupRule, cidr: string): CommandLine => {
  const ports: ApiStructure = rule.ports && rule.protocol !== '-1' ? { FromPort: rule.ports.from, ToPort: rule.ports.to } : {};
  const range: ApiStructure = cidr.includes(':') ? { Ipv6Ranges: [{ CidrIpv6: cidr }] } : { IpRanges: [{ CidrIp: cidr }] };
  return aws(['ec2', 'revoke-security-group-egress'], {
    region,
    'group-id': id,
    'ip-permissions': [{ IpProtocol: rule.protocol, ...ports, ...range }],
  });
};

export default clusterCheck({
  id: 'efa-open-egress',
  level: 'advice',
  title: 'Security groups of EFA nodes have no egress to 0.0.0.0/0 or ::/0 in addition to the rule for themselves',
  rationale:
    'AWS advises against it because it may fail the EFA health checks. The templates of AWS have such a rule in addition to the required one, and their clusters come up.',
  applies: 'security groups of EFA nodes whose rules for themselves exist (efa-self-traffic)',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-prerequisites.html',
  needs: ['instanceTypes', 'securityGroups', 'prefixLists', 'prefixListEntries'],
  *cases(context, cluster) {
    const { facts, region, account } = context;
    const sets = nodeSets(cluster).map((set) => ({
      ...set,
      efa: set.groups.map((g) => ({ name: g.name, level: efaLevel(g, facts.instanceTypes) })),
    }));
    for (const id of sortedUnique(sets.flatMap((s) => s.ids))) {
      const mine = sets.filter((s) => s.ids.includes(id));
      yield {
        resource: id,
        evaluate: () => {
          const withEfa = mine.filter((s) => s.efa.some((g) => !g.level.ok || g.level.value !== undefined));
          if (withEfa.length === 0) return undefined;
          const selfOpen = withEfa.filter((s) => {
            const groups = requireValue(securityGroupsOf(facts, s.ids));
            return opens(groups, false, groups) && opens(groups, true, groups);
          });
          if (selfOpen.length === 0) return undefined;
          const rules = requireValue(securityGroupsOf(facts, [id])).flatMap((g) => g.rules);
          const open = rules.flatMap((rule) => openTargets(rule).map((cidr) => ({ rule, cidr, text: `${what(rule)} to ${cidr}` })));
          const levels = selfOpen.flatMap((s) => s.efa);
          const names = levels
            .filter((g) => g.level.ok && g.level.value !== undefined)
            .map((g) => g.name)
            .toSorted();
          // One group known to have EFA is enough; without one, an unknown type leaves the question open.
          if (names.length === 0) for (const g of levels) requireValue(g.level);
          if (open.length === 0) return pass(`${id} of EFA nodes of ${listed(names)} has no egress rule for all addresses.`);
          const s3 = s3List(facts, region);
          // Would these nodes still reach S3 with the open rules gone?
          const keepsS3 = selfOpen.every((s) => {
            const left = requireValue(securityGroupsOf(facts, s.ids)).flatMap((g) =>
              g.rules.filter((r) => r.egress).map((r) => (g.id === id ? closed(r) : r)),
            );
            const reaches = allowsTraffic(left, tcp(443), s3End(facts, region), facts.prefixListEntries);
            return reaches.ok && reaches.value;
          });
          const lines = sortedUnique(open.map((o) => revoke(region, id, o.rule, o.cidr)));
          return fail(
            `${id} of EFA nodes of ${listed(names)} allows egress of ${listed(sortedUnique(open.map((o) => o.text)))} in addition to the rule for itself. AWS advises against it, although its own templates have such a rule.`,
            {
              text: `Make sure that the security groups of these nodes still allow egress to S3 on tcp 443 (${s3.ok ? `prefix list ${s3.value}` : "S3's prefix list of the region"}) and to interface endpoints or NAT on tcp 443. The same applies to FSx (tcp 988 and 1018-1023), the security group of the EKS cluster and your own DNS servers. Without them, lifecycle scripts fail. Then revoke the rule: ${inOrder(lines)}.${ownersNote(facts.securityGroups, [id], account)}`,
              ...(keepsS3
                ? { command: inOrder(lines) }
                : s3.ok && { command: authorize(region, 'out', id, [permission(tcp(443), s3.value)]) }),
              console: securityGroupConsole(context, id),
            },
          );
        },
      };
    }
  },
});
