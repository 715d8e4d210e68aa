import { clusterCheck, fail, pass } from '../evaluation/check.ts';
import type { Level } from '../evaluation/finding.ts';
import { earlierDemandText, fitText, loadText, moreAddresses } from '../network/address-text.ts';
import { combinedNeed, currentFreeAddresses, earlierDemand, loadOf, nodesOn, placementUnits } from '../network/placement-units.ts';
import { times, total } from '../network/requirements.ts';
import { subnetOf, subnetsWithGroups } from '../network/resources.ts';
import { noCompetition } from '../quotas/competition.ts';

export default clusterCheck({
  id: 'subnet-free-ips',
  level: 'recommended',
  title: 'Each subnet has IP addresses available for all nodes that may be placed there',
  rationale:
    'A Slurm node takes one address for each network card (32 for a P5). An EKS node takes all addresses of its first interface and one for each further card (81 for a P5). Nodes without addresses do not start.',
  applies: 'every subnet with IPv4 that groups of the cluster may be placed in',
  rule: 'Fails if the available IP addresses of the subnet are less than those of all nodes that may be placed there, headroom and growTo included.',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-prerequisites.html',
  needs: ['subnets', 'instanceTypes'],
  *cases(context, cluster) {
    const { facts } = context;
    const units = placementUnits(cluster);
    for (const id of subnetsWithGroups(cluster).keys())
      yield {
        resource: id,
        evaluate: () => {
          const subnet = subnetOf(facts, id);
          if (subnet.ipv6Native) return undefined;
          const loads = units
            .filter((u) => u.subnets.includes(id))
            .flatMap((u) =>
              u.groups.map((g) => loadOf(facts, cluster, g)).map((l) => ({ ...l, nodes: nodesOn(l, u, id, currentFreeAddresses(facts)) })),
            );
          const own = total(loads.map((l) => times(l.nodes, l.addresses)));
          const rivals = own.recommended > 0 ? earlierDemand(context, cluster, id) : noCompetition;
          const sum = combinedNeed(own, rivals.amount);
          const have = subnet.freeIpv4;
          const part: Level = have < sum.required ? 'required' : 'recommended';
          const need = sum[part];
          const amounts = { have, need, unit: 'addresses' };
          if (need === 0)
            return pass(`${id}: ${have} IP addresses available, 0 required. All nodes of ${cluster.name} are placed.`, amounts);
          const estimate = loads.some((l) => l.estimate && l.nodes[part] > 0) ? ' (estimate)' : '';
          const said = `${id}: ${have} IP addresses available, ${need} required${estimate} for ${loadText(loads, part)}${earlierDemandText(rivals, part)}`;
          if (have >= need) return pass(`${said}.`, amounts);
          return fail(
            `${said}${fitText(cluster, loads, part, have - rivals.amount[part])}.`,
            moreAddresses(context, cluster, subnet, need),
            amounts,
          );
        },
      };
  },
});
