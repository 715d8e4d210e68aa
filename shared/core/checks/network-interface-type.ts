import { clusterCheck, fail, pass } from '../evaluation/check.ts';
import { ec2Type, requireKnownTypes } from '../evaluation/cluster.ts';
import { requireValue } from '../evaluation/facts.ts';
import { listed } from '../text/words.ts';

export default clusterCheck({
  id: 'network-interface-type',
  level: 'required',
  title: 'EFA interfaces are requested for instance types with EFA',
  rationale: 'InterfaceType efa and efa-only create EFA interfaces. EC2 attaches them only to instance types with EFA.',
  applies: 'groups of planned clusters with NetworkInterface.InterfaceType',
  reference: 'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa.html',
  needs: ['instanceTypes'],
  *cases({ facts }, cluster) {
    if (!cluster.plan) return;
    for (const group of cluster.groups) {
      const { interfaceType } = group;
      if (interfaceType === undefined) continue;
      yield {
        group: group.name,
        resource: 'InterfaceType',
        evaluate: () => {
          const known = requireValue(facts.instanceTypes);
          const without = group.types.filter((type) => known[ec2Type(type)]?.efa === false);
          if (without.length > 0)
            return fail(
              `Group ${group.name} requests ${interfaceType} interfaces, but ${listed(without)} ${without.length === 1 ? 'has' : 'have'} no EFA.`,
              {
                text: 'Remove NetworkInterface from the group, or choose an instance type with EFA.',
              },
            );
          requireKnownTypes(known, group.types);
          return pass(
            `Group ${group.name} requests ${interfaceType} interfaces, and ${listed(group.types)} ${group.types.length === 1 ? 'has' : 'have'} EFA.`,
          );
        },
      };
    }
  },
});
