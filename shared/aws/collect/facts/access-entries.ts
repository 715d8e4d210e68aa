import { DescribeAccessEntryCommand, ListAccessEntriesCommand } from '@aws-sdk/client-eks';
import { orNull } from '../../client/errors.ts';
import { collector } from '../collector.ts';
import { eksArns, eksPages, namesIn, readByEksCluster } from '../eks.ts';
import { clustersIn } from '../referenced.ts';
import { present, text } from '../response.ts';

export default collector({
  fact: 'accessEntries',
  grants: [
    { action: 'eks:ListAccessEntries', resources: eksArns('cluster'), why: 'which execution roles the EKS clusters in use know' },
    { action: 'eks:DescribeAccessEntry', resources: eksArns('access-entry'), why: 'as what they know these roles' },
  ],
  collect: async ({ call, ...scope }) => {
    const { specs } = await clustersIn(scope);
    return readByEksCluster(
      scope,
      async (clusterName, arn) => {
        const roles = new Set(specs.filter((c) => c.eksCluster === arn).flatMap((c) => c.groups.map((g) => g.role)));
        const principals = await eksPages(
          (page) =>
            call('eks:ListAccessEntries', (eks, options) => eks.send(new ListAccessEntriesCommand({ clusterName, ...page }), options)),
          ({ accessEntries }) => namesIn(accessEntries, 'accessEntries'),
        );
        const entries = principals
          .filter((principal) => roles.has(principal))
          .map((principalArn) =>
            orNull(async () => {
              const { accessEntry } = await call('eks:DescribeAccessEntry', (eks, options) =>
                eks.send(new DescribeAccessEntryCommand({ clusterName, principalArn }), options),
              );
              return { principal: principalArn, type: text(present(accessEntry, 'accessEntry').type, 'type') };
            }, 'ResourceNotFoundException'),
          );
        return (await Promise.all(entries)).filter((entry) => entry !== null);
      },
      // The answer of a cluster that authenticates by its config map alone: it has no entries.
      'InvalidRequestException',
    );
  },
});
