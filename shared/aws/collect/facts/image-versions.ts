import { GetParametersByPathCommand } from '@aws-sdk/client-ssm';
import { collector } from '../collector.ts';
import { eksClustersHere } from '../eks.ts';
import { distinct, readReferenced } from '../referenced.ts';
import { after, allPages, list, text } from '../response.ts';

const path = '/aws/service/sagemaker-hyperpod/ami/x86_64';

/** AWS publishes the latest image of each Kubernetes version: https://docs.aws.amazon.com/sagemaker/latest/dg/hyperpod-custom-ami-how-to.html */
export default collector({
  fact: 'imageVersions',
  grants: [
    {
      action: 'ssm:GetParametersByPath',
      // Public parameters belong to no account. Whether IAM evaluates their path with an empty account is not documented.
      resources: (_, { partition, account }) => ['', account].map((owner) => `arn:${partition}:ssm:*:${owner}:parameter${path}*`),
      why: 'Kubernetes versions for which HyperPod has an image',
    },
  ],
  collect: async ({ call, ...scope }) =>
    readReferenced(
      await eksClustersHere(scope),
      async () =>
        distinct(
          await allPages(
            (token) =>
              call('ssm:GetParametersByPath', (ssm, options) =>
                ssm.send(new GetParametersByPathCommand({ Path: path, Recursive: true, ...after(token) }), options),
              ),
            ({ Parameters }) =>
              list(Parameters, 'Parameters').flatMap(
                ({ Name }) => /\/eks-(\d+\.\d+)-[^/]+\/latest\/ami-id$/.exec(text(Name, 'Name'))?.[1] ?? [],
              ),
          ),
        ),
      [],
    ),
});
