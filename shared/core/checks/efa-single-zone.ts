import { clusterCheck, fail, pass } from '../evaluation/check.ts';
import { groupsInOrder, networkOf } from '../evaluation/cluster.ts';
import { requireValue } from '../evaluation/facts.ts';
import { sortedUnique } from '../evaluation/order.ts';
import { typesOf } from '../network/requirements.ts';
import { inherits, subnetOf } from '../network/resources.ts';
import { listed } from '../text/words.ts';

export default clusterCheck({
  id: 'efa-single-zone',
  level: 'recommended',
  title: 'The subnets of a group with EFA lie in one zone',
  rationale: 'EFA traffic does not leave a zone: nodes of one group in two zones cannot reach one another over it.',
  applies: 'groups of a cluster with a VPC of which any instance type has EFA',
  reference: 'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa.html',
  needs: ['instanceTypes', 'subnets'],
  *cases({ facts }, cluster) {
    for (const group of groupsInOrder(cluster)) {
      const network = networkOf(cluster, group);
      if (!network || group.types.length === 0) continue;
      yield {
        group: group.name,
        resource: group.name,
        evaluate: () => {
          if (!typesOf(group, requireValue(facts.instanceTypes)).some((t) => t.efa)) return undefined;
          const subnets = sortedUnique(network.subnets).map((id) => subnetOf(facts, id));
          const zones = sortedUnique(subnets.map((s) => s.zone));
          if (zones.length < 2) return pass(`All subnets of group ${group.name} lie in ${zones.join('')}.`);
          const places = subnets.map((s) => `${s.id} in ${s.zone}`).join(', ');
          return inherits(group)
            ? fail(
                `Group ${group.name} has EFA and inherits subnets in ${listed(zones)} (${places}); HyperPod picks one of them for all groups that inherit, so in which zone they come up is open, and groups with subnets of their own may end up out of reach.`,
                {
                  text: `Let the VpcConfig of ${cluster.name} name only subnets of the zone that has the capacity, or give group ${group.name} an OverrideVpcConfig with subnets of one zone.`,
                },
              )
            : fail(
                `Group ${group.name} has EFA and subnets of its own in ${listed(zones)} (${places}); nodes in different zones cannot talk over EFA.`,
                { text: `Leave only the subnets of one zone in the OverrideVpcConfig of group ${group.name}.` },
              );
        },
      };
    }
  },
});
