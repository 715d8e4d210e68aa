import { clusterCheck } from '../evaluation/check.ts';
import { runningRequestOf } from '../evaluation/cluster.ts';
import { NotEvaluatedError } from '../evaluation/facts.ts';
import type { ClusterRequest } from '../plan/plan.ts';

/** Resources that a request names and no check reads yet, by the member that names them. */
function unreadResources(request: ClusterRequest): ReadonlyMap<string, string> {
  const database = request.Orchestrator?.Slurm?.AccountingDatabase;
  return new Map(database ? [[database.SecretArn, 'the secret and the port of AccountingDatabase']] : []);
}

export default clusterCheck({
  id: 'request-members',
  level: 'recommended',
  title: 'This version evaluates every member of the request and every resource that it names',
  rationale:
    'AWS adds members to CreateCluster every month. What this version does not evaluate could refuse the request or change its result.',
  applies:
    'planned clusters with members or values that this version does not know; those that do not run yet, with an accounting database',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateCluster.html',
  needs: ['clusterNames', 'runningClusters'],
  *cases(_, cluster) {
    const { plan } = cluster;
    if (!plan) return;
    for (const path of plan.unknownParts ?? [])
      yield {
        resource: path,
        evaluate: () => {
          throw new NotEvaluatedError(`${path} is unknown to this version`);
        },
      };
    for (const [resource, what] of unreadResources(plan.request))
      yield {
        resource,
        evaluate: () => {
          // What a running cluster uses was accepted when it was made.
          if (runningRequestOf(cluster)) return undefined;
          throw new NotEvaluatedError(`this version does not read ${what}`);
        },
      };
  },
});
