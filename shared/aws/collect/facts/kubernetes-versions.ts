import { DescribeClusterVersionsCommand } from '@aws-sdk/client-eks';
import { collector } from '../collector.ts';
import { eksClustersHere, eksPages } from '../eks.ts';
import { readReferenced } from '../referenced.ts';
import { list, text } from '../response.ts';

export default collector({
  fact: 'kubernetesVersions',
  grants: [{ action: 'eks:DescribeClusterVersions', why: 'Kubernetes versions that EKS supports' }],
  collect: async ({ call, ...scope }) =>
    readReferenced(
      await eksClustersHere(scope),
      () =>
        eksPages(
          (page) => call('eks:DescribeClusterVersions', (eks, options) => eks.send(new DescribeClusterVersionsCommand(page), options)),
          ({ clusterVersions }) =>
            list(clusterVersions, 'clusterVersions').map((v) => ({
              version: text(v.clusterVersion, 'clusterVersion'),
              status: text(v.versionStatus, 'versionStatus'),
            })),
        ),
      [],
    ),
});
