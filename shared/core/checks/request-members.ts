import { clusterCheck } from '../evaluation/check.ts';
import { NotEvaluatedError } from '../evaluation/facts.ts';

export default clusterCheck({
  id: 'request-members',
  level: 'recommended',
  title: 'This version evaluates every member of the request',
  rationale:
    'AWS adds members to CreateCluster every month. What this version does not evaluate could refuse the request or change its result.',
  applies: 'planned clusters with members or values that this version does not know',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateCluster.html',
  needs: [],
  *cases(_, { plan }) {
    for (const path of plan?.unknownParts ?? [])
      yield {
        resource: path,
        evaluate: () => {
          throw new NotEvaluatedError(`this version does not know ${path}. Update the auditor`);
        },
      };
  },
});
