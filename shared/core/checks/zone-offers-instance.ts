import { clusterCheck, fail, pass } from '../evaluation/check.ts';
import { ec2Type, groupsInOrder, networkOf } from '../evaluation/cluster.ts';
import { requireValue } from '../evaluation/facts.ts';
import { sortedUnique } from '../evaluation/order.ts';
import { planWithCapacity } from '../network/reserved-capacity.ts';
import { subnetOf } from '../network/resources.ts';
import { aws } from '../text/command-line.ts';
import { listed } from '../text/words.ts';

export default clusterCheck({
  id: 'zone-offers-instance',
  level: 'recommended',
  title: 'The zone of each subnet offers the instance type of the groups that may be placed there',
  rationale:
    'Nodes cannot start in a zone that does not offer their type. HyperPod may have other capacity than EC2, so this check is recommended and cluster-placement decides.',
  applies: 'every group of a cluster with a VPC, for each subnet where it may be placed',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-prerequisites.html',
  needs: ['offerings', 'subnets', 'trainingPlans'],
  *cases(context, cluster) {
    const { facts, region } = context;
    for (const group of groupsInOrder(cluster)) {
      const subnets = new Set(networkOf(cluster, group)?.subnets ?? []);
      const types = [...new Set(group.types)].map(ec2Type);
      if (types.length === 0) continue;
      for (const id of [...subnets].toSorted())
        yield {
          group: group.name,
          resource: id,
          evaluate: () => {
            const { zone } = subnetOf(facts, id);
            const offerings = requireValue(facts.offerings);
            const zonesOf = (type: string) => (Object.hasOwn(offerings, type) ? (offerings[type] ?? []) : []);
            const here = types.filter((t) => zonesOf(t).includes(zone));
            if (here.length > 0) return pass(`Zone ${zone} of subnet ${id} offers ${listed(here)}.`);
            const plan = planWithCapacity(context, group, zone);
            if (plan) return pass(`Training plan ${plan.name} has capacity for group ${group.name} in zone ${zone} of subnet ${id}.`);
            const zones = sortedUnique(types.flatMap(zonesOf));
            return fail(
              `Zone ${zone} of subnet ${id} does not offer ${types.join(' or ')}. ${zones.length > 0 ? `${listed(zones)} ${zones.length > 1 ? 'offer' : 'offers'}` : `No zone of ${region} offers`} ${types.length > 1 ? 'one of them' : 'it'}.`,
              {
                text:
                  zones.length > 0
                    ? `Add a subnet in ${zones.join(' or ')} for group ${group.name}, in OverrideVpcConfig or VpcConfig.`
                    : `Plan group ${group.name} with another instance type or in another region.`,
                command: aws(['ec2', 'describe-instance-type-offerings'], {
                  region,
                  'location-type': 'availability-zone-id',
                  filters: [{ Name: 'instance-type', Values: types }],
                }),
              },
            );
          },
        };
    }
  },
});
