import { clusterCheck } from '../evaluation/check.ts';
import { NotEvaluatedError } from '../evaluation/facts.ts';

export default clusterCheck({
  id: 'request-members',
  level: 'recommended',
  title: 'Every member of the request is known to this version',
  rationale:
    'AWS adds members to CreateCluster every month. What this version does not know could refuse the request or change its result.',
  applies: 'planned clusters with members or values that this version does not know; these are never evaluated',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateCluster.html',
  needs: [],
  *cases(_, { plan }) {
    for (const path of plan?.unknownParts ?? [])
      yield {
        resource: path,
        evaluate: () => {
          throw new NotEvaluatedError(`${path} is unknown to this version`);
        },
      };
  },
});
