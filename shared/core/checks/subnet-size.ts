import { clusterCheck, fail, pass } from '../evaluation/check.ts';
import { type Cluster, type Group, runningGroup } from '../evaluation/cluster.ts';
import { type Facts, requireValue } from '../evaluation/facts.ts';
import { loadText, smallestMask } from '../network/address-text.ts';
import { type FreeAddresses, type GroupLoad, nodesOn, placementUnits, takenByNode } from '../network/placement-units.ts';
import { plannedNodes, type Requirement, zero } from '../network/requirements.ts';
import { subnetOf, subnetsWithGroups } from '../network/resources.ts';
import { subnetConsole } from '../text/console-links.ts';

/** All addresses that a block can give to interfaces: AWS reserves five. */
const capacity = (cidr: string): number => 2 ** (32 - Number(cidr.split('/')[1])) - 5;

/** All nodes a group is ever meant to have: growTo, else what is planned; of a group that only runs, what it has or aims at. */
function everNodes(cluster: Cluster, group: Group): Requirement {
  if (group.planned) return plannedNodes(cluster, group);
  const running = runningGroup(cluster, group.name);
  const nodes = Math.max(running?.current ?? 0, running?.target ?? 0);
  return { required: nodes, recommended: nodes };
}

function everLoad(facts: Pick<Facts, 'instanceTypes'>, cluster: Cluster, group: Group): GroupLoad {
  const nodes = everNodes(cluster, group);
  const each = nodes.recommended > 0 ? takenByNode(facts, cluster, group) : { addresses: zero, interfaces: 0, estimate: false };
  return { group, nodes, ...each };
}

export default clusterCheck({
  id: 'subnet-size',
  level: 'recommended',
  title: 'The CIDR block of each subnet can hold all planned nodes',
  rationale:
    "A subnet's block cannot be extended, and VpcConfig and OverrideVpcConfig cannot be changed after creation. A group that outgrows its subnet has to be replaced.",
  applies: 'every subnet with IPv4 that groups of the cluster may be placed in',
  reference: 'https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html',
  needs: ['subnets', 'instanceTypes'],
  *cases(context, cluster) {
    const { facts } = context;
    const units = placementUnits(cluster);
    const room: FreeAddresses = (id) => {
      const subnet = requireValue(facts.subnets).find((s) => s.id === id);
      return subnet && !subnet.ipv6Native ? capacity(subnet.ipv4) : 0;
    };
    for (const id of subnetsWithGroups(cluster).keys())
      yield {
        resource: id,
        evaluate: () => {
          const subnet = subnetOf(facts, id);
          if (subnet.ipv6Native) return undefined;
          const loads = units
            .filter((u) => u.subnets.includes(id))
            .flatMap((u) => u.groups.map((g) => everLoad(facts, cluster, g)).map((l) => ({ ...l, nodes: nodesOn(l, u, id, room) })));
          const need = loads.reduce((sum, l) => sum + l.nodes.recommended * l.addresses.recommended, 0);
          const have = capacity(subnet.ipv4);
          const amounts = { have, need, unit: 'addresses' };
          const estimate = loads.some((l) => l.estimate && l.nodes.recommended > 0) ? ' (estimate)' : '';
          const whole = loadText(loads, 'recommended') || cluster.name;
          const said = `${id}: ${have} IP addresses usable (${subnet.ipv4}), ${need} required${estimate} for ${whole}`;
          if (have >= need) return pass(`${said}.`, amounts);
          const mask = smallestMask(need);
          return fail(
            `${said}. Even an empty subnet cannot hold all planned nodes.`,
            {
              text: `Create ${mask === undefined ? 'several subnets' : `a subnet (a /${mask} or larger)`} in ${subnet.vpc}, and name ${mask === undefined ? 'them' : 'it'} in a new cluster or in OverrideVpcConfig of a new instance group. The subnets of an existing one cannot be changed.`,
              console: subnetConsole(context, id),
            },
            amounts,
          );
        },
      };
  },
});
