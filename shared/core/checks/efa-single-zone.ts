import { clusterCheck, fail, pass } from '../evaluation/check.ts';
import { groupsInOrder, networkOf } from '../evaluation/cluster.ts';
import { requireValue } from '../evaluation/facts.ts';
import { sortedUnique } from '../evaluation/order.ts';
import { typesOf } from '../network/requirements.ts';
import { inherits, subnetOf } from '../network/resources.ts';

export default clusterCheck({
  id: 'efa-single-zone',
  level: 'recommended',
  title: 'The subnets of a group with EFA are in one zone',
  rationale: 'EFA traffic does not leave a zone. Nodes of one group in two zones cannot communicate over EFA.',
  applies: 'groups with an EFA instance type in clusters with a VPC',
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
          if (zones.length < 2) return pass(`All subnets of group ${group.name} are in ${zones.join('')}.`);
          const places = subnets.map((s) => `${s.id} in ${s.zone}`).join(', ');
          return inherits(group)
            ? fail(
                `Group ${group.name} has EFA and ${zones.length} zones in the VpcConfig, 1 expected (${places}). HyperPod chooses one subnet for all groups without OverrideVpcConfig. Groups with OverrideVpcConfig may be in another zone, which EFA does not reach.`,
                {
                  text: `Name only subnets of the zone with the capacity in the VpcConfig of ${cluster.name}, or add an OverrideVpcConfig with subnets of one zone to group ${group.name}.`,
                },
              )
            : fail(
                `Group ${group.name} has EFA and ${zones.length} zones in its OverrideVpcConfig, 1 expected (${places}). Nodes in different zones cannot communicate over EFA.`,
                { text: `Leave only the subnets of one zone in the OverrideVpcConfig of group ${group.name}.` },
              );
        },
      };
    }
  },
});
