import { clusterCheck, fail, pass } from '../evaluation/check.ts';
import { NotEvaluatedError, requireValue } from '../evaluation/facts.ts';
import { sortedUnique } from '../evaluation/order.ts';
import { existingSubnets } from '../network/resources.ts';
import { aws } from '../text/command-line.ts';
import { listed } from '../text/words.ts';

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AvailabilityZone.html */
const troubled = ['impaired', 'unavailable'];

export default clusterCheck({
  id: 'zone-state',
  level: 'recommended',
  title: 'The zones of the subnets are neither impaired nor unavailable',
  rationale: 'In a zone that AWS reports as impaired or unavailable, nodes may not start and running nodes may fail.',
  applies: 'the zone of every subnet that groups of the cluster may be placed in',
  reference: 'https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AvailabilityZone.html',
  needs: ['subnets', 'zones'],
  *cases({ facts, region }, cluster) {
    const subnets = existingSubnets(facts, cluster);
    for (const id of sortedUnique(subnets.map((s) => s.zone)))
      yield {
        resource: id,
        evaluate: () => {
          const zone = requireValue(facts.zones).find((z) => z.id === id);
          if (!zone) throw new NotEvaluatedError(`EC2 does not list zone ${id}`);
          if (!troubled.includes(zone.state)) return pass(`Zone ${id} is ${zone.state}.`);
          const inZone = sortedUnique(subnets.filter((s) => s.zone === id).map((s) => s.id));
          return fail(`Zone ${id} (${zone.name}) is ${zone.state}. Nodes in ${listed(inZone)} may not start.`, {
            text: `Place the groups in a subnet of another zone, or wait until AWS reports ${id} as available.`,
            command: aws(['ec2', 'describe-availability-zones'], { region, 'zone-ids': [id] }),
          });
        },
      };
  },
});
