import { DescribeNodegroupCommand, ListNodegroupsCommand } from '@aws-sdk/client-eks';
import { orNull } from '../../client/errors.ts';
import { collector } from '../collector.ts';
import { eksArns, eksPages, namesIn, readByEksCluster } from '../eks.ts';
import { present, text } from '../response.ts';

export default collector({
  fact: 'nodeGroups',
  grants: [
    { action: 'eks:ListNodegroups', resources: eksArns('cluster'), why: 'managed node groups of the EKS clusters in use' },
    { action: 'eks:DescribeNodegroup', resources: eksArns('nodegroup'), why: 'roles of these node groups' },
  ],
  collect: ({ call, ...scope }) =>
    readByEksCluster(scope, async (clusterName) => {
      const names = await eksPages(
        (page) => call('eks:ListNodegroups', (eks, options) => eks.send(new ListNodegroupsCommand({ clusterName, ...page }), options)),
        ({ nodegroups }) => namesIn(nodegroups, 'nodegroups'),
      );
      const groups = names.map((nodegroupName) =>
        orNull(async () => {
          const { nodegroup } = await call('eks:DescribeNodegroup', (eks, options) =>
            eks.send(new DescribeNodegroupCommand({ clusterName, nodegroupName }), options),
          );
          return { name: nodegroupName, role: text(present(nodegroup, 'nodegroup').nodeRole, 'nodeRole') };
        }, 'ResourceNotFoundException'),
      );
      // One that was deleted while it was being read is gone.
      return (await Promise.all(groups)).filter((group) => group !== null);
    }),
});
