import { type Cluster, DescribeClusterCommand } from '@aws-sdk/client-eks';
import type { EksCluster } from '../../../core/evaluation/facts.ts';
import { orNull, tryRead } from '../../client/errors.ts';
import { collector } from '../collector.ts';
import { arnParts, isHere, lastSegment, namedBy, readByKey } from '../referenced.ts';
import { present, text, texts } from '../response.ts';

/** What DescribeCluster answers, as the fact holds it. */
export function reduced(answer: Cluster | undefined): EksCluster {
  const cluster = present(answer, 'cluster');
  const network = present(cluster.resourcesVpcConfig, 'resourcesVpcConfig');
  const own = network.clusterSecurityGroupId;
  return {
    arn: text(cluster.arn, 'arn'),
    name: text(cluster.name, 'name'),
    status: text(cluster.status, 'status'),
    version: text(cluster.version, 'version'),
    // Clusters from before there was a choice have the config map alone.
    authenticationMode: text(cluster.accessConfig?.authenticationMode ?? 'CONFIG_MAP', 'authenticationMode'),
    vpc: text(network.vpcId, 'vpcId'),
    subnets: texts(network.subnetIds, 'subnetIds'),
    ...(own !== undefined && own !== '' && { clusterSecurityGroup: text(own, 'clusterSecurityGroupId') }),
    securityGroups: texts(network.securityGroupIds, 'securityGroupIds'),
    ipFamily: text(cluster.kubernetesNetworkConfig?.ipFamily ?? 'ipv4', 'ipFamily'),
  };
}

/** Those of this account and region: of others nothing can be read here, and the ARN says already that they do not fit. */
export default collector({
  fact: 'eksClusters',
  grants: [
    {
      action: 'eks:DescribeCluster',
      resources: (_, { partition, account }) => [`arn:${partition}:eks:*:${account}:cluster/*`],
      why: 'state, version, network and access mode of the EKS clusters in use',
    },
  ],
  collect: async ({ call, ...scope }) => {
    const { ids } = await namedBy(scope, (c) => (c.eksCluster === undefined ? [] : [c.eksCluster]));
    const here = ids.filter((arn) => isHere(scope, arn));
    return readByKey(here, (arn) =>
      tryRead(() =>
        orNull(async (): Promise<EksCluster> => {
          const name = lastSegment(arnParts(arn).resource);
          const answer = await call('eks:DescribeCluster', (eks, options) => eks.send(new DescribeClusterCommand({ name }), options));
          return reduced(answer.cluster);
        }, 'ResourceNotFoundException'),
      ),
    );
  },
});
