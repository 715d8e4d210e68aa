import { clusterCheck, fail, pass } from '../evaluation/check.ts';
import { requireKey } from '../evaluation/facts.ts';
import { sortedUnique } from '../evaluation/order.ts';
import { fileSystemUses, lustreConsole } from '../network/lustre.ts';
import { groupSubnets, subnetOf } from '../network/resources.ts';
import { listed } from '../text/words.ts';

export default clusterCheck({
  id: 'fsx-same-zone',
  level: 'advice',
  title: 'FSx file systems are in the zone where their nodes may be placed',
  rationale:
    'Nodes can mount a file system in another zone. Reads and writes are slower there, and AWS charges for the traffic between zones.',
  applies: 'clusters with a VPC that mount FSx for Lustre or FSx for OpenZFS',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-prerequisites.html',
  needs: ['fileSystems', 'subnets'],
  *cases({ facts, region }, cluster) {
    for (const { id, groups } of fileSystemUses(cluster, region))
      yield {
        resource: id,
        evaluate: () => {
          const fs = requireKey(facts.fileSystems, id, 'file system');
          if (!fs) return undefined;
          const zones = sortedUnique(fs.subnets.map((s) => subnetOf(facts, s).zone));
          const ids = groupSubnets(cluster, groups);
          const apart = ids.map((s) => subnetOf(facts, s)).filter((s) => !zones.includes(s.zone));
          if (apart.length === 0) return pass(`File system ${id} is in ${listed(zones)}, the same zone as ${listed(ids)}.`);
          const places = apart.map((s) => `${s.id} is in ${s.zone}`);
          return fail(
            `File system ${id} is in ${listed(zones)}, but ${listed(places)}.${apart.length < ids.length ? ' HyperPod may place its nodes there.' : ''}`,
            {
              text: `Name only subnets in ${listed(zones)} in the request, or use a file system in the zone with the capacity.`,
              console: lustreConsole(region, id),
            },
          );
        },
      };
  },
});
