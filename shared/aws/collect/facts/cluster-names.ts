import { ListClustersCommand } from '@aws-sdk/client-sagemaker';
import { tryRead } from '../../client/errors.ts';
import { collector } from '../collector.ts';
import { distinct } from '../referenced.ts';
import { after, allPages, list, text } from '../response.ts';

export default collector({
  fact: 'clusterNames',
  grants: [{ action: 'sagemaker:ListClusters', why: 'which HyperPod clusters run' }],
  collect: ({ call }) =>
    tryRead(async () =>
      distinct(
        await allPages(
          (token) =>
            call('sagemaker:ListClusters', (sagemaker, options) =>
              sagemaker.send(new ListClustersCommand({ MaxResults: 100, ...after(token) }), options),
            ),
          (page) => list(page.ClusterSummaries, 'ClusterSummaries').map((c) => text(c.ClusterName, 'ClusterName')),
        ),
      ),
    ),
});
