import { DescribeAddonCommand } from '@aws-sdk/client-eks';
import { orNull, tryRead } from '../../client/errors.ts';
import { collector } from '../collector.ts';
import { arnParts, isHere, lastSegment, namedBy, readByKey } from '../referenced.ts';
import { present, text } from '../response.ts';

export default collector({
  fact: 'cniAddons',
  grants: [
    {
      action: 'eks:DescribeAddon',
      resources: (_, { partition, account }) => [`arn:${partition}:eks:*:${account}:addon/*`],
      why: 'version of the VPC CNI add-on of the EKS clusters in use',
    },
  ],
  collect: async ({ call, ...scope }) => {
    const { ids } = await namedBy(scope, (c) => (c.eksCluster === undefined ? [] : [c.eksCluster]));
    const here = ids.filter((arn) => isHere(scope, arn));
    return readByKey(here, (arn) =>
      tryRead(() =>
        orNull(async () => {
          const clusterName = lastSegment(arnParts(arn).resource);
          const { addon } = await call('eks:DescribeAddon', (eks, options) =>
            eks.send(new DescribeAddonCommand({ clusterName, addonName: 'vpc-cni' }), options),
          );
          const found = present(addon, 'addon');
          return { version: text(found.addonVersion, 'addonVersion'), status: text(found.status, 'status') };
        }, 'ResourceNotFoundException'),
      ),
    );
  },
});
