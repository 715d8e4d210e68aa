import { type Cluster, DescribeClusterCommand } from '@aws-sdk/client-eks';
import type { EksCluster } from '../../../core/evaluation/facts.ts';
import { collector } from '../collector.ts';
import { eksArns, readByEksCluster } from '../eks.ts';
import { blocks, flag, present, text, texts } from '../response.ts';

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
    // The defaults of CreateCluster: https://docs.aws.amazon.com/eks/latest/APIReference/API_VpcConfigRequest.html
    endpoint: {
      privateAccess: flag(network.endpointPrivateAccess ?? false, 'endpointPrivateAccess'),
      publicCidrs: blocks(network.publicAccessCidrs ?? ['0.0.0.0/0'], 'publicAccessCidrs'),
    },
  };
}

export default collector({
  fact: 'eksClusters',
  grants: [
    {
      action: 'eks:DescribeCluster',
      resources: eksArns('cluster'),
      why: 'state, version, network, endpoint and access mode of the EKS clusters in use',
    },
  ],
  collect: ({ call, ...scope }) =>
    readByEksCluster(scope, async (name) => {
      const answer = await call('eks:DescribeCluster', (eks, options) => eks.send(new DescribeClusterCommand({ name }), options));
      return reduced(answer.cluster);
    }),
});
