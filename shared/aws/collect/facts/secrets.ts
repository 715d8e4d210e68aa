import { DescribeSecretCommand } from '@aws-sdk/client-secrets-manager';
import type { Secret } from '../../../core/evaluation/facts.ts';
import type { PlannedCluster } from '../../../core/plan/plan.ts';
import { accountingDatabase } from '../../../core/plan/provisioning.ts';
import { orNull, tryRead } from '../../client/errors.ts';
import { literal } from '../../policies/literal.ts';
import { collector } from '../collector.ts';
import { distinct, isHere, readByKey } from '../referenced.ts';
import { moment, text } from '../response.ts';

const named = (clusters: readonly PlannedCluster[]): readonly string[] =>
  distinct(clusters.flatMap(({ request }) => accountingDatabase(request)?.SecretArn ?? []));

/** Whether secrets of this account and region exist. What they contain is never read. */
export default collector({
  fact: 'secrets',
  grants: [
    {
      action: 'secretsmanager:DescribeSecret',
      needed: (plan) => named(plan.clusters).length > 0,
      resources: (plan) => named(plan.clusters).map(literal),
      why: 'whether the secret of the accounting database exists, without its content',
    },
  ],
  collect: async ({ call, planned, ...place }) =>
    readByKey(
      named(planned).filter((arn) => isHere(place, arn)),
      (SecretId) =>
        tryRead(() =>
          orNull(async (): Promise<Secret> => {
            const answer = await call('secretsmanager:DescribeSecret', (client, options) =>
              client.send(new DescribeSecretCommand({ SecretId }), options),
            );
            text(answer.ARN, 'ARN');
            return answer.DeletedDate ? { deleted: moment(answer.DeletedDate, 'DeletedDate') } : {};
          }, 'ResourceNotFoundException'),
        ),
    ),
});
