import { clusterCheck } from '../evaluation/check.ts';
import { requireKey } from '../evaluation/facts.ts';
import { evaluateVpc, vpcFacts } from '../network/file-system-vpc.ts';
import { lustreUses } from '../network/lustre.ts';

export default clusterCheck({
  id: 'fsx-same-vpc',
  level: 'required',
  title: 'The FSx for Lustre file systems that nodes mount are in the VPC of the nodes',
  rationale: 'Nodes reach a file system at its private address. Without a route to it they cannot mount it.',
  applies: 'clusters with a VPC that mount FSx for Lustre',
  reference: 'https://docs.aws.amazon.com/fsx/latest/LustreGuide/mounting-on-premises.html',
  needs: ['fileSystems', ...vpcFacts],
  *cases(context, cluster) {
    const { facts, region } = context;
    for (const { id, groups } of lustreUses(cluster, region))
      yield {
        resource: id,
        evaluate: () => {
          const fs = requireKey(facts.fileSystems, id, 'file system');
          return fs ? evaluateVpc(context, cluster, fs, groups) : undefined;
        },
      };
  },
});
